"""Blocks: which lines of a text belong together (CommonMark 0.31.2, section 3, first phase).

The rules are markdown-it's, tried in its order. What is ours is which of them are tried: a rule that can only begin
with certain characters is asked only about lines that begin so, and a paragraph looks for its end and for a setext
underline in one pass. The result is the same; the test of CommonMark's examples holds it to that.
"""

from __future__ import annotations

import re
from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING, Any, Final

from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import code as plain_code
from markdown_it.rules_block import html_block as plain_html_block
from markdown_it.rules_block import reference as plain_reference

from proofpress.markdown.elements import begins_with_text, unknown_in
from proofpress.markdown.tokens import QuickToken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

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
    "allowance": "<",
    "heading": "#",
    "math_block": "$\\",
    "container": ":",
    "attribute_line": "{",
}
"""The characters that a line must begin with, after its indent, for a rule to apply. Other rules are always tried."""

BEGINS_AS_TERMINATOR: Final[Mapping[str, str]] = {**BEGINS, "deflist": ":"}

_BLANK: Final = " \t"
_DEFINITION: Final = re.compile(r"\[([!-Z^-~](?:[ -Z^-~]*[!-Z^-~])?)\]:[ \t]*([^\x00-\x20\x7f<>()\\&]+)[ \t]*\Z")
"""A definition whose label is of plain ASCII, and whose destination is written as it is meant."""
_TITLES: Final = frozenset("\"'(")
_INDENTS: Final = frozenset(_BLANK)


class BlockText(StateBlock):
    """What the block rules share about one text: markdown-it's state, made in passes over all lines."""

    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        """Find where each line begins and ends, and how far it is indented."""
        super().__init__("", md, env, tokens)
        self.src = src
        lines = src.split("\n")
        if not lines[-1].strip(_BLANK):  # a last line of blanks is none
            lines.pop()
        lengths = list(map(len, lines))
        begins = [0, *map(add, accumulate(lengths), count(1))]
        ends = list(map(add, begins, lengths))
        begins[-1:] = [len(src)]  # markdown-it's end mark, which saves its rules a look at the number of lines
        ends.append(len(src))
        self.bMarks, self.eMarks = begins, ends
        self.tShift, self.sCount, self.bsCount = [0] * len(ends), [0] * len(ends), [0] * len(ends)
        for number, line in enumerate(lines):
            if line[:1] in _INDENTS:
                inner = line.lstrip(_BLANK)
                self.tShift[number] = len(line) - len(inner)
                self.sCount[number] = len(line[: len(line) - len(inner)].expandtabs(4))
        self.lineMax = len(lines)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Add a token."""
        if nesting < 0:
            self.level -= 1
        token = QuickToken(ttype, tag, nesting, None, None, self.level, block=True)
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token

    def getLines(self, begin: int, end: int, indent: int, keepLastLF: bool) -> str:  # noqa: N802, N803 - markdown-it's names
        """Cut lines out of the source, without so many columns of what they are indented by."""
        src, starts, shifts, ends = self.src, self.bMarks, self.tShift, self.eMarks
        cut = []
        last = -1 if keepLastLF else end - 1
        for line in range(begin, end):
            first = starts[line]
            if indent and (shift := shifts[line]):
                if "\t" in src[first : first + shift]:
                    return super().getLines(begin, end, indent, keepLastLF)
                first += min(shift, indent)
            cut.append(src[first : ends[line] + (line != last)])
        return "".join(cut)


def _ended(chosen: Mapping[str, tuple[Rule, ...]]) -> Rule:
    """Return a rule that stands for all by which something ends: those are tried that a line's first character allows."""
    rare = chosen[""]

    def ended(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
        begin = state.bMarks[startLine] + state.tShift[startLine]
        rules = chosen.get(state.src[begin : begin + 1], rare)
        return any(rule(state, startLine, endLine, silent) for rule in rules)

    return ended


class _Rules(Ruler["Rule"]):
    """The rules of blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: dict[str, list[Rule]] = {}
        """For a kind of block, what is asked in place of each rule that may end it."""

    def getRules(self, chainName: str = "") -> list[Rule]:  # noqa: N802, N803 - markdown-it's names
        """Return the rules of a chain."""
        return self.ends.get(chainName) or super().getRules(chainName)


class BlockParser(ParserBlock):
    """markdown-it's block parser with rules chosen by a line's first character."""

    ruler: _Rules

    def __init__(self) -> None:
        super().__init__()
        theirs = self.ruler.__rules__
        self.ruler = _Rules()
        self.ruler.__rules__ = theirs

    def parse(self, src: str, md: MarkdownIt, env: Any, outTokens: list[Token]) -> list[Token] | None:  # noqa: N803
        """Turn a text into tokens."""
        if not src:
            return None
        state = BlockText(src, md, env, outTokens)
        self.tokenize(state, 0, state.lineMax)
        return state.tokens

    def prepare(self) -> None:
        """Fix the choice of rules. To be called once, when all rules are in place."""
        self.ruler.at("paragraph", paragraph)
        self.ruler.at("code", code)
        self.ruler.at("reference", reference)
        self.ruler.at("html_block", html_block, {"alt": ["paragraph", "reference", "blockquote"]})
        self.ruler.disable("lheading")
        self.chosen = self._choose("", BEGINS)
        self.terminators = self._choose("paragraph", BEGINS_AS_TERMINATOR)
        for chain in ("blockquote", "list", "reference"):
            self.ruler.ends[chain] = [_ended(self._choose(chain, BEGINS_AS_TERMINATOR))]

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
    after = state.line = line + 1 if level else line
    kind, tag = ("heading", f"h{level}") if level else ("paragraph", "p")
    depth = state.level
    state.tokens += (
        QuickToken(f"{kind}_open", tag, 1, None, [startLine, after], depth, block=True),
        QuickToken("inline", "", 0, None, [startLine, line], depth + 1, [], content, block=True),
        QuickToken(f"{kind}_close", tag, -1, None, None, depth, block=True),
    )
    state.parentType = parent
    return True


def code(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    """Read an indented block of code (section 4.4): few lines are indented so far, and each is asked."""
    return state.sCount[startLine] - state.blkIndent >= 4 and plain_code(state, startLine, endLine, silent)


def reference(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    """Read a definition of a link (section 4.7): at once where it is written as most are, without a title on one line."""
    src, line = state.src, startLine + 1
    simple = _DEFINITION.match(src, state.bMarks[startLine] + state.tShift[startLine], state.eMarks[startLine])
    if simple is None or silent or state.is_code_block(startLine):
        return plain_reference(state, startLine, endLine, silent)
    if line < state.lineMax and src[(at := state.bMarks[line] + state.tShift[line]) : at + 1] in _TITLES:
        return plain_reference(state, startLine, endLine, silent)
    label = " ".join(simple[1].split()).lower().upper()
    found = {"title": "", "href": simple[2], "map": [startLine, line]}
    known = state.env.setdefault("references", {})
    if label in known:
        state.env.setdefault("duplicate_refs", []).append({**found, "label": label})
    else:
        known[label] = found
    state.line = line
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
