"""How wide words are: those of a diagram keep the room that its renderer gave them, in whichever font a page has.

Renderers lay out boxes by the widths of Helvetica's letters. A browser that sets the words in a wider font would have them
leave their boxes; SVG's `textLength` says how much room they have (SVG 2, section 11.4.1), and letters of another width are
drawn a little closer, or further apart. Only words whose letters are known here are held.
"""

from __future__ import annotations

import math
import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

_NARROW: Final = {
    278: " !,./:;[]\\ftI",
    222: "ijl\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}",
    333: "()-`r“”",
    191: "'",
    260: "|",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
}
_BROAD: Final = {
    500: "ckvsxyzJ", 556: "abdeghnopqu0123456789#$_?L\N{EN DASH}«»µ", 584: "+<=>~\N{MULTIPLICATION SIGN}÷±", 611: "FTZßø", 667: "ABEKPSVXY&", 722: "CDHNRUw",
    778: "GOQØ", 833: "mM", 889: "%æ", 944: "W", 1000: "—…", 1015: "@",
}  # fmt: skip
_WIDTHS: Final[Mapping[str, int]] = {
    letter: width for widths in (_NARROW, _BROAD) for width, letters in widths.items() for letter in letters
}
"""Of Helvetica's letters, in thousandths of their size."""
_BOLD: Final = 1.07
_SET: Final = 0.95
"""How wide words are set: renderers measure a little less than Helvetica has."""
_SHORTEST: Final = 4
"""Letters from which on words are held: with fewer nothing can be seen of it."""
_SMALLEST: Final = 0.6
"""The share of its size that a word has at the least, where it is broader than its box."""
_CLOSEST: Final = 0.8
"""The share of their width from which on words are made smaller, since closer letters alone could not be read."""
_EDGE: Final = 6
"""Pixels by which words may be broader than the room that was measured for them: boxes have edges of more."""
_USUAL: Final = "15"
_HEAVY: Final = frozenset({"bold", "bolder", "600", "700"})
_INHERITED: Final[tuple[str, ...]] = ("font-size", "font-weight", "text-anchor")
_ELSEWHERE: Final = frozenset({"defs", "marker", "symbol", "clipPath", "mask", "pattern"})
"""What is drawn where something else says so."""
_SIDEWAYS: Final = re.compile(r"translate\(\s*(-?[\d.]+)(?:[\s,]+-?[\d.]+)?\s*\)")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def words_of(element: Element) -> str:
    """Return the words of a text in one line; nothing of one in several lines or pieces."""
    children = list(element)
    if len(children) > 1 or (children and ((element.text or "").strip() or list(children[0]))):
        return ""
    return " ".join("".join(element.itertext()).split())


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are set; 0 where a letter of them is not known."""
    plain = words if words.isascii() else unicodedata.normalize("NFD", words)
    total = 0
    for letter in plain:
        if letter in _WIDTHS:
            total += _WIDTHS[letter]
        elif not unicodedata.combining(letter):
            return 0.0
    return total * size * _SET * (_BOLD if bold else 1.0) / 1000


def held(words: str, look: Mapping[str, str], room: float) -> dict[str, str]:
    """Return the attributes that keep a text to its width; `room` is that of its box, 0 where it has none."""
    size = _size(look)
    width = width_of(words, size, bold=look.get("font-weight", "") in _HEAVY)
    if len(words) < _SHORTEST or not width:
        return {}
    said: dict[str, str] = {}
    if room and width > room + _EDGE:
        share = max(_SMALLEST, room / width)
        if share < _CLOSEST:
            said["font-size"] = f"{size * share:.3g}"
        width *= share
    return {**said, "textLength": f"{width:.1f}", "lengthAdjust": "spacingAndGlyphs"}


def _size(look: Mapping[str, str]) -> float:
    """Return how large words are in pixels; 0 where that is said by another measure."""
    try:
        return float(look.get("font-size", _USUAL).removesuffix("px"))
    except ValueError:
        return 0.0


def hold(
    element: Element, styles: dict[Element, dict[str, str]], look: Mapping[str, str] = _NOTHING, room: float = 0.0
) -> None:
    """Have the words in an element keep their width: said in its own attributes, and in `styles` where they get smaller."""
    look = _look(element, styles, look)
    name = _name(element)
    if name == "text":
        if words := words_of(element):
            for key, value in held(words, look, room).items():
                if key == "font-size":
                    styles.setdefault(element, {})[key] = value
                else:
                    element.set(key, value)
        return
    for child in element:
        inside = _number(child.get("width", "")) if _name(child) == "svg" else room
        hold(child, styles, look, inside)


def reach_of(
    element: Element,
    styles: Mapping[Element, Mapping[str, str]],
    look: Mapping[str, str] = _NOTHING,
    at: float = 0.0,
) -> tuple[float, float]:
    """Return how far to the left and to the right the words of an element reach; those that are turned are left out."""
    look = _look(element, styles, look)
    if moved := element.get("transform", ""):
        found = _SIDEWAYS.fullmatch(moved.strip())
        if found is None:
            return math.inf, -math.inf
        at += float(found[1])
    name = _name(element)
    if name in _ELSEWHERE:
        return math.inf, -math.inf
    if name == "text":
        bold = look.get("font-weight", "") in _HEAVY
        width = width_of(words_of(element), _size(look), bold=bold)
        begin = at + _number(element.get("x") or next((child.get("x", "") for child in element), ""))
        begin -= {"middle": width / 2, "end": width}.get(look.get("text-anchor", ""), 0.0)
        return (begin, begin + width) if width else (math.inf, -math.inf)
    reach = [reach_of(child, styles, look, at) for child in element]
    return min((left for left, _ in reach), default=math.inf), max((right for _, right in reach), default=-math.inf)


def _look(
    element: Element, styles: Mapping[Element, Mapping[str, str]], around: Mapping[str, str]
) -> Mapping[str, str]:
    """Return how the words in an element look: what it says itself, and what is said around it."""
    own = {key: element.attrib[key] for key in _INHERITED if key in element.attrib}
    own |= {key: value for key, value in styles.get(element, {}).items() if key in _INHERITED}
    return {**around, **own} if own else around


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _number(written: str) -> float:
    try:
        return float(written.removesuffix("px"))
    except ValueError:
        return 0.0
