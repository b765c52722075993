"""An image's size in pixels, read from its header, so that a page keeps its place while the image loads.

It is the size that a browser gives the image, turned as its EXIF data says; where a browser would fit it to the page, as
an SVG with a view box alone, there is none.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.files import UNREADABLE_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.problems import Problem

IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp", ".tiff")

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ORIENTATION: Final = 0x0112
_GPS: Final = 0x8825
"""The field of EXIF that leads to the directory of places (CIPA DC-008, section 4.6.3)."""
_LATITUDE: Final = 2
_EXIF: Final = lazy(rb"(?:Exif\0\0|eXIf|EXIF.{4})(?=II\*\0|MM\0\*)", re.DOTALL)
"""What stands before EXIF data in JPEG and AVIF, in PNG, and in WebP."""
_PACKED: Final = (
    rb"(?:zTXt|(tEXt))(Raw profile type (?:exif|xmp|APP1))\0(?(1)|\0)"
    rb"|iTXtXML:com\.adobe\.xmp\0\x01\0[^\0]{0,80}\0[^\0]{0,80}\0"
)
"""What stands in a PNG before data that a search does not see: packed (PNG 3, 11.3.3), or in digits, as ImageMagick writes it."""
_MOST: Final = 1 << 20
"""Bytes of what was packed that are looked at."""
_HEAD: Final = 65_536
"""How far into an SVG its root is looked for."""

_BEFORE_ROOT: Final = lazy(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT: Final = lazy(r"<(?:[\w.-]+:)?svg\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_ATTRIBUTE: Final = lazy(r"(?<![\w:.-])(width|height|viewBox|preserveAspectRatio)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LENGTH: Final = lazy(rf"\s*({_NUMBER})(px|pt|pc|in|cm|mm|q|em|rem)?\s*\Z", re.IGNORECASE)
_VIEW_BOX: Final = lazy(
    rf"\s*{_NUMBER}(?:\s*,\s*|\s+){_NUMBER}(?:\s*,\s*|\s+)({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})\s*\Z"
)
_PIXELS: Final = {
    "": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54,
    "em": 16.0, "rem": 16.0,
}  # fmt: skip
"""CSS Values and Units Module Level 4, sections 6.1 and 6.2; nothing sets another size of type for an image's root."""


def measure(path: str, data: bytes) -> tuple[tuple[int, int] | None, Problem | None]:
    """Return an image's width and height, or why it has none. An SVG may go without."""
    if path.lower().endswith(".svg") and not data.startswith(_LFS_POINTER):
        is_svg, size = _measure_svg(data)
        if is_svg:
            return size, None
    import imagesize  # noqa: PLC0415 - it brings an HTTP client along, and a build that changed no image needs neither

    try:
        width, height = imagesize.get(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 - whatever the bytes do to the library, the image is only unsized
        return None, UNREADABLE_IMAGE.refused(error).at(path)
    if width >= 1 and height >= 1:
        if _is_on_its_side(data):
            width, height = height, width
        return (round(width), round(height)), None
    if data.startswith(_LFS_POINTER):
        return None, UNREADABLE_IMAGE.pointer().at(path)
    kind = path.rpartition(".")[2].upper()
    return None, UNREADABLE_IMAGE.sizeless(kind).at(path)


def _measure_svg(data: bytes) -> tuple[bool, tuple[int, int] | None]:
    """Tell whether bytes are an SVG, and the size of its own that it has in an `img` (SVG 2, section 7.12).

    A length that is missing follows from the other one and the proportions of the view box.
    """
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    head = _BEFORE_ROOT.sub("", data[:_HEAD].decode(encoding, "replace"))
    root = _ROOT.search(head)
    if root is None:
        return "<svg" in head, None
    written = {name: double or single for name, double, single in _ATTRIBUTE.findall(root[1])}
    width, height = _length(written.get("width", "")), _length(written.get("height", ""))
    if (width is None) != (height is None):
        box = _VIEW_BOX.match(written.get("viewBox", ""))
        across, down = (float(box[1]), float(box[2])) if box else (0.0, 0.0)
        if across <= 0 or down <= 0 or written.get("preserveAspectRatio", "").strip() == "none":
            return True, None
        width = width if width is not None else (height or 0) * across / down
        height = height if height is not None else width * down / across
    if width is None or height is None or not (0.5 <= width < 1e6 and 0.5 <= height < 1e6):
        return True, None
    return True, (int(width + 0.5), int(height + 0.5))


def _length(written: str) -> float | None:
    """Return a length in pixels; None for what a browser fits to the page, as a percentage, and for what is none."""
    found = _LENGTH.match(written)
    return float(found[1]) * _PIXELS[(found[2] or "").lower()] if found else None


def _is_on_its_side(data: bytes) -> bool:
    """Tell whether EXIF data turns a PNG by a quarter, where it stands before the image, as browsers need it.

    Of JPEG, AVIF and TIFF the library knows it; in a WebP, Chromium 156 does not heed it.
    """
    try:
        if data.startswith(_PNG):
            at = len(_PNG)
            while (kind := data[at + 4 : at + 8]) not in {b"IDAT", b""}:
                (length,) = struct.unpack_from(">I", data, at)
                if kind == b"eXIf":
                    return _orientation(data[at + 8 : at + 8 + length]) >= 5
                at += length + 12
    except struct.error:
        return False
    return False


def _orientation(exif: bytes) -> int:
    """Return the orientation of an image, 1 to 8, from its EXIF data (TIFF 6.0, section 2); 1 where it is silent."""
    return next(
        (value for tag, kind, value in _fields(exif) if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8), 1
    )


def holds_location(data: bytes) -> bool:
    """Tell whether an image says where it was taken, in its EXIF data or in XMP. `data` may be its beginning, or its end."""
    if b"tRaw profile" in data or b"iTXtXML" in data:
        return _is_located(data) or any(_is_located(one) for one in _unpacked(data))
    return _is_located(data)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Give what a PNG says of itself in packed chunks of text, and in those that have bytes as digits."""
    for found in re.finditer(_PACKED, data):
        text = data[found.end() : found.end() + _MOST]
        try:
            if found[1] is None:
                text = zlib.decompressobj().decompress(text, _MOST)
            if found[2] is not None:
                _, length, digits = text.split(None, 2)
                pairs = b"".join(digits.split())[: 2 * int(length)]
                text = b"Exif\0\0" + bytes.fromhex(pairs.decode("ascii"))
        except (zlib.error, ValueError):
            continue
        yield text


def _is_located(data: bytes) -> bool:
    if b"GPSLatitude" in data:  # XMP names it (XMP, part 2, section 3.3)
        return True
    for found in _EXIF.finditer(data):
        exif = data[found.end() :]
        try:
            for tag, _, at in _fields(exif):
                if tag == _GPS and any(name == _LATITUDE for name, _, _ in _fields(exif, at)):
                    return True
        except struct.error:
            continue
    return False


def _fields(exif: bytes, at: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Give tag, type and value of each field of a directory, of the first or of that at an offset (TIFF 6.0, section 2).

    Of a value that is longer than four bytes it is its offset. Raises struct.error where the data ends before.
    """
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return
    first: int = at if at is not None else struct.unpack_from(f"{order}I", exif, 4)[0]
    (entries,) = struct.unpack_from(f"{order}H", exif, first)
    for number in range(entries):
        tag, kind = struct.unpack_from(f"{order}HH", exif, first + 2 + 12 * number)
        (value,) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", exif, first + 2 + 12 * number + 8)
        yield tag, kind, value
