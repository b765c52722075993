"""What a kind of output is, and what a target of any kind tells those who know none of them by name.

A kind plans targets from the site; a target is a URL and how its file is made. Plan, filling, sitemap and preview put the
questions below to a target, and never ask which kind it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from proofpress.config import Config
from proofpress.kinds.question import Question
from proofpress.model import Card, Place
from proofpress.paths import SitePath, SourcePath
from proofpress.problems import Problem
from proofpress.rules.files import PATH_TOO_LONG
from proofpress.site.claims import Complaint, Who
from proofpress.site.index import Site
from proofpress.site.values import Alternate

if TYPE_CHECKING:
    import datetime as dt

    from proofpress.engine.steps import Ask
    from proofpress.kinds.making import Making
    from proofpress.site.questions import Known

SETTINGS = SourcePath("site.yaml")
RENAME = "give it another 'slug:' or 'url:', or rename it"


class Planning(msgspec.Struct, frozen=True, kw_only=True):
    """What targets are planned from."""

    site: Site
    config: Config
    assets: Mapping[str, SitePath]
    """The theme's static files, with their fingerprinted site paths."""
    places: Mapping[SourcePath, Mapping[str, Place]]
    """By document: where the values of its front matter stand."""
    read: Callable[[SourcePath], bytes]
    """Reads a file of the site."""
    asks: Mapping[SourcePath, tuple[str, ...]] = {}
    """What each of the site's own templates needs of a policy of security: `site.policy`."""
    setting_place: Callable[[str], Place] = lambda _name: Place(0, 1)
    """Where a setting stands in site.yaml."""

    def language_of(self, card: Card) -> str:
        """Return the language whose lists a document belongs to; of the site's own none."""
        return self.site.edition_of(card.path).language if card.language else ""


class Blame(msgspec.Struct, frozen=True):
    """Where a person can do something about a target's URL: a file, a place in it, and what to do."""

    path: SourcePath
    place: Place
    mend: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be published: its URL, and what asks for it."""

    kind: ClassVar[str] = ""
    """What a template and the preview call pages of its kind."""
    who: ClassVar[Who] = "owner"
    """On whose behalf it claims its path."""
    is_page: ClassVar[bool] = False
    """Whether a person reads it in a browser: a page that has a text or a list of its own."""
    in_sitemap: ClassVar[bool] = False
    yields: ClassVar[bool] = False
    """Whether it is made only where the site brings no file of its own."""
    travels: ClassVar[bool] = False
    """Whether it stands in the folder of a page by no choice of its own, and shares the page's fate."""
    names_posts: ClassVar[bool] = False
    """Of what is written from the plan: whether it says what posts are called and about."""
    keeps_its_name: ClassVar[bool] = True
    """Whether its URL is the same when its bytes are others, so that a browser has to ask again."""

    site_path: SitePath
    origin: str
    """What asks for this URL, in a person's words, for the message about a collision."""
    source: SourcePath | None = None
    """The file that it is made from, or on whose behalf."""

    @property
    def text_of(self) -> SourcePath | None:
        """The document whose text it shows, or carries on."""
        return None

    @property
    def shows(self) -> SourcePath | None:
        """The file that a link to its URL leads to, so that the link's fragment can be looked up there."""
        return None

    @property
    def leads_to(self) -> SitePath | None:
        """Where it sends a reader on to."""
        return None

    @property
    def claim(self) -> SitePath:
        """The site path that decides whether it may be."""
        return self.site_path

    @property
    def follows(self) -> bool:
        """Whether it follows from another's claim, and goes with it without a word."""
        return False

    @property
    def asked_by(self) -> tuple[str, ...]:
        """The keys of its source's front matter that ask for its URL, the most exact first."""
        return ("url", "slug")

    def changed(self, site: Site) -> dt.datetime | None:
        """Return when what it shows changed in a way that readers should know of; None where nobody says."""
        return None

    def is_set(self, planning: Planning) -> bool:
        """Tell whether a line of the settings asks for its URL, so that it is there that a person moves it."""
        return False

    def place(self, planning: Planning) -> Place:
        """Return where a document asks for its URL; the document's beginning where no key does."""
        own = planning.places.get(self.source, {}) if self.source is not None else {}
        return next((own[key] for key in self.asked_by if key in own), Place(1, 1))

    def movable(self, planning: Planning) -> Blame | None:
        """Return where a person can give it a name that every disk can hold; None where that is told otherwise."""
        return None

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the problem of its refused claim, at each place where the claim is made."""
        at = self.place(planning) if self.source else Place(0, 1)
        yield refusal(complaint, self.source or SETTINGS, at, self.origin, "rename it")


class FilledTarget(Target, frozen=True, kw_only=True):
    """A target that is made by a remembered step, from answers about the site: in any process."""

    carries: ClassVar[bool] = True
    """Whether it may ask for texts of other documents than its own, so that any text's change has to be looked into."""

    language: str = ""
    """The language whose lists it is one of, or whose document it shows; of the site's own none."""
    template: str = ""
    """The template that makes it; empty for none."""

    def texts(self, ask: Ask[Known]) -> Iterable[SourcePath]:
        """Return the documents whose texts it carries beside its own, for who has it made where these have to be sent."""
        return ()

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Make it. Returns None where its template fails, and the problems say why."""
        raise AssertionError(f"{type(self).__name__} does not say how it is made")


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What plain targets are written from."""

    targets: Sequence[Target]
    """All that is published, in the order of the site paths."""
    site: Site
    config: Config
    assets: Mapping[str, bytes]
    """The theme's static files, by name."""


class Kept(msgspec.Struct, frozen=True):
    """What was made before, and is kept by its digest."""

    digest: bytes


class Held(msgspec.Struct, frozen=True):
    """A picture within a notebook, by the path that it has as a file."""

    file: SourcePath


class PlainTarget(Target, frozen=True, kw_only=True):
    """A target that is written anew by every build: a copy, or a text that takes no time."""

    def write(self, published: Published) -> bytes | SourcePath | Kept | Held:
        """Return its bytes, or the file of the site that is copied, or what was made before, or is held by another file."""
        raise AssertionError(f"{type(self).__name__} does not say how it is made")


def can_be_made(value: object) -> bool:
    """Tell whether a value is a target of which the builder knows how it is made."""
    return isinstance(value, FilledTarget | PlainTarget)


def can_be_remembered(value: object) -> bool:
    """Tell whether a value is a target that is made by a remembered step, so that its fields need digests."""
    return isinstance(value, FilledTarget)


def _nothing(*_any: object) -> Iterable[object]:
    return ()


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of output. `plan` is all that it needs."""

    plan: Callable[[Planning], Iterable[Target]]
    """Gives its targets, those first that come first where two claim one URL."""
    alternates: Callable[[Card, Config], Iterable[Alternate]] = _nothing  # type: ignore[assignment]
    """Gives other forms of a document's page, which the page announces."""
    reads_source: Callable[[Config], bool] = lambda _config: False
    """Tells whether its targets want the Markdown of documents, `Body.markdown`."""
    questions: Sequence[type[Question[Any]]] = ()
    """A plugin's own questions, which its targets ask."""
    check: Callable[[Planning, Sequence[Target]], Iterable[Problem]] = _nothing  # type: ignore[assignment]
    """Gives what is wrong with all that is planned, as far as it concerns this kind."""


def refusal(complaint: Complaint, path: str, place: Place, asks: str, mend: str) -> Problem:
    """Return the problem of a refused claim."""
    return complaint.rule.says(f"{asks} {complaint.message}", mend).at(path, place)


def shorter(complaint: Complaint) -> str:
    """Return what other name a complaint asks for: a shorter one, or just another."""
    return "a shorter" if complaint.rule is PATH_TOO_LONG else "another"
