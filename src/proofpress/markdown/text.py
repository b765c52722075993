"""A document's structure, which outlives the writing: what rules, editors and other outputs read of a post.

A Text keeps markdown-it's tokens and shows them in its own words: runs of words, links, listings, headings, formulas
and raw HTML, each with its place in the file. Each view is made when it is first asked for, and a place when it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise, takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from markdown_it.token import Token

from proofpress.markdown import elements
from proofpress.markdown.attributes import OUTPUT
from proofpress.markdown.formulas import Found
from proofpress.markdown.includes import Included, info_of
from proofpress.markdown.places import SourceLines
from proofpress.markdown.runs import Origins, Piece, pieces_of, plain_of
from proofpress.model import Allowance, Document, Place
from proofpress.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from proofpress.listings.fences import Info
    from proofpress.markdown.steps import Assembled

_NAMES: Final[Mapping[str, str]] = {
    "blockquote": "quote",
    "bullet_list": "list",
    "ordered_list": "list",
    "list_item": "item",
    "dl": "definitions",
    "dt": "term",
    "dd": "definition",
    "td": "cell",
    "th": "cell",
    "fence": "listing",
    "code_block": "listing",
    "html_block": "html",
    "math_block": "formula",
    "alert_title": "title",
    "container_title": "title",
    "details_title": "title",
    "figure_title": "title",
    "hr": "rule",
}
"""Blocks by names of our own, where markdown-it's differ; any other is named as it is there."""


class Block(NamedTuple):
    """A block of a text. `within` names the blocks that hold it, the outermost first."""

    kind: str
    """`paragraph`, `heading`, `quote`, `alert`, `list`, `item`, `table`, `cell`, `listing`, `html`, `formula`, …"""
    within: tuple[str, ...]
    first: int
    """Its first line's number in the file."""
    last: int
    info: str
    """What is told behind the mark that begins it: of a listing its info string, of an alert its kind, of a container its name."""


class Run(msgspec.Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """The words of one block, as they are seen: a paragraph, a heading, a table's cell, the post's title."""

    kind: str
    """The kind of block that it is the words of."""
    within: tuple[str, ...]
    token: Token
    lines: SourceLines
    language: str = ""
    """What it says that it is in by `{lang=…}`, or a block around it, or words in it; empty where none does."""

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What the run is made of, in order: text, and each piece that is none, with how it is written."""
        return tuple(piece for piece, _ in pieces_of(self.token.children or ()))

    @cached_property
    def text(self) -> str:
        r"""What is seen, before quotation marks are set, with ``\n`` between lines.

        One `runs.GAP` stands for each piece that is no running words: code, formulas, images, tags, addresses, marks
        that are escaped. So what looks like a mark in here was read as text.
        """
        return "".join([piece.shown for piece in self.pieces])

    @property
    def written(self) -> str:
        r"""The run as it is written, with ``\n`` between lines, without what quotes, lists and indents put before them."""
        return self.token.content

    @cached_property
    def plain(self) -> str:
        """What was read as text, as it is written: less to ask for than `text`, and enough to see that a mark is none."""
        return plain_of(self.token.children or ())

    def written_place(self, offset: int, length: int = 1) -> Place:
        """Return the place in the file of an offset in `written`."""
        return self.lines.place(self.token, offset, length)

    @cached_property
    def _origins(self) -> Origins:
        return Origins(self.token.children or (), self.token.content)

    def place(self, offset: int, length: int = 1) -> Place:
        """Return the place in the file of an offset in `text`."""
        return self.lines.place(self.token, self._origins.of(offset), length)


class Link(msgspec.Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """A link or an image, raw HTML's left out. Its place and its words are looked for when they are asked."""

    token: Token
    holder: Token
    """The token of the words that it stands in."""
    inside: Sequence[Token]
    """What stands between its brackets, or is the text of the image."""
    lines: SourceLines
    definitions: Mapping[str, Mapping[str, Any]]
    """Those of the whole text."""

    @property
    def image(self) -> bool:
        """Whether it is an image."""
        return self.token.type == "image"

    @property
    def href(self) -> str:
        """Where it leads, as it is meant: entities and escapes are undone."""
        return str(self.token.attrs["src" if self.image else "href"])

    @property
    def title(self) -> str:
        """What is written beside its address; empty where nothing is."""
        return str(self.token.attrs.get("title", ""))

    @property
    def bare(self) -> bool:
        """Whether it is an address among words, with no marks around it."""
        return "at" not in self.token.meta and self.token.markup != "autolink"

    @cached_property
    def place(self) -> Place:
        """Of its destination: in a definition, where it is given there."""
        if "at" in self.token.meta:
            return _destination(self.lines, self.definitions, self.holder, self.token, self.href)
        holder, words = self.holder, self.inside[0]  # a bare address, or one between angle brackets
        begin = Origins(holder.children or (), holder.content).where.get(id(words), 0)
        return self.lines.place(holder, begin, len(words.content))

    @cached_property
    def text(self) -> str:
        """The words of a link, or those that stand for an image."""
        if len(self.inside) == 1 and self.inside[0].type == "text":  # most have no more
            return self.inside[0].markup or self.inside[0].content
        pieces = (piece for piece, _ in pieces_of(self.inside))
        return "".join([piece.written if piece.kind == "address" else piece.shown for piece in pieces])


class Reference(NamedTuple):
    """A definition of where a link leads, `[label]: href "title"`."""

    label: str
    """As Markdown compares it: its case is no matter."""
    href: str
    title: str
    place: Place
    used: bool
    """Whether a link or an image refers to it; never where another of its label came before."""
    again: bool
    """Whether one of its label came before, and says something else."""


class Quoted(NamedTuple):
    """A piece of code among words that says what a listing printed: `0.97` with `{output=loss}`."""

    text: str
    output: str
    """The id of the listing."""
    place: Place


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A block of code. One that is indented has no info string."""

    token: Token
    lines: SourceLines

    @property
    def code(self) -> str:
        """The code as it is written, or as it is in the file that is included; what is shown of it lacks the marks that `listings.marks` takes."""
        return self.token.content

    @property
    def info(self) -> str:
        """The info string as it is written."""
        return self.token.info

    @property
    def so_far(self) -> str:
        """Of a step of a file that applies, the file as it is after it; else nothing."""
        return "".join(f"{line.text}\n" for line in self.token.meta.get("file", ()))

    @property
    def options(self) -> Info:
        """What the info string says; offsets in it are those of `info`."""
        return info_of(self.token)

    @property
    def included(self) -> Included | None:
        """What it shows of another file; None where it shows none, or that can't be had."""
        own: Included | None = self.token.meta.get("included")
        return own

    @property
    def rows(self) -> tuple[int, int]:
        """Its first line in the text, from 0, and the one behind its last."""
        first, end = self.token.map or (0, 0)
        return first, end

    @property
    def id(self) -> str:
        """What it is led to by; empty where it has no id."""
        return self.options.id or str(self.token.attrs.get("id", ""))

    @property
    def fenced(self) -> bool:
        """Whether it stands between fences."""
        return self.token.type == "fence"

    def info_place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the info string; of an indented listing, that where it begins."""
        return self.lines.in_info(self.token, offset, length)

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the code."""
        return self.lines.place(self.token, offset, length)


class Tag(msgspec.Struct, frozen=True, gc=False):
    """A tag of raw HTML, or what looks like one and is text, since no element has its name."""

    name: str
    """In small letters."""
    source: str
    """As it is written."""
    attributes: str
    closing: bool
    empty: bool
    """Whether it ends in a slash."""
    known: bool
    token: Token
    at: int
    lines: SourceLines

    @property
    def place(self) -> Place:
        """Its place; of a tag over several lines, as far as the first goes."""
        return self.lines.place(self.token, self.at, len(self.source.partition("\n")[0]))


class Section(NamedTuple):
    """A heading. `id` is empty where it became the page's title, or where headings have none."""

    level: int
    id: str
    text: str
    place: Place
    title: bool
    """Whether it became the page's title."""


class Markup(msgspec.Struct, frozen=True):
    """A piece of raw HTML: a block of lines, or one tag or comment among words."""

    html: str
    block: bool
    token: Token
    at: int
    lines: SourceLines

    @property
    def words(self) -> str:
        """Its running words, where they stand in `html`: blanks for tags, comments, scripts, code and drawings."""
        return elements.words_of(self.html)

    @property
    def unseen(self) -> tuple[tuple[int, int], ...]:
        """Where what a browser shows nothing of begins and ends in `html`: declarations and the like, comments left out."""
        return tuple(elements.unseen_in(self.html))

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the HTML."""
        return self.lines.place(self.token, self.at + offset, length)


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """A formula."""

    tex: str
    display: bool
    token: Token
    at: int
    lines: SourceLines

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the TeX."""
        return self.lines.place(self.token, self.at + offset, length)


class Text(msgspec.Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """A document, parsed. Nothing that reads or writes it changes it.

    All views go through the blocks in the order of the file, then through the footnotes' texts in the order of their
    definitions. Those who look for a mark ask `source` first whether it holds one: most hold none.
    """

    document: Document
    source: str
    r"""The Markdown as it was parsed: the document's, with ``\n`` line ends and without what no page can hold."""
    findings: tuple[Problem, ...]
    title: str | None
    """The words of the heading that became the title, where front matter gives none."""
    tokens: Sequence[Token]
    """For who writes: the blocks, in markdown-it's tokens. Ids and footnotes' numbers are settled in them."""
    title_tokens: Sequence[Token]
    notes: Mapping[str, Sequence[Token]]
    """The blocks of each footnote, by its label."""
    shown_notes: Mapping[str, int]
    """The labels of the footnotes that are referred to, in the order of their numbers, and how often each is."""
    definitions: Mapping[str, Mapping[str, Any]]
    """The reference definitions, by their normalised labels."""
    formula_tokens: Sequence[Found]
    lines: SourceLines
    environment: Mapping[str, Any]
    """What the rules of Markdown noted in passing, for rules of others that write it: markdown-it's `env`."""
    passes_html: bool = True
    """Whether raw HTML is read as such."""
    outputs: Mapping[int, Sequence[Token]] = {}
    """What listings gave when they ran, for who writes: the blocks below each, by the identity of its token."""

    @property
    def allowances(self) -> Sequence[Allowance]:
        """What its writer allows in it, in the order of the file."""
        found: Sequence[Allowance] = self.environment.get("allowances", ())
        return found

    def line(self, number: int) -> str:
        """Return a line of the source by its number in the file; empty outside the text."""
        return self.lines.text_of(number - self.document.first_line)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, those that hold others included."""
        return tuple(
            Block(kind, within, self.lines.number(token.map[0]), self.lines.number(token.map[1] - 1), token.info)
            for token, kind, within, _ in self._walked
            if token.type != "inline" and token.map
        )

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The words of each block."""
        languages = self._languages() if "lang=" in self.source else {}
        return tuple(
            Run(kind=kind, within=within, token=token, lines=self.lines, language=languages.get(id(token), ""))
            for token, kind, within, _ in self._walked
            if token.type == "inline"
        )

    @cached_property
    def plain(self) -> str:
        """What was read as text in all runs, as it is written: quickly asked whether a mark is in any."""
        return "\n\n".join([plain_of(token.children) for part in self._parts for token in part if token.children])

    @cached_property
    def folded(self) -> str:
        """The same in small letters, a question mark for each that is not of ASCII: quicker still."""
        return self.plain.encode("ascii", "replace").lower().decode("ascii")

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links and images; what stands in an image's own text is none."""
        return tuple(
            link for token, *_ in self._walked if token.children for link in self._links(token, token.children)
        )

    @cached_property
    def lost_links(self) -> tuple[Link, ...]:
        """The links and images in the page's title and in the texts of images, which are plain text on the page."""
        titles = [(token, token.children or ()) for token in self.title_tokens]
        images = [
            (holder, image.children or ())
            for holder, *_ in (self._walked if "nested" in self.environment else ())
            for image in _deep(holder.children)
            if image.type == "image"
        ]
        return tuple(link for holder, inside in titles + images for link in self._links(holder, inside))

    @property
    def has_unused_definitions(self) -> bool:
        """Whether there may be a definition that nothing refers to, or a second one of its label."""
        return "duplicate_refs" in self.environment or not self._used.issuperset(self.definitions)

    @property
    def _used(self) -> set[str]:
        used: set[str] = self.environment.get("used", set())
        return used.union(label for *_, label in self.environment.get("unsafe", ()))

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The definitions of links, in the order of the file."""
        if not self.definitions:
            return ()
        used = self._used
        found = [(label, each, label in used, False) for label, each in self.definitions.items()]
        for each in self.environment.get("duplicate_refs", ()):
            first = self.definitions[each["label"]]
            if (each["href"], each["title"]) != (first["href"], first["title"]):
                found.append((each["label"], each, False, True))
        return tuple(
            Reference(label, each["href"], each["title"], self._label_place(each["map"][0]), use, again)
            for label, each, use, again in sorted(found, key=lambda one: one[1]["map"][0])
        )

    def _label_place(self, line: int) -> Place:
        return self.lines.start_of(line, len(self.lines.text_of(line).partition("]:")[0].lstrip()) + 1)

    @cached_property
    def listings(self) -> tuple[Listing, ...]:
        """The blocks of code; those that are formulas are among `formulas`."""
        return tuple(
            Listing(token=token, lines=self.lines)
            for part in self._parts
            for token in part
            if token.type in {"fence", "code_block"} and "math" not in token.meta
        )

    @cached_property
    def quoted(self) -> tuple[Quoted, ...]:
        """The pieces of code among words that say what a listing printed."""
        if "output=" not in self.source:
            return ()
        return tuple(
            Quoted(token.content, str(token.attrs[OUTPUT]), self._code_place(holder, token))
            for holder, *_ in self._walked
            for token in holder.children or ()
            if token.type == "code_inline" and OUTPUT in token.attrs
        )

    def _code_place(self, holder: Token, token: Token) -> Place:
        begin = Origins(holder.children or (), holder.content).where.get(id(token), 0)
        at = holder.content.find(token.content, begin)
        return self.lines.place(holder, max(begin, at), len(token.content))

    @property
    def programs(self) -> tuple[Listing | Assembled, ...]:
        """The listings as programs: for the steps of a file the file that they build, none where a step can't be applied."""
        files: tuple[Assembled, ...] | None = self.environment.get("files")
        if files is None:
            return self.listings
        return (*(listing for listing in self.listings if listing.options.step is None), *files)

    @property
    def has_first_level(self) -> bool:
        """Whether a heading of the first level is shown beside the title."""
        return "first level" in self.environment

    @cached_property
    def headings(self) -> tuple[Section, ...]:
        """The headings, that which became the title included."""
        found = []
        for part in self._parts:
            for opened, token in pairwise(part):
                if opened.type == "heading_open":
                    title = "text" not in opened.meta
                    words = self.title or "" if title else opened.meta["text"]
                    place = self.lines.place(token, 0, len(token.content))
                    found.append(Section(int(opened.tag[1]), opened.meta.get("id", ""), words, place, title))
        return tuple(found)

    @cached_property
    def html(self) -> tuple[Markup, ...]:
        """The pieces of raw HTML."""
        found: list[Markup] = []
        if "raw" not in self.environment:  # most texts: nothing to look for
            return ()
        for part in self._parts:
            for token in part:
                if token.type == "html_block":
                    found.append(Markup(token.content, True, token, 0, self.lines))
                elif token.children:
                    found += [
                        Markup(child.content, False, token, child.meta["at"], self.lines)
                        for child in token.children
                        if child.type == "html_inline"
                    ]
        return tuple(found)

    @property
    def has_unread_tags(self) -> bool:
        """Whether any tag is of an unknown element, and text."""
        return "unread" in self.environment

    @property
    def nests(self) -> bool:
        """Whether every element of raw HTML is closed in its turn; quick, where `tags` would tell as much."""
        return not self.has_unread_tags and elements.nest([piece.html for piece in self.html])

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tags of raw HTML, those of unknown elements included, which are text."""
        found: list[Tag] = []
        if "raw" not in self.environment:
            return ()
        for token in chain.from_iterable(self._parts):
            if token.type != "html_block" and not token.children:
                continue
            unread = token.meta.get("unread", ())
            if token.type == "html_block":
                begins = {begin for begin, _ in unread}
                found += [
                    self._tag(one, token.content, token, 0, known=one.begin not in begins)
                    for one in elements.tags_in(token.content)
                ]
                continue
            here = [
                self._tag(one, child.content, token, child.meta["at"], known=True)
                for child in token.children or ()
                if child.type == "html_inline"
                for one in elements.tags_in(child.content)
            ]
            here += [
                self._tag(one, token.content[begin:end], token, begin, known=False)
                for begin, end in unread
                for one in elements.tags_in(token.content[begin:end])
            ]
            found += sorted(here, key=lambda one: one.at) if unread else here
        return tuple(found)

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas."""
        return tuple(
            Formula(tex=token.content, display=display, token=holder, at=at, lines=self.lines)
            for token, holder, at, display in self.formula_tokens
        )

    def _tag(self, tag: elements.Tag, html: str, holder: Token, base: int, *, known: bool) -> Tag:
        name, closing, empty, attributes, begin, end = tag
        return Tag(name, html[begin:end], attributes, closing, empty, known, holder, base + begin, self.lines)

    @property
    def _parts(self) -> tuple[Sequence[Token], ...]:
        return (self.title_tokens, self.tokens, *self.notes.values())

    def _languages(self) -> dict[int, str]:
        """Return the languages that attributes name, by the tokens that hold words."""
        found: dict[int, str] = {}
        for part in self._parts:
            opened: list[str] = []
            for token in part:
                if token.nesting < 0:
                    opened.pop()
                    continue
                own = str(token.attrs.get("lang", "")) or (opened[-1] if opened else "")
                if token.nesting > 0:
                    opened.append(own)
                elif token.type == "inline":
                    within = (str(child.attrs["lang"]) for child in token.children or () if "lang" in child.attrs)
                    found[id(token)] = own or next(within, "")
        return found

    @cached_property
    def _walked(self) -> tuple[tuple[Token, str, tuple[str, ...], Token | None], ...]:
        return tuple(self._walk())

    def _walk(self) -> Iterator[tuple[Token, str, tuple[str, ...], Token | None]]:
        """Give each block's opening or only token and each that holds words: its kind, what it is within, its parent."""
        for part in self._parts:
            opened: list[Token] = []
            names: tuple[str, ...] = ()
            for token in part:
                if token.nesting < 0:
                    opened.pop()
                    names = names[:-1]
                elif token.type == "inline":
                    yield token, names[-1] if names else "", names[:-1], opened[-1] if opened else None
                else:
                    name = kind_of(token)
                    yield token, name, names, opened[-1] if opened else None
                    if token.nesting > 0:
                        opened.append(token)
                        names = (*names, name)

    def _links(self, holder: Token, tokens: Sequence[Token]) -> Iterator[Link]:
        for index, token in enumerate(tokens):
            if token.type == "image":
                inside: Sequence[Token] = token.children or ()
            elif token.type == "link_open":
                inside = list(takewhile(_deeper_than(token), tokens[index + 1 :]))
            else:
                continue
            yield Link(token=token, holder=holder, inside=inside, lines=self.lines, definitions=self.definitions)

    def destination(self, holder: Token, token: Token, href: str) -> Place:
        """Return where the destination of a link or an image is written."""
        return _destination(self.lines, self.definitions, holder, token, href)


def _destination(
    lines: SourceLines, definitions: Mapping[str, Mapping[str, Any]], holder: Token, token: Token, href: str
) -> Place:
    meta = token.meta
    at = meta.get("at", 0)
    if at >= 0:
        return lines.place(holder, at, meta.get("length", 0))
    return lines.definition(definitions, meta.get("label", ""), href)


def _deep(tokens: Sequence[Token] | None) -> Iterator[Token]:
    """Give tokens with those that stand in the texts of images."""
    for token in tokens or ():
        yield token
        if token.type == "image":
            yield from _deep(token.children)


def _deeper_than(token: Token) -> Callable[[Token], bool]:
    level = token.level
    return lambda other: other.level > level


def kind_of(token: Token) -> str:
    """Return the name of a block by its token."""
    name = token.type.removesuffix("_open")
    return _NAMES.get(name, name)
