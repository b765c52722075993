"""Bytes by their digest, kept where several processes, or several machines, can see them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping


class Source(Protocol):
    """Gives bytes by their digest."""

    def get(self, digest: bytes, /) -> bytes:
        """Return the bytes of a digest. Raises KeyError where there are none, or others."""


class Blobs(Protocol):
    """Where bytes are kept by their digest: a frozen, picklable value, which is opened where it is used."""

    def open(self) -> Source:
        """Return what gives the bytes in this process."""


class Nothing(msgspec.Struct, frozen=True):
    """Where nothing is kept."""

    def open(self) -> Nothing:
        """Return itself."""
        return self

    def get(self, digest: bytes) -> bytes:
        """Raise KeyError."""
        raise KeyError(digest)


class StoreFile(msgspec.Struct, frozen=True):
    """The big values of a store's file, which another process may hold for writing."""

    path: Path

    def open(self) -> Source:
        """Return a reader of the file."""
        return Reader(self.path)


class AtHand(msgspec.Struct, frozen=True):
    """Bytes in memory, over those that are kept elsewhere."""

    data: dict[bytes, bytes]
    beneath: Any
    """Blobs."""

    def open(self) -> Source:
        """Return what gives both."""
        return _Over(self.data, self.beneath)


class Carried:
    """Bytes that come with the tasks that need them, on a machine that sees none of ours."""

    def __init__(self) -> None:
        self._data: Mapping[bytes, bytes] = {}
        self.lacked = False
        """Whether something was asked for that did not come."""

    def open(self) -> Carried:
        """Return itself: whoever is handed the tasks has the same one in hand."""
        return self

    def get(self, digest: bytes) -> bytes:
        """Return the bytes of a digest. Raises KeyError where they did not come."""
        found = self._data.get(digest)
        if found is None:
            self.lacked = True
            raise KeyError(digest)
        return found

    def bring(self, data: Mapping[bytes, bytes]) -> None:
        """Have these at hand, and no others."""
        self._data = data


class _Over:
    def __init__(self, data: dict[bytes, bytes], beneath: Blobs) -> None:
        self._data = data
        self._blobs = beneath
        self._beneath: Source | None = None

    def get(self, digest: bytes) -> bytes:
        found = self._data.get(digest)
        if found is None:
            if self._beneath is None:  # opened when it is needed: a file may not be there before
                self._beneath = self._blobs.open()
            found = self._beneath.get(digest)
        return found


class Folder(msgspec.Struct, frozen=True):
    """A folder with a file for each. What is read is checked against its digest, so the folder need not be trusted."""

    path: str

    def open(self) -> Folder:
        """Return itself: nothing is held between two reads."""
        return self

    def get(self, digest: bytes) -> bytes:
        """Return the bytes of a digest. Raises KeyError where there are none, or others."""
        try:
            data = self._file(digest).read_bytes()
        except OSError as error:
            raise KeyError(digest) from error
        if digest_of_bytes(data) != digest:
            raise KeyError(digest)
        return data

    def put(self, data: bytes) -> bytes:
        """Keep bytes, and return their digest. Raises OSError, as the disk does."""
        digest = digest_of_bytes(data)
        file = self._file(digest)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=file.parent)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).replace(file)  # whole, or not there: another process may be reading
        return digest

    def _file(self, digest: bytes) -> Path:
        name = digest.hex()
        return Path(self.path, name[:2], name[2:])
