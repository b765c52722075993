"""What of a block is prose, in which quotation marks and dashes are set, and what stands beside a piece of it.

Code and addresses are none, nor is what stands in raw HTML whose text is code: `<code>`, `<kbd>`, `<samp>`, `<tt>`,
`<pre>`. Other tags are looked through: `"<em>milk</em>"` is set as `"*milk*"` is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_VERBATIM: Final = lazy(r"<(/?)(code|kbd|samp|tt|pre|textarea|script|style|math|svg)\b", re.IGNORECASE)
_BREAK: Final = lazy(r"<br\b", re.IGNORECASE)
_PICTURE: Final = lazy(r"<(?:img|input|picture|video|svg|math)\b", re.IGNORECASE)
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})


def prose(tokens: Sequence[Token]) -> Iterator[int]:
    """Give the indices of the tokens of a block that hold prose."""
    inside = ""
    depth = 0
    address = False
    for index, token in enumerate(tokens):
        kind = token.type
        if kind == "text":
            if not depth and not address:
                yield index
        elif kind == "html_inline":
            found = _VERBATIM.match(token.content)
            if found is not None and (not depth or found[2].lower() == inside):
                inside = found[2].lower()
                if found[1]:
                    depth -= depth > 0
                elif not token.content.endswith("/>"):
                    depth += 1
        address = kind == "link_open" and token.markup == "autolink"


def neighbour(tokens: Sequence[Token], index: int, step: int) -> str:
    """Return the visible character before or after a token; a blank at the edge of its line."""
    index += step
    while 0 <= index < len(tokens):
        token = tokens[index]
        kind = token.type
        if kind in _BREAKS:
            return " "
        if kind == "image":
            return "x"
        if kind == "html_inline":
            if _BREAK.match(token.content):
                return " "
            if _PICTURE.match(token.content):
                return "x"
        elif token.content:
            return token.content[-1 if step < 0 else 0]
        index += step
    return " "


def set_text(token: Token, content: str) -> None:
    """Give a token its text with marks set; as it is written it stays in `markup`, which text has no other use for."""
    token.markup = token.markup or token.content
    token.content = content


def written(token: Token) -> str:
    """Return a token's text as it is written."""
    return token.markup or token.content if token.type == "text" else token.content
