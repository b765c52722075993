"""What may be other each time that a listing runs: how two lines are compared that speak of the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNIT: Final = r"(?:ns|[uµμ]s|ms|s|secs?|seconds?|mins?|minutes?|h|hours?|milliseconds?|microseconds?|nanoseconds?)"
_RULES: Final = {
    "seconds": re.compile(
        rf"\d+:\d\d(?::\d\d)?(?:\.\d+)?|\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?\s*{_UNIT}\b"
        r"|\d+(?:[.,]\d+)*\s*[\w.]*/s(?:ec)?\b"
    ),
    "numbers": re.compile(r"(?<![\w.])[-+]?\d+(?:[,_]\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?"),
    "addresses": re.compile(r"\b0x[0-9a-fA-F]{4,}\b"),
    "paths": re.compile(r"(?<![\w:/])(?:~|(?:/[\w.@+-]+))(?:/[\w.@+-]+)+/?|\b[A-Z]:\\[^\s\"'<>|]+"),
}
_LONGEST: Final = 2_000
"""Characters of a line in which an expression of the writer's own is looked for: it may take any time in a long one."""
_COLOUR: Final = re.compile(r"[\x1b\u241b]\[[0-?]*[ -/]*[@-~]")
_ELIDED: Final = re.compile(r"\.\.\.|\N{HORIZONTAL ELLIPSIS}")


def normalised(lines: Iterable[str], rules: Sequence[str]) -> list[str]:
    """Return lines with a mark for each thing in them that may vary, without colours and blanks at their ends."""
    patterns = [_RULES[rule] if rule in _RULES else re.compile(rule[1:-1]) for rule in rules]
    found = []
    for line in lines:
        plain = uncoloured(line).rstrip()
        if len(plain) <= _LONGEST:
            for number, pattern in enumerate(patterns):
                plain = pattern.sub(f"<{number}>", plain)
        found.append(plain)
    return found


def uncoloured(text: str) -> str:
    """Return text without what colours it on a terminal."""
    return _COLOUR.sub("", text)


def elides(text: str) -> bool:
    """Tell whether a text leaves something out."""
    return _ELIDED.search(text) is not None


def fits(claimed: str, printed: str) -> bool:
    """Tell whether a text is another, where `...` in it stands for anything, as Python's doctest has it."""
    pieces = _ELIDED.split(claimed)
    if len(pieces) == 1:
        return claimed == printed
    first, *between, last = pieces
    if len(first) + len(last) > len(printed) or not (printed.startswith(first) and printed.endswith(last)):
        return False
    at, end = len(first), len(printed) - len(last)
    for piece in between:
        found = printed.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
