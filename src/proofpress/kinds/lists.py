"""Lists of posts, split over pages: the home page, and each folder that has posts or is a section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.target import Kind, Planning, Target, refusal
from proofpress.model import Place
from proofpress.paths import SitePath
from proofpress.site import questions
from proofpress.site.cards import folder_title
from proofpress.site.editions import in_language, list_path
from proofpress.site.lists import home_of, page_path, page_size, pages_of
from proofpress.site.values import feeds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.kinds.making import Making
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint
    from proofpress.site.index import Edition
    from proofpress.site.values import Page
    from proofpress.words.catalogue import Catalogue

POSTS: Final = "posts"
"""The folder that posts lie in by default; its name is a word of the theme."""


class HomeTarget(HtmlTarget, frozen=True, kw_only=True):
    """A page of the home page's list."""

    kind = "home"
    who = "page"

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return its posts; the site's description where it has none of its own."""
        shown = making.ask(questions.HomeList(self.number, self.language))
        return {
            "description": page.description or making.config.description,
            "posts": shown.posts,
            "pager": shown.pager,
        }

    def counterparts(self) -> questions.Counterparts:
        """Return the question where the home pages are."""
        return questions.Counterparts("home")

    def structured_data(self, page: Page, config: Config) -> dict[str, Any]:
        """Return the WebSite."""
        return self.about(page, config, {"@type": "WebSite", "name": config.title})


class ListTarget(HtmlTarget, frozen=True, kw_only=True):
    """A page of a folder's list."""

    kind = "list"
    who = "page"

    folder: str
    """Below content/."""
    title: str
    """What the settings call it; no document names it where this is asked."""
    first: SitePath
    """Where the list begins."""
    has_feed: bool = False

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return its posts, its title and its feeds."""
        shown = making.ask(questions.FolderList(self.folder, self.number, self.language))
        title = (
            page.title
            if self.source is not None
            else self.title or list_title(self.folder, making.words(making.config.language))
        )
        own = feeds_of(making.config, self.first, f"{title} - {making.config.title}") if self.has_feed else []
        return {"posts": shown.posts, "pager": shown.pager, "title": title, "feeds": [*own, *page.feeds]}

    def counterparts(self) -> questions.Counterparts:
        """Return the question where each language has this folder's list."""
        return questions.Counterparts("list", self.folder)

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one at its text, or else at the first file of its folder."""
        if self.source is not None:
            yield from HtmlTarget.refusals(self, complaint, planning)
            return
        posts = planning.site.edition(self.language).folders.get(self.folder)
        asks, mend = "the list of this file's folder", "rename the folder"
        if posts:
            yield refusal(complaint, posts[0].path, Place(1, 1), asks, mend)
        else:
            yield refusal(complaint, "site.yaml", Place(0, 1), asks, mend)


def list_title(folder: str, words: Catalogue) -> str:
    """Return what the list of a folder is called where neither a document nor the settings say."""
    title = folder_title(folder)
    return words.get(folder, title) if folder == POSTS else title


def plan(planning: Planning) -> Iterator[Target]:
    """Give the home page's list, and one for each folder, of each language."""
    for edition in planning.site.editions:
        yield from _home(edition, planning.config)
        for folder in sorted({*edition.folders, *(name for name in edition.list_texts if name)}):
            yield from _folder(edition, folder, planning.config)


def _home(edition: Edition, config: Config) -> Iterator[HomeTarget]:
    home, said = edition.list_texts.get(""), in_language(edition.language)
    for number in range(1, pages_of(len(edition.home), config.paginate) + 1):
        yield HomeTarget(
            site_path=page_path(home_of(edition.language), number),
            origin=f"the home page{said}" if number == 1 else f"page {number} of the home page{said}",
            template=(home.template if home else None) or "home.html",
            source=home.path if home else None,
            number=number,
            language=edition.language,
        )


def _folder(edition: Edition, folder: str, config: Config) -> Iterator[ListTarget]:
    text = edition.list_texts.get(folder)
    section = config.sections.get(folder)
    first = list_path(edition, folder)
    size = page_size(config, folder)
    for number in range(1, pages_of(len(edition.folders.get(folder, ())), size) + 1):
        yield ListTarget(
            site_path=page_path(first, number),
            origin=text.path
            if text and number == 1
            else f"the list of content/{folder}/{in_language(edition.language)}",
            template=(text.template if text else None) or "list.html",
            source=text.path if text else None,
            number=number,
            folder=folder,
            title=section.title if section else "",
            first=first,
            has_feed=section is not None and section.feed,
            language=edition.language,
        )


KIND = Kind(plan=plan)
