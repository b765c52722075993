"""Attributes in braces, `{#id .class width=300}`, after what they describe.

What names, measures or describes a thing is applied, each to the elements on which it has an effect. What could run code,
load something or restyle the page (`onclick`, `src`, `style`) never is: posts are not trusted, and the theme decides how
things look. What is not applied is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from proofpress.markdown.places import SourceLines
    from proofpress.model import Place

_ITEM: Final = (
    r"(?>[#.][^\s{}#.=\"'<>]+|(?:reversed|download)(?=[\s}])"
    r"|[A-Za-z_:][\w:.-]*=(?:\"[^\"\n{}]*\"|'[^'\n{}]*'|[^\s{}\"'<>=`]++|))"
)
"""One attribute. Never gone back into: where one could end early, a text would have more ways than there is time."""
BRACES: Final = re.compile(r"\{:?[ \t]*(" + _ITEM + r"(?:[ \t]*" + _ITEM + r"){0,30})[ \t]*\}")
_ONE: Final = re.compile(_ITEM)
_AT_END: Final = re.compile(r"[ \t]*" + BRACES.pattern + r"[ \t]*\Z")

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PICTURES: Final = frozenset({"img", "figure"})
_LENGTH: Final = r"(?:\d{1,5}|\d{0,5}\.\d{1,3})"
_MEASURE: Final = re.compile(rf"({_LENGTH})(px|%|em|rem|ch|vw|vh|cm|mm|in|pt)?")
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
    "loading": (_PICTURES, "lazy|eager"),
    "decoding": (_PICTURES, "sync|async|auto"),
    "fetchpriority": (_PICTURES, "high|low|auto"),
    "align": (_PICTURES | _HEADINGS | {"p", "table"}, "|".join(_ALIGNED)),
    "target": (frozenset({"a"}), "_blank|_self|_parent|_top"),
    "rel": (frozenset({"a"}), rf"{_WORD}(?: {_WORD})*"),
    "hreflang": (frozenset({"a"}), r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"),
    "download": (frozenset({"a"}), r"[^/\\]*"),
    "start": (frozenset({"ol"}), r"-?\d{1,7}"),
    "reversed": (frozenset({"ol"}), "|reversed|true"),
    "type": (frozenset({"ol"}), "[1aAiI]"),
}
"""The attributes that are applied: to which elements, None for all, and the form of their values (a regular expression).

Beside them stand `data-*` and `aria-*`, on all.
"""
_PLAIN_STYLE: Final = re.compile(r"\s*(text-align|width|height)\s*:\s*([\w.%]+)\s*;?\s*")
_ATTRIBUTE_OF: Final = {"text-align": "align", "width": "width", "height": "height"}
_OWN: Final = re.compile(r"(?:data-[a-z0-9][a-z0-9.-]*|aria-[a-z]+)")
_NAMES_OF: Final = {
    "a": "a link", "img": "an image", "figure": "a figure", "code": "a piece of code", "p": "a paragraph", "ol": "a list",
    "ul": "a list", "table": "a table", **dict.fromkeys(_HEADINGS, "a heading"),
}  # fmt: skip

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
        item = match[0]
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
        said = _PLAIN_STYLE.fullmatch(value)
        hint = "give it a class, {.name}, and say in the theme's style sheet how that looks"
        if said is not None and _why_not(key := _ATTRIBUTE_OF[said[1]], said[2], element) is None:
            hint = f"write {key}={said[2]}"
        return "a post does not say how things look, so 'style' is not applied", hint
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


_EXAMPLES: Final = {
    "width": "50%", "height": "300", "loading": "lazy", "decoding": "async", "fetchpriority": "high", "align": "right",
    "target": "_blank", "rel": "nofollow", "lang": "en", "dir": "rtl", "start": "5", "type": "a", "hreflang": "en",
    "translate": "no", "role": "note",
}  # fmt: skip


def _written(name: str, value: str) -> Attributes:
    """Return the attributes of HTML that an attribute becomes."""
    if name in {"width", "height"}:
        measure = _MEASURE.fullmatch(value)
        assert measure is not None
        if measure[2] in {None, "px"} and measure[1].isdecimal():
            return {name: measure[1]}
        # HTML's own attribute counts pixels; with a height of another kind the width follows.
        unit = measure[2] or "px"
        return {"style": f"{name}:{measure[1]}{unit}" + (";width:auto" if name == "height" else "")}
    if name == "align":
        return {"class": f"align-{value}"}
    if name == "target" and value == "_blank":
        return {"target": value, "rel": "noopener"}
    if name == "reversed":
        return {"reversed": ""}
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


def split_at_end(text: str) -> re.Match[str] | None:
    """Find braces at the end of a text, `Install {#setup}`: their items are the match's group 1; None without any."""
    if not text.endswith("}"):
        return None
    return _AT_END.search(text, max(0, text.rfind("{") - 40))


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
    if unused:
        holder = state.env["inline"]
        base = match.start(1) if state.src == holder.content else 0  # an image's own text is a text by itself
        state.env.setdefault("unused", []).extend((holder, base, one) for one in unused)
    state.pos = match.end()
    return True


def take_from_blocks(tokens: list[Token], lines: SourceLines, tell: Callable[[Place, Unused], None]) -> None:
    """Give headings, and paragraphs with braces on a line of their own at either end, the attributes written there."""

    def give(opened: Token, inline: Token, match: re.Match[str], base: int) -> None:
        unused: list[Unused] = []
        add(opened, read(match[1], opened.tag, unused))
        for one in unused:
            tell(lines.place(inline, base + match.start(1) + one.at, one.length), one)

    for index, token in enumerate(tokens):
        if token.type != "inline" or "{" not in token.content or index == 0:
            continue
        opened = tokens[index - 1]
        text = token.content
        if opened.type == "heading_open":
            if (match := split_at_end(text)) is not None:
                give(opened, token, match, 0)
                token.content = text[: match.start()]
        elif opened.type == "paragraph_open" and "\n" in text:
            first, _, rest = text.partition("\n")
            if (match := BRACES.fullmatch(first.rstrip())) is not None:
                give(opened, token, match, 0)
                token.content = rest.lstrip(" \t")
                if token.map:
                    token.map = [token.map[0] + 1, token.map[1]]
            else:
                before, _, last = text.rpartition("\n")
                if (match := BRACES.fullmatch(last.strip())) is not None:
                    give(opened, token, match, len(before) + 1 + len(last) - len(last.lstrip()))
                    token.content = before.rstrip(" \t")
