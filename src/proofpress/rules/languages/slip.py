"""Where and why a language can't read a listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import re


class Mend(NamedTuple):
    """A change of a listing's code: from an offset on, what stands there and what is to."""

    at: int
    old: str
    text: str


class Slip(NamedTuple):
    """A place in a listing's code, as an offset, and what is wrong there, as the end of `it can't read this: …`."""

    at: int
    reason: str
    length: int = 1
    mend: Mend | None = None
    """What takes the fault away, where there is one place for it."""


def offset(code: str, line: int, column: int) -> int:
    """Return the offset of a line and column, both from 1, or of what is nearest to them."""
    lines = code.split("\n")
    line = max(1, min(line, len(lines)))
    column = max(0, min(column - 1, len(lines[line - 1])))
    return sum(len(one) + 1 for one in lines[: line - 1]) + column


_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


def goes_on(code: str, opaque: re.Pattern[str]) -> str:
    """Return code closed as if it went on below: what it leaves open, the last first. `opaque` is strings and comments."""
    opened: list[str] = []
    for sign in opaque.sub("", code):
        if sign in _CLOSING:
            opened.append(_CLOSING[sign])
        elif opened and sign == opened[-1]:
            opened.pop()
    return code.rstrip().removesuffix(",") + "\n" + "".join(reversed(opened))
