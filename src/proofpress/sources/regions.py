"""Named regions of a file, in any language whose lines can be comments.

Three forms are read: what editors fold (`# region name` to `# endregion`, also `//#region` and `#pragma region`), the
snippets of PyMdown (`# --8<-- [start:name]` to `[end:name]`), and mdBook's anchors (`ANCHOR: name` to `ANCHOR_END: name`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLD: Final = re.compile(
    r"[ \t]*(?:#pragma[ \t]+|(?:#+|//+|--+|;+|%+|/\*+|<!--|\(\*|\{-|'|\"|\bREM\b)[ \t]*#?)"
    r"(?P<end>end[ \t]?)?region\b(?P<name>[^\n]*?)[ \t]*(?:\*+/|-->|\*\)|-\})?[ \t]*\Z",
    re.IGNORECASE,
)
_SNIPPET: Final = re.compile(r"--8<--[ \t]*\[[ \t]*(?P<side>start|end)[ \t]*:[ \t]*(?P<name>[^\]\n]+?)[ \t]*\]")
_ANCHOR: Final = re.compile(r"\bANCHOR(?P<end>_END)?:[ \t]*(?P<name>[\w.-]+)")


class Region(NamedTuple):
    """A region, by the lines that its marks stand on, from 1."""

    name: str
    first: int
    last: int


class Regions(NamedTuple):
    """The regions of a file."""

    closed: tuple[Region, ...] = ()
    open: tuple[tuple[str, int], ...] = ()
    """The names and lines of those that never end."""

    @property
    def marks(self) -> frozenset[int]:
        """The lines that are marks."""
        return frozenset(line for each in self.closed for line in (each.first, each.last))


class _Mark(NamedTuple):
    kind: str
    name: str
    line: int
    ends: bool


def regions_of(lines: Sequence[str]) -> Regions:
    """Find the regions of a file. What looks like a mark and has no counterpart is a line like any other."""
    closed: list[Region] = []
    begun: list[_Mark] = []
    for mark in _marks(lines):
        if not mark.ends:
            begun.append(mark)
        elif (opening := _counterpart(begun, mark)) is not None:
            begun.remove(opening)
            closed.append(Region(opening.name, opening.line, mark.line))
    return Regions(tuple(sorted(closed, key=lambda each: each.first)), tuple((mark.name, mark.line) for mark in begun))


def _counterpart(begun: Sequence[_Mark], end: _Mark) -> _Mark | None:
    """Return the mark that another ends: the last of its kind and name; without a name, the last of its kind."""
    for mark in reversed(begun):
        if mark.kind == end.kind and (mark.name == end.name or not end.name):
            return mark
    if end.kind == "fold":  # what stands behind it may be any word
        return next((mark for mark in reversed(begun) if mark.kind == "fold"), None)
    return None


def _marks(lines: Sequence[str]) -> Iterator[_Mark]:
    for number, line in enumerate(lines, 1):
        if "region" in line.lower() and (fold := _FOLD.match(line)):
            name = fold["name"].strip().strip("\"'").strip()
            if fold["end"] or name:
                yield _Mark("fold", name, number, ends=bool(fold["end"]))
        elif "--8<--" in line and (snippet := _SNIPPET.search(line)):
            yield _Mark("snippet", snippet["name"], number, ends=snippet["side"] == "end")
        elif "ANCHOR" in line and (anchor := _ANCHOR.search(line)):
            yield _Mark("anchor", anchor["name"], number, ends=bool(anchor["end"]))
