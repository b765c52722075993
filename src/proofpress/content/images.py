"""An image's size in pixels, read from its header, so that a page keeps its place while the image loads."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from proofpress.rules.files import UNREADABLE_IMAGE

if TYPE_CHECKING:
    from proofpress.problems import Problem

IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp", ".tiff")

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_VIEW_BOX: Final = re.compile(
    rb"""<svg\b[^>]*\bviewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+(\d+(?:\.\d+)?)[\s,]+(\d+(?:\.\d+)?)\s*["']"""
)


def measure(path: str, data: bytes) -> tuple[tuple[int, int] | None, Problem | None]:
    """Return an image's width and height, or why it has none. An SVG may go without; its view box counts as a size."""
    import imagesize  # noqa: PLC0415 - it brings an HTTP client along, and a build that changed no image needs neither

    try:
        width, height = imagesize.get(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 - whatever the bytes do to the library, the image is only unsized
        return None, UNREADABLE_IMAGE.refused(error).at(path)
    is_svg = path.lower().endswith(".svg")
    if is_svg and (width <= 0 or height <= 0):
        box = _VIEW_BOX.search(data[:4096])
        width, height = (float(box[1]), float(box[2])) if box else (0, 0)
    if width >= 1 and height >= 1:
        return (round(width), round(height)), None
    if data.startswith(_LFS_POINTER):
        return None, UNREADABLE_IMAGE.pointer().at(path)
    if is_svg and b"<svg" in data[:4096]:
        return None, None
    return None, UNREADABLE_IMAGE.sizeless(path.rpartition(".")[2].upper()).at(path)
