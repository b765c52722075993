"""The values that `site` hands out to templates, beside cards. docs/templates.md documents every name with its type."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from proofpress.model import Author, Card, TermLink
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.site.lists import feed_paths, page_path

if TYPE_CHECKING:
    from proofpress.config import Config, Repository
    from proofpress.problems import Problem

MEDIA_TYPES: dict[str, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}


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


class Alternate(msgspec.Struct, frozen=True):
    """Another form in which a page can be had."""

    title: str
    url: str
    type: str


class Translation(msgspec.Struct, frozen=True):
    """A page in one of the languages that it can be had in. `name` is the language's own, `current` is true of this page."""

    language: str
    dir: str
    name: str
    title: str
    url: str
    permalink: str
    current: bool


class Counterpart(msgspec.Struct, frozen=True):
    """Where a list stands in one of the site's languages, or else the home page of that language."""

    language: str
    edition: str
    """The language's tag among the settings' `languages`; empty for the site's own."""
    title: str
    url: str
    permalink: str
    same: bool
    """Whether the language has the list."""


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


class ListPage(msgspec.Struct, frozen=True):
    """One page of a list that is split: its posts, and where it stands."""

    posts: list[Card]
    pager: Pager


class FeedPosts(msgspec.Struct, frozen=True):
    """What a feed is about: its title, the page that it belongs to, and its posts."""

    title: str
    home: SitePath
    posts: list[Card]


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
    folder: str | None = None
    """The folder below content/ whose list it leads to."""

    def current(self, page: Page) -> bool:
        """Return whether a page is this entry's."""
        return page.url == self.url

    def holds(self, page: Page) -> bool:
        """Return whether a page is made from a file of the folder whose list this entry leads to."""
        return bool(self.folder) and (page.path or "").startswith(f"content/{self.folder}/")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The page that a template makes. Fields that a kind of page doesn't have are None or empty."""

    kind: str
    title: str
    url: str
    permalink: str
    description: str = ""
    language: str = "en"
    dir: str = "ltr"
    standfirst: str = ""
    image: str | None = None
    image_width: int | None = None
    image_height: int | None = None
    social_card: str | None = None
    feeds: list[Feed] = []
    alternates: list[Alternate] = []
    translations: list[Translation] = []
    languages: list[Translation] = []
    structured_data: Markup = Markup("")
    has_math: bool = False
    path: SourcePath | None = None
    edit: str | None = None
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
    listed: bool = True
    extra: dict[str, Any] = {}
    posts: list[Card] = []
    pager: Pager | None = None
    years: list[Year] = []
    term: Term | None = None
    taxonomy: str | None = None
    all_terms: list[Term] = []
    target: str | None = None


def edit_url(repository: Repository, path: SourcePath) -> str | None:
    """Return where a file of the site is edited; None where nobody says in which repository it is.

    GitHub, GitLab, and Forgejo with Gitea have each a form of their own for this address.
    """
    if not repository.url:
        return None
    word = {"github": "edit", "gitlab": "-/edit", "forgejo": "_edit"}[repository.forge]
    folder = repository.path.strip("/")
    whole = "/".join(part for part in (word, repository.branch, folder, path) if part)
    return repository.url + quote(whole)


def feeds_of(config: Config, folder: SitePath, title: str) -> list[Feed]:
    """Return the feeds that belong to a page."""
    base = Base.of(config.url)
    return [Feed(title, base.href(path), MEDIA_TYPES[name]) for name, path in feed_paths(config, folder).items()]
