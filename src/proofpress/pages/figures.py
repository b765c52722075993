"""Figures that open large: a picture that has more than the page shows of it is a link to its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy

if TYPE_CHECKING:
    import re

CHARACTERS: Final = 65
"""How many characters a line of prose has in the theme, where the site doesn't say."""
CHARACTER: Final = 0.5615 * 16
"""Pixels: how wide one is on average."""
WORTH: Final = 1.2
"""How many times as wide as it is shown a picture is, for which the way to it is worth while."""
OUTSET: Final = 15 * 16
"""Pixels by which what is wide reaches past the text."""

_FIGURE: Final = lazy(
    r"(?P<figure><figure(?: [^<>]*)?>)"
    r"(?P<image>(?:<picture[^<>]*>(?:<source [^<>]*>)*)?<img (?P<attributes>[^<>]*)>(?:</picture>)?)"
)
_ATTRIBUTE: Final = lazy(r'([a-z-]+)="([^"]*)"')


def enlargeable(html: str, characters: object = None) -> str:
    """Return a text in which the picture of a figure is a link to itself, where it is a good deal wider than it is shown.

    `characters` is how many a line of prose has. A picture without a description is none: its link would say nothing.
    """
    if "<figure" not in html:
        return html
    measure = (characters if isinstance(characters, int) else CHARACTERS) * CHARACTER

    def linked(found: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(found["attributes"]))
        wide = "wide" in given.get("class", "").split()
        width, alt, source = given.get("width", ""), given.get("alt", "").strip(), given.get("src", "")
        if not alt or not source or not width.isdecimal() or int(width) < WORTH * (measure + (OUTSET if wide else 0)):
            return found[0]
        name = "enlarge wide" if wide else "enlarge"
        return f'{found["figure"]}<a class="{name}" href="{source}">{found["image"]}</a>'

    return _FIGURE.sub(linked, html)
