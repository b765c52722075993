"""A Dask cluster as the place where steps run: `--executor dask:tcp://scheduler:8786`.

The cluster needs no disk of ours: what all steps share is brought to its scheduler, which hands it to whichever worker
asks, also to one that takes the place of another; texts go with the steps that show them, and pages come back as bytes.
A worker that dies costs the tasks that it had in hand, which run elsewhere. What a worker sends is believed, as a
process of our own is: whoever can reach a scheduler can run code on its workers, so it is to stand in a network of one's own,
or behind TLS, which Dask's own settings ask for.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import logging
import re
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec

from proofpress.engine.deadlines import within
from proofpress.engine.executors import WORTH_A_PROCESS, Futures, Processes, weight_of
from proofpress.engine.parallel import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

PATIENCE: Final = 5.0
"""Seconds in which a scheduler has to answer, and to have a worker."""
ALONE: Final = 60.0
"""Seconds for which a cluster may be without a worker while it works for us: one that starts again takes a few."""
PIECE: Final = 4 << 20
"""Bytes of what all steps share that travel at once; Dask warns of tasks that hold more than ten megabytes."""

_ADDRESS: Final = re.compile(r"(?:(?:tcp|tls|ucx|ws|wss)://)?[^\s/]+:\d+", re.ASCII)
"""Of a scheduler that another process can reach."""

Versions = dict[str, str]
"""What code there is, by the names of its parts."""


class ClusterError(RuntimeError):
    """A cluster can't be worked with; the text says why, and what to do."""


def can_reach_clusters() -> bool:
    """Return whether the library is installed that knows clusters; nothing is loaded."""
    return find_spec("distributed") is not None


class Same(msgspec.Struct, frozen=True):
    """Raises ClusterError in a process whose code differs from ours: for a worker that came after the others were asked."""

    versions: Callable[[], Versions]
    ours: Versions

    def __call__(self) -> None:
        """Compare."""
        differ = differences(self.ours, self.versions())
        if differ:
            raise ClusterError(f"a worker has other code: {differ}; install the same there")


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Return in words which parts of the code differ; nothing where none does."""
    return ", ".join(
        f"{name} {theirs.get(name, 'none')} in place of {ours.get(name, 'none')}"
        for name in dict.fromkeys([*ours, *theirs])
        if ours.get(name) != theirs.get(name)
    )


class Cluster:
    """Runs steps on a Dask cluster. It is reached when there is work for it, and let go at the end of the `with`.

    `run` raises ClusterError where it doesn't answer or has other code than this process, WorkerDiedError where it is lost.
    """

    def __init__(self, address: str, versions: Callable[[], Versions]) -> None:
        """`versions` tells what code there is in the process that calls it; it is called on all workers."""
        self._address = address
        self._lost = f"the scheduler at {address} was lost before its work was done"
        self._versions = versions
        self._client: Any = None
        """distributed.Client, once there is work for the cluster: untyped code."""
        self._silence = contextlib.ExitStack()
        self._seen = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        client, self._client = self._client, None
        with self._silence:
            if client is not None:
                with _quiet():
                    client.close()

    def run(
        self, state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None]
    ) -> Iterator[R]:
        """Give the result of each task, in order; what is not worth the way is done here."""
        if len(tasks) * weight_of(state) < WORTH_A_PROCESS:
            yield from Processes(1).run(state, make, tasks, progress)
            return
        if self._client is None:
            self._silence.enter_context(_unlogged())  # what goes wrong is told by us
            self._client = self._reached()
        client = self._client
        from distributed.scheduler import KilledWorker  # noqa: PLC0415 - a build without a cluster does without it

        futures = Futures(
            _Quietly(client.get_executor(pure=False)),
            self._brought,
            sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1).get("workers", {}).values()),
            Same(self._versions, self._versions()),
            self._watch,
        )
        self._seen = time.monotonic()
        try:
            yield from futures.run(state, make, tasks, progress)
        except KilledWorker as error:
            raise WorkerDiedError(
                f"several workers of {self._address} died over the same posts or pages ({error.last_worker.address} was "
                "the last). If memory is short there, fewer threads for each worker need less"
            ) from error
        except concurrent.futures.CancelledError as error:
            raise WorkerDiedError(self._lost) from error

    def _brought(self, data: bytes) -> list[Any]:
        """Have the scheduler keep bytes, in pieces, for whichever worker asks: each is made anew where its holder dies."""
        assert self._client is not None
        pieces = [data[begin : begin + PIECE] for begin in range(0, len(data), PIECE)]
        return [self._client.submit(bytes, piece, pure=False) for piece in pieces]

    def _reached(self) -> Any:
        """Return a client of the cluster, all of whose workers have our code. Raises ClusterError."""
        if not _ADDRESS.fullmatch(self._address):  # of which a client would complain once more when it is let go
            raise ClusterError(f"'{self._address}' is no address of a scheduler; write it as tcp://HOST:PORT")
        from distributed import Client  # noqa: PLC0415 - a build without a cluster does without it

        with _quiet():
            try:
                connect: Any = functools.partial(Client, self._address, timeout=PATIENCE, set_as_default=False)
                client = within(2 * PATIENCE, connect)  # Dask waits for ever for who takes a call and says nothing
            except (OSError, ValueError, TypeError) as error:
                raise ClusterError(
                    f"no scheduler of Dask answers at {self._address} ({_first_line(error)}); `dask scheduler` starts one"
                ) from error
            try:
                try:
                    client.wait_for_workers(1, timeout=PATIENCE)
                except TimeoutError as error:
                    raise ClusterError(
                        f"the scheduler at {self._address} has no workers; `dask worker {self._address}` starts one"
                    ) from error
                self._compare(client)
            except BaseException:
                client.close()
                raise
        return client

    def _compare(self, client: Any) -> None:
        """Raise ClusterError where a worker's code differs from ours."""
        ours = self._versions()
        try:
            theirs = within(ALONE, functools.partial(client.run, self._versions, on_error="return"))
        except Exception as error:  # what a worker raises that can't even read what it is asked
            raise ClusterError(
                f"a worker of {self._address} can't tell its code ({_first_line(error)}): Proofpress "
                f"{ours.get('Proofpress', '')} has to be installed on each, as it is here"
            ) from error
        for worker, found in sorted(theirs.items()):
            if not isinstance(found, dict):
                raise ClusterError(
                    f"the worker {worker} can't tell its code ({_first_line(found)}): Proofpress "
                    f"{ours.get('Proofpress', '')} has to be installed there, as it is here"
                )
            differ = differences(ours, found)
            if differ:
                raise ClusterError(
                    f"the worker {worker} has other code than this machine: {differ}; install the same there"
                )

    def _watch(self) -> None:
        """Raise WorkerDiedError where nobody has been there for a while to do what is waited for."""
        if self._client is None:
            return
        workers = self._client.scheduler_info(n_workers=-1).get("workers", {}).values()
        if self._client.status == "closed":
            raise WorkerDiedError(self._lost)
        if any(worker.get("status") != "paused" for worker in workers):
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > ALONE:
            what = "have too little memory to begin anything" if workers else "are gone, and no other came"
            raise WorkerDiedError(f"all workers of {self._address} {what} for {ALONE:.0f} s")


class _Quietly(concurrent.futures.Executor):
    """A pool to which a chunk of pictures is nothing to be warned of, though it has more than ten megabytes."""

    def __init__(self, pool: concurrent.futures.Executor) -> None:
        self._pool = pool

    def submit(self, function: Callable[..., R], /, *arguments: Any, **named: Any) -> concurrent.futures.Future[R]:
        """Have it called there."""
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            return self._pool.submit(function, *arguments, **named)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the terminal what Dask logs and warns of, while we say it ourselves."""
    with _unlogged(), warnings.catch_warnings(action="ignore"):
        yield


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    import distributed  # noqa: PLC0415, F401 - it makes loggers with levels of their own

    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in names}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _first_line(error: object) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
