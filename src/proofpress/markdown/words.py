"""The words of tokens, plain: for ids, for an image's place, for counting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.markdown.prose import written
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from markdown_it.token import Token

MORE: Final = lazy(r"\s*<!--\s*(?:more|truncate)\s*-->\s*", re.IGNORECASE)
_EAST_ASIAN: Final = lazy(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LEADS: Final = tuple(bytes([lead]) for lead in (*range(0xE3, 0xEA), 0xEF))
"""How these begin in UTF-8; most texts that are not ASCII have none, but quotation marks and dashes."""


def text_of(tokens: list[Token] | None, *, as_written: bool = False) -> str:
    """Return the plain text of inline tokens; `as_written` without quotation marks and dashes set."""
    parts = []
    for token in tokens or ():
        kind = token.type
        if as_written and kind == "text":
            parts.append(written(token))
        elif kind in {"text", "text_special", "code_inline", "math_inline"}:
            parts.append(token.content)
        elif kind == "image":
            parts.append(text_of(token.children, as_written=as_written))
        elif kind in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return "".join(parts)


def alternative(tokens: list[Token] | None) -> str:
    """Return the text that stands for an image, as CommonMark strips it."""
    parts = []
    for token in tokens or ():
        kind = token.type
        if kind == "image":
            parts.append(alternative(token.children))
        elif kind in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.nesting == 0 and kind != "footnote_ref":
            parts.append(token.content)
    return "".join(parts)


def count_words(text: str) -> int:
    """Count words; of scripts without blanks between words, two letters count as one."""
    words = len(text.split())
    data = text.encode("utf-8", "surrogatepass")
    if any(lead in data for lead in _LEADS):
        letters = len(_EAST_ASIAN.findall(text))
        words += letters // 2
    return words
