"""The archive: all posts by year, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning
from proofpress.paths import SitePath
from proofpress.site import questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.kinds.making import Making
    from proofpress.site.values import Page


class ArchiveTarget(HtmlTarget, frozen=True, kw_only=True):
    """The archive's page."""

    kind = "archive"
    title_word = "archive"

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return the years."""
        return {"years": making.ask(questions.Years())}


def plan(_planning: Planning) -> Iterator[ArchiveTarget]:
    """Give the one page."""
    yield ArchiveTarget(site_path=SitePath("/archive/"), origin="the archive", template="archive.html")


KIND = Kind(plan=plan)
