"""Reading big values from the store while another process holds it for writing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from proofpress.engine.store import read_big, read_blob, translated

if TYPE_CHECKING:
    from pathlib import Path


class Reader:
    """A second way into a store's file, for a worker: it sees what was committed when it reads.

    SQLite's locks do not reach a copied process, so nothing may be committed while workers read. What were read in
    spite of that, half old and half new, would fail its checksum.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for reading alone."""
        self._path = path
        with translated(path):
            # Only one thread reads; but whichever the garbage collector runs in closes it.
            uri = f"{path.resolve().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, timeout=30.0, check_same_thread=False)

    def __del__(self) -> None:
        """Close the file: a worker's function has no other end than this."""
        if hasattr(self, "_connection"):
            self._connection.close()

    def big(self, kind: str, key: str) -> bytes:
        """Return the big value of an entry. Raises KeyError where there is none, DamagedError if it is not what was put."""
        with translated(self._path):
            data = read_big(self._connection, kind, key)
        if data is None:
            raise KeyError(key)
        return data

    def get(self, digest: bytes) -> bytes:
        """Return a big value by its digest. Raises KeyError where there is none, DamagedError if it is not what was put."""
        with translated(self._path):
            data = read_blob(self._connection, digest)
        if data is None:
            raise KeyError(digest)
        return data
