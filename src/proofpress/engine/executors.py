"""Where work is done: in this process, in processes of our own, or on any pool that `concurrent.futures` knows.

Each is handed a picklable `state`, a function that makes a worker's function from it (called once in each process), and
picklable tasks, and gives the results in the order of the tasks. So a pool may stand on other machines: state that has a
way to travel (`Travels`) leaves behind what only this machine has, and the bytes that a task reads come with it.
"""

from __future__ import annotations

import functools
import os
import pickle
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from proofpress.engine.blobs import Carried, Folder
from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.parallel import run

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from proofpress.engine.blobs import Blobs, Source

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

WORTH_A_PROCESS: Final = 40
"""Tasks that take about as long as starting another process."""
CHUNK: Final = 25
"""How many tasks are handed out at once, at the most: enough to be quick, few enough to end together."""
AHEAD: Final = 4
"""Chunks that a pool has in hand for each of its workers, as far as their number is known."""
ON_THE_WAY: Final = 128 << 20
"""Bytes that tasks read which a pool has in hand at once: more pictures wait."""
LOOK: Final = 5.0
"""Seconds without a result after which is asked whether anybody works on it."""


class Executor(Protocol):
    """Does the same work for many tasks."""

    def run(
        self, state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None], /
    ) -> Iterator[R]:
        """Give the result of each task, in order; `progress` is told how many are done.

        What the function raises is raised here, once the results before it were given.
        """


class Processes:
    """The process itself for little work, up to `jobs` of our own for more. Raises WorkerDiedError."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def run(
        self, state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None]
    ) -> Iterator[R]:
        """Give the result of each task, in order."""
        weight = weight_of(state)
        jobs = max(1, min(self._jobs, len(tasks) * weight // WORTH_A_PROCESS))
        return run(state, make, tasks, jobs=jobs, chunk=chunk_of(len(tasks), self._jobs, weight), progress=progress)


class Travels(Protocol):
    """State that can leave the machine: what its tasks read goes with them, and what they make comes back with them."""

    @property
    def blobs(self) -> Blobs:
        """Where the tasks read bytes by their digest."""

    def away(self) -> Any:
        """Return the same for another machine: its `blobs` are a `Carried`, and it names no place of this one."""

    def reads(self, task: Any, /) -> Iterable[bytes]:
        """Return the digests of what a task reads, as far as that is known before."""

    def may_read(self, task: Any, /) -> Iterable[bytes]:
        """Return the digests of all that a task can ever read, for one that turned out to read more."""

    def landed(self, result: Any, /) -> Any:
        """Return a result as it would be had it been made here."""


class Futures:
    """A pool of `concurrent.futures`, such as a ProcessPoolExecutor or a Dask cluster's `client.get_executor()`."""

    def __init__(
        self,
        pool: concurrent.futures.Executor,
        shared: Folder | Callable[[bytes], Any] | None = None,
        workers: int | None = None,
        fit: Callable[[], None] | None = None,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        """`shared` takes what all tasks need, once: a folder that the workers see too, or a function that brings it.

        Such a function is handed bytes, and what it returns is handed to each task; the pool makes bytes of it again, or a
        list of bytes. Without either the bytes go with each chunk of tasks. `workers` is how many tasks the pool does at
        once, where that is not the number of this machine's cores. `fit` is called by each process before anything else
        of the work is opened there, and raises where it is not fit for it; `watch` here, while results are waited for.
        """
        self._pool = pool
        self._shared = shared
        self._workers = workers or os.cpu_count() or 1
        self._fit = fit
        self._watch = watch

    def run(
        self, state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None]
    ) -> Iterator[R]:
        """Give the result of each task, in order."""
        if not tasks:
            return
        size = chunk_of(len(tasks), self._workers, weight_of(state))
        luggage = _Luggage(state)
        sender = _Sender(self._pool, self._handed(pickle.dumps((luggage.away(), make), _PROTOCOL)), luggage)
        window: deque[_Sent] = deque()
        begin = done = 0
        try:
            while begin < len(tasks) or window:
                while begin < len(tasks) and len(window) < AHEAD * self._workers and _light(window):
                    window.append(_Sent(sender, tasks[begin : begin + size]))
                    begin += size
                while not window[0].whole():
                    self._wait(window)
                results = window.popleft().results
                done += len(results)
                progress(done)
                for result in results:
                    yield luggage.landed(result)
        finally:
            for sent in window:
                sent.future.cancel()

    def _handed(self, data: bytes) -> _Handed:
        whole = pickle.dumps((self._fit, data), _PROTOCOL)
        digest = digest_of_bytes(whole)
        if isinstance(self._shared, Folder):
            self._shared.put(whole)
            return _Handed(digest, self._shared)
        return _Handed(digest, self._shared(whole) if self._shared is not None else whole)

    def _wait(self, window: Iterable[_Sent]) -> None:
        """Wait until one more chunk is back, whichever: if a task of it lacked something, that can be sent at once."""
        from concurrent.futures import FIRST_COMPLETED, wait  # noqa: PLC0415 - who has a pool has loaded it

        done, _ = wait([sent.future for sent in window if not sent.whole()], LOOK, FIRST_COMPLETED)
        if not done:
            self._watch()


def _light(window: Iterable[_Sent]) -> bool:
    return sum(sent.size for sent in window) < ON_THE_WAY


class _Luggage:
    """What goes away with state and tasks, and comes back with results; nothing where the state has no way to travel."""

    def __init__(self, state: Any) -> None:
        self._state = state
        self._travels = callable(getattr(state, "away", None))
        self._source: Source | None = None

    def away(self) -> Any:
        return self._state.away() if self._travels else self._state

    def of(self, tasks: Iterable[Any], *, every: bool) -> dict[bytes, bytes]:
        """Return the bytes that tasks read, or all that they may. Raises KeyError where these are nowhere."""
        if not self._travels:
            return {}
        reads = self._state.may_read if every else self._state.reads
        digests = sorted({digest for task in tasks for digest in reads(task)})
        if self._source is None:
            self._source = self._state.blobs.open()
        return {digest: self._source.get(digest) for digest in digests}

    def landed(self, result: Any) -> Any:
        return self._state.landed(result) if self._travels else result


class _Handed(msgspec.Struct, frozen=True):
    """What all tasks of a run need, by its digest, and how a worker comes by it."""

    digest: bytes
    how: Any

    def read(self, brought: Any) -> bytes:
        """Return its bytes; `brought` is what became of `how` on the way."""
        if isinstance(brought, Folder):
            return brought.get(self.digest)
        return brought if isinstance(brought, bytes) else b"".join(brought)


class _Sender(msgspec.Struct, frozen=True):
    """Sends tasks to a pool, each chunk with what it reads."""

    pool: Any
    handed: _Handed
    luggage: _Luggage

    def send(self, tasks: Sequence[Any], *, every: bool = False) -> tuple[concurrent.futures.Future[list[Any]], int]:
        """Return what is to come, and how many bytes went with it."""
        here = msgspec.structs.replace(self.handed, how=None)
        carried = self.luggage.of(tasks, every=every)
        # What the pool turns into bytes has to stand among the arguments themselves.
        return self.pool.submit(_work, here, self.handed.how, list(tasks), carried), sum(map(len, carried.values()))


class _Lacking(msgspec.Struct, frozen=True):
    """Stands for the result of a task that lacked some bytes."""


class _Sent:
    """A chunk of tasks on its way: those that lacked something are sent once more, with all that they may read."""

    def __init__(self, sender: _Sender, tasks: Sequence[Any]) -> None:
        self._sender = sender
        self._tasks = tasks
        self._places: Sequence[int] = range(len(tasks))
        self._again = False
        self.results: list[Any] = [None] * len(tasks)
        self.future, self.size = sender.send(tasks)

    def whole(self) -> bool:
        """Return whether all results are there. Raises what a task raised."""
        if not self._places:
            return True
        if not self.future.done():
            return False
        for place, result in zip(self._places, self.future.result(), strict=True):
            self.results[place] = result
        lacking = [place for place in self._places if isinstance(self.results[place], _Lacking)]
        if lacking and self._again:
            raise KeyError(f"a step reads what its work does not know of: {self._tasks[lacking[0]]!r:.200}")
        self._places = lacking
        if lacking:
            self._again = True
            self.future, self.size = self._sender.send([self._tasks[place] for place in lacking], every=True)
        return not lacking


def chunk_of(tasks: int, workers: int, weight: int = 1) -> int:
    """Return how many of so many tasks are handed out at once."""
    return max(1, min(CHUNK // weight, tasks // (workers * 4) or 1))


def weight_of(state: object) -> int:
    """Return how many times as long as most a task of this work takes: its `weight`, where it says one."""
    weight: int = getattr(state, "weight", 1)
    return weight


_PROTOCOL: Final = pickle.HIGHEST_PROTOCOL
_TURN: Final = threading.Lock()


def _work(handed: _Handed, brought: Any, tasks: list[Any], blobs: Mapping[bytes, bytes]) -> list[Any]:
    """Do a chunk of tasks: on the worker's side.

    A worker may run tasks in several threads. They take turns: what is opened is opened once in a process, and is made for
    one thread; Python would run them one after another in any case.
    """
    with _TURN:
        function, carried = _opened(_Key(handed, brought))
        if carried is None:
            return list(map(function, tasks))
        carried.bring(blobs)
        try:
            return [_tried(function, task, carried) for task in tasks]
        finally:
            carried.bring({})


def _tried(function: Callable[[Any], Any], task: Any, carried: Carried) -> Any:
    """Return a task's result; where it lacked something, neither its result nor its error is one."""
    carried.lacked = False
    try:
        result = function(task)
    except Exception:
        if not carried.lacked:
            raise
        return _Lacking()
    return _Lacking() if carried.lacked else result


class _Key:
    """What was handed over, known by its digest."""

    def __init__(self, handed: _Handed, brought: Any) -> None:
        self._digest = handed.digest
        self._read: Callable[[], bytes] | None = functools.partial(handed.read, brought)

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other._digest == self._digest

    def read(self) -> bytes:
        """Return its bytes, once: they are not kept beside what was made of them."""
        assert self._read is not None
        data, self._read = self._read(), None
        return data


@functools.lru_cache(
    maxsize=2
)  # a worker does one kind of work after another, and must not open it anew for each chunk
def _opened(key: _Key) -> tuple[Callable[[Any], Any], Carried | None]:
    fit, data = pickle.loads(key.read())  # noqa: S301 - written by the build that runs here
    if fit is not None:
        fit()
    state, make = pickle.loads(data)  # noqa: S301 - as above
    blobs = getattr(state, "blobs", None)
    return make(state), blobs if isinstance(blobs, Carried) else None
