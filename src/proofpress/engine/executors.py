"""Where work is done: in this process, in processes of our own, or on any pool that `concurrent.futures` knows.

Each is handed a picklable `state`, a function that makes a worker's function from it (called once in each process), and
picklable tasks, and gives the results in the order of the tasks. So a pool may stand on other machines.
"""

from __future__ import annotations

import functools
import os
import pickle
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from proofpress.engine.parallel import run

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable, Iterator, Sequence

    from proofpress.engine.blobs import Folder

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

WORTH_A_PROCESS: Final = 40
"""Tasks that take about as long as starting another process."""
CHUNK: Final = 25
"""How many tasks are handed out at once, at the most: enough to be quick, few enough to end together."""
AHEAD: Final = 4
"""Chunks that a pool has in hand for each of its workers, as far as their number is known."""


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


class Futures:
    """A pool of `concurrent.futures`, such as a ProcessPoolExecutor or a Dask cluster's `client.get_executor()`."""

    def __init__(self, pool: concurrent.futures.Executor, shared: Folder, workers: int | None = None) -> None:
        """`shared` is a folder that the pool's workers see too: what all tasks need is put there once.

        `workers` is how many tasks the pool does at once, where that is not the number of this machine's cores.
        """
        self._pool = pool
        self._shared = shared
        self._workers = workers or os.cpu_count() or 1

    def run(
        self, state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None]
    ) -> Iterator[R]:
        """Give the result of each task, in order."""
        if not tasks:
            return
        size = chunk_of(len(tasks), self._workers, weight_of(state))
        handed = self._shared.put(pickle.dumps((state, make), pickle.HIGHEST_PROTOCOL))
        waiting: deque[concurrent.futures.Future[list[R]]] = deque()
        begin = done = 0
        try:
            while begin < len(tasks) or waiting:
                while begin < len(tasks) and len(waiting) < AHEAD * self._workers:
                    chunk = list(tasks[begin : begin + size])
                    waiting.append(self._pool.submit(_work, self._shared, handed, chunk))
                    begin += size
                results = waiting.popleft().result()
                done += len(results)
                progress(done)
                yield from results
        finally:
            for future in waiting:
                future.cancel()


def chunk_of(tasks: int, workers: int, weight: int = 1) -> int:
    """Return how many of so many tasks are handed out at once."""
    return max(1, min(CHUNK // weight, tasks // (workers * 4) or 1))


def weight_of(state: object) -> int:
    """Return how many times as long as most a task of this work takes: its `weight`, where it says one."""
    weight: int = getattr(state, "weight", 1)
    return weight


def _work(shared: Folder, handed: bytes, tasks: list[Any]) -> list[Any]:
    return list(map(_made(shared, handed), tasks))


@functools.lru_cache(
    maxsize=2
)  # a worker does one kind of work after another, and must not open it anew for each chunk
def _made(shared: Folder, handed: bytes) -> Callable[[Any], Any]:
    state, make = pickle.loads(shared.get(handed))  # noqa: S301 - written by the build that runs here, and checked
    function: Callable[[Any], Any] = make(state)
    return function
