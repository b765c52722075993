"""A site's folder, built again and again in one process.

The first build is the command's own, with the cache on disk. Afterwards the traces are in memory, and every build is
the same `build`, which is handed the one before: what stands of it is not looked at again. The same holds of files: where
few were saved, and all are known texts, only these are read.
"""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.build import Built, build
from proofpress.builder.desk import Desk
from proofpress.builder.documents import DOCUMENTS, DocumentStep
from proofpress.builder.inputs import (
    SETTINGS,
    Inputs,
    Looked,
    Options,
    decode_looked,
    read_again,
    read_inputs,
    same_but_texts,
)
from proofpress.builder.reasons import reason_of
from proofpress.builder.variants import PICTURES
from proofpress.engine.blobs import StoreFile
from proofpress.engine.executors import Processes
from proofpress.engine.store import BusyError, DamagedError, Store
from proofpress.engine.volatile import VolatileStore
from proofpress.model import Source
from proofpress.output.cache import CACHE, STORE
from proofpress.output.pictures import Shelf
from proofpress.output.publish import Made
from proofpress.paths import Base, OutputPath, SitePath, SourcePath
from proofpress.preview.bench import Bench
from proofpress.preview.over import Addresses, Over
from proofpress.preview.searching import Index
from proofpress.preview.shown import Ran, Report, Shown
from proofpress.preview.views import Bodies, Pages, View
from proofpress.site.questions import ANY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

PREVIEWED: Final = "previewed"
"""The kind of step that fills a target for a preview, which shows drafts."""

SETTINGS_LOST: Final = frozenset({"settings-syntax", "unreadable-file", "outside-site"})
"""Faults of site.yaml after which nobody knows what it says: the site is then shown as it was."""

FEW: Final = 20
"""How many saved files are looked at one by one."""


class Session:
    """Builds one site, and tells what is to be shown. Its methods are called by one thread at a time."""

    def __init__(self, options: Options, clock: Callable[[], dt.datetime]) -> None:
        """`clock` tells the moment of each build, in place of `options.now`."""
        self._options = options
        self._clock = clock
        self._file = options.root / CACHE / STORE
        self._pages = Pages()
        self._index = Index()
        self._made_bodies: dict[bytes, bytes] = {}
        self._bench = Bench()
        self._laps: list[tuple[str, float]] = []
        self._store = VolatileStore({}, {})
        self._number = 0
        self._whole = True
        self._view: View | None = None
        self._whole_view: View | None = None
        """The last one in which every page could be made: what can't be made now is shown as it was then."""
        self._addresses = Addresses()
        self._moved: dict[SitePath, str] = {}
        self._shown: Shown | None = None

    # ------------------------------------------------------------ the first and the last

    def start(self, progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None) -> Shown:
        """Build the site with the cache on disk. Raises OSError as the disk does, BusyError and WorkerDiedError."""
        began = time.perf_counter()
        try:
            built = self._first(progress, anew=False)
        except DamagedError:
            built = self._first(progress, anew=True)
        return self._show(built, began, frozenset())

    def _first(self, progress: Callable[[str, int, int], None], *, anew: bool) -> Built:
        self._laps = [("", time.perf_counter())]
        with Store(self._file, anew=anew) as store:
            inputs = self._read(decode_looked(store.fact("files")))
            desk = Desk(
                traces=store,
                blobs=StoreFile(self._file),
                lasting=True,
                executor=Processes(self._options.jobs),
                wanted=False,
                searches=False,
                kept=_always,
                shelf=Shelf(self._options.root),
                filled=PREVIEWED,
            )
            built = build(self._now(), desk, inputs, progress=progress, lap=self._lap)
            store.put_fact("files", msgspec.msgpack.encode(inputs.looked))
            names = (f"world {PREVIEWED}", "templates", "highlight")
            self._store = VolatileStore(
                {
                    DOCUMENTS.name: store.entries(DOCUMENTS.name),
                    PICTURES.name: store.entries(PICTURES.name),
                    PREVIEWED: store.entries(PREVIEWED, ANY),
                },
                {name: found for name in names if (found := store.fact(name)) is not None},
            )
            self._number = store.build
        return built

    def warm(self) -> None:
        """Load what the first save will need: a renderer and the templates, a tenth of a second."""
        view = self._view
        assert view is not None, "started"
        source = Source(SourcePath("content/warm.md"), b"*warm*\n\n```python\nwarm\n```\n")
        self._bench.render(view.built.preparation.reading, DocumentStep(source, "page", b""))
        for path in view.digests:
            if path.endswith(".html"):
                view.read(path)
                break

    def close(self) -> None:
        """Leave in the cache what was made since the start, unless another build holds it or the last was broken off.

        And end what the renderer holds.
        """
        try:
            self._keep()
        finally:
            self._bench.close()

    def _keep(self) -> None:
        view = self._view
        fresh = self._store.fresh
        if view is None or not self._whole or not any(fresh.values()):
            return
        with (
            contextlib.suppress(BusyError, DamagedError, OSError),
            Store(self._file, patience=0.0) as store,
        ):
            # Another preview may have been at work here since: then its traces are not all of this world.
            alone = store.build == self._number + 1
            known = self._store.entries(DOCUMENTS.name)
            prepared = view.built.preparation.prepared
            bodies = view.built.filled.filling.blobs.open()
            uncertain = view.built.preparation.uncertain  # what is known of these is of an older text
            store.put(
                DOCUMENTS.name,
                {
                    path: msgspec.structs.replace(known[path], big=bodies.get(prepared[SourcePath(path)].body))
                    for path in fresh.get(DOCUMENTS.name, ())
                    if path in prepared and path not in uncertain
                },
            )
            filled = self._store.entries(PREVIEWED)
            store.put(PREVIEWED, {key: filled[key] for key in fresh.get(PREVIEWED, ())})
            store.put_fact(f"world {PREVIEWED}", (self._store.fact(f"world {PREVIEWED}") or b"") if alone else b"")
            store.put_fact("files", msgspec.msgpack.encode(view.built.inputs.looked))

    # ------------------------------------------------------------ again

    def rebuild(self, hints: frozenset[str] | None) -> Shown:
        """Build again. `hints` are the files that may have changed, None where any may have.

        Gives what was given before where nothing changed. Files that are not among the hints are looked at by a later
        call with None: a preview makes one when it has been quiet.
        """
        self._whole = False
        try:
            shown = self._rebuild(hints)
        except BaseException:
            # Traces of this world may be among those of the world before, and of texts whose bodies nobody has.
            self._store.put_fact(f"world {PREVIEWED}", b"")
            self._store.sweep(DOCUMENTS.name, frozenset())
            raise
        self._whole = True
        return shown

    def _rebuild(self, hints: frozenset[str] | None) -> Shown:
        view, shown = self._view, self._shown
        assert view is not None, "started"
        assert shown is not None, "started"
        began = time.perf_counter()
        self._laps = [("", began)]
        self._bench.seconds.clear()
        before = view.built.inputs
        inputs = self._read_again(view, hints) if hints is not None and len(hints) <= FEW else None
        if inputs is None:
            inputs = self._read(before.looked)
            if same_but_texts(inputs, before) and inputs.digests == before.digests:
                inputs = before
        if inputs is before and not self._due(view):
            return shown
        desk = Desk(
            traces=self._store,
            blobs=view.built.filled.filling.blobs,
            executor=self._bench,
            searches=False,
            kept=_always,
            shelf=Shelf(self._options.root),
            filled=PREVIEWED,
        )
        built = build(self._now(), desk, inputs, view.built, lap=self._lap)
        return self._show(built, began, hints or frozenset())

    def _read_again(self, view: View, hints: frozenset[str]) -> Inputs | None:
        """Look at the files that were saved, where no other can have changed; uncertain texts count as changed."""
        built = view.built
        return read_again(built.inputs, map(SourcePath, sorted(hints)), built.preparation.uncertain)

    def _read(self, looked: Looked) -> Inputs:
        code = self._view.built.inputs.code if self._view is not None else None
        return read_inputs(self._options.root, self._options.base_url, looked, time.time_ns(), code)

    def _due(self, view: View) -> bool:
        return view.built.until is not None and self._clock() >= view.built.until

    def _now(self) -> Options:
        return msgspec.structs.replace(self._options, now=self._clock())

    def _lap(self, phase: str) -> None:
        self._laps.append((phase, time.perf_counter()))

    # ------------------------------------------------------------ what is shown

    def _show(self, built: Built, began: float, hints: frozenset[str]) -> Shown:
        """Take a build for the newest, and return what is to be shown."""
        before = self._shown
        built = self._held(built)
        same_world = self._view is not None and self._view.built.world is built.world
        view = View(built, self._pages, self._clock(), self._view if same_world else None)
        self._view = view
        lost = self._whole_view is not None and any(
            found.path == SETTINGS and found.rule in SETTINGS_LOST for found in built.problems
        )
        if self._whole_view is None or (not lost and len(built.filled.made) == len(built.filled.steps)):
            self._whole_view = view
        good = self._whole_view if lost else view
        seen = Over(good, self._whole_view)
        digests = seen.digests
        if not same_world:
            self._moved = self._addresses.moved(good, digests)
        changed = _changed(before.digests, digests) if before is not None else None
        problems = tuple(built.problems)
        if before is not None and not changed and problems == before.problems:
            revision = before.revision
        else:
            revision = before.revision + 1 if before is not None else 1
        self._shown = Shown(
            revision=revision,
            root=self._options.root.resolve(),
            title=good.built.inputs.config.title,
            base=Base.of(good.built.inputs.config.url),
            digests=digests,
            read=seen.read,
            place=seen.place,
            search=partial(self._index.file, good.built),
            redirects=self._moved | good.redirects,
            pages=good.listed,
            problems=problems,
            failed=built.failed,
            stale=good is not view,
            changed=changed,
            follow=_follow(built, hints),
            report=self._report(built, began),
        )
        return self._shown

    def _held(self, built: Built) -> Built:
        """Put the pages that a build filled among the others that are kept, so that it doesn't hold them for ever.

        And let its bodies be had from where they are: in memory, in the cache's file, or rendered again.
        """
        light = {}
        for key in built.filled.reasons:
            made = built.filled.made.get(key)
            if made is not None:
                if made.data is not None:
                    self._pages.put(made.digest, made.data)
                light[key] = Made(made.path, made.digest)
        bodies = self._made_bodies | built.preparation.bodies
        # What neither this build nor the last whole one shows is let go.
        wanted = {own.body for own in built.preparation.prepared.values()}
        if self._whole_view is not None:
            wanted |= {own.body for own in self._whole_view.built.preparation.prepared.values()}
        self._made_bodies = {digest: body for digest, body in bodies.items() if digest in wanted}
        preparation = msgspec.structs.replace(built.preparation, bodies={})
        filling = msgspec.structs.replace(
            built.filled.filling,
            blobs=Bodies(built.inputs, preparation, self._made_bodies, self._file, self._bench.render),
            wanted=True,
        )
        filled = msgspec.structs.replace(built.filled, filling=filling, made=built.filled.made | light)
        all_made = built.made | {one.path: one for one in light.values()}
        return msgspec.structs.replace(built, preparation=preparation, filled=filled, made=all_made)

    def _report(self, built: Built, began: float) -> Report:
        phases: dict[str, float] = {}
        for (_, start), (name, end) in zip(self._laps, self._laps[1:], strict=False):
            phases[name] = phases.get(name, 0.0) + end - start
        ran = tuple(
            Ran(key, reason_of(key, why, built.detail), self._bench.seconds.get(key, 0.0))
            for key, why in built.reasons.items()
        )
        kept = len(self._store.entries(PREVIEWED)) - sum(key.startswith("/") for key in built.reasons)
        return Report(seconds=time.perf_counter() - began, phases=tuple(phases.items()), ran=ran, kept=max(0, kept))


def _always(_path: OutputPath, _digest: str) -> bool:
    return True


def _changed(before: Mapping[OutputPath, str], now: Mapping[OutputPath, str]) -> frozenset[OutputPath]:
    """Return the files that came, went or have other bytes."""
    return frozenset(path for path, _ in before.items() ^ now.items())


def _follow(built: Built, hints: frozenset[str]) -> str:
    """Return the URL of the page that shows the one document among the files that were saved."""
    prepared = built.preparation.prepared
    hidden = built.world.site.hidden
    saved = [prepared[SourcePath(path)].card for path in hints if path in prepared and path not in hidden]
    return saved[0].url if len(saved) == 1 else ""
