"""Diffs: whether the lines of each hunk are those that its header counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.rules.languages.slip import Slip

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NEXT_FILE: Final = re.compile(r"diff |index [0-9a-f]+\.\.|Index: |--- |-- ?$|From [0-9a-f]{40} ")
"""What ends a hunk that has all of its lines; in one that has not, a line that begins with a dash is taken out."""
_LEFT_OUT: Final = re.compile(r"^[ +-]?[ \t]*+(?:#|//|/\*)?[ \t]*+(?:\.\.\.|\N{HORIZONTAL ELLIPSIS})", re.MULTILINE)


class _Hunk(NamedTuple):
    at: int
    """The offset of its header."""
    header: str
    old: int
    new: int
    lines: list[tuple[int, str]]
    """What follows up to the next header, each with its offset."""


def diff_slip(code: str) -> Slip | None:
    """Return why `patch` can't read a listing; one without a header of a hunk that counts lines shows changes as it likes.

    A hunk from which something is left out on purpose (`...`) is let be, and an empty line is one that did not change.
    """
    if "@@ -" not in code:
        return None
    for hunk in _hunks(code):
        slip = None if _LEFT_OUT.search("\n".join(line for _, line in hunk.lines)) else _slip(hunk)
        if slip is not None:
            return slip
    return None


def _hunks(code: str) -> Iterator[_Hunk]:
    hunk: _Hunk | None = None
    at = 0
    for line in code.rstrip("\n").split("\n"):
        found = _HEADER.match(line)
        if found or line.startswith("@@"):
            if hunk is not None:
                yield hunk
            hunk = _Hunk(at, found[0], _number(found[1]), _number(found[2]), []) if found else None
        elif hunk is not None:
            hunk.lines.append((at, line))
        at += len(line) + 1
    if hunk is not None:
        yield hunk


def _number(written: str | None) -> int:
    return 1 if written is None else int(written)


def _slip(hunk: _Hunk) -> Slip | None:
    old = new = 0
    for at, line in hunk.lines:
        if (old, new) == (hunk.old, hunk.new) and (not line.strip() or _NEXT_FILE.match(line)):
            return None
        mark = line[:1]
        if mark == "\\":
            continue
        if mark not in {"", " ", "+", "-"}:
            return Slip(at, "in a hunk each line begins with ' ', '+' or '-'", max(1, len(line)))
        old += mark != "+"
        new += mark != "-"
    if (old, new) == (hunk.old, hunk.new):
        return None
    return Slip(
        hunk.at,
        f"the header counts {hunk.old:,} lines before and {hunk.new:,} after, and there are {old:,} and {new:,}",
        len(hunk.header),
    )
