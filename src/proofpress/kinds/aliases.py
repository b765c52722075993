"""Aliases: former URLs of a document, each a page that leads on to where it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning, refusal
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.rules.files import PATH_TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.kinds.making import Making
    from proofpress.model import Body, Card
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint
    from proofpress.site.values import Page


class AliasTarget(HtmlTarget, frozen=True, kw_only=True):
    """A page that leads on to another."""

    kind = "alias"
    who = "alias"
    is_page = False
    in_sitemap = False
    title_word = "has_moved"

    to: SitePath

    @property
    def text_of(self) -> SourcePath | None:
        """Return nothing: it shows no text."""
        return None

    @property
    def shows(self) -> SourcePath | None:
        """Return nothing: anchors are looked for where it leads."""
        return None

    @property
    def leads_to(self) -> SitePath:
        """Return where the document is now."""
        return self.to

    @property
    def asked_by(self) -> tuple[str, ...]:
        """Return the alias itself, and the list of all."""
        return (f"aliases.{self.site_path}", "aliases")

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one where the alias is written."""
        mend = "take it out" if complaint.rule is PATH_TOO_LONG else "write another, or take it out"
        yield refusal(complaint, self.source or "", self.place(planning), "this alias", mend)

    def image(self, making: Making, card: Card | None) -> tuple[None, None]:
        """Return nothing, as with the text."""
        return None, None

    def of_document(self, making: Making, body: Body, card: Card) -> dict[str, Any]:
        """Return nothing: a title is all that it has of the document."""
        return {}

    def in_languages(self, making: Making, page: Page) -> Page:
        """Return what it sees as it is: nobody stays here to choose."""
        return page

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return where it leads."""
        base = Base.of(making.config.url)
        return {"target": base.href(self.to), "permalink": base.absolute(self.to)}

    def structured_data(self, page: Page, config: Config) -> None:
        """Return nothing."""


def plan(planning: Planning) -> Iterator[AliasTarget]:
    """Give one for each alias."""
    for card in planning.site.by_path.values():
        for alias in dict.fromkeys(card.aliases):
            if alias != card.site_path:
                yield AliasTarget(
                    site_path=SitePath(alias),
                    origin=f"the alias '{alias}' of {card.path}",
                    template="alias.html",
                    source=card.path,
                    to=card.site_path,
                    language=planning.language_of(card),
                )


KIND = Kind(plan=plan)
