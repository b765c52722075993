"""The store: traces and values of steps, in one SQLite file.

A store is a cache: losing it costs time, never a site. A file that is damaged, foreign or of another version is put
aside by starting anew, and `Store.notice` says so. Two builds at once take turns: the second waits for the lock.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from proofpress.engine.steps import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

SCHEMA: Final = 1
APPLICATION: Final = 0x50507273
"""SQLite's application_id: "PPrs". A database that bears another is somebody else's."""

KEPT_BUILDS: Final = 5
"""For how many builds an entry that none of them used is kept: a branch that is left and come back to is warm."""

_TABLES: Final = """
CREATE TABLE step (
    kind TEXT NOT NULL, key TEXT NOT NULL, trace BLOB NOT NULL, value BLOB NOT NULL, unused INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE big (kind TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE fact (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
"""

_encode_trace = msgspec.msgpack.Encoder().encode
_decode_trace = msgspec.msgpack.Decoder(Trace).decode


class BusyError(RuntimeError):
    """Another build holds the store, and did not finish in the time that this one waits."""


class DamagedError(RuntimeError):
    """The store's file turned out to be damaged while it was read; a build starts anew without it."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a step left: its trace, its value, and a second value that is too large to be read on every build."""

    trace: Trace
    value: bytes
    big: bytes | None = None


class Store:
    """Traces and values by kind of step and key. Use as a context manager: what was put is kept when it ends well."""

    def __init__(self, path: Path, patience: float = 30.0) -> None:
        """Open or make the file. Waits up to `patience` seconds for another build; raises BusyError after that."""
        self._path = path
        self.notice = ""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = self._open(patience)
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise BusyError("another build of this site is running") from error
            self._connection = self._anew(patience, str(error))
        except sqlite3.DatabaseError as error:
            self._connection = self._anew(patience, str(error))
        self.build = int.from_bytes(self.fact("build") or b"", "big") + 1

    def _open(self, patience: float) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=patience, isolation_level=None)
        try:
            # One build at a time. A cache needs no flush to the disk: what a power cut damages is found and dropped.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN IMMEDIATE")
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
            if empty:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            elif application != APPLICATION or version != SCHEMA:
                raise sqlite3.DatabaseError("it was written by another version")  # noqa: TRY301 - meets its like below
        except BaseException:
            connection.close()
            raise
        return connection

    def _anew(self, patience: float, reason: str) -> sqlite3.Connection:
        self.notice = f"the cache could not be used ({reason}); everything is built anew"
        for suffix in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()
        return self._open(patience)

    # ------------------------------------------------------------ reading

    def entries(self, kind: str) -> dict[str, Entry]:
        """Return every entry of a kind, without its big value. What can't be read any more counts as absent."""
        found = {}
        for key, trace, value in self._rows("SELECT key, trace, value FROM step WHERE kind = ?", kind):
            with contextlib.suppress(msgspec.MsgspecError):
                found[key] = Entry(_decode_trace(trace), value)
        return found

    def big(self, kind: str, key: str) -> bytes | None:
        """Return the big value of one entry."""
        row = next(self._rows("SELECT data FROM big WHERE kind = ? AND key = ?", kind, key), None)
        return row[0] if row else None

    def fact(self, name: str) -> bytes | None:
        """Return a fact about the build before."""
        row = next(self._rows("SELECT data FROM fact WHERE name = ?", name), None)
        return row[0] if row else None

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise DamagedError(str(error)) from error

    # ------------------------------------------------------------ writing

    def put(self, kind: str, entries: Mapping[str, Entry]) -> None:
        """Keep what steps left."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?)",
            [(kind, key, _encode_trace(e.trace), e.value, 0) for key, e in entries.items()],
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO big VALUES (?, ?, ?)",
            [(kind, key, e.big) for key, e in entries.items() if e.big is not None],
        )

    def put_fact(self, name: str, data: bytes) -> None:
        """Keep a fact for the next build."""
        self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, data))

    def sweep(self, kind: str, used: AbstractSet[str]) -> None:
        """Drop the entries of a kind that no build has used for a while. Entries in use are not written again."""
        marks = [
            (0 if key in used else self.build, kind, key)
            for key, unused in self._rows("SELECT key, unused FROM step WHERE kind = ?", kind)
            if (key in used) == bool(unused)
        ]
        self._connection.executemany("UPDATE step SET unused = ? WHERE kind = ? AND key = ?", marks)
        old = (kind, self.build - KEPT_BUILDS)
        self._connection.execute(
            "DELETE FROM big WHERE kind = ?1"
            " AND key IN (SELECT key FROM step WHERE kind = ?1 AND unused BETWEEN 1 AND ?2)",
            old,
        )
        self._connection.execute("DELETE FROM step WHERE kind = ?1 AND unused BETWEEN 1 AND ?2", old)

    def commit(self) -> None:
        """Make everything since the last commit last, and go on."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Keep what was put, and let the next build in."""
        self.put_fact("build", self.build.to_bytes(8, "big"))
        self._connection.execute("COMMIT")
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            self._connection.close()
