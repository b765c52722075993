"""Answers to the questions that templates and the renderer put about the site.

Each answer is a pure function of the index, the link table, the settings and the question, and is a frozen value or a
list of such, so that it has a digest. `Answers.answer` is the one entrance: a question is a name and its arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.model import Card, Reference, TermLink
from proofpress.paths import SitePath, SourcePath, slug
from proofpress.problems import did_you_mean
from proofpress.site.cards import folder_path
from proofpress.site.links import CONTENT, Links, Resolved, free_reference
from proofpress.site.plan import pages_of
from proofpress.site.view import Around, MenuEntry, Pager, Series, Term, UnanswerableError, Year, feeds_of
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proofpress.config import Config, MenuItem
    from proofpress.problems import Problem
    from proofpress.site.index import IndexedTerm, Site
    from proofpress.site.view import Question


class FeedPosts(msgspec.Struct, frozen=True):
    """What a feed is about: its title, the page that it belongs to, and the paths of its posts."""

    title: str
    home: SitePath
    posts: list[Card]


class ListPage(msgspec.Struct, frozen=True):
    """One page of a list that is split."""

    posts: list[Card]
    pager: Pager


class Answers:
    """The site, asked."""

    def __init__(
        self,
        index: Site,
        links: Links,
        config: Config,
        assets: Mapping[str, SitePath],
        read_data: Callable[[str], Any],
        bodies: Mapping[SourcePath, bytes],
    ) -> None:
        """Look at an index.

        `assets` are fingerprinted site paths, `read_data` reads a file below data/, `bodies` are the bodies' digests.
        """
        self._bodies = bodies
        self._index = index
        self._links = links
        self._config = config
        self._assets = assets
        self._read_data = read_data

    def answer(self, question: Question) -> Any:
        """Return the answer to a question. Raises UnanswerableError for what isn't there."""
        return getattr(self, f"answer_{question[0]}")(*question[1:])

    # ------------------------------------------------------------ what templates ask

    def answer_menu(self) -> list[MenuEntry]:
        """Return the settings' menu, its files resolved."""
        return [MenuEntry(item.title, self.menu_link(item).url) for item in self._config.menu]

    def answer_recent(self, count: str) -> list[Card]:
        """Return the newest posts."""
        return list(self._index.posts[: int(count)])

    def answer_posts(self) -> list[Card]:
        """Return every post, newest first."""
        return list(self._index.posts)

    def answer_pages(self) -> list[Card]:
        """Return every page that is no post, by title."""
        return list(self._index.pages)

    def answer_page(self, path: str) -> Card:
        """Return the card of a source file; raises UnanswerableError where there is none."""
        card = self._index.by_path.get(SourcePath(path))
        if card is None:
            raise UnanswerableError(_unknown("page made from", path, self._index.by_path))
        return card

    def answer_tagged(self, term: str, taxonomy: str) -> list[Card]:
        """Return the posts of a term, newest first; none where nothing carries it."""
        found = self._taxonomy(taxonomy).get(slug(term))
        return list(found.posts) if found else []

    def answer_terms(self, taxonomy: str) -> list[Term]:
        """Return the terms of a taxonomy by name."""
        return [self._term(found) for found in self._taxonomy(taxonomy).values()]

    def answer_term(self, taxonomy: str, term: str) -> Term:
        """Return one term by its slug; raises UnanswerableError where there is none."""
        found = self._taxonomy(taxonomy).get(term)
        if found is None:
            raise UnanswerableError(_unknown(f"term in {taxonomy}", term, self._taxonomy(taxonomy)))
        return self._term(found)

    def answer_term_links(self, path: str) -> dict[str, list[TermLink]]:
        """Return the terms of a page, by taxonomy, in the order in which it names them."""
        card = self._index.by_path.get(SourcePath(path))
        links: dict[str, list[TermLink]] = {}
        for taxonomy, known in self._index.taxonomies.items():
            keys = dict.fromkeys(slug(name) for name in card.terms.get(taxonomy, ())) if card else {}
            links[taxonomy] = [
                TermLink(known[key].name, self._links.base.href(known[key].site_path)) for key in keys if key in known
            ]
        return links

    def answer_around(self, path: str) -> Around:
        """Return the posts before (older) and after (newer) a page."""
        older, newer = self._index.around(SourcePath(path))
        return Around(older, newer)

    def answer_related(self, path: str, count: str) -> list[Card]:
        """Return the posts that share most with a page."""
        card = self._index.by_path.get(SourcePath(path))
        return self._index.related(card, int(count)) if card is not None else []

    def answer_series(self, path: str) -> Series | None:
        """Return the first series that a page belongs to."""
        card = self._index.by_path.get(SourcePath(path))
        known = self._index.taxonomies.get("series", {})
        found = next((known[slug(n)] for n in (card.terms.get("series", ()) if card else ()) if slug(n) in known), None)
        if card is None or found is None:
            return None
        dated = [post for post in found.posts if post.date is not None]
        posts = [*reversed(dated), *(post for post in found.posts if post.date is None)]
        return Series(found.name, self._links.base.href(found.site_path), posts.index(card) + 1, posts)

    def answer_asset(self, name: str) -> str:
        """Return the fingerprinted URL of a theme's static file; raises UnanswerableError where there is none."""
        if name not in self._assets:
            raise UnanswerableError(_unknown("file in the theme's static folder", name, self._assets))
        return self._links.base.href(self._assets[name])

    def answer_url(self, path: str) -> str:
        """Return the URL of a file below content/; raises UnanswerableError where a link would be an error."""
        found = self._links.resolve(free_reference(path.removeprefix(CONTENT)), self._root())
        if found.problem is not None and found.problem.severity == "error":
            hint = f"; {found.problem.hint}" if found.problem.hint else ""
            raise UnanswerableError(found.problem.message + hint)
        return found.url

    def answer_data(self, name: str) -> Any:
        """Return what a file below data/ holds; raises UnanswerableError where there is none."""
        return self._read_data(name)

    # ------------------------------------------------------------ what the renderer asks

    def answer_link(self, path: str, href: str, kind: str, raw: str) -> Resolved:
        """Return where a link of a page leads; its problem, if it has one, stands at line 1 until it is placed."""
        page = self._index.by_path.get(SourcePath(path)) or self._root()
        reference = Reference(href, "image" if kind == "image" else "link", 1, 1, 1, bool(raw))
        return self._links.resolve(reference, page)

    def answer_list(self, kind: str, of: str, term: str, number: str) -> ListPage:
        """Return one page of a list: of the home page, of a folder (`of`), or of a taxonomy's (`of`) term."""
        if kind == "term":
            found = self._taxonomy(of)[term]
            posts, first = found.posts, found.site_path
        elif kind == "list":
            text = self._index.list_texts.get(of)
            posts = self._index.folders.get(of, ())
            first = text.site_path if text else SitePath(folder_path(of))
        else:
            posts, first = self._index.posts, SitePath("/")
        at, size = int(number), self._config.paginate
        pager = Pager(at, pages_of(len(posts), size), len(posts), self._links.base.href(first))
        return ListPage(list(posts[(at - 1) * size : at * size]), pager)

    def answer_years(self) -> list[Year]:
        """Return all posts by year, newest first, those without a date last."""
        years: dict[int | None, list[Card]] = {}
        for post in self._index.posts:
            years.setdefault(post.date.year if post.date else None, []).append(post)
        return [Year(year, posts) for year, posts in years.items()]

    def answer_feed(self, taxonomy: str, term: str) -> FeedPosts:
        """Return what a feed carries: dated posts, newest first, as many as the settings say."""
        if taxonomy:
            found = self._taxonomy(taxonomy)[term]
            title, home, posts = f"{found.name} - {self._config.title}", found.site_path, found.posts
        else:
            title, home, posts = self._config.title, SitePath("/"), self._index.posts
        return FeedPosts(title, home, [post for post in posts if post.date is not None][: self._config.feeds.entries])

    def answer_body(self, path: str) -> bytes:
        """Return the digest of a document's body, for who shows it."""
        found = self._bodies.get(SourcePath(path))
        if found is None:
            raise UnanswerableError(_unknown("body of", path, self._bodies))
        return found

    # ------------------------------------------------------------

    def menu_link(self, item: MenuItem) -> Resolved:
        """Return where an entry of the menu leads: a full URL as it is, else as a link below content/ would."""
        if not read(item.url).local:
            return Resolved(item.url, item.url)
        return self._links.resolve(free_reference(item.url.removeprefix(CONTENT), item.place), self._root())

    def menu_problems(self) -> list[Problem]:
        """Return what is wrong with the links of the menu, at their places in site.yaml."""
        found = [self.menu_link(item).problem for item in self._config.menu]
        return [msgspec.structs.replace(problem, path="site.yaml") for problem in found if problem is not None]

    def _root(self) -> Card:
        """Return a card that stands at the top of content/, for links that no page holds."""
        return Card(
            path=SourcePath(CONTENT + "index.md"),
            kind="home",
            site_path=SitePath("/"),
            url=self._links.base.href("/"),
            permalink=self._links.base.absolute("/"),
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
            feeds=feeds_of(self._config, found.site_path, f"{found.name} - {self._config.title}"),
        )


def _unknown(what: str, name: str, known: Mapping[Any, Any]) -> str:
    hint = did_you_mean(name, [str(key) for key in known])
    return f"there is no {what} '{name}'" + (f"; {hint}" if hint else "")
