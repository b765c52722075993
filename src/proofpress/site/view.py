"""What templates see: `site`, whose methods are the only doors to the rest of the site, and the values it hands out.

docs/templates.md documents every name here with its type. Each method is a pure function of the site and its
arguments, and answers with frozen values, so that a question and its answer can be recorded.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from markupsafe import Markup

from proofpress.model import Author, Card, TermLink
from proofpress.paths import SitePath, SourcePath, slug
from proofpress.problems import Problem, did_you_mean
from proofpress.site.cards import folder_path
from proofpress.site.links import CONTENT, Links, Resolved, free_reference
from proofpress.site.plan import feed_formats, feed_path, page_path, pages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proofpress.config import Config, MenuItem
    from proofpress.problems import Problem
    from proofpress.site.index import IndexedTerm, Site

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
MEDIA_TYPES: dict[str, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}


class UnanswerableError(ValueError):
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
    """One page of a list that is split over several."""

    number: int
    pages: int
    total: int
    previous: str | None
    next: str | None
    urls: list[str]


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

    def __init__(
        self,
        index: Site,
        links: Links,
        config: Config,
        assets: Mapping[str, SitePath],
        read_data: Callable[[str], Any],
    ) -> None:
        """Look at an index. `assets` are fingerprinted site paths; `read_data` reads a file below data/."""
        self._index = index
        self._links = links
        self._config = config
        self._assets = assets
        self._read_data = read_data
        self.title = config.title
        self.description = config.description
        self.language = config.language
        self.url = links.base.href("/")
        self.permalink = links.base.absolute("/")
        self.authors = list(config.authors)
        self.theme = config.theme
        self.extra = config.extra
        self.taxonomies = config.taxonomies

    @property
    def menu(self) -> list[MenuEntry]:
        """The settings' menu, its files resolved."""
        return [MenuEntry(item.title, self.menu_link(item).url) for item in self._config.menu]

    @property
    def feeds(self) -> list[Feed]:
        """The feeds of the whole site."""
        return self._feeds(SitePath("/"), self.title)

    def recent(self, n: int = 5) -> list[Card]:
        """Return the newest posts."""
        return list(self._index.posts[:n])

    def posts(self) -> list[Card]:
        """Return every post, newest first."""
        return list(self._index.posts)

    def pages(self) -> list[Card]:
        """Return every page that is no post, by title."""
        return list(self._index.pages)

    def page(self, path: str) -> Card:
        """Return the card of a source file; raises UnanswerableError where there is none."""
        card = self._index.by_path.get(SourcePath(path))
        if card is None:
            raise UnanswerableError(_unknown("page made from", path, self._index.by_path))
        return card

    def tagged(self, term: str, taxonomy: str = "tags") -> list[Card]:
        """Return the posts of a term, newest first; none where nothing carries it."""
        found = self._taxonomy(taxonomy).get(slug(term))
        return list(found.posts) if found else []

    def terms(self, taxonomy: str) -> list[Term]:
        """Return the terms of a taxonomy by name."""
        return [self._term(found) for found in self._taxonomy(taxonomy).values()]

    def term(self, taxonomy: str, term: str) -> Term:
        """Return one term by its slug; raises UnanswerableError where there is none."""
        found = self._taxonomy(taxonomy).get(term)
        if found is None:
            raise UnanswerableError(_unknown(f"term in {taxonomy}", term, self._taxonomy(taxonomy)))
        return self._term(found)

    def term_links(self, path: str) -> dict[str, list[TermLink]]:
        """Return the terms of a page, by taxonomy, in the order in which it names them."""
        card = self._index.by_path.get(SourcePath(path))
        links: dict[str, list[TermLink]] = {}
        for taxonomy, known in self._index.taxonomies.items():
            keys = dict.fromkeys(slug(name) for name in card.terms.get(taxonomy, ())) if card else {}
            links[taxonomy] = [
                TermLink(known[key].name, self._links.base.href(known[key].site_path)) for key in keys if key in known
            ]
        return links

    def around(self, page: Page | Card) -> Around:
        """Return the posts before (older) and after (newer) a page."""
        older, newer = self._index.around(SourcePath(page.path or ""))
        return Around(older, newer)

    def related(self, page: Page | Card, n: int = 3) -> list[Card]:
        """Return the posts that share most with a page."""
        card = self._index.by_path.get(SourcePath(page.path or ""))
        return self._index.related(card, n) if card is not None else []

    def series(self, page: Page | Card) -> Series | None:
        """Return the first series that a page belongs to."""
        card = self._index.by_path.get(SourcePath(page.path or ""))
        known = self._index.taxonomies.get("series", {})
        found = next((known[slug(n)] for n in (card.terms.get("series", ()) if card else ()) if slug(n) in known), None)
        if card is None or found is None:
            return None
        dated = [post for post in found.posts if post.date is not None]
        posts = [*reversed(dated), *(post for post in found.posts if post.date is None)]
        return Series(found.name, self._links.base.href(found.site_path), posts.index(card) + 1, posts)

    def asset(self, name: str) -> str:
        """Return the fingerprinted URL of a theme's static file; raises UnanswerableError where there is none."""
        if name not in self._assets:
            raise UnanswerableError(_unknown("file in the theme's static folder", name, self._assets))
        return self._links.base.href(self._assets[name])

    def link(self, path: str) -> str:
        """Return the URL of a file below content/; raises UnanswerableError where a link would be a problem."""
        return self._resolved(path).url

    def data(self, name: str) -> Any:
        """Return what a file below data/ holds; raises UnanswerableError where there is none."""
        return self._read_data(name)

    # ------------------------------------------------------------ for the renderer, not for templates

    def menu_link(self, item: MenuItem) -> Resolved:
        """Return where an entry of the menu leads: a full URL as it is, else as a link below content/ would."""
        if SCHEME.match(item.url) or item.url.startswith("//"):
            return Resolved(item.url, item.url)
        return self._links.resolve(free_reference(item.url.removeprefix(CONTENT), item.place), self._root())

    def menu_problems(self) -> list[Problem]:
        """Return what is wrong with the links of the menu, at their places in site.yaml."""
        found = [self.menu_link(item).problem for item in self._config.menu]
        return [msgspec.structs.replace(problem, path="site.yaml") for problem in found if problem is not None]

    def list_of(
        self, kind: Literal["home", "list", "term"], folder: str, taxonomy: str, term: str, number: int
    ) -> tuple[list[Card], Pager]:
        """Return one page of a list: its posts and its pager."""
        if kind == "term":
            found = self._taxonomy(taxonomy)[term]
            posts, first = found.posts, found.site_path
        elif kind == "list":
            text = self._index.list_texts.get(folder)
            posts = self._index.folders.get(folder, ())
            first = text.site_path if text else SitePath(folder_path(folder))
        else:
            posts, first = self._index.posts, SitePath("/")
        per_page = self._config.paginate
        pages = pages_of(len(posts), per_page)
        urls = [self._links.base.href(page_path(first, n)) for n in range(1, pages + 1)]
        pager = Pager(
            number=number,
            pages=pages,
            total=len(posts),
            previous=urls[number - 2] if number > 1 else None,
            next=urls[number] if number < pages else None,
            urls=urls,
        )
        return list(posts[(number - 1) * per_page : number * per_page]), pager

    def years(self) -> list[Year]:
        """Return all posts by year, newest first, those without a date last."""
        years: dict[int | None, list[Card]] = {}
        for post in self._index.posts:
            years.setdefault(post.date.year if post.date else None, []).append(post)
        return [Year(year, posts) for year, posts in years.items()]

    def feed_posts(self, taxonomy: str, term: str) -> tuple[str, SitePath, list[Card]]:
        """Return a feed's title, the page it belongs to and its posts: dated, newest first, as many as settings say."""
        if taxonomy:
            found = self._taxonomy(taxonomy)[term]
            title, home, posts = f"{found.name} - {self.title}", found.site_path, found.posts
        else:
            title, home, posts = self.title, SitePath("/"), self._index.posts
        return title, home, [post for post in posts if post.date is not None][: self._config.feeds.entries]

    def _root(self) -> Card:
        """Return a card that stands at the top of content/, for links that no page holds."""
        return Card(
            path=SourcePath(CONTENT + "index.md"),
            kind="home",
            site_path=SitePath("/"),
            url=self.url,
            permalink=self.permalink,
            title="",
        )

    def _taxonomy(self, taxonomy: str) -> dict[str, IndexedTerm]:
        if taxonomy not in self._index.taxonomies:
            raise UnanswerableError(_unknown("taxonomy", taxonomy, self._index.taxonomies))
        return self._index.taxonomies[taxonomy]

    def _term(self, found: IndexedTerm) -> Term:
        return Term(
            name=found.name,
            slug=found.slug,
            url=self._links.base.href(found.site_path),
            count=len(found.posts),
            feeds=self._feeds(found.site_path, f"{found.name} - {self.title}"),
        )

    def _feeds(self, folder: SitePath, title: str) -> list[Feed]:
        return [
            Feed(title, self._links.base.href(feed_path(folder, name)), MEDIA_TYPES[name])
            for name in feed_formats(self._config)
        ]

    def _resolved(self, path: str) -> Resolved:
        found = self._links.resolve(free_reference(path.removeprefix(CONTENT)), self._root())
        if found.problem is not None and found.problem.severity == "error":
            hint = f"; {found.problem.hint}" if found.problem.hint else ""
            raise UnanswerableError(found.problem.message + hint)
        return found


def _unknown(what: str, name: str, known: Mapping[Any, Any]) -> str:
    hint = did_you_mean(name, [str(key) for key in known])
    return f"there is no {what} '{name}'" + (f"; {hint}" if hint else "")
