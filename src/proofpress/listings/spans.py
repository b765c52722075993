"""A lexer's tokens as HTML, with Pygments' class names.

Written here because Pygments' HtmlFormatter takes as long as the lexing: neighbours of one class are joined, blanks
carry no class, and a class name is looked up once for each type of token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygments.token import STANDARD_TYPES, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pygments.token import _TokenType


def escape(text: str) -> str:
    """Escape text for HTML, in content or between double quotes."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    return text


_CLASSES: dict[_TokenType, str] = {Token: "", Token.Text: "", Token.Text.Whitespace: "", Token.Error: ""}
"""Each type's class name. What a lexer can't read has none: newer syntax than it knows, more often than a fault."""


def _class_of(kind: _TokenType) -> str:
    name: str | None = None
    step: _TokenType | None = kind
    while name is None and step is not None:
        name = STANDARD_TYPES.get(step)
        step = step.parent
    _CLASSES[kind] = result = name or ""
    return result


def to_html(tokens: Iterable[tuple[int, _TokenType, str]]) -> str:
    """Write a lexer's tokens as HTML."""
    written: list[str] = []
    classes = _CLASSES
    current = ""
    parts: list[str] = []
    for _, kind, value in tokens:
        name = classes.get(kind)
        if name is None:
            name = _class_of(kind)
        if name != current:
            if parts:
                text = escape("".join(parts))
                written.append(f'<span class="{current}">{text}</span>' if current else text)
            current = name
            parts = [value]
        else:
            parts.append(value)
    if parts:
        text = escape("".join(parts))
        written.append(f'<span class="{current}">{text}</span>' if current else text)
    return "".join(written)
