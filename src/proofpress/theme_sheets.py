"""The theme's style sheets as they are served: without what only people read, and those that every page needs as one.

Each sheet in the head of a page keeps the page from being drawn until it has come, and costs a request; comments and
indents are a fifth of the theme's bytes. A sheet of a site's own is served as it was written.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STYLE: Final = "style.css"
FONTS: Final = "fonts.css"
JOINED: Final = "style-fonts.css"
"""The name of `style.css` and `fonts.css` as one sheet."""

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_BREAK: Final = re.compile(r"\n\s*")
_TIGHT: Final = ((" {", "{"), ("{ ", "{"), ("; ", ";"), (", ", ","), (": ", ":"), (" }", "}"), (";}", "}"))
_IMPORT: Final = re.compile(rb"""@import\s+(?:url\([^)]*\)|"[^"]*"|'[^']*')[^;]*;\s*""")


def lean(sheet: str) -> str:
    """Return a sheet of the default theme without comments, breaks and indents.

    It is written so that no string in it holds a comment, a break or a blank behind a mark, which this takes away.
    """
    text = _BREAK.sub(" ", _COMMENT.sub("", sheet))
    for loose, tight in _TIGHT:
        text = text.replace(loose, tight)
    return text.strip()


def joined(static: Mapping[str, bytes]) -> bytes:
    """Return the sheet of the theme with that of its fonts behind it, whichever of them the site has of its own.

    What the second imports stands first, where alone CSS allows it.
    """
    style, fonts = (static.get(name, b"").removeprefix(codecs.BOM_UTF8) for name in (STYLE, FONTS))
    imports = b"".join(_IMPORT.findall(fonts)) if b"@import" in fonts else b""
    return imports + style + b"\n" + (_IMPORT.sub(b"", fonts) if imports else fonts)
