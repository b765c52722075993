"""Colours of diagrams: each as it was chosen in light, and in dark with its lightness mirrored, its hue as it was.

Contrast between two colours is a matter of how far apart they are in lightness, so what could be read still can be. The
lightness is Oklab's, which follows the eye.
"""

from __future__ import annotations

import colorsys
import functools
import re
from typing import Final

INK: Final = "#1b1e22"
"""The theme's, in which words are written: they take the page's own colour."""
_DARKEST, _LIGHTEST = 0.22, 0.93
"""Oklab's lightness of the theme's dark paper, and of what is black in light."""
_HEX: Final = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(\s*([^)]*)\)")
_NAMED: Final = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "yellow": "#ffff00",
    "orange": "#ffa500", "purple": "#800080", "pink": "#ffc0cb", "brown": "#a52a2a", "gray": "#808080", "grey": "#808080",
    "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3", "darkgray": "#a9a9a9", "darkgrey": "#a9a9a9", "lightblue": "#add8e6",
    "lightgreen": "#90ee90", "lightyellow": "#ffffe0", "darkgreen": "#006400", "darkblue": "#00008b", "navy": "#000080",
    "teal": "#008080", "cyan": "#00ffff", "magenta": "#ff00ff", "gold": "#ffd700", "tomato": "#ff6347", "coral": "#ff7f50",
    "salmon": "#fa8072", "crimson": "#dc143c", "steelblue": "#4682b4", "skyblue": "#87ceeb", "royalblue": "#4169e1",
    "lavender": "#e6e6fa", "beige": "#f5f5dc", "ivory": "#fffff0", "wheat": "#f5deb3", "khaki": "#f0e68c", "violet": "#ee82ee",
    "indigo": "#4b0082", "maroon": "#800000", "olive": "#808000", "turquoise": "#40e0d0", "palegreen": "#98fb98",
    "lightpink": "#ffb6c1", "lightcyan": "#e0ffff", "darkred": "#8b0000", "darkorange": "#ff8c00", "firebrick": "#b22222",
    "forestgreen": "#228b22", "dimgray": "#696969", "dimgrey": "#696969", "whitesmoke": "#f5f5f5", "aliceblue": "#f0f8ff",
    "mistyrose": "#ffe4e1", "honeydew": "#f0fff0", "plum": "#dda0dd", "orchid": "#da70d6", "silver": "#c0c0c0",
}  # fmt: skip


@functools.lru_cache(maxsize=512)
def both(written: str) -> str:
    """Return a colour for light and dark, `light-dark(#…, #…)`; as it is what is none that is known here."""
    small = written.strip().lower()
    if small == "transparent":
        return "none"
    rgba = _read(_NAMED.get(small, small))
    if rgba is None:
        return written
    red, green, blue, alpha = rgba
    if not alpha:
        return "none"
    light = _hex(red, green, blue)
    if light == INK and alpha == 1:
        return "currentColor"
    seen = "" if alpha == 1 else f"{round(alpha * 255):02x}"
    return f"light-dark({light}{seen}, {_hex(*_mirrored(red, green, blue))}{seen})"


def _read(written: str) -> tuple[float, float, float, float] | None:
    if _HEX.fullmatch(written):
        digits = written[1:] if len(written) > 5 else "".join(digit * 2 for digit in written[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)]
        return parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0
    found = _FUNCTION.fullmatch(written)
    words = re.split(r"[\s,/]+", found[2].strip()) if found else []
    try:
        numbers = [float(word.removesuffix("deg").removesuffix("%")) for word in words]
    except ValueError:
        return None
    if found is None or len(numbers) not in (3, 4):
        return None
    alpha = numbers[3] / (100 if words[3].endswith("%") else 1) if len(numbers) == 4 else 1.0
    if found[1] == "rgb":
        red, green, blue = (
            number / (100 if word.endswith("%") else 255) for number, word in zip(numbers[:3], words, strict=False)
        )
    else:
        red, green, blue = colorsys.hls_to_rgb(numbers[0] % 360 / 360, numbers[2] / 100, numbers[1] / 100)
    return red, green, blue, min(1.0, max(0.0, alpha))


def _hex(*channels: float) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, channel)) * 255):02x}" for channel in channels)


def _mirrored(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Return a colour with its lightness mirrored (Björn Ottosson, Oklab), as full as a screen can show it."""
    lightness, a, b = _oklab(red, green, blue)
    lightness = _LIGHTEST - lightness * (_LIGHTEST - _DARKEST)
    for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1):
        found = _srgb(lightness, a * share, b * share)
        if all(-0.001 <= channel <= 1.001 for channel in found):
            return found
    return _srgb(lightness, 0, 0)


def _oklab(red: float, green: float, blue: float) -> tuple[float, float, float]:
    r, g, b = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in (red, green, blue))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _srgb(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red, green, blue = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return _encoded(red), _encoded(green), _encoded(blue)


def _encoded(one: float) -> float:
    return 12.92 * one if one <= 0.0031308 else float(1.055 * one ** (1 / 2.4) - 0.055)
