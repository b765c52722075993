"""Definition lists: a term on a line of its own, and below it `: ` with what it means, once or several times.

As in PHP Markdown Extra and Pandoc, but for Pandoc's second mark: a line that begins with `~` is a prompt or "about"
far more often. A mark four blanks in is code, as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock


def definition_list(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    """Read a list of terms and definitions. Silent, tell whether a line ends a paragraph: only inside a definition."""
    if silent:
        return state.ddIndent >= 0 and _after_mark(state, startLine) is not None
    if state.is_code_block(startLine):
        return False
    first = _definition_below(state, startLine, endLine)
    if first is None:
        return False
    begin = len(state.tokens)
    opened = state.push("dl_open", "dl", 1)
    opened.map = [startLine, startLine]
    tight = True
    term, line = startLine, first
    while True:
        _push_term(state, term)
        while True:
            tight = _push_definition(state, line, endLine) and tight
            line = state.line
            if line >= endLine or state.sCount[line] < state.blkIndent or _after_mark(state, line) is None:
                break
            if line and state.isEmpty(line - 1):
                tight = False
        term = line
        if line >= endLine or state.isEmpty(line) or state.is_code_block(line) or state.sCount[line] < state.blkIndent:
            break
        following = _definition_below(state, term, endLine)
        if following is None:
            break
        line = following
    state.push("dl_close", "dl", -1)
    opened.map = [startLine, line]
    state.line = line
    if tight:
        _hide_paragraphs(state, begin)
    return True


def _after_mark(state: StateBlock, line: int) -> int | None:
    """Return the offset behind the colon that begins a line's definition; None where none begins."""
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    if begin >= end or state.src[begin] != ":" or state.is_code_block(line):
        return None
    after = state.skipSpaces(begin + 1)
    return None if after == begin + 1 or after >= end else begin + 1


def _definition_below(state: StateBlock, term: int, end: int) -> int | None:
    """Return the line of the definition that follows a term, a blank line between them or not."""
    line = term + 1
    if line < end and state.isEmpty(line):
        line += 1
    if line >= end or state.sCount[line] < state.blkIndent or _after_mark(state, line) is None:
        return None
    return line


def _push_term(state: StateBlock, line: int) -> None:
    opened = state.push("dt_open", "dt", 1)
    opened.map = [line, line + 1]
    words = state.push("inline", "", 0)
    words.map = [line, line + 1]
    words.content = state.getLines(line, line + 1, state.blkIndent, False).strip()
    words.children = []
    state.push("dt_close", "dt", -1)


def _push_definition(state: StateBlock, line: int, end: int) -> bool:
    """Read one definition, the blocks in it included; tell whether no blank line parts them."""
    opened = state.push("dd_open", "dd", 1)
    colon = _after_mark(state, line)
    assert colon is not None
    column = state.sCount[line] + colon - (state.bMarks[line] + state.tShift[line])
    begin = colon
    while begin < state.eMarks[line] and state.src[begin] in " \t":
        column += 4 - column % 4 if state.src[begin] == "\t" else 1
        begin += 1
    before = (
        state.tight, state.ddIndent, state.blkIndent, state.tShift[line], state.sCount[line], state.parentType,
    )  # fmt: skip
    state.blkIndent = state.ddIndent = state.sCount[line] + 2
    state.tShift[line], state.sCount[line] = begin - state.bMarks[line], column
    state.tight, state.parentType = True, "deflist"
    state.md.block.tokenize(state, line, end)
    tight = state.tight
    (
        state.tight, state.ddIndent, state.blkIndent, state.tShift[line], state.sCount[line], state.parentType,
    ) = before  # fmt: skip
    state.push("dd_close", "dd", -1)
    opened.map = [line, state.line]
    return tight


def _hide_paragraphs(state: StateBlock, begin: int) -> None:
    """Take the paragraphs' own tags out of definitions that no blank line parts."""
    level = state.level + 2
    for index in range(begin, len(state.tokens) - 2):
        token = state.tokens[index]
        if token.type == "paragraph_open" and token.level == level:
            token.hidden = state.tokens[index + 2].hidden = True
