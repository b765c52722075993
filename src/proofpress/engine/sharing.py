"""A cache that machines share: what steps made of their inputs alone, by the digest of these, in a folder or a bucket.

Whoever builds first leaves it there, and nobody makes it again. An entry is written once, whole or not at all, under a name
that says all that it was made from, so that any number of builds may write at the same time: two that write one
entry write the same. What is read has to bear its seal, and to hold by the judgement of who uses it; else it is made.
A cache that can't be reached, or is slow, costs a bounded time and never a site: it is told once, and the build goes on without it.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from proofpress.engine.deadlines import within
from proofpress.engine.digests import SIZE, digest_of, digest_of_bytes
from proofpress.engine.loop import Outcome
from proofpress.engine.steps import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from proofpress.engine.executors import Executor

S = TypeVar("S")
T = TypeVar("T")

FORMAT: Final = 1
WINDOW: Final = 1000
"""Steps that are looked up together: enough to keep all processes busy with what is not there, few enough to be held in memory."""
PILE: Final = 50
"""Entries that are asked for, or put there, at once: for a bucket side by side. A pile of posts is about two megabytes."""
PATIENCE: Final = 20.0
"""Seconds in which a pile has to be answered: a megabit a second, and time to find keys and to try once more."""
WORTH: Final = 0.1
"""Seconds of waiting that an entry is worth, which takes some hundredths of a second to make."""
LEAST_KEY: Final = 16
"""Characters of a key that nobody guesses."""


class Place(Protocol):
    """Where entries lie by their names. Both raise whatever its library does."""

    def read(self, names: Iterable[str], /) -> Mapping[str, bytes]:
        """Return those that are there."""

    def write(self, entries: Mapping[str, bytes], /) -> None:
        """Put entries there, each whole or not at all."""


class FolderPlace(msgspec.Struct, frozen=True):
    """A folder, on a disk that several machines may see."""

    path: Path

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return those that are there."""
        found = {}
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found[name] = self._file(name).read_bytes()
        return found

    def write(self, entries: Mapping[str, bytes]) -> None:
        """Write each beside its place, and rename it: another build may be reading."""
        for name, data in entries.items():
            file = self._file(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=file.parent)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                Path(temporary).chmod(0o644)  # others are to read it
                Path(temporary).replace(file)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def _file(self, name: str) -> Path:
        return self.path / name[:2] / name[2:]


class RemotePlace(msgspec.Struct, frozen=True):
    """An address that fsspec knows, such as `s3://bucket/folder`."""

    url: str

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return those that are there, asked for side by side."""
        system, root = self._opened()
        paths = {f"{root}/{name[:2]}/{name[2:]}": name for name in names}
        found = {}
        for path, data in system.cat(list(paths), on_error="return").items():
            if isinstance(data, bytes):
                found[paths[path]] = data
            elif not isinstance(data, FileNotFoundError):
                raise data
        return found

    def write(self, entries: Mapping[str, bytes]) -> None:
        """Put each as one object, which is there when it is whole."""
        system, root = self._opened()
        system.pipe({f"{root}/{name[:2]}/{name[2:]}": data for name, data in entries.items()})

    def _opened(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - only a site whose cache is remote needs it

        # s3fs would else ask for the size of each object first, and for a list where there is none: three requests for one.
        options = {"max_concurrency": 1} if self.url.startswith(("s3://", "s3a://")) else {}
        system, root = url_to_fs(self.url, **options)
        return system, root.rstrip("/")


def place_of(url: str, home: Path) -> Place:
    """Return where entries lie; a folder is meant from `home`."""
    scheme, mark, path = url.partition("://")
    if mark and scheme != "file":
        return RemotePlace(url)
    return FolderPlace(home / Path(path if mark else url).expanduser())


class Seal(msgspec.Struct, frozen=True):
    """What stands before an entry: a digest, by which damage is told; with a key an HMAC (RFC 2104), by which forgery is, too."""

    key: bytes = b""

    def of(self, name: str, data: bytes) -> bytes:
        """Return the seal of an entry: with a key it holds under this name alone."""
        return hmac.digest(self.key, name.encode() + data, "sha256") if self.key else digest_of_bytes(data)

    def put(self, name: str, data: bytes) -> bytes:
        """Return an entry as it is kept."""
        return self.of(name, data) + data

    def taken(self, name: str, sealed: bytes) -> bytes | None:
        """Return what was kept; None where it does not bear its seal."""
        size = 32 if self.key else SIZE
        data = sealed[size:]
        return data if hmac.compare_digest(sealed[:size], self.of(name, data)) else None

    @property
    def apart(self) -> tuple[bytes, ...]:
        """What keeps entries of different keys under different names, so that none takes another's for damaged."""
        return (hmac.digest(self.key, b"names", "sha256"),) if self.key else ()


class Shared:
    """One build's use of a shared cache: what it found there, what it left, and what went wrong."""

    def __init__(self, place: Place, name: str, *, reads: bool = True, writes: bool = True, key: str = "") -> None:
        """`name` is what people call the place. With a `key`, who does not have it can leave nothing there that is believed."""
        self._place = place
        self._name = name
        self._reads = reads
        self._writes = writes
        self._faults: list[str] = []
        self._refused = 0
        self._answered = 0
        self._waited = 0.0
        self.seal = Seal(key.encode("utf-8", "surrogateescape"))
        self._counts: dict[str, tuple[int, int]] = {}
        if key and len(key) < LEAST_KEY:
            self._give_up(f"is not used: its key has {len(key)} characters, and {LEAST_KEY} are the least")

    def over(self, executor: Executor, kind: str, holds: Callable[[str, bytes, bytes], bool]) -> Executor:
        """Return what runs steps of a kind that ask no questions: of those that are here, none runs.

        `holds` tells of a step's key, its value and its blob whether they can be what such a step makes. It may raise
        msgspec.MsgspecError where they can't even be read.
        """
        return _Over(self, executor, kind, holds)

    @property
    def notice(self) -> str:
        """What is to be told of it; empty where nobody asked it, or it had nothing."""
        counts = [f"{found:,} of {asked:,} {what}" for what, (asked, found) in self._counts.items() if found]
        found = [f"{' and '.join(counts)} came from the cache at {self._name}"] if counts else []
        how = "are damaged, or of another key," if self.seal.key else "are damaged"
        refused = [f"{self._refused:,} of its entries {how} and were made anew"] if self._refused else []
        return "; ".join([*found, *refused, *self._faults])

    @property
    def writes(self) -> bool:
        """Whether anything may still be left there."""
        return self._writes

    def count(self, what: str, asked: int, found: int) -> None:
        """Take note of how many steps were looked up, and how many of them were there."""
        before = self._counts.get(what, (0, 0))
        self._counts[what] = before[0] + asked, before[1] + found

    def read(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return what is there of these names, as far as it bears its seal."""
        return dict(self.each(names, PILE))

    def each(self, names: Iterable[str], at_once: int) -> Iterator[tuple[str, bytes]]:
        """Give the same one by one; so many are held at once."""
        for pile in _piles(names, at_once):
            if not self._reads:
                break
            try:
                there = self._answer(functools.partial(self._place.read, pile), len(pile))
            except Exception as error:  # noqa: BLE001 - a library for each kind of place, and errors of its own in each
                self._give_up(f"can't be read ({_in_words(error)})")
                break
            for name, sealed in there.items():
                data = self.seal.taken(name, sealed)
                if data is None:
                    self._refused += 1
                else:
                    yield name, data

    def write(self, entries: Mapping[str, bytes]) -> None:
        """Leave entries there, unless it may only be read."""
        for pile in _piles(entries, PILE):
            if not self._writes:
                return
            sealed = {name: self.seal.put(name, entries[name]) for name in pile}
            try:
                self._answer(functools.partial(self._place.write, sealed), len(pile))
            except Exception as error:  # noqa: BLE001 - as above
                self._writes = False
                self._fault(f"can't be written ({_in_words(error)})")

    def _answer(self, work: Callable[[], T], entries: int) -> T:
        """Return what the place answers. Raises TimeoutError where it is slower than it is worth, and what it raises."""
        began = time.monotonic()
        answer = within(min(PATIENCE, PATIENCE + WORTH * self._answered - self._waited), work)
        self._waited += time.monotonic() - began
        self._answered += entries
        return answer

    def _give_up(self, why: str) -> None:
        """Do without it: what can't be read would not be written either, and be waited for once more."""
        self._reads = self._writes = False
        self._fault(why)

    def _fault(self, why: str) -> None:
        self._faults.append(f"the cache at {self._name} {why}")


def _piles(names: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(names)
    while pile := list(itertools.islice(left, size)):
        yield pile


def _in_words(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return next(iter(said.splitlines()), "") or type(error).__name__


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    value: bytes
    blob: bytes


_decode = msgspec.msgpack.Decoder(_Entry).decode


def _told(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


class _Over:
    """Runs steps by another executor, but for those that are shared."""

    def __init__(
        self, shared: Shared, executor: Executor, kind: str, holds: Callable[[str, bytes, bytes], bool]
    ) -> None:
        self._shared = shared
        self._executor = executor
        self._kind = kind
        self._holds = holds

    def run(
        self,
        state: Any,
        make: Callable[[Any], Callable[[Any], Any]],
        tasks: Sequence[Any],
        progress: Callable[[int], None],
    ) -> Iterator[Any]:
        """Give each step's trace and outcome, in order."""
        for begin in range(0, len(tasks), WINDOW):
            told = functools.partial(_told, progress, begin)
            yield from self._window(state, make, tasks[begin : begin + WINDOW], told)

    def _window(
        self,
        state: Any,
        make: Callable[[Any], Callable[[Any], Any]],
        steps: Sequence[Any],
        progress: Callable[[int], None],
    ) -> Iterator[Any]:
        inputs = [state.digest + step.digests for step in steps]
        apart = self._shared.seal.apart
        names = [
            digest_of([FORMAT, self._kind, step.key, own, *apart]).hex()
            for step, own in zip(steps, inputs, strict=True)
        ]
        found = self._found(steps, names)
        shared = self._shared
        shared.count("posts", len(steps), len(found))
        rest = [step for step, name in zip(steps, names, strict=True) if name not in found]
        made = iter(self._executor.run(state, make, rest, functools.partial(_told, progress, len(found))))
        fresh: dict[str, bytes] = {}
        for name, own in zip(names, inputs, strict=True):
            entry = found.get(name)
            if entry is not None:
                yield Trace(own), Outcome(entry.value, entry.blob)
                continue
            trace, outcome = next(made)
            if outcome.kept and outcome.blob is not None and not trace.asked:
                fresh[name] = msgspec.msgpack.encode(_Entry(outcome.value, outcome.blob))
            yield trace, outcome
        for _ in made:  # let it end: what it opened is closed
            raise AssertionError("more results than steps")
        shared.write(fresh)

    def _found(self, steps: Sequence[Any], names: Sequence[str]) -> dict[str, _Entry]:
        data = self._shared.read(names)
        found = {}
        for step, name in zip(steps, names, strict=True):
            if name in data:
                with contextlib.suppress(msgspec.MsgspecError):
                    entry = _decode(data[name])
                    if self._holds(step.key, entry.value, entry.blob):
                        found[name] = entry
        return found
