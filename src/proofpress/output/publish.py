"""Publishing to disk: old or new, never broken, and nothing that Proofpress did not write is touched.

`record.py` tells which files Proofpress has written into the output folder. Before the first change both lists are
widened to what is about to be written (the intent), so that a build killed at any instant leaves nothing that the next
one doesn't know for its own. Each file is written beside its place and renamed into it, and files whose bytes are equal
are left alone (their times stay, for rsync).

A file that is made no more is deleted if its bytes are those that were written, else the build is refused: somebody's
work may be in it. One that is made again replaces what was changed or deleted by hand.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import read_inside
from proofpress.engine.disk import files_below, kind, read_file, write_file
from proofpress.engine.store import DamagedError, alone
from proofpress.model import Drawing
from proofpress.output.cache import CACHE, STORE, cache_folder, forget
from proofpress.output.record import (
    MANIFEST,
    TEMPORARY,
    Record,
    Written,
    digest_of_output,
    encode_manifest,
    folders_of,
    is_intact,
    is_linked,
    is_own,
    known_files,
    manifest_marks,
    mark,
    marks_of,
    record_path,
    write_record,
)
from proofpress.paths import MAX_NAME, OutputPath, SourcePath
from proofpress.rules.output import FOREIGN_FILE, UNSAFE_OUTPUT
from proofpress.site.hosting import LAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from proofpress.problems import Problem
    from proofpress.rules.rule import Fault

SITE_FOLDERS = ("content", "templates", "static", "data", "words", "plugins", ".git", CACHE)
NAMED = 5
"""How many files of a kind problems name, before the rest are counted."""


class Made(msgspec.Struct, frozen=True):
    """A file to be published: its digest, and where its bytes are. With none of the four it is there already."""

    path: OutputPath
    digest: str
    data: bytes | None = None
    staging: str = ""
    """The staging folder, which holds it under its path, to be moved."""
    source: tuple[Path, SourcePath] | None = None
    """A file of the site, to be copied: the site's folder and the path in it."""
    held: tuple[Path, SourcePath, Drawing] | None = None
    """A picture within a notebook, to be taken out of it: the site's folder, the path in it, and where it stands."""

    @property
    def kept(self) -> bool:
        """Whether the file is there already, with these bytes."""
        return self.data is None and not self.staging and self.source is None and self.held is None

    def read(self) -> bytes:
        """Return the bytes. Raises OSError where the file is gone, DamagedError where one of the cache has others."""
        if self.data is not None:
            return self.data
        if self.held is not None:
            return _taken_out(*self.held)
        if self.source is None:
            return Path(self.staging, self.path).read_bytes()
        data = read_inside(*self.source)
        if self.source[1].startswith(f"{CACHE}/") and digest_of_output(data) != self.digest:
            raise DamagedError(f"{self.source[1]} is not what was kept there")
        return data


def _taken_out(root: Path, path: SourcePath, drawing: Drawing) -> bytes:
    """Return a picture that a notebook holds. Raises OSError where it holds it no more."""
    from proofpress.content.notebooks.pictures import GoneError, taken_out  # noqa: PLC0415 - most sites have none

    try:
        return taken_out(read_inside(root, path), drawing)
    except GoneError:
        raise OSError(f"{path} was changed while it was published") from None


class Published(msgspec.Struct, frozen=True):
    """What publishing did."""

    written: int
    unchanged: int
    deleted: int


def refuse(root: Path, output: Path) -> Fault | None:
    """Return why a folder can't be the output: one that holds the site, lies in its sources, or is a person's home."""
    root, output = root.resolve(), output.resolve()
    inside = [output.is_relative_to(root / name) for name in SITE_FOLDERS]
    reason = ""
    if root.is_relative_to(output):
        reason = "it holds the site itself"
    elif any(inside):
        reason = "it lies in a folder of the site's sources"
    elif output == Path.home() or output == Path(output.anchor):
        reason = "it holds far more than a site"
    elif output.exists() and not output.is_dir():
        reason = "it is a file"
    return UNSAFE_OUTPUT.folder(str(output), reason) if reason else None


def unwritable(output: Path) -> Fault | None:
    """Return why nothing can be written into an output folder, there or still to be made; None where the system lets one.

    Windows tells only when it is tried.
    """
    there = output.resolve()
    while not there.exists():
        there = there.parent
    return None if os.access(there, os.W_OK | os.X_OK) else UNSAFE_OUTPUT.read_only(str(there))


def foreign_files(output: Path, outputs: Mapping[OutputPath, Made], record: Record) -> list[Problem]:
    """Return what stands in the way: what Proofpress didn't write, where it would have to write or delete.

    A file with the very bytes that would be written counts as ours (a cache that was lost, a fresh checkout). An
    output folder of which nothing is known, and which holds anything else, is refused as a whole: it may be somebody's
    work.
    """
    if not record.files:
        strangers = sorted(path for path in files_below(output) if not _is_ours(output, path, outputs))
        if strangers:
            return [FOREIGN_FILE.strangers(output.name, strangers[0], len(strangers) - 1).at("site.yaml")]
    problems = []
    folders: set[str] = set()
    emptied = {folder for path in record.files for folder in folders_of(path)}
    for path, made in outputs.items():
        if made.kept:
            continue
        folders.update(folders_of(path))
        found = kind(output / path)
        if found == "folder":
            # A folder that held only our files gives way to a file of its name.
            inside = set(files_below(output / path))
            if not inside and path not in emptied:
                problems.append(_empty_folder(output, path))
            elif {f"{path}/{name.removesuffix(TEMPORARY)}" for name in inside} - record.files.keys():
                problems.append(_in_the_way(output, path))
        elif found == "file":
            if path not in record.files and read_file(output / path) != made.read():
                problems.append(_in_the_way(output, path))
        elif found != "missing":
            problems.append(_in_the_way(output, path))
    for folder in sorted(folders):
        found = kind(output / folder)
        if found not in ("folder", "missing") and not (found == "file" and folder in record.files):
            problems.append(_in_the_way(output, folder))
    if kind(output / MANIFEST) not in ("file", "missing"):
        problems.append(_in_the_way(output, MANIFEST))
    return problems + _changed_by_hand(output, _stale(outputs, record), record)


def publish(root: Path, output: Path, outputs: Mapping[OutputPath, Made], record: Record) -> Published:
    """Make the output folder hold `outputs`, and drop what earlier builds wrote. Raises OSError, as the disk does."""
    stale = _stale(outputs, record)
    changing = [path for path in in_order(outputs) if not _up_to_date(output, record, outputs[path])]
    marks = manifest_marks({path: made.digest for path, made in outputs.items()})
    manifest = encode_manifest(marks)
    listed = Made(MANIFEST, digest_of_output(manifest), manifest)
    if (
        not stale
        and not changing
        and all(record.files[path].digest for path in outputs)
        and _up_to_date(output, record, listed)
    ):
        return Published(0, len(outputs), 0)
    coming = {path: record.files.get(path, Written()).becoming(outputs[path].digest) for path in changing}
    coming[MANIFEST] = record.files.get(MANIFEST, Written()).becoming(listed.digest)
    write_record(root, Record(output=record.output, files=record.files | coming))
    before = {
        mark(path, old) for path in (*stale, *changing) if path in record.files for old in record.files[path].digests
    }
    output.mkdir(parents=True, exist_ok=True)
    _write(output, Made(MANIFEST, "", encode_manifest(marks | before)))
    for path in record.files:
        if not record.files[path].digest:  # a build was killed while it wrote this one
            _delete_temporary(output, path)
    folders = {folder for path in outputs for folder in folders_of(path)}
    # A file that must become a folder (or a folder a file) is cleared before its successor is written.
    in_the_way = [path for path in stale if path in folders or any(parent in outputs for parent in folders_of(path))]
    deleted = sum(_delete(output, path, record.files[path]) for path in in_the_way)
    written = _write_all(output, [outputs[path] for path in changing])
    deleted += sum(_delete(output, path, record.files[path]) for path in stale if path not in in_the_way)
    _write(output, listed)
    done = {path: record.files[path] for path in outputs if path in record.files}
    for path in changing:
        done[path] = marks_of(output, path, outputs[path].digest)
    done[MANIFEST] = marks_of(output, MANIFEST, listed.digest)
    write_record(root, Record(output=record.output, files=done))
    return Published(written, len(outputs) - written, deleted)


def _stale(outputs: Mapping[OutputPath, Made], record: Record) -> list[OutputPath]:
    """Return what earlier builds wrote and this one doesn't make."""
    return sorted(record.files.keys() - outputs.keys() - {MANIFEST})


def _up_to_date(output: Path, record: Record, made: Made) -> bool:
    """Return whether the file that is there is the one that was made."""
    known = record.files.get(made.path)
    return made.kept or (known is not None and known.digest == made.digest and is_intact(output, record, made.path))


def in_order(paths: Iterable[OutputPath]) -> list[OutputPath]:
    """Return paths so that what is linked to comes before what links to it: assets, pages, lists, feeds."""
    return sorted(paths, key=lambda path: (rank(path), path))


def rank(path: OutputPath) -> int:
    """Return how late a file is published: 0 for assets and other files, 1 for pages, 2 for lists, 3 for feeds.

    What tells the host of redirects is as late as feeds: it speaks of pages.
    """
    if path in LAST:
        return 3
    if not path.endswith((".html", ".xml", ".rss", ".atom", ".json", ".txt")):
        return 0
    if path.endswith(".html"):
        return 1 if path.count("/") > 1 else 2
    return 3


def clean(root: Path, output: Path) -> int:
    """Delete what Proofpress wrote into an output folder, and its cache; returns how many files of the site went.

    What was changed by hand since stays. Waits for a build that is at work. Raises OSError, in words, where the cache is
    not what it should be, and BusyError where the build takes too long.
    """
    cache = cache_folder(root)
    if not cache.exists():
        return _clean(root, output)
    with alone(cache / STORE):
        deleted = _clean(root, output)
    with contextlib.suppress(OSError):
        cache.rmdir()
    return deleted


def _clean(root: Path, output: Path) -> int:
    record = known_files(root, output).record
    deleted = 0
    for path in sorted(record.files.keys() - {MANIFEST}):
        deleted += _delete(output, path, record.files[path])
        _delete_temporary(output, path)
    if MANIFEST in record.files or deleted:
        for name in (MANIFEST + TEMPORARY, MANIFEST):
            if kind(output / name) == "file":
                (output / name).unlink()
        with contextlib.suppress(OSError):
            output.rmdir()
    own = record_path(root, record.output)
    forget(root)
    for file in (own, own.with_name(own.name + TEMPORARY)):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        cache_folder(root).rmdir()
    return deleted


def _write_all(output: Path, changing: Sequence[Made]) -> int:
    """Write files in their order, as far as their bytes differ. Returns how many were written."""
    moved: frozenset[str] | None = None
    written = 0
    for made in changing:
        if made.staging and moved is None:
            moved = _move_folders(output, [each for each in changing if each.staging])
        came_along = made.staging and moved and not moved.isdisjoint(folders_of(made.path))
        written += 1 if came_along else _write(output, made)
    return written


def _move_folders(output: Path, staged: Sequence[Made]) -> frozenset[str]:
    """Move staged folders that the output doesn't have as they are: a new site's few folders, not its thousand files."""
    folders = {folder for made in staged for folder in folders_of(made.path)}
    missing = {folder for folder in folders if kind(output / folder) == "missing"}
    output.mkdir(parents=True, exist_ok=True)
    moved = set()
    for folder in sorted(missing):
        if missing.isdisjoint(folders_of(folder)):
            with contextlib.suppress(OSError):  # the staging folder is on another disk
                Path(staged[0].staging, folder).rename(output / folder)
                moved.add(folder)
    return frozenset(moved)


def _write(output: Path, made: Made) -> bool:
    """Write one file if its bytes differ. Returns whether it was written."""
    target = output / made.path
    if _same(target, made):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    if made.staging:
        # A rename is whole only within one disk.
        with contextlib.suppress(OSError):
            Path(made.staging, made.path).replace(target)
            return True
    temporary = output / _temporary(made.path)
    write_file(temporary, made.read())
    temporary.replace(target)
    return True


def _temporary(path: str) -> str:
    """Return where a file is written before it is renamed into its place; a name that is nearly too long is shortened."""
    folder, slash, name = path.rpartition("/")
    if len(os.fsencode(name + TEMPORARY)) > MAX_NAME:
        name = digest_of_output(os.fsencode(name))
    return folder + slash + name + TEMPORARY


def _same(target: Path, made: Made) -> bool:
    """Return whether a file is there already, with the same bytes."""
    present = read_file(target)
    return present is not None and present == made.read()


def _delete(output: Path, path: OutputPath, written: Written) -> int:
    """Delete one file if it holds what Proofpress wrote, then the folders that it leaves empty.

    Returns how many files went: none where the file is gone already, since a build that was killed may have made way
    for a folder, or made no more than the folder for it.
    """
    deleted = 0
    if is_own(output, path, written):
        (output / path).unlink()
        deleted = 1
    if not is_linked(output, path):
        for parent in folders_of(path):
            with contextlib.suppress(OSError):
                (output / parent).rmdir()
    with contextlib.suppress(OSError):
        output.rmdir()
    return deleted


def _delete_temporary(output: Path, path: OutputPath) -> None:
    """Delete what a killed build may have left half written: a file of a name that is nobody else's."""
    half = _temporary(path)
    if not is_linked(output, half) and kind(output / half) == "file":
        (output / half).unlink()


def _is_ours(output: Path, path: str, outputs: Mapping[OutputPath, Made]) -> bool:
    """Return whether a file that no record knows is ours all the same: by its bytes, or by a name that is ours alone."""
    if path == MANIFEST or path.endswith(TEMPORARY):
        return True
    made = outputs.get(OutputPath(path))
    return made is not None and _same(output / path, made)


def _changed_by_hand(output: Path, stale: Sequence[OutputPath], record: Record) -> list[Problem]:
    """Return a problem for each file that should go, and is no more what was written."""
    changed = [
        path
        for path in stale
        if kind(output / path) not in ("missing", "folder")
        and not is_linked(output, path)
        and not is_own(output, path, record.files[path])
    ]
    more = len(changed) - NAMED
    return [
        FOREIGN_FILE.changed_by_hand(f"{output.name}/{path}", more if number == NAMED else 0).at("site.yaml")
        for number, path in enumerate(changed[:NAMED], 1)
    ]


def _empty_folder(output: Path, path: str) -> Problem:
    return FOREIGN_FILE.empty_folder(f"{output.name}/{path}").at("site.yaml")


def _in_the_way(output: Path, path: str) -> Problem:
    return FOREIGN_FILE.in_the_way(f"{output.name}/{path}").at("site.yaml")
