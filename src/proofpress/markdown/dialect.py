"""The dialect: markdown-it put together from the options, with only the rules that a text can need.

A rule that waits for a mark costs time in every text without it, so the text is first asked which marks it has. The
parsers for each set of marks are made once and kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt

from proofpress.markdown.allowances import ALLOWANCE, MARK, allowance
from proofpress.markdown.attribute_lines import LINE, attribute_line
from proofpress.markdown.attributes import attributes
from proofpress.markdown.autolinks import autolink, bare_url, bare_www
from proofpress.markdown.blocks import MAX_DEPTH, BlockParser
from proofpress.markdown.containers import container
from proofpress.markdown.definitions import definition_list
from proofpress.markdown.dollars import math, math_block
from proofpress.markdown.footnotes import footnote_def, footnote_ref
from proofpress.markdown.inline import InlineParser, template
from proofpress.markdown.links import image, link
from proofpress.markdown.plugin import CoreRules, Written
from proofpress.markdown.scripts import SOME
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from proofpress.config import MarkdownOptions
    from proofpress.markdown.plugin import Markdown as Plugin

_DELIMITER_ROW: Final = lazy(r"^[ \t>*+\d.)-]*[|:-][-:| \t]*$", re.MULTILINE)
_DEFINITION: Final = lazy(r":[ \t]")
_BEFORE_A_COLON: Final = frozenset("\n \t>*+.)-") | {""}
_BEFORE_A_DEFINITION: Final = lazy(r"[ \t>*+\d.)-]*")


def may_define(text: str) -> bool:
    """Tell whether a line may be a definition: a colon and a blank, after an indent and other blocks' marks at most.

    The colons are looked for, which are few, and not the lines.
    """
    for found in _DEFINITION.finditer(text):
        before = text[found.start() - 1 : found.start()]
        if before not in _BEFORE_A_COLON and not before.isdecimal():  # a word's end, as before most colons
            continue
        begin = text.rfind("\n", 0, found.start()) + 1
        if _BEFORE_A_DEFINITION.fullmatch(text, begin, found.start()):
            return True
    return False


FEATURES: Final[Mapping[str, Callable[[str], bool]]] = {
    "tables": lambda text: "|" in text and _DELIMITER_ROW.search(text) is not None,
    "strikethrough": lambda text: "~~" in text,
    "footnotes": lambda text: "[^" in text,
    "definition_lists": may_define,
    "attributes": lambda text: "{" in text,
    "containers": lambda text: ":::" in text,
    "cjk": lambda text: not text.isascii() and SOME.search(text) is not None,
    "math": lambda text: "$" in text or "\\begin{" in text,
    "autolinks": lambda text: "://" in text or "www." in text,
}
"""Which texts can need each option's rules."""


class Markdown(MarkdownIt):
    """markdown-it with the parsers of this package. Destinations are kept as written; the writer encodes them."""

    block: BlockParser
    inline: InlineParser

    def __init__(self, features: frozenset[str], *, html: bool, plugins: Sequence[Plugin] = ()) -> None:
        super().__init__("commonmark", {"html": html, "maxNesting": MAX_DEPTH})
        self.block = BlockParser()
        self.inline = InlineParser()
        self.configure("commonmark", {"html": html, "maxNesting": MAX_DEPTH})
        block, inline = self.block.ruler, self.inline.ruler
        inline.at("link", link)  # type: ignore[arg-type]  # its state is InlineText, which InlineParser makes
        inline.at("image", image)  # type: ignore[arg-type]
        inline.at("autolink", autolink)
        if ALLOWANCE in features:
            block.before("html_block", ALLOWANCE, allowance, {"alt": ["paragraph", "reference", "blockquote"]})
        if "tables" in features:
            block.enable("table")
        if "strikethrough" in features:
            inline.enable("strikethrough")
            self.inline.ruler2.enable("strikethrough")
        if "math" in features:
            block.before("fence", "math_block", math_block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
            inline.before("backticks", "math", math)  # type: ignore[arg-type]
        if "footnotes" in features:
            block.before("reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]})
            inline.before("link", "footnote_ref", footnote_ref)  # type: ignore[arg-type]
        if "definition_lists" in features:
            block.before("paragraph", "deflist", definition_list, {"alt": ["paragraph", "reference", "blockquote"]})
        if "containers" in features:
            block.before("fence", "container", container, {"alt": ["paragraph", "reference", "blockquote", "list"]})
        if "attributes" in features:
            block.before("fence", LINE, attribute_line, {"alt": ["paragraph", "reference", "blockquote", "list"]})
            inline.push("template", template)
            inline.push("attributes", attributes)
        if "autolinks" in features:
            inline.push("bare_url", bare_url)
            inline.push("bare_www", bare_www)
        self.inline.cjk = "cjk" in features
        for plugin in plugins:
            plugin.extend(self)
        self.block.prepare()
        self.inline.prepare({name: marks for plugin in plugins for name, marks in plugin.begins.items()})
        self.core_rules = CoreRules(self)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        """Keep a destination as it is meant."""
        return url

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - markdown-it's name
        """Leave it to the rules of links, which say what they refuse."""
        return True

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        """Keep a bare address as it is written."""
        return link


class Dialect:
    """The parsers for one site's options."""

    def __init__(self, options: MarkdownOptions, plugins: Sequence[Plugin] = ()) -> None:
        self._plugins = plugins
        self._html = options.html != "escape"
        self._on = {name: needed for name, needed in FEATURES.items() if getattr(options, name)}
        self._made: dict[frozenset[str], Markdown] = {}

    def parser_for(self, text: str) -> tuple[Markdown, frozenset[str]]:
        """Return the parser with the rules that a text can need, and the options behind these rules."""
        features = frozenset(name for name, needed in self._on.items() if needed(text))
        if "proofpress:" in text and MARK.search(text):
            features |= {ALLOWANCE}
        made = self._made.get(features)
        if made is None:
            made = self._made[features] = Markdown(features, html=self._html, plugins=self._plugins)
        return made, features

    def written(self) -> Written | None:
        """Return how what plugins read is written; None where there are none."""
        if not self._plugins:
            return None
        plain, extended = Markdown(frozenset(), html=True), Markdown(frozenset(), html=True, plugins=self._plugins)
        return Written(self._plugins, plain, extended)


Environment = dict[str, Any]
