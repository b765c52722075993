"""Colours of a terminal (ECMA-48, "Select Graphic Rendition") as HTML: what a program printed, as it was seen.

The escape character stands in a listing as U+241B, its visible sign, which `content.text` puts in its place. Colours are
classes, so that a style sheet can make them readable in light and in dark; those beyond the usual ones become the nearest
of these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.spans import escape
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

COLOURS: Final = {
    "black": (0, 0, 0),
    "red": (205, 49, 49),
    "green": (13, 188, 121),
    "yellow": (200, 160, 0),
    "blue": (36, 114, 200),
    "magenta": (188, 63, 188),
    "cyan": (17, 168, 205),
    "white": (229, 229, 229),
    "gray": (118, 118, 118),
}
"""The colours that text may have, those of a terminal's first eight first; what they are before they are made readable."""

_NAMES: Final = tuple(COLOURS)
_CODE: Final = lazy(r"[\x1b\u241b]\[(?P<codes>[0-?]*)[ -/]*(?P<end>[@-~])")
_STYLES: Final = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 9: "strike"}
_UNDONE: Final = {21: "bold", 22: "bold", 23: "italic", 24: "underline", 29: "strike"}
_STEPS: Final = (0, 95, 135, 175, 215, 255)
"""The levels of a channel in the colours 16 to 231 of xterm's 256."""


class _Look(NamedTuple):
    text: str = ""
    ground: str = ""
    styles: frozenset[str] = frozenset()
    inverse: bool = False

    @property
    def classes(self) -> str:
        text, ground = (self.ground, self.text) if self.inverse else (self.text, self.ground)
        found = [f"ansi-{name}" for name in sorted(self.styles)]
        if ground:
            found.append(f"ansi-on-{ground}")
        elif self.inverse:
            found.append("ansi-inverse")
        if text:
            found.append(f"ansi-{text}")
        return " ".join(found)


def ansi_html(code: str) -> str:
    """Return what a program printed as HTML: a class for each colour and style, and no escape sequence."""
    look = _Look()
    written: list[str] = []
    done = 0
    for match in _CODE.finditer(code):
        written.append(_dressed(code[done : match.start()], look))
        done = match.end()
        if match["end"] == "m" and not set(match["codes"]) & set("<=>?"):  # those are a terminal's own affair
            look = _after(match["codes"], look)
    written.append(_dressed(code[done:], look))
    return "".join(written)


def _dressed(text: str, look: _Look) -> str:
    classes = look.classes
    return f'<span class="{classes}">{escape(text)}</span>' if text and classes else escape(text)


def _after(codes: str, look: _Look) -> _Look:
    """Return how text looks after a sequence; a number that means nothing here changes nothing."""
    numbers = iter([int(number or 0) for number in re.split("[;:]", codes)])
    for number in numbers:
        if number == 0:
            look = _Look()
        elif number in _STYLES:
            look = look._replace(styles=look.styles | {_STYLES[number]})
        elif number in _UNDONE:
            gone = {"bold", "dim"} if number == 22 else {_UNDONE[number]}
            look = look._replace(styles=look.styles - gone)
        elif number in {7, 27}:
            look = look._replace(inverse=number == 7)
        elif number in {38, 48}:
            name = _extended(numbers)
            look = look._replace(text=name) if number == 38 else look._replace(ground=name)
        elif number in {39, 49}:
            look = look._replace(text="") if number == 39 else look._replace(ground="")
        elif 30 <= number <= 37 or 90 <= number <= 97:
            look = look._replace(text=_basic(number % 10, bright=number >= 90))
        elif 40 <= number <= 47 or 100 <= number <= 107:
            look = look._replace(ground=_basic(number % 10, bright=number >= 100))
    return look


def _basic(index: int, *, bright: bool) -> str:
    return "gray" if bright and index == 0 else _NAMES[index]


def _extended(numbers: Iterator[int]) -> str:
    """Read `5;n`, one of 256 colours, or `2;r;g;b`; return the nearest name."""
    kind = next(numbers, 0)
    if kind == 2:
        return _nearest(next(numbers, 0), next(numbers, 0), next(numbers, 0))
    number = next(numbers, 0) if kind == 5 else 7
    if number < 16:
        return _basic(number % 8, bright=number >= 8)
    if number < 232:
        cube = number - 16
        return _nearest(_STEPS[cube // 36], _STEPS[cube // 6 % 6], _STEPS[cube % 6])
    level = 8 + 10 * (number - 232)
    return _nearest(level, level, level)


def _nearest(red: int, green: int, blue: int) -> str:
    def distance(name: str) -> int:
        return sum((one - other) ** 2 for one, other in zip(COLOURS[name], (red, green, blue), strict=True))

    return min(COLOURS, key=distance)
