"""The 404 page, which a host shows for every address that is not there; one in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning
from proofpress.site.editions import in_language, missing_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.site.values import Page


class NotFoundTarget(HtmlTarget, frozen=True, kw_only=True):
    """The 404 page."""

    kind = "not-found"
    in_sitemap = False
    yields = True
    title_word = "page_not_found"

    def structured_data(self, page: Page, config: Config) -> None:
        """Return nothing."""


def plan(planning: Planning) -> Iterator[NotFoundTarget]:
    """Give the one page of each language."""
    for edition in planning.site.editions:
        yield NotFoundTarget(
            site_path=missing_path(edition.language),
            origin="the 404 page" + in_language(edition.language),
            template="404.html",
            language=edition.language,
        )


KIND = Kind(plan=plan)
