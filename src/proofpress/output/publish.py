"""Publishing to disk: old or new, never broken, and nothing that Proofpress did not write is touched.

A record in the cache folder lists the files that Proofpress has written into the output folder. Before the first
change the record is widened to what is about to be written (the intent), so that a build killed at any instant leaves
nothing that the next one doesn't know for its own. Each file is written beside its place and renamed into it, files
whose bytes are equal are left alone (their times stay, for rsync), and only recorded files are ever deleted.

A record also tells each file's digest, size and time. A file that still has them is taken to be as it was written; one
that was changed or deleted by hand is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.scan import files_below, read_inside
from proofpress.paths import MAX_NAME, OutputPath, SourcePath
from proofpress.problems import Problem, problem
from proofpress.site.hosting import LAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CACHE = ".proofpress"
TEMPORARY = ".proofpress-tmp"
STORE = "cache.db"
VERSION: Final = 3
SITE_FOLDERS = ("content", "templates", "static", "data", ".git", CACHE)


class Made(msgspec.Struct, frozen=True):
    """A file to be published: its digest, and where its bytes are. With none of the three it is there already."""

    path: OutputPath
    digest: str
    data: bytes | None = None
    staging: str = ""
    """The staging folder, which holds it under its path, to be moved."""
    source: tuple[Path, SourcePath] | None = None
    """A file of the site, to be copied: the site's folder and the path in it."""

    @property
    def kept(self) -> bool:
        """Whether the file is there already, with these bytes."""
        return self.data is None and not self.staging and self.source is None

    def read(self) -> bytes:
        """Return the bytes. Raises OSError where the file is gone."""
        if self.data is not None:
            return self.data
        return Path(self.staging, self.path).read_bytes() if self.source is None else read_inside(*self.source)


class Published(msgspec.Struct, frozen=True):
    """What publishing did."""

    written: int
    unchanged: int
    deleted: int


class Written(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when it was published; an empty digest stands for one that was about to be."""

    digest: str = ""
    size: int = -1
    modified: int = -1
    changed: int = -1


class Record(msgspec.Struct, frozen=True):
    """The files that Proofpress wrote into an output folder."""

    version: int = VERSION
    output: str = ""
    files: dict[OutputPath, Written] = {}


def refuse(root: Path, output: Path) -> Problem | None:
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
    if not reason:
        return None
    return problem(
        "unsafe-output",
        "site.yaml",
        0,
        1,
        f"'{output}' can't be the output folder: {reason}",
        hint="name a folder of its own, such as 'public'",
    )


def digest_of_output(data: bytes) -> str:
    """Return how an output's bytes are known."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_record(root: Path, output: Path) -> Record:
    """Return the record of an output folder; an empty one where there is none, or none that can be read."""
    empty = Record(output=_key(root, output))
    try:
        record = msgspec.json.decode(_record_path(root, empty.output).read_bytes(), type=Record)
    except (OSError, ValueError, RecursionError):
        return empty
    return record if record.version == VERSION and record.output == empty.output else empty


def is_intact(output: Path, record: Record, path: OutputPath) -> bool:
    """Return whether a published file still is what was written.

    Its size and times tell. Where one of them differs (a copy, another owner, a cache that was carried elsewhere) its
    bytes are asked; on Windows, where `changed` is the time of creation, bytes written with the old size and time pass.
    """
    written = record.files.get(path)
    if written is None:
        return False
    try:
        found = os.lstat(output / path)
    except OSError:
        return False
    if (found.st_size, found.st_mtime_ns, found.st_ctime_ns) == (written.size, written.modified, written.changed):
        return True
    data = _read(output / path) if found.st_size == written.size else None
    return data is not None and digest_of_output(data) == written.digest


def strangers(output: Path, record: Record) -> list[str]:
    """Return what lies in an output folder and is not of its record."""
    return sorted(path for path in files_below(output) if path not in record.files and not path.endswith(TEMPORARY))


def foreign_files(output: Path, outputs: Mapping[OutputPath, Made], record: Record) -> list[Problem]:
    """Return what stands in the way: files that Proofpress didn't write, where it would have to write others.

    A file with the very bytes that would be written counts as ours (a cache that was lost, a fresh checkout). An
    output folder without a record, which holds anything else, is refused as a whole: it may be somebody's work.
    """
    if not record.files:
        foreign = sorted(
            path
            for path in files_below(output)
            if path not in outputs or _read(output / path) != outputs[OutputPath(path)].read()
        )
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            return [
                problem(
                    "foreign-file",
                    "site.yaml",
                    0,
                    1,
                    f"'{output.name}/' holds files that Proofpress has no record of having written: '{foreign[0]}'{more}",
                    hint="empty it yourself if it is an old build, or name another with 'output:' or --output",
                )
            ]
    problems = []
    folders: set[str] = set()
    for path, made in outputs.items():
        if made.kept:
            continue
        folders.update(_parents(path))
        target = output / path
        if path in record.files or not os.path.lexists(target) or _read(target) == made.read():
            continue
        # A folder that held only our files gives way to a file of its name.
        if (
            target.is_symlink()
            or not target.is_dir()
            or {f"{path}/{name}" for name in files_below(target)} - set(record.files)
        ):
            problems.append(_in_the_way(output, path))
    problems += [
        _in_the_way(output, folder)
        for folder in sorted(folders)
        if (output / folder).is_symlink()
        or ((output / folder).exists() and not (output / folder).is_dir() and folder not in record.files)
    ]
    return problems


def publish(root: Path, output: Path, outputs: Mapping[OutputPath, Made], record: Record) -> Published:
    """Make the output folder hold `outputs`, and drop what earlier builds wrote. Raises OSError, as the disk does."""
    stale = sorted(set(record.files) - set(outputs))
    changing = [path for path in in_order(outputs) if not _up_to_date(output, record, outputs[path])]
    if not stale and not changing and all(record.files[path].digest for path in outputs):
        return Published(0, len(outputs), 0)
    intent = record.files | {path: Written() for path in changing}
    _write_record(root, Record(output=record.output, files=intent))
    for path in record.files:
        if not record.files[path].digest:  # a build was killed while it wrote this one
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                (output / _temporary(path)).unlink()
    folders = {folder for path in outputs for folder in _parents(path)}
    # A file that must become a folder (or a folder a file) is cleared before its successor is written.
    in_the_way = [path for path in stale if path in folders or any(parent in outputs for parent in _parents(path))]
    deleted = sum(_delete(output, path) for path in in_the_way)
    written = _write_all(output, [outputs[path] for path in changing])
    deleted += sum(_delete(output, path) for path in stale if path not in in_the_way)
    done = {path: record.files[path] for path in outputs if path in record.files}
    for path in changing:
        found = os.lstat(output / path)
        done[path] = Written(outputs[path].digest, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    _write_record(root, Record(output=record.output, files=done))
    return Published(written, len(outputs) - written, deleted)


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
    if not path.endswith((".html", ".xml", ".json", ".txt")):
        return 0
    if path.endswith(".html"):
        return 1 if path.count("/") > 1 else 2
    return 3


def clean(root: Path, output: Path) -> int:
    """Delete what Proofpress wrote into an output folder, and its cache; returns how many files of the site went."""
    record = read_record(root, output)
    deleted = sum(_delete(output, path) for path in sorted(record.files))
    for path in record.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (output / _temporary(path)).unlink()
    own = _record_path(root, record.output)
    forget(root)
    for file in (own, own.with_name(own.name + TEMPORARY)):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        own.parent.rmdir()
    return deleted


def forget(root: Path) -> None:
    """Drop what earlier builds remembered, but not the records of what they published."""
    for name in (STORE, STORE + "-journal", STORE + "-lock"):
        (root / CACHE / name).unlink(missing_ok=True)
    empty_staging(root)


def empty_staging(root: Path) -> Path:
    """Return the staging folder, without what a killed build left there; it is made when something is put in.

    The workers of a build that was killed may write for a moment longer. What they put in meanwhile goes the next time,
    and does no harm: each build has a folder of its own in this one.
    """
    staging = root / CACHE / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    return staging


def _write_all(output: Path, changing: Sequence[Made]) -> int:
    """Write files in their order, as far as their bytes differ. Returns how many were written."""
    moved: frozenset[str] | None = None
    written = 0
    for made in changing:
        if made.staging and moved is None:
            moved = _move_folders(output, [each for each in changing if each.staging])
        came_along = made.staging and moved and not moved.isdisjoint(_parents(made.path))
        written += 1 if came_along else _write(output, made)
    return written


def _move_folders(output: Path, staged: Sequence[Made]) -> frozenset[str]:
    """Move staged folders that the output doesn't have as they are: a new site's few folders, not its thousand files."""
    folders = {folder for made in staged for folder in _parents(made.path)}
    missing = {folder for folder in folders if not os.path.lexists(output / folder)}
    output.mkdir(parents=True, exist_ok=True)
    moved = set()
    for folder in sorted(missing):
        if missing.isdisjoint(_parents(folder)):
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
    temporary.write_bytes(made.read())
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
    present = _read(target)
    return present is not None and present == made.read()


def _delete(output: Path, path: str) -> int:
    """Delete one file that Proofpress wrote, then the folders that it leaves empty. Returns how many files went."""
    target = output / path
    if target.is_dir() and not target.is_symlink():
        return 0  # the file is gone already: a build that was killed had made way for a folder
    deleted = 1
    try:
        target.unlink()
    except (FileNotFoundError, NotADirectoryError):
        deleted = 0  # a build that was killed may have made no more than the folder for it
    for parent in _parents(path):
        with contextlib.suppress(OSError):
            (output / parent).rmdir()
    with contextlib.suppress(OSError):
        output.rmdir()
    return deleted


def _read(path: Path) -> bytes | None:
    """Return a regular file's bytes; None for what is missing, a folder or a link."""
    if path.is_symlink():
        return None
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write_record(root: Path, record: Record) -> None:
    path = _record_path(root, record.output)
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(path.name + TEMPORARY)
    ordered = msgspec.structs.replace(record, files=dict(sorted(record.files.items())))
    temporary.write_bytes(msgspec.json.encode(ordered))
    temporary.replace(path)


def _parents(path: str) -> Sequence[str]:
    """Return the folders that hold a path, the innermost first."""
    found = []
    while "/" in path:
        path = path.rpartition("/")[0]
        found.append(path)
    return found


def _record_path(root: Path, key: str) -> Path:
    """Return where the record of an output folder lies: each folder that a site is published into has its own."""
    return root / CACHE / f"published-{hashlib.sha256(key.encode()).hexdigest()[:12]}.json"


def _key(root: Path, output: Path) -> str:
    """Return how a record names its output folder: relative to the site where it lies within, so that both can move."""
    root, output = root.resolve(), output.resolve()
    return output.relative_to(root).as_posix() if output.is_relative_to(root) else output.as_posix()


def _in_the_way(output: Path, path: str) -> Problem:
    return problem(
        "foreign-file",
        "site.yaml",
        0,
        1,
        f"'{output.name}/{path}' is in the way, and Proofpress did not write it",
        hint="move or delete it",
    )
