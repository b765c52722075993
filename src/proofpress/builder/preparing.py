"""The first half of a build: every document prepared, what is left out, and the files that are copied."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder import documents
from proofpress.builder.documents import Prepared, decode_prepared, kinds_of
from proofpress.builder.memory import Memory, chunk, processes
from proofpress.builder.outputs import DOCUMENT
from proofpress.content.documents import DRAFTS
from proofpress.engine.digests import digest_of
from proofpress.engine.parallel import run
from proofpress.engine.steps import AnswerDigests, Stale, Trace, why_stale
from proofpress.engine.store import Entry
from proofpress.model import Card, File
from proofpress.paths import SitePath, SourcePath, encode
from proofpress.site.cards import folder_path
from proofpress.site.index import is_hidden

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from proofpress.builder.inputs import Inputs, Options
    from proofpress.site.cards import Kind


class Preparation(msgspec.Struct, frozen=True):
    """Every document, read and rendered."""

    prepared: dict[SourcePath, Prepared]
    """In the order of their paths."""
    bodies: dict[SourcePath, bytes]
    """Those that were prepared now and are not in the store's file."""
    uncertain: dict[SourcePath, bytes]
    """The digests of bodies that a limit or an accident had a part in: prepared now, and again by the next build."""
    reasons: dict[str, Stale]
    """Why each document that was prepared now had to be."""
    changes: dict[SourcePath, tuple[str, ...]]
    """What differs in the card of a document that was prepared before: the names of its fields."""


PUT_AT_ONCE = 200
"""Bodies that are written to the store together, while the workers work: a few megabytes."""


def prepare(inputs: Inputs, jobs: int, memory: Memory | None, progress: Callable[[str, int, int], None]) -> Preparation:
    """Read and render every document that changed."""
    entries = memory.store.entries(DOCUMENT) if memory else {}
    common = documents.inputs_of(inputs.config, inputs.versions)
    kinds = kinds_of([source.path for source in inputs.tree.documents], inputs.config)
    prepared: dict[SourcePath, Prepared] = {}
    tasks: list[documents.Task] = []
    traces: list[Trace[Any]] = []
    reasons: dict[str, Stale] = {}
    nothing_asked = AnswerDigests(None)
    for source in inputs.tree.documents:
        own_inputs = step_inputs(common, inputs.digests[source.path], kinds[source.path])
        entry = entries.get(source.path)
        stale = why_stale(own_inputs, entry.trace if entry else None, nothing_asked)
        if stale is None and entry is not None:
            prepared[source.path] = decode_prepared(entry.value)
            continue
        reasons[source.path] = stale or Stale("new")
        tasks.append(documents.Task(source, kinds[source.path]))
        traces.append(Trace(own_inputs))
    bodies: dict[SourcePath, bytes] = {}
    changes: dict[SourcePath, tuple[str, ...]] = {}
    results = run(
        inputs.config,
        memory.preparer if memory else documents.preparer,
        tasks,
        jobs=processes(jobs, len(tasks)),
        chunk=chunk(jobs, len(tasks)),
        progress=lambda done: progress("Reading posts", done, len(tasks)),
    )
    fresh: dict[str, Entry] = {}
    for task, trace, (value, body) in zip(tasks, traces, results, strict=True):
        path = task.source.path
        prepared[path] = decode_prepared(value)
        if path in entries:
            changes[path] = _differences(decode_prepared(entries[path].value).card, prepared[path].card)
        certain = prepared[path].certain
        if memory is None or memory.path is None or not certain:
            bodies[path] = body
        if memory is None or not certain:
            continue
        fresh[path] = Entry(trace, value, body)
        if len(fresh) == PUT_AT_ONCE:
            memory.store.put(DOCUMENT, fresh)
            memory.store.commit()
            fresh.clear()
    if memory is not None:
        memory.store.put(DOCUMENT, fresh)
        memory.store.sweep(DOCUMENT, prepared.keys())
        memory.store.commit()
    ordered = {source.path: prepared[source.path] for source in inputs.tree.documents}
    return Preparation(ordered, bodies, uncertain_of(prepared), reasons, changes)


def uncertain_of(prepared: Mapping[SourcePath, Prepared]) -> dict[SourcePath, bytes]:
    """Return the digests of the bodies that are not certain, by document."""
    return {path: own.body for path, own in prepared.items() if not own.certain}


def _drafts_folder(path: str) -> str:
    """Return the folder of drafts that a file lies in; nothing for any other file."""
    before, found, _ = path.partition(f"/{DRAFTS}/")
    return before + found if found else ""


def step_inputs(common: bytes, text: bytes, kind: Kind) -> bytes:
    """Return the digests of a document's static inputs, in the order of DOCUMENT_INPUT_NAMES."""
    return common + text + digest_of(kind)


def _differences(before: Card, now: Card) -> tuple[str, ...]:
    return tuple(name for name in Card.__struct_fields__ if getattr(before, name) != getattr(now, name))


def left_out(
    prepared: Mapping[SourcePath, Prepared], options: Options
) -> tuple[frozenset[SourcePath], dt.datetime | None]:
    """Return the drafts and posts of the future that this build leaves out, and when the first of the latter is due."""
    hidden = {
        path: own.card
        for path, own in prepared.items()
        if is_hidden(own.card, options.now, drafts=options.drafts, future=options.future)
    }
    due = [card.date for card in hidden.values() if card.date is not None and card.date > options.now]
    return frozenset(hidden), min(due, default=None)


def unpublished(prepared: Mapping[SourcePath, Prepared], options: Options) -> frozenset[SourcePath]:
    """Return the documents that are not published yet, shown or not: their faults are warnings."""
    if not options.publishes:
        options = msgspec.structs.replace(options, drafts=False, future=False)
    return left_out(prepared, options)[0]


def copies(inputs: Inputs, prepared: Mapping[SourcePath, Prepared], hidden: frozenset[SourcePath]) -> Iterator[File]:
    """Give every file that is copied: static/ at the root, the others at the URL of their folder.

    What lies in a post's bundle travels with the post: to its URL, or nowhere when the post is left out. What lies in a
    folder of drafts is there where a draft of that folder is.
    """
    drafts = {home for path in prepared if path not in hidden and (home := _drafts_folder(path))}
    bundles = {posixpath.dirname(path): own.card for path, own in prepared.items() if own.bundle}
    for path, seen in inputs.files.items():
        folder, _, file = path.rpartition("/")
        if path.startswith("static/"):
            site_path = "/" + encode(path.removeprefix("static/"))
        else:
            home = folder
            if (of := _drafts_folder(path)) and of not in drafts:
                continue
            while home and home not in bundles:
                home = home.rpartition("/")[0]
            if not home:
                parts = [part for part in folder.split("/")[1:] if part not in ("_posts", DRAFTS)]
                site_path = folder_path("/".join(parts)) + encode(file)
            elif bundles[home].path in hidden:
                continue
            else:
                site_path = bundles[home].site_path.rpartition("/")[0] + "/" + encode(path.removeprefix(home + "/"))
        yield File(path=path, site_path=SitePath(site_path), width=seen.width, height=seen.height)
