"""A formula in other words, which still knows where each piece of it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOKEN: Final = re.compile(r"\\(begin|end)\s*\{([^{}\\]*)\}|\\[A-Za-z]+|\\.|[{}&%]", re.DOTALL)
"""What TeX reads as one: a command with its backslash, the beginning or end of an environment, a brace."""


EQUATIONS: Final = frozenset({"equation", "equation*"})
"""Environments without rows."""


class Edit(NamedTuple):
    """Other words for `tex[start:end]`."""

    start: int
    end: int
    words: str


class Wording(NamedTuple):
    """TeX, and the edits that made it of what a person wrote: one tuple for each pass, in order of place."""

    tex: str
    passes: tuple[tuple[Edit, ...], ...] = ()

    def edited(self, edits: Sequence[Edit]) -> Wording:
        """Return the TeX with these edits, which do not overlap; at one place they keep their order."""
        if not edits:
            return self
        ordered = tuple(sorted(edits, key=lambda edit: edit.start))
        pieces: list[str] = []
        at = 0
        for edit in ordered:
            pieces += (self.tex[at : edit.start], edit.words)
            at = edit.end
        return Wording("".join([*pieces, self.tex[at:]]), (*self.passes, ordered))

    def place(self, offset: int) -> tuple[int, bool]:
        """Return where the character at an offset was written, and whether it is as it was written."""
        own = True
        for edits in reversed(self.passes):
            grown = 0
            for edit in edits:
                begin = edit.start + grown
                if offset < begin:
                    break
                if offset < begin + len(edit.words):
                    own = False
                    offset = edit.start + grown
                    break
                grown += len(edit.words) - (edit.end - edit.start)
            offset -= grown
        return offset, own


class Mark(NamedTuple):
    """A token of TeX: its place, itself, the environment that it is in, and how many groups are open around it.

    An equation is no group: what stands in it means what it means outside.
    """

    start: int
    end: int
    text: str
    environment: str
    depth: int


def marks(tex: str) -> Iterator[Mark]:
    """Read the tokens of TeX that have a meaning of their own, but for comments. Linear in its length."""
    open_groups: list[str] = []
    environments = [""]
    depth = 0
    comment = -1
    for match in TOKEN.finditer(tex):
        if match.start() < comment:
            continue
        text = match[0]
        if text == "%":
            found = tex.find("\n", match.end())
            comment = len(tex) if found < 0 else found
        closes = text == "}" or match[1] == "end" or text == "\\right"
        if closes and open_groups:
            closed = open_groups.pop()
            depth -= closed not in EQUATIONS
            if closed not in {"{", "\\left"}:
                environments.pop()
        yield Mark(match.start(), match.end(), text, environments[-1], depth)
        if match[1] == "begin":
            open_groups.append(match[2])
            environments.append(match[2])
            depth += match[2] not in EQUATIONS
        elif text in {"{", "\\left"}:
            open_groups.append(text)
            depth += 1
