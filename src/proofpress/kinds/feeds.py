"""Feeds: of the whole site, of each term, and of each section that has one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from proofpress.kinds.target import FilledTarget, Kind, Planning
from proofpress.paths import SitePath
from proofpress.site import questions
from proofpress.site.cards import folder_path, folder_title
from proofpress.site.lists import Format, feed_formats, feed_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.kinds.making import Making
    from proofpress.model import Card
    from proofpress.pages.feeds import Entry
    from proofpress.problems import Problem
    from proofpress.site.values import FeedPosts


class FeedTarget(FilledTarget, frozen=True, kw_only=True):
    """A feed of the whole site."""

    format: Format

    @property
    def claim(self) -> SitePath:
        """Return the folder that it belongs to."""
        return SitePath(self.site_path.rpartition("/")[0] + "/")

    @property
    def follows(self) -> bool:
        """Say yes: it belongs to a list."""
        return True

    def posts(self, making: Making) -> FeedPosts:
        """Return what it carries."""
        return making.ask(questions.SiteFeed())

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Write it."""
        from proofpress.pages import feeds  # noqa: PLC0415 - a build with nothing to fill doesn't load Jinja

        about = self.posts(making)
        entries = [making.shared(("entry", card.path), partial(_entry, card)) for card in about.posts]
        return feeds.feed(self.format, self.site_path, about, entries, making.config), []


class TermFeedTarget(FeedTarget, frozen=True, kw_only=True):
    """The feed of a term."""

    taxonomy: str
    term: str
    """Its slug."""

    def posts(self, making: Making) -> FeedPosts:
        """Return the posts of the term."""
        return making.ask(questions.TermFeed(self.taxonomy, self.term))


class SectionFeedTarget(FeedTarget, frozen=True, kw_only=True):
    """The feed of a section."""

    folder: str
    title: str

    def posts(self, making: Making) -> FeedPosts:
        """Return the posts of the folder."""
        return making.ask(questions.FolderFeed(self.folder, self.title))


def _entry(card: Card, making: Making) -> Entry:
    from proofpress.pages import feeds  # noqa: PLC0415 - as above

    return feeds.entry(card, making.text_of(card.path), making.ask)


def plan(planning: Planning) -> Iterator[FeedTarget]:
    """Give each feed in each format that the settings ask for."""
    site, config = planning.site, planning.config
    for name in feed_formats(config):
        yield FeedTarget(site_path=feed_path(SitePath("/"), name), origin="the site's feed", format=name)
        for taxonomy, terms in site.taxonomies.items():
            for term in terms.values():
                yield TermFeedTarget(
                    site_path=feed_path(term.site_path, name),
                    origin=f"the feed of '{term.name}' in {taxonomy}",
                    format=name,
                    taxonomy=taxonomy,
                    term=term.slug,
                )
        for folder, section in config.sections.items():
            if section.feed and (folder in site.folders or folder in site.list_texts):
                text = site.list_texts.get(folder)
                yield SectionFeedTarget(
                    site_path=feed_path(text.site_path if text else SitePath(folder_path(folder)), name),
                    origin=f"the feed of content/{folder}/",
                    format=name,
                    folder=folder,
                    title=(text.title if text else "") or section.title or folder_title(folder),
                )


KIND = Kind(plan=plan)
