"""The index: every card in its order, the terms of each taxonomy, and who stands beside whom.

Building it is the one barrier of a build. It holds cards, never HTML, and answers in memory; the templates' view of it
is `site.view`.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.model import Card, File, Place
from proofpress.paths import SitePath, SourcePath, encode, slug
from proofpress.rules.site import EMPTY_SLUG, SAME_TERM
from proofpress.site.lists import home_of, spoken
from proofpress.site.translations import forms, originals

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from proofpress.config import Config
    from proofpress.problems import Problem

RELATED_WINDOW = 24
"""How many posts on either side, within a shared term, are looked at for related ones: keeps the work linear."""


class IndexedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term of a taxonomy, and its posts, newest first."""

    taxonomy: str
    name: str
    slug: str
    site_path: SitePath
    posts: tuple[Card, ...]
    positions: tuple[int, ...]
    """Where these stand among the posts of the site."""


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """The lists of one language: its posts in their order, and who stands beside whom."""

    language: str = ""
    """Its tag; of the site's own none."""
    posts: tuple[Card, ...]
    """Newest first; those without a date last."""
    home: tuple[Card, ...]
    """What the home page lists, newest first: the posts, but for what the settings say of sections."""
    pages: tuple[Card, ...]
    """By title; neither posts nor the texts of lists."""
    taxonomies: dict[str, dict[str, IndexedTerm]]
    """By taxonomy and slug; terms in the order of their names."""
    folders: dict[str, tuple[Card, ...]]
    """By folder below content/ that holds posts directly or further down: its posts, newest first.

    Of a section: all documents that it holds, pages too, in the order that the settings name.
    """
    list_texts: dict[str, Card]
    """By folder: the card of the index.md that introduces the list."""
    positions: dict[SourcePath, int]
    """Where each post stands in `posts`."""

    def around(self, path: SourcePath) -> tuple[Card | None, Card | None]:
        """Return the post before (older) and the post after (newer) one, or None where there is none."""
        at = self.positions.get(path)
        if at is None:
            return None, None
        older = self.posts[at + 1] if at + 1 < len(self.posts) else None
        return older, self.posts[at - 1] if at > 0 else None

    def related(self, card: Card, count: int) -> list[Card]:
        """Return the posts that share most with one: each shared term counts the more, the fewer posts carry it.

        The weight of a term carried by n of N posts is log(1 + N/n), the inverse document frequency of information
        retrieval. Ties go to the post nearer in order.
        """
        scores: dict[int, float] = defaultdict(float)
        own = self.positions.get(card.path, 0)
        for taxonomy, names in card.terms.items():
            for term in {slug(name) for name in names}:
                found = self.taxonomies.get(taxonomy, {}).get(term)
                if found is None:
                    continue
                weight = math.log(1 + len(self.posts) / len(found.positions))
                at = bisect_left(found.positions, own)
                for other in found.positions[max(0, at - RELATED_WINDOW) : at + RELATED_WINDOW + 1]:
                    scores[other] += weight
        if card.path in self.positions:
            scores.pop(own, None)
        least = heapq.nlargest(count, scores.values())[-1:]
        near = [(at, score) for at, score in scores.items() if score >= least[0] - 1e-8] if least else []
        best = heapq.nsmallest(count, [(-round(score, 9), abs(at - own), at) for at, score in near])
        return [self.posts[at] for _, _, at in best]


class Site(Edition, frozen=True, kw_only=True):
    """All that is known of the site once every document is read. Its own lists are those of its own language."""

    by_path: dict[SourcePath, Card]
    files: dict[SourcePath, File]
    hidden: frozenset[SourcePath]
    """Drafts and posts of the future, which this build leaves out."""
    translations: dict[SourcePath, tuple[Card, ...]]
    """Of each document that has any: all forms of it, its own among them, the original first."""
    others: dict[str, Edition]
    """By its tag: each other language that the settings name and that a document is in."""

    @property
    def editions(self) -> tuple[Edition, ...]:
        """All languages, the site's own first."""
        return (self, *self.others.values())

    @property
    def all_posts(self) -> Iterator[Card]:
        """The posts of all languages, newest first in each."""
        for edition in self.editions:
            yield from edition.posts

    def edition(self, language: str) -> Edition:
        """Return the lists of a language by its tag; the site's own where it has none of its own."""
        return self.others.get(language, self)

    def edition_of(self, path: str) -> Edition:
        """Return the lists that a document is among, by its path; the site's own for what is no document."""
        card = self.by_path.get(SourcePath(path))
        return self.edition(spoken(card.language, self.others)) if card is not None and self.others else self


def is_hidden(card: Card, now: dt.datetime, *, drafts: bool, future: bool) -> bool:
    """Return whether a build at `now` leaves a page out: a draft, or a post whose time has not come."""
    return (card.draft and not drafts) or (card.is_post and not future and card.date is not None and card.date > now)


def newest_first(card: Card) -> tuple[bool, float, SourcePath]:
    """Return what cards are sorted by so that the newest comes first, and those without a date last."""
    return card.date is None, -card.date.timestamp() if card.date else 0.0, card.path


_ORDERS: Final[Mapping[str, Callable[[Card], Any]]] = {
    "newest": newest_first,
    "oldest": lambda card: (card.date is None, card.date.timestamp() if card.date else 0.0, card.path),
    "title": lambda card: (card.title.casefold(), card.path),
    "path": lambda card: card.path,
}


def index(
    cards: Iterable[Card],
    *,
    folders: Mapping[SourcePath, str],
    hidden: Iterable[SourcePath],
    config: Config,
    files: Mapping[SourcePath, File],
    places: Mapping[SourcePath, Mapping[str, Place]],
) -> tuple[Site, list[Problem]]:
    """Put every card in its order and its terms, by its language where that is one of the settings' others.

    `folders` tells each document's folder below content/; `places` where its front matter's values stand.
    """
    cards = sorted(cards, key=lambda card: card.path)
    by_path = {card.path: card for card in cards}
    translates, problems = originals(by_path, frozenset(hidden), places)
    languages = [language.tag for language in config.languages]
    by_language: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        own = spoken(card.language, languages)
        # Where its language has no lists, a text is listed once, as the original, whose page leads to the others.
        if own or card.path not in translates or spoken(by_path[translates[card.path]].language, languages):
            by_language[own].append(card)
    lists: dict[str, dict[str, Any]] = {}
    for language in ("", *(tag for tag in languages if tag in by_language)):
        lists[language], found = _lists(by_language[language], language, folders=folders, config=config, places=places)
        problems += found
    site = Site(
        **lists.pop(""),
        by_path=by_path,
        files=dict(files),
        hidden=frozenset(hidden),
        translations=forms(by_path, translates, [card for card in cards if card.path not in translates]),
        others={language: Edition(**own) for language, own in lists.items()},
    )
    return site, problems


def _lists(
    cards: Sequence[Card],
    language: str,
    *,
    folders: Mapping[SourcePath, str],
    config: Config,
    places: Mapping[SourcePath, Mapping[str, Place]],
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the fields of an Edition, and what is wrong with its terms."""
    listed = [card for card in cards if card.listed]
    posts = sorted((card for card in listed if card.is_post), key=newest_first)
    by_folder: dict[str, list[Card]] = defaultdict(list)
    for post in posts:
        for folder in _above(folders[post.path]):
            by_folder[folder].append(post)
    at_home = {post.path: post for post in posts}
    for folder, section in sorted(
        config.sections.items()
    ):  # a folder comes before those in it, which may say otherwise
        members = [card for card in listed if not card.is_list and folder in _above(folders[card.path])]
        if members:
            by_folder[folder] = sorted(members, key=_ORDERS[section.order])
        if section.home is not None:
            for card in members:
                if section.home:
                    at_home[card.path] = card
                else:
                    at_home.pop(card.path, None)
    found_taxonomies, problems = _taxonomies(posts, config.taxonomies, places, language)
    own = {
        "language": language,
        "posts": tuple(posts),
        "home": tuple(sorted(at_home.values(), key=newest_first)),
        "pages": tuple(
            sorted(
                (c for c in listed if not c.is_post and not c.is_list),
                key=lambda card: (card.title.casefold(), card.path),
            )
        ),
        "taxonomies": found_taxonomies,
        "folders": {folder: tuple(by_folder[folder]) for folder in sorted(by_folder)},
        "list_texts": {folders[card.path]: card for card in cards if card.is_list},
        "positions": {post.path: number for number, post in enumerate(posts)},
    }
    return own, problems


def _above(folder: str) -> Iterator[str]:
    """Give a folder below content/ and each that it lies in."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _taxonomies(
    posts: Sequence[Card],
    taxonomies: Sequence[str],
    places: Mapping[SourcePath, Mapping[str, Place]],
    language: str,
) -> tuple[dict[str, dict[str, IndexedTerm]], list[Problem]]:
    """Gather the posts of each term. Terms that differ only in case or punctuation are one, with a warning."""
    problems: list[Problem] = []
    found: dict[str, dict[str, IndexedTerm]] = {}
    positions = {post.path: number for number, post in enumerate(posts)}
    for taxonomy in taxonomies:
        members: dict[str, dict[SourcePath, Card]] = defaultdict(dict)
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        uses: list[tuple[str, str, SourcePath, Place]] = []
        for post in posts:
            for number, name in enumerate(post.terms.get(taxonomy, ())):
                own = places.get(post.path, {})
                place = own.get(f"{taxonomy}.{number}") or own.get(taxonomy) or Place(1, 1, 0)
                key = slug(name)
                if not key:
                    problems.append(EMPTY_SLUG.term(name, taxonomy).at(post.path, place))
                    continue
                members[key][post.path] = post
                spellings[key][name] += 1
                uses.append((key, name, post.path, place))
        chosen = {key: min(names, key=lambda name: (-names[name], name)) for key, names in spellings.items()}
        problems += [
            SAME_TERM.spelt(path, place, name, chosen[key], key, taxonomy)
            for key, name, path, place in uses
            if name != chosen[key]
        ]
        found[taxonomy] = {
            key: IndexedTerm(
                taxonomy=taxonomy,
                name=chosen[key],
                slug=key,
                site_path=term_path(taxonomy, key, language),
                posts=tuple(members[key].values()),
                positions=tuple(sorted(positions[path] for path in members[key])),
            )
            for key in sorted(chosen, key=lambda key: (chosen[key].casefold(), key))
        }
    return found, problems


def taxonomy_path(taxonomy: str, language: str = "") -> SitePath:
    """Return where the list of a taxonomy's terms is: `/tags/`."""
    return SitePath(f"{home_of(language)}{encode(slug(taxonomy))}/")


def term_path(taxonomy: str, term: str, language: str = "") -> SitePath:
    """Return where a term's page is: `/tags/gpu/`."""
    return SitePath(f"{taxonomy_path(taxonomy, language)}{encode(term)}/")
