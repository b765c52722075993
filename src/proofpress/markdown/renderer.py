"""The renderer of Markdown: a Document to a Body.

The pipeline, in the order of `Renderer.render`: blocks, their meaning beyond CommonMark (alerts, tasks, attributes),
the text inside each, formulas and quotation marks, then one pass that writes HTML and gathers the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from proofpress.listings.fences import Listings
from proofpress.listings.highlight import Highlighter
from proofpress.markdown.attributes import take_from_blocks
from proofpress.markdown.autolinks import link_mail
from proofpress.markdown.dialect import Dialect
from proofpress.markdown.footnotes import Definition, take_footnotes
from proofpress.markdown.headings import Identifiers
from proofpress.markdown.links import MOST_TOKENS
from proofpress.markdown.mathematics import Converter, Formula, MathError
from proofpress.markdown.places import SourceLines
from proofpress.markdown.quotes import curl, marks_for
from proofpress.markdown.rawhtml import ids_in
from proofpress.markdown.sanitize import Sanitizer
from proofpress.markdown.structure import find_alerts, find_tasks, find_torn_tables, number_cells
from proofpress.markdown.summary import balanced, plain, shortened, without_links
from proofpress.markdown.urls import why_refused
from proofpress.markdown.writer import Writer, code_of, count_words, text_of
from proofpress.model import Body, Heading
from proofpress.problems import nearest
from proofpress.rules.registry import problem
from proofpress.urls import read

if TYPE_CHECKING:
    from markdown_it.token import Token

    from proofpress.config import HighlightOptions, MarkdownOptions
    from proofpress.model import Document

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_EXTENSIONS = (
    "tables", "strikethrough", "task_lists", "autolinks", "alerts", "footnotes", "definition_lists", "attributes",
    "anchors", "math", "figures", "smart_quotes",
)  # fmt: skip


class Renderer:
    """Turns documents into bodies, by one site's options.

    Pure in effect: a document gives the same Body every time, in any order, in any process, where that is `certain`.
    Raises MissingExtra when the options ask for sanitised HTML and nh3 is not installed. To be closed.
    """

    def __init__(self, markdown: MarkdownOptions, highlight: HighlightOptions, language: str = "en") -> None:
        self._options = markdown
        self._dialect = Dialect(markdown)
        self._marks = marks_for(language)
        self._sanitizer = Sanitizer() if markdown.html == "sanitize" else None
        self._strict = not any(getattr(markdown, name) for name in _EXTENSIONS)
        self._listings = Listings(Highlighter(), line_numbers=highlight.line_numbers)
        self._converter = Converter()

    def close(self) -> None:
        """Let go of what rendering holds. What is rendered afterwards holds it anew."""
        self._listings.close()

    def render(self, document: Document) -> Body:
        """Render a document. What is wrong with its text is in the Body's problems; nothing is raised."""
        text = document.text
        if "\0" in text:
            text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
        if not text.isascii():  # half a character cannot be written as UTF-8
            text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        options = self._options
        parser, features = self._dialect.parser_for(text)
        lines = SourceLines(text, document.first_line)
        env: dict[str, Any] = {}
        tokens: list[Token] = []
        parser.block.parse(text, parser, env, tokens)

        reports: list[tuple[Token, int, str, str, str, int]] = []

        def report(*said: Any) -> None:
            reports.append(said)

        if options.alerts and "[!" in text:
            tokens = find_alerts(tokens, report)
        if options.task_lists and ("[ ]" in text or "[x]" in text or "[X]" in text):
            find_tasks(tokens)
        if "tables" in features:
            number_cells(tokens)
            find_torn_tables(tokens, report)
        if "attributes" in features:
            take_from_blocks(tokens)
        notes: dict[str, list[Token]] = {}
        parse = parser.inline.parse
        quotes = options.smart_quotes and ("'" in text or '"' in text)
        mail = options.autolinks and "@" in text
        for token in tokens:
            if token.type == "inline":
                content = token.content
                env["inline"] = token
                children: list[Token] = []
                parse(content, parser, env, children)
                if mail and "@" in content:
                    children = link_mail(children)
                if quotes and ("'" in content or '"' in content):
                    curl(children, self._marks)
                token.children = children
        definitions: list[Definition] = []
        if "footnotes" in env:
            tokens, notes, definitions = take_footnotes(tokens)

        explicit, raw_ids = _ids(tokens, notes, features, text)
        writer = Writer(
            path=document.path,
            lines=lines,
            listings=None if self._strict else self._listings,
            identifiers=Identifiers(explicit | raw_ids),
            references=env.get("references", {}),
            anchors=options.anchors,
            figures=options.figures,
            explicit=set(explicit),
            sanitized=self._sanitizer is not None,
        )
        for said in reports:
            token, offset, rule, message, hint, length = said
            writer.report(rule, token, offset, message, hint, length)
        formulas: list[str] = []
        if "math" in features or (options.math and "```math" in text):
            self._set_formulas([tokens, *notes.values()], writer, formulas)
        title = None
        if document.front.title is None:
            tokens, title = _take_title(tokens)
        writer.blocks(tokens)
        writer.footnotes(notes)
        self._note_problems(document, env, writer, lines)
        _report_unused(definitions, writer, lines, document.path)
        return self._body(writer, title, formulas)

    def _note_problems(self, document: Document, env: dict[str, Any], writer: Writer, lines: SourceLines) -> None:
        for inline, at, length, href, label in env.get("unsafe", ()):
            line, column, width = writer.definition(label, href) if label else (*lines.place(inline, at), length)
            message, hint = why_refused(read(href))
            writer.problems.append(problem("unsafe-url", document.path, line, column, message, hint=hint, length=width))
        refs = env.get("footnotes", {}).get("refs", {})
        unused = [label for name in refs if (label := name.removeprefix(":")) not in writer.notes]
        for inline, at, label in env.get("undefined", ()):
            meant = nearest(label, unused)
            writer.report(
                "undefined-footnote",
                inline,
                at,
                f"no footnote is defined as '[^{_short(label)}]', so this stays as it is",
                f"did you mean '[^{_short(meant)}]'?"
                if meant
                else f"write '[^{_short(label)}]: its text' on a line of its own",
                len(label) + 3,
            )
        for inline, at in env.get("too_many", ()):
            writer.report(
                "too-many-marks",
                inline,
                at,
                f"this text has more than {MOST_TOKENS:,} marks and pieces between them; from here on all of it is "
                "shown as it is written",
                "part it into paragraphs, or put it into a listing",
                1,
            )
        for line in env.get("too_deep", ()):
            writer.problems.append(
                problem(
                    "nested-too-deeply",
                    document.path,
                    lines.number(line),
                    lines.first_of(line),
                    "quotes or lists are nested too deeply here; what they hold is left out",
                    hint="write it with fewer levels",
                )
            )

    def _set_formulas(self, parts: list[list[Token]], writer: Writer, formulas: list[str]) -> None:
        """Set every formula as MathML; one with an error becomes its TeX as code, and a problem."""
        found: list[tuple[Token, Token, int, bool]] = []  # token, what places it, offset there, displayed
        for tokens in parts:
            for index, token in enumerate(tokens):
                if token.type == "inline":
                    children = token.children or ()
                    alone = len(children) == 1 and tokens[index - 1].type == "paragraph_open"
                    for child in children:
                        if child.type == "math_inline":
                            display = alone and child.markup == "$$" and not tokens[index - 1].hidden
                            child.meta["display"] = display
                            found.append((child, token, child.meta["at"], display))
                elif token.type == "math_block":
                    found.append((token, token, 0, True))
                elif token.type == "fence" and token.info.strip() == "math":
                    token.meta["line"] = 1
                    found.append((token, token, 0, True))
        results = self._converter.convert([Formula(token.content, display) for token, _, _, display in found])
        for (token, holder, at, display), result in zip(found, results, strict=True):
            html = result if isinstance(result, str) else code_of(token.content, display=display)
            token.meta["html"] = html
            if self._sanitizer is not None:
                token.meta["html"] = f"\0m{len(formulas)}\0"
                formulas.append(html)
            if isinstance(result, MathError):
                writer.report(
                    "math-error",
                    holder,
                    min(at + result.offset, len(holder.content)),
                    f"this formula cannot be set: {result.message}",
                    "write \\$ where a dollar is meant" if token.type == "math_inline" else "",
                    1,
                )

    def _body(self, writer: Writer, title: str | None, formulas: list[str]) -> Body:
        out = writer.out
        html = "".join(out)
        has_more = writer.more is not None
        if has_more:
            summary = "".join(out[: writer.more])
        elif writer.paragraph is not None:
            summary = shortened("".join(out[writer.paragraph[0] : writer.paragraph[1]]))
        else:
            summary = ""
        summary = without_links(summary)
        if writer.raw or has_more:
            summary = balanced(summary)
        outline = tuple(writer.outline)
        if self._sanitizer is not None:
            clean, references = self._sanitizer.clean, writer.references
            html = clean(html, references, formulas)
            summary = clean(summary, references, formulas)
            outline = tuple(
                Heading(entry.level, entry.id, clean(entry.html, references, formulas), entry.text) for entry in outline
            )
        return Body(
            html=html,
            references=tuple(writer.references),
            outline=outline,
            anchors=tuple(dict.fromkeys(writer.anchors)),
            title=title,
            summary=summary,
            summary_text=plain(shortened(summary)),
            has_more=has_more,
            words=count_words("".join(writer.text)),
            first_image=writer.first_image,
            problems=tuple(sorted(set(writer.problems))),
            certain=writer.certain,
        )


def _report_unused(definitions: list[Definition], writer: Writer, lines: SourceLines, path: str) -> None:
    """Report the footnotes whose words are shown nowhere."""
    for label, line, again in definitions:
        name = f"[^{_short(label)}]"
        if again:
            message = f"a footnote '{name}' is defined above, so this one is not shown"
            hint = "give it another name, in its mark as well"
        elif label not in writer.notes:
            message = f"nothing in the text refers to '{name}', so this footnote is not shown"
            hint = f"write '{name}' where it belongs, or take the footnote out"
        else:
            continue
        column = max(0, lines.text_of(line).find(f"[^{label}]:")) + 1
        writer.problems.append(
            problem("unused-footnote", path, lines.number(line), column, message, hint=hint, length=len(label) + 3)
        )


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _take_title(tokens: list[Token]) -> tuple[list[Token], str | None]:
    """Part the first level-1 heading at the top level from the rest; its plain text is the title."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            title = " ".join(text_of(tokens[index + 1].children).split())
            if title:
                return tokens[:index] + tokens[index + 3 :], title
    return tokens, None


def _ids(
    tokens: list[Token], notes: dict[str, list[Token]], features: frozenset[str], text: str
) -> tuple[set[str], set[str]]:
    """Return the ids that attributes ask for, and those in raw HTML. Headings' own ids keep clear of both."""
    explicit: set[str] = set()
    raw: set[str] = set()
    attributes = "attributes" in features
    html = "<" in text and ("id" in text or "name" in text or "ID" in text)
    if not attributes and not html:
        return explicit, raw
    for part in (tokens, *notes.values()):
        for token in part:
            if attributes and "id" in token.attrs:
                explicit.add(str(token.attrs["id"]))
            if html and token.type == "html_block":
                raw.update(ids_in(token.content))
            for child in token.children or ():
                if attributes and "id" in child.attrs:
                    explicit.add(str(child.attrs["id"]))
                if html and child.type == "html_inline":
                    raw.update(ids_in(child.content))
    return explicit - raw, raw
