"""Pictures that a notebook holds: which of an output's types is one, and its bytes, taken out of the file again."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Final

from proofpress.content.images import measure
from proofpress.content.notebooks.notebook import fit
from proofpress.content.notebooks.svg import is_still
from proofpress.engine.digests import digest_of_bytes
from proofpress.model import Drawing

if TYPE_CHECKING:
    from proofpress.content.notebooks.notebook import Data

SVG: Final = "image/svg+xml"
TYPES: Final = {SVG: ".svg", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
"""The types of pictures that browsers show, the best first, and what the files are to end with."""
_BEGINNINGS: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n",), "image/jpeg": (b"\xff\xd8\xff",), "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}  # fmt: skip
_SHORT: Final = 16
"""Hexadecimal digits of a picture's digest in its name."""


class GoneError(Exception):
    """A picture is not where it was in its notebook, which has changed meanwhile."""


def drawing(kind: str, data: Data, path: str) -> Drawing | None:
    """Return a picture in a notebook as a file to be published; None for what is none, or could run."""
    found = _bytes(kind, data.text)
    if found is None or (kind == SVG and not is_still(data.text)):
        return None
    digest = digest_of_bytes(found).hex()
    name = f"figure-{digest_of_bytes(path.encode() + found).hex()[:_SHORT]}{TYPES[kind]}"
    size, fault = measure(name, found)
    if fault is not None:
        return None
    width, height = size or (None, None)
    return Drawing(
        name=name, digest=digest, width=width, height=height, start=data.start, end=data.end, drawn=kind == SVG
    )


def taken_out(notebook: bytes, own: Drawing) -> bytes:
    """Return a picture's bytes out of its notebook. Raises GoneError where they are not there."""
    try:
        value = json.loads(notebook.decode("utf-8-sig")[own.start : own.end], strict=False)
    except (ValueError, RecursionError):
        raise GoneError(own.name) from None
    text = "".join(one for one in value if isinstance(one, str)) if isinstance(value, list) else value
    found = _bytes(SVG if own.drawn else "", fit(text)) if isinstance(text, str) else None
    if found is None or digest_of_bytes(found).hex() != own.digest:
        raise GoneError(own.name)
    return found


def _bytes(kind: str, text: str) -> bytes | None:
    """Return the bytes of a picture as it is stored, in Base64 or, for a drawing, as text; None for what is none."""
    if kind == SVG:
        return text.strip().encode("utf-8", "replace") + b"\n" if "<svg" in text else None
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if found and found.startswith(_BEGINNINGS.get(kind, b"")) else None
