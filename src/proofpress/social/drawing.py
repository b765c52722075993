"""From an SVG to a PNG: the one door to resvg, which shapes text of every script and reads no font but those handed to it."""

from __future__ import annotations

import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proofpress.social.fonts import SHIPPED, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.social.fonts import Face

INSTALL: Final = "pip install 'proofpress[cards]'"
WIDTH, HEIGHT = 1200, 630
_FOLDER: Final = Path(__file__).parent / "fonts"
_ELSEWHERE: Final = re.compile(r"""<(?:image|use|feImage)\b[^>]*?\shref\s*=\s*["']\s*(?!#|data:)([^"']*)""")


class DrawingError(ValueError):
    """An SVG that can't be drawn; its text says why."""


def can_draw() -> bool:
    """Tell whether resvg is installed."""
    try:
        return find_spec("resvg_py") is not None
    except ValueError:  # its place in sys.modules was taken
        return False


def png(svg: str, faces: Sequence[Face]) -> bytes:
    """Draw a card. `faces` are a site's own fonts, beside those that are shipped. Raises DrawingError.

    Nothing is read from elsewhere: no font of the machine, and no picture that the SVG does not hold.
    """
    import resvg_py  # noqa: PLC0415 - an extra, loaded where a card is drawn

    found = _ELSEWHERE.search(svg)
    if found is not None:
        raise DrawingError(f"it shows '{found[1][:80]}', and a card holds its pictures itself, as data: URLs")
    own = [face for face in faces if face not in shipped()]
    with tempfile.TemporaryDirectory() as below:
        files = [str(_FOLDER / name) for name in SHIPPED]
        for number, face in enumerate(own):
            file = Path(below) / f"{number}.ttf"
            file.write_bytes(face.data)
            files.append(str(file))
        try:
            return bytes(
                resvg_py.svg_to_bytes(
                    svg_string=svg, skip_system_fonts=True, font_files=files, width=WIDTH, height=HEIGHT
                )
            )
        except ValueError as error:
            raise DrawingError(str(error)) from error
