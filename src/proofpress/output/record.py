"""What is known of an output folder: the files that Proofpress wrote there, and their bytes.

Two lists tell it. The record, `.proofpress/published-….json`, has each file's digest, size and times, so that a build
that changes nothing reads no file. The manifest, `.proofpress-manifest.json`, travels with the output, so that a lost
cache doesn't make a stranger of one's own site: it has a mark for each file, the digest of its path and its bytes, and
so names none of them: a page that is on no list of the site stays so.

Both are input, as all that lies on a disk. A record is believed as a whole or not at all; every path in it is one below
the output folder. And neither list is enough to delete a file by: its bytes must be those that were written.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.engine.disk import files_below, kind, kind_of, own_file, read_file, write_file
from proofpress.output.cache import cache_folder
from proofpress.paths import OutputPath, unportable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

VERSION: Final = 3
TEMPORARY: Final = ".proofpress-tmp"
MANIFEST: Final = OutputPath(".proofpress-manifest.json")
LARGEST: Final = 256 * 2**20
"""Bytes of a record or a manifest: a million files have fewer."""


class Written(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when it was published; an empty digest stands for one that was about to be."""

    digest: str = ""
    size: int = -1
    modified: int = -1
    changed: int = -1
    possible: tuple[str, ...] = ()
    """Of a file that was about to be published: the digests of what may lie there now, if anything does."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all bytes that Proofpress may have left there."""
        return (self.digest, *self.possible) if self.digest else self.possible

    def becoming(self, digest: str) -> Written:
        """Return what is known of the file from now on, until it has been published with other bytes."""
        return Written(possible=tuple(sorted({*self.digests, digest})))


class Record(msgspec.Struct, frozen=True):
    """The files that Proofpress wrote into an output folder."""

    version: int = VERSION
    output: str = ""
    files: dict[OutputPath, Written] = {}


class Known(msgspec.Struct, frozen=True):
    """What is known of an output folder, and a sentence where a record can't be believed."""

    record: Record
    notice: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """The list that travels with the output: a mark for each file."""

    version: int = 1
    files: frozenset[str] = frozenset()


def digest_of_output(data: bytes) -> str:
    """Return how an output's bytes are known."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


# ---------------------------------------------------------------- the record


def read_record(root: Path, output: Path) -> Record:
    """Return the record of an output folder; an empty one where there is none, or none that can be believed.

    Raises OSError, in words, where something other than a file is in its place.
    """
    return _read_record(root, output).record


def known_files(root: Path, output: Path) -> Known:
    """Return what is known of an output folder, by its record, and where that is not up to date, by its manifest too.

    What only the manifest knew is on the record from then on.
    """
    known = _read_record(root, output)
    if is_intact(output, known.record, MANIFEST):
        return known
    found = _recovered(output, known.record)
    if not found:
        return known
    record = Record(output=known.record.output, files=known.record.files | found)
    write_record(root, record)
    return Known(record, known.notice)


def write_record(root: Path, record: Record) -> None:
    """Write a record, whole or not at all."""
    folder = cache_folder(root)
    folder.mkdir(exist_ok=True)
    path = record_path(root, record.output)
    own_file(path)
    temporary = path.with_name(path.name + TEMPORARY)
    ordered = msgspec.structs.replace(record, files=dict(sorted(record.files.items())))
    write_file(temporary, msgspec.json.encode(ordered))
    temporary.replace(path)


def record_path(root: Path, key: str) -> Path:
    """Return where the record of an output folder lies: each folder that a site is published into has its own."""
    return (
        cache_folder(root) / f"published-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}.json"
    )


def _read_record(root: Path, output: Path) -> Known:
    key = _key(root, output)
    empty = Record(output=key)
    path = record_path(root, key)
    own_file(path.with_name(path.name + TEMPORARY))
    data = read_file(path, LARGEST) if own_file(path) else None
    try:
        record = msgspec.json.decode(data or b"", type=Record)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # of msgspec 0.19 its errors are no ValueError
        return Known(empty)
    if record.version != VERSION or record.output != key:
        return Known(empty)
    astray = next((name for name in record.files if not is_below(name)), None)
    if astray is None:
        return Known(record)
    shown = astray if len(astray) <= 80 else astray[:80] + "…"
    return Known(
        empty,
        f"the record '{path.name}' in the cache names {shown!r}, which can't be a file of the output folder; it is not "
        "believed, and nothing that it names was deleted",
    )


def is_below(path: str) -> bool:
    """Return whether a path names a file below a folder and nowhere else, on the system that this is."""
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        return False
    if os.name == "nt":  # a drive, a back-slash, a device: elsewhere these are letters as others are
        return unportable(path) is None
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _key(root: Path, output: Path) -> str:
    """Return how a record names its output folder: relative to the site where it lies within, so that both can move."""
    root, output = root.resolve(), output.resolve()
    return output.relative_to(root).as_posix() if output.is_relative_to(root) else output.as_posix()


# ---------------------------------------------------------------- the manifest


def mark(path: str, digest: str) -> str:
    """Return what stands in a manifest for a file of this name with these bytes."""
    return hashlib.blake2b(f"{digest}/{path}".encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def encode_manifest(marks: Iterable[str]) -> bytes:
    """Return a manifest's bytes, a line for each file, in an order that tells nothing."""
    return msgspec.json.format(msgspec.json.encode({"version": 1, "files": sorted(set(marks))}), indent=1) + b"\n"


def read_manifest(output: Path) -> frozenset[str]:
    """Return the marks of an output folder's manifest; none where there is none, or none that can be read."""
    try:
        found = msgspec.json.decode(read_file(output / MANIFEST, LARGEST) or b"", type=Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # of msgspec 0.19 its errors are no ValueError
        return frozenset()
    return found.files if found.version == 1 else frozenset()


def _recovered(output: Path, record: Record) -> dict[OutputPath, Written]:
    """Return the files that are not on the record, but which the manifest bears witness to, name and bytes."""
    marks = read_manifest(output)
    found: dict[OutputPath, Written] = {}
    for path in files_below(output) if marks else ():
        if path not in record.files and path != MANIFEST:
            written = _as_it_is(output, path)
            if written is not None and mark(path, written.digest) in marks:
                found[OutputPath(path)] = written
    return found


# ---------------------------------------------------------------- files


def marks_of(output: Path, path: OutputPath, digest: str) -> Written:
    """Return what a record says of a file that was published just now."""
    found = os.lstat(output / path)
    return Written(digest, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def is_intact(output: Path, record: Record, path: OutputPath) -> bool:
    """Return whether a published file still is what was written.

    Its size and times tell. Where one of them differs (a copy, another owner, a cache that was carried elsewhere) its
    bytes are asked; on Windows, where `changed` is the time of creation, bytes written with the old size and time pass.
    """
    written = record.files.get(path)
    if written is None:
        return False
    try:
        found = os.lstat(f"{output}/{path}")  # a string, since this is asked of every file that is published
    except OSError:
        return False
    if (found.st_size, found.st_mtime_ns, found.st_ctime_ns) == (written.size, written.modified, written.changed):
        return kind_of(found) == "file"
    data = read_file(output / path) if found.st_size == written.size else None
    return data is not None and digest_of_output(data) == written.digest


def is_own(output: Path, path: str, written: Written) -> bool:
    """Return whether the bytes that lie at a path are some that Proofpress wrote there, and no link leads to them."""
    if is_linked(output, path):
        return False
    data = read_file(output / path)
    return data is not None and digest_of_output(data) in written.digests


def is_linked(output: Path, path: str) -> bool:
    """Return whether a folder on the way from the output folder to a path is a link."""
    return any(kind(output / folder) == "link" for folder in folders_of(path))


def folders_of(path: str) -> list[str]:
    """Return the folders that hold a path, the innermost first."""
    found = []
    while "/" in path:
        path = path.rpartition("/")[0]
        found.append(path)
    return found


def _as_it_is(output: Path, path: str) -> Written | None:
    """Return what a record says of a file as it lies there; None for what is no file."""
    data = read_file(output / path)
    if data is None:
        return None
    found = os.lstat(output / path)
    return Written(digest_of_output(data), found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def manifest_marks(files: Mapping[OutputPath, str]) -> set[str]:
    """Return the marks of files, given each one's digest."""
    return {mark(path, digest) for path, digest in files.items()}
