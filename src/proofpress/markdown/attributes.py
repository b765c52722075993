"""Attributes in braces, `{#id .class width=300}`, after what they describe.

A closed list of names is taken. What could run code, load something or restyle the page (`onclick`, `src`, `style`)
is dropped: posts are not trusted, and the theme decides how things look.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_ITEM: Final = r"(?:[#.][^\s{}#.=\"'<>]+|[A-Za-z_:][\w:.-]*=(?:\"[^\"\n{}]*\"|'[^'\n{}]*'|[^\s{}\"'<>=`]+))"
BRACES: Final = re.compile(r"\{:?[ \t]*(" + _ITEM + r"(?:[ \t]*" + _ITEM + r"){0,30})[ \t]*\}")
_ONE: Final = re.compile(_ITEM)
_AT_END: Final = re.compile(r"[ \t]*" + BRACES.pattern + r"[ \t]*\Z")
_NAMES: Final = frozenset({"lang", "title", "width", "height"})
_NUMBER: Final = re.compile(r"\d{1,5}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")

Attributes = dict[str, str]


def read(text: str) -> Attributes:
    """Return the attributes that a list of items (the inside of the braces) gives, in the order written."""
    given: Attributes = {}
    for match in _ONE.finditer(text):
        item = match[0]
        if item[0] == "#":
            given["id"] = item[1:]
        elif item[0] == ".":
            given["class"] = f"{given['class']} {item[1:]}" if "class" in given else item[1:]
        else:
            name, _, value = item.partition("=")
            name = name.lower()
            value = value[1:-1] if value[:1] in "\"'" else value
            if name == "class":
                given["class"] = f"{given['class']} {value}" if "class" in given else value
            elif name == "id":
                if value and not re.search(r"\s", value):
                    given["id"] = value
            elif name in {"width", "height"}:
                if _NUMBER.fullmatch(value.removesuffix("px")):
                    given[name] = value.removesuffix("px")
            elif name == "lang":
                if _LANGUAGE.fullmatch(value):
                    given[name] = value
            elif name in _NAMES or re.fullmatch(r"data-[a-z0-9][a-z0-9.-]*", name):
                given[name] = value
    return given


def add(token: Token, given: Attributes) -> None:
    """Give a token attributes beside its own."""
    for name, value in given.items():
        if name == "class" and token.attrs.get("class"):
            token.attrs["class"] = f"{token.attrs['class']} {value}"
        else:
            token.attrs[name] = value


def split_at_end(text: str) -> tuple[str, Attributes] | None:
    """Take braces off the end of a text: `Install {#setup}` gives `Install` and its attributes; None without any."""
    if not text.endswith("}"):
        return None
    match = _AT_END.search(text, max(0, text.rfind("{") - 40))
    if match is None:
        return None
    return text[: match.start()], read(match[1])


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
    add(target, read(match[1]))
    state.pos = match.end()
    return True


def take_from_blocks(tokens: list[Token]) -> None:
    """Give headings, and paragraphs with braces on a line of their own at either end, the attributes written there."""
    for index, token in enumerate(tokens):
        if token.type != "inline" or "{" not in token.content or index == 0:
            continue
        opened = tokens[index - 1]
        text = token.content
        if opened.type == "heading_open":
            split = split_at_end(text)
            if split is not None:
                token.content, given = split
                add(opened, given)
        elif opened.type == "paragraph_open" and "\n" in text:
            first, _, rest = text.partition("\n")
            if (match := BRACES.fullmatch(first.rstrip())) is not None:
                add(opened, read(match[1]))
                token.content = rest.lstrip(" \t")
                if token.map:
                    token.map = [token.map[0] + 1, token.map[1]]
            else:
                before, _, last = text.rpartition("\n")
                if (match := BRACES.fullmatch(last.strip())) is not None:
                    add(opened, read(match[1]))
                    token.content = before.rstrip(" \t")
