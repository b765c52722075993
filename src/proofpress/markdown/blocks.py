"""Blocks: which lines of a text belong together (CommonMark 0.31.2, section 3, first phase).

The rules are markdown-it's, tried in its order. What is ours is which of them are tried: a rule that can only begin
with certain characters is asked only about lines that begin so, and a paragraph looks for its end and for a setext
underline in one pass. The result is the same; the test of CommonMark's examples holds it to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import html_block as plain_html_block

from proofpress.markdown.elements import begins_with_text, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.rules_block import StateBlock

    Rule = Callable[[StateBlock, int, int, bool], bool]

MAX_DEPTH: Final = 100
"""How many levels blocks may be nested. Python's stack holds several times as many."""

BEGINS: Final[Mapping[str, str]] = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*-+0123456789",
    "footnote_def": "[",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
    "math_block": "$\\",
    "container": ":",
    "attribute_line": "{",
}
"""The characters that a line must begin with, after its indent, for a rule to apply. Other rules are always tried."""

BEGINS_AS_TERMINATOR: Final[Mapping[str, str]] = {**BEGINS, "deflist": ":"}

_BLANK: Final = " \t"


class BlockParser(ParserBlock):
    """markdown-it's block parser with rules chosen by a line's first character."""

    def prepare(self) -> None:
        """Fix the choice of rules. To be called once, when all rules are in place."""
        self.ruler.at("paragraph", paragraph)
        self.ruler.at("html_block", html_block, {"alt": ["paragraph", "reference", "blockquote"]})
        self.ruler.disable("lheading")
        self.chosen = self._choose("", BEGINS)
        self.terminators = self._choose("paragraph", BEGINS_AS_TERMINATOR)

    def _choose(self, chain: str, begins: Mapping[str, str]) -> dict[str, tuple[Rule, ...]]:
        """Return the rules by first character; under the empty string, those for any other character."""
        compiled = self.ruler.getRules(chain)
        names = {rule.fn: rule.name for rule in self.ruler.__rules__}
        characters = sorted({character for marks in begins.values() for character in marks})
        return {
            first: tuple(rule for rule in compiled if (marks := begins.get(names[rule])) is None or first in marks)
            if first
            else tuple(rule for rule in compiled if names[rule] not in begins)
            for first in ["", *characters]
        }

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - markdown-it's names
        """Turn lines into tokens; where they are nested too deeply, say so in `env["too_deep"]` and skip them."""
        chosen = self.chosen
        rare = chosen[""]
        starts, shifts, ends, src = state.bMarks, state.tShift, state.eMarks, state.src
        line = startLine
        blank_seen = False
        while line < endLine:
            while line < endLine and starts[line] + shifts[line] >= ends[line]:
                line += 1
            state.line = line
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= MAX_DEPTH:
                state.env.setdefault("too_deep", []).append(line)
                state.line = endLine
                break
            for rule in chosen.get(src[starts[line] + shifts[line]], rare):
                if rule(state, line, endLine, False):
                    break
            state.tight = not blank_seen
            line = state.line
            # a paragraph in a nested list may have taken the blank line after it
            if line - 1 < endLine and starts[line - 1] + shifts[line - 1] >= ends[line - 1]:
                blank_seen = True
            if line < endLine and starts[line] + shifts[line] >= ends[line]:
                blank_seen = True
                line += 1
                state.line = line


def paragraph(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: ARG001, N803
    """Read a paragraph or a setext heading (sections 4.3 and 4.8): both end where another block begins."""
    parser = state.md.block
    assert isinstance(parser, BlockParser)
    terminators = parser.terminators
    rare = terminators[""]
    src, starts, shifts, ends, counts = state.src, state.bMarks, state.tShift, state.eMarks, state.sCount
    base = state.blkIndent
    parent, state.parentType = state.parentType, "paragraph"
    last = state.lineMax
    level = 0
    line = startLine + 1
    while line < last:
        begin = starts[line] + shifts[line]
        if begin >= ends[line]:
            break
        indent = counts[line] - base
        if indent > 3:  # code elsewhere, but text when it continues a paragraph
            line += 1
            continue
        first = src[begin]
        if indent >= 0 and first in "-=" and line < endLine:
            rest = src[begin : ends[line]].rstrip(_BLANK)
            if not rest.strip(first):
                level = 1 if first == "=" else 2
                break
        if counts[line] >= 0 and any(rule(state, line, last, True) for rule in terminators.get(first, rare)):
            break
        line += 1
    content = state.getLines(startLine, line, base, False).strip(" \t\n\r\f\v")
    state.line = line + 1 if level else line
    kind, tag = ("heading", f"h{level}") if level else ("paragraph", "p")
    opened = state.push(f"{kind}_open", tag, 1)
    opened.map = [startLine, state.line]
    inline = state.push("inline", "", 0)
    inline.content = content
    inline.map = [startLine, line]
    inline.children = []
    state.push(f"{kind}_close", tag, -1)
    state.parentType = parent
    return True


def html_block(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    """Read a block of raw HTML (section 4.6), and note which of its tags are of no element that is known."""
    if begins_with_text(state, startLine):
        return False
    if not plain_html_block(state, startLine, endLine, silent):
        return False
    if not silent:
        state.env["raw"] = True
        token, known = state.tokens[-1], state.env.get("elements")
        unread = unknown_in(token.content, known) if known is not None else ()
        if unread:
            state.env["unread"] = True
            token.meta["unread"] = unread
    return True
