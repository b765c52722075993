"""Bringing a published site up to date, and checking one: what `proofpress build` and `check` do, from the folder to the end.

When nothing at all changed since the build before, it ends here, before Markdown, Jinja or Pygments is loaded.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
import zoneinfo
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from proofpress.builder.companions import included_places
from proofpress.builder.inputs import Inputs, Options, decode_looked, read_inputs, setting_fault, with_text
from proofpress.builder.lost import decode_published, encode_published, losses
from proofpress.builder.on_disk import ChangedMeanwhileError
from proofpress.builder.preparing import LeftOut
from proofpress.engine.digests import digest_of
from proofpress.engine.disk import own_file
from proofpress.engine.steps import Stale
from proofpress.engine.store import DamagedError, Store
from proofpress.output.cache import CACHE, CHECKED, STAGING, STAMP, STORE, cache_folder, empty_staging, forget_pictures
from proofpress.output.pictures import Shelf
from proofpress.output.publish import Published, foreign_files, publish, refuse, unwritable
from proofpress.output.record import MANIFEST, Record, is_intact, known_files, read_record, record_path
from proofpress.paths import OutputPath, SourcePath
from proofpress.problems import Problem, judge
from proofpress.rules.output import NO_CONTENT
from proofpress.standing import NEVER, SETTLED, Looks, Standing, look, tree
from proofpress.theme import default_theme

if TYPE_CHECKING:
    from proofpress.builder.build import Built
    from proofpress.engine.executors import Executor
    from proofpress.engine.sharing import Shared
    from proofpress.model import Source


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `published` is None where an error stopped it; the site is then as it was."""

    problems: list[Problem]
    published: Published | None
    output: Path
    documents: int
    pages: int
    left_out: list[LeftOut]
    """Drafts and posts of the future that are not published, by name."""
    files: Collection[OutputPath]
    """What the site has, of a build with an error as far as it could be made."""
    lost: list[Problem] = []
    """URLs and ids of feeds that the build before published and this one doesn't. They depend on what was there before, so that a build
    from nothing has none; they are told by the build that loses them, and never again."""
    until: dt.datetime | None = None
    """When a post is due that is left out now."""
    uncertain: dict[SourcePath, bytes] = {}
    """The digests of texts that a limit or an accident had a part in (`Preparation.uncertain`)."""
    reasons: dict[str, Stale] = {}
    detail: Callable[[Any], str] = lambda _question: ""
    notice: str = ""
    standing: Standing | None = None
    """What has to be as it is now for the next build to have nothing to do; None where that can't be told by files' times."""

    @property
    def hidden(self) -> int:
        """How many documents are left out, as drafts or posts of the future."""
        return len(self.left_out)

    @property
    def told(self) -> list[Problem]:
        """All problems, in the order of their places."""
        return sorted([*self.problems, *self.lost])


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """What the next build wants to know of one that ended well."""

    fingerprint: bytes
    now: dt.datetime
    until: dt.datetime | None
    problems: list[Problem]
    documents: int
    posts: int
    pages: int
    left_out: list[LeftOut]


def update(
    options: Options,
    output: Path | None = None,
    *,
    anew: bool = False,
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None,
) -> Outcome:
    """Build a site and publish it, as far as something changed. `output` overrides the settings' folder.

    `anew` forgets what earlier builds remembered. `executor` runs the steps in place of processes of our own. Raises
    OSError as the disk does, and BusyError while another build holds the cache for too long.
    """
    notice = ""
    holds = executor is not None  # which may have them done where none of our files are
    while True:
        try:
            done = _update(options, output, progress, executor, anew=anew, holds=holds)
        except ChangedMeanwhileError:
            holds = True  # somebody saves while we build: once more, with all texts in hand
        except (DamagedError, msgspec.MsgspecError) as error:  # what is well kept may still be none of our values
            if notice:
                raise
            anew = True
            notice = f"the cache was damaged ({error}); everything was built anew"
        else:
            return msgspec.structs.replace(done, notice=_together(notice, done.notice)) if notice else done


def _update(
    options: Options,
    output: Path | None,
    progress: Callable[[str, int, int], None],
    executor: Executor | None,
    *,
    anew: bool,
    holds: bool,
) -> Outcome:
    root = options.root
    path = cache_folder(root) / STORE
    newest = time.time_ns() - SETTLED
    with Store(path, anew=anew) as store:
        if anew:
            forget_pictures(root)
        stamp = path.with_name(STAMP)
        if own_file(stamp):
            stamp.unlink()  # from here on it may be untrue
        site = look(os.path.abspath(root), newest)  # noqa: PTH100 - `absolute` leaves `..` in it
        looked = decode_looked(store.fact("files"))
        inputs = read_inputs(root, options.base_url, looked, int(options.now.timestamp() * 1e9), holds=holds)
        target = output if output is not None else root / inputs.config.output
        known = known_files(root, target)
        record = known.record
        intact = _memo(target, record)
        fingerprint = digest_of(
            [inputs.fingerprint, options.drafts, options.future, options.strict, record.output, options.base_url]
        )
        last = _last(store)
        if last is not None and last.fingerprint == fingerprint and _still_true(last, options.now, record, intact):
            done = Outcome(
                problems=last.problems,
                published=Published(0, len(record.files.keys() - {MANIFEST}), 0),
                output=target,
                documents=last.documents,
                pages=last.pages,
                left_out=last.left_out,
                files=record.files.keys(),
                until=last.until,
            )
        else:
            found = _Found(options, inputs, target, record, intact, fingerprint, last, executor, anew)
            done = _build(found, store, path, progress)
        notice = _together(store.notice, known.notice, done.notice)
    # Now that the store is closed, its file is as the next build finds it.
    standing = _standing(options, inputs, done, site, newest) if site is not None else None
    return msgspec.structs.replace(done, notice=notice, standing=standing)


def _standing(options: Options, inputs: Inputs, done: Outcome, site: Looks, newest: int) -> Standing | None:
    """Return what has to be as it is for a build to have nothing to do; None where files' times do not tell that.

    `site` is what was looked at before the build read it, at a time when all that is to be trusted was older than `newest`.
    """
    if done.published is None or done.uncertain or inputs.config.updated == "git":
        return None
    record = read_record(options.root, done.output)
    output = os.path.abspath(done.output)  # noqa: PTH100 - as above
    published = Looks((f"{output}/{path}" for path in record.files), newest=NEVER)
    for (path, own), sign in zip(record.files.items(), published.signs.split(), strict=True):
        if f".{own.size}.{own.modified}.{own.changed}." not in sign and not is_intact(done.output, record, path):
            return None  # somebody was quicker
    kept = [cache_folder(options.root) / STORE, record_path(options.root, record.output)]
    zone = (f"{folder}/{inputs.config.timezone}" for folder in zoneinfo.TZPATH)
    beside = (os.path.abspath(options.root / own.path) for one in inputs.tree.documents for own in one.beside)  # noqa: PTH100 - as above
    code = dict.fromkeys([*inputs.code.looked, *filter(None, tree(str(default_theme()))), *zone, *beside])
    if None in (included := list(included_places(options.root, inputs.tree.documents))):
        return None
    looks = [
        site,
        Looks(dict.fromkeys(filter(None, included)), newest=newest),
        Looks(code, newest=newest),
        Looks((os.path.abspath(path) for path in kept), newest=NEVER),  # noqa: PTH100 - as above
        published,
    ]
    until = None if done.until is None else int(done.until.timestamp() * 1e9)
    return Standing(options.root, looks, now_ns=int(options.now.timestamp() * 1e9), until_ns=until)


class Checked(msgspec.Struct, frozen=True):
    """What a check found, and what it was made from."""

    fingerprint: bytes
    problems: list[Problem]
    unread: tuple[str, ...] = ()
    """The languages of listings that were not read, since the extra `check` is not installed."""
    outside: bool = False
    """Whether what leads out of the site is kept, for who asks the web (`outside.py`)."""


_decode_checked = msgspec.json.Decoder(Checked | None).decode


def check(
    options: Options,
    *,
    text: Source | None = None,
    outside: bool = False,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None,
) -> Checked:
    """Return all that is wrong with a site, by what an earlier check remembers. Nothing is published.

    With a `text`, which an editor has not saved yet, that is all that is wrong with it in its place on the site. With
    `outside`, what leads out of the site is kept, for `ask_outside`.

    Raises OSError as the disk does, and BusyError while another check holds what is remembered for too long.
    """
    try:
        return _check(options, text, progress, outside=outside, anew=False)
    except (DamagedError, msgspec.MsgspecError):
        return _check(options, text, progress, outside=outside, anew=True)


def _check(
    options: Options, text: Source | None, progress: Callable[[str, int, int], None], *, outside: bool, anew: bool
) -> Checked:
    path = cache_folder(options.root) / CHECKED
    with Store(path, anew=anew) as store:
        looked = decode_looked(store.fact("files"))
        inputs = read_inputs(options.root, options.base_url, looked, int(options.now.timestamp() * 1e9))
        day = f"{options.now:%Y-%m-%d}"  # what is of the future is so as of a day
        fingerprint = digest_of([inputs.fingerprint, inputs.code.grammars, options.strict, day])
        last: Checked | None = _decode_checked(store.fact("checked") or b"null")
        if text is None and last is not None and last.fingerprint == fingerprint and (last.outside or not outside):
            return last
        from proofpress.builder.build import build  # noqa: PLC0415 - only when something changed
        from proofpress.builder.desk import Desk  # noqa: PLC0415
        from proofpress.builder.finished import outside_of  # noqa: PLC0415
        from proofpress.builder.preparing import unpublished  # noqa: PLC0415
        from proofpress.engine.blobs import StoreFile  # noqa: PLC0415
        from proofpress.engine.executors import Processes  # noqa: PLC0415

        desk = Desk(
            traces=store,
            blobs=StoreFile(path),
            lasting=True,
            executor=Processes(options.jobs),
            wanted=False,
            searches=False,
            kept=lambda _path, _digest: True,  # what was seen on a page is all that is wanted of it
        )
        if text is not None:
            built = build(options, desk, with_text(inputs, text), progress=progress)
            own = built.preparation.prepared.get(text.path)
            found = [one for one in built.problems if one.path == text.path]
            return Checked(fingerprint, found, own.unread if own is not None else ())
        built = build(options, desk, inputs, progress=progress)
        problems = [*built.problems, *_without_content(options.root, built.posts, None)]
        unread = {language for own in built.preparation.prepared.values() for language in own.unread}
        checked = Checked(fingerprint, problems, tuple(sorted(unread)), outside)
        store.put_fact("files", msgspec.msgpack.encode(inputs.looked))
        if outside:
            drafts = frozenset(unpublished(built.preparation.prepared, options))
            links = outside_of(inputs, built.filled.steps, built.filled.values, built.preparation.prepared, drafts)
            store.put_fact("outside", msgspec.msgpack.encode(links))
        if not built.preparation.uncertain:
            store.put_fact("checked", msgspec.json.encode(checked))
        return checked


class _Found(NamedTuple):
    """What a build finds: what it is asked for and made from, and what the one before published."""

    options: Options
    inputs: Inputs
    target: Path
    record: Record
    intact: Callable[[OutputPath], bool]
    fingerprint: bytes
    before: Last | None
    executor: Executor | None
    anew: bool

    def kept(self, path: OutputPath, digest: str) -> bool:
        """Tell whether a file is published already, with these bytes."""
        known = self.record.files.get(path)
        return known is not None and known.digest == digest and self.intact(path)

    @property
    def addresses(self) -> str:
        """The name under which the URLs that were published into this folder are kept."""
        return f"addresses/{self.record.output}"


def _build(found: _Found, store: Store, path: Path, progress: Callable[[str, int, int], None]) -> Outcome:
    from proofpress.builder.build import build  # noqa: PLC0415 - only when something changed
    from proofpress.builder.desk import Desk  # noqa: PLC0415
    from proofpress.builder.reporting import with_excerpts  # noqa: PLC0415
    from proofpress.engine.blobs import StoreFile  # noqa: PLC0415
    from proofpress.engine.executors import Processes  # noqa: PLC0415
    from proofpress.site.weighing import weigher  # noqa: PLC0415

    options = found.options
    root = options.root
    empty_staging(root).mkdir(parents=True, exist_ok=True)
    shared = _shared(found)
    desk = Desk(
        traces=store,
        blobs=StoreFile(path),
        lasting=True,
        executor=found.executor or Processes(options.jobs),
        shared=shared,
        staging=Path(tempfile.mkdtemp(dir=root / CACHE / STAGING)),
        shelf=Shelf(root),
        kept=found.kept,
    )
    built = build(options, desk, found.inputs, progress=progress)
    notice = "" if shared is None else shared.notice
    problems = [*built.problems, *_without_content(root, built.posts, found.before)]
    refusal = refuse(root, found.target) or unwritable(found.target)
    if refusal is not None:
        problems += with_excerpts([setting_fault(refusal, root, ("output",))], {}, root)
    elif not built.failed:
        problems += foreign_files(found.target, built.made, found.record)
    lost: list[Problem] = []
    if not built.failed:
        gone = losses(decode_published(store.fact(found.addresses)), built)
        lost = with_excerpts(judge(gone, weigher(found.inputs.config.rules), strict=False), {}, root)
    is_fit = not any(problem.severity == "error" for problem in (*problems, *lost))
    done = _publish(found, store, built, problems) if is_fit else None
    store.put_fact("files", msgspec.msgpack.encode(found.inputs.looked))
    empty_staging(root)
    return Outcome(
        problems=problems,
        published=done,
        output=found.target,
        documents=built.documents,
        pages=built.pages,
        left_out=built.left_out,
        files=built.made.keys(),
        lost=lost,
        until=built.until,
        uncertain=built.preparation.uncertain,
        reasons=built.reasons,
        detail=built.detail,
        notice=notice,
    )


def _shared(found: _Found) -> Shared | None:
    """Return the cache that the settings share with other machines; nothing is loaded where they share none."""
    url, root = found.inputs.config.cache.url, found.options.root
    if not url:
        return None
    from proofpress.engine.sharing import Shared, place_of  # noqa: PLC0415 - few sites have one

    key, writes = found.options.cache_key, found.inputs.config.cache.write
    return Shared(place_of(url, root), url, reads=not found.anew, writes=writes, key=key)


def _publish(found: _Found, store: Store, built: Built, problems: list[Problem]) -> Published:
    """Publish what was built, and keep what the next build wants to know of it."""
    # From here on what is published is no more what the last build left: a build that is killed before its end
    # must not be taken for done when its change is taken back.
    store.put_fact("last", b"null")
    store.commit()
    done = publish(found.options.root, found.target, built.made, found.record)
    if built.world.pictures.dropped:
        Shelf(found.options.root).drop(built.world.pictures.dropped)
    store.put_fact(found.addresses, encode_published(built))
    if not built.preparation.uncertain:  # else the next build renders these once more
        last = Last(
            fingerprint=found.fingerprint,
            now=found.options.now,
            until=built.until,
            problems=problems,
            documents=built.documents,
            posts=built.posts,
            pages=built.pages,
            left_out=built.left_out,
        )
        store.put_fact("last", msgspec.json.encode(last))
    return done


def _without_content(root: Path, posts: int, before: Last | None) -> list[Problem]:
    """Return why an empty site is not published: the folder is missing, or all posts that the last build found are gone.

    A wrong folder, or a checkout that left something out, would else take down the site that is up.
    """
    if not (root / "content").is_dir():
        return [NO_CONTENT.no_folder(root.resolve().name).at("site.yaml")]
    if not posts and before is not None and before.posts:
        return [NO_CONTENT.no_post(before.posts).at("site.yaml")]
    return []


def _together(*notices: str) -> str:
    return "; ".join(notice for notice in notices if notice)


def _memo(target: Path, record: Record) -> Callable[[OutputPath], bool]:
    """Return a function that tells whether a published file is intact, and looks at each once."""
    known: dict[OutputPath, bool] = {}

    def intact(path: OutputPath) -> bool:
        if path not in known:
            known[path] = is_intact(target, record, path)
        return known[path]

    return intact


def _last(store: Store) -> Last | None:
    try:
        return msgspec.json.decode(store.fact("last") or b"null", type=Last | None)
    except msgspec.MsgspecError:
        return None


def _still_true(last: Last, now: dt.datetime, record: Record, intact: Callable[[OutputPath], bool]) -> bool:
    """Return whether the site that is published is what a build would make now: no post is due, no file was touched."""
    if now < last.now or (last.until is not None and now >= last.until):
        return False
    return MANIFEST in record.files and all(written.digest and intact(path) for path, written in record.files.items())
