"""One target as a step: its page filled, or its feed written, from its own body and from answers about the site."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.builder.documents import Prepared, decode_body
from proofpress.builder.plugins import NONE, Plugins, fault_of, fault_somewhere, import_own, open_plugins
from proofpress.config import Config
from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.engine.blobs import Carried
from proofpress.engine.digests import SIZE, Digester, digest_of
from proofpress.engine.disk import naming
from proofpress.engine.loop import Outcome
from proofpress.engine.steps import Recorder, Trace
from proofpress.kinds.making import Making, Workshop
from proofpress.kinds.registry import alternates
from proofpress.kinds.target import FilledTarget
from proofpress.model import Card, TemplateSource
from proofpress.output.record import digest_of_output
from proofpress.paths import OutputPath, SourcePath, output_path
from proofpress.problems import Problem
from proofpress.site.questions import Known
from proofpress.words.vocabulary import Catalogues, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


INPUT_NAMES: Final = ("the settings or the program", "its address", "its template", "its front matter", "its text")
"""What a target's static inputs are, in the order of their digests."""


class Filled(msgspec.Struct, frozen=True):
    """What filling a target gave: the file, by its digest, and what was found wrong on the way.

    `path` is empty where the template failed, and nothing was made. In a check there is what was seen beside these, which
    `builder.finished` reads of a page, and `builder.finished_xml` of a feed.
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
    code: Any
    """pages.templates.Code | None: what this process worked out of templates before."""
    words: Words
    known: Known
    blobs: Any
    """engine.blobs.Blobs: the bodies."""
    staging: Path | None
    """Where the bytes go; None hands them back."""
    wanted: bool = True
    """Whether the bytes are wanted; else their digests do."""
    plugins: Plugins = NONE
    """Those of the site; their digest is in `versions`."""
    checks: bool = False
    """Whether pages are looked at once they are finished."""
    root: Path
    """The site's folder, for files whose digests targets have among their fields."""
    files: dict[SourcePath, bytes] = {}
    """Such files on a machine that has no such folder."""

    @property
    def digest(self) -> bytes:
        """Of what every target depends on. The rest has its digest in the step that uses it."""
        return digest_of([self.versions, self.config, self.words, self.checks])

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers, in which the same cards come again and again."""
        return Digester(Card)

    def open(self) -> Filler:
        """Return what fills."""
        return Filler(self)

    def away(self) -> Filling:
        """Return the same for another machine: texts come with the steps, and pages go back as bytes."""
        wanted = self.wanted or self.staging is not None
        files = {}
        for name in map(SourcePath, self.config.card_fonts):
            with contextlib.suppress(OSError, OutsideSiteError):  # which the plan has told
                files[name] = read_inside(self.root, name)
        return msgspec.structs.replace(
            self, blobs=Carried(), staging=None, wanted=wanted, code=None, root=Path(), files=files
        )

    def file(self, path: SourcePath) -> bytes:
        """Return the bytes of a file of the site. Raises as `read_inside` does."""
        found = self.files.get(path)
        return read_inside(self.root, path) if found is None else found

    def reads(self, step: TargetStep) -> Iterator[bytes]:
        """Give the digests of the texts that a target shows, as far as it can tell."""
        if step.body is not None:
            yield step.body
        for path in step.target.texts(lambda question: question.answer(self.known)):
            yield self.known.bodies[path]

    def may_read(self, step: TargetStep) -> Iterator[bytes]:
        """Give the digest of every text that there is, for a plugin's target that carries more than its own."""
        yield from self.reads(step)
        yield from self.known.bodies.values()

    def landed(self, result: tuple[Trace[Any], Outcome]) -> tuple[Trace[Any], Outcome]:
        """Return what a step gave on another machine as it would be from here: with its file in the staging folder."""
        trace, outcome = result
        if self.staging is None or outcome.data is None:
            return result
        staged = Path(self.staging, decode_filled(outcome.value).path)
        staged.parent.mkdir(parents=True, exist_ok=True)
        with naming(str(staged)):
            staged.write_bytes(outcome.data)
        return trace, msgspec.structs.replace(outcome, data=None)

    def could_be(self, step: TargetStep, value: bytes, data: bytes) -> bool:
        """Tell whether these can be what a target was made into: for what somebody else says he made of it.

        The file is the target's own, and has the digest that it is said to have. Raises msgspec.MsgspecError.
        """
        filled = decode_filled(value)
        return filled.path == output_path(step.target.site_path) and filled.digest == digest_of_output(data)

    def bytes_of(self, outcome: Outcome) -> bytes:
        """Return the bytes of a file that was made here, or that landed."""
        if outcome.data is not None or self.staging is None:
            return outcome.data or b""
        return Path(self.staging, decode_filled(outcome.value).path).read_bytes()


class TargetStep(msgspec.Struct, frozen=True, kw_only=True):
    """A page or feed to make. Its value is a Filled as JSON; its bytes are handed on, or lie in the staging folder."""

    target: FilledTarget
    own: Prepared | None = None
    """The document whose text the page shows, or that it is about."""
    template: bytes = bytes(SIZE)
    """The digest of all templates that filling it may read."""
    plugins: Plugins = NONE
    """Of a target whose class is a plugin's: those that it comes from."""

    def __reduce__(self) -> Any:
        """Pickle it so that who unpickles it, in whichever process, first imports what its target's class is of."""
        if not self.plugins.files:
            return super().__reduce__()
        return _unpickled, (self.plugins, pickle.dumps(self.target), self.own, self.template)

    @property
    def key(self) -> str:
        """The target's site path."""
        return self.target.site_path

    @property
    def body(self) -> bytes | None:
        """The digest of the body that is shown."""
        return self.own.body if self.own is not None and self.target.text_of is not None else None

    @property
    def digests(self) -> bytes:
        """As INPUT_NAMES has them, the first left out."""
        own = self.own
        told = digest_of([own.card, own.places.get("image")]) if own is not None else bytes(SIZE)
        return digest_of(self.target) + self.template + told + (self.body or bytes(SIZE))

    def run(self, using: Filler, asked: Recorder[Known]) -> Outcome:
        """Make it."""
        own = self.own
        making = Making(
            using.shop,
            asked,
            card=own.card if own is not None else None,
            image_place=own.places.get("image") if own is not None else None,
            template_place=own.places.get("template") if own is not None else None,
            text=self.body,
            language=self.target.language,
        )
        data, problems = self._made(making, using.plugins)
        if data is None:
            return Outcome(msgspec.json.encode(Filled(OutputPath(""), "", tuple(problems))), kept=False)
        path = output_path(self.target.site_path)
        filled = Filled(path, digest_of_output(data), tuple(problems))
        value = msgspec.json.encode(filled)
        if using.look is not None:
            seen = using.look(data, self.target, making, using.plugins)
            value = msgspec.json.encode(msgspec.structs.asdict(filled) | seen)
        return Outcome(value, data=using.put(path, data))

    def _made(self, making: Making, plugins: Plugins) -> tuple[bytes | None, Sequence[Problem]]:
        """Make it; where a plugin fails, that is the problem."""
        if not plugins:
            return self.target.make(making)
        try:
            data, problems = self.target.make(making)
            bytes(data or b"")  # what can be published, or else an error
        except Exception as error:
            doing = f"while {self.target.site_path} was made"
            fault = getattr(error, "problem", None) or fault_of(error, plugins, doing)
            if fault is None and self.plugins:
                fault = fault_somewhere(error, plugins, doing, type(self.target).make)
            if fault is None:
                raise
            return None, [fault]
        return data, problems


def _unpickled(plugins: Plugins, target: bytes, own: Prepared | None, template: bytes) -> TargetStep:
    import_own(plugins)
    return TargetStep(target=pickle.loads(target), own=own, template=template, plugins=plugins)  # noqa: S301 - by this build


class Filler:
    """Makes targets in one process."""

    def __init__(self, filling: Filling) -> None:
        from proofpress.pages.templates import Templates  # noqa: PLC0415 - a build with nothing to fill doesn't load Jinja

        self._filling = filling
        self.plugins = filling.plugins
        self.look: Callable[[bytes, FilledTarget, Making, Plugins], dict[str, object]] | None = None
        """Looks at what is finished, for a check."""
        if filling.checks:
            from proofpress.builder.finished_frames import has_own  # noqa: PLC0415 - a build doesn't look
            from proofpress.builder.finished_xml import seen_on  # noqa: PLC0415

            self.look = functools.partial(seen_on, own=has_own(filling.templates))
        self._folders: set[str] = set()
        blobs = filling.blobs.open()
        self.shop = Workshop(
            config=filling.config,
            templates=Templates(
                filling.templates, filling.compiled, open_plugins(filling.plugins).filters, filling.words, filling.code
            ),
            catalogues=Catalogues(filling.words),
            body=lambda digest: decode_body(blobs.get(digest)),
            recorder=lambda: Recorder(filling.known, digest=Digester(Card)),
            alternates=functools.partial(alternates, more=open_plugins(filling.plugins).kinds),
            read=filling.file,
        )

    def put(self, path: OutputPath, data: bytes) -> bytes | None:
        """Put a file where it is to go; return its bytes where they are to be handed back."""
        staging = self._filling.staging
        if staging is None:
            return data if self._filling.wanted else None
        staged = f"{staging}/{path}"
        folder = staged.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - a string, since this is done for every page of a site
            self._folders.add(folder)
        with naming(staged), open(staged, "wb") as file:  # noqa: PTH123 - as above
            file.write(data)
        return None
