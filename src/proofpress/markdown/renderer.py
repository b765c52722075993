"""The renderer of Markdown: a Document to its Text, and a Text to a Body."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from proofpress.config import Repository
from proofpress.listings.html import Listings
from proofpress.markdown import block_forms, inline_forms
from proofpress.markdown.formulas import set_formulas
from proofpress.markdown.includes import filled
from proofpress.markdown.parsing import Parser
from proofpress.markdown.plugin import unknown_block
from proofpress.markdown.sanitize import Sanitizer
from proofpress.markdown.summary import balanced, plain, shortened, without_links
from proofpress.markdown.words import count_words
from proofpress.markdown.writer import Forms, Manner, Writer
from proofpress.model import Body, Heading
from proofpress.words.vocabulary import Catalogues, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.config import HighlightOptions, MarkdownOptions
    from proofpress.markdown.mathematics import Converter
    from proofpress.markdown.plugin import Markdown
    from proofpress.markdown.text import Text
    from proofpress.model import Document

_EXTENSIONS: Final = (
    "tables", "strikethrough", "task_lists", "autolinks", "alerts", "containers", "footnotes", "definition_lists", "attributes",
    "anchors", "math", "diagrams", "figures", "smart_quotes", "dashes", "cjk",
)  # fmt: skip
_FORMS: Final = Forms(blocks=dict(block_forms.FORMS), inline=dict(inline_forms.FORMS))


class Renderer:
    """Turns documents into texts and bodies, by one site's options.

    Pure in effect: a document gives the same Text and Body every time, in any order, in any process, where the Body is
    `certain`. Raises MissingExtra when the options ask for sanitised HTML and nh3 is not installed. To be closed.
    """

    def __init__(
        self,
        markdown: MarkdownOptions,
        highlight: HighlightOptions,
        words: Words = Words(),  # noqa: B008 - frozen
        plugins: Sequence[Markdown] = (),
        repository: Repository = Repository(),  # noqa: B008 - frozen
    ) -> None:
        strict = not any(getattr(markdown, name) for name in _EXTENSIONS)
        self._parser = Parser(markdown, words.language, strict=strict, plugins=plugins)
        written = self._parser.written()
        self._forms = _FORMS
        if written is not None:
            self._forms = Forms(_FORMS.blocks | written.blocks, _FORMS.inline | written.inline, unknown_block)
        self._sanitizer = Sanitizer() if markdown.html == "sanitize" else None
        self._macros = markdown.macros
        self._listings = Listings(line_numbers=highlight.line_numbers)
        self._catalogues = Catalogues(words)
        self._manner = Manner(
            listings=self._listings,
            anchors=markdown.anchors,
            figures=markdown.figures,
            diagrams=markdown.diagrams,
            sanitized=self._sanitizer is not None,
            strict=strict,
            repository=repository,
            labels=self._catalogues.of(),
        )

    def close(self) -> None:
        """Let go of what rendering holds. What is rendered afterwards holds it anew."""
        self._listings.close()

    def render(self, document: Document) -> Body:
        """Render a document. What is wrong with its text is in the Body's problems; nothing is raised."""
        return self.write(self.parse(document))

    def parse(self, document: Document) -> Text:
        """Parse a document. What is wrong with its structure is in the Text's findings; nothing is raised."""
        return self._parser.parse(document)

    def write(self, text: Text) -> Body:
        """Write a text as HTML. The Body's problems are the Text's findings, and what was found in writing."""
        # An error in a formula is told by the writer's findings, which begins when the formulas are set.
        formulas: dict[int, str] = {}
        manner, language = self._manner, text.document.language
        if language:
            manner = manner._replace(labels=self._catalogues.of(language))
        writer = Writer(text, manner, self._forms, formulas)
        mathml = self._set(text, writer)
        for number, (found, html) in enumerate(zip(text.formula_tokens, mathml, strict=True)):
            formulas[id(found.token)] = html if self._sanitizer is None else f"\0m{number}\0"
        writer.blocks(text.tokens)
        block_forms.footnotes(writer)
        if writer.undrawn:
            from proofpress.markdown.diagrams import note_undrawn  # noqa: PLC0415 - most texts have no diagrams

            note_undrawn(writer)
        return self._body(writer, [*mathml, *writer.drawn])

    @cached_property
    def _converter(self) -> Converter:
        from proofpress.markdown.mathematics import Converter  # noqa: PLC0415 - most texts have no formulas

        return Converter(self._macros)

    def _set(self, text: Text, writer: Writer) -> list[str]:
        if not text.formula_tokens:
            return []
        return set_formulas(text.formula_tokens, self._converter, text.lines, writer.findings.note)

    def _body(self, writer: Writer, mathml: list[str]) -> Body:
        html = "".join(writer.out)
        summary = _summary(writer)
        outline = tuple(writer.outline)
        if self._sanitizer is not None:
            clean, references = self._sanitizer.clean, writer.references
            html = clean(html, references, mathml)
            summary = clean(summary, references, mathml)
            outline = tuple(
                Heading(entry.level, entry.id, clean(entry.html, references, mathml), entry.text) for entry in outline
            )
        return Body(
            html=html,
            references=tuple(writer.references),
            outline=outline,
            anchors=tuple(dict.fromkeys(writer.anchors)),
            title=writer.text.title,
            summary=summary,
            summary_text=plain(shortened(summary)),
            has_more=writer.more is not None,
            words=count_words("".join(writer.words)),
            first_image=writer.first_image,
            raw=writer.raw or self._forms is not _FORMS,
            problems=tuple(sorted({*writer.text.findings, *writer.findings.problems})),
            allowances=tuple(writer.text.allowances),
            copies=_copies(writer.text) if "beside" in writer.text.environment else (),
            certain=writer.certain,
        )


def _copies(text: Text) -> tuple[tuple[int, int, str], ...]:
    return filled(text.source, [listing.token for listing in text.listings])


def _summary(writer: Writer) -> str:
    """Return a text up to its mark, else its first paragraph, as lists show it."""
    out = writer.out
    if writer.more is not None:
        summary = "".join(out[: writer.more])
    elif writer.paragraph is not None:
        summary = shortened("".join(out[writer.paragraph[0] : writer.paragraph[1]]))
    else:
        summary = ""
    summary = without_links(summary)
    return balanced(summary) if writer.raw or writer.more is not None else summary
