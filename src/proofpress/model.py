"""The values that flow through a build, in the order of the flow: Source, Document, Body, Card.

All are frozen. Each step of a build is a pure function from some of these to another (docs/architecture.md draws it),
which is what lets a step be remembered, or run in another process.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal, Protocol

import msgspec
from markupsafe import Markup

from proofpress.paths import SitePath, SourcePath
from proofpress.problems import Problem

# ---------------------------------------------------------------- files


class Companion(msgspec.Struct, frozen=True, gc=False):
    """A file that a document is made of besides its own: what its listings gave when they ran, code that it includes."""

    path: SourcePath
    """As problems name it: from the site's folder."""
    data: bytes | None = None
    """None where it can't be read, or where its digest alone counts."""
    digest: str = ""
    """In hexadecimal digits, where the document is made of no more than that of it; empty where there is no such file."""
    why: str = ""
    """Of included code, why it can't be read, as the end of a message that begins with its name; and what to do."""
    mend: str = ""
    reader: bytes = b""
    """The digest of what tells its parts, where that is no part of Proofpress."""
    kind: Literal["lock", "read", "code"] = "lock"
    """What its listings gave, what they read when they ran, or code that it includes."""


class SourceFile(Protocol):
    """A document's file: its path below the site's folder and its bytes, at hand or read when they are asked for."""

    @property
    def path(self) -> SourcePath:
        """Its path below the site's folder."""

    @property
    def data(self) -> bytes:
        """Its bytes."""

    @property
    def names_files(self) -> bool:
        """Whether its bytes may name files that it is made of, too."""

    @property
    def beside(self) -> tuple[Companion, ...]:
        """What else it is made of, by path."""


def names_files(data: bytes) -> bool:
    """Tell quickly whether a document may name code that it includes, or files that its listings read."""
    return b"include=" in data or b"reads" in data


class Source(msgspec.Struct, frozen=True, gc=False):
    """A document's file with its bytes at hand."""

    path: SourcePath
    data: bytes
    beside: tuple[Companion, ...] = ()
    """What else it is made of, by path."""

    @property
    def names_files(self) -> bool:
        """Whether its bytes may name files that it is made of, too."""
        return names_files(self.data)


# ---------------------------------------------------------------- documents


class Author(msgspec.Struct, frozen=True):
    """A person who writes. In front matter a bare string is an author's name, looked up among the settings' authors."""

    name: str
    url: str = ""
    email: str = ""


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What a post says of itself, typed. A key that is absent is None (or empty, for a list)."""

    title: str | None = None
    date: dt.datetime | None = None
    """Aware. A date without a time is midnight in the site's time zone, and `date_has_time` is false."""
    date_has_time: bool = False
    updated: dt.datetime | None = None
    updated_has_time: bool = False
    description: str | None = None
    terms: dict[str, tuple[str, ...]] = {}
    """By taxonomy: `{"tags": ("gpu", "python"), "series": ("Deep learning",)}`, as written, without repeats."""
    authors: tuple[Author, ...] = ()
    draft: bool = False
    listed: bool = True
    """Whether lists, feeds and the sitemap may name the page; it is at its URL all the same."""
    slug: str | None = None
    url: str | None = None
    """A site path, checked and percent-encoded."""
    aliases: tuple[str, ...] = ()
    """Site paths, checked and percent-encoded."""
    template: str | None = None
    image: str | None = None
    """As written: a file beside the post, a site path or a full URL."""
    toc: bool | None = None
    id: str | None = None
    """Of its entry in feeds, where it is not its address."""
    language: str | None = None
    """A BCP 47 tag, where it is not the site's."""
    translations: tuple[str, ...] = ()
    """Files that say the same in other languages, as written: relative to the document's own."""
    run: bool = False
    """Whether its listings are run, but for those that say otherwise."""
    requirements: tuple[str, ...] = ()
    """What its listings need installed to run, as pip's requirements."""
    reads: tuple[str, ...] = ()
    """Files that its listings may read, as written: relative to the document's own."""
    vary: tuple[str, ...] = ()
    """What may be other each time that its listings run: `seconds`, `/id=\\d+/`."""
    python: str | None = None
    """The version of Python that its listings are for, such as `3.10`."""
    extra: dict[str, Any] = {}
    """The mapping `extra:`, with the value of each unknown key beside it."""


class Place(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where something stands in its source file: line and column from 1, length in characters."""

    line: int
    column: int
    length: int = 1


class Drawing(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A picture that a notebook holds, and that is published as a file beside its page."""

    name: str
    """Of that file: `figure-3c9f….png`, of its digest, so that another picture has another."""
    digest: str
    """Of its bytes, in hexadecimal digits."""
    width: int | None = None
    height: int | None = None
    start: int
    """Where it begins in the notebook's text, in characters."""
    end: int
    drawn: bool = False
    """Whether it is an SVG, which is stored as text."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer allows in the block that follows: rules, by their names as they are written, each with its place."""

    names: tuple[tuple[str, Place], ...]
    place: Place
    """Of the whole comment."""
    first: int
    """The first line in the file of what they are silent in."""
    last: int
    """Its last."""

    def reaches(self, line: int) -> bool:
        """Tell whether it speaks of a line of the file."""
        return self.first <= line <= self.last


class Document(msgspec.Struct, frozen=True, kw_only=True):
    r"""A Markdown file, read: its front matter, and its text as the Markdown that follows it.

    `text` has `\n` line ends and no byte-order mark; its first line is line `first_line` of the file. `places` tells
    where the value of each front matter key stands (`{"date": Place(3, 7, 10)}`; of a list, `"tags.0"`; of an alias also
    `"aliases./old/"`, by its path).
    """

    path: SourcePath
    front: FrontMatter
    text: str
    first_line: int = 1
    places: dict[str, Place] = {}
    problems: tuple[Problem, ...] = ()
    language: str = ""
    """Its own, where it is not the site's."""
    beside: tuple[Companion, ...] = ()
    """What else it is made of."""
    drawings: tuple[Drawing, ...] = ()
    """Of a notebook: the pictures in it, each once."""


# ---------------------------------------------------------------- bodies


class Reference(msgspec.Struct, frozen=True, gc=False, array_like=True):
    r"""A link or image of a body that speaks of this site, left open until its page is filled.

    In `Body.html` reference number n stands as ``\0n\0``: for a ``link`` in place of the URL inside an attribute's
    quotes; for an ``image`` in place of the whole `src="…"` attribute, to which what its tag lacks of width and height is then added.
    """

    href: str
    """The destination as meant (entities and escapes resolved, not percent-decoded): `../setup.md#install`."""
    kind: Literal["link", "image"]
    line: int
    column: int
    length: int
    raw: bool = False
    """Whether it stands in raw HTML, which is published as it is written even where a link leads nowhere."""
    widths: tuple[int, ...] = ()
    """Of an image: in which widths lighter ones are to be made of it; none for those of the settings."""
    quality: int = 0
    """Of an image: in which quality; 0 for that of the settings."""


class Heading(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A heading of a body. `html` is its content with links, images and footnote marks taken out; `text` is plain."""

    level: int
    id: str
    html: str
    text: str


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A document's text as HTML, with what was learnt on the way. Depends on the document and the options alone.

    But for one that is not `certain`: a lexer ran into its limit or an accident, which another time may be otherwise.
    """

    html: str
    references: tuple[Reference, ...] = ()
    outline: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    """Every id in the HTML that a fragment can lead to, in order."""
    title: str | None = None
    """The plain text of the first level-1 heading, taken out of the HTML, where the front matter gives no title."""
    summary: str = ""
    """HTML: what stands before the `more` mark, else the first paragraph; no links, images, ids or footnote marks."""
    summary_text: str = ""
    """The same as plain text on one line."""
    has_more: bool = False
    """Whether the summary was marked by the author."""
    words: int = 0
    first_image: str | None = None
    """The href of the first local image, as in its Reference."""
    raw: bool = True
    """Whether the HTML may hold what the author or a plugin wrote as such, not Proofpress."""
    problems: tuple[Problem, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    """What its writer allows in it."""
    certain: bool = True
    markdown: str = ""
    """The text as it is written, where the settings have it published as well (`Document.text`)."""
    first_line: int = 1
    """Of `markdown`, within its file."""
    copies: tuple[tuple[int, int, str], ...] = ()
    """Listings that show code of other files and hold none of it in `markdown`: the lines there that give way, from 0 up to
    another, and the listing with its code."""


# ---------------------------------------------------------------- the site


class TermLink(msgspec.Struct, frozen=True, gc=False):
    """A term as a page that carries it shows it."""

    name: str
    url: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What the rest of the site may know of a page. Templates see these; docs/templates.md documents each field."""

    path: SourcePath
    kind: Literal["post", "page", "home", "list"]
    site_path: SitePath
    url: str
    """What an href says: site path with the site's prefix."""
    permalink: str
    """Absolute."""
    title: str
    date: dt.datetime | None = None
    date_has_time: bool = False
    updated: dt.datetime | None = None
    updated_has_time: bool = False
    description: str = ""
    summary_html: str = ""
    has_more: bool = False
    terms: dict[str, tuple[str, ...]] = {}
    authors: tuple[Author, ...] = ()
    draft: bool = False
    listed: bool = True
    """Whether lists, feeds and the sitemap name it."""
    image: str | None = None
    """As written in the front matter, else the first local image of the text."""
    template: str | None = None
    toc: bool | None = None
    id: str | None = None
    """Of its entry in feeds, which stays when the address changes; None for its address."""
    minutes: int = 1
    """Reading time. Not the number of words: a card changes what shows it, and a word more or less should not."""
    aliases: tuple[str, ...] = ()
    language: str = ""
    """Its own, where it is not the site's."""
    original: SourcePath | None = None
    """The document that it translates, by its file's name."""
    translations: tuple[str, ...] = ()
    """Files that translate it, as its front matter names them."""
    asks: tuple[str, ...] = ()
    """What its text needs of a policy of security: `site.policy`."""
    extra: dict[str, Any] = {}

    @property
    def is_post(self) -> bool:
        """Whether it has a place in time: among the posts, in the archive, in feeds."""
        return self.kind == "post"

    @property
    def is_list(self) -> bool:
        """Whether it introduces a list, which what stands beside it is in."""
        return self.kind in ("home", "list")

    @property
    def summary(self) -> Markup:
        """The summary for a template: HTML without links or images."""
        return Markup(self.summary_html)  # noqa: S704 - made by the renderer from the post's own Markdown


# ---------------------------------------------------------------- files to publish


class Variant(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A picture in one format and width, beside its original."""

    format: Literal["webp", "avif"]
    width: int
    digest: bytes
    size: int
    """Bytes."""


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """What was made of a picture, so that a page can offer what is lighter."""

    tint: str = ""
    """Its colour on average, three digits of 0, 5, a and f; empty where something shines through."""
    variants: tuple[Variant, ...] = ()
    """In the order in which browsers are to prefer the formats; of each, the narrowest first."""
    cleaned: tuple[bytes, int] | None = None
    """Of a drawing that is published without what would run or load something: the digest and the bytes of what is left."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is copied as it is: its place in the site's folder, its URL, and an image's size in pixels."""

    path: SourcePath
    site_path: SitePath
    width: int | None = None
    height: int | None = None
    picture: Picture | None = None
    """Where lighter ones were made of it."""
    within: SourcePath | None = None
    """The notebook that holds it, where it is no file of its own: its path is the notebook's, and its name."""


# ---------------------------------------------------------------- templates


SHIPPED: Final = "theme:"
"""Stands before the name of a template of the default theme, where a site may have its own of that name."""


class TemplateSource(msgspec.Struct, frozen=True):
    """A template: its text, and the path under which a person knows it (`templates/post.html`, `theme:post.html`)."""

    path: str
    text: str
