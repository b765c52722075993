"""Work in several processes: the same function over many tasks, with the results in the order of the tasks.

Each worker has a pipe of its own, and one thread here serves them all. Nothing is shared, so a worker that is killed in
the middle of a sentence closes its pipe and is noticed at once. (The standard library's pool has one pipe for all
results: a worker that dies while it writes there leaves the reader waiting for the rest.)
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

Method = Literal["fork", "forkserver", "spawn"]
"""How a process is started: as a copy of this one, or from nothing, with what it needs pickled."""

AHEAD: Final = 2
"""Chunks that a worker has in hand: the next one waits in its pipe when it is done with one."""

GARBAGE: Final = 10_000
"""How many objects more than before a worker holds when it looks for those that hold only each other."""


class WorkerDiedError(RuntimeError):
    """A worker process ended before its work was done: killed, out of memory, or by a fault in native code."""


def cores() -> int:
    """Return how many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    state: S,
    make: Callable[[S], Callable[[T], R]],
    tasks: Sequence[T],
    *,
    jobs: int,
    chunk: int = 1,
    progress: Callable[[int], None] | None = None,
    method: Method | None = None,
) -> Iterator[R]:
    """Give the result of each task, in order.

    `make(state)` is called once in each process, and the function that it returns once for each task. One job works in
    this process; more take that many processes, never more than there are chunks of `chunk` tasks. A copied process
    (fork) inherits state, function and tasks as they are; otherwise all three are pickled. Results always are. A function
    that holds something has a method `close`, which is called in this process when the work is done.

    `progress` is told how many tasks are done. What the function raises is raised here, once the results before it
    were given. Raises WorkerDiedError, and ValueError for less than one job or a chunk of nothing. Processes start with
    the first result that is asked for, and none is left when the iterator ends, is closed or raises.
    """
    if jobs < 1 or chunk < 1:
        raise ValueError(f"at least one job and one task in a chunk are needed, not {jobs} and {chunk}")
    jobs = min(jobs, -(-len(tasks) // chunk))
    if jobs <= 1:
        return _here(state, make, tasks, progress)
    return _in_processes(state, make, tasks, jobs, chunk, progress, method)


def _here(
    state: S, make: Callable[[S], Callable[[T], R]], tasks: Sequence[T], progress: Callable[[int], None] | None
) -> Iterator[R]:
    if not tasks:
        return
    function = make(state)
    try:
        for done, task in enumerate(tasks, start=1):
            result = function(task)
            if progress is not None:
                progress(done)
            yield result
    finally:
        close: Callable[[], None] | None = getattr(function, "close", None)
        if close is not None:
            close()


def _in_processes(
    state: S,
    make: Callable[[S], Callable[[T], R]],
    tasks: Sequence[T],
    jobs: int,
    chunk: int,
    progress: Callable[[int], None] | None,
    method: Method | None,
) -> Iterator[R]:
    from multiprocessing.connection import wait  # noqa: PLC0415 - a build in one process does without it

    workers: dict[Connection, BaseProcess] = {}
    try:
        _start(workers, jobs, method or _method(), (make, state, tasks, chunk))
        waiting = iter(range(0, len(tasks), chunk))
        for connection in list(workers) * AHEAD:
            _hand_out(connection, waiting, workers)
        arrived: dict[int, tuple[list[R], Exception | None]] = {}
        done = 0
        for begin in range(0, len(tasks), chunk):
            while begin not in arrived:
                for connection in cast("list[Connection]", wait(list(workers))):
                    place, results, error = _receive(connection, workers)
                    arrived[place] = results, error
                    done += len(results)
                    if error is not None:
                        waiting = iter(())  # nothing after it will be asked for
                    _hand_out(connection, waiting, workers)
                if progress is not None:
                    progress(done)
            results, error = arrived.pop(begin)
            yield from results
            if error is not None:
                raise error
    finally:
        _end(workers)


# ---------------------------------------------------------------- this side of the pipe


def _method() -> Method:
    """Return the quickest way that is sound: a copy of a process with threads may hold a lock that nobody opens."""
    if sys.platform != "linux":
        return "spawn"
    return "fork" if threading.active_count() == 1 else "forkserver"


def _start(workers: dict[Connection, BaseProcess], jobs: int, method: Method, work: tuple[Any, ...]) -> None:
    """Start the processes, and note each as soon as it runs, so that it can be ended whatever happens next."""
    import multiprocessing  # noqa: PLC0415 - a build in one process does without it

    context: Any = multiprocessing.get_context(method)  # the types of the three have no parent that starts processes
    for _ in range(jobs):
        ours, theirs = context.Pipe()
        # A copy has our ends too. It would not see its own pipe close, were it to keep them open itself.
        inherited = [*workers, ours] if method == "fork" else []
        process = context.Process(target=_work, args=(theirs, inherited, *work), daemon=True)
        process.start()
        workers[ours] = process
        theirs.close()


def _hand_out(connection: Connection, waiting: Iterator[int], workers: dict[Connection, BaseProcess]) -> None:
    """Send the place of the next chunk. A few bytes: they fit into the pipe, whatever the worker is about."""
    begin = next(waiting, None)
    if begin is not None:
        try:
            connection.send(begin)
        except OSError as error:
            raise _died(workers[connection]) from error


def _receive(connection: Connection, workers: dict[Connection, BaseProcess]) -> tuple[int, list[Any], Exception | None]:
    try:
        data = connection.recv_bytes()
    except (EOFError, OSError) as error:
        raise _died(workers[connection]) from error
    outcome: tuple[int, list[Any], Exception | None] = pickle.loads(data)  # noqa: S301 - written by our own process
    return outcome


def _died(process: BaseProcess) -> WorkerDiedError:
    process.join(timeout=5)
    code = process.exitcode
    if code is not None and code < 0:
        try:
            how = f"killed by {signal.Signals(-code).name}"
        except ValueError:
            how = f"killed by signal {-code}"
    else:
        how = f"with exit status {code}"
    return WorkerDiedError(
        f"a worker process ended before its work was done ({how}). "
        "If memory is short, fewer processes need less: use --jobs 1"
    )


def _end(workers: dict[Connection, BaseProcess]) -> None:
    """End every process at once. One that waits for work loses nothing; another's work is wanted no more."""
    for process in workers.values():
        process.kill()
    for connection, process in workers.items():
        connection.close()
        process.join()
        process.close()
    workers.clear()


# ---------------------------------------------------------------- the worker's side


def _work(
    connection: Connection,
    inherited: list[Connection],
    make: Callable[[S], Callable[[T], R]],
    state: S,
    tasks: Sequence[T],
    chunk: int,
) -> None:
    """Do the chunks whose places are sent, until the pipe closes: then nobody waits for the rest."""
    # Ctrl-C goes to every process of a terminal. The one that started the others ends them, and says so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for end in inherited:
        end.close()
    # What was inherited is neither walked nor copied by this process's garbage collector, and what is made is looked
    # through ever so often: at the usual threshold, of 700 objects, that is a tenth of the time of parsing text.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    function: Callable[[T], R] | None = None
    while True:
        try:
            begin = connection.recv()
        except (EOFError, OSError):
            return
        results: list[R] = []
        error: Exception | None = None
        try:
            function = make(state) if function is None else function
            results.extend(map(function, tasks[begin : begin + chunk]))
        except Exception as raised:  # noqa: BLE001 - raised again on the other side
            error = raised
        try:
            connection.send_bytes(_packed(begin, results, error))
        except OSError:
            return


def _packed(begin: int, results: list[Any], error: Exception | None) -> bytes:
    """Pickle what a chunk gave. Results that can't be pickled are an error like any other."""
    if error is not None:
        error = _portable(error)
    try:
        return pickle.dumps((begin, results, error), pickle.HIGHEST_PROTOCOL)
    except Exception as raised:  # noqa: BLE001 - pickling calls the values' own code
        return pickle.dumps((begin, [], _portable(raised)), pickle.HIGHEST_PROTOCOL)


def _portable(error: Exception) -> Exception:
    """Return the error with its traceback as a note, or one that tells of it where it can't be pickled."""
    error.add_note("In a worker process:\n" + "".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - written the line before
    except Exception:  # noqa: BLE001 - pickling calls the error's own code
        return RuntimeError("".join(traceback.format_exception(error)).rstrip())
    return error
