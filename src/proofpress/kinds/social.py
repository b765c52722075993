"""Social cards: a picture of each page's title, by which it is shown where it is linked to (`cards: true`).

Each document has one, but for those whose front matter names a picture; the home page's is the site's, and stands for
lists too. A card has what it shows among its own fields and nothing else, so that another title makes one card anew.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.engine.digests import digest_of_bytes
from proofpress.kinds.target import SETTINGS, FilledTarget, Kind, Planning, Target
from proofpress.model import Author, Place
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.rules.drawings import CARD_FONT, CARD_LETTERS, MISSING_EXTRA
from proofpress.rules.templates import TEMPLATE_ERROR
from proofpress.site.editions import within
from proofpress.site.lists import home_of, social_card_of
from proofpress.site.values import Page
from proofpress.site.view import SiteView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.kinds.making import Making
    from proofpress.model import Card
    from proofpress.problems import Problem
    from proofpress.rules.rule import Fault
    from proofpress.social.fitting import Fitted
    from proofpress.social.fonts import Face

TEMPLATE: Final = "card.svg"
ACCENT: Final = "#b3311d"
"""The shipped theme's own."""


class FontFile(msgspec.Struct, frozen=True):
    """A font of the site, and the digest of its bytes."""

    path: SourcePath
    digest: bytes


class SocialCardTarget(FilledTarget, frozen=True, kw_only=True):
    """The card of a page."""

    kind = "social-card"
    who = "page"
    yields = True
    travels = True
    carries = False

    page: SitePath
    """The page that it is a card of."""
    title: str
    tongue: str
    """The language of its words; empty for the site's."""
    authors: tuple[Author, ...] = ()
    date: dt.datetime | None = None
    has_time: bool = False
    fonts: tuple[FontFile, ...] = ()

    @property
    def follows(self) -> bool:
        """Tell that it goes with its page."""
        return True

    def words(self, planning: Planning) -> str:
        """Return all that it shows, but for its date."""
        config = within(planning.config, self.language)
        about = config.description if self.title == config.title else config.title
        return " ".join([self.title, about, *(author.name for author in self.authors)])

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Fill its template, and draw what that gives."""
        from proofpress.pages.templates import TemplateError  # noqa: PLC0415 - a build with nothing to fill loads none
        from proofpress.social.drawing import DrawingError, png  # noqa: PLC0415 - as above

        config = making.config
        base = Base.of(config.url)
        faces = making.shared(("fonts of cards", self.fonts), self._faces)
        words = making.words(self.tongue or config.language)
        page = Page(
            kind=self.kind,
            title=self.title,
            language=words.language,
            dir=words.direction,
            url=base.href(self.page),
            permalink=base.absolute(self.page),
            date=self.date,
            date_has_time=self.has_time,
            authors=list(self.authors),
        )
        context = {
            "page": page,
            "site": SiteView(making.ask, config, making.language),
            "card": Canvas(_accent(config.theme.get("accent")), faces),
        }
        try:
            svg = making.templates.render(self.template, self.origin, context, None, page.language)
            return png(svg, faces), []
        except TemplateError as error:
            return None, [error.problem]
        except DrawingError as error:
            path = making.templates.path_of(self.template)
            return None, [TEMPLATE_ERROR.says(f"the card can't be drawn: {error}").at(path, Place(1, 1))]

    def _faces(self, making: Making) -> tuple[Face, ...]:
        """Return the fonts that it is set in, the site's own first."""
        from proofpress.social.fonts import read_face, shipped  # noqa: PLC0415 - as above

        return (*(read_face(making.file(font.path)) for font in self.fonts), *shipped())


class Canvas:
    """What `card.svg` is handed to draw with, as `card`."""

    def __init__(self, accent: str, faces: Sequence[Face]) -> None:
        self.accent = accent
        """The theme's colour, as it can be read on white."""
        self.fonts = ", ".join(dict.fromkeys(f"'{face.family}'" for face in faces))
        """What `font-family` takes."""
        self._faces = faces

    def fit(self, text: object, width: float, height: float, largest: float, smallest: float) -> Fitted:
        """Return words in lines that fit a box, in letters as large as they may be: with `lines`, `size` and `leading`."""
        from proofpress.social.fitting import Box, fit  # noqa: PLC0415 - as above
        from proofpress.social.fonts import without_pictures  # noqa: PLC0415 - as above

        box = Box(width=float(width), height=float(height), largest=float(largest), smallest=float(smallest))
        return fit(without_pictures(str(text), self._faces), self._faces, box)


def _accent(written: object) -> str:
    from proofpress.theme_look import both, colour_of  # noqa: PLC0415 - as above

    return both(colour_of(written) or ACCENT)[0]


def plan(planning: Planning) -> Iterator[SocialCardTarget]:
    """Give a card for each document, and for each home page, whose letters can all be drawn."""
    if not planning.config.cards or not _can_draw():
        return
    faces, fonts, _ = _fonts(planning)
    for _, target in _wanted(planning, fonts):
        if not _lacking(target.words(planning), faces):
            yield target


def check(planning: Planning, _targets: Sequence[Target]) -> Iterator[Problem]:
    """Give what is missing for cards: the extra, a font, letters."""
    config = planning.config
    if not config.cards:
        return
    if not _can_draw():
        from proofpress.social.drawing import INSTALL  # noqa: PLC0415 - for sites with cards

        yield MISSING_EXTRA.cards(INSTALL).at(SETTINGS, planning.setting_place("cards"))
        return
    faces, fonts, faults = _fonts(planning)
    yield from (fault.at(SETTINGS, planning.setting_place("card_fonts")) for fault in faults)
    for card, target in _wanted(planning, fonts):
        lacking = _lacking(target.words(planning), faces)
        if lacking and card is None:
            yield CARD_LETTERS.none_of(lacking).at(SETTINGS, planning.setting_place("cards"))
        elif lacking and card is not None:
            place = planning.places.get(card.path, {}).get("title", Place(1, 1))
            yield CARD_LETTERS.none_of(lacking).at(card.path, place)


def _wanted(planning: Planning, fonts: tuple[FontFile, ...]) -> Iterator[tuple[Card | None, SocialCardTarget]]:
    """Give each card that a page has a use for, with its document."""
    taken: set[SitePath] = set()
    for edition in planning.site.editions:
        config = within(planning.config, edition.language)
        page = home_of(edition.language)
        taken.add(page)
        yield None, _target(page, config.title, edition.language, config.language, fonts)
    for card in planning.site.by_path.values():
        named = card.image if "image" in planning.places.get(card.path, {}) else None
        if card.site_path in taken or card.kind == "home" or (named and not named.lower().endswith(".svg")):
            continue
        taken.add(card.site_path)
        target = _target(card.site_path, card.title, planning.language_of(card), card.language, fonts)
        dated = card.kind == "post"
        yield (
            card,
            msgspec.structs.replace(
                target,
                authors=(card.authors or planning.config.authors) if dated else (),
                date=card.date if dated else None,
                has_time=dated and card.date_has_time,
            ),
        )


def _target(page: SitePath, title: str, language: str, tongue: str, fonts: tuple[FontFile, ...]) -> SocialCardTarget:
    return SocialCardTarget(
        site_path=social_card_of(page),
        origin=f"the social card of {page}",
        template=TEMPLATE,
        page=page,
        title=title,
        language=language,
        tongue=tongue,
        fonts=fonts,
    )


def _can_draw() -> bool:
    from proofpress.social.drawing import can_draw  # noqa: PLC0415 - for sites with cards

    return can_draw()


def _fonts(planning: Planning) -> tuple[tuple[Face, ...], tuple[FontFile, ...], list[Fault]]:
    """Return the fonts of cards, those of them that are the site's, and what is wrong with others that it names."""
    from proofpress.social.fonts import FontError, read_face, shipped  # noqa: PLC0415 - for sites with cards

    faces: list[Face] = []
    files: list[FontFile] = []
    faults: list[Fault] = []
    for name in planning.config.card_fonts:
        path = SourcePath(name)
        try:
            data = planning.read(path)
            faces.append(read_face(data))
        except FontError as error:
            faults.append(CARD_FONT.unread(path, str(error)))
        except OSError:
            faults.append(CARD_FONT.not_there(path))
        else:
            files.append(FontFile(path, digest_of_bytes(data)))
    return (*faces, *shipped()), tuple(files), faults


def _lacking(text: str, faces: tuple[Face, ...]) -> str:
    from proofpress.social.fonts import lacking  # noqa: PLC0415 - for sites with cards

    return "" if text.isascii() else lacking(text, faces)


KIND: Final = Kind(plan=plan, check=check)
