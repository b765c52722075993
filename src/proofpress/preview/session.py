"""A site's folder, built again and again in one process.

The first build is the command's own, with the cache on disk. Afterwards the traces are in memory, and every build is
the same `build`, which is handed the one before: what stands of it is not looked at again. The same holds of files: where
few were saved, and all are known texts, only these are read.
"""

from __future__ import annotations

import contextlib
import functools
import time
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.build import Built, build, completed
from proofpress.builder.companions import included_elsewhere
from proofpress.builder.desk import Desk
from proofpress.builder.documents import DOCUMENTS, DocumentStep
from proofpress.builder.filling import no_code
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
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, output_path
from proofpress.preview.bench import Bench
from proofpress.preview.demand import PREVIEWED, WORLD, Demand, Pages
from proofpress.preview.over import Addresses, Over
from proofpress.preview.searching import Index
from proofpress.preview.shown import Ran, Report, Shown, seen
from proofpress.preview.views import Bodies, Listed, View
from proofpress.site.questions import ANY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping

    from proofpress.builder.targets import TargetStep
    from proofpress.engine.steps import Stale

SETTINGS_LOST: Final = frozenset({"settings-syntax", "unreadable-file", "outside-site"})
"""Faults of site.yaml after which nobody knows what it says: the site is then shown as it was."""

FEW: Final = 20
"""How many saved files are looked at one by one, and of how many the pages are filled at once."""

NOTHING: Final = Report(seconds=0.0, phases=(), ran=(), kept=0)

SLICE: Final = 0.25
"""Seconds of looking at pages that wait, after which what was found is told."""

BODIES: Final = 32 * 2**20
"""How many bytes of rendered texts are kept that lie in no file."""

REASONS: Final = 200
"""Of how many pages that were filled in quiet the report says why."""


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
        self._code = no_code()
        self._sheets: dict[str, SitePath] = {}
        """Where the theme's style sheets are: they keep their names, so that no page changes with a sheet."""
        self._number = 0
        self._whole = True
        self._view: View | None = None
        self._whole_view: View | None = None
        """The last one in which every page was made: what can't be made now is shown as it was then, if it wasn't since."""
        self._read_view: View | None = None
        """The last one whose settings could be read."""
        self._addresses = Addresses()
        self._moved: dict[SitePath, str] = {}
        self._seen: Over | None = None
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
            names = (WORLD, "templates", "highlight")
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
        """Load what the first save will need: a renderer, and the code of the templates, for some tenths of a second."""
        view = self._view
        assert view is not None, "started"
        source = Source(SourcePath("content/warm.md"), b"*warm*\n\n```python\nwarm\n```\n")
        self._bench.render(view.built.preparation.reading, DocumentStep(source, "page", b""))
        for key in {step.target.template: key for key, step in view.built.filled.steps.items()}.values():
            if view.demand.known(key) is not None:
                view.demand.read(key)

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
            bodies = self._made_bodies
            uncertain = view.built.preparation.uncertain  # what is known of these is of an older text
            store.put(
                DOCUMENTS.name,
                {
                    path: msgspec.structs.replace(known[path], big=body)
                    for path in fresh.get(DOCUMENTS.name, ())
                    if path in prepared and path not in uncertain
                    if (body := bodies.get(prepared[SourcePath(path)].body)) is not None
                },
            )
            filled = self._store.entries(PREVIEWED)
            store.put(PREVIEWED, {key: filled[key] for key in fresh.get(PREVIEWED, ())})
            store.put_fact(WORLD, (self._store.fact(WORLD) or b"") if alone else b"")
            store.put_fact("files", msgspec.msgpack.encode(view.built.inputs.looked))

    # ------------------------------------------------------------ again

    @property
    def sheets(self) -> dict[str, SitePath]:
        """Where the theme's style sheets are, by name: where they were when the preview first had them."""
        return dict(self._sheets)

    @property
    def included(self) -> frozenset[str]:
        """The files that posts include and that are watched for that alone, as seen from the site's folder."""
        if self._view is None:
            return frozenset()
        inputs = self._view.built.inputs
        return included_elsewhere(inputs.root, inputs.tree.documents, inputs.config.sources)

    @property
    def waiting(self) -> int:
        """How many pages and feeds of the last build nobody has looked at: they are filled when they are read."""
        return self._view.demand.waiting if self._view is not None else 0

    def look_on(self, stop: Callable[[], bool] = lambda: False) -> Shown:
        """Look at pages that wait, for a moment, or until somebody says `stop`; return what is shown, with what was found."""
        view, shown = self._view, self._shown
        assert view is not None, "started"
        assert shown is not None, "started"
        end = time.perf_counter() + SLICE
        while view.demand.waiting and not stop() and time.perf_counter() < end:
            view.demand.look_at_next()
        filled = view.demand.filled()
        if filled.waiting and filled.problems == view.built.filled.problems:
            return shown
        built = completed(view.built, self._now(), filled)
        view = View(built, view.demand, view.now, view)
        self._view = view
        return self._looked(view, shown)

    def _looked(self, view: View, before: Shown) -> Shown:
        """Return a revision with what was found since it began; the next one where that is another problem."""
        self._keep_in_mind(view)
        shown = self._over(view)
        ran = (*before.report.ran, *self._ran(dict(islice(view.demand.reasons.items(), REASONS)), view.built))
        fresh = shown.problems != before.problems or bool(shown.problems and not shown.waiting)
        self._shown = msgspec.structs.replace(
            shown,
            revision=before.revision + fresh,
            changed=frozenset() if fresh else before.changed,
            unseen=seen if fresh else before.unseen,
            follow="" if fresh else before.follow,
            report=msgspec.structs.replace(before.report, ran=before.report.ran if view.demand.waiting else ran),
        )
        return self._shown

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        """Build again. `hints` are the files that may have changed, None where any may have; `opened` are filled at once.

        Gives what was given before where nothing changed. Files that are not among the hints are looked at by a later
        call with None: a preview makes one when it has been quiet. All other pages wait until they are read, or `look_on`
        comes to them.
        """
        self._whole = False
        try:
            shown = self._rebuild(hints, opened)
        except BaseException:
            # Traces of this world may be among those of the world before, and of texts whose bodies nobody has.
            self._store.put_fact(WORLD, b"")
            self._store.sweep(DOCUMENTS.name, frozenset())
            raise
        self._whole = True
        return shown

    def _rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath]) -> Shown:
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
        keys = {key for path in opened if (key := view.key(path)) is not None}

        def first(step: TargetStep, changed: frozenset[SourcePath]) -> bool:
            own = step.own if len(changed) <= FEW and step.target.is_page else None
            return step.key in keys or (own is not None and own.card.path in changed)

        if inputs.plugins != before.plugins:
            self._code = no_code()  # code may hold what a plugin's filter gave
        desk = Desk(
            traces=self._store,
            blobs=view.built.filled.filling.blobs,
            executor=self._bench,
            searches=False,
            kept=_always,
            shelf=Shelf(self._options.root),
            named=self._sheets,
            first=first,
            code=self._code,
            filled=PREVIEWED,
        )
        known = msgspec.structs.replace(view.built, filled=view.demand.retire())
        settled = self._store.fact(WORLD)
        built = build(self._now(), desk, inputs, known, lap=self._lap)
        return self._show(built, began, hints or frozenset(), opened, settled=settled == built.world.digest)

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

    def _show(
        self,
        built: Built,
        began: float,
        hints: frozenset[str],
        opened: Collection[OutputPath] = (),
        *,
        settled: bool = False,
    ) -> Shown:
        """Take a build for the newest, and return what is to be shown."""
        before, last = self._shown, self._view
        built = self._held(built)
        self._sheets |= built.world.sheets
        same_plan = last is not None and last.built.world.plan is built.world.plan
        demand = Demand(built, self._store, self._pages, settled=settled)
        view = View(built, demand, self._clock(), last if same_plan else None)
        looked = {output_path(SitePath(key)) for key in built.filled.reasons}.union(opened)
        seen_before = {path: self._seen.known(path) for path in looked} if self._seen is not None else {}
        self._view = view
        self._keep_in_mind(view)
        shown = self._over(view)
        assert self._seen is not None, "just made"
        if not same_plan:
            self._moved = self._addresses.moved(self._shown_view(view), shown.digests)
        changed = None
        if before is not None and last is not None:
            changed = _changed(last.built, built) | {
                path for path in looked if self._seen.known(path) != seen_before[path]
            }
        same = before is not None and not changed and not shown.waiting and shown.problems == before.problems
        waited = frozenset(built.filled.waiting)
        self._shown = msgspec.structs.replace(
            shown,
            revision=1 if before is None else before.revision + (not same),
            redirects=self._moved | self._shown_view(view).redirects,
            changed=changed,
            unseen=lambda path: view.key(path) in waited,
            follow=_follow(built, hints),
            report=self._report(built, began),
        )
        return self._shown

    def _keep_in_mind(self, view: View) -> None:
        """Remember a view as one that what can't be made, or read, later is shown from."""
        if not _lost(view.built):
            self._read_view = view
            if self._whole_view is None or len(view.built.filled.made) == len(view.built.filled.steps):
                self._whole_view = view
        if self._read_view is None:
            self._read_view = self._whole_view = view

    def _shown_view(self, view: View) -> View:
        """Return the view that is shown in a view's place: the last one, while its settings can't be read."""
        return self._read_view if self._read_view is not None and _lost(view.built) else view

    def _over(self, view: View) -> Shown:
        """Return what is shown of a view, as far as that is known from the view alone."""
        good = self._shown_view(view)
        self._seen = seen = Over(good, self._whole_view, self._pages)
        return Shown(
            revision=0,
            root=self._options.root.resolve(),
            title=good.built.inputs.config.title,
            base=Base.of(good.built.inputs.config.url),
            digests=seen.digests,
            read=seen.read,
            place=seen.place,
            search=partial(self._index.file, good.built),
            redirects=self._moved | good.redirects,
            pages=Listed(good),
            page=good.page,
            problems=tuple(view.built.problems),
            failed=view.built.failed,
            stale=good is not view,
            changed=None,
            waiting=view.demand.waiting,
            follow="",
            report=NOTHING,
        )

    def _held(self, built: Built) -> Built:
        """Put the pages that a build filled among the others that are kept, so that it doesn't hold them for ever.

        And let its bodies be had from where they are: in memory, in the cache's file, or rendered again.
        """
        light = {}
        for key in built.filled.reasons:
            made = built.filled.made.get(key)
            if made is not None:
                if made.data is not None:
                    self._pages.put(made.path, made.digest, made.data)
                light[key] = Made(made.path, made.digest)
        bodies = self._made_bodies | built.preparation.bodies
        # What neither this build nor the last whole one shows is let go.
        wanted = {own.body for own in built.preparation.prepared.values()}
        if self._whole_view is not None:
            wanted |= {own.body for own in self._whole_view.built.preparation.prepared.values()}
        self._made_bodies = _newest({digest: body for digest, body in bodies.items() if digest in wanted})
        preparation = msgspec.structs.replace(built.preparation, bodies={})
        filling = msgspec.structs.replace(
            built.filled.filling,
            blobs=Bodies(built.inputs, preparation, self._made_bodies, self._file, self._bench.render),
            code=self._code,
            wanted=True,
        )
        filled = msgspec.structs.replace(built.filled, filling=filling, made=built.filled.made | light)
        all_made = built.made | {one.path: one for one in light.values()}
        return msgspec.structs.replace(built, preparation=preparation, filled=filled, made=all_made)

    def _report(self, built: Built, began: float) -> Report:
        phases: dict[str, float] = {}
        for (_, start), (name, end) in zip(self._laps, self._laps[1:], strict=False):
            phases[name] = phases.get(name, 0.0) + end - start
        ran = self._ran(built.reasons, built)
        kept = len(self._store.entries(PREVIEWED)) - sum(key.startswith("/") for key in built.reasons)
        kept -= len(built.filled.waiting)
        return Report(seconds=time.perf_counter() - began, phases=tuple(phases.items()), ran=ran, kept=max(0, kept))

    def _ran(self, reasons: Mapping[str, Stale], built: Built) -> tuple[Ran, ...]:
        detail = functools.cache(built.detail)  # many pages ask the same
        return tuple(
            Ran(key, reason_of(key, why, detail), self._bench.seconds.get(key, 0.0)) for key, why in reasons.items()
        )


def _newest(bodies: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the bodies that were made last, as many as are kept; the others are rendered again when they are asked for."""
    left = sum(map(len, bodies.values())) - BODIES
    kept = dict(bodies)
    for digest, body in bodies.items():
        if left <= 0:
            break
        del kept[digest]
        left -= len(body)
    return kept


def _lost(built: Built) -> bool:
    """Return whether nobody knows what the settings of a build say."""
    return any(found.path == SETTINGS and found.rule in SETTINGS_LOST for found in built.problems)


def _always(_path: OutputPath, _digest: str) -> bool:
    return True


def _changed(before: Built, now: Built) -> frozenset[OutputPath]:
    """Return the files that came or went, and those that are no pages and have other bytes."""
    found: set[OutputPath] = set()
    if before.plain is not now.plain:
        for path in before.plain.keys() | now.plain.keys():
            one, other = before.plain.get(path), now.plain.get(path)
            if one is None or other is None or one.digest != other.digest:
                found.add(path)
    if before.world.plan is not now.world.plan:
        found |= {output_path(SitePath(key)) for key in before.filled.steps.keys() ^ now.filled.steps.keys()}
    return frozenset(found)


def _follow(built: Built, hints: frozenset[str]) -> str:
    """Return the URL of the page that shows the one document among the files that were saved."""
    prepared = built.preparation.prepared
    hidden = built.world.site.hidden
    saved = [prepared[SourcePath(path)].card for path in hints if path in prepared and path not in hidden]
    return saved[0].url if len(saved) == 1 else ""
