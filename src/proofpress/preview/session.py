"""A site's folder, built again and again in one process.

The first build is the command's own, with the cache on disk. Afterwards the traces are in memory, and every build is
the same build; a save of known texts, which changes nothing that other pages may know of them, takes a shorter way
through it: the world of the build before stands, and what shows these texts is made anew.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder import documents, outputs
from proofpress.builder.build import Built, build
from proofpress.builder.documents import Prepared, decode_prepared
from proofpress.builder.filling import task_of
from proofpress.builder.inputs import Inputs, Looked, Options, decode_looked, read_inputs
from proofpress.builder.memory import Memory
from proofpress.builder.outputs import DOCUMENT, decode_filled
from proofpress.builder.preparing import Preparation, step_inputs, uncertain_of, unpublished
from proofpress.builder.reasons import INPUT_NAMES, reason_of
from proofpress.builder.reporting import with_excerpts
from proofpress.content.scan import MAX_MARKDOWN
from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.steps import Stale, Trace
from proofpress.engine.store import BusyError, DamagedError, Entry, Store
from proofpress.engine.volatile import VolatileStore
from proofpress.model import FeedTarget, PageTarget, Source
from proofpress.output.cache import CACHE, STORE
from proofpress.output.publish import Made
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, output_path
from proofpress.preview.shown import Ran, Report, Shown
from proofpress.preview.views import Bodies, Pages, View
from proofpress.problems import Problem, judge
from proofpress.site.questions import ANY, Body

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from proofpress.config import Config

PREVIEWED: Final = "previewed"
"""The kind of step that fills a target for a preview, which shows drafts."""

_ITS_TEXT: Final = Stale("inputs", parts=(INPUT_NAMES.index("its text"),))

FEW: Final = 20
"""How many saved texts are looked at one by one."""


class Session:
    """Builds one site, and tells what is to be shown. Its methods are called by one thread at a time."""

    def __init__(self, options: Options, clock: Callable[[], dt.datetime]) -> None:
        """`clock` tells the moment of each build, in place of `options.now`."""
        self._options = options
        self._clock = clock
        self._file = options.root / CACHE / STORE
        self._pages = Pages()
        self._made_bodies: dict[bytes, bytes] = {}
        self._renderer: tuple[Config, documents.Rendering] | None = None
        self._rendering = threading.Lock()
        self._seconds: dict[str, float] = {}
        self._laps: list[tuple[str, float]] = []
        self._store = VolatileStore({}, {})
        self._number = 0
        self._whole = True
        self._view: View | None = None
        self._good: View | None = None
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
            memory = Memory(store=store, path=self._file, kept=_always, staging=None, kind=PREVIEWED, wanted=False)
            built = build(self._now(), memory, inputs, progress, self._lap)
            store.put_fact("files", msgspec.msgpack.encode(inputs.looked))
            names = (f"world {PREVIEWED}", "templates", "highlight")
            self._store = VolatileStore(
                {DOCUMENT: store.entries(DOCUMENT), PREVIEWED: store.entries(PREVIEWED, ANY)},
                {name: found for name in names if (found := store.fact(name)) is not None},
            )
            self._number = store.build
        filling = built.filling
        bodies = self._bodies(inputs)(filling.prepared, built.preparation.bodies)
        return msgspec.structs.replace(built, filling=msgspec.structs.replace(filling, bodies=bodies, store=None))

    def warm(self) -> None:
        """Load what the first save will need: a renderer and the templates, a tenth of a second."""
        view = self._view
        assert view is not None, "started"
        source = Source(SourcePath("content/warm.md"), b"*warm*\n\n```python\nwarm\n```\n")
        self._preparer(view.built.inputs.config)(documents.Task(source, "page"))
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
            if self._renderer is not None:
                self._renderer[1].close()

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
            known = self._store.entries(DOCUMENT)
            bodies = view.built.filling.bodies
            uncertain = view.built.preparation.uncertain  # what is known of these is of an older text
            store.put(
                DOCUMENT,
                {
                    path: msgspec.structs.replace(known[path], big=bodies[SourcePath(path)])
                    for path in fresh.get(DOCUMENT, ())
                    if path in bodies and path not in uncertain
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
            # Traces of this world may be among those of the world before.
            self._store.put_fact(f"world {PREVIEWED}", b"")
            raise
        self._whole = True
        return shown

    def _rebuild(self, hints: frozenset[str] | None) -> Shown:
        view, shown = self._view, self._shown
        assert view is not None, "started"
        assert shown is not None, "started"
        began = time.perf_counter()
        self._laps, self._seconds = [("", began)], {}
        built = self._few(view, hints) if hints is not None else None
        if built is None:
            inputs = self._read(view.built.inputs.looked)
            if _same(inputs, view.built.inputs) and not self._due(view):
                return shown
            built = build(self._now(), self._memory(inputs), inputs, lap=self._lap)
        if built is view.built:
            return shown
        return self._show(built, began, hints or frozenset())

    def _memory(self, inputs: Inputs) -> Memory:
        return Memory(
            store=self._store,
            path=None,
            kept=_always,
            staging=None,
            kind=PREVIEWED,
            preparer=self._preparer,
            filler=self._filler,
            bodies=self._bodies(inputs),
        )

    def _read(self, looked: Looked) -> Inputs:
        versions = self._view.built.inputs.versions if self._view is not None else None
        inputs = read_inputs(self._options.root, self._options.base_url, looked, time.time_ns(), versions)
        self._lap("Reading files")
        return inputs

    def _due(self, view: View) -> bool:
        return view.built.until is not None and self._clock() >= view.built.until

    def _now(self) -> Options:
        return msgspec.structs.replace(
            self._options, now=self._clock(), jobs=self._options.jobs if not self._view else 1
        )

    # ------------------------------------------------------------ a few texts

    def _few(self, view: View, hints: frozenset[str]) -> Built | None:
        """Build again after a save of a few texts. None where more than what shows these texts may have to change."""
        before = view.built
        inputs = before.inputs
        if len(hints) > FEW or any(found.rule == "template-error" for found in before.problems):
            return None
        texts = {}
        for path in map(SourcePath, sorted(hints)):
            if path in inputs.digests:
                data = _plain_text(self._options.root, path)
                if data is None:
                    return None
                if digest_of_bytes(data) != inputs.digests[path] or path in before.preparation.uncertain:
                    texts[path] = Source(path, data)
            elif os.path.lexists(self._options.root / path) or path in inputs.files or path in inputs.data:
                return None
            elif not path.startswith("content/"):
                return None  # a template, a setting
        if not texts:
            return before
        self._lap("Reading files")
        preparation = self._prepared(before, texts)
        self._lap("Rendering posts")
        if preparation is None:
            return None
        inputs = msgspec.structs.replace(
            inputs,
            tree=msgspec.structs.replace(
                inputs.tree, documents=tuple(texts.get(source.path, source) for source in inputs.tree.documents)
            ),
            digests=inputs.digests | {path: digest_of_bytes(source.data) for path, source in texts.items()},
        )
        shown = before.filling.prepared | {
            path: own for path, own in preparation.prepared.items() if path in texts and path in before.filling.prepared
        }
        filling = msgspec.structs.replace(
            before.filling,
            prepared=shown,
            known=before.world.known(inputs, shown),
            bodies=self._bodies(inputs)(shown, preparation.bodies),
        )
        built = msgspec.structs.replace(before, inputs=inputs, preparation=preparation, filling=filling)
        return self._filled(view, built, texts)

    def _prepared(self, before: Built, texts: Mapping[SourcePath, Source]) -> Preparation | None:
        """Render texts again. None where other pages may learn of the change."""
        inputs, known = before.inputs, before.preparation.prepared
        common = documents.inputs_of(inputs.config, inputs.versions)
        prepare = self._preparer(inputs.config)
        fresh: dict[SourcePath, Prepared] = {}
        entries: dict[str, Entry] = {}
        bodies: dict[SourcePath, bytes] = {}
        for path, source in texts.items():
            kind = known[path].card.kind
            value, bodies[path] = prepare(documents.Task(source, kind))
            own = fresh[path] = decode_prepared(value)
            if own.told != known[path].told or own.places != known[path].places:
                return None
            if own.certain:
                entries[path] = Entry(Trace(step_inputs(common, digest_of_bytes(source.data), kind)), value)
        self._store.put(DOCUMENT, entries)
        every = known | fresh
        return Preparation(
            every, bodies, uncertain_of(every), {path: Stale("inputs", parts=(1,)) for path in texts}, {}
        )

    def _filled(self, view: View, built: Built, texts: Mapping[SourcePath, Source]) -> Built | None:
        """Fill what shows these texts. None where a template fails."""
        targets: list[PageTarget | FeedTarget] = [
            target for path in texts for target in view.by_source.get(path, ()) if outputs.shows_text(target)
        ]
        carried = {Body(path) for path in texts}
        entries = self._store.entries(PREVIEWED)
        targets += [
            feed for feed in view.feeds if any(asked[0] in carried for asked in entries[feed.site_path].trace.asked)
        ]
        fill = self._filler(built.filling)
        made: dict[OutputPath, Made] = {}
        fresh: dict[str, Entry] = {}
        reasons: dict[str, Stale] = dict(built.preparation.reasons)
        for target in targets:
            result = fill(task_of(target, built.filling))
            if not result.filled.path:
                return None
            made[result.filled.path] = Made(result.filled.path, result.filled.digest, result.data)
            fresh[result.key] = Entry(result.trace, msgspec.json.encode(result.filled))
            reasons[result.key] = (
                _ITS_TEXT if isinstance(target, PageTarget) else Stale("answer", min(carried, key=str))
            )
        self._store.put(PREVIEWED, fresh)
        self._lap("Filling pages")
        built = msgspec.structs.replace(
            built, made=built.made | made, problems=self._problems(view, built, texts), reasons=reasons
        )
        self._lap("Gathering problems")
        return built

    def _problems(self, view: View, built: Built, texts: Mapping[SourcePath, Source]) -> list[Problem]:
        """Put the problems of these texts in the place of those that they had."""
        entries = self._store.entries(PREVIEWED)
        found = [one for one in (*built.inputs.problems, *built.world.problems) if one.path in texts]
        for path in texts:
            found += built.preparation.prepared[path].problems
            for target in view.by_source.get(path, ()):
                found += decode_filled(entries[target.site_path].value).problems
        drafts = unpublished(built.preparation.prepared, self._options)
        judged = judge(found, built.inputs.config.rules, strict=self._options.strict, drafts=drafts)
        sources: dict[str, bytes] = {path: source.data for path, source in texts.items()}
        others = [one for one in built.problems if one.path not in texts]
        return sorted([*others, *with_excerpts(judged, sources, self._options.root)])

    # ------------------------------------------------------------ how steps are run

    def _preparer(self, config: Config) -> Callable[[documents.Task], tuple[bytes, bytes]]:
        """Return the function that renders documents. A renderer is made at the first, and kept while the settings are."""

        def timed(task: documents.Task) -> tuple[bytes, bytes]:
            with self._rendering:  # a page that is asked for may need a body while a build renders others
                began = time.perf_counter()
                if self._renderer is None or self._renderer[0] != config:
                    if self._renderer is not None:
                        self._renderer[1].close()
                    self._renderer = config, documents.preparer(config)
                result = self._renderer[1](task)
                self._seconds[task.source.path] = time.perf_counter() - began
                return result

        return timed

    def _filler(self, filling: outputs.Filling) -> Callable[[outputs.Task], outputs.Result]:
        fill = outputs.filler(filling)

        def timed(task: outputs.Task) -> outputs.Result:
            began = time.perf_counter()
            result = fill(task)
            self._seconds[task.key] = time.perf_counter() - began
            return result

        return timed

    def _bodies(self, inputs: Inputs) -> Callable[[Mapping[SourcePath, Prepared], Mapping[SourcePath, bytes]], Bodies]:
        """Return the function that gives a build its bodies, once its documents are prepared."""

        def bodies(prepared: Mapping[SourcePath, Prepared], fresh: Mapping[SourcePath, bytes]) -> Bodies:
            made = {
                **self._made_bodies,
                **{prepared[path].body: body for path, body in fresh.items() if path in prepared},
            }
            # What neither this build nor the last good one shows is let go.
            wanted = {own.body for own in prepared.values()}
            if self._good is not None:
                wanted |= {own.body for own in self._good.built.filling.prepared.values()}
            self._made_bodies = {digest: body for digest, body in made.items() if digest in wanted}
            sources = {source.path: source for source in inputs.tree.documents}
            return Bodies(prepared, self._made_bodies, self._file, sources, self._preparer(inputs.config))

        return bodies

    def _lap(self, phase: str) -> None:
        self._laps.append((phase, time.perf_counter()))

    # ------------------------------------------------------------ what is shown

    def _show(self, built: Built, began: float, hints: frozenset[str]) -> Shown:
        """Take a build for the newest, and return what is to be shown."""
        before = self._shown
        built = self._without_pages(built)
        same_world = self._view is not None and self._view.built.world is built.world
        view = View(built, self._pages, self._clock(), self._view if same_world else None)
        self._view = view
        if not built.failed or self._good is None:
            self._good = view
        good = self._good
        changed = _changed(before.digests, good.digests) if before is not None else None
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
            digests=good.digests,
            read=good.read,
            place=good.place,
            redirects=good.redirects,
            pages=good.listed,
            problems=problems,
            failed=built.failed,
            stale=built.failed and good is not view,
            changed=changed,
            follow=_follow(built, hints),
            report=self._report(built, began),
        )
        return self._shown

    def _without_pages(self, built: Built) -> Built:
        """Put the pages that a build filled among the others that are kept, so that it doesn't hold them for ever."""
        filled = {target.site_path for target in built.world.targets if isinstance(target, PageTarget | FeedTarget)}
        light = {}
        for key in built.reasons:
            path = output_path(SitePath(key)) if key in filled else OutputPath("")
            made = built.made.get(path)
            if made is not None and made.data is not None:
                self._pages.put(made.digest, made.data)
                light[path] = Made(path, made.digest)
        return msgspec.structs.replace(built, made=built.made | light)

    def _report(self, built: Built, began: float) -> Report:
        phases: dict[str, float] = {}
        for (_, start), (name, end) in zip(self._laps, self._laps[1:], strict=False):
            phases[name] = phases.get(name, 0.0) + end - start
        ran = tuple(
            Ran(key, reason_of(key, why, built.detail), self._seconds.get(key, 0.0))
            for key, why in built.reasons.items()
        )
        kept = len(self._store.entries(PREVIEWED)) - sum(key.startswith("/") for key in built.reasons)
        return Report(seconds=time.perf_counter() - began, phases=tuple(phases.items()), ran=ran, kept=max(0, kept))


def _always(_path: OutputPath, _digest: str) -> bool:
    return True


def _same(one: Inputs, other: Inputs) -> bool:
    """Return whether two looks at a folder found the same."""
    return (
        one.digests == other.digests
        and {path: file.digest for path, file in one.files.items()}
        == {path: file.digest for path, file in other.files.items()}
        and one.data == other.data
        and one.config == other.config
        and one.theme == other.theme
        and one.problems == other.problems
        and one.versions == other.versions
    )


def _plain_text(root: Path, path: SourcePath) -> bytes | None:
    """Return the bytes of a Markdown file that is just that; None for a link, or what can't be read as usual."""
    place = root.resolve() / path
    try:
        if place.resolve() != place or place.stat().st_size > MAX_MARKDOWN:
            return None
        return place.read_bytes()
    except OSError:
        return None


def _changed(before: Mapping[OutputPath, str], now: Mapping[OutputPath, str]) -> frozenset[OutputPath]:
    """Return the files that came, went or have other bytes."""
    return frozenset(path for path, _ in before.items() ^ now.items())


def _follow(built: Built, hints: frozenset[str]) -> str:
    """Return the URL of the page that shows the one document among the files that were saved."""
    prepared = built.filling.prepared
    saved = [prepared[SourcePath(path)].card for path in hints if path in prepared]
    return saved[0].url if len(saved) == 1 else ""
