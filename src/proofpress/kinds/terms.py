"""Taxonomies: a list of the terms of each, and the list of posts of each term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Blame, Kind, Planning, Target, refusal, shorter
from proofpress.model import Place
from proofpress.paths import slug
from proofpress.site import questions
from proofpress.site.cards import folder_title
from proofpress.site.editions import in_language
from proofpress.site.index import taxonomy_path
from proofpress.site.lists import page_path, pages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.kinds.making import Making
    from proofpress.model import Card
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint
    from proofpress.site.index import Edition
    from proofpress.site.values import Page


DESCRIBED: Final = 3
"""How many posts the description of a term's page names."""


class TaxonomyTarget(HtmlTarget, frozen=True, kw_only=True):
    """The list of a taxonomy's terms."""

    kind = "taxonomy"

    taxonomy: str

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return the terms."""
        terms = making.ask(questions.Terms(self.taxonomy, self.language))
        title = making.words(making.config.language).get(self.taxonomy, folder_title(self.taxonomy))
        return {"taxonomy": self.taxonomy, "title": title, "all_terms": terms}

    def counterparts(self) -> questions.Counterparts:
        """Return the question where each language has this taxonomy."""
        return questions.Counterparts("taxonomy", self.taxonomy)


class TermTarget(HtmlTarget, frozen=True, kw_only=True):
    """A page of a term's list."""

    kind = "term"
    who = "page"

    taxonomy: str
    term: str
    """Its slug."""

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return its posts, and the term."""
        shown = making.ask(questions.TermList(self.taxonomy, self.term, self.number, self.language))
        term = making.ask(questions.Term(self.taxonomy, self.term, self.language))
        return {
            "posts": shown.posts,
            "pager": shown.pager,
            "term": term,
            "title": term.name,
            "description": f"{term.name}: {', '.join(post.title for post in shown.posts[:DESCRIBED])}",
            "feeds": [*term.feeds, *page.feeds],
            "taxonomy": self.taxonomy,
        }

    def counterparts(self) -> questions.Counterparts:
        """Return the question where each language has this term."""
        return questions.Counterparts("term", self.taxonomy, self.term)

    def _posts(self, planning: Planning) -> tuple[Card, ...]:
        return planning.site.edition(self.language).taxonomies[self.taxonomy][self.term].posts

    def movable(self, planning: Planning) -> Blame | None:
        """Return the word in the first of its posts."""
        if self.number > 1:
            return None
        path = self._posts(planning)[0].path
        place = planning.places.get(path, {}).get(self.taxonomy, Place(1, 1))
        return Blame(path, place, f"choose another word for it in {self.taxonomy}")

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give one for each post that has the word."""
        for post in self._posts(planning):
            for number, name in enumerate(post.terms.get(self.taxonomy, ())):
                own = planning.places.get(post.path, {})
                at = own.get(f"{self.taxonomy}.{number}") or own.get(self.taxonomy) or Place(1, 1)
                if slug(name) == self.term:
                    asks, mend = f"the page of this word in {self.taxonomy}", f"choose {shorter(complaint)} word"
                    yield refusal(complaint, post.path, at, asks, mend)


def plan(planning: Planning) -> Iterator[Target]:
    """Give the pages of each taxonomy that has a term."""
    for edition in planning.site.editions:
        yield from _of_language(edition, planning.config.paginate)


def _of_language(edition: Edition, paginate: int) -> Iterator[Target]:
    language, said = edition.language, in_language(edition.language)
    for taxonomy, terms in edition.taxonomies.items():
        if not terms:
            continue
        yield TaxonomyTarget(
            site_path=taxonomy_path(taxonomy, language),
            origin=f"the list of {taxonomy}{said}",
            template="taxonomy.html",
            taxonomy=taxonomy,
            language=language,
        )
        for term in terms.values():
            for number in range(1, pages_of(len(term.posts), paginate) + 1):
                yield TermTarget(
                    site_path=page_path(term.site_path, number),
                    origin=f"the page of '{term.name}' in {taxonomy}{said}",
                    template="term.html",
                    taxonomy=taxonomy,
                    term=term.slug,
                    number=number,
                    language=language,
                )


KIND = Kind(plan=plan)
