"""The 404 page, which a host shows for every address that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning
from proofpress.paths import SitePath

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


def plan(_planning: Planning) -> Iterator[NotFoundTarget]:
    """Give the one page."""
    yield NotFoundTarget(site_path=SitePath("/404.html"), origin="the 404 page", template="404.html")


KIND = Kind(plan=plan)
