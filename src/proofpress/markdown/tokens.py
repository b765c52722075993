"""markdown-it's token, made in half the time: a text has hundreds of them, and most hold nothing but their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markdown_it.token import Token, convert_attrs

if TYPE_CHECKING:
    from typing import Literal


class QuickToken(Token):
    """A token like any other. Its fields are set in one go, without a call for each of its dictionaries."""

    __slots__ = ()

    def __init__(
        self,
        type: str,  # noqa: A002 - markdown-it's names
        tag: str,
        nesting: Literal[-1, 0, 1],
        attrs: Any = None,
        map: list[int] | None = None,  # noqa: A002
        level: int = 0,
        children: list[Token] | None = None,
        content: str = "",
        markup: str = "",
        info: str = "",
        meta: dict[Any, Any] | None = None,
        block: bool = False,
        hidden: bool = False,
    ) -> None:
        self.type = type
        self.tag = tag
        self.nesting = nesting
        self.attrs = {} if attrs is None else convert_attrs(attrs)
        self.map = map
        self.level = level
        self.children = children
        self.content = content
        self.markup = markup
        self.info = info
        self.meta = {} if meta is None else meta
        self.block = block
        self.hidden = hidden
