"""Feeds: of the whole site, of each term, and of each section that has one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from proofpress.config import place_of
from proofpress.kinds.target import SETTINGS, FilledTarget, Kind, Planning, refusal
from proofpress.model import Place
from proofpress.paths import SitePath
from proofpress.site import questions
from proofpress.site.cards import folder_title
from proofpress.site.editions import in_language, list_path
from proofpress.site.lists import Format, feed_paths, home_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.config import Config
    from proofpress.engine.steps import Ask
    from proofpress.kinds.making import Making
    from proofpress.model import Card
    from proofpress.pages.feeds import Entry
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint
    from proofpress.site.index import Edition
    from proofpress.site.questions import Known
    from proofpress.site.values import FeedPosts


NAMES: Final[Mapping[Format, str]] = {"atom": "Atom feed", "rss": "RSS feed", "json": "JSON Feed"}


class FeedTarget(FilledTarget, frozen=True, kw_only=True):
    """A feed of the whole site."""

    format: Format

    @property
    def claim(self) -> SitePath:
        """Return the folder that it belongs to; its own path, where the settings choose that."""
        return SitePath(self.site_path.rpartition("/")[0] + "/") if self.follows else self.site_path

    @property
    def follows(self) -> bool:
        """Say yes where it belongs to another list than the site's own."""
        return self.language != ""

    def place(self, planning: Planning) -> Place:
        """Return where the settings say where it is."""
        return Place(0, 1) if self.follows else place_of(planning.read(SETTINGS), "feeds", self.format)

    def is_set(self, planning: Planning) -> bool:
        """Tell whether the settings name this feed."""
        return self.place(planning) != Place(0, 1)

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one at its path."""
        yield refusal(complaint, SETTINGS, self.place(planning), self.origin, "write another path")

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

    @property
    def follows(self) -> bool:
        """Say yes: it belongs to the term's list."""
        return True

    def posts(self, ask: Ask[Known]) -> FeedPosts:
        """Return the posts of the term."""
        return ask(questions.TermFeed(self.taxonomy, self.term, self.language))


class SectionFeedTarget(FeedTarget, frozen=True, kw_only=True):
    """The feed of a section."""

    folder: str
    title: str

    @property
    def follows(self) -> bool:
        """Say yes: it belongs to the section's list."""
        return True

    def posts(self, ask: Ask[Known]) -> FeedPosts:
        """Return the posts of the folder."""
        return ask(questions.FolderFeed(self.folder, self.title, self.language))


def _entry(card: Card, making: Making) -> Entry:
    from proofpress.pages import feeds  # noqa: PLC0415 - as above

    return feeds.entry(card, making.text_of(card.path), making.ask)


def plan(planning: Planning) -> Iterator[FeedTarget]:
    """Give each feed in each format that the settings ask for, of each language."""
    for edition in planning.site.editions:
        yield from _of_language(edition, planning.config)


def _of_language(edition: Edition, config: Config) -> Iterator[FeedTarget]:
    language, said = edition.language, in_language(edition.language)
    for name, path in feed_paths(config, home_of(language)).items():
        yield FeedTarget(site_path=path, origin=f"the site's {NAMES[name]}{said}", format=name, language=language)
    for taxonomy, terms in edition.taxonomies.items():
        for term in terms.values():
            for name, path in feed_paths(config, term.site_path).items():
                yield TermFeedTarget(
                    site_path=path,
                    origin=f"the {NAMES[name]} of '{term.name}' in {taxonomy}{said}",
                    format=name,
                    taxonomy=taxonomy,
                    term=term.slug,
                    language=language,
                )
    for folder, section in config.sections.items():
        if section.feed and (folder in edition.folders or folder in edition.list_texts):
            text = edition.list_texts.get(folder)
            for name, path in feed_paths(config, list_path(edition, folder)).items():
                yield SectionFeedTarget(
                    site_path=path,
                    origin=f"the {NAMES[name]} of content/{folder}/{said}",
                    format=name,
                    folder=folder,
                    title=(text.title if text else "") or section.title or folder_title(folder),
                    language=language,
                )


KIND = Kind(plan=plan)
