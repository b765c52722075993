"""Attributes in braces, `{#id .class width=50%}` and kramdown's `{: …}`, behind what they describe within a line.

A closed list of names is taken, by what they describe. What could run code, load something or restyle the page
(`onclick`, `src`, `position: fixed`) is not: posts are not trusted, and the theme decides how things look. What is not
taken is told, at its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_ITEM: Final = r"(?:[#.][^\s{}#.=\"'<>]+|[A-Za-z_:][\w:.-]*=(?:\"[^\"\n{}]*\"|'[^'\n{}]*'|[^\s{}\"'<>=`]+))"
BRACES: Final = re.compile(r"\{:?[ \t]*(" + _ITEM + r"(?:,?[ \t]*" + _ITEM + r"){0,30})[ \t]*\}")
_ONE: Final = re.compile(_ITEM)
_AT_END: Final = re.compile(r"[ \t]*" + BRACES.pattern + r"[ \t]*\Z")

_PIXELS: Final = re.compile(r"(\d{1,5})(?:px)?")
_SIZE: Final = re.compile(r"(?:\d{1,5}(?:\.\d{1,4})?(?:%|px|r?em|ch|ex|v[wh]|pt|pc|cm|mm|in)|auto)")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_RELATIONS: Final = re.compile(r"[A-Za-z-]+(?:[ \t]+[A-Za-z-]+)*")
_NUMBER: Final = re.compile(r"\d{1,9}")
_FREE: Final = re.compile(r"title|aria-[a-z]{1,30}|data-[a-z0-9][a-z0-9.-]*")

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
_VALUE: Final = re.compile(
    r"(?:[a-z]+(?:-[a-z]+)*|#[0-9a-f]{3,8}|\d{0,5}(?:\.\d{1,4})?(?:%|px|r?em|ch|ex|v[wh]|pt|pc|cm|mm|in)?)"
    r"(?:[ \t]+(?:[a-z]+(?:-[a-z]+)*|#[0-9a-f]{3,8}|\d{0,5}(?:\.\d{1,4})?(?:%|px|r?em|ch|ex|v[wh]|pt|pc|cm|mm|in)?)){0,4}",
    re.IGNORECASE,
)
"""What a declaration may say: words, colours and sizes, none below zero; no function, so no address."""

Attributes = dict[str, str]


class Untaken(NamedTuple):
    """An attribute that is not taken: where it stands among the items, and how it is written."""

    at: int
    item: str


class Given(NamedTuple):
    """What a list of items gives: the attributes that are taken, in the order written, and what is not."""

    attributes: Attributes
    untaken: tuple[Untaken, ...]


def read(text: str, element: str) -> Given:
    """Read a list of items (the inside of the braces) for an HTML element."""
    given: Attributes = {}
    untaken: list[Untaken] = []
    for match in _ONE.finditer(text):
        item = match[0].rstrip(",")
        if item[0] == "#":
            given["id"] = item[1:]
            continue
        if item[0] == ".":
            _extend(given, "class", item[1:], " ")
            continue
        name, _, value = item.partition("=")
        value = value[1:-1] if value[:1] in "\"'" else value
        if not _take(given, name.lower(), value, element):
            untaken.append(Untaken(match.start(), item))
    return Given(given, tuple(untaken))


def _take(given: Attributes, name: str, value: str, element: str) -> bool:
    """Add an attribute to those given, in the form that it has in HTML; tell whether all of it was taken."""
    match name:
        case "class":
            _extend(given, "class", value, " ")
            return True
        case "id":
            if value and not re.search(r"\s", value):
                given["id"] = value
                return True
            return False
        case "width" | "height":
            return _take_size(given, name, value, element)
        case "style":
            return _take_style(given, value)
        case "lang":
            form: re.Pattern[str] = _LANGUAGE
        case "dir":
            form = re.compile("ltr|rtl|auto")
        case "target" if element == "a":
            form = re.compile("_(?:blank|self|parent|top)")
        case "rel" if element == "a":
            form = _RELATIONS
        case "hreflang" if element == "a":
            form = _LANGUAGE
        case "loading" if element == "img":
            form = re.compile("lazy|eager")
        case "decoding" if element == "img":
            form = re.compile("async|sync|auto")
        case "start" if element == "ol":
            form = _NUMBER
        case _ if _FREE.fullmatch(name):
            given[name] = value
            return True
        case _:
            return False
    if form.fullmatch(value) is None:
        return False
    given[name] = value
    return True


def _take_size(given: Attributes, name: str, value: str, element: str) -> bool:
    if element == "img" and (pixels := _PIXELS.fullmatch(value)):
        given[name] = pixels[1]
        return True
    if value.isdecimal():
        value += "px"
    if _SIZE.fullmatch(value) is None:
        return False
    _extend(given, "style", f"{name}:{value}", ";")
    return True


def _take_style(given: Attributes, value: str) -> bool:
    whole = True
    for part in value.split(";"):
        if not part.strip():
            continue
        name, _, said = part.partition(":")
        name, said = name.strip().lower(), said.strip()
        if name in _PROPERTIES and said and _VALUE.fullmatch(said):
            _extend(given, "style", f"{name}:{said}", ";")
        else:
            whole = False
    return whole


def _extend(given: Attributes, name: str, value: str, between: str) -> None:
    given[name] = f"{given[name]}{between}{value}" if given.get(name) else value


def add(token: Token, given: Attributes) -> None:
    """Give a token attributes beside its own."""
    for name, value in given.items():
        own = token.attrs.get(name)
        if own and name in {"class", "style"}:
            token.attrs[name] = f"{own}{' ' if name == 'class' else ';'}{value}"
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
    given = read(match[1], target.tag)
    add(target, given.attributes)
    _note(state.env, state.env["inline"], match.start(1), given)
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
            given = read(match[1], target.tag)
            add(target, given.attributes)
            _note(env, holder, holder.content.find(match[0]) + match.start(1), given)
            following.content = following.content[match.end() :]


def _note(env: MutableMapping[str, Any], holder: Token, base: int, given: Given) -> None:
    """Note what was not taken in `env["untaken"]`: the token in whose content it stands, where, and as it is written."""
    if given.untaken:
        env.setdefault("untaken", []).extend((holder, base + at, item) for at, item in given.untaken)
