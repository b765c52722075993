"""What a font says of its letters: which there are, and how wide each is. OpenType 1.9: head, hhea, hmtx, cmap, name.

No outline is read here, and no library: what draws shapes the letters itself, and what fits words into lines needs no more
than their widths.
"""

from __future__ import annotations

import functools
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SHIPPED: Final = ("strong.ttf", "text.ttf", "signs.ttf")
"""In fonts/: STIX Two Text in two weights, the wider one first, by which all is measured; and arrows and operators."""
_FOLDER: Final = Path(__file__).parent / "fonts"
_COLLECTION: Final = b"ttcf"
_UNKNOWN: Final = 0.6
"""Em: what a letter that no font has is taken for."""
_LEAVES_NO_GAP: Final = frozenset({"Cc", "Mn", "So", "Sk", "Zl", "Zp"})
"""Of what no font has, what a card goes without: marks, and pictures such as emoji."""
_UNSEEN_MARK: Final = "Cf"
"""What directs letters beside it, and needs no form of its own: a direction, a joiner."""


class FontError(ValueError):
    """A file that is no font, or one of a form that isn't read; its text says which."""


class Face(msgspec.Struct, frozen=True):
    """A font's name, its letters and their widths."""

    family: str
    advances: dict[int, float]
    """By character: how far the next one stands from it, in em."""
    data: bytes
    """The file."""

    def __contains__(self, character: str) -> bool:
        return ord(character) in self.advances


@functools.lru_cache(maxsize=8)
def read_face(data: bytes) -> Face:
    """Read a TrueType or OpenType file; of a collection the first font. Raises FontError."""
    try:
        tables = _tables(data)
        units = struct.unpack_from(">H", tables["head"], 18)[0]
        glyphs = dict(_characters(tables["cmap"]))
        widths = _widths(tables["hhea"], tables["hmtx"])
        family = _family(tables["name"])
    except (struct.error, KeyError, IndexError) as error:
        raise FontError("it is no TrueType or OpenType font") from error
    if not units or not glyphs or not widths or not family:
        raise FontError("it has no letters")
    last = len(widths) - 1
    return Face(family, {character: widths[min(glyph, last)] / units for character, glyph in glyphs.items()}, data)


@functools.cache
def shipped() -> tuple[Face, ...]:
    """Return the fonts that come with Proofpress."""
    return tuple(read_face((_FOLDER / name).read_bytes()) for name in SHIPPED)


def width(text: str, faces: Sequence[Face]) -> float:
    """Return how wide a line is in em, each letter from the first font that has it."""
    total = 0.0
    for character in text:
        code = ord(character)
        for face in faces:
            found = face.advances.get(code)
            if found is not None:
                total += found
                break
        else:
            total += 0 if unicodedata.category(character) == _UNSEEN_MARK else _UNKNOWN
    return total


def without_pictures(text: str, faces: Sequence[Face]) -> str:
    """Return the text that a card shows: without emoji and marks that no font has."""
    if text.isascii():
        return text
    kept = [
        character
        for character in text
        if any(character in face for face in faces) or unicodedata.category(character) not in _LEAVES_NO_GAP
    ]
    return " ".join("".join(kept).split())


def lacking(text: str, faces: Sequence[Face]) -> str:
    """Return the letters of a text that no font has, each once; blanks need none."""
    shown = without_pictures(text, faces)
    found = dict.fromkeys(one for one in shown if not one.isspace() and not any(one in face for face in faces))
    return "".join(one for one in found if unicodedata.category(one) != _UNSEEN_MARK)


def _tables(data: bytes) -> Mapping[str, memoryview]:
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == _COLLECTION else 0
    if data[start : start + 4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise FontError("it is no TrueType or OpenType font; of WOFF and WOFF2 the font within is wanted")
    view = memoryview(data)
    found = {}
    for at in range(struct.unpack_from(">H", data, start + 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, start + 12 + 16 * at)
        found[tag.decode("latin-1")] = view[offset : offset + length]
    return found


def _widths(hhea: memoryview, hmtx: memoryview) -> tuple[int, ...]:
    """Return the advance of each glyph; those beyond the last have that of the last."""
    count = struct.unpack_from(">H", hhea, 34)[0]
    return struct.unpack_from(f">{count * 2}H", hmtx)[::2]


_BEST: Final = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
"""Platform and encoding of tables by Unicode, those of all planes first."""


def _characters(cmap: memoryview) -> Iterator[tuple[int, int]]:
    """Give each character with its glyph."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    records = [struct.unpack_from(">HHI", cmap, 4 + 8 * at) for at in range(count)]
    there = {(platform, encoding): offset for platform, encoding, offset in records}
    offset = next((there[one] for one in _BEST if one in there), None)
    if offset is None:
        raise FontError("its letters are not known by Unicode")
    table = cmap[offset:]
    form = struct.unpack_from(">H", table)[0]
    if form == 12:
        yield from _groups(table)
    elif form == 4:
        yield from _segments(table)
    else:
        raise FontError(f"its letters are told in form {form} of a cmap, which is not read")


def _groups(table: memoryview) -> Iterator[tuple[int, int]]:
    """Give what a cmap of form 12 has."""
    for at in range(struct.unpack_from(">I", table, 12)[0]):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * at)
        if last > 0x10FFFF or last < first:
            raise FontError("its letters are not those of Unicode")
        yield from ((code, glyph + code - first) for code in range(first, last + 1))


def _segments(table: memoryview) -> Iterator[tuple[int, int]]:
    """Give what a cmap of form 4 has."""
    twice = struct.unpack_from(">H", table, 6)[0]
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + twice)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * twice)
    offsets = struct.unpack_from(f">{count}H", table, 16 + 3 * twice)
    for at, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if offset:
                place = 16 + 3 * twice + 2 * at + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", table, place)[0] if code != 0xFFFF else 0
                if not glyph:
                    continue
            glyph = (glyph + delta) & 0xFFFF
            if glyph:
                yield code, glyph


def _family(name: memoryview) -> str:
    """Return the family's name as fonts are asked for by: that of the typographic family, or else the first one."""
    count, storage = struct.unpack_from(">HH", name, 2)
    found: dict[int, str] = {}
    for at in range(count):
        platform, _, language, about, length, offset = struct.unpack_from(">HHHHHH", name, 6 + 12 * at)
        if about in (1, 16) and platform == 3 and (language == 0x409 or about not in found):
            found[about] = bytes(name[storage + offset : storage + offset + length]).decode("utf-16-be", "replace")
    return found.get(16) or found.get(1) or ""
