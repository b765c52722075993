"""One build as the preview sees it: what its pages are made from, so that any of them can be had when it is asked for.

A page that was not made now is not kept either: it is filled when a browser asks, in a few milliseconds, from the
same values that the build had. Filling is pure, so the bytes are those that the build's digest tells of.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from proofpress.builder.documents import DocumentStep
from proofpress.builder.targets import decode_filled
from proofpress.content.scan import place_inside
from proofpress.engine.loop import Runner
from proofpress.engine.reader import Reader
from proofpress.engine.store import BusyError, DamagedError
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, output_path
from proofpress.preview.shown import Page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from proofpress.builder.build import Built
    from proofpress.builder.documents import Reading
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.preparing import Preparation
    from proofpress.kinds.target import FilledTarget, Target

BYTES: Final = 64 * 2**20
"""How many bytes of filled pages are kept."""


class Pages:
    """Bytes of filled pages by their digest: those that were made or asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def put(self, digest: str, data: bytes) -> None:
        """Keep a page's bytes, and let go of those that were not asked for the longest."""
        with self._lock:
            if digest not in self._kept:
                self._size += len(data)
            self._kept[digest] = data
            self._kept.move_to_end(digest)
            while self._size > BYTES and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old)

    def get(self, digest: str) -> bytes | None:
        """Return a page's bytes, if they are there."""
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)


class Bodies:
    """The bodies of one build's documents, by their digests: those made in this process, from the cache's file, or rendered again.

    The file is another build's to write: what it holds counts only where its digest is the one that this build knows.
    """

    def __init__(
        self,
        inputs: Inputs,
        preparation: Preparation,
        made: Mapping[bytes, bytes],
        file: Path,
        render: Callable[[Reading, DocumentStep], bytes | None],
    ) -> None:
        self._inputs = inputs
        self._preparation = preparation
        self._made = made
        self._file = file
        self._render = render

    def open(self) -> Bodies:
        """Return itself."""
        return self

    def get(self, digest: bytes) -> bytes:
        """Return a body. Raises KeyError for one that is not of this build."""
        found = self._made.get(digest) or self._stored(digest)
        if found is None:
            found = self._again(digest)
        return found

    def _stored(self, digest: bytes) -> bytes | None:
        try:
            return Reader(self._file).get(digest)
        except (KeyError, OSError, BusyError, DamagedError):
            return None

    def _again(self, digest: bytes) -> bytes:
        path = self._paths[digest]
        source = next(source for source in self._inputs.tree.documents if source.path == path)
        card = self._preparation.prepared[path].card
        step = DocumentStep(source, card.kind, self._inputs.digests[path], card.original)
        found = self._render(self._preparation.reading, step)
        if found is None:
            raise KeyError(digest)
        return found

    @cached_property
    def _paths(self) -> dict[bytes, SourcePath]:
        return {own.body: path for path, own in self._preparation.prepared.items()}


class View:
    """A build, and how to have any file of it."""

    def __init__(self, built: Built, pages: Pages, now: dt.datetime, before: View | None = None) -> None:
        """Look at a build. `before` is the view of one with the same world, whose tables are the same."""
        self.built = built
        self.now = now
        self._pages = pages
        self._lock = threading.Lock()
        if before is not None:
            self.__dict__ |= {name: before.__dict__[name] for name in _OF_THE_WORLD if name in before.__dict__}

    @cached_property
    def digests(self) -> dict[OutputPath, str]:
        """Every file, with the digest of its bytes."""
        return {path: made.digest for path, made in self.built.made.items()}

    @cached_property
    def targets(self) -> dict[OutputPath, FilledTarget]:
        """What is filled, by its file."""
        return {output_path(step.target.site_path): step.target for step in self.built.filled.steps.values()}

    @cached_property
    def redirects(self) -> dict[SitePath, str]:
        """Where each alias leads."""
        base = Base.of(self.built.inputs.config.url)
        return {
            target.site_path: base.href(target.leads_to)
            for target in self.built.world.targets
            if target.leads_to is not None
        }

    @cached_property
    def listed(self) -> tuple[Page, ...]:
        """Every page that has a text or a list of its own."""
        base = Base.of(self.built.inputs.config.url)
        return tuple(
            self._listed(output_path(target.site_path), target, base)
            for target in self.built.world.targets
            if target.is_page
        )

    def _listed(self, path: OutputPath, target: Target, base: Base) -> Page:
        own = self.built.preparation.prepared.get(target.source) if target.source else None
        card = own.card if own else None
        is_future = card is not None and card.is_post and card.date is not None and card.date > self.now
        return Page(
            path=path,
            url=base.href(target.site_path),
            title=card.title if card is not None and card.title else target.site_path,
            kind=target.kind,
            source=target.source,
            state="draft" if card is not None and card.draft else "future" if is_future else "public",
        )

    @cached_property
    def fill(self) -> Runner[Any, Any]:
        """What fills this build's targets."""
        return Runner(self.built.filled.filling)

    def read(self, path: OutputPath) -> bytes:
        """Return a file's bytes; raises KeyError for one that is not of this build, OSError where the disk does."""
        made = self.built.made[path]
        if not made.kept:
            return made.read()
        data = self._pages.get(made.digest)
        if data is None:
            with self._lock:
                _, outcome = self.fill(self.built.filled.steps[self.targets[path].site_path])
            if outcome.data is None:
                raise KeyError(path)
            self._pages.put(decode_filled(outcome.value).digest, outcome.data)
            data = bytes(outcome.data)
        return data

    def place(self, path: OutputPath) -> str | None:
        """Return where on disk a file is that is copied as it is, None for any other. Raises as `read`."""
        source = self.built.made[path].source
        return None if source is None else place_inside(*source)


_OF_THE_WORLD: Final = ("targets", "redirects", "listed")
"""What depends on the world alone, and not on texts."""
