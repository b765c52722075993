"""One target as a step: its page filled, or its feed written, from its own body and from answers about the site."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.builder.documents import Prepared, decode_body
from proofpress.config import Config
from proofpress.engine.digests import SIZE, Digester, digest_of
from proofpress.engine.disk import naming
from proofpress.engine.loop import Outcome
from proofpress.engine.steps import Recorder
from proofpress.model import Body, Card, FeedTarget, Output, PageTarget, TemplateSource
from proofpress.output.record import digest_of_output
from proofpress.paths import OutputPath, SourcePath
from proofpress.problems import Problem
from proofpress.site import questions
from proofpress.site.questions import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.pages.feeds import Entry

INPUT_NAMES: Final = ("the settings or the program", "its address", "its template", "its front matter", "its text")
"""What a target's static inputs are, in the order of their digests."""


class Filled(msgspec.Struct, frozen=True):
    """What filling a target gave: the file, by its digest, and what was found wrong on the way.

    `path` is empty where the template failed, and nothing was made.
    """

    path: OutputPath
    digest: str
    problems: tuple[Problem, ...] = ()


decode_filled = msgspec.json.Decoder(Filled).decode


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What filling needs beside its step. Nothing in it is changed, so processes can share it."""

    versions: bytes
    config: Config
    """Without its menu, which is asked for: its entries' places in site.yaml concern no page."""
    templates: dict[str, TemplateSource]
    compiled: dict[str, bytes]
    """Code of templates that was made now."""
    known: Known
    blobs: Any
    """engine.blobs.Blobs: the bodies."""
    staging: Path | None
    """Where the bytes go; None hands them back."""
    wanted: bool = True
    """Whether the bytes are wanted; else their digests do."""

    @property
    def digest(self) -> bytes:
        """Of what every target depends on. The rest has its digest in the step that uses it."""
        return digest_of([self.versions, self.config])

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers, in which the same cards come again and again."""
        return Digester(Card)

    def open(self) -> Filler:
        """Return what fills."""
        return Filler(self)


class TargetStep(msgspec.Struct, frozen=True, kw_only=True):
    """A page or feed to make. Its value is a Filled as JSON; its bytes are handed on, or lie in the staging folder."""

    target: PageTarget | FeedTarget
    own: Prepared | None = None
    """The document whose text the page shows, or that it is about."""
    template: bytes = bytes(SIZE)
    """The digest of all templates that filling it may read."""

    @property
    def key(self) -> str:
        """The target's site path."""
        return self.target.site_path

    @property
    def body(self) -> bytes | None:
        """The digest of the body that is shown."""
        return self.own.body if self.own is not None and _shows_text(self.target) else None

    @property
    def digests(self) -> bytes:
        """As INPUT_NAMES has them, the first left out."""
        if isinstance(self.target, FeedTarget):
            return digest_of(self.target)
        own = self.own
        told = digest_of([own.card, own.places.get("image")]) if own is not None else bytes(SIZE)
        return digest_of(self.target) + self.template + told + (self.body or bytes(SIZE))

    def run(self, using: Filler, asked: Recorder[Known]) -> Outcome:
        """Make it."""
        problems: list[Problem] = []
        output: Output | None
        if isinstance(self.target, PageTarget):
            output, problems = using.page(self, self.target, asked)
        else:
            output = using.feed(self.target, asked)
        if output is None:
            return Outcome(msgspec.json.encode(Filled(OutputPath(""), "", tuple(problems))), kept=False)
        filled = Filled(output.path, digest_of_output(output.data), tuple(problems))
        return Outcome(msgspec.json.encode(filled), data=using.put(output))


def _shows_text(target: PageTarget | FeedTarget) -> bool:
    """Return whether a page shows the text of its document: not the later pages of a list, and no alias."""
    return isinstance(target, PageTarget) and target.number == 1 and target.kind != "alias"


class Filler:
    """Makes pages and feeds in one process."""

    def __init__(self, filling: Filling) -> None:
        from proofpress.pages.templates import Templates  # noqa: PLC0415 - a build with nothing to fill doesn't load Jinja

        self._filling = filling
        self._templates = Templates(filling.templates, filling.compiled)
        self._blobs = filling.blobs.open()
        self._entries: dict[SourcePath, tuple[Entry, Recorder[Known]]] = {}
        self._folders: set[str] = set()

    def page(self, step: TargetStep, target: PageTarget, asked: Recorder[Known]) -> tuple[Output | None, list[Problem]]:
        """Fill a page. Returns None instead of an output where the template fails; the problems say why."""
        from proofpress.pages import filling  # noqa: PLC0415 - as above

        own = step.own
        return filling.fill(
            target,
            body=self._body(step.body) if step.body is not None else None,
            card=own.card if own is not None else None,
            ask=asked.ask,
            config=self._filling.config,
            templates=self._templates,
            image_place=own.places.get("image") if own is not None else None,
        )

    def feed(self, target: FeedTarget, asked: Recorder[Known]) -> Output:
        """Write a feed."""
        from proofpress.pages import feeds  # noqa: PLC0415 - as above

        about = asked.ask(questions.Feed(target.taxonomy, target.term))
        made = [self._entry(card) for card in about.posts]
        for _, others in made:
            asked.take(others)
        return feeds.feed(target, about, [each for each, _ in made], self._filling.config)

    def _entry(self, card: Card) -> tuple[Entry, Recorder[Known]]:
        """Make a post's entry once in this process, and keep what was asked for it."""
        from proofpress.pages import feeds  # noqa: PLC0415 - as above

        if card.path not in self._entries:
            asked = Recorder(self._filling.known, digest=Digester(Card))
            body = self._body(asked.ask(questions.Body(card.path)))
            self._entries[card.path] = (feeds.entry(card, body, asked.ask), asked)
        return self._entries[card.path]

    def _body(self, digest: bytes) -> Body:
        return decode_body(self._blobs.get(digest))

    def put(self, output: Output) -> bytes | None:
        """Put a file where it is to go; return its bytes where they are to be handed back."""
        staging = self._filling.staging
        if staging is None:
            return output.data if self._filling.wanted else None
        staged = f"{staging}/{output.path}"
        folder = staged.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - a string, since this is done for every page of a site
            self._folders.add(folder)
        with naming(staged):
            Path(staged).write_bytes(output.data)
        return None
