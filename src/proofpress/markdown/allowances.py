"""What a writer allows in a text: `<!-- proofpress: allow RULE, RULE -->` silences these rules in the block that follows.

The comment stands on a line of its own where a block of raw HTML could begin (CommonMark 0.31.2, section 4.6, kind 2), and
parts the lines around it as that would. Nothing of it is on the page, whatever the settings make of raw HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.model import Allowance
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

    from proofpress.markdown.places import SourceLines

ALLOWANCE: Final = "allowance"
"""The rule, and the type of its tokens."""
MARK: Final = lazy(r"<!--[ \t]*proofpress:[ \t]*allow\b")
"""What a text with an allowance holds."""

_LINE: Final = lazy(r"<!--[ \t]*proofpress:[ \t]*allow(?P<names>(?:[ \t][ \t,\w-]*?)?)-->[ \t]*")
_NAME: Final = lazy(r"\w(?:[\w-]*\w)?")


def allowance(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: ARG001, N803
    """Read the line of an allowance."""
    if state.sCount[startLine] - state.blkIndent > 3:
        return False
    begin = state.bMarks[startLine] + state.tShift[startLine]
    found = _LINE.fullmatch(state.src, begin, state.eMarks[startLine])
    if found is None:
        return False
    if not silent:
        token = state.push(ALLOWANCE, "", 0)
        token.map = [startLine, startLine + 1]
        token.content = found["names"]
        state.line = startLine + 1
    return True


def take_allowances(tokens: Sequence[Token], lines: SourceLines) -> tuple[list[Token], tuple[Allowance, ...]]:
    """Part what is allowed from the blocks. Each reaches up to the end of the block that follows it in its own container."""
    kept: list[Token] = []
    found = []
    follows: Token | None = None
    for token in reversed(tokens):
        if token.type != ALLOWANCE or token.map is None:
            kept.append(token)
            follows = token
            continue
        line = last = token.map[0] + 1  # a definition of a link gives no block
        if follows is not None and follows.nesting >= 0 and follows.map:
            last = follows.map[1]
        comment = lines.text_of(line - 1)
        begin = comment.find("<!--")
        at = comment.find(token.content, begin + 4)
        names = tuple(
            (name[0], lines.in_line(line - 1, at + name.start(), len(name[0])))
            for name in _NAME.finditer(token.content)
        )
        place = lines.in_line(line - 1, begin, len(comment[begin:].rstrip()))
        found.append(
            Allowance(names=names, place=place, first=lines.number(line), last=lines.number(max(line, last - 1)))
        )
    return kept[::-1], tuple(found[::-1])
