"""The first half of a build: every document prepared, what is left out, and the files that are copied."""

from __future__ import annotations

import datetime as dt
import posixpath
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from proofpress.builder.documents import (
    DOCUMENTS,
    DocumentStep,
    Prepared,
    Reading,
    could_be,
    decode_prepared,
    kinds_of,
    placed_paths,
    reading_of,
    told_of,
)
from proofpress.builder.plugins import Guard
from proofpress.config import zone
from proofpress.content.documents import DRAFTS
from proofpress.content.names import translations
from proofpress.engine.digests import digest_of
from proofpress.engine.loop import bring_up_to_date
from proofpress.engine.steps import Stale
from proofpress.model import Card, Drawing, File, Picture
from proofpress.paths import SitePath, SourcePath, encode, folders_of
from proofpress.problems import Problem
from proofpress.site.cards import Kind, folder_path
from proofpress.site.index import is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from proofpress.builder.desk import Desk
    from proofpress.builder.inputs import Inputs, Options


class LeftOut(msgspec.Struct, frozen=True):
    """A document that is not published yet: where it would be, and why it is not."""

    path: SourcePath
    site_path: SitePath
    due: str = ""
    """The day of a post of the future, `2030-01-01`; empty for a draft."""

    @property
    def why(self) -> str:
        """Return why, as the end of `it is …`."""
        return f"dated {self.due}" if self.due else "a draft"


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """Every document, read and rendered."""

    reading: Reading
    """What they all depend on."""
    originals: dict[SourcePath, SourcePath]
    """What each translates, by its name and those beside it."""
    kinds: dict[SourcePath, Kind]
    """What each is, by the same and by the settings."""
    dates: dict[SourcePath, dt.datetime]
    """When those were changed that do not say so, by their commits."""
    texts: dict[SourcePath, bytes]
    """The digests of what they were made from."""
    prepared: dict[SourcePath, Prepared]
    """In the order of their paths."""
    bodies: dict[bytes, bytes]
    """By their digests, those that were rendered now and are kept nowhere else."""
    uncertain: dict[SourcePath, bytes]
    """The digests of bodies that a limit or an accident had a part in: rendered now, and again by the next build."""
    reasons: dict[str, Stale]
    """Why each document that was rendered now had to be."""
    changes: dict[SourcePath, tuple[str, ...]]
    """What differs in the card of a document that was rendered before: the names of its fields."""
    changed: frozenset[SourcePath]
    """Those that are not known to be as the build before had them, where that was in this process; else all."""
    problems: list[Problem]
    """Of plugins that were asked what documents are to keep."""


def prepare(
    inputs: Inputs,
    desk: Desk,
    before: Preparation | None,
    progress: Callable[[str, int, int], None],
    changed: dict[SourcePath, dt.datetime],
    *,
    checks: bool = False,
) -> Preparation:
    """Read and render every document that changed. Those of the build before are not looked at again where they stand.

    `before` is of the same documents and settings. `changed` tells when a document was changed that does not say so. With `checks` the rules of `check` read them as well.
    """
    guard = Guard(inputs.plugins)
    versions = digest_of([inputs.versions, inputs.code.grammars]) if checks else inputs.versions
    reading = reading_of(inputs.config, inputs.words, versions, inputs.plugins, guard.kinds(), checks=checks)
    originals, kinds = (before.originals, before.kinds) if before is not None else _by_names(inputs)
    same_dates = before if before is not None and before.dates == changed else None
    standing = _standing(inputs, kinds, originals, reading, same_dates)
    results = bring_up_to_date(
        DOCUMENTS,
        [
            DocumentStep(source, kinds[source.path], inputs.digests[source.path], originals.get(source.path))
            for source in inputs.tree.documents
            if source.path not in standing
        ],
        reading,
        desk.traces,
        desk.executor if desk.shared is None else desk.shared.over(desk.executor, DOCUMENTS.name, could_be),
        standing=standing.keys(),
        blobs=not desk.lasting,
        progress=lambda done, of: progress("Reading posts", done, of),
    )
    looked = {
        SourcePath(path): _dated(decode_prepared(value), changed.get(SourcePath(path)))
        for path, value in results.values.items()
    }
    prepared = {source.path: standing.get(source.path) or looked[source.path] for source in inputs.tree.documents}
    return Preparation(
        reading=reading,
        originals=originals,
        kinds=kinds,
        dates=changed,
        texts=inputs.digests,
        prepared=prepared,
        bodies={
            prepared[SourcePath(path)].body: outcome.blob
            for path, outcome in results.ran.items()
            if outcome.blob is not None and not (desk.lasting and outcome.kept)
        },
        uncertain={path: own.body for path, own in prepared.items() if not own.certain},
        reasons=results.reasons,
        changes={
            SourcePath(path): _differences(decode_prepared(value).card, looked[SourcePath(path)].card)
            for path, value in results.before.items()
        },
        changed=frozenset(path for path in prepared if path not in standing),
        problems=guard.problems,
    )


def _by_names(inputs: Inputs) -> tuple[dict[SourcePath, SourcePath], dict[SourcePath, Kind]]:
    """Return what names tell of documents: what each translates, and what it is."""
    paths = [source.path for source in inputs.tree.documents]
    plain_paths = placed_paths(paths, inputs.config)
    originals = translations(paths, inputs.words.knows, plain_paths)
    return originals, kinds_of(paths, inputs.config, originals, plain_paths)


def commit_dates(inputs: Inputs, now: dt.datetime) -> dict[SourcePath, dt.datetime]:
    """Return when each document was committed last, in the site's time zone, as far as that has come."""
    return inputs.commits.dates(now, zone(inputs.config)) if inputs.commits.seconds else {}


def _dated(own: Prepared, committed: dt.datetime | None) -> Prepared:
    """Return a document with the time of its last commit, where it says none, and was not written on that day."""
    card = own.card
    if committed is None or card.updated is not None or card.is_list:
        return own
    if card.date is not None and committed.date() <= card.date.astimezone(committed.tzinfo).date():
        return own
    card = msgspec.structs.replace(card, updated=committed, updated_has_time=True)
    return msgspec.structs.replace(own, card=card, told=told_of(card, own.folder, own.anchors, bundle=own.bundle))


def _standing(
    inputs: Inputs,
    kinds: Mapping[SourcePath, Kind],
    originals: Mapping[SourcePath, SourcePath],
    reading: Reading,
    before: Preparation | None,
) -> dict[SourcePath, Prepared]:
    """Return the documents that are as the build before had them, which this process made itself."""
    if before is None or before.reading != reading:
        return {}
    known = before.prepared
    return {
        path: known[path]
        for path, digest in inputs.digests.items()
        if before.texts.get(path) == digest
        and known[path].certain
        and (known[path].card.kind, known[path].card.original) == (kinds[path], originals.get(path))
    }


def _drafts_folder(path: str) -> str:
    """Return the folder of drafts that a file lies in; nothing for any other file."""
    before, found, _ = path.partition(f"/{DRAFTS}/")
    return before + found if found else ""


def _differences(before: Card, now: Card) -> tuple[str, ...]:
    return tuple(name for name in Card.__struct_fields__ if getattr(before, name) != getattr(now, name))


def left_out(
    prepared: Mapping[SourcePath, Prepared], options: Options
) -> tuple[frozenset[SourcePath], dt.datetime | None]:
    """Return the drafts and posts of the future that this build leaves out, and when the first of the latter is due."""
    now = options.now
    hidden = {
        path: card
        for path, own in prepared.items()
        if (
            (card := own.card).draft or (card.date is not None and card.date > now)
        )  # nearly none: the rest is asked of few
        and is_hidden(card, now, drafts=options.drafts, future=options.future)
    }
    due = [card.date for card in hidden.values() if card.date is not None and card.date > options.now]
    return frozenset(hidden), min(due, default=None)


def named(prepared: Mapping[SourcePath, Prepared], hidden: Iterable[SourcePath]) -> list[LeftOut]:
    """Return what a build leaves out: posts of the future, the next one first, then drafts."""
    found = []
    for path in hidden:
        card = prepared[path].card
        due = f"{card.date:%Y-%m-%d}" if card.date is not None and not card.draft else ""
        found.append(LeftOut(path, card.site_path, due))
    return sorted(found, key=lambda own: (not own.due, own.due, own.path))


def unpublished(prepared: Mapping[SourcePath, Prepared], options: Options) -> frozenset[SourcePath]:
    """Return the documents that are not published yet, shown or not: their faults are warnings."""
    if not options.publishes:
        options = msgspec.structs.replace(options, drafts=False, future=False)
    return left_out(prepared, options)[0]


def copies(
    inputs: Inputs,
    prepared: Mapping[SourcePath, Prepared],
    hidden: frozenset[SourcePath],
    pictures: Mapping[SourcePath, Picture] = MappingProxyType({}),
) -> Iterator[File]:
    """Give every file that is copied: static/ at the root, the others at the URL of their folder.

    What lies in a post's bundle travels with the post: to its URL, or nowhere when the post is left out. A folder that no
    document lies in or below keeps its name: what was made by another tool asks for its files by their names. What
    lies in a folder of drafts is there where a draft of that folder is. `pictures` are what was made of some of them.
    """
    drafts = {home for path in prepared if path not in hidden and (home := _drafts_folder(path))}
    bundles = {posixpath.dirname(path): own.card for path, own in prepared.items() if own.bundle}
    with_pages = folders_of(prepared)
    for path, seen in inputs.files.items():
        folder = path.rpartition("/")[0]
        if path.startswith("static/"):
            site_path = "/" + encode(path.removeprefix("static/"))
        else:
            home = folder
            if (of := _drafts_folder(path)) and of not in drafts:
                continue
            while home and home not in bundles:
                home = home.rpartition("/")[0]
            if not home:
                own = folder
                while own not in with_pages and own:
                    own = own.rpartition("/")[0]
                parts = [part for part in own.split("/")[1:] if part not in ("_posts", DRAFTS)]
                site_path = folder_path("/".join(parts)) + encode(path[len(own or "content") + 1 :])
            elif bundles[home].path in hidden:
                continue
            else:
                site_path = bundles[home].site_path.rpartition("/")[0] + "/" + encode(path.removeprefix(home + "/"))
        yield File(
            path=path,
            site_path=SitePath(site_path),
            width=seen.width,
            height=seen.height,
            picture=pictures.get(path),
        )
    for path, document in prepared.items():
        if document.drawings and path not in hidden:
            yield from _drawn(path, document, pictures)


def held_pictures(prepared: Mapping[SourcePath, Prepared]) -> dict[SourcePath, tuple[SourcePath, Drawing]]:
    """Return the pictures that notebooks hold, by the paths that they have as files of the site, each with its notebook."""
    return {SourcePath(f"{path}/{one.name}"): (path, one) for path, own in prepared.items() for one in own.drawings}


def _drawn(path: SourcePath, own: Prepared, pictures: Mapping[SourcePath, Picture]) -> Iterator[File]:
    """Give the pictures of a notebook, each beside its page."""
    folder = own.card.site_path.rpartition("/")[0]
    for each in own.drawings:
        file = SourcePath(f"{path}/{each.name}")
        yield File(
            path=file,
            site_path=SitePath(f"{folder}/{each.name}"),
            width=each.width,
            height=each.height,
            picture=pictures.get(file),
            within=path,
        )
