"""Attributes in braces, `{#id .class width=50%}` and kramdown's `{: …}`, behind what they describe within a line.

What names, measures or describes a thing is applied, each to the elements on which it has an effect. What could run code,
load something or cover the page (`onclick`, `src`, `position: fixed`) never is: posts are not trusted, and the theme decides how
things look. What is not applied is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from proofpress.patterns import lazy
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_ITEM: Final = (
    r"(?>[#.][^\s{}#.=\"'<>]+|(?:reversed|download)(?=[\s}])"
    r"|[A-Za-z_:][\w:.-]*=(?:\"[^\"\n{}]*\"|'[^'\n{}]*'|[^\s{}\"'<>=`]++|))"
)
"""One attribute. Never gone back into: where one could end early, a text would have more ways than there is time."""
BRACES: Final = lazy(r"\{:?[ \t]*(" + _ITEM + r"(?:,?[ \t]*" + _ITEM + r"){0,30})[ \t]*\}")
_ONE: Final = lazy(_ITEM)
_AT_END: Final = lazy(r"[ \t]*" + BRACES.pattern + r"[ \t]*\Z")

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PICTURES: Final = frozenset({"img", "figure"})
_LENGTH: Final = r"(?:\d{1,5}|\d{0,5}\.\d{1,3})"
_MEASURE: Final = lazy(rf"({_LENGTH})(px|%|em|rem|ch|cm|mm|in|pt)?")
_PIXELS: Final = {
    "px": 1.0,
    "em": 16.0,
    "rem": 16.0,
    "ch": 8.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "in": 96.0,
    "pt": 96 / 72,
}
"""CSS Values 4, section 6; a letter is as large as browsers have it before a style sheet says otherwise."""
_WORD: Final = r"[A-Za-z][A-Za-z0-9-]*"
_ALIGNED: Final = ("left", "center", "right")

TAKEN: Final[Mapping[str, tuple[frozenset[str] | None, str]]] = {
    "id": (None, r"\S+"),
    "class": (None, r"[^\s].*"),
    "lang": (None, r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"),
    "dir": (None, "ltr|rtl|auto"),
    "title": (None, r".+"),
    "role": (None, rf"{_WORD}(?: {_WORD})*"),
    "translate": (None, "yes|no"),
    "width": (_PICTURES | {"table"}, _MEASURE.pattern),
    "height": (_PICTURES, _MEASURE.pattern),
    "widths": (frozenset({"img"}), r"[1-9]\d{1,3}(?: [1-9]\d{1,3}){0,7}"),
    "quality": (frozenset({"img"}), r"[1-9]\d?|100"),
    "loading": (_PICTURES, "lazy|eager"),
    "decoding": (_PICTURES, "sync|async|auto"),
    "fetchpriority": (_PICTURES, "high|low|auto"),
    "align": (_PICTURES | _HEADINGS | {"p", "table"}, "|".join(_ALIGNED)),
    "target": (frozenset({"a"}), "_blank|_self|_parent|_top"),
    "rel": (frozenset({"a"}), rf"{_WORD}(?: {_WORD})*"),
    "hreflang": (frozenset({"a"}), r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"),
    "download": (frozenset({"a"}), r"[^/\\]*"),
    "output": (frozenset({"code"}), r"[A-Za-z][\w.:-]*"),
    "start": (frozenset({"ol"}), r"-?\d{1,7}"),
    "reversed": (frozenset({"ol"}), "|reversed|true"),
    "type": (frozenset({"ol"}), "[1aAiI]"),
}
"""The attributes that are applied: to which elements, None for all, and the form of their values (a regular expression).

Beside them stand `data-*` and `aria-*`, on all.
"""
OUTPUT: Final = "data-output"
"""What a piece of code has that says what the listing of an id printed."""
_OWN: Final = lazy(r"(?:data-[a-z0-9][a-z0-9.-]*|aria-[a-z]+)")
_NAMES_OF: Final = {
    "a": "a link", "img": "an image", "figure": "a figure", "code": "a piece of code", "p": "a paragraph", "ol": "a list",
    "ul": "a list", "table": "a table", **dict.fromkeys(_HEADINGS, "a heading"),
}  # fmt: skip

_PROPERTIES: Final = frozenset(
    [
        "background-color", "border", "border-bottom", "border-color", "border-left", "border-radius",
        "border-right", "border-style", "border-top", "border-width", "clear", "color", "float", "font-size",
        "font-style", "font-variant", "font-weight", "height", "line-height", "list-style-type", "margin",
        "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width", "min-height",
        "min-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
        "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "width",
    ]
)  # fmt: skip
_VALUE: Final = lazy(
    r"(?:[a-z]+(?:-[a-z]+)*|#[0-9a-f]{3,8}|\d{0,5}(?:\.\d{1,4})?(?:%|px|r?em|ch|ex|v[wh]|pt|pc|cm|mm|in)?)"
    r"(?:[ \t]+(?:[a-z]+(?:-[a-z]+)*|#[0-9a-f]{3,8}|\d{0,5}(?:\.\d{1,4})?(?:%|px|r?em|ch|ex|v[wh]|pt|pc|cm|mm|in)?)){0,4}",
    re.IGNORECASE,
)
"""What a declaration may say: words, colours and sizes, none below zero; no function, so no address."""

Attributes = dict[str, str]


class Unused(NamedTuple):
    """An attribute that is not applied: its offset among the items, its name, what is wrong, and what to do."""

    at: int
    length: int
    name: str
    message: str
    hint: str


def read(text: str, element: str = "", unused: list[Unused] | None = None) -> Attributes:
    """Return the attributes that a list of items (the inside of the braces) gives an element, in the order written.

    Those that are not applied are added to `unused`. An element without a name takes what all elements do.
    """
    given: Attributes = {}
    told = [] if unused is None else unused
    seen: set[str] = set()
    for match in _ONE.finditer(text):
        item = match[0].rstrip(",")
        name, _, value = item.partition("=")
        if item[0] in "#.":
            name, value = ("id" if item[0] == "#" else "class"), item[1:]
        name = name.lower()
        value = value[1:-1] if value[:1] in {'"', "'"} else value
        why = _why_not(name, value, element)
        if why is None and name in seen and name != "class":
            why = f"the attribute '{name}' is given twice", "take one of them out"
        if why is not None:
            told.append(Unused(match.start(), len(item), name, *why))
            continue
        seen.add(name)
        for key, said in _written(name, value).items():
            joined = {"class": " ", "style": ";", "rel": " "}.get(key)
            given[key] = f"{given[key]}{joined}{said}" if joined and key in given else said
    return given


def _why_not(name: str, value: str, element: str) -> tuple[str, str] | None:
    """Return why an attribute is not applied, and what to do; None where it is."""
    if name == "style":
        if _is_plain(value):
            return None
        hint = "give it a class, {.name}, and say in the theme's style sheet how that looks"
        return "this 'style' holds more than plain sizes, colours and words, so it is not applied", hint
    if _OWN.fullmatch(name):
        return None
    if name not in TAKEN:
        if name.startswith("on") or name in {"src", "href", "srcset", "srcdoc", "formaction"}:
            return f"'{name}' could run code or load something, so it is not applied", "take it out"
        hint = did_you_mean(name, TAKEN) or f"for a script of the theme's, call it 'data-{name}'; else take it out"
        return f"no attribute is called '{name[:60]}' here, so it is not applied", hint
    elements, form = TAKEN[name]
    if elements is not None and element not in elements:
        what = _NAMES_OF.get(element, "this")
        return f"'{name}' has no effect on {what}, so it is not applied", "take it out"
    if not re.fullmatch(form, value) or (name == "height" and value.endswith("%")):
        hint = f"write for example {name}={_EXAMPLES[name]}" if name in _EXAMPLES else "take it out"
        return f"'{name}' can't be '{value[:60]}', so it is not applied", hint
    return None


def _is_plain(style: str) -> bool:
    """Tell whether every declaration of a style is one of those that are taken, with a value that is."""
    declarations = [part.partition(":") for part in style.split(";") if part.strip()]
    return bool(declarations) and all(
        name.strip().lower() in _PROPERTIES and _VALUE.fullmatch(said.strip()) for name, _, said in declarations
    )


_EXAMPLES: Final = {
    "width": "50%", "height": "300", "loading": "lazy", "decoding": "async", "fetchpriority": "high", "align": "right",
    "target": "_blank", "rel": "nofollow", "lang": "en", "dir": "rtl", "start": "5", "type": "a", "hreflang": "en",
    "translate": "no", "role": "note", "widths": '"400 800"', "quality": "70",
}  # fmt: skip


def _written(name: str, value: str) -> Attributes:
    """Return the attributes of HTML that an attribute becomes."""
    if name in {"width", "height"}:
        measure = _MEASURE.fullmatch(value)
        assert measure is not None
        if measure[2] == "%":  # for which HTML has no attribute, and an inline style may be forbidden on the page
            return {"class": f"width-{min(100, max(1, round(float(measure[1]))))}"}
        return {name: str(round(float(measure[1]) * _PIXELS[measure[2] or "px"]))}
    if name == "style":
        declarations = [part.partition(":") for part in value.split(";") if part.strip()]
        return {"style": ";".join(f"{name.strip().lower()}:{said.strip()}" for name, _, said in declarations)}
    if name == "align":
        return {"class": f"align-{value}"}
    if name == "target" and value == "_blank":
        return {"target": value, "rel": "noopener"}
    if name == "reversed":
        return {"reversed": ""}
    if name == "output":  # what it claims is compared, and nothing to a browser
        return {OUTPUT: value}
    return {name: value}


def add(token: Token, given: Attributes) -> None:
    """Give a token attributes beside its own."""
    for name, value in given.items():
        if name == "class" and token.attrs.get("class"):
            token.attrs["class"] = f"{token.attrs['class']} {value}"
        elif name == "style" and token.attrs.get("style"):
            token.attrs["style"] = f"{token.attrs['style']};{value}"
        else:
            token.attrs[name] = value


def at_end(text: str) -> re.Match[str] | None:
    """Return the match of the braces that end a text, such as `Install {#setup}`, with the blanks before them."""
    return _AT_END.search(text, max(0, text.rfind("{") - 40)) if text.endswith("}") else None


def attributes(state: StateInline, silent: bool) -> bool:
    """Take braces that follow a link, an image or a code span at once."""
    if silent or state.pending or not state.tokens:
        return False
    last = state.tokens[-1]
    if last.type not in {"link_close", "image", "code_inline"}:
        return False
    match = BRACES.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    target = last
    if last.type == "link_close":
        target = next(
            token for token in reversed(state.tokens) if token.type == "link_open" and token.level == last.level
        )
    unused: list[Unused] = []
    add(target, read(match[1], target.tag, unused))
    holder = state.env["inline"]
    base = match.start(1) if state.src == holder.content else 0  # an image's own text is a text by itself
    note(state.env, holder, base, unused)
    state.pos = match.end()
    return True


def take_after_emphasis(tokens: Sequence[Token], holder: Token, env: MutableMapping[str, Any]) -> None:
    """Take braces that follow emphasis at once: `*like this*{: .warm}`. Its marks are known only when all is read."""
    opened: list[Token] = []
    for index, token in enumerate(tokens):
        if token.nesting > 0:
            opened.append(token)
        elif token.nesting < 0 and opened:
            target = opened.pop()
            if target.type not in {"em_open", "strong_open", "s_open"}:
                continue
            following = next(
                (after for after in tokens[index + 1 : index + 3] if after.type != "text" or after.content), None
            )
            if following is None or following.type != "text" or (match := BRACES.match(following.content)) is None:
                continue
            unused: list[Unused] = []
            add(target, read(match[1], target.tag, unused))
            note(env, holder, holder.content.find(match[0]) + match.start(1), unused)
            following.content = following.content[match.end() :]


def note(env: MutableMapping[str, Any], holder: Token, base: int, unused: Sequence[Unused]) -> None:
    """Note what is not applied in `env["unused"]`: the token in whose content it stands, and where its items begin."""
    if unused:
        env.setdefault("unused", []).extend((holder, base, one) for one in unused)
