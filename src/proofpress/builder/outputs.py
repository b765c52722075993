"""One target: its page filled, or its feed written, from its own body and from answers about the site."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder.documents import Prepared, decode_body
from proofpress.config import Config
from proofpress.engine.digests import Digester
from proofpress.engine.disk import naming
from proofpress.engine.reader import Reader
from proofpress.engine.steps import Recorder, Trace
from proofpress.model import Body, Card, FeedTarget, Output, PageTarget, TemplateSource
from proofpress.output.record import digest_of_output
from proofpress.paths import OutputPath, SourcePath
from proofpress.problems import Problem
from proofpress.site import questions
from proofpress.site.questions import Known

if TYPE_CHECKING:
    from proofpress.pages.feeds import Entry

DOCUMENT = "document"
"""The kind of step whose big values are bodies."""


class Filled(msgspec.Struct, frozen=True):
    """What filling a target gave: the file, by its digest, and what was found wrong on the way.

    `path` is empty where the template failed, and nothing was made.
    """

    path: OutputPath
    digest: str
    problems: tuple[Problem, ...] = ()


class Task(msgspec.Struct, frozen=True):
    """A target to fill, under the key and the static inputs that its trace is kept with."""

    key: str
    inputs: bytes
    target: PageTarget | FeedTarget


class Result(msgspec.Struct, frozen=True):
    """A filled target, its trace, and its bytes; None where they are in the staging folder, or not wanted."""

    key: str
    filled: Filled
    trace: Trace[Any]
    data: bytes | None


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What filling needs beside its task. Nothing in it is changed, so processes can share it."""

    config: Config
    common: bytes
    """The digest of what every target depends on."""
    templates: dict[str, TemplateSource]
    closures: dict[str, bytes]
    """By template: the digest of all that filling it may read."""
    compiled: dict[str, bytes]
    """The templates' code."""
    unused: list[Problem]
    """Of templates that no page needs."""
    prepared: dict[SourcePath, Prepared]
    known: Known
    bodies: Mapping[SourcePath, bytes]
    """Bodies at hand; the others are in the store."""
    store: Path | None
    staging: Path | None
    """Where the bytes go; None keeps them in memory."""
    wanted: bool = True
    """Whether the bytes are wanted; else their digests do."""


Filler = Callable[[Filling], Callable[[Task], Result]]
"""Makes the function that fills targets."""

decode_filled = msgspec.json.Decoder(Filled).decode


def shows_text(target: PageTarget) -> bool:
    """Return whether a page shows the text of its document: not the later pages of a list, and no alias."""
    return target.number == 1 and target.kind != "alias"


def filler(using: Filling) -> Callable[[Task], Result]:
    """Return the function that fills targets."""
    from proofpress.pages import feeds  # noqa: PLC0415 - a build with nothing to fill doesn't load Jinja
    from proofpress.pages import filling as pages  # noqa: PLC0415
    from proofpress.pages.templates import Templates  # noqa: PLC0415

    templates = Templates(using.templates, using.compiled)
    reader = Reader(using.store) if using.store is not None else None
    entries: dict[SourcePath, tuple[Entry, Recorder[Known]]] = {}
    digests: dict[Any, bytes] = {}
    digester = Digester(Card)
    folders: set[str] = set()

    def body_of(path: SourcePath) -> Body:
        found = using.bodies.get(path)
        if found is None:
            assert reader is not None, "a body is at hand or in the store"
            found = reader.big(DOCUMENT, path)
        return decode_body(found)

    def entry(path: SourcePath) -> tuple[Entry, Recorder[Known]]:
        """Make a post's entry once in this process, and keep what was asked for it."""
        if path not in entries:
            asked = Recorder(using.known, digests, digester)
            made = feeds.entry(using.prepared[path].card, body_of(path), asked.ask)
            asked.ask(questions.Body(path))
            entries[path] = (made, asked)
        return entries[path]

    def page(target: PageTarget, asked: Recorder[Known]) -> tuple[Output | None, list[Problem]]:
        own = using.prepared.get(target.source) if target.source else None
        return pages.fill(
            target,
            body=body_of(own.card.path) if own is not None and shows_text(target) else None,
            card=own.card if own else None,
            ask=asked.ask,
            config=using.config,
            templates=templates,
            image_place=own.places.get("image") if own else None,
            template_place=own.places.get("template") if own else None,
        )

    def feed(target: FeedTarget, asked: Recorder[Known]) -> Output:
        about = asked.ask(questions.Feed(target.taxonomy, target.term))
        made = [entry(card.path) for card in about.posts]
        for _, others in made:
            asked.take(others)
        return feeds.feed(target, about, [each for each, _ in made], using.config)

    def fill(task: Task) -> Result:
        asked = Recorder(using.known, digests, digester)
        problems: list[Problem] = []
        output: Output | None
        if isinstance(task.target, PageTarget):
            output, problems = page(task.target, asked)
        else:
            output = feed(task.target, asked)
        trace = asked.trace(task.inputs)
        if output is None:
            return Result(task.key, Filled(OutputPath(""), "", tuple(problems)), trace, None)
        digest = digest_of_output(output.data)
        filled = Filled(output.path, digest, tuple(problems))
        if using.staging is None:
            return Result(task.key, filled, trace, output.data if using.wanted else None)
        staged = f"{using.staging}/{output.path}"
        folder = staged.rpartition("/")[0]
        if folder not in folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - a string, since this is done for every page of a site
            folders.add(folder)
        with naming(staged):
            Path(staged).write_bytes(output.data)
        return Result(task.key, filled, trace, None)

    return fill
