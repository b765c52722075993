"""What may be asked about the site: each question one frozen value, which knows how to find its answer.

Templates ask through `site.view`, the renderer and the kinds of output ask directly. An answer is a pure function of
what is `Known` and of the question, and a frozen value or a list of such, so that it has a digest. A page keeps its
questions with the digests of their answers, and is made again when one of them has another.

A new question is a class here, with its `words` for a person, and its name in `ANY`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import msgspec

from proofpress.config import Config, MenuItem
from proofpress.model import Card, Reference, TermLink
from proofpress.paths import SitePath, SourcePath, slug
from proofpress.problems import Problem, did_you_mean
from proofpress.site import values
from proofpress.site.editions import ListKind, list_of, list_path, within
from proofpress.site.index import IndexedTerm, Site, newest_first
from proofpress.site.links import CONTENT, Links, Resolved, asker, free_reference, own_fragment
from proofpress.site.lists import home_of, page_size, pages_of
from proofpress.site.values import UnanswerableError
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.engine.steps import Ask

    AskSite = Ask["Known"]


def none_asked(name: str, _fields: str, _site: Site) -> Any:
    """Answer no question of a plugin: for a site without any."""
    raise UnanswerableError(f"no plugin has a question '{name}'")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All that answers are found in."""

    site: Site
    links: Links
    config: Config
    assets: dict[str, SitePath]
    """Where the theme's files are published, by name."""
    read_data: Any
    """Callable[[str], Any]: reads a file below data/; raises UnanswerableError for one that isn't there or has a fault."""
    bodies: dict[SourcePath, bytes]
    """The digest of each document's body."""
    plugins: Callable[[str, str, Site], Any] = none_asked
    """Answers a question of a plugin, by its name and its fields; raises UnanswerableError where it can't."""

    def taxonomy(self, taxonomy: str, language: str = "") -> dict[str, IndexedTerm]:
        """Return the terms of a taxonomy by slug; raises UnanswerableError where there is none of that name."""
        found = self.site.edition(language).taxonomies
        if taxonomy not in found:
            raise UnanswerableError(_unknown("taxonomy", taxonomy, found))
        return found[taxonomy]

    def title(self, language: str) -> str:
        """Return what the site is called in a language."""
        return within(self.config, language).title

    def page_of(self, posts: Sequence[Card], first: SitePath, number: int, size: int) -> values.ListPage:
        """Return one page of a list that begins at `first`, with `size` posts to a page."""
        pager = values.Pager(number, pages_of(len(posts), size), len(posts), self.links.base.href(first))
        return values.ListPage(list(posts[(number - 1) * size : number * size]), pager)

    def feed(self, title: str, home: SitePath, posts: Sequence[Card]) -> values.FeedPosts:
        """Return a feed of posts that stand newest first: those with a date, as many as the settings say."""
        dated = [post for post in posts if post.date is not None]
        return values.FeedPosts(title, home, dated[: self.config.feeds.entries])

    def term(self, found: IndexedTerm, language: str) -> values.Term:
        """Return a term as templates see it."""
        return values.Term(
            name=found.name,
            slug=found.slug,
            url=self.links.base.href(found.site_path),
            count=len(found.posts),
            feeds=values.feeds_of(self.config, found.site_path, f"{found.name} - {self.title(language)}"),
        )

    @property
    def root(self) -> Card:
        """A card that stands at the top of content/, for links that no page holds."""
        return Card(
            path=SourcePath(CONTENT + "index.md"),
            kind="home",
            site_path=SitePath("/"),
            url=self.links.base.href("/"),
            permalink=self.links.base.absolute("/"),
            title="",
        )

    def menu_link(self, item: MenuItem) -> Resolved:
        """Return where an entry of the menu leads: a full URL as it is, else as a link below content/ would."""
        if not read(item.url).local:
            return Resolved(item.url, item.url)
        return self.links.resolve(free_reference(item.url.removeprefix(CONTENT), item.place), self.root)

    def list_path(self, folder: str, language: str = "") -> SitePath:
        """Return where the list of a folder below content/ begins."""
        return list_path(self.site.edition(language), folder)

    def menu_problems(self) -> list[Problem]:
        """Return what is wrong with the links of the menus, at their places in site.yaml."""
        menus = [self.config.menu, *(one.menu or () for one in self.config.languages)]
        found = [self.menu_link(item).problem for menu in menus for item in menu]
        return [
            msgspec.structs.replace(problem, path="site.yaml", edits=()) for problem in found if problem is not None
        ]


def _name(class_name: str) -> str:
    """Return a question's name as it is kept and told: `TermsOf` is `terms_of`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", class_name).lower()


class Asked(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=_name):
    """A question about the site."""

    @property
    def words(self) -> str:
        """What is asked for, as the subject of `… changed`, seen from the page that asks."""
        raise AssertionError(f"{type(self).__name__} has no words for what it asks")

    def __str__(self) -> str:
        """Return the question as a person reads it: `around('content/posts/a.md')`."""
        fields = (getattr(self, name) for name in self.__struct_fields__)
        return f"{self.__struct_config__.tag}({', '.join(repr(value) for value in fields if value or value == 0)})"


# ---------------------------------------------------------------- what templates ask


class Menu(Asked, frozen=True):
    """The settings' menu, its files resolved."""

    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "the menu"

    def answer(self, known: Known) -> list[values.MenuEntry]:
        """Return its entries in their order."""
        folders = known.site.edition(self.language).folders
        lists = {known.links.base.href(known.list_path(folder, self.language)): folder for folder in folders}
        menu = within(known.config, self.language).menu
        urls = [known.menu_link(item).url for item in menu]
        return [values.MenuEntry(item.title, url, lists.get(url)) for item, url in zip(menu, urls, strict=True)]


class Recent(Asked, frozen=True):
    """The newest posts."""

    count: int
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "the newest posts"

    def answer(self, known: Known) -> list[Card]:
        """Return as many as there are, `count` at most."""
        return list(known.site.edition(self.language).posts[: self.count])


class Posts(Asked, frozen=True):
    """Every post."""

    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "the list of all posts"

    def answer(self, known: Known) -> list[Card]:
        """Return them newest first."""
        return list(known.site.edition(self.language).posts)


class Pages(Asked, frozen=True):
    """Every page that is no post."""

    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "the list of pages"

    def answer(self, known: Known) -> list[Card]:
        """Return them by title."""
        return list(known.site.edition(self.language).pages)


class Page(Asked, frozen=True):
    """The page that is made from a source file."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"what is known of {self.path}"

    def answer(self, known: Known) -> Card:
        """Return its card; raises UnanswerableError where there is none."""
        card = known.site.by_path.get(SourcePath(self.path))
        if card is None:
            raise UnanswerableError(_unknown("page made from", self.path, known.site.by_path))
        return card


class Tagged(Asked, frozen=True):
    """The posts of a term, given as it is written."""

    term: str
    taxonomy: str
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the posts of '{self.term}'"

    def answer(self, known: Known) -> list[Card]:
        """Return them newest first; none where nothing carries the term."""
        found = known.taxonomy(self.taxonomy, self.language).get(slug(self.term))
        return list(found.posts) if found else []


class Terms(Asked, frozen=True):
    """The terms of a taxonomy."""

    taxonomy: str
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the list of {self.taxonomy}"

    def answer(self, known: Known) -> list[values.Term]:
        """Return them by name."""
        return [known.term(found, self.language) for found in known.taxonomy(self.taxonomy, self.language).values()]


class Term(Asked, frozen=True):
    """One term, by its slug."""

    taxonomy: str
    slug: str
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"'{self.slug}' of {self.taxonomy}"

    def answer(self, known: Known) -> values.Term:
        """Return it; raises UnanswerableError where there is none."""
        terms = known.taxonomy(self.taxonomy, self.language)
        found = terms.get(self.slug)
        if found is None:
            raise UnanswerableError(_unknown(f"term in {self.taxonomy}", self.slug, terms))
        return known.term(found, self.language)


class TermsOf(Asked, frozen=True):
    """The terms of a page."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return "how its tags are called, or where they lead,"

    def answer(self, known: Known) -> dict[str, list[TermLink]]:
        """Return them by taxonomy, in the order in which the page names them."""
        card = known.site.by_path.get(SourcePath(self.path))
        links: dict[str, list[TermLink]] = {}
        for taxonomy, terms in known.site.edition_of(self.path).taxonomies.items():
            keys = dict.fromkeys(slug(name) for name in card.terms.get(taxonomy, ())) if card else {}
            links[taxonomy] = [
                TermLink(terms[key].name, known.links.base.href(terms[key].site_path)) for key in keys if key in terms
            ]
        return links


class Around(Asked, frozen=True):
    """A post's neighbours in time."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its neighbours"

    def answer(self, known: Known) -> values.Around:
        """Return the posts before (older) and after (newer) it."""
        older, newer = known.site.edition_of(self.path).around(SourcePath(self.path))
        return values.Around(older, newer)


class Related(Asked, frozen=True):
    """The posts that share most with a page."""

    path: str
    count: int

    @property
    def words(self) -> str:
        """Return it in words."""
        return "the posts related to it"

    def answer(self, known: Known) -> list[Card]:
        """Return them, those that share most first."""
        card = known.site.by_path.get(SourcePath(self.path))
        return known.site.edition_of(self.path).related(card, self.count) if card is not None else []


class Series(Asked, frozen=True):
    """The first series that a page belongs to."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its series"

    def answer(self, known: Known) -> values.Series | None:
        """Return it as the page sees it; None for a page that is in none."""
        card = known.site.by_path.get(SourcePath(self.path))
        terms = known.site.edition_of(self.path).taxonomies.get("series", {})
        found = next((terms[slug(n)] for n in (card.terms.get("series", ()) if card else ()) if slug(n) in terms), None)
        if card is None or found is None or card not in found.posts:
            return None
        dated = [post for post in found.posts if post.date is not None]
        posts = [*reversed(dated), *(post for post in found.posts if post.date is None)]
        return values.Series(found.name, known.links.base.href(found.site_path), posts.index(card) + 1, posts)


class Translations(Asked, frozen=True):
    """The forms of a page in all languages, its own among them."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its translations"

    def answer(self, known: Known) -> list[Card]:
        """Return them, the original first; none where there is but the one."""
        return list(known.site.translations.get(SourcePath(self.path), ()))


class Counterparts(Asked, frozen=True):
    """Where a list stands in each language of the site: that of a folder, a taxonomy or a term, by its name."""

    kind: ListKind
    name: str = ""
    term: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "which languages it can be had in,"

    def answer(self, known: Known) -> list[values.Counterpart]:
        """Return one for each language, the site's own first: the list, or else the home page of the language."""
        found = []
        for edition in known.site.editions:
            said = within(known.config, edition.language)
            own = list_of(edition, self.kind, self.name, self.term)
            site_path = own if own is not None else home_of(edition.language)
            base = known.links.base
            urls = base.href(site_path), base.absolute(site_path)
            found.append(values.Counterpart(said.language, edition.language, said.title, *urls, own is not None))
        return found


class Published(Asked, frozen=True):
    """The first of some site paths at which something is published."""

    paths: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its social card"

    def answer(self, known: Known) -> str:
        """Return its full URL; empty for none."""
        found = next((path for path in self.paths if unquote(path) in known.links.urls), None)
        return known.links.base.absolute(SitePath(found)) if found is not None else ""


class Asset(Asked, frozen=True):
    """A static file of the theme."""

    name: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the theme's file '{self.name}'"

    def answer(self, known: Known) -> str:
        """Return its fingerprinted URL, or that of a file in the site's static/ folder; UnanswerableError for neither."""
        if self.name not in known.assets:
            copied = known.site.files.get(SourcePath(f"static/{self.name}"))
            if copied is not None:
                return known.links.base.href(copied.site_path)
            own = (path.removeprefix("static/") for path in known.site.files if path.startswith("static/"))
            hint = did_you_mean(self.name, [*known.assets, *own])
            message = f"there is no file '{self.name}' in templates/static/, static/ or the theme"
            raise UnanswerableError(message + (f"; {hint}" if hint else ""))
        return known.links.base.href(known.assets[self.name])


class Url(Asked, frozen=True):
    """Where a file below content/ is published."""

    path: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the address of {self.path}"

    def answer(self, known: Known) -> str:
        """Return its URL; raises UnanswerableError where a link would be an error."""
        found = known.links.resolve(free_reference(self.path.removeprefix(CONTENT)), known.root)
        if found.problem is not None and found.problem.severity == "error":
            hint = f"; {found.problem.hint}" if found.problem.hint else ""
            raise UnanswerableError(found.problem.message + hint)
        return found.url


class Data(Asked, frozen=True):
    """A file below data/."""

    name: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"data/{self.name}"

    def answer(self, known: Known) -> Any:
        """Return what it holds; raises UnanswerableError where there is none."""
        return known.read_data(self.name)


# ---------------------------------------------------------------- what the renderer and the kinds of output ask


class Link(Asked, frozen=True):
    """Where a link leads that stands on a page; no page for a link from the root, which is the same on every one."""

    path: str
    href: str
    kind: Literal["link", "image"]
    raw: bool = False

    @property
    def words(self) -> str:
        """Return what may be new: of an image its size too."""
        return f"its image '{self.href}'" if self.kind == "image" else f"where its link to '{self.href}' leads"

    def answer(self, known: Known) -> Resolved:
        """Return it; its problem, if it has one, stands at line 1 until it is placed."""
        page = known.site.by_path.get(SourcePath(self.path)) or known.root
        return known.links.resolve(Reference(self.href, self.kind, 1, 1, 1, self.raw), page)


def led_to(reference: Reference, card: Card, anchors: Sequence[str], ask: AskSite) -> Resolved:
    """Return where a reference of a document's text leads. What stays on its page depends on the page alone: nobody is asked."""
    if reference.href.startswith("#"):
        return own_fragment(reference, card, anchors)
    return ask(Link(asker(reference, card), reference.href, reference.kind, reference.raw))


class HomeList(Asked, frozen=True):
    """One page of the home page's list."""

    number: int
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its list of posts"

    def answer(self, known: Known) -> values.ListPage:
        """Return its posts and where it stands among its pages."""
        return known.page_of(
            known.site.edition(self.language).home, home_of(self.language), self.number, known.config.paginate
        )


class FolderList(Asked, frozen=True):
    """One page of the list of a folder below content/."""

    folder: str
    number: int
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its list of posts"

    def answer(self, known: Known) -> values.ListPage:
        """Return its posts and where it stands among its pages."""
        posts = known.site.edition(self.language).folders.get(self.folder, ())
        size = page_size(known.config, self.folder)
        return known.page_of(posts, known.list_path(self.folder, self.language), self.number, size)


class TermList(Asked, frozen=True):
    """One page of the list of a term, by its slug."""

    taxonomy: str
    term: str
    number: int
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its list of posts"

    def answer(self, known: Known) -> values.ListPage:
        """Return its posts and where it stands among its pages."""
        found = known.taxonomy(self.taxonomy, self.language)[self.term]
        return known.page_of(found.posts, found.site_path, self.number, known.config.paginate)


class Years(Asked, frozen=True):
    """All posts by year."""

    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its list of posts by year"

    def answer(self, known: Known) -> list[values.Year]:
        """Return the years newest first, the posts without a date last."""
        years: dict[int | None, list[Card]] = {}
        for post in known.site.edition(self.language).posts:
            years.setdefault(post.date.year if post.date else None, []).append(post)
        return [values.Year(year, posts) for year, posts in years.items()]


class SiteFeed(Asked, frozen=True):
    """What the feed of the whole site carries."""

    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its entries"

    def answer(self, known: Known) -> values.FeedPosts:
        """Return what the home page lists."""
        return known.feed(known.title(self.language), home_of(self.language), known.site.edition(self.language).home)


class TermFeed(Asked, frozen=True):
    """What the feed of a term carries."""

    taxonomy: str
    term: str
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its entries"

    def answer(self, known: Known) -> values.FeedPosts:
        """Return its posts."""
        found = known.taxonomy(self.taxonomy, self.language)[self.term]
        return known.feed(f"{found.name} - {known.title(self.language)}", found.site_path, found.posts)


class FolderFeed(Asked, frozen=True):
    """What the feed of a folder below content/ carries, under a title."""

    folder: str
    title: str
    language: str = ""

    @property
    def words(self) -> str:
        """Return it in words."""
        return "its entries"

    def answer(self, known: Known) -> values.FeedPosts:
        """Return its posts, newest first in whatever order its list has them."""
        posts = sorted(known.site.edition(self.language).folders.get(self.folder, ()), key=newest_first)
        home = known.list_path(self.folder, self.language)
        return known.feed(f"{self.title} - {known.title(self.language)}", home, posts)


class Body(Asked, frozen=True):
    """The text of a document, for who shows it."""

    path: SourcePath

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the text of {self.path}"

    def answer(self, known: Known) -> bytes:
        """Return its digest."""
        found = known.bodies.get(self.path)
        if found is None:
            raise UnanswerableError(_unknown("body of", self.path, known.bodies))
        return found


class OfPlugin(Asked, frozen=True):
    """A question of a plugin, as traces keep it: the name of its class, and its fields as JSON."""

    name: str
    fields: str

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"the answer to {self}"

    def __str__(self) -> str:
        """Return it as the plugin has it: `Rank{"tag":"gpu"}`."""
        return f"{self.name}{self.fields}"

    def answer(self, known: Known) -> Any:
        """Return what the plugin answers."""
        return known.plugins(self.name, self.fields, known.site)


ANY = (
    Menu | Recent | Posts | Pages | Page | Tagged | Terms | Term | TermsOf | Around | Related | Series | Translations | Counterparts | Asset | Url | Data
    | Link | HomeList | FolderList | TermList | Years | SiteFeed | TermFeed | FolderFeed | Body | Published
    | OfPlugin
)  # fmt: skip
"""The type of a question that was kept, to read it back."""


def _unknown(what: str, name: str, known: Mapping[Any, Any]) -> str:
    hint = did_you_mean(name, [str(key) for key in known])
    return f"there is no {what} '{name}'" + (f"; {hint}" if hint else "")
