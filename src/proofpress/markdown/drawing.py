r"""MathML as browsers draw it: what math-core writes for one formula, without an inline style.

A page may forbid inline styles (`Content-Security-Policy`), so that what math-core says in `style` is said in MathML's
own attributes where it has one (`mathcolor`, `mathsize`, `width`), and else by a class of the theme's `math.css`.
MathML Core puts `displaystyle` and `scriptlevel` on any element; MathML 3, which HTML checkers know, has them on
`mstyle` (and `displaystyle` on `math` and `mtable`): an `mstyle` around the element says the same in both.

What TeX knows and math-core does not, `tex` writes as a box whose first word is a note to this module, between two
characters of the private use area: `smash`, a link, a rule. They are the table NOTES.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOTE_OPENS: Final = "\ue000"
NOTE_CLOSES: Final = "\ue001"
"""Between these stands a note from `tex`: its kind, and after a colon, in hexadecimal, what it says."""

MAX_GAP: Final = 30
"""The largest step of room below a row that `math.css` has, in tenths of an em."""

_TAG: Final = lazy(
    rf"(?:<m(?:i|o|n|text)>[^<~{NOTE_OPENS}]*</m(?:i|o|n|text)>)+"
    rf"|<mtext>(?:<\w+[^>]*>)*{NOTE_OPENS}([a-z]+):?([0-9a-f]*){NOTE_CLOSES}(?:</\w+>)*</mtext>"
    r"|<(/?)(\w+)((?: [\w:-]+=\"[^\"]*\")*) ?(/?)>"
)
_ATTRIBUTE: Final = lazy(r' ([\w:-]+)="([^"]*)"')
_REM: Final = lazy(r"(-?\d*\.?\d+)rem\Z")
_NEEDED: Final = lazy(
    rf' (?:style|displaystyle|scriptlevel|accentunder)="|rem"|math-core-|<menclose|{NOTE_OPENS}|"true">[~\u02c7\u0332]'
)
_STRIKES: Final = lazy(r'<mrow class="menclose-\w+"></mrow>')
_ALLOWED: Final = {"mstyle": ("displaystyle", "scriptlevel"), "math": ("displaystyle",), "mtable": ("displaystyle",)}
_LEVELS: Final = ("displaystyle", "scriptlevel")

_CLASSES: Final[Mapping[str, str]] = {
    "text-align:right": "right",
    "text-align:left": "left",
    "padding-right:0": "close-right",
    "padding-left:0": "close-left",
    "padding-left:1em": "condition",
    "padding-top:0": "close",
    "padding-top:0.1667em": "continued",
    "math-shift:compact": "cramped",
    "font-variant-caps:small-caps": "small-caps",
    "math-core-sans-serif-font": "sans",
    "math-core-serif-font": "roman",
    **{
        f"border-{side}:0.05em {line} currentcolor": f"{name}-{side}"
        for side in ("top", "left", "right")
        for line, name in (("solid", "line"), ("dashed", "dashes"))
    },
}
"""What math-core declares in styles, and its own classes, as a class. `justify-items` and `padding-bottom` go with what stands before them."""

_ATTRIBUTES: Final = {"color": "mathcolor", "font-size": "mathsize", "width": "width"}
_ACCENTS: Final = {
    ("mover", "~"): "\u0303", ("mover", "\u02c7"): "\u030c", ("munder", "~"): "\u0330",
}  # fmt: skip
"""Accents as wide as what they stand over: a font stretches those that combine."""
_COINS: Final = ((18, "back"), (3, "thin-back"), (1, "hair-back"))
"""Steps back, in eighteenths of an em, and their classes: no attribute of MathML is below zero in every browser."""


class _Element:
    """An element that is open: how it will begin, and where."""

    __slots__ = ("after", "at", "attributes", "before", "children", "classes", "closing", "name", "tight")

    def __init__(self, name: str, attributes: dict[str, str], at: int) -> None:
        self.name, self.attributes, self.at = name, attributes, at
        self.classes: list[str] = []
        self.before = self.after = ""
        """What is written before it and after it."""
        self.closing = ""
        """What is written within it, at its end."""
        self.children = 0
        self.tight = frozenset[str]()
        """Of a table: beside which columns there is no room, as `0l`, `0r`, `1l`."""


class Note(NamedTuple):
    """What a note asks for: the box that holds it, what it says, and the elements that are open around it."""

    box: _Element
    said: str
    around: list[_Element]


def drawn(mathml: str) -> str:
    """Return a formula, as math-core writes it, in MathML that browsers draw and checkers accept.

    `mathml` is well-formed and without comments. Linear in its length, and without recursion.
    """
    if _NEEDED.search(mathml) is None:
        return mathml
    if "<menclose" in mathml:
        mathml = _STRIKES.sub("", mathml)
    out: list[str] = []
    opened: list[_Element] = []
    at = 0
    for tag in _TAG.finditer(mathml):
        if tag.start() > at:
            out.append(_text(mathml[at : tag.start()], opened))
        at = tag.end()
        if tag.lastindex is None:  # letters and signs that stay as they are: most of a formula
            out.append(tag[0])
            if opened:
                opened[-1].children += tag[0].count("</")
            continue
        kind, said, end, name, attributes, empty = tag.groups()
        if kind is not None:
            _heed(kind, bytes.fromhex(said).decode(), opened)
        elif end:
            _close(opened.pop(), out)
        else:
            one = _opened(name, dict(_ATTRIBUTE.findall(attributes)) if attributes else {}, len(out), opened)
            out.append("")
            if empty:
                _close(one, out, empty=True)
            else:
                opened.append(one)
    out.append(mathml[at:])
    return "".join(out)


def _text(text: str, opened: list[_Element]) -> str:
    """Return a text, or the accent that is meant by it."""
    if len(text) == 1 and len(opened) > 1 and opened[-1].name == "mo":
        over = opened[-2]
        if text == "~" and "accentunder" in over.attributes:
            opened[-1].attributes["stretchy"] = "true"
        elif opened[-1].attributes.get("stretchy") != "true":
            return text
        if text == "\u0332":
            over.classes.append("overline" if over.name == "mover" else "underline")
            return "\u203e" if over.name == "mover" else "_"
        return _ACCENTS.get((over.name, text), text)
    return text


def _opened(name: str, attributes: dict[str, str], at: int, opened: list[_Element]) -> _Element:
    """Return an element as it is to be written, as far as its own tag tells."""
    one = _Element(name, attributes, at)
    parent = opened[-1] if opened else None
    declared = attributes.pop("style", "")
    one.classes += [_CLASSES.get(given, given) for given in attributes.pop("class", "").split()]
    for key, value in attributes.items():
        attributes[key] = _in_em(value)
    if declared:
        _declare(one, [part.strip().replace(": ", ":") for part in declared.split(";") if part.strip()], opened)
    if name == "mtd" and parent is not None and len(opened) > 1 and opened[-2].tight:
        column = parent.children
        one.classes += [f"close-{side}" for side in ("left", "right") if f"{column}{side[0]}" in opened[-2].tight]
    if parent is not None:
        parent.children += 1
    if name == "mtable" and parent is not None and parent.name == "math" and attributes.get("scriptlevel") == "0":
        del attributes["scriptlevel"]  # it is that already, and a table within an mstyle is not as wide as the text
    _lift(one)
    return one


def _lift(one: _Element) -> None:
    """Move display style and script level to an `mstyle`, where the element may not bear them in MathML 3."""
    moved = [key for key in _LEVELS if key in one.attributes and key not in _ALLOWED.get(one.name, ())]
    if moved and one.name == "mrow":
        one.name = "mstyle"
    elif moved:
        levels = "".join(f' {key}="{one.attributes.pop(key)}"' for key in moved)
        one.before = f"<mstyle{levels}>"
        one.after = "</mstyle>"


def _declare(one: _Element, declarations: list[str], opened: list[_Element]) -> None:
    """Say in attributes and classes what an element's style says."""
    if one.name == "mpadded":  # room at the sides of an operator
        one.name = "mrow"
        rooms = {name: value for name, _, value in (part.partition(":") for part in declarations)}
        one.before = _room(rooms.get("padding-left", "0"))
        one.after = _room(rooms.get("padding-right", "0"))
        if one.before or one.after:
            one.before, one.after = f"<mrow>{one.before}", f"{one.after}</mrow>"
        return
    if one.name == "mtd" and declarations[0].startswith("width"):  # beside an equation
        if declarations[0] == "width:7.5%":
            opened[-2].classes.append("lines")
        return
    for declaration in declarations:
        name, _, value = declaration.partition(":")
        if one.name == "mtable" and name == "width":
            one.classes.append("numbered")
        elif name == "margin-left":
            _step_back(one, float(value.strip("-emr")))
        elif name in _ATTRIBUTES:
            one.attributes[_ATTRIBUTES[name]] = _in_em(value)
        elif declaration in _CLASSES:
            one.classes.append(_CLASSES[declaration])


def _in_em(value: str) -> str:
    """Return a length in em for one in rem, which math-core writes for TeX's points and MathML 3 does not know."""
    length = _REM.match(value)
    return f"{float(length[1]):.4g}em" if length else value


def _room(width: str) -> str:
    return "" if width == "0" else f'<mspace width="{width}"/>'


def _step_back(one: _Element, ems: float) -> None:
    """Write a space below zero as the fewest steps that come to it."""
    left = round(18 * min(ems, 99.0))
    classes: list[str] = []
    for worth, name in _COINS:
        count, left = divmod(left, worth)
        classes += [name] * count
    one.after = "".join(f'<mspace class="{name}"/>' for name in classes[1:])
    one.classes += classes[:1]


def _close(one: _Element, out: list[str], *, empty: bool = False) -> None:
    """Write an element's begin and end."""
    names = f' class="{" ".join(dict.fromkeys(one.classes))}"' if one.classes else ""
    given = "".join(f' {key}="{value}"' for key, value in one.attributes.items())
    out[one.at] = f"{one.before}<{one.name}{given}{names}{'/' if empty else ''}>"
    out.append(one.after if empty else f"{one.closing}</{one.name}>{one.after}")


# ---------------------------------------------------------------- notes


def _heed(kind: str, said: str, opened: list[_Element]) -> None:
    """Do what a note asks for; one that stands where it can't be done does nothing."""
    holder = "mtable" if kind in _OF_TABLES else "mtd" if kind in _OF_CELLS else "menclose"
    box = next((one for one in reversed(opened) if one.name == holder), None)
    if box is not None:
        NOTES[kind](Note(box, said, opened))


def _gap(note: Note) -> None:
    """Put room below the row of a cell. A negative length takes from the room that cells have, half an x-height."""
    if not any(name.startswith("gap") for name in note.box.classes):
        tenths = round(10 * max(-0.2, min(MAX_GAP / 10, float(note.said))))
        note.box.classes += [f"gap{tenths}"] if tenths else []


def _tight(note: Note) -> None:
    """Take the room beside columns; the cell that holds the note is the table's first, and open."""
    note.box.tight = frozenset(note.said.split())
    cell = next((one for one in reversed(note.around) if one.name == "mtd"), None)
    if cell is not None:
        cell.classes += [f"close-{side}" for side in ("left", "right") if f"0{side[0]}" in note.box.tight]


def _classed(name: str) -> Callable[[Note], None]:
    def heed(note: Note) -> None:
        note.box.classes.append(name)

    return heed


def _padded(**attributes: str) -> Callable[[Note], None]:
    """Return what makes a box of a size of its own; one that hangs to the left is moved by a class."""

    def heed(note: Note) -> None:
        note.box.name = "mpadded"
        note.box.attributes = {key: value for key, value in attributes.items() if key != "hangs"}
        if "hangs" in attributes:
            note.box.classes.append(attributes["hangs"])

    return heed


def _rule(note: Note) -> None:
    width, height, depth = note.said.split()
    note.box.name = "mrow"
    note.box.attributes = {}
    note.box.closing = f'<mspace width="{width}em" height="{height}em" depth="{depth}em" class="rule"/>'


def _colour_box(note: Note) -> None:
    note.box.name = "mrow"
    note.box.attributes = {"mathbackground": note.said}
    note.box.classes.append("shaded")


def _frame(note: Note) -> None:
    """Put a coloured ground around another: the outer one is seen as a border."""
    border, ground = note.said.split()
    note.box.name = "mrow"
    note.box.after = f"</mrow>{note.box.after}"
    note.box.before = f'{note.box.before}<mrow mathbackground="{border}" class="framed">'
    note.box.attributes = {"mathbackground": ground}
    note.box.classes = ["shaded"]


def _enclosed(note: Note) -> None:
    note.box.attributes = {"notation": note.said}


def _sized(note: Note) -> None:
    note.box.name = "mstyle"
    note.box.attributes = {"mathsize": f"{float(note.said) * 100:g}%"}


def _struck(note: Note) -> None:
    note.box.attributes = {"notation": "horizontalstrike"}


def _link(note: Note) -> None:
    """Make a box a link: HTML's own, since browsers know none in MathML but within its words."""
    note.box.name = "mrow"
    note.box.attributes = {}
    if any("<a " in one.before for one in note.around):
        return  # HTML has no links within links
    style = ' displaystyle="true"' if _is_displayed(note.around[: note.around.index(note.box)]) else ""
    note.box.before = f'<mtext><a href="{escape(note.said)}"><math{style}>{note.box.before}'
    note.box.after = f"{note.box.after}</math></a></mtext>"


def _limits(*, always: bool) -> Callable[[Note], None]:
    r"""Return what has the scripts of `\mathop` above and below it: in display style, or wherever it stands."""

    def heed(note: Note) -> None:
        note.box.name, note.box.attributes = "mrow", {}
        at = note.around.index(note.box)
        at = next((place for place in range(at - 1, -1, -1) if note.around[place].name != "mrow"), 0)
        script = note.around[at]
        if script.name in _WITH_LIMITS and script.children == 1 and (always or _is_displayed(note.around[:at])):
            script.name = _WITH_LIMITS[script.name]

    return heed


_WITH_LIMITS: Final = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_SCRIPTED: Final = frozenset({*_WITH_LIMITS, *_WITH_LIMITS.values(), "mmultiscripts"})


def _is_displayed(around: list[_Element]) -> bool:
    """Tell whether what stands in these elements is in display style."""
    displayed = False
    for one in around:
        said = one.attributes.get("displaystyle")
        if said is not None:
            displayed = said == "true"
        elif one.name == "math":
            displayed = one.attributes.get("display") == "block"
        elif one.name in {"mfrac", "mtable"} or (one.name in _SCRIPTED and one.children > 1):
            displayed = False
        displayed = displayed or 'displaystyle="true"' in one.before
    return displayed


_OF_CELLS: Final = frozenset({"gap", "over", "under", "words"})
_OF_TABLES: Final = frozenset({"tight", "bottom", "flush"})

NOTES: Final[Mapping[str, Callable[[Note], None]]] = {
    "gap": _gap,
    "tight": _tight,
    "bottom": _classed("line-bottom"),
    "flush": _classed("flush"),
    "sout": _struck,
    "smash": _padded(height="0", depth="0"),
    "smasht": _padded(height="0"),
    "smashb": _padded(depth="0"),
    "llap": _padded(width="0", hangs="hangs-left"),
    "rlap": _padded(width="0"),
    "clap": _padded(width="0", hangs="hangs-both"),
    "operator": _limits(always=False),
    "limits": _limits(always=True),
    "rule": _rule,
    "shade": _colour_box,
    "frame": _frame,
    "enclose": _enclosed,
    "size": _sized,
    "over": _classed("line-top"),
    "under": _classed("line-bottom"),
    "words": _classed("words"),
    "link": _link,
}
"""What each kind of note does to the box, the cell or the table that holds it."""
