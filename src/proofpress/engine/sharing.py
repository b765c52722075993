"""A cache that machines share: what steps made of their inputs alone, by the digest of these, in a folder or a bucket.

Whoever builds first leaves it there, and nobody makes it again. An entry is written once, whole or not at all, under a name
that says all that it was made from, so that any number of builds may write at the same time: two that write one
entry write the same. What is read has to bear its digest, and to hold by the judgement of who uses it; else it is made.
A cache that can't be reached costs time and never a site: it is told once, and the build goes on without it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from proofpress.engine.digests import SIZE, digest_of, digest_of_bytes
from proofpress.engine.loop import Outcome
from proofpress.engine.steps import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from proofpress.engine.executors import Executor

S = TypeVar("S")

FORMAT: Final = 1
WINDOW: Final = 1000
"""Steps that are looked up together: enough for a bucket to answer side by side, few enough to be held in memory."""


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

        system, root = url_to_fs(self.url)
        return system, root.rstrip("/")


def place_of(url: str, home: Path) -> Place:
    """Return where entries lie; a folder is meant from `home`."""
    scheme, mark, path = url.partition("://")
    if mark and scheme != "file":
        return RemotePlace(url)
    return FolderPlace(home / Path(path if mark else url).expanduser())


class Shared:
    """One build's use of a shared cache: what it found there, what it left, and what went wrong."""

    def __init__(self, place: Place, name: str, *, reads: bool = True, writes: bool = True) -> None:
        """`name` is what people call the place."""
        self._place = place
        self._name = name
        self._reads = reads
        self._writes = writes
        self._faults: list[str] = []
        self.asked = self.found = 0
        """How many steps were looked up, and how many of them were there."""

    def over(self, executor: Executor, kind: str, holds: Callable[[str, bytes, bytes], bool]) -> Executor:
        """Return what runs steps of a kind that ask no questions: of those that are here, none runs.

        `holds` tells of a step's key, its value and its blob whether they can be what such a step makes. It may raise
        msgspec.MsgspecError where they can't even be read.
        """
        return _Over(self, executor, kind, holds)

    @property
    def notice(self) -> str:
        """What is to be told of it; empty where nobody asked it, or it had nothing."""
        found = [f"{self.found:,} of {self.asked:,} posts came from the cache at {self._name}"] if self.found else []
        return "; ".join([*found, *self._faults])

    def read(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return what is there of these names, as far as it bears its digest."""
        if not self._reads:
            return {}
        try:
            found = self._place.read(names)
        except Exception as error:  # noqa: BLE001 - a library for each kind of place, and errors of its own in each
            self._reads = False
            self._faults.append(f"the cache at {self._name} can't be read ({_in_words(error)})")
            return {}
        return {name: data[SIZE:] for name, data in found.items() if digest_of_bytes(data[SIZE:]) == data[:SIZE]}

    def write(self, entries: Mapping[str, bytes]) -> None:
        """Leave entries there, unless it may only be read."""
        if not self._writes or not entries:
            return
        try:
            self._place.write({name: digest_of_bytes(data) + data for name, data in entries.items()})
        except Exception as error:  # noqa: BLE001 - as above
            self._writes = False
            self._faults.append(f"the cache at {self._name} can't be written ({_in_words(error)})")


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
        names = [digest_of([FORMAT, self._kind, step.key, own]).hex() for step, own in zip(steps, inputs, strict=True)]
        found = self._found(steps, names)
        shared = self._shared
        shared.asked += len(steps)
        shared.found += len(found)
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
