"""Feeds: of the whole site, of each term, and of each section that has one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from proofpress.kinds.target import FilledTarget, Kind, Planning
from proofpress.paths import SitePath
from proofpress.site import questions
from proofpress.site.cards import folder_title
from proofpress.site.editions import in_language, list_path
from proofpress.site.lists import Format, feed_formats, feed_path, home_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.engine.steps import Ask
    from proofpress.kinds.making import Making
    from proofpress.model import Card
    from proofpress.pages.feeds import Entry
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem
    from proofpress.site.index import Edition
    from proofpress.site.questions import Known
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

    def posts(self, ask: Ask[Known]) -> FeedPosts:
        """Return what it carries."""
        return ask(questions.SiteFeed(self.language))

    def texts(self, ask: Ask[Known]) -> list[SourcePath]:
        """Return its posts."""
        return [card.path for card in self.posts(ask).posts]

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Write it."""
        from proofpress.pages import feeds  # noqa: PLC0415 - a build with nothing to fill doesn't load Jinja

        about = self.posts(making.ask)
        entries = [making.shared(("entry", card.path), partial(_entry, card)) for card in about.posts]
        return feeds.feed(self.format, self.site_path, about, entries, making.config), []


class TermFeedTarget(FeedTarget, frozen=True, kw_only=True):
    """The feed of a term."""

    taxonomy: str
    term: str
    """Its slug."""

    def posts(self, ask: Ask[Known]) -> FeedPosts:
        """Return the posts of the term."""
        return ask(questions.TermFeed(self.taxonomy, self.term, self.language))


class SectionFeedTarget(FeedTarget, frozen=True, kw_only=True):
    """The feed of a section."""

    folder: str
    title: str

    def posts(self, ask: Ask[Known]) -> FeedPosts:
        """Return the posts of the folder."""
        return ask(questions.FolderFeed(self.folder, self.title, self.language))


def _entry(card: Card, making: Making) -> Entry:
    from proofpress.pages import feeds  # noqa: PLC0415 - as above

    return feeds.entry(card, making.text_of(card.path), making.ask)


def plan(planning: Planning) -> Iterator[FeedTarget]:
    """Give each feed in each format that the settings ask for, of each language."""
    for name in feed_formats(planning.config):
        for edition in planning.site.editions:
            yield from _of_language(edition, name, planning.config)


def _of_language(edition: Edition, name: Format, config: Config) -> Iterator[FeedTarget]:
    language, said = edition.language, in_language(edition.language)
    path = feed_path(home_of(language), name)
    yield FeedTarget(site_path=path, origin=f"the site's feed{said}", format=name, language=language)
    for taxonomy, terms in edition.taxonomies.items():
        for term in terms.values():
            yield TermFeedTarget(
                site_path=feed_path(term.site_path, name),
                origin=f"the feed of '{term.name}' in {taxonomy}{said}",
                format=name,
                taxonomy=taxonomy,
                term=term.slug,
                language=language,
            )
    for folder, section in config.sections.items():
        if section.feed and (folder in edition.folders or folder in edition.list_texts):
            text = edition.list_texts.get(folder)
            yield SectionFeedTarget(
                site_path=feed_path(list_path(edition, folder), name),
                origin=f"the feed of content/{folder}/{said}",
                format=name,
                folder=folder,
                title=(text.title if text else "") or section.title or folder_title(folder),
                language=language,
            )


KIND = Kind(plan=plan)
