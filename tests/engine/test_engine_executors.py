"""Work over any executor: the results of the tasks in their order, what is handed over once, what goes wrong."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from proofpress.engine import executors
from proofpress.engine.blobs import AtHand, Carried, Folder, Nothing, StoreFile
from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.executors import Futures, Processes, chunk_of
from proofpress.engine.steps import Trace
from proofpress.engine.store import Entry, Store
from proofpress.listings.highlight import Highlighter, SlowListing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def adder(number: int) -> Callable[[int], int]:
    def add(other: int) -> int:
        if other == 13:
            raise ValueError("unlucky")
        return number + other

    return add


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_give_results_in_order(jobs: int) -> None:
    done: list[int] = []
    assert list(Processes(jobs).run(1, adder, list(range(20, 200)), done.append)) == list(range(21, 201))
    assert done[-1] == 180


def test_a_pool_gives_results_in_order_and_is_handed_the_state_once(tmp_path: Path) -> None:
    done: list[int] = []
    shared = Folder(str(tmp_path))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = Futures(pool, shared, workers=2)
        assert list(futures.run(1, adder, list(range(20, 300)), done.append)) == list(range(21, 301))
        assert list(futures.run(2, adder, [20], done.append)) == [22]
        assert list(futures.run(2, adder, [], done.append)) == []
    assert done[-2:] == [280, 1]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2, "one file for each state"


def test_what_a_task_raises_is_raised_after_the_results_before_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = Futures(pool, Folder(str(tmp_path)), workers=2).run(0, adder, [1, 13, 2], lambda _done: None)
        assert next(results) == 1
        with pytest.raises(ValueError, match="unlucky"):
            list(results)


def test_chunks_are_large_enough_to_be_quick_and_small_enough_to_end_together() -> None:
    assert [chunk_of(tasks, 2) for tasks in (0, 1, 80, 10_000)] == [1, 1, 10, 25]


def test_a_folder_gives_what_was_put_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path / "blobs"))
    digest = folder.put(b"bytes")
    assert folder.put(b"bytes") == digest == digest_of_bytes(b"bytes")
    assert folder.open().get(digest) == b"bytes"
    with pytest.raises(KeyError):
        folder.get(digest_of_bytes(b"others"))
    next(path for path in tmp_path.rglob("*") if path.is_file()).write_bytes(b"changed")
    with pytest.raises(KeyError):
        folder.get(digest)


def test_what_is_at_hand_comes_before_what_lies_beneath(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.put("k", {"a": Entry(Trace(b""), b"", b"kept")})
    blobs = AtHand({digest_of_bytes(b"now"): b"now"}, StoreFile(tmp_path / "store")).open()
    assert blobs.get(digest_of_bytes(b"now")) == b"now"
    assert blobs.get(digest_of_bytes(b"kept")) == b"kept"
    with pytest.raises(KeyError):
        blobs.get(digest_of_bytes(b"none"))
    with pytest.raises(KeyError):
        Nothing().open().get(digest_of_bytes(b"none"))


class Shelf(msgspec.Struct, frozen=True):
    """State that travels: its tasks name texts, which are here, and some read more than they say."""

    blobs: Any
    every: tuple[bytes, ...] = ()

    def away(self) -> Shelf:
        return Shelf(Carried(), ())

    def reads(self, task: tuple[bytes, bytes | None]) -> tuple[bytes, ...]:
        return task[:1]

    def may_read(self, _task: Any) -> tuple[bytes, ...]:
        return self.every

    def landed(self, result: bytes) -> bytes:
        return result + b", landed"


def reader(shelf: Shelf) -> Callable[[tuple[bytes, bytes | None]], bytes]:
    source = shelf.blobs.open()

    def read(task: tuple[bytes, bytes | None]) -> bytes:
        said, other = task
        text: bytes = source.get(said)
        try:
            return text + (source.get(other) if other is not None else b"")
        except KeyError:
            if other == UNKNOWN:
                raise
            return b"made without what was lacking"  # as who guards against others' faults does

    return read


TEXTS = {digest_of_bytes(text): text for text in (b"one", b"two", b"three")}
ONE, TWO, THREE = TEXTS
UNKNOWN = digest_of_bytes(b"unknown")


@pytest.mark.parametrize("bring", [None, lambda data: [data[:7], data[7:]]])
def test_texts_go_with_the_tasks_that_read_them_and_more_where_one_reads_more(bring: Any) -> None:
    shelf = Shelf(AtHand(TEXTS, Nothing()), (ONE, TWO, THREE))
    tasks = [(ONE, None), (TWO, THREE), (THREE, None), (ONE, TWO)] * 10
    done: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        results = list(Futures(pool, bring, workers=2).run(shelf, reader, tasks, done.append))
    assert results == [b"one, landed", b"twothree, landed", b"three, landed", b"onetwo, landed"] * 10
    assert done[-1] == len(tasks)


class Counted(ThreadPoolExecutor):
    """A pool that counts what it was sent."""

    sent = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        self.sent += 1
        return super().submit(function, *arguments, **named)


def test_no_more_is_on_its_way_at_once_than_its_bytes_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(AtHand(TEXTS, Nothing()), (ONE, TWO, THREE))
    for allowed, most in ((1, 1), (7, 3), (1000, 16)):
        monkeypatch.setattr(executors, "ON_THE_WAY", allowed)
        with Counted(1) as pool:
            results = Futures(pool, workers=4).run(shelf, reader, [(ONE, None)] * 16, lambda _done: None)
            assert next(results) == b"one, landed"
            assert pool.sent == most
            assert list(results) == [b"one, landed"] * 15


def test_a_task_that_reads_what_nobody_has_is_an_error_and_is_not_sent_for_ever() -> None:
    shelf = Shelf(AtHand(TEXTS, Nothing()), (ONE, TWO, THREE))
    with ThreadPoolExecutor(2) as pool, pytest.raises(KeyError, match="a step reads what its work does not know of"):
        list(Futures(pool, workers=2).run(shelf, reader, [(ONE, UNKNOWN)], lambda _done: None))


def unfit() -> None:
    raise ValueError("other code")


def test_who_is_not_fit_for_the_work_does_none_of_it() -> None:
    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match="other code"):
        list(Futures(pool, fit=unfit).run(0, adder, [1, 13, 2], lambda _done: None))


def test_a_listing_that_takes_too_long_on_a_thread_of_a_pool_is_shown_plain_and_the_next_is_coloured() -> None:
    trap = "a" * 40 + "!"
    with ThreadPoolExecutor(2) as pool:
        results = list(
            Futures(pool, workers=2).run(None, matcher, [("(a+)+$", trap), ("a+", "aa")], lambda _done: None)
        )
    assert results == [None, [(0, 2)]]


def matcher(_state: None) -> Callable[[tuple[str, str]], list[tuple[int, int]] | None]:
    highlighter = Highlighter()

    def search(task: tuple[str, str]) -> list[tuple[int, int]] | None:
        try:
            return highlighter.search(*task)
        except SlowListing:
            return None

    return search
