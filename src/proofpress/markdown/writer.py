"""Tokens to HTML, in one pass, with what a Body tells beside it: references, outline, anchors, words.

The forms are those of docs/templates.md, "What Markdown becomes"; blocks and their line breaks are written as
CommonMark's examples have them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.listings.spans import escape
from proofpress.markdown.rawhtml import ids_in, with_references
from proofpress.markdown.summary import without_links
from proofpress.markdown.tables import lost_cells
from proofpress.markdown.urls import encoded, why_refused
from proofpress.model import Heading, Place, Reference
from proofpress.rules.listings import UNCLOSED_FENCE
from proofpress.rules.registry import problem
from proofpress.rules.tables import LOST_CELLS
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.token import Token

    from proofpress.listings.fences import Listings
    from proofpress.markdown.headings import Identifiers
    from proofpress.markdown.places import SourceLines
    from proofpress.problems import Problem
    from proofpress.urls import Reading

TEXT: Final = frozenset({"text", "text_special"})
MORE: Final = re.compile(r"\s*<!--\s*(?:more|truncate)\s*-->\s*", re.IGNORECASE)
_EAST_ASIAN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CLOSING: Final = re.compile(
    "[-.,;:!?)\\]\N{EN DASH}\N{HORIZONTAL ELLIPSIS}\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]+"
)
"""What must not begin a line: punctuation that closes, and the dash of `$d$-dimensional`."""


def text_of(tokens: list[Token] | None) -> str:
    """Return the plain text of inline tokens."""
    parts = []
    for token in tokens or ():
        kind = token.type
        if kind in {"text", "text_special", "code_inline", "math_inline"}:
            parts.append(token.content)
        elif kind == "image":
            parts.append(text_of(token.children))
        elif kind in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return "".join(parts)


def alternative(tokens: list[Token] | None) -> str:
    """Return the text that stands for an image, as CommonMark strips it."""
    parts = []
    for token in tokens or ():
        kind = token.type
        if kind == "image":
            parts.append(alternative(token.children))
        elif kind in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.nesting == 0 and kind != "footnote_ref":
            parts.append(token.content)
    return "".join(parts)


def code_of(tex: str, *, display: bool) -> str:
    """Return a formula that cannot be set as its TeX."""
    if display:
        return f'<pre tabindex="0"><code class="language-tex">{escape(tex)}</code></pre>'
    return f'<code class="language-tex">{escape(tex)}</code>'


def count_words(text: str) -> int:
    """Count words; of scripts without blanks between words, two letters count as one."""
    words = len(text.split())
    if not text.isascii():
        letters = len(_EAST_ASIAN.findall(text))
        words += letters // 2
    return words


class Writer:
    """Writes one document. Made for it, used once."""

    def __init__(
        self,
        *,
        path: str,
        lines: SourceLines,
        listings: Listings | None,
        identifiers: Identifiers,
        references: Mapping[str, Any],
        anchors: bool,
        figures: bool,
        explicit: set[str],
        sanitized: bool,
    ) -> None:
        self.out: list[str] = []
        self.references: list[Reference] = []
        self.outline: list[Heading] = []
        self.anchors: list[str] = []
        self.problems: list[Problem] = []
        self.text: list[str] = []
        self.first_image: str | None = None
        self.paragraph: tuple[int, int] | None = None
        self.more: int | None = None
        self.raw = False
        """Whether raw HTML was written."""
        self.certain = True
        """Whether what was written depends on the document and the options alone."""
        self._path = path
        self._lines = lines
        self._listings = listings
        self._ids = identifiers
        self._definitions = references
        self._anchors = anchors
        self._figures = figures
        self._explicit = explicit
        self._sanitized = sanitized
        self._current: Token | None = None
        self.notes: dict[str, int] = {}
        """The number of each footnote that the text refers to, by label."""
        self._note_marks: dict[str, int] = {}

    # ---------------------------------------------------------------- problems and references

    def report(self, rule: str, token: Token, offset: int, message: str, hint: str, length: int) -> None:
        """Note a problem at an offset in a token's text."""
        line, column = self._lines.place(token, offset)
        self.problems.append(problem(rule, self._path, line, column, message, hint=hint, length=length))

    def _doubt(self) -> None:
        self.certain = False

    def _refer(self, token: Token, href: str, *, image: bool) -> str:
        meta = token.meta
        at = meta.get("at", 0)
        length = meta.get("length", 0)
        if at >= 0 and self._current is not None:
            line, column = self._lines.place(self._current, at)
        else:
            line, column, length = self.definition(meta.get("label", ""), href)
        return self._reference(href, line, column, length, image=image)

    def _reference(self, href: str, line: int, column: int, length: int, *, image: bool, raw: bool = False) -> str:
        number = len(self.references)
        self.references.append(Reference(href, "image" if image else "link", line, column, max(1, length), raw))
        if image and self.first_image is None:
            self.first_image = href
        return f"\0{number}\0"

    def definition(self, label: str, href: str) -> tuple[int, int, int]:
        """Return where a reference definition's destination stands: line, column and length."""
        first, last = self._definitions[label]["map"]
        for line in range(first, last):
            source = self._lines.text_of(line)
            match = re.search(r"\]:[ \t]*<?([^\s>]+)" if line == first else r"^[\s>]*<?([^\s>]+)", source)
            if match:
                return self._lines.number(line), match.start(1) + 1, len(match[1])
        return self._lines.number(first), self._lines.first_of(first), len(href)

    # ---------------------------------------------------------------- blocks

    def blocks(self, tokens: list[Token]) -> None:
        """Write block tokens."""
        forms, generic = _FORMS, Writer._generic
        index, end = 0, len(tokens)
        while index < end:
            index = forms.get(tokens[index].type, generic)(self, tokens, index)

    def _generic(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        if token.hidden:
            return index + 1
        nesting = token.nesting
        out = self.out
        if nesting < 0:
            out.append(f"</{token.tag}>\n")
            return index + 1
        if index and tokens[index - 1].hidden:
            out.append("\n")
        given = self._attributes(token.attrs) if token.attrs else ""
        ends_line = True
        if nesting > 0 and index + 1 < len(tokens):
            following = tokens[index + 1]
            ends_line = not (
                following.type == "inline"
                or following.hidden
                or (following.nesting < 0 and following.tag == token.tag != "blockquote")
            )
        out.append(f"<{token.tag}{given}>\n" if ends_line else f"<{token.tag}{given}>")
        return index + 1

    def _attributes(self, attrs: Mapping[str, str | int | float]) -> str:
        written = ""
        for name, value in attrs.items():
            text = str(value)
            if name == "id":
                text = self._claim(text)
            written += f' {name}="{escape(text)}"'
        return written

    def _with_class(self, attrs: Mapping[str, str | int | float], name: str) -> str:
        given = str(attrs.get("class", ""))
        return self._attributes({**attrs, "class": f"{name} {given}" if given else name})

    def _claim(self, wanted: str) -> str:
        """Give out an id that the writer of the post asked for: as it is once, with a number when repeated."""
        if wanted in self._explicit:
            self._explicit.discard(wanted)
            given = wanted
        else:
            given = self._ids.claim(wanted)
        self.anchors.append(given)
        return given

    def _inline_block(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        if "task" in token.meta:
            label = 'aria-label="Done" checked' if token.meta["task"] else 'aria-label="To do"'
            self.out.append(f'<input type="checkbox" disabled {label}> ')
        self.inline(token)
        return index + 1

    def _paragraph(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        inline = tokens[index + 1]
        out = self.out
        if token.hidden:
            return index + 1
        if index and tokens[index - 1].hidden:
            out.append("\n")
        if self.more is None and "<!--" in inline.content and MORE.fullmatch(inline.content):
            if token.level == 0:
                self.more = len(out)
            return index + 3
        if self._figures and inline.children and self._figure(token, inline):
            return index + 3
        if inline.children and inline.children[0].type == "math_inline" and inline.children[0].meta["display"]:
            formula = inline.children[0]
            out.append(f'<div{self._with_class(token.attrs, "math")} tabindex="0">{formula.meta["html"]}</div>\n')
            return index + 3
        begin, words = len(out), len(self.text)
        out.append(f"<p{self._attributes(token.attrs)}>" if token.attrs else "<p>")
        if inline.meta:
            self._inline_block(tokens, index + 1)
        else:
            self.inline(inline)
        out.append("</p>\n")
        self.text.append("\n")
        if self.paragraph is None and token.level == 0 and any(part.strip() for part in self.text[words:-1]):
            self.paragraph = (begin, len(out))
        return index + 3

    def _figure(self, token: Token, inline: Token) -> bool:
        children = inline.children
        assert children is not None
        if len(children) == 1 and children[0].type == "image":
            image = children[0]
        elif len(children) == 3 and children[0].type == "link_open" and children[1].type == "image":
            image = children[1]
        else:
            return False
        title = str(image.attrs.pop("title", ""))
        image.attrs["loading"] = "lazy"
        image.attrs["decoding"] = "async"
        self.out.append(f"<figure{self._attributes(token.attrs)}>")
        self.inline(inline)
        if title:
            self.out.append(f"<figcaption>{escape(title)}</figcaption>")
            self.text += [title, "\n"]
        self.out.append("</figure>\n")
        return True

    def _heading(self, tokens: list[Token], index: int) -> int:
        token, inline = tokens[index], tokens[index + 1]
        if index and tokens[index - 1].hidden:
            self.out.append("\n")
        begin = len(self.out)
        self.inline(inline)
        self.text.append("\n")
        html = "".join(self.out[begin:])
        del self.out[begin:]
        tag = token.tag
        if self._listings is None:  # CommonMark to the letter: no ids
            self.out.append(f"<{tag}>{html}</{tag}>\n")
            return index + 3
        text = " ".join(text_of(inline.children).split())
        wanted = token.attrs.pop("id", None)
        if wanted is not None:
            name = self._claim(str(wanted))
        else:
            from proofpress.markdown.headings import identifier  # noqa: PLC0415

            name = self._ids.claim(identifier(text))
            self.anchors.append(name)
        name = escape(name)
        given = self._attributes(token.attrs) if token.attrs else ""
        anchor = ""
        if self._anchors:
            label = escape(f"Link to this section: {text}" if text else "Link to this section")
            anchor = f' <a class="anchor" href="#{name}" aria-label="{label}">#</a>'
        self.out.append(f'<{tag} id="{name}"{given}>{html}{anchor}</{tag}>\n')
        self.outline.append(Heading(int(tag[1]), self.anchors[-1], without_links(html) if "<" in html else html, text))
        return index + 3

    def _fence(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        if index and tokens[index - 1].hidden:
            self.out.append("\n")
        self.text += [token.content, "\n"]
        listings = self._listings
        if listings is None:
            from markdown_it.common.utils import unescapeAll  # noqa: PLC0415

            words = unescapeAll(token.info).split()
            name = f' class="language-{escape(words[0])}"' if words else ""
            self.out.append(f"<pre><code{name}>{escape(token.content)}</code></pre>\n")
            return index + 1
        if "html" in token.meta:
            return self._math(tokens, index)
        lines = self._lines
        line = token.map[0] if token.map else 0
        info_at = lines.text_of(line).find(token.info.strip()) if token.info.strip() else 0
        lead = len(token.info) - len(token.info.lstrip())
        info = listings.info(token.info)

        def report(rule: str, offset: int, message: str, hint: str, length: int) -> None:
            column = max(0, info_at) + max(0, offset - lead) + 1
            self.problems.append(
                problem(rule, self._path, lines.number(line), column, message, hint=hint, length=length)
            )

        given = {"id": self._claim(info.id)} if info.id else {}
        self.out.append(listings.html(token.content, info, report, given, self._doubt))
        if token.map and not self._closed(token):
            fence, column = token.markup, lines.first_of(line)
            # Where nothing holds it, a line below all others closes it; in a quote or a note that would begin another.
            alone = token.level == 0 and column <= 4 and lines.text_of(line).startswith(fence, column - 1)
            place = Place(lines.number(line), column, len(fence))
            self.problems.append(UNCLOSED_FENCE.never_closes(self._path, place, fence, lines.end() if alone else None))
        return index + 1

    def _closed(self, token: Token) -> bool:
        assert token.map is not None
        first, end = token.map
        last = self._lines.text_of(end - 1).rstrip()
        return end - 1 > first and last.endswith(token.markup) and not last.strip(" \t>" + token.markup[0])

    def _code(self, tokens: list[Token], index: int) -> int:
        content = tokens[index].content
        self.text += [content, "\n"]
        if self._listings is None:
            self.out.append(f"<pre><code>{escape(content)}</code></pre>\n")
        else:
            self.out.append(
                f'<div class="listing" data-language="text"><pre tabindex="0"><code class="language-text">'
                f"{escape(content)}</code></pre></div>\n"
            )
        return index + 1

    def _html(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        if self.more is None and token.level == 0 and MORE.fullmatch(token.content):
            self.more = len(self.out)
            if self._listings is not None:
                return index + 1
        self.raw = True
        self.out.append(self._raw(token.content, token, 0))
        return index + 1

    def _raw(self, html: str, holder: Token, base: int) -> str:
        self.anchors += ids_in(html)

        def refer(href: str, *, image: bool, at: int, length: int) -> str:
            line, column = self._lines.place(holder, base + at)
            return self._reference(href, line, column, length, image=image, raw=True)

        def judge(reading: Reading, *, image: bool, at: int, length: int) -> None:
            """Note what the sanitiser leaves out, and what deceives; raw HTML that passes may else do what it likes."""
            if reading.disguised or (self._sanitized and not reading.is_safe(image=image)):
                line, column = self._lines.place(holder, base + at)
                message, hint = why_refused(reading)
                message += "; it is left out" if self._sanitized else ""
                found = problem("unsafe-url", self._path, line, column, message, hint=hint, length=length)
                self.problems.append(msgspec.structs.replace(found, severity="warning"))

        return with_references(html, refer, judge)

    def _math(self, tokens: list[Token], index: int) -> int:
        token = tokens[index]
        if index and tokens[index - 1].hidden:
            self.out.append("\n")
        self.out.append(f'<div class="math" tabindex="0">{token.meta["html"]}</div>\n')
        return index + 1

    def _alert(self, tokens: list[Token], index: int) -> int:
        kind = tokens[index].info
        self.out.append(f'<div class="alert alert-{kind}" role="note"><p class="alert-title">{kind.capitalize()}</p>\n')
        return index + 1

    def _table(self, tokens: list[Token], index: int) -> int:
        if index and tokens[index - 1].hidden:
            self.out.append("\n")
        self.out.append('<div class="table" tabindex="0"><table>\n')
        self._look_for_lost_cells(tokens, index)
        return index + 1

    def _look_for_lost_cells(self, tokens: list[Token], index: int) -> None:
        """Report rows with more cells than the table has columns: the rest of their text is shown nowhere."""
        start, end = tokens[index].map or (0, 0)
        for lost in lost_cells([self._lines.text_of(line) for line in range(start, end)]):
            place = Place(self._lines.number(start + lost.row), lost.column + 1, lost.length)
            self.problems.append(LOST_CELLS.beyond(lost.cells, lost.columns).at(self._path, place))

    def _table_end(self, tokens: list[Token], index: int) -> int:  # noqa: ARG002 - each handler has this signature
        self.out.append("</table></div>\n")
        return index + 1

    def _item(self, tokens: list[Token], index: int) -> int:
        return self._generic(tokens, index)

    # ---------------------------------------------------------------- inline

    def inline(self, holder: Token) -> None:
        """Write the text of one block."""
        tokens = holder.children
        if not tokens:
            return
        self._current = holder
        out, text = self.out, self.text
        links = 0
        kept = 0  # how much of the next text stands with the formula before it already
        for index, token in enumerate(tokens):
            kind = token.type
            if kind in TEXT:
                content = token.content
                if content:
                    text.append(content)
                    out.append(escape(content[kept:] if kept else content))
                    kept = 0
            elif kind == "softbreak":
                text.append("\n")
                out.append("\n")
            elif kind == "code_inline":
                text.append(token.content)
                given = self._attributes(token.attrs) if token.attrs else ""
                out.append(f"<code{given}>{escape(token.content)}</code>")
            elif kind == "link_open":
                links += 1
                out.append(self._link(token))
            elif kind == "link_close":
                links -= 1
                out.append("</a>")
            elif kind == "image":
                out.append(self._image(token))
            elif kind == "html_inline":
                content = token.content
                if self.more is None and holder.level == 1 and MORE.fullmatch(content):
                    self.more = len(out)
                    if self._listings is not None:
                        continue
                self.raw = True
                out.append(self._raw(content, holder, token.meta["at"]) if "=" in content else content)
            elif kind == "footnote_ref":
                out.append(self._footnote_mark(token, linked=links > 0))
            elif kind == "math_inline":
                text.append(token.content)
                following = tokens[index + 1] if index + 1 < len(tokens) else None
                closing = _CLOSING.match(following.content) if following and following.type == "text" else None
                if closing:  # a browser may break a line after a formula, whatever stands there
                    kept = closing.end()
                    out.append(f'<span class="nowrap">{token.meta["html"]}{escape(closing[0])}</span>')
                else:
                    out.append(token.meta["html"])
            elif kind == "hardbreak":
                text.append("\n")
                out.append("<br>\n")
            elif token.nesting < 0:
                out.append(f"</{token.tag}>")
            else:
                given = self._attributes(token.attrs) if token.attrs else ""
                out.append(f"<{token.tag}{given}>")

    def _link(self, token: Token) -> str:
        attrs = token.attrs
        href = str(attrs.pop("href"))
        reading = read(href)
        url = self._refer(token, reading.text, image=False) if reading.local else escape(encoded(reading.text))
        given = self._attributes(attrs) if attrs else ""
        return f'<a href="{url}"{given}>'

    def _image(self, token: Token) -> str:
        attrs = token.attrs
        reading = read(str(attrs.pop("src")))
        src = reading.text
        attrs["alt"] = alternative(token.children)
        self.text.append(" ")
        if not reading.local:
            source = f'src="{escape(encoded(src))}"'
        elif "width" in attrs or "height" in attrs:
            source = f'src="{self._refer(token, src, image=False)}"'
            self.first_image = src if self.first_image is None else self.first_image
        else:
            source = self._refer(token, src, image=True)
        return f"<img {source}{self._attributes(attrs)}>"

    # ---------------------------------------------------------------- footnotes

    def _footnote_mark(self, token: Token, *, linked: bool) -> str:
        label = token.meta["label"]
        number = self.notes.setdefault(label, len(self.notes) + 1)
        count = self._note_marks[label] = self._note_marks.get(label, 0) + 1
        name = f"fnref{number}" if count == 1 else f"fnref{number}-{count}"
        self.anchors.append(name)
        if linked:  # links do not nest
            return f'<sup class="footnote-ref" id="{name}">{number}</sup>'
        return f'<sup class="footnote-ref"><a href="#fn{number}" id="{name}">{number}</a></sup>'

    def footnotes(self, notes: Mapping[str, list[Token]]) -> None:
        """Write the footnotes that were referred to, those of footnotes included."""
        if not self.notes:
            return
        out = self.out
        out.append('<section class="footnotes" aria-label="Footnotes"><ol>\n')
        waiting: list[tuple[int, str]] = []
        written = 0
        while written < len(self.notes):
            label = list(self.notes)[written] if written < 64 else self._label(written)
            written += 1
            self.anchors.append(f"fn{written}")
            out.append(f'<li id="fn{written}">')
            tokens = notes[label]
            self.blocks(tokens)
            if out[-1] == "</p>\n":
                waiting.append((len(out) - 1, label))
                out[-1:] = ["", "</p>\n"]
            else:
                waiting.append((len(out) + 1, label))
                out += ["<p>", "", "</p>\n"]
            out.append("</li>\n")
        out.append("</ol></section>\n")
        for place, label in waiting:
            out[place] = self._back(label)

    def _label(self, number: int) -> str:
        return next(label for label, given in self.notes.items() if given == number + 1)

    def _back(self, label: str) -> str:
        number = self.notes[label]
        links = []
        for count in range(1, self._note_marks[label] + 1):
            target = f"fnref{number}" if count == 1 else f"fnref{number}-{count}"
            name = f"{number}" if count == 1 else f"{number}-{count}"
            links.append(f' <a class="footnote-backref" href="#{target}" aria-label="Back to reference {name}">↩</a>')
        return "".join(links)


_FORMS: Final[Mapping[str, Callable[[Writer, list[Token], int], int]]] = {
    "inline": Writer._inline_block,  # noqa: SLF001
    "paragraph_open": Writer._paragraph,  # noqa: SLF001
    "heading_open": Writer._heading,  # noqa: SLF001
    "fence": Writer._fence,  # noqa: SLF001
    "code_block": Writer._code,  # noqa: SLF001
    "html_block": Writer._html,  # noqa: SLF001
    "math_block": Writer._math,  # noqa: SLF001
    "alert_open": Writer._alert,  # noqa: SLF001
    "table_open": Writer._table,  # noqa: SLF001
    "table_close": Writer._table_end,  # noqa: SLF001
    "list_item_open": Writer._item,  # noqa: SLF001
}
"""How the blocks that have a form of their own are written. Not bound to a writer, which would hold itself alive."""
