"""An image's size in pixels, read from its header, so that a page keeps its place while the image loads."""

from __future__ import annotations

import io
import re
from typing import Final

from proofpress.problems import Problem, problem

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
        return None, _fault(path, f"its size can't be read ({error})")
    is_svg = path.lower().endswith(".svg")
    if is_svg and (width <= 0 or height <= 0):
        box = _VIEW_BOX.search(data[:4096])
        width, height = (float(box[1]), float(box[2])) if box else (0, 0)
    if width >= 1 and height >= 1:
        return (round(width), round(height)), None
    if data.startswith(_LFS_POINTER):
        message = "this is a pointer of Git LFS, not the image itself"
        return None, _fault(path, message, "run 'git lfs pull' before the build")
    if is_svg and b"<svg" in data[:4096]:
        return None, None
    kind = path.rpartition(".")[2].upper()
    return None, _fault(path, f"this is no {kind} whose size can be read, so the page will jump while it loads")


def _fault(path: str, message: str, hint: str = "open it to see whether it is whole") -> Problem:
    return problem("unreadable-image", path, 0, 1, message, hint=hint)
