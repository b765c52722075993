"""A renderer's SVG made one that may stand in a page: plain attributes, colours for light and dark, nothing that runs."""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import msgspec

from proofpress.diagrams.colours import both
from proofpress.diagrams.lettering import hold, reach_of
from proofpress.diagrams.styling import styled
from proofpress.urls import read

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS: Final = frozenset(
    """
    svg g defs symbol use marker clipPath mask pattern linearGradient radialGradient stop path rect circle ellipse
    line polyline polygon text tspan a
    """.split()  # noqa: SIM905 - a list of them takes a page
)
_GEOMETRY: Final = frozenset(
    """
    d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform viewBox preserveAspectRatio refX refY
    orient markerWidth markerHeight markerUnits gradientUnits gradientTransform offset fx fy clipPathUnits
    maskUnits patternUnits patternTransform pathLength textLength lengthAdjust rotate overflow
    """.split()  # noqa: SIM905 - a list of them takes a page
)
_STYLE: Final = frozenset(
    """
    fill stroke stroke-width stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity fill-opacity fill-rule clip-rule opacity font-size font-weight font-style text-anchor
    dominant-baseline alignment-baseline baseline-shift display visibility text-decoration stop-color stop-opacity overflow
    clip-path mask marker-start marker-mid marker-end letter-spacing paint-order
    """.split()  # noqa: SIM905 - a list of them takes a page
)
_COLOURS: Final = frozenset({"fill", "stroke", "stop-color"})
_BY_CSS: Final = frozenset({"rx", "ry"})
"""Of geometry what a style sheet may say as well."""
_TO_ID: Final = re.compile(r"""url\(\s*["']?#([^"')]+)["']?\s*\)""")
_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
_WIDER: Final = 0.25
"""The share of its width by which a diagram gets wider at each side at the most, for words that reach out of it."""
_EDGE: Final = 4
"""Pixels between such words and the edge."""
_TURNED: Final = re.compile(r"rotate\((-?[\d.]+)(?:deg)?\)\s*scale\(([\d.]+)(?:\s*,\s*[\d.]+)?\)")
_FIXED: Final = {
    "dominant-baseline": {"auto", "inherit"},
    "display": {"inline", "inherit"},
    "visibility": {"inherit", "visible"},
    "clip-path": {"none"},
    "mask": {"none"},
    "opacity": {"1"},
    "font-style": {"normal"},
}
"""What says nothing."""


class Drawing(msgspec.Struct, frozen=True):
    """An SVG, and how large it is."""

    svg: str
    width: int
    height: int
    title: str = ""
    description: str = ""


def ours(written: str, prefix: str, *, paper: str = "") -> Drawing:
    """Return a renderer's SVG as ours; its ids begin with `prefix`. A ground of the colour `paper` is left out.

    Raises ET.ParseError for what is no XML.
    """
    root = ET.fromstring(written)  # noqa: S314 - a renderer's, whose text has no document type of the writer's
    sheet = "".join(one.text or "" for one in root.iter(f"{_SVG}style"))
    styles = styled(root, sheet)
    title, description = (_said(root, name) for name in ("title", "desc"))
    wanted = _wanted(root, styles)
    hold(root, styles)
    x, y, width, height = _widened(_box(root), reach_of(root, styles))
    pieces: list[str] = []
    for child in root:
        _write(child, styles, wanted, prefix, pieces, paper)
    box = " ".join(f"{number:g}" for number in (round(x, 2), round(y, 2), round(width, 2), round(height, 2)))
    own = "".join(
        f' {name}="{escape(value)}"' for name, value in _style(root, styles, prefix).items() if name != "fill"
    )
    wide, high = math.ceil(width), math.ceil(height)
    svg = f'<svg viewBox="{box}" width="{wide}" height="{high}" fill="currentColor"{own}>{"".join(pieces)}</svg>'
    return Drawing(svg, wide, high, title, description)


def _said(root: Element, name: str) -> str:
    found = root.find(f"{_SVG}{name}")
    return " ".join((found.text or "").split()) if found is not None else ""


def _box(root: Element) -> tuple[float, float, float, float]:
    numbers = [float(one) for one in re.findall(r"-?[\d.]+(?:e-?\d+)?", root.get("viewBox", ""))]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else (0.0, 0.0, 300.0, 150.0)


def _widened(box: tuple[float, float, float, float], reach: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return the box of a diagram with room for words that reach out of it to the sides."""
    x, y, width, height = box
    most = _WIDER * width
    left = max(reach[0] - _EDGE, x - most) if reach[0] < x else x
    right = min(reach[1] + _EDGE, x + width + most) if reach[1] > x + width else x + width
    return left, y, right - left, height


def _wanted(root: Element, styles: dict[Element, dict[str, str]]) -> frozenset[str]:
    """Return the ids that something in the diagram leads to."""
    found: set[str] = set()
    for element in root.iter():
        for value in (*element.attrib.values(), *styles.get(element, {}).values()):
            found.update(_TO_ID.findall(value))
        link = element.get(_LINK) or element.get("href") or ""
        if link.startswith("#"):
            found.add(link[1:])
    return frozenset(found)


def _write(
    element: Element,
    styles: dict[Element, dict[str, str]],
    wanted: frozenset[str],
    prefix: str,
    pieces: list[str],
    paper: str,
    *,
    masks: bool = False,
) -> None:
    """Write an element with what is in it; nothing of one that has no place in a page. In a mask colours are no colours."""
    name = str(element.tag).removeprefix(_SVG)
    masks = masks or name == "mask"
    style = _style(element, styles, prefix, masks=masks)
    if name not in _ELEMENTS or style.get("display") == "none":
        return
    if paper and _is_ground(element, name, style, paper):
        return
    if name == "rect" and (style.get("fill"), style.get("stroke")) == ("none", "none"):
        return
    if name == "svg":  # a label, for which another font may have taken more room
        style["overflow"] = "visible"
    said = _attributes(element, name, wanted, prefix) | style
    if name == "rect" and "transform" not in said and (turned := _turned(element, styles)):
        said["transform"] = turned
    if name == "a" and "href" not in said:
        name, said = "g", style
    tag = name + "".join(f' {key}="{escape(value)}"' for key, value in said.items())
    text = element.text or ""
    if not text.strip() and name not in ("text", "tspan"):
        text = ""
    pieces.append(f"<{tag}>{escape(text, quote=False)}")
    for child in element:
        _write(child, styles, wanted, prefix, pieces, paper, masks=masks)
        if name in ("text", "tspan") and child.tail:
            pieces.append(escape(child.tail, quote=False))
    pieces.append(f"</{name}>")


def _is_ground(element: Element, name: str, style: dict[str, str], paper: str) -> bool:
    """Tell whether an element is the paper on which a renderer draws."""
    bare = style.get("stroke", "none") == "none" or element.get("stroke-width") == "0"
    return bare and style.get("fill") == both(paper) and (name == "polygon" or element.get("stroke-width") == "0")


def _attributes(element: Element, name: str, wanted: frozenset[str], prefix: str) -> dict[str, str]:
    """Return what says where and how large an element is, its id, and where it leads."""
    said: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key == "id" and value in wanted:
            said["id"] = prefix + value
        elif key in _GEOMETRY:
            said[key] = _short(value)
        elif key in (_LINK, "href"):
            if value.startswith("#"):
                said["href"] = f"#{prefix}{value[1:]}"
            elif name == "a" and not read(value).local and read(value).is_safe(image=False):
                said["href"] = value
    return said


def _turned(element: Element, styles: dict[Element, dict[str, str]]) -> str:
    """Return how a box is turned about its middle, where a style sheet says so: a milestone."""
    found = _TURNED.fullmatch(styles.get(element, {}).get("transform", ""))
    if found is None:
        return ""
    x, y, width, height = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
    middle = f"{x + width / 2:g} {y + height / 2:g}"
    back = f"{-x - width / 2:g} {-y - height / 2:g}"
    return f"translate({middle}) rotate({found[1]}) scale({found[2]}) translate({back})"


def _style(
    element: Element, styles: dict[Element, dict[str, str]], prefix: str, *, masks: bool = False
) -> dict[str, str]:
    """Return how an element looks, as presentation attributes; what masks looks alike in light and dark."""
    found: dict[str, str] = {}
    by_css = styles.get(element, {})
    given = {key: value for key, value in element.attrib.items() if key in _STYLE} | by_css
    for key, value in given.items():
        if (key not in _STYLE and key not in _BY_CSS) or not value or value in _FIXED.get(key, ()):
            continue
        if key in _COLOURS and not value.startswith("url("):
            found[key] = value if masks else both(value)
        elif key == "font-size":
            found[key] = value.removesuffix("px")
        else:
            found[key] = _TO_ID.sub(lambda match: f"url(#{prefix}{match[1]})", _short(value.removesuffix("px")))
            if "url(" in value and not _TO_ID.search(value):
                del found[key]
        if key in _COLOURS and _TO_ID.search(value):
            found[key] = _TO_ID.sub(lambda match: f"url(#{prefix}{match[1]})", value)
    if found.get("font-weight") in ("normal", "400"):
        del found["font-weight"]
    return found


def _short(value: str) -> str:
    """Return numbers with two places: more is finer than a screen."""
    return _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value)
