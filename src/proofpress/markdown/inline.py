"""Inline text: which characters mean something, and the rule that each one asks (CommonMark 0.31.2, section 6).

markdown-it tries each of its rules at each character that may end plain text. Here a text is first asked which of
those characters it needs (a text without `$$`-like pairs has no mathematics), plain stretches are skipped by one
regular expression, and a character is shown only to the rules that can begin with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import emphasis, fragments_join, link_pairs, strikethrough
from markdown_it.rules_inline import html_inline as plain_html_inline

from proofpress.markdown.elements import is_text
from proofpress.markdown.links import MOST_TOKENS, InlineText, find_links
from proofpress.markdown.plugin import MARKS
from proofpress.markdown.tokens import QuickToken
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

BEGINS: Final[Mapping[str, str]] = {
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "footnote_ref": "[",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "math": "$",
    "template": "{",
    "attributes": "{",
    "bare_url": ":",
    "bare_www": "w",
}
"""The characters at which a rule can begin."""

_RUN: Final = lazy(r"\*+|_+|~+|.", re.DOTALL)
"""What becomes tokens at once: each mark of a run is one of its own."""

_TEMPLATE: Final = lazy(r"\{\{(?!\{)[^{}\n`]{1,200}\}\}|\{%[^{}%\n`]{1,200}%\}")
"""What template languages put in braces."""

_TIGHTER: Final = "`<$"
_ALWAYS: Final = "\n\\`*_[]!<&~"


_OURS: Final = frozenset({link_pairs, strikethrough.postProcess, emphasis.postProcess, fragments_join})
"""What finishes a text where no plugin has a part in it."""

MOST_ATTRIBUTES: Final = 100_000
"""Attributes that a tag can have; what has more is text."""


def newline(state: StateInline, silent: bool) -> bool:
    """Read a line's end (CommonMark 0.31.2, sections 6.7 and 6.8), with the blanks before and behind it."""
    src, end = state.src, state.posMax
    if not silent:
        pending = state.pending
        bare = pending.rstrip(" ")
        if len(bare) < len(pending):
            state.pending = bare
        state.push("softbreak" if len(pending) - len(bare) < 2 else "hardbreak", "br", 0)
    pos = state.pos + 1
    while pos < end and src[pos] in " \t":
        pos += 1
    state.pos = pos
    return True


def html_inline(state: StateInline, silent: bool) -> bool:
    """Read a tag, and note where it stands; one of an element that nobody knows is text."""
    at = state.pos
    if len(state.src) > MOST_ATTRIBUTES and _has_too_many_attributes(state, at):
        return False  # markdown-it's expression keeps each of them, in case it must go back
    if not plain_html_inline(state, True):
        return False
    if is_text(state, at, silent):
        if not silent:
            state.pending += state.src[at : state.pos]
        return True
    if not silent:
        state.pos = at
        plain_html_inline(state, False)
        state.tokens[-1].meta = {"at": at}
        state.env["raw"] = True
    return True


def template(state: StateInline, silent: bool) -> bool:
    """Take `{{ name }}` and `{% tag %}` as they are: nothing in them is a mark, and quotation marks stay straight."""
    match = _TEMPLATE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = token.markup = match[0]
        token.info = "template"
    state.pos = match.end()
    return True


def _has_too_many_attributes(state: StateInline, at: int) -> bool:
    assert isinstance(state, InlineText)
    src = state.src
    seen, close = state.closed
    if not seen <= at <= close:  # looked for once for all that stands before it
        close = src.find(">", at)
        state.closed = at, close if close >= 0 else len(src)
    return (
        close - at > MOST_ATTRIBUTES
        and src.find("<", at + 1, close) < 0
        and len(src[at:close].split()) > MOST_ATTRIBUTES
    )


class InlineParser(ParserInline):
    """markdown-it's inline parser with rules chosen by character."""

    def prepare(self, begins: Mapping[str, str] = {}) -> None:
        """Fix the choice of rules. To be called once, when all rules are in place.

        `begins` are the characters of rules that plugins bring; one that has none there is tried at every mark.
        """
        self.ruler.at("html_inline", html_inline)
        self.ruler.at("newline", newline)
        compiled = self.ruler.getRules("")
        names = {rule.fn: rule.name for rule in self.ruler.__rules__}
        known = {"text": "", "linkify": "", **BEGINS, **begins}
        self.chosen: dict[str, tuple[Any, ...]] = {}
        for rule in compiled:
            for character in known.get(names[rule], MARKS):
                self.chosen[character] = (*self.chosen.get(character, ()), rule)
        theirs = {mark for rule in compiled if names[rule] not in BEGINS for mark in known.get(names[rule], MARKS)}
        self.tighter = {character: rules for character, rules in self.chosen.items() if character in _TIGHTER}
        self.always = "".join(sorted({*_ALWAYS, *theirs} & self.chosen.keys()))
        self.searches: dict[str, re.Pattern[str]] = {}
        self.finishing = self.ruler2.getRules("")
        self.ours = all(name in known for name in names.values()) and not begins and _OURS.issuperset(self.finishing)
        """Whether no plugin has a part in it, so that what has no run of marks needs no finishing."""

    cjk = False
    """Whether marks beside letters of Chinese, Japanese and Korean are judged as their texts need it."""

    def pattern_for(self, src: str) -> re.Pattern[str]:
        """Return the expression for the next character of a text that some rule may begin with."""
        chosen = self.chosen
        needed = self.always
        if "$" in src and "$" in chosen:
            needed += "$"
        if "{" in src and "{" in chosen:
            needed += "{"
        if "://" in src and ":" in chosen:
            needed += ":"
        if "www." in src and "w" in chosen:
            needed += "w"
        pattern = self.searches.get(needed)
        if pattern is None:
            pattern = self.searches[needed] = re.compile("[" + re.escape(needed) + "]")
        return pattern

    def tokenize(self, state: StateInline) -> None:
        """Turn a stretch of text into tokens."""
        src, end = state.src, state.posMax
        assert isinstance(state, InlineText)
        search = state.search
        chosen = self.chosen
        append = state.append_pending
        bounded = len(src) > MOST_TOKENS
        pos = state.pos
        first, state.first = state.first, None
        while pos < end:
            match = first or search(src, pos, end)
            first = None
            if match is None:
                append(src[pos:end])
                pos = end
                break
            at = match.start()
            if bounded and _is_too_much(state, at):
                append(src[pos:end])
                pos = end
                break
            if at > pos:
                append(src[pos:at])
            state.pos = at
            for rule in chosen[src[at]]:
                if rule(state, False):
                    break
            else:
                last = at
                if src[at] == "<":  # nothing begins with two: of a run, the last alone is worth a look
                    while last + 2 < end and src[last + 1] == src[last + 2] == "<":
                        last += 1
                append(src[at : last + 1])
                state.pos = last + 1
            pos = state.pos
        state.pos = pos
        if state.pending:
            state.pushPending()

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """Turn an inline text into tokens."""
        search = self.pattern_for(src).search
        first = search(src, 0, len(src))
        if first is None and src and self.ours:
            tokens.append(QuickToken("text", "", 0, None, None, 0, None, src))
            return tokens
        state = InlineText(src, md, env, tokens)
        state.depth = state.others = 0
        state.search, state.first = search, first
        state.closers = None
        state.cjk = self.cjk and not src.isascii()
        state.links = find_links(state, self.tighter) if "[" in src else {}
        self.tokenize(state)
        if state.runs or not self.ours:  # emphasis is made of runs, and of what is left of them text in one piece
            for rule in self.finishing:
                rule(state)
        return state.tokens


def _is_too_much(state: InlineText, at: int) -> bool:
    """Tell whether the mark at an offset would take a text over its tokens; note where that was, once for each text."""
    run = _RUN.match(state.src, at)
    assert run is not None
    told = 4 * len(state.env.get("undefined", ()))  # each mark that leads nowhere is a problem, as large as four tokens
    if state.others + len(state.tokens) + told + run.end() - at <= MOST_TOKENS:
        return False
    noted = state.env.setdefault("too_many", [])
    if not noted or noted[-1][0] is not state.env["inline"]:
        noted.append((state.env["inline"], at))
    return True
