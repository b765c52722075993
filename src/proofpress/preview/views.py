"""One build as the preview sees it: what its pages are made from, so that any of them can be had when it is asked for.

Pages are had from `demand`, and are not kept for ever: one is filled when a browser asks, in a few milliseconds, from the
same values that the build had. Filling is pure, so the bytes are those that the build's digest tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, overload

from proofpress.builder.documents import DocumentStep
from proofpress.content.scan import place_inside
from proofpress.engine.reader import Reader
from proofpress.engine.store import BusyError, DamagedError
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, encode, output_path
from proofpress.preview.shown import Page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from proofpress.builder.build import Built
    from proofpress.builder.documents import Reading
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.preparing import Preparation
    from proofpress.kinds.target import Target
    from proofpress.preview.demand import Demand


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


class Listed(Sequence["Page"]):
    """The pages of a view, listed when somebody reads the list."""

    def __init__(self, view: View) -> None:
        self._view = view

    @overload
    def __getitem__(self, at: int) -> Page: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Page, ...]: ...
    def __getitem__(self, at: int | slice) -> Page | tuple[Page, ...]:
        return self._view.listed[at]

    def __len__(self) -> int:
        return len(self._view.pages)


class View:
    """A build, and how to have any file of it."""

    def __init__(self, built: Built, demand: Demand, now: dt.datetime, before: View | None = None) -> None:
        """Look at a build. `before` is the view of one with the same plan, whose tables are the same."""
        self.built = built
        self.demand = demand
        self.now = now
        if before is not None:
            self.__dict__ |= {name: before.__dict__[name] for name in _OF_THE_PLAN if name in before.__dict__}

    @cached_property
    def targets(self) -> dict[OutputPath, str]:
        """The keys of what is filled, by its file."""
        return {output_path(step.target.site_path): key for key, step in self.built.filled.steps.items()}

    def key(self, path: OutputPath) -> str | None:
        """Return the key of the target that fills a file; None where there is none."""
        if "targets" not in self.__dict__:  # made when most paths are asked for, or one that is written in another way
            site_path = encode(f"/{path}")
            steps = self.built.filled.steps
            for key in (site_path.removesuffix("index.html"), site_path):
                if key in steps and output_path(SitePath(key)) == path:
                    return key
        return self.targets.get(path)

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
    def pages(self) -> dict[OutputPath, Target]:
        """What is planned that has a text or a list of its own, by its file."""
        return {output_path(target.site_path): target for target in self.built.world.targets if target.is_page}

    @cached_property
    def listed(self) -> tuple[Page, ...]:
        """Every page that has a text or a list of its own."""
        base = Base.of(self.built.inputs.config.url)
        return tuple(self._listed(path, target, base) for path, target in self.pages.items())

    def page(self, path: OutputPath) -> Page | None:
        """Return one of these pages by its file."""
        key = self.key(path)
        if key is None:
            return None
        target = self.built.filled.steps[key].target
        return self._listed(path, target, Base.of(self.built.inputs.config.url)) if target.is_page else None

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

    def digest(self, path: OutputPath) -> str:
        """Return the digest of a file's bytes. Raises KeyError for what is not of this build, or can't be made."""
        plain = self.built.plain.get(path)
        if plain is not None:
            return plain.digest
        key = self.key(path)
        made = self.demand.look(key) if key is not None else None
        if made is None:
            raise KeyError(path)
        return made.digest

    def known(self, path: OutputPath) -> str | None:
        """Return the same as far as it is known; None where it is not, or where there is no such file."""
        made = self.built.plain.get(path) or self.demand.known(self.key(path) or "")
        return made.digest if made is not None else None

    def plans(self, path: OutputPath) -> bool:
        """Return whether a file is one of this build, made or not."""
        return path in self.built.plain or self.key(path) is not None

    def failed(self, path: OutputPath) -> bool:
        """Return whether a file is known to be one that can't be made."""
        key = self.key(path) if path not in self.built.plain else None
        return key is not None and self.demand.known(key) is None and not self.demand.waits(key)

    def read(self, path: OutputPath) -> bytes:
        """Return a file's bytes; raises KeyError as `digest`, OSError where the disk does."""
        plain = self.built.plain.get(path)
        if plain is not None:
            return plain.read()
        key = self.key(path)
        if key is None:
            raise KeyError(path)
        return self.demand.read(key)

    def place(self, path: OutputPath) -> str | None:
        """Return where on disk a file is that is copied as it is, None for any other. Raises as `read`."""
        plain = self.built.plain.get(path)
        return None if plain is None or plain.source is None else place_inside(*plain.source)


_OF_THE_PLAN: Final = ("targets", "redirects", "pages")
"""What depends on the plan alone, and not on texts."""
