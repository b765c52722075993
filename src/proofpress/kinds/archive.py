"""The archive: all posts by year, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning
from proofpress.site import questions
from proofpress.site.editions import archive_path, in_language

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
        return {"years": making.ask(questions.Years(self.language))}

    def counterparts(self) -> questions.Counterparts:
        """Return the question where the archives are."""
        return questions.Counterparts("archive")


def plan(planning: Planning) -> Iterator[ArchiveTarget]:
    """Give the one page of each language."""
    for edition in planning.site.editions:
        yield ArchiveTarget(
            site_path=archive_path(edition.language),
            origin="the archive" + in_language(edition.language),
            template="archive.html",
            language=edition.language,
        )


KIND = Kind(plan=plan)
