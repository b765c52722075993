"""The same results from one process or many, and nothing left behind, however the work ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from proofpress.engine.parallel import Method, WorkerDiedError, cores, run
from proofpress.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Lock(Protocol):
    def locked(self) -> bool: ...


METHODS: tuple[Method, ...] = ("fork", "forkserver", "spawn")
HERE = os.getpid()


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    found: Method = request.param
    if found not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{found} is not known on this system")
    return found


@pytest.fixture(autouse=True)
def no_process_is_left_behind() -> Iterator[None]:
    before = set(multiprocessing.active_children())
    yield
    assert set(multiprocessing.active_children()) <= before


# ---------------------------------------------------------------- functions that a process of any kind can import


def multiplier(factor: int) -> Callable[[int], int]:
    return lambda task: task * factor


def uneven(longest: float) -> Callable[[int], int]:
    """The first tasks take longest, so that the last are done before them."""

    def work(task: int) -> int:
        time.sleep(longest / (task + 1))
        return task

    return work


def counting(_state: None) -> Callable[[int], tuple[int, int]]:
    calls = 0

    def work(_task: int) -> tuple[int, int]:
        nonlocal calls
        calls += 1
        return os.getpid(), calls

    return work


def fragile(fatal: int) -> Callable[[int], int]:
    def work(task: int) -> int:
        if task == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return task

    return work


def leaving(fatal: int) -> Callable[[int], int]:
    def work(task: int) -> int:
        if task == fatal:
            os._exit(7)
        return task

    return work


class UnevenError(ValueError):
    pass


class AwkwardError(ValueError):
    """Pickles, and can't be read back: its arguments are not its message.

    Nor can it by way of what libraries teach Python about errors for good, as Dask does in a process that loads it.
    """

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"{number}: {reason}")

    def __setstate__(self, state: object) -> None:
        raise TypeError("it can't be read back")


def even_only(error: type[Exception]) -> Callable[[int], int]:
    def work(task: int) -> int:
        if task % 2 == 0:
            return task
        if error is AwkwardError:
            raise AwkwardError(task, "odd")
        raise error(f"{task} is odd")

    return work


def unmakeable(state: str) -> Callable[[int], int]:
    raise UnevenError(state)


def closures(_state: None) -> Callable[[int], Callable[[], int]]:
    return lambda task: lambda: task


class Torn:
    """A value whose process is killed while it is being sent."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __reduce__(self) -> tuple[Callable[[bytes], bytes], tuple[bytes]]:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        return bytes, (bytes(self.size),)


def torn(size: int) -> Callable[[int], int | Torn]:
    return lambda task: Torn(size) if task == 2 else task


# ---------------------------------------------------------------- results


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_the_results_are_the_same_however_many_processes_work(jobs: int, chunk: int, method: Method) -> None:
    assert list(run(3, multiplier, range(50), jobs=jobs, chunk=chunk, method=method)) == [3 * n for n in range(50)]


def test_results_come_in_the_order_of_the_tasks_not_of_their_ends(method: Method) -> None:
    assert list(run(0.2, uneven, range(20), jobs=2, method=method)) == list(range(20))


def test_no_tasks_give_no_results() -> None:
    assert list(run("never made", unmakeable, [], jobs=1)) == []
    assert list(run("never made", unmakeable, [], jobs=4)) == []


def test_a_copied_process_needs_no_state_function_or_task_that_can_be_pickled() -> None:
    lock: Lock = threading.Lock()  # can't be pickled
    tasks: list[Callable[[], int]] = [lambda: 1, lambda: 2, lambda: 3]

    def make(held: Lock) -> Callable[[Callable[[], int]], tuple[int, bool]]:
        return lambda task: (task(), held.locked())

    found = list(run(lock, make, tasks, jobs=2, method="fork"))
    assert found == [(1, False), (2, False), (3, False)]


def test_one_job_works_in_this_process() -> None:
    assert list(run(None, counting, range(3), jobs=1)) == [(HERE, 1), (HERE, 2), (HERE, 3)]


def test_a_single_chunk_needs_no_second_process() -> None:
    assert {pid for pid, _ in run(None, counting, range(3), jobs=8, chunk=3)} == {os.getpid()}


def test_the_function_is_made_once_in_each_process(method: Method) -> None:
    found = list(run(None, counting, range(40), jobs=2, method=method))
    by_process: dict[int, list[int]] = {}
    for pid, calls in found:
        by_process.setdefault(pid, []).append(calls)
    assert os.getpid() not in by_process
    assert len(by_process) <= 2
    assert all(calls == list(range(1, len(calls) + 1)) for calls in by_process.values())


def test_results_larger_than_a_pipe_go_through_while_more_work_is_handed_out(method: Method) -> None:
    size = 3_000_000
    found = run(size, multiplier_of_bytes, range(12), jobs=2, method=method)
    assert [len(result) for result in found] == [size] * 12


def multiplier_of_bytes(size: int) -> Callable[[int], bytes]:
    return lambda _task: bytes(size)


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_up_to_all_the_tasks(jobs: int) -> None:
    told: list[int] = []
    list(run(1, multiplier, range(23), jobs=jobs, chunk=5, progress=told.append))
    assert told == sorted(told)
    assert told[-1] == 23


@pytest.mark.parametrize(("jobs", "chunk"), [(0, 1), (-1, 1), (1, 0)])
def test_less_than_one_job_or_task_at_a_time_is_refused_when_asked_for(jobs: int, chunk: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        run(1, multiplier, range(3), jobs=jobs, chunk=chunk)


def test_at_least_one_core_may_be_used_and_no_more_than_there_are() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_cores_that_this_process_may_not_use_do_not_count() -> None:
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from proofpress.engine.parallel import cores; print(cores())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "1\n"


# ---------------------------------------------------------------- ends


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("chunk", [1, 4])
def test_what_the_function_raises_is_raised_after_the_results_before_it(jobs: int, chunk: int, method: Method) -> None:
    found = run(UnevenError, even_only, [0, 2, 4, 6, 8, 9, 10, 11, 12], jobs=jobs, chunk=chunk, method=method)
    assert [next(found) for _ in range(5)] == [0, 2, 4, 6, 8]
    with pytest.raises(UnevenError, match="9 is odd"):
        next(found)


def test_an_error_from_another_process_tells_where_it_was_raised(method: Method) -> None:
    with pytest.raises(UnevenError) as caught:
        list(run(UnevenError, even_only, [0, 1], jobs=2, method=method))
    assert "in work" in "".join(caught.value.__notes__)


def test_an_error_that_can_not_be_sent_is_told_in_words(method: Method) -> None:
    with pytest.raises(RuntimeError, match="AwkwardError: 1: odd"):
        list(run(AwkwardError, even_only, [0, 1], jobs=2, method=method))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_while_the_function_is_made_is_raised_as_itself(jobs: int, method: Method) -> None:
    with pytest.raises(UnevenError, match="no such state"):
        list(run("no such state", unmakeable, range(5), jobs=jobs, method=method))


def test_a_result_that_can_not_be_sent_is_an_error(method: Method) -> None:
    with pytest.raises(Exception, match="pickle"):
        list(run(None, closures, range(5), jobs=2, method=method))


def test_a_killed_worker_is_an_error_that_says_what_to_do(method: Method) -> None:
    with pytest.raises(WorkerDiedError, match=r"killed by SIGKILL.*--jobs 1"):
        list(run(13, fragile, range(40), jobs=2, method=method))


def test_a_worker_that_leaves_is_an_error(method: Method) -> None:
    with pytest.raises(WorkerDiedError, match="exit status 7"):
        list(run(13, leaving, range(40), jobs=2, chunk=3, method=method))


def test_workers_that_all_die_at_once_are_an_error(method: Method) -> None:
    with pytest.raises(WorkerDiedError):
        list(run(0, all_die, range(40), jobs=3, method=method))


def all_die(_state: int) -> Callable[[int], int]:
    return lambda _task: os._exit(1)


def test_a_worker_killed_in_the_middle_of_a_large_result_does_not_hang_the_others(method: Method) -> None:
    found = run(50_000_000, torn, range(6), jobs=2, method=method)
    assert next(found) == 0
    # Nothing is read for a while: the pipe is full and the rest of the result unsent when the worker dies.
    time.sleep(0.6)
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        list(found)


def test_an_iterator_that_is_closed_early_ends_its_processes(method: Method) -> None:
    found = run(0.2, uneven, range(1000), jobs=2, method=method)
    assert next(found) == 0
    assert multiprocessing.active_children()
    found.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_an_iterator_that_is_never_asked_starts_nothing() -> None:
    before = multiprocessing.active_children()
    found = run(1, multiplier, range(1000), jobs=2, method="fork")
    assert multiprocessing.active_children() == before
    del found


def test_workers_leave_an_open_store_as_it_is(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.put_fact("kept", b"yes")
        assert list(run(2, multiplier, range(9), jobs=2, method="fork")) == [2 * n for n in range(9)]
        store.put_fact("also", b"yes")
    with Store(tmp_path / "store") as store:
        assert (store.fact("kept"), store.fact("also"), store.notice) == (b"yes", b"yes", "")


def test_a_process_with_threads_is_not_copied() -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        with pytest.raises(Exception, match="pickle"):
            list(run(release, lambda _state: lambda task: task, range(4), jobs=2))
        assert list(run(2, multiplier, range(4), jobs=2)) == [0, 2, 4, 6]
    finally:
        release.set()
        thread.join()


# ---------------------------------------------------------------- signals

PROGRAM = textwrap.dedent(
    """
    import os, sys, time
    from proofpress.engine.parallel import run

    def make(_state):
        def work(task):
            with open(sys.argv[1], "a") as log:
                log.write(f"{os.getpid()}\\n")
            time.sleep(600 if sys.argv[2] == "long" else 0.2)
        return work

    if __name__ == "__main__":
        try:
            list(run(None, make, range(1000), jobs=2))
        except KeyboardInterrupt:
            sys.exit(130)
    """
)


@contextlib.contextmanager
def working(folder: Path, length: str) -> Iterator[tuple[subprocess.Popen[str], set[int]]]:
    """A program that is at work in two processes of its own, in a group of its own, with their ids."""
    program, log = folder / "program.py", folder / "log"
    program.write_text(PROGRAM)
    log.touch()
    with subprocess.Popen(
        [sys.executable, program, log, length],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            while len(pids := set(map(int, log.read_text().split()))) < 2:
                assert process.poll() is None
                time.sleep(0.01)
            yield process, pids
        finally:
            process.kill()


def gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    return True


def wait_until_gone(pids: set[int]) -> None:
    give_up = time.monotonic() + 20
    while not all(gone(pid) for pid in pids):
        assert time.monotonic() < give_up, "a worker is still there"
        time.sleep(0.01)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
@pytest.mark.parametrize("whole_group", [True, False], ids=["from the terminal", "to the first process"])
def test_ctrl_c_ends_every_process_and_is_told_once(tmp_path: Path, whole_group: bool) -> None:
    with working(tmp_path, "long") as (process, pids):
        if whole_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 130
        assert output == ""
        wait_until_gone(pids)


@linux
def test_workers_whose_first_process_was_killed_end_with_the_task_in_hand(tmp_path: Path) -> None:
    with working(tmp_path, "short") as (process, pids):
        process.kill()
        process.communicate(timeout=30)
        wait_until_gone(pids)
