"""Whether a drawing of a notebook may be published: an SVG in which nothing runs and that loads nothing.

Opened by its own address, an SVG is a page of the site. So what is in it has to be known, element by element; what is not
known is not published.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from proofpress import urls

_ELEMENTS: Final = frozenset(
    {
        "svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style", "path", "rect", "circle", "ellipse", "line",
        "polyline", "polygon", "text", "tspan", "textpath", "image", "clippath", "mask", "pattern", "marker", "lineargradient",
        "radialgradient", "stop", "switch", "a", "filter", "feblend", "fecolormatrix", "fecomponenttransfer", "fecomposite",
        "feconvolvematrix", "fediffuselighting", "fedisplacementmap", "fedistantlight", "fedropshadow", "feflood", "fefunca",
        "fefuncb", "fefuncg", "fefuncr", "fegaussianblur", "femerge", "femergenode", "femorphology", "feoffset",
        "fepointlight", "fespecularlighting", "fespotlight", "fetile", "feturbulence",
    }
)  # fmt: skip
_ABOUT: Final = ("rdf:", "cc:", "dc:", "sodipodi:", "inkscape:")
"""Elements that say who drew it, which show nothing."""
_IN_STYLE: Final = re.compile(r"@import|expression\s*\(|url\(\s*[\"']?(?!#)|\\", re.IGNORECASE)
MOST_ELEMENTS: Final = 500_000


class _RunsError(Exception):
    """There is something in it that could run, or load."""


def is_still(svg: str) -> bool:
    """Tell whether an SVG is whole, and nothing in it runs or loads anything."""
    parser = expat.ParserCreate()
    style: list[str] = []
    inside: list[str] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        plain = name.lower().removeprefix("svg:")
        if count == 1 and plain != "svg":
            raise _RunsError
        if count > MOST_ELEMENTS or not (plain in _ELEMENTS or plain.startswith(_ABOUT)):
            raise _RunsError
        inside.append(plain)
        for key, value in attributes.items():
            _judge(plain, key.lower(), value)

    def end(_name: str) -> None:
        inside.pop()

    def words(text: str) -> None:
        if inside and inside[-1] == "style":
            style.append(text)

    def refuse(*_: object) -> None:
        raise _RunsError

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(svg.encode("utf-8"), True)
    except (_RunsError, expat.ExpatError, ValueError):
        return False
    return count > 0 and not _IN_STYLE.search("".join(style))


def _judge(element: str, key: str, value: str) -> None:
    """Raise where an attribute could run or load something."""
    name = key.rpartition(":")[2]
    if name.startswith("on") or name in ("base", "src"):
        raise _RunsError
    if name == "href":
        read = urls.read(value)
        known = value.strip().startswith("#") or (
            element == "image" and read.is_safe() and read.scheme not in ("", *urls.WEB)
        )
        followed = element == "a" and read.scheme in urls.WEB
        if not (known or followed):
            raise _RunsError
    elif ("url(" in value.lower() or name == "style") and _IN_STYLE.search(value):
        raise _RunsError
