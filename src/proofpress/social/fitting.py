"""Words put into lines that fit a box, as large as they may be: a card's title.

Lines break where UAX 14 lets plain text break most often: at blanks, behind hyphens and slashes, and between the
characters of scripts that are written without blanks. What fits at no size ends with an ellipsis, at a word.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.social.fonts import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.social.fonts import Face

LEADING: Final = 1.16
"""Lines apart, in sizes of the letters."""
_ROOM: Final = 0.985
"""How much of a line is used: letters are also moved by pairs, which is not measured."""
_ELLIPSIS: Final = "…"
_WIDE: Final = frozenset({"W", "F"})
_NOT_FIRST: Final = frozenset(  # marks that close, and small or lengthening signs of Japanese (JIS X 4051)
    "、。，．：；？！）」』】〉》〕ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ・…ゝ゠%％,.:;?!)]}\u2019\u201d"  # noqa: RUF001 - meant
)
_NOT_LAST: Final = frozenset("（「『【〈《〔([{\u2018\u201c")  # noqa: RUF001 - meant
_LOOSE: Final = " ,;:.-\u2013\u2014"
"""What no ellipsis stands behind."""
_BEHIND: Final = re.compile(r"(?<=[\w.][-/\u2013\u2014])(?=\w)")


class Fitted(msgspec.Struct, frozen=True):
    """Words in lines."""

    lines: tuple[str, ...]
    size: float
    """Of the letters, in pixels."""

    @property
    def leading(self) -> float:
        """How far a line is from the next, in pixels."""
        return round(self.size * LEADING, 2)

    @property
    def height(self) -> float:
        """From the top of the first line to the foot of the last, in pixels."""
        return round(self.leading * (len(self.lines) - 1) + self.size, 2)


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """Room for words, in pixels."""

    width: float
    height: float
    largest: float
    """Size of letters."""
    smallest: float


def fit(text: str, faces: Sequence[Face], box: Box) -> Fitted:
    """Return the words in the largest letters at which they fit, lines as long as each other as far as words let them."""
    pieces = _pieces(" ".join(text.split()))
    size = box.largest
    while True:
        lines = _lines(pieces, faces, box.width * _ROOM / size)
        found = Fitted(tuple(lines), size)
        if found.height <= box.height and not any(_broken(line, lines) for line in pieces):
            return Fitted(tuple(_even(pieces, faces, box.width * _ROOM / size, lines)), size)
        if size <= box.smallest:
            return found if found.height <= box.height else _cut(lines, faces, box)
        size = max(box.smallest, size - 4)


def _broken(piece: str, lines: Sequence[str]) -> bool:
    """Tell whether a piece stands whole on no line, since it is longer than one."""
    word = piece.strip()
    return len(word) > 1 and not any(word in line for line in lines)


def _pieces(text: str) -> list[str]:
    """Return what is kept together, each with the blank behind it."""
    found: list[str] = []
    for word in re.findall(r"\S+\s?", text):
        for part in _BEHIND.split(word):
            start = 0
            for at in range(1, len(part)):
                if _may_break(part[at - 1], part[at]):
                    found.append(part[start:at])
                    start = at
            found.append(part[start:])
    return found


def _may_break(before: str, after: str) -> bool:
    wide = unicodedata.east_asian_width(before) in _WIDE or unicodedata.east_asian_width(after) in _WIDE
    hangul = "\uac00" <= before <= "\ud7a3" and "\uac00" <= after <= "\ud7a3"  # Korean has blanks between words
    return wide and not hangul and after not in _NOT_FIRST and before not in _NOT_LAST and not after.isspace()


def _lines(pieces: Sequence[str], faces: Sequence[Face], room: float) -> list[str]:
    """Fill line after line; a piece that is longer than a line goes on where it must."""
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and width((line + piece).rstrip(), faces) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while width(line.rstrip(), faces) > room and len(line) > 1:
            at = next((at for at in range(2, len(line)) if width(line[:at], faces) > room), len(line)) - 1
            lines.append(line[:at].rstrip())
            line = line[at:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _even(pieces: Sequence[str], faces: Sequence[Face], room: float, lines: list[str]) -> list[str]:
    """Return as many lines, the longest of them as short as it can be."""
    if len(lines) < 2:
        return lines
    best, least, most = lines, room / 2, room
    for _ in range(7):
        tried = (least + most) / 2
        found = _lines(pieces, faces, tried)
        if len(found) == len(lines) and not any(_broken(piece, found) for piece in pieces):
            best, most = found, tried
        else:
            least = tried
    return best


def _cut(lines: Sequence[str], faces: Sequence[Face], box: Box) -> Fitted:
    """Return the lines that there is room for, the last one with an ellipsis behind its last whole word."""
    count = 1
    while Fitted(("",) * (count + 1), box.smallest).height <= box.height:
        count += 1
    kept = list(lines[:count])
    room = box.width * _ROOM / box.smallest
    last = kept[-1]
    while last and width(last.rstrip(_LOOSE) + _ELLIPSIS, faces) > room:
        shorter = last.rpartition(" ")[0]
        last = shorter if len(shorter) * 2 > len(last) else last[:-1]
    kept[-1] = last.rstrip(_LOOSE) + _ELLIPSIS
    return Fitted(tuple(kept), box.smallest)
