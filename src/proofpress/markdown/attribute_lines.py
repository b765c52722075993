"""Attributes in braces on a line of their own, at the end of a heading, or at the edge of a paragraph: those of blocks.

A line `{: .class #id}` (kramdown) or `{.class #id}` directly below a block describes it, whatever it is: a paragraph,
a list, a quote, a table, a listing; directly above one, where nothing stands above it, it describes that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markdown_it.token import Token

from proofpress.markdown.attributes import BRACES, Unused, add, at_end, read

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from markdown_it.rules_block import StateBlock

    from proofpress.markdown.places import SourceLines
    from proofpress.model import Place

LINE: Final = "attribute_line"

_UNDESCRIBED: Final = frozenset({"html_block", "inline", "footnote_reference_open", LINE})
"""Blocks that have no element of their own to describe."""

_ELEMENTS: Final = {"fence": "div", "code_block": "div", "math_block": "div"}


def attribute_line(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    """Read a line of attributes. Without kramdown's colon it ends a paragraph only where the paragraph ends anyway."""
    begin = state.bMarks[startLine] + state.tShift[startLine]
    text = state.src[begin : state.eMarks[startLine]].rstrip()
    if not text.endswith("}") or state.is_code_block(startLine):
        return False
    match = BRACES.fullmatch(text)
    if match is None:
        return False
    above = startLine > 0 and not state.isEmpty(startLine - 1)
    below = (
        startLine + 1 < endLine and not state.isEmpty(startLine + 1) and state.sCount[startLine + 1] >= state.blkIndent
    )
    if silent:
        return text.startswith("{:") or not below
    token = state.push(LINE, "", 0)
    token.map = [startLine, startLine + 1]
    token.content = text
    token.meta = {"above": above, "below": below, "braces": match}
    state.line = startLine + 1
    return True


def take_from_blocks(tokens: list[Token], lines: SourceLines, tell: Callable[[Place, Unused], None]) -> list[Token]:
    """Return the blocks with each line of attributes given to what it describes; one that describes nothing is text."""

    def give(target: Token, holder: Token, match: re.Match[str]) -> None:
        unused: list[Unused] = []
        add(target, read(match[1], _ELEMENTS.get(target.type, target.tag), unused))
        for one in unused:
            tell(lines.place(holder, match.start(1) + one.at, one.length), one)

    found: list[Token] = []
    for index, token in enumerate(tokens):
        if token.type == LINE:
            target = _described(tokens, index)
            if target is None:
                found += _as_text(token)
            else:
                give(target, token, token.meta["braces"])
            continue
        found.append(token)
        if token.type != "inline" or "{" not in token.content or not index:
            continue
        opened = tokens[index - 1]
        if opened.type == "heading_open":
            if (match := at_end(token.content)) is not None:
                give(opened, token, match)
                token.content = token.content[: match.start()]
        elif opened.type == "paragraph_open" and token.content.startswith("{:"):  # kramdown's, of a list's item
            match = BRACES.match(token.content)
            if match is not None and index > 1 and tokens[index - 2].type == "list_item_open":
                give(tokens[index - 2], token, match)
                token.content = token.content[match.end() :].lstrip(" \t")
        elif opened.type == "paragraph_open" and "\n" in token.content:  # the last line of one that another block ends
            begin = token.content.rindex("\n") + 1
            match = BRACES.fullmatch(token.content, begin)
            target = _with_element(tokens, index - 1)
            if match is not None and target is not None:
                give(target, token, match)
                token.content = token.content[:begin].rstrip()
    return found


def _described(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the opening or only token of the block that a line of attributes describes."""
    line = tokens[index]
    at = index
    if line.meta["above"]:
        if not index or tokens[index - 1].level < line.level:
            return None
        at = index - 1
        if tokens[at].nesting < 0:
            level = tokens[at].level
            while not (tokens[at].nesting > 0 and tokens[at].level == level):
                at -= 1
    elif line.meta["below"] and index + 1 < len(tokens):
        at = index + 1
    return None if tokens[at].nesting < 0 or tokens[at].type in _UNDESCRIBED else _with_element(tokens, at)


def _with_element(tokens: Sequence[Token], at: int) -> Token | None:
    """Return a block, or where it has no element of its own, as the paragraph of a tight list, the item that holds it."""
    if not tokens[at].hidden:
        return tokens[at]
    return next((tokens[i] for i in range(at - 1, -1, -1) if tokens[i].type in {"list_item_open", "dd_open"}), None)


def _as_text(line: Token) -> list[Token]:
    """Return the tokens of a paragraph that shows a line as it is written."""
    words = Token("inline", "", 0, map=line.map, level=line.level + 1, content=line.content, children=[], block=True)
    opened = Token("paragraph_open", "p", 1, map=line.map, level=line.level, block=True)
    return [opened, words, Token("paragraph_close", "p", -1, level=line.level, block=True)]
