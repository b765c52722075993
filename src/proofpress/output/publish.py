"""Publishing to disk: old or new, never broken, and nothing that Proofpress did not write is touched.

A record in the cache folder lists the files that Proofpress has written into the output folder. Before the first
change the record is widened to what is about to be written (the intent), so that a build killed at any instant leaves
nothing that the next one doesn't know for its own. Each file is written beside its place and renamed into it, files
whose bytes are equal are left alone (their times stay, for rsync), and only recorded files are ever deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.paths import OutputPath
from proofpress.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CACHE = ".proofpress"
TEMPORARY = ".proofpress-tmp"
VERSION = 1
SITE_FOLDERS = ("content", "templates", "static", "data", ".git", CACHE)


class Published(msgspec.Struct, frozen=True):
    """What publishing did."""

    written: int
    unchanged: int
    deleted: int


class Record(msgspec.Struct, frozen=True):
    """The files that Proofpress wrote into an output folder."""

    version: int = VERSION
    output: str = ""
    files: frozenset[OutputPath] = frozenset()


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


def read_record(root: Path, output: Path) -> Record:
    """Return the record of an output folder; an empty one where there is none, or none that can be read."""
    try:
        found = json.loads(_record_path(root, _key(root, output)).read_bytes())
        record = msgspec.convert(found, Record)
    except (OSError, ValueError, RecursionError):
        return Record(output=_key(root, output))
    if record.version != VERSION or record.output != _key(root, output):
        return Record(output=_key(root, output))
    return record


def foreign_files(output: Path, outputs: Mapping[OutputPath, bytes], record: Record) -> list[Problem]:
    """Return what stands in the way: files that Proofpress didn't write, where it would have to write others.

    A file with the very bytes that would be written counts as ours (a cache that was lost, a fresh checkout). An
    output folder without a record, which holds anything else, is refused as a whole: it may be somebody's work.
    """
    problems = []
    if not record.files:
        strangers = sorted(
            path for path in _files(output) if path not in outputs or _read(output / path) != outputs[OutputPath(path)]
        )
        if strangers:
            more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
            return [
                problem(
                    "foreign-file",
                    "site.yaml",
                    0,
                    1,
                    f"'{output.name}/' holds files that Proofpress has no record of having written: '{strangers[0]}'{more}",
                    hint="empty it yourself if it is an old build, or name another with 'output:' or --output",
                )
            ]
    folders: set[str] = set()
    for path, data in outputs.items():
        folders.update(_parents(path))
        target = output / path
        if path in record.files or not os.path.lexists(target) or _read(target) == data:
            continue
        # A folder that held only our files gives way to a file of its name.
        if target.is_symlink() or not target.is_dir() or {f"{path}/{name}" for name in _files(target)} - record.files:
            problems.append(_in_the_way(output, path))
    problems += [
        _in_the_way(output, folder)
        for folder in sorted(folders)
        if (output / folder).is_symlink()
        or ((output / folder).exists() and not (output / folder).is_dir() and folder not in record.files)
    ]
    return problems


def publish(root: Path, output: Path, outputs: Mapping[OutputPath, bytes], record: Record) -> Published:
    """Make the output folder hold `outputs`, and drop what earlier builds wrote. Raises OSError, as the disk does."""
    intent = Record(output=record.output, files=record.files | frozenset(outputs))
    _write_record(root, intent)
    for path in record.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (output / (path + TEMPORARY)).unlink()
    stale = sorted(record.files - frozenset(outputs))
    folders = {folder for path in outputs for folder in _parents(path)}
    # A file that must become a folder (or a folder a file) is cleared before its successor is written.
    in_the_way = [path for path in stale if path in folders or any(parent in outputs for parent in _parents(path))]
    deleted = sum(_delete(output, path) for path in in_the_way)
    written = sum(_write(output, path, outputs[path]) for path in in_order(outputs))
    deleted += sum(_delete(output, path) for path in stale if path not in in_the_way)
    _write_record(root, Record(output=record.output, files=frozenset(outputs)))
    return Published(written, len(outputs) - written, deleted)


def in_order(paths: Iterable[OutputPath]) -> list[OutputPath]:
    """Return paths so that what is linked to comes before what links to it: assets, pages, lists, feeds."""

    def rank(path: str) -> int:
        if not path.endswith((".html", ".xml", ".json", ".txt")):
            return 0
        if path.endswith(".html"):
            return 1 if path.count("/") > 1 else 2
        return 3

    return sorted(paths, key=lambda path: (rank(path), path))


def clean(root: Path, output: Path) -> int:
    """Delete what Proofpress wrote into an output folder, and its cache; returns how many files of the site went."""
    record = read_record(root, output)
    deleted = sum(_delete(output, path) for path in sorted(record.files))
    for path in record.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (output / (path + TEMPORARY)).unlink()
    own = _record_path(root, record.output)
    for file in (own, own.with_name(own.name + TEMPORARY)):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        own.parent.rmdir()
    return deleted


def _write(output: Path, path: OutputPath, data: bytes) -> bool:
    """Write one file if its bytes differ. Returns whether it was written."""
    target = output / path
    if _read(target) == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = output / (path + TEMPORARY)
    temporary.write_bytes(data)
    temporary.replace(target)
    return True


def _delete(output: Path, path: str) -> int:
    """Delete one file that Proofpress wrote, then the folders that it leaves empty. Returns how many files went."""
    target = output / path
    try:
        target.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return 0
    for parent in _parents(path):
        with contextlib.suppress(OSError):
            (output / parent).rmdir()
    with contextlib.suppress(OSError):
        output.rmdir()
    return 1


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
    ordered = {"version": record.version, "output": record.output, "files": sorted(record.files)}
    temporary.write_text(json.dumps(ordered, ensure_ascii=False, indent=0), "utf-8")
    temporary.replace(path)


def _files(folder: Path) -> Iterable[str]:
    """Give every file and link below a folder, as paths relative to it."""
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in [*files, *links]:
            yield (Path(parent) / name).relative_to(folder).as_posix()


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
