"""A theme's options that change how it looks: `accent` and `width`, as a style sheet.

A colour is moved in lightness until text in it can be read on every ground of the theme, in light and in dark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEET: Final = "options.css"
LOOKS: Final = ("accent", "width")
"""The options for which there is a sheet."""
LIGHT: Final = ("#ffffff", "#f4f5f6", "#fff2a8")
DARK: Final = ("#15181c", "#20252b", "#463b08")
"""Paper, shade and marker of style.css, on which links stand."""
NARROWEST, WIDEST = 45, 90
CHARACTER: Final = 0.5615
"""Rem: how wide a character of prose is on average, in STIX Two Text."""
ROOM: Final = 51.5
"""Rem: measure and outset together, which the window's room is counted by."""
_COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def colour_of(written: object) -> str | None:
    """Return a colour as `#rrggbb`; None for what is none."""
    if not isinstance(written, str) or not _COLOUR.fullmatch(written):
        return None
    digits = written[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def width_of(written: object) -> int | None:
    """Return how many characters a line is to have; None for what is no such number."""
    if isinstance(written, bool) or not isinstance(written, int) or not NARROWEST <= written <= WIDEST:
        return None
    return written


def both(colour: str) -> tuple[str, str]:
    """Return a colour as it is read in light and in dark: as it is where its contrast is enough (WCAG, 4.5:1)."""
    from proofpress.listings.stylesheet import readable  # noqa: PLC0415 - loads Pygments

    return readable(colour, LIGHT), readable(colour, DARK)


def look(options: Mapping[str, Any]) -> str:
    """Return the style sheet of these options; empty for none."""
    said = []
    accent, width = colour_of(options.get("accent")), width_of(options.get("width"))
    if accent is not None:
        light, dark = both(accent)
        said += [f"--{name}: light-dark({light}, {dark});" for name in ("accent", "link")]
    if width is not None:
        measure = width * CHARACTER
        said.append(f"--measure: {measure:.2f}rem; --outset: {max(0.0, ROOM - measure):.2f}rem;")
    return f":root {{ {' '.join(said)} }}\n" if said else ""
