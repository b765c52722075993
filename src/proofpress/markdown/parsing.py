"""A Document to its Text: blocks, their meaning beyond CommonMark, the words inside each, and the order of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from proofpress.findings import Findings
from proofpress.markdown.allowances import ALLOWANCE, take_allowances
from proofpress.markdown.attribute_lines import take_from_blocks
from proofpress.markdown.attributes import take_after_emphasis
from proofpress.markdown.autolinks import link_mail
from proofpress.markdown.dashes import set_dashes
from proofpress.markdown.dialect import Dialect
from proofpress.markdown.elements import known_in
from proofpress.markdown.faults import note_footnotes, note_refusals, note_unused, repeat_unused
from proofpress.markdown.footnotes import Definition, take_footnotes
from proofpress.markdown.formulas import find_formulas, note_doubts
from proofpress.markdown.includes import MARK as INCLUDE
from proofpress.markdown.includes import put_in
from proofpress.markdown.listing_company import NOTE_MARK, find_code_groups, find_notes, find_tabs
from proofpress.markdown.order import Order
from proofpress.markdown.places import SourceLines
from proofpress.markdown.quotes import curl, marks_for
from proofpress.markdown.repeats import Repeats
from proofpress.markdown.structure import find_alerts, find_tasks, number_cells
from proofpress.markdown.text import Text
from proofpress.markdown.words import text_of
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from proofpress.config import MarkdownOptions
    from proofpress.markdown.dialect import Markdown
    from proofpress.markdown.plugin import Markdown as Plugin
    from proofpress.markdown.plugin import Written
    from proofpress.markdown.quotes import Marks
    from proofpress.model import Document

_SURROGATES: Final = lazy("[\ud800-\udfff]")


class Parser:
    """Parses documents, by one site's options. A document gives the same Text every time."""

    def __init__(
        self, options: MarkdownOptions, language: str, *, strict: bool, plugins: Sequence[Plugin] = ()
    ) -> None:
        self._options = options
        self._dialect = Dialect(options, plugins)
        self._marks = marks_for(language)
        self._strict = strict
        self._reads_elements = not strict and options.html != "escape"

    def written(self) -> Written | None:
        """Return how what plugins read is written; None where there are none."""
        return self._dialect.written()

    def parse(self, document: Document) -> Text:
        """Parse a document. What is wrong with its text is in the Text's findings; nothing is raised."""
        source = _cleaned(document.text)
        parser, features = self._dialect.parser_for(source)
        lines = SourceLines(source, document.first_line)
        findings, repeats = Findings(document.path), Repeats()
        env: dict[str, Any] = {}
        if self._reads_elements and "<" in source:
            env["elements"] = known_in(source)
        if INCLUDE in source and not self._strict:
            env["beside"] = document.beside
        tokens = self._blocks(parser, features, source, env, lines, findings, repeats)
        tokens = parser.core_rules.before_words(source, env, tokens)
        marks = marks_for(document.language) if document.language else self._marks
        self._words(parser, features, source, env, tokens, marks)
        tokens = parser.core_rules.after_words(source, env, tokens)
        notes: dict[str, list[Token]] = {}
        definitions: list[Definition] = []
        if "footnotes" in env:
            tokens, notes, definitions = take_footnotes(tokens)
        has_formulas = "math" in features or (self._options.math and "```math" in source)
        formulas = find_formulas([tokens, *notes.values()]) if has_formulas else ()
        title_tokens: list[Token] = []
        if document.front.title is None:
            tokens, title_tokens = _take_title(tokens)
        order = Order(features, lines, findings, repeats, strict=self._strict)
        order.settle(tokens, notes, source)
        if order.first_level:
            env["first level"] = True
        note_unused(env, lines, repeats)
        repeats.tell(findings.note, env.get("allowances", ()))
        note_refusals(env, lines, findings)
        note_doubts(formulas, lines, findings.note)
        note_footnotes(env, definitions, order.marks, lines, findings)
        return Text(
            document=document,
            source=source,
            lines=lines,
            tokens=tokens,
            notes=notes,
            shown_notes=order.marks,
            definitions=env.get("references", {}),
            title=_title(title_tokens),
            title_tokens=title_tokens,
            formula_tokens=formulas,
            environment=env,
            findings=tuple(findings.problems),
            passes_html=self._options.html != "escape",
        )

    def _blocks(
        self,
        parser: Markdown,
        features: frozenset[str],
        source: str,
        env: dict[str, Any],
        lines: SourceLines,
        findings: Findings,
        repeats: Repeats,
    ) -> list[Token]:
        """Return the blocks of a text, with what they mean beyond CommonMark, before their words are read."""
        options = self._options
        tokens: list[Token] = []
        parser.block.parse(source, parser, env, tokens)
        if ALLOWANCE in features:
            tokens, env["allowances"] = take_allowances(tokens, lines)
        if "beside" in env:
            put_in(tokens, env["beside"], lines, findings)
        if options.alerts and "[!" in source:
            tokens = find_alerts(tokens, lines, findings.note)
        if options.task_lists and ("[ ]" in source or "[x]" in source or "[X]" in source):
            find_tasks(tokens)
        if "tables" in features:
            number_cells(tokens)
        if "attributes" in features:
            tokens = take_from_blocks(tokens, lines, lambda place, unused: repeat_unused(place, unused, repeats))
        if "tab=" in source or "tab:" in source:
            find_tabs(tokens)
        if "code-group" in source:
            find_code_groups(tokens)
        if NOTE_MARK in source or "beside" in env:
            find_notes(tokens)
        if "step" in source and "of=" in source:
            from proofpress.markdown.steps import find_steps  # noqa: PLC0415 - most texts have none

            tokens = find_steps(tokens, lines, findings, env)
        return tokens

    def _words(
        self,
        parser: Markdown,
        features: frozenset[str],
        source: str,
        env: dict[str, Any],
        tokens: list[Token],
        marks: Marks,
    ) -> None:
        """Read the words of each block into its token's children; `marks` are the language's quotation marks."""
        options = self._options
        parse = parser.inline.parse
        quotes = options.smart_quotes and ("'" in source or '"' in source)
        dashes = options.dashes and ("--" in source or "..." in source)
        described = "attributes" in features
        mail = options.autolinks and "@" in source
        for token in tokens:
            if token.type == "inline":
                content = token.content
                env["inline"] = token
                children: list[Token] = []
                parse(content, parser, env, children)
                if mail and "@" in content:
                    children = link_mail(children)
                if described and ("*{" in content or "_{" in content or "~{" in content):
                    take_after_emphasis(children, token, env)
                if dashes and ("--" in content or "..." in content):
                    set_dashes(children)
                if quotes and ("'" in content or '"' in content):
                    curl(children, marks)
                token.children = children


def _cleaned(text: str) -> str:
    """Return a text without what no page can hold, its lines ended alike."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if not text.isascii():  # half a character cannot be written as UTF-8
        text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _take_title(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Part the first level-1 heading at the top level that has words from the rest."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            heading = tokens[index : index + 3]
            if _title(heading):
                return tokens[:index] + tokens[index + 3 :], heading
    return tokens, []


def _title(heading: list[Token]) -> str | None:
    """Return the plain text of a heading's tokens."""
    return " ".join(text_of(heading[1].children).split()) if heading else None
