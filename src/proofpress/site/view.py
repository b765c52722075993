"""What templates see: `site`, whose methods are the only doors to the rest of the site, and the values it hands out.

docs/templates.md documents every name here with its type. A method puts a question, a name and arguments as text, to
whoever the view was handed (`site.answers` in the end), so that questions and answers can be recorded.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from proofpress.model import Author, Card, TermLink
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.problems import Problem
from proofpress.site.plan import feed_formats, feed_path, page_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.config import Config
    from proofpress.problems import Problem

Question = tuple[str, ...]
"""A question's name and its arguments, as text."""

MEDIA_TYPES: dict[str, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}


class UnanswerableError(LookupError):
    """A template asked for something that isn't there; the message says what is.

    `problem` is the fault of a file that was asked for, where it is the file that is to blame, not the template.
    """

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class Feed(msgspec.Struct, frozen=True):
    """A feed to announce or to link to."""

    title: str
    url: str
    type: str


class Term(msgspec.Struct, frozen=True):
    """A term of a taxonomy, for lists of terms."""

    name: str
    slug: str
    url: str
    count: int
    feeds: list[Feed]


class Around(msgspec.Struct, frozen=True):
    """A post's neighbours in time."""

    previous: Card | None
    next: Card | None


class Series(msgspec.Struct, frozen=True):
    """A series as one of its posts sees it: `position` counts from 1, `posts` are in reading order, oldest first."""

    name: str
    url: str
    position: int
    posts: list[Card]


class Pager(msgspec.Struct, frozen=True):
    """One page of a list that is split over several. `first` is the URL of the first one."""

    number: int
    pages: int
    total: int
    first: str

    @property
    def previous(self) -> str | None:
        """The page with newer posts."""
        return self.url(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The page with older posts."""
        return self.url(self.number + 1) if self.number < self.pages else None

    @property
    def urls(self) -> list[str]:
        """Every page's URL."""
        return [self.url(number) for number in range(1, self.pages + 1)]

    def url(self, number: int) -> str:
        """Return the URL of one of the pages."""
        return page_path(SitePath(self.first), number)


class Year(msgspec.Struct, frozen=True):
    """The posts of one year; `year` is None for those without a date."""

    year: int | None
    posts: list[Card]


class OutlineItem(msgspec.Struct, frozen=True):
    """A heading with those below it."""

    level: int
    id: str
    html: Markup
    text: str
    children: list[OutlineItem]


class MenuEntry(msgspec.Struct, frozen=True):
    """An entry of the site's menu."""

    title: str
    url: str

    def current(self, page: Page) -> bool:
        """Return whether a page is this entry's."""
        return page.url == self.url


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The page that a template makes. Fields that a kind of page doesn't have are None or empty."""

    kind: str
    title: str
    url: str
    permalink: str
    description: str = ""
    image: str | None = None
    feeds: list[Feed] = []
    structured_data: Markup = Markup("")
    has_math: bool = False
    path: SourcePath | None = None
    date: dt.datetime | None = None
    date_has_time: bool = False
    updated: dt.datetime | None = None
    updated_has_time: bool = False
    authors: list[Author] = []
    terms: dict[str, list[TermLink]] = {}
    outline: list[OutlineItem] = []
    toc: bool = False
    words: int = 0
    minutes: int = 0
    draft: bool = False
    extra: dict[str, Any] = {}
    posts: list[Card] = []
    pager: Pager | None = None
    years: list[Year] = []
    term: Term | None = None
    taxonomy: str | None = None
    all_terms: list[Term] = []
    target: str | None = None


class SiteView:
    """The site as templates see it."""

    def __init__(self, ask: Callable[[Question], Any], config: Config) -> None:
        """Put every question to `ask`; `config` gives what the settings say."""
        base = Base.of(config.url)
        self._ask = ask
        self.title = config.title
        self.description = config.description
        self.language = config.language
        self.url = base.href("/")
        self.permalink = base.absolute("/")
        self.authors = list(config.authors)
        self.theme = config.theme
        self.extra = config.extra
        self.taxonomies = config.taxonomies
        self.feeds = feeds_of(config, SitePath("/"), config.title)

    @property
    def menu(self) -> list[MenuEntry]:
        """The settings' menu, its files resolved."""
        found: list[MenuEntry] = self._ask(("menu",))
        return found

    def recent(self, n: int = 5) -> list[Card]:
        """Return the newest posts."""
        found: list[Card] = self._ask(("recent", str(n)))
        return found

    def posts(self) -> list[Card]:
        """Return every post, newest first."""
        found: list[Card] = self._ask(("posts",))
        return found

    def pages(self) -> list[Card]:
        """Return every page that is no post, by title."""
        found: list[Card] = self._ask(("pages",))
        return found

    def page(self, path: str) -> Card:
        """Return the card of a source file; raises UnanswerableError where there is none."""
        found: Card = self._ask(("page", path))
        return found

    def tagged(self, term: str, taxonomy: str = "tags") -> list[Card]:
        """Return the posts of a term, newest first; none where nothing carries it."""
        found: list[Card] = self._ask(("tagged", term, taxonomy))
        return found

    def terms(self, taxonomy: str) -> list[Term]:
        """Return the terms of a taxonomy by name."""
        found: list[Term] = self._ask(("terms", taxonomy))
        return found

    def around(self, page: Page | Card) -> Around:
        """Return the posts before (older) and after (newer) a page."""
        found: Around = self._ask(("around", page.path or ""))
        return found

    def related(self, page: Page | Card, n: int = 3) -> list[Card]:
        """Return the posts that share most with a page."""
        found: list[Card] = self._ask(("related", page.path or "", str(n)))
        return found

    def series(self, page: Page | Card) -> Series | None:
        """Return the first series that a page belongs to."""
        found: Series | None = self._ask(("series", page.path or ""))
        return found

    def asset(self, name: str) -> str:
        """Return the fingerprinted URL of a theme's static file; raises UnanswerableError where there is none."""
        found: str = self._ask(("asset", name))
        return found

    def link(self, path: str) -> str:
        """Return the URL of a file below content/; raises UnanswerableError where a link would be a problem."""
        found: str = self._ask(("url", path))
        return found

    def data(self, name: str) -> Any:
        """Return what a file below data/ holds; raises UnanswerableError where there is none."""
        return self._ask(("data", name))


def feeds_of(config: Config, folder: SitePath, title: str) -> list[Feed]:
    """Return the feeds that belong to a page."""
    base = Base.of(config.url)
    return [Feed(title, base.href(feed_path(folder, name)), MEDIA_TYPES[name]) for name in feed_formats(config)]
