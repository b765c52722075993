"""JSON as a person's file: each value with where it stands, and what is wrong with it at its place.

A notebook of 30 MB is nearly all of it a few long strings, so that values are read by the standard library's scanner, and
only what is asked for is taken apart.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_CONFLICT: Final = re.compile(r"^(?:<{7}|={7}|>{7})(?:[ \n\r]|\Z)", re.MULTILINE)


def _number(written: str) -> float:
    """Read a whole number as any other: of one with thousands of digits Python makes none."""
    return float(written) if len(written) > 18 else int(written)


_DECODER: Final = json.JSONDecoder(parse_int=_number, strict=False)


class JSONFault(Exception):  # noqa: N818 - what is wrong with the file, not with us
    """What keeps a text from being read: why, at an offset, and what to do."""

    def __init__(self, at: int, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason
        self.mend = mend


class Value(NamedTuple):
    """A value, and from where to where it stands in its text."""

    value: Any
    start: int
    end: int


class Member(NamedTuple):
    """A value by its name."""

    name: str
    value: Any
    start: int
    end: int


def root(text: str) -> Value:
    """Return the value that a text is. Raises JSONFault where it is none, or more."""
    found = _value(text, _blank(text, 0))
    end = _blank(text, found.end)
    if end < len(text):
        raise JSONFault(end, "something stands behind the end of the notebook", _mend(text, end))
    return found


def members(text: str, start: int) -> Iterator[Member]:
    """Give the members of the object that begins at an offset. Raises JSONFault for a name that stands there twice."""
    seen: set[str] = set()
    at = _blank(text, start + 1)
    while not text.startswith("}", at):
        name = _value(text, at)
        colon = _blank(text, name.end)
        found = _value(text, _blank(text, colon + 1))
        if name.value in seen:
            raise JSONFault(at, f"'{str(name.value)[:40]}' stands here for the second time", "keep one of the two")
        seen.add(name.value)
        yield Member(name.value, *found)
        at = _blank(text, found.end)
        if text.startswith(",", at):
            at = _blank(text, at + 1)


def elements(text: str, start: int) -> Iterator[Value]:
    """Give the elements of the list that begins at an offset."""
    at = _blank(text, start + 1)
    while not text.startswith("]", at):
        found = _value(text, at)
        yield found
        at = _blank(text, found.end)
        if text.startswith(",", at):
            at = _blank(text, at + 1)


def offset_in(text: str, start: int, characters: int) -> int:
    """Return the offset of a character of the string that begins at an offset, counted as it is read, from 0."""
    at, seen = start + 1, 0
    while seen < characters:
        escape = _ESCAPE.match(text, at)
        at = escape.end() if escape else at + 1
        seen += 1
    return at


def place_of(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column of an offset, from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> Value:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated string"):
            raise JSONFault(
                max(0, len(text.rstrip()) - 1), "the file ends in the middle", _mend(text, error.pos)
            ) from None
        raise JSONFault(error.pos, error.msg[:1].lower() + error.msg[1:], _mend(text, error.pos)) from None
    except RecursionError:
        raise JSONFault(at, "lists and objects stand in each other deeper than can be read") from None
    return Value(value, at, end)


def _mend(text: str, at: int) -> str:
    """Return what to do about a fault: a merge that git left undone is the usual one."""
    if _CONFLICT.search(text, max(0, text.rfind("\n", 0, at))) or _CONFLICT.search(text):
        return "git left a merge undone in it: settle that, with nbdime for one"
    return "save it anew in Jupyter, or take it from its history"
