"""Posts and pages: each Markdown file that is no text of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning
from proofpress.site.dates import iso_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.kinds.making import Making
    from proofpress.model import Body, Card
    from proofpress.site.index import Site
    from proofpress.site.values import Page


class _DocumentTarget(HtmlTarget, frozen=True, kw_only=True):
    """The page of one document."""

    who = "page"

    def changed(self, site: Site) -> dt.datetime | None:
        """Return what its front matter says."""
        card = site.by_path.get(self.source) if self.source else None
        return (card.updated or card.date) if card else None

    def of_document(self, making: Making, body: Body, card: Card) -> dict[str, Any]:
        """Return what every document brings, who wrote it, and in which other forms it can be had."""
        authors = card.authors or making.config.authors
        own = {"authors": list(authors), "alternates": making.alternates(card)}
        return HtmlTarget.of_document(self, making, body, card) | own


class PostTarget(_DocumentTarget, frozen=True, kw_only=True):
    """A post's page."""

    kind = "post"

    def structured_data(self, page: Page, config: Config) -> dict[str, Any]:
        """Return a BlogPosting."""
        about: dict[str, Any] = {"@type": "BlogPosting", "headline": page.title, "mainEntityOfPage": page.permalink}
        if page.date is not None:
            about["datePublished"] = iso_date(page.date, page.date_has_time)
            changed, has_time = page.updated or page.date, page.updated_has_time if page.updated else page.date_has_time
            about["dateModified"] = iso_date(changed, has_time)
        if page.authors:
            about["author"] = [
                {"@type": "Person", "name": author.name} | ({"url": author.url} if author.url else {})
                for author in page.authors
            ]
        keywords = [term.name for term in page.terms.get("tags", [])]
        if keywords:
            about["keywords"] = keywords
        about["wordCount"] = page.words
        return self.about(page, config, about)


class PageTarget(_DocumentTarget, frozen=True, kw_only=True):
    """The page of a document that is no post."""

    kind = "page"

    def structured_data(self, page: Page, config: Config) -> dict[str, Any]:
        """Return a WebPage."""
        return self.about(page, config, {"@type": "WebPage", "name": page.title})


def plan(planning: Planning) -> Iterator[HtmlTarget]:
    """Give a page for each."""
    of = {"post": PostTarget, "page": PageTarget}
    for card in planning.site.by_path.values():
        target = of.get(card.kind)
        if target is not None:
            template = card.template or f"{card.kind}.html"
            yield target(
                site_path=card.site_path,
                origin=card.path,
                template=template,
                source=card.path,
                language=planning.language_of(card),
            )


KIND = Kind(plan=plan)
