"""Documents that are read where their bytes are needed, so that no process holds the texts of a whole site.

The bytes of a document are read once to be known by their digest, or not at all where the file system vouches that they are
those of the build before; and once more by the process that renders them. An editor may save in between. Who then finds other
bytes than those that the build was told of raises `ChangedMeanwhileError`, and the build begins anew.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import read_markdown
from proofpress.engine.digests import digest_of_bytes
from proofpress.model import Companion, names_files
from proofpress.paths import SourcePath
from proofpress.standing import SETTLED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from proofpress.problems import Problem

UNSURE = (0, 0, 0, 0)
"""What a file is signed with that has to be read again by the next build."""


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when it was last read: what the file system said of it, its digest and an image's size."""

    size: int
    modified: int
    changed: int
    node: int
    digest: bytes
    width: int | None = None
    height: int | None = None
    names_files: bool = False
    """Of a document, whether it may name others that it is made of."""


def signature_of(path: str | Path) -> tuple[int, int, int, int]:
    """Return what the file system says of a file, in the order of `Seen`'s fields. Raises OSError where it is not there."""
    found = os.stat(path)  # noqa: PTH116 - a pathlib object for each file costs more than the call
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def still(before: Seen | None, signature: tuple[int, int, int, int]) -> bool:
    """Tell whether a file is as it was last read, by what the file system says of it.

    A change sets a file's ctime, which no program can set back, so an equal one means equal bytes; not on Windows,
    where that field is the time of creation, and not within the clock's grain of the last look.
    """
    return (
        before is not None
        and os.name == "posix"
        and signature == (before.size, before.modified, before.changed, before.node)
    )


def settled(signature: tuple[int, int, int, int], now_ns: int) -> tuple[int, int, int, int]:
    """Return what a file that was read now is signed with; of one that changed moments ago, that nobody can be sure of it."""
    return UNSURE if now_ns - max(signature[1], signature[2]) < SETTLED else signature


class ChangedMeanwhileError(Exception):
    """A document is not what it was when the build began."""

    def __init__(self, path: str) -> None:
        super().__init__(path)


class OnDisk(msgspec.Struct, frozen=True, gc=False):
    """A document by its place on disk, and the digest of the bytes that are meant."""

    path: SourcePath
    place: str
    digest: bytes
    names_files: bool = False
    beside: tuple[Companion, ...] = ()

    @property
    def data(self) -> bytes:
        """Its bytes. Raises ChangedMeanwhileError where they are others now, or can't be read any more."""
        try:
            with open(self.place, "rb", buffering=0) as file:  # noqa: PTH123 - as above
                data = file.readall()
        except OSError as error:
            raise ChangedMeanwhileError(self.path) from error
        if digest_of_bytes(data) != self.digest:
            raise ChangedMeanwhileError(self.path)
        return data


class Documents:
    """Takes in a site's documents, and knows what the file system said of each."""

    def __init__(self, before: Mapping[SourcePath, Seen], now_ns: int) -> None:
        """`before` is what the build before saw; it is `now`, in nanoseconds."""
        self._before = before
        self._now_ns = now_ns
        self.seen: dict[SourcePath, Seen] = {}

    def __call__(self, path: SourcePath, place: str, problems: list[Problem]) -> OnDisk | None:
        """Take in one: read it, where the file system can't vouch for it."""
        known = self._before.get(path)
        try:
            signature = signature_of(place)
        except OSError:
            signature = UNSURE  # reading tells why
        if known is None or not still(known, signature):
            data = read_markdown(path, place, problems)
            if data is None:
                return None
            signature = settled(signature, self._now_ns)
            known = Seen(*signature, digest_of_bytes(data), names_files=names_files(data))
        self.seen[path] = known
        return OnDisk(path, place, known.digest, known.names_files)
