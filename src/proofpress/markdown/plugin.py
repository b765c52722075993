"""A piece of Markdown that others bring: a plugin of markdown-it, and how its tokens are written.

markdown-it's own way of writing counts too: what a plugin sets by `add_render_rule` writes its tokens, and a token for
which nobody says a word is written as its tag with its attributes. Nothing that a plugin reads is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from proofpress.listings.spans import escape
from proofpress.markdown.writer import tag

if TYPE_CHECKING:
    from markdown_it.token import Token

    from proofpress.markdown.writer import BlockForm, InlineForm, Writer

MARKS: Final = "\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""The characters at which an inline rule may begin that does not say at which it does: as in markdown-it, any mark."""

_CORE: Final = frozenset(
    {"normalize", "block", "inline", "linkify", "replacements", "smartquotes", "text_join"}
)  # markdown-it's own


class Markdown(msgspec.Struct, frozen=True):
    """A piece of Markdown."""

    extend: Callable[[MarkdownIt], object]
    """Puts its rules into markdown-it, as what is handed to `MarkdownIt.use` does."""
    blocks: Mapping[str, Callable[[Any, Sequence[Any], int], int]] = {}
    """How its block tokens are written, by their types: `form(writer, tokens, index)` returns the index behind them."""
    inline: Mapping[str, Callable[[Any, Sequence[Any], int], None]] = {}
    """How its inline tokens are written: `form(writer, tokens, index)`."""
    begins: Mapping[str, str] = {}
    """The characters at which its inline rules begin, by the rules' names; quicker than to try them at every mark."""


class Written:
    """How what plugins read is written: their forms, and the rules that they set in markdown-it's renderer."""

    def __init__(self, plugins: Iterable[Markdown], plain: MarkdownIt, extended: MarkdownIt) -> None:
        """Look at what `extended` has that the `plain` one lacks."""
        own = plain.renderer.rules  # type: ignore[attr-defined]  # of the renderer for HTML
        rules = extended.renderer.rules  # type: ignore[attr-defined]
        theirs = {
            kind: rule for kind, rule in rules.items() if kind not in own or own[kind].__func__ is not _function(rule)
        }
        self.blocks: dict[str, BlockForm] = {}
        self.inline: dict[str, InlineForm] = {}
        for kind, rule in theirs.items():
            self.blocks[kind], self.inline[kind] = _by_rule(rule, extended)
        for plugin in plugins:
            self.blocks |= plugin.blocks
            self.inline |= plugin.inline


def _function(rule: Any) -> Any:
    return getattr(rule, "__func__", rule)


def _by_rule(rule: Callable[..., str], md: MarkdownIt) -> tuple[BlockForm, InlineForm]:
    """Return a rule of markdown-it's renderer as a form of ours, for a block and for an inline piece."""

    def write(writer: Writer, tokens: Sequence[Token], index: int) -> None:
        token = tokens[index]
        if token.content:
            writer.words.append(token.content)
        if "id" in token.attrs:
            writer.anchors.append(str(token.attrs["id"]))
        # A rule may change its token, as that of a container does: a text is written more than once.
        assert isinstance(tokens, list)
        tokens[index] = token.copy(attrs=dict(token.attrs), meta=dict(token.meta))
        try:
            writer.out.append(rule(tokens, index, md.options, writer.text.environment))
        finally:
            tokens[index] = token

    def block(writer: Writer, tokens: Sequence[Token], index: int) -> int:
        write(writer, tokens, index)
        return index + 1

    return block, write


def unknown_block(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    """Write a block of a type that nobody has a form for: its tag, and what it holds as text."""
    token = tokens[index]
    if token.nesting or not token.content:
        return tag(writer, tokens, index) if token.tag or token.hidden else index + 1
    writer.words += [token.content, "\n"]
    name, given = token.tag or "p", writer.attributes(token.attrs)
    writer.out.append(f"<{name}{given}>{escape(token.content)}</{name}>\n")
    return index + 1


class CoreRules:
    """The rules that plugins add to markdown-it's chain over whole texts: those before words are read, and those after."""

    def __init__(self, md: MarkdownIt) -> None:
        rules = [rule for rule in md.core.ruler.__rules__ if rule.enabled]
        names = [rule.name for rule in rules]
        words = names.index("inline") if "inline" in names else len(names)
        self._md = md
        self._before = [rule.fn for rule in rules[:words] if rule.name not in _CORE]
        self._after = [rule.fn for rule in rules[words:] if rule.name not in _CORE]

    def before_words(self, source: str, env: dict[str, Any], tokens: list[Token]) -> list[Token]:
        """Return the blocks as the rules leave them that come before words are read."""
        return self._run(self._before, source, env, tokens)

    def after_words(self, source: str, env: dict[str, Any], tokens: list[Token]) -> list[Token]:
        """Return the blocks as the other rules leave them."""
        return self._run(self._after, source, env, tokens)

    def _run(self, rules: Sequence[Any], source: str, env: dict[str, Any], tokens: list[Token]) -> list[Token]:
        if not rules:
            return tokens
        state = StateCore(source, self._md, env, tokens)
        for rule in rules:
            rule(state)
        return state.tokens
