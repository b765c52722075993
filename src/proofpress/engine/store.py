"""The store: traces and values of steps, in one SQLite file.

A store is a cache: losing it costs time, never a site. A file that is damaged, foreign or of another version is put
aside by starting anew, and `Store.notice` says so. What was not written by `put` is never returned by a read: every row
bears a checksum, since a byte that a disk has changed inside a value is nothing that SQLite would notice. Two builds at
once take turns: an empty file beside the store is the lock, held from the first moment to the last.

Anybody may have laid the files there, so that SQLite gets to see none but a plain file with no second name, one that
can be written, and a journal that speaks of this file alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.disk import own_file, own_folder
from proofpress.engine.steps import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

SCHEMA: Final = 4
APPLICATION: Final = 0x50507273
"""SQLite's application_id: "PPrs". A database that bears another is somebody else's."""

KEPT_BUILDS: Final = 5
"""For how many builds an entry that none of them used is kept: a branch that is left and come back to is warm."""

FEW: Final = 500
"""Keys that are asked for one by one; SQLite takes 999 in any of its versions."""

BESIDE: Final = ("", "-journal", "-wal", "-shm")
"""What SQLite may look for beside a file, and the file itself."""

_SUPER_JOURNAL: Final = bytes.fromhex("d9d505f920a163d7")
"""Ends a journal that speaks of several files, which SQLite deletes by name (sqlite.org/fileformat.html, 3). We keep one."""

POLL: Final = 0.05
"""Seconds between two looks at a lock that another build holds; Ctrl-C is heard in between."""

# Not WITHOUT ROWID: there a row of more than 1,000 bytes spills to a page of its own, and most are longer.
_TABLES: Final = """
CREATE TABLE step (
    kind TEXT NOT NULL, key TEXT NOT NULL, trace BLOB NOT NULL, value BLOB NOT NULL, checksum BLOB NOT NULL,
    big_checksum BLOB, unused INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX step_unused ON step (kind, unused, key);
CREATE INDEX step_big ON step (big_checksum);
CREATE TABLE big (kind TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE fact (name TEXT PRIMARY KEY, data BLOB NOT NULL, checksum BLOB NOT NULL) WITHOUT ROWID;
"""
_SCHEMA: Final = {statement.strip() for statement in _TABLES.split(";") if statement.strip()}
BIG: Final = (
    "SELECT data, big_checksum FROM big LEFT JOIN step ON step.kind = big.kind AND step.key = big.key"
    " WHERE big.kind = ? AND big.key = ?"
)

_encode_trace = msgspec.msgpack.Encoder().encode


class BusyError(RuntimeError):
    """Another build holds the store, and did not finish in the time that this one waits."""


class DamagedError(RuntimeError):
    """The store's file turned out to be damaged while it was used; a build starts anew without it."""


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what SQLite reports as what it means here: BusyError, OSError with the file's name, or DamagedError."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BusyError("another build is at work here; wait until it is done, and try again") from error
        number = _SYSTEM_ERRORS.get(code & 0xFF)
        if code == sqlite3.SQLITE_IOERR_SHORT_READ or (
            code & 0xFF == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        ):
            number = None  # a header that asks for a newer SQLite reads as a file that may not be written
        if number is not None:
            raise OSError(number, f"{os.strerror(number)} ({error})", str(path)) from error
        raise DamagedError(str(error)) from error
    except UnicodeDecodeError as error:  # SQLite cites from a damaged schema in its message
        raise DamagedError("its text can't be read") from error


_SYSTEM_ERRORS: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_TOOBIG: errno.EFBIG,
}


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a step left: its trace, its value, and a second value that is too large to be read on every build."""

    trace: Trace[Any]
    value: bytes
    big: bytes | None = None


class Store:
    """Traces and values by kind of step and key. Use as a context manager: what was put is kept when it ends well."""

    def __init__(self, path: Path, patience: float = 30.0, *, anew: bool = False) -> None:
        """Open or make the file. Waits up to `patience` seconds for another build. `anew` forgets what was kept.

        Raises BusyError after that, and OSError where the folder can't be written.
        Raises BusyError after that, and OSError where the folder can't be written, or where anything in it is of another
        type than it should be.
        """
        self._path = path
        self.notice = ""
        if not own_folder(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + "-lock")
        for file in (lock, path):
            for suffix in BESIDE:
                own_file(file.with_name(file.name + suffix))
        if lock.exists() and lock.stat().st_size:
            remove(lock)  # nothing is ever written into it
        self._lock = _locked(lock, patience)
        try:
            reason = "" if anew else _unusable(path)
            if reason:
                self.notice = f"the cache could not be used ({reason}); everything is built anew"
            if anew or reason:
                remove(path)
            try:
                self._connection = self._open()
            except DamagedError as error:
                self.notice = f"the cache could not be used ({error}); everything is built anew"
                remove(path)
                self._connection = self._open()
        except BaseException:
            self._lock.close()
            raise

    def _open(self) -> sqlite3.Connection:
        with translated(self._path):
            connection = sqlite3.connect(self._path, timeout=30.0, isolation_level=None)
            try:
                # A cache needs no flush to the disk: what a power cut damages is found by the checksums.
                connection.execute("PRAGMA synchronous = OFF")
                # Pages go to the file at a commit and never before, so that readers are not shut out meanwhile.
                connection.execute("PRAGMA cache_spill = OFF")
                connection.execute("BEGIN IMMEDIATE")
                self._prepare(connection)
                self.build = int.from_bytes(_fact(connection, "build") or b"", "big") + 1
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in an empty file. Raises DamagedError for a file that is not ours to read."""
        application, version, pages, page_size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "page_count", "page_size")
        )
        size = self._path.stat().st_size
        if size not in (0, pages * page_size):  # SQLite takes what is missing of the last page for zeros
            raise DamagedError("it is not as long as it says")
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        elif application != APPLICATION:
            raise DamagedError("it was written by another program")
        elif version != SCHEMA:
            raise DamagedError("it was written by another version")
        elif {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")} - {None} != _SCHEMA:
            raise DamagedError("its tables are not ours")  # a view can be a question without an end

    # ------------------------------------------------------------ reading

    def entries(
        self, kind: str, questions: Any = tuple[str, ...], only: Sequence[str] | None = None
    ) -> dict[str, Entry]:
        """Return every entry of a kind, without its big value. Raises DamagedError if one is not what was put.

        `questions` is the type of what its steps ask, by which their traces are read back. Where `only` few are asked for,
        no others are read.
        """
        found = {}
        decode = msgspec.msgpack.Decoder(Trace[questions]).decode
        query = "SELECT key, trace, value, checksum FROM step WHERE kind = ?"
        few = only if only is not None and len(only) <= FEW else ()
        if only is not None and len(only) <= FEW:
            query += f" AND key IN ({', '.join('?' * len(few))})"
        with translated(self._path):
            for key, trace, value, checksum in self._connection.execute(query, (kind, *few)):
                if checksum != _checksum(kind, key, trace, value):
                    raise DamagedError(f"the entry of {key} is not what was written")
                try:
                    found[key] = Entry(decode(trace), value)
                except msgspec.MsgspecError as error:
                    raise DamagedError(f"the trace of {key} can't be read") from error
        return found

    def big(self, kind: str, key: str) -> bytes | None:
        """Return the big value of one entry. Raises DamagedError if it is not what was put."""
        with translated(self._path):
            return read_big(self._connection, kind, key)

    def fact(self, name: str) -> bytes | None:
        """Return a fact about the build before. Raises DamagedError if it is not what was put."""
        with translated(self._path):
            return _fact(self._connection, name)

    # ------------------------------------------------------------ writing

    def put(self, kind: str, entries: Mapping[str, Entry]) -> None:
        """Keep what steps left. An entry without a big value leaves the one that is there."""
        steps, bigs = [], []
        for key, entry in entries.items():
            trace = _encode_trace(entry.trace)
            big = None if entry.big is None else digest_of_bytes(entry.big)
            steps.append((kind, key, trace, entry.value, _checksum(kind, key, trace, entry.value), big))
            if entry.big is not None:
                bigs.append((kind, key, entry.big))
        with translated(self._path):
            self._connection.executemany(
                "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (kind, key) DO UPDATE SET"
                " trace = excluded.trace, value = excluded.value, checksum = excluded.checksum, unused = 0,"
                " big_checksum = coalesce(excluded.big_checksum, big_checksum)",
                steps,
            )
            self._connection.executemany("INSERT OR REPLACE INTO big VALUES (?, ?, ?)", bigs)

    def put_fact(self, name: str, data: bytes) -> None:
        """Keep a fact for the next build."""
        with translated(self._path):
            row = (name, data, _checksum("fact", name, data))
            self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", row)

    def sweep(self, kind: str, used: AbstractSet[str]) -> None:
        """Drop the entries of a kind that no build has used for a while. Entries in use are not written again."""
        with translated(self._path):
            marks = [
                (0 if key in used else self.build, kind, key)
                for key, unused in self._connection.execute("SELECT key, unused FROM step WHERE kind = ?", (kind,))
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
        with translated(self._path):
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Keep what was put, and let the next build in, also when keeping it fails."""
        try:
            self.put_fact("build", self.build.to_bytes(8, "big"))
            with translated(self._path):
                self._connection.execute("COMMIT")
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Forget what was put since the last commit, and let the next build in."""
        self._connection.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def read_big(connection: sqlite3.Connection, kind: str, key: str) -> bytes | None:
    """Return the big value of one entry, by any connection. Raises DamagedError if it is not what was put."""
    row: tuple[bytes, bytes | None] | None = connection.execute(BIG, (kind, key)).fetchone()
    if row is None:
        return None
    data, checksum = row
    if not isinstance(data, bytes) or digest_of_bytes(data) != checksum:
        raise DamagedError(f"the value of {key} is not what was written")
    return data


BY_DIGEST: Final = (
    "SELECT data FROM step JOIN big ON big.kind = step.kind AND big.key = step.key WHERE step.big_checksum = ? LIMIT 1"
)


def read_blob(connection: sqlite3.Connection, digest: bytes) -> bytes | None:
    """Return a big value by its digest. Raises DamagedError if it is not what was put."""
    row: tuple[bytes] | None = connection.execute(BY_DIGEST, (digest,)).fetchone()
    if row is None:
        return None
    if not isinstance(row[0], bytes) or digest_of_bytes(row[0]) != digest:
        raise DamagedError("a value is not what was written")
    return row[0]


def remove(path: Path) -> None:
    """Remove a store's file and what SQLite may have left beside it."""
    for suffix in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def _unusable(path: Path) -> str:
    """Return why SQLite must not be shown a store's file; nothing where it may.

    A journal that names other files would have SQLite delete them. A log of the other kind (WAL) is none of ours, and a
    second name of the file would carry what we write to where it leads.
    """
    if not path.exists():
        return "a journal was left without it" if path.with_name(path.name + "-journal").exists() else ""
    if path.stat().st_nlink > 1:
        return "it has a second name elsewhere"
    if not os.access(path, os.W_OK):
        return "it can't be written"
    for suffix in BESIDE[1:]:
        beside = path.with_name(path.name + suffix)
        if not beside.exists():
            continue
        with beside.open("rb") as file:
            file.seek(-min(len(_SUPER_JOURNAL), beside.stat().st_size), os.SEEK_END)
            if suffix != "-journal" or beside.stat().st_nlink > 1 or file.read() == _SUPER_JOURNAL:
                return f"'{beside.name}' is not what a build leaves"
    return ""


def _fact(connection: sqlite3.Connection, name: str) -> bytes | None:
    row: tuple[bytes, bytes] | None = connection.execute(
        "SELECT data, checksum FROM fact WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        return None
    data, checksum = row
    if checksum != _checksum("fact", name, data):
        raise DamagedError(f"the fact {name} is not what was written")
    return data


def _checksum(*parts: str | bytes) -> bytes:
    """Return the digest of a row's parts, each with its type and length. Raises DamagedError for other types."""
    framed: list[bytes] = []
    for part in parts:
        if type(part) is bytes:
            framed += (b"b%d:" % len(part), part)
        elif type(part) is str:
            text = part.encode()
            framed += (b"s%d:" % len(text), text)
        else:
            raise DamagedError(f"a value of type {type(part).__name__} is not what was written")
    return digest_of_bytes(b"".join(framed))


@contextlib.contextmanager
def alone(path: Path, patience: float = 30.0) -> Iterator[None]:
    """Keep every build away from a store while something else is done with its folder; the lock goes at the end.

    Raises BusyError where a build is at work for longer than `patience` seconds.
    """
    lock = path.with_name(path.name + "-lock")
    for suffix in BESIDE:
        own_file(lock.with_name(lock.name + suffix))
    held = _locked(lock, patience)
    try:
        yield
        if os.name == "posix":
            remove(lock)  # while it is held: who waits for it sees that it is another file now
    finally:
        held.close()
    if os.name != "posix":  # Windows deletes no file that is open; one that another build has taken meanwhile stays
        with contextlib.suppress(OSError):
            remove(lock)


def _node(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _locked(path: Path, patience: float) -> sqlite3.Connection:
    """Wait until nobody else holds a lock file, and hold it until the connection is closed or this process ends.

    SQLite's own locks are the portable way to lock a file; nothing is ever written into this one. A lock on a file that
    was deleted meanwhile keeps nobody away, so that the file has to be the same before and after.
    """
    until = time.monotonic() + patience
    with translated(path):
        while True:
            before = _node(path)
            try:
                connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            except sqlite3.OperationalError:
                if path.parent.exists() or time.monotonic() >= until:
                    raise
                path.parent.mkdir(parents=True, exist_ok=True)  # who held the lock before has cleaned up
                continue
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as error:
                connection.close()
                code = error.sqlite_errorcode & 0xFF
                if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                    remove(path)
                elif code != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
            except BaseException:
                connection.close()
                raise
            else:
                if before is not None and before == _node(path):
                    return connection
                connection.close()
                continue
            time.sleep(POLL)
