"""What was kept is found again, exactly; and a file that is damaged in any way costs a build, never a site."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofpress.engine.digests import digest_of
from proofpress.engine.reader import Reader
from proofpress.engine.steps import Trace
from proofpress.engine.store import FEW, KEPT_BUILDS, SCHEMA, BusyError, DamagedError, Entry, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TRACE = Trace(digest_of("inputs"), ((("recent", "5"), digest_of("answer")), (("count",), b"")))
ENTRIES = {
    "content/posts/a.md": Entry(TRACE, b"a" * 300, b"A" * 3000),
    "content/posts/b \u00e9\U0001f600.md": Entry(Trace(b""), b"", b""),
    "content/posts/c.md": Entry(TRACE, bytes(range(256))),
}
SMALL = {key: Entry(entry.trace, entry.value) for key, entry in ENTRIES.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "store"


def fill(path: Path) -> None:
    with Store(path) as store:
        store.put("document", ENTRIES)
        store.put("page", {"/": Entry(TRACE, b"page")})
        store.put_fact("last", b"fact")


def assert_filled(path: Path) -> None:
    with Store(path) as store:
        assert store.notice == ""
        assert store.entries("document") == SMALL
        assert {key: store.big("document", key) for key in ENTRIES} == {key: e.big for key, e in ENTRIES.items()}
        assert store.entries("page") == {"/": Entry(TRACE, b"page")}
        assert store.fact("last") == b"fact"


# ---------------------------------------------------------------- keeping


def test_few_entries_are_read_without_the_others_and_many_with_them(path: Path) -> None:
    fill(path)
    with Store(path) as store:
        key = next(iter(SMALL))
        assert store.entries("document", only=[key, "of nobody"]) == {key: SMALL[key]}
        assert store.entries("document", only=[]) == {}
        many = [key, *map(str, range(FEW))]
        assert store.entries("document", only=many) == SMALL


def test_what_was_put_is_found_by_the_next_build(path: Path) -> None:
    fill(path)
    assert_filled(path)


def test_a_new_store_is_empty_and_has_nothing_to_say(path: Path) -> None:
    with Store(path) as store:
        assert store.entries("document") == {}
        assert store.big("document", "a") is None
        assert store.fact("last") is None
        assert (store.notice, store.build) == ("", 1)


def test_builds_are_counted(path: Path) -> None:
    for number in range(1, 4):
        with Store(path) as store:
            assert store.build == number


def test_what_is_put_is_found_at_once_and_the_last_one_counts(path: Path) -> None:
    with Store(path) as store:
        store.put("k", {"a": Entry(TRACE, b"1", b"one")})
        store.put("k", {"a": Entry(Trace(b"x"), b"2", b"two")})
        assert store.entries("k") == {"a": Entry(Trace(b"x"), b"2")}
        assert store.big("k", "a") == b"two"


def test_an_entry_without_a_big_value_leaves_the_one_that_is_there(path: Path) -> None:
    with Store(path) as store:
        store.put("k", {"a": Entry(TRACE, b"1", b"one")})
        store.put("k", {"a": Entry(TRACE, b"2")})
        assert store.big("k", "a") == b"one"


def test_kinds_are_apart(path: Path) -> None:
    with Store(path) as store:
        store.put("one", {"a": Entry(TRACE, b"1", b"one")})
        store.put("two", {"a": Entry(TRACE, b"2", b"two")})
        store.sweep("one", set())
        assert [store.entries(kind)["a"].value for kind in ("one", "two")] == [b"1", b"2"]
        assert [store.big(kind, "a") for kind in ("one", "two")] == [b"one", b"two"]


def test_a_fact_is_replaced(path: Path) -> None:
    with Store(path) as store:
        store.put_fact("f", b"1")
        store.put_fact("f", b"2")
    with Store(path) as store:
        assert store.fact("f") == b"2"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.tuples(st.binary(), st.binary())))
def test_any_bytes_under_any_key_are_found_again(path: Path, kept: dict[str, tuple[bytes, bytes]]) -> None:
    entries = {key: Entry(Trace(value), value, big) for key, (value, big) in kept.items()}
    with Store(path, anew=True) as store:
        store.put("k", entries)
    with Store(path) as store:
        assert store.entries("k") == {key: Entry(entry.trace, entry.value) for key, entry in entries.items()}
        assert {key: store.big("k", key) for key in entries} == {key: entry.big for key, entry in entries.items()}


def test_a_store_opened_anew_is_empty_and_says_nothing(path: Path) -> None:
    fill(path)
    with Store(path, anew=True) as store:
        assert (store.entries("document"), store.notice) == ({}, "")


# ---------------------------------------------------------------- leaving


def build(path: Path, used: set[str]) -> set[str]:
    """One build that uses these keys; returns all that were remembered before it."""
    with Store(path) as store:
        known = store.entries("k")
        store.put("k", {key: Entry(TRACE, b"v", b"big") for key in used - known.keys()})
        store.sweep("k", used)
        return set(known)


def test_an_entry_that_no_build_used_goes_after_a_few(path: Path) -> None:
    build(path, {"used", "left"})
    for _ in range(KEPT_BUILDS):
        assert build(path, {"used"}) == {"used", "left"}
    build(path, {"used"})
    assert build(path, {"used"}) == {"used"}
    with Store(path) as store:
        assert (store.big("k", "used"), store.big("k", "left")) == (b"big", None)


def test_an_entry_that_is_used_again_is_kept_as_long_as_a_new_one(path: Path) -> None:
    build(path, {"a", "back"})
    for _ in range(KEPT_BUILDS):
        build(path, {"a"})
    build(path, {"a", "back"})
    for _ in range(KEPT_BUILDS):
        assert build(path, {"a"}) == {"a", "back"}


def test_an_entry_that_is_put_again_counts_as_used(path: Path) -> None:
    build(path, {"a"})
    for _ in range(3 * KEPT_BUILDS):
        with Store(path) as store:
            assert set(store.entries("k")) == {"a"}
            store.sweep("k", set())
            store.put("k", {"a": Entry(TRACE, b"v")})


# ---------------------------------------------------------------- ends


def test_what_a_build_that_failed_had_put_is_forgotten(path: Path) -> None:
    fill(path)
    with contextlib.suppress(ZeroDivisionError), Store(path) as store:
        store.put("document", {"new": Entry(TRACE, b"half")})
        raise ZeroDivisionError
    assert_filled(path)


def test_what_was_committed_stays_when_the_build_fails_after_it(path: Path) -> None:
    with contextlib.suppress(ZeroDivisionError), Store(path) as store:
        store.put("k", {"kept": Entry(TRACE, b"v")})
        store.commit()
        store.put("k", {"lost": Entry(TRACE, b"v")})
        raise ZeroDivisionError
    with Store(path) as store:
        assert set(store.entries("k")) == {"kept"}


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from proofpress.engine.steps import Trace
    from proofpress.engine.store import Entry, Store

    store = Store(Path(sys.argv[1]))
    for n in range(60):  # more than SQLite's cache of pages holds
        store.put("document", {f"content/posts/{n}.md": Entry(Trace(b""), b"new" * 40_000, b"new" * 40_000)})
    store.put("document", {"content/posts/a.md": Entry(Trace(b""), b"new")})
    if sys.argv[2] == "committed":
        store.commit()
        store.put("document", {"content/posts/b.md": Entry(Trace(b""), b"newer" * 100_000)})
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_a_killed_build_leaves_what_the_one_before_it_had_kept(path: Path) -> None:
    fill(path)
    done = subprocess.run([sys.executable, "-c", KILLED, path, "open"], check=False)
    assert done.returncode == -signal.SIGKILL
    assert_filled(path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_a_killed_build_leaves_what_it_had_committed(path: Path) -> None:
    fill(path)
    subprocess.run([sys.executable, "-c", KILLED, path, "committed"], check=False)
    with Store(path) as store:
        found = store.entries("document")
        assert store.notice == ""
        assert found["content/posts/a.md"].value == b"new"
        assert found["content/posts/59.md"].value == b"new" * 40_000
        assert "content/posts/b.md" not in found


KILLED_ANYWHERE = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from proofpress.engine.steps import Trace
    from proofpress.engine.store import Entry, Store

    print("begun", flush=True)
    for n in range(100_000):
        with Store(Path(sys.argv[1])) as store:
            value = b"%d" % n * 20_000
            store.put("k", {str(key): Entry(Trace(value), value, value) for key in range(8)})
    """
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
@pytest.mark.parametrize("moment", [0.011, 0.053, 0.097, 0.151, 0.203])
def test_a_build_killed_at_any_moment_leaves_one_build_s_values(path: Path, moment: float) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED_ANYWHERE, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        process.kill()
    with Store(path) as store:
        assert store.notice == ""
        entries = store.entries("k")
        assert len({entry.value for entry in entries.values()}) <= 1
        assert all(store.big("k", key) == entry.value == entry.trace.inputs for key, entry in entries.items())


# ---------------------------------------------------------------- damage


def read_all(path: Path) -> str:
    """Read all that is in a store, write into it, and close it: its notice, or what a build would be told.

    Whatever it holds is what was put, or nothing.
    """
    try:
        with Store(path) as store:
            for key, entry in store.entries("document").items():
                assert entry == SMALL[key]
            for key, entry in ENTRIES.items():
                assert store.big("document", key) in (entry.big, None)
            assert store.fact("last") in (b"fact", None)
            store.put("document", {"new": Entry(TRACE, b"new", b"big")})
            store.put_fact("other", b"fact")
            store.sweep("document", {"new"})
            store.commit()
            return store.notice
    except DamagedError as error:
        return str(error)


def test_a_file_cut_off_at_any_length_is_never_believed(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    for length in [*range(1, 200), *range(200, len(whole), 331)]:
        path.write_bytes(whole[:length])
        assert read_all(path), length
        with Store(path, anew=True) as store:
            assert store.entries("document") == {}


def test_an_empty_file_is_a_new_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert read_all(path) == ""


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_bytes_changed_anywhere_never_change_what_is_read(
    path: Path, filled: Path, changes: list[tuple[int, int]]
) -> None:
    changed = bytearray(filled.read_bytes())
    for at, difference in changes:
        changed[at % len(changed)] ^= difference
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(changed)
    read_all(path)
    with Store(path, anew=True) as store:
        store.put("k", ENTRIES)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "store"
    fill(path)
    return path


@pytest.mark.parametrize("what", [b"A" * 3000, b"a" * 300, b"fact", bytes(range(256))])
def test_a_byte_changed_inside_a_value_is_found(path: Path, filled: Path, what: bytes) -> None:
    whole = filled.read_bytes()
    at = whole.rindex(what[:200]) + 1
    path.parent.mkdir()
    path.write_bytes(whole[:at] + b"?" + whole[at + 1 :])
    assert "not what was written" in read_all(path)


@pytest.mark.parametrize(
    "garbage",
    [b"garbage", b"SQLite format 3\0" + bytes(84), random.Random(5).randbytes(5000), b"\0" * 4096],
    ids=["a word", "a head", "any bytes", "nothing"],
)
def test_garbage_is_replaced_and_said(path: Path, garbage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(garbage)
    with Store(path) as store:
        assert "everything is built anew" in store.notice
        store.put("document", ENTRIES)
        store.put("page", {"/": Entry(TRACE, b"page")})
        store.put_fact("last", b"fact")
    assert_filled(path)


def change(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_store_of_another_version_is_replaced_and_said(path: Path) -> None:
    fill(path)
    change(path, f"PRAGMA user_version = {SCHEMA + 1}")
    with Store(path) as store:
        assert "another version" in store.notice
        assert store.entries("document") == {}
    with Store(path) as store:
        assert store.notice == ""


def test_the_database_of_another_program_is_replaced_and_said(path: Path) -> None:
    path.parent.mkdir()
    change(path, "CREATE TABLE step (a)", "PRAGMA application_id = 7")
    with Store(path) as store:
        assert "another program" in store.notice
        assert store.entries("document") == {}


@pytest.mark.parametrize("statement", ["DROP TABLE big", "ALTER TABLE step RENAME TO steps", "DROP TABLE fact"])
def test_a_store_whose_tables_are_not_ours_is_found_to_be_damaged(path: Path, statement: str) -> None:
    fill(path)
    change(path, statement)
    assert read_all(path)


def test_the_value_of_another_entry_is_not_believed(path: Path) -> None:
    fill(path)
    change(path, "UPDATE step SET value = (SELECT value FROM step WHERE kind = 'page') WHERE kind = 'document'")
    with Store(path) as store, pytest.raises(DamagedError):
        store.entries("document")


def test_a_big_value_of_another_time_is_not_believed(path: Path) -> None:
    fill(path)
    change(path, "UPDATE big SET data = x'00' WHERE key = 'content/posts/a.md'")
    with Store(path) as store:
        assert store.entries("document") == SMALL
        with pytest.raises(DamagedError, match=r"posts/a\.md"):
            store.big("document", "content/posts/a.md")
    reader = Reader(path)
    with pytest.raises(DamagedError, match=r"posts/a\.md"):
        reader.big("document", "content/posts/a.md")


def test_a_reader_is_closed_in_whichever_thread_it_is_let_go_of(path: Path) -> None:
    fill(path)
    held = [Reader(path)]
    thread = threading.Thread(target=held.clear)  # where an error would be told as one that nobody can catch
    thread.start()
    thread.join()


def test_values_of_foreign_types_are_damage(path: Path) -> None:
    fill(path)
    change(path, "UPDATE step SET value = 5, trace = 'text'", "UPDATE fact SET data = 1.5 WHERE name = 'last'")
    with Store(path) as store:
        with pytest.raises(DamagedError):
            store.entries("document")
        with pytest.raises(DamagedError):
            store.fact("last")


@pytest.mark.parametrize("use", ["put", "put_fact", "sweep", "entries", "big"])
def test_damage_that_is_met_in_the_middle_of_a_build_is_said_as_such(path: Path, use: str) -> None:
    with Store(path) as store:
        store.put("k", {f"{n:04}": Entry(TRACE, bytes(600), bytes(6000)) for n in range(400)})
        store.put_fact("f", bytes(50_000))
    size = path.stat().st_size
    store = Store(path)
    assert store.notice == ""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    uses: dict[str, Callable[[], object]] = {
        "put": lambda: store.put("k", {"0001": Entry(TRACE, b"v", b"b")}),
        "put_fact": lambda: store.put_fact("f", b"1"),
        "sweep": lambda: store.sweep("k", set()),
        "entries": lambda: store.entries("k"),
        "big": lambda: store.big("k", "0001"),
    }
    with pytest.raises(DamagedError):
        uses[use]()
    store.abandon()
    with Store(path, patience=0) as store:
        assert "everything is built anew" in store.notice


@pytest.mark.parametrize("lost", ["ROLLBACK", "DROP TABLE fact"])
def test_a_build_that_can_not_keep_what_it_put_says_so_and_lets_the_next_one_in(path: Path, lost: str) -> None:
    fill(path)
    store = Store(path)
    store._connection.execute(lost)  # SQLite rolls back by itself after some faults of a disk
    with pytest.raises(DamagedError):
        store.commit() if lost == "ROLLBACK" else store.put_fact("f", b"")
    with contextlib.suppress(DamagedError):
        store.close()
    assert_filled(path)


# ---------------------------------------------------------------- two builds at once

HOLDER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from proofpress.engine.store import Store

    with Store(Path(sys.argv[1])) as store:
        store.put_fact("by", b"the first")
        store.commit()
        print("held", flush=True)
        sys.stdin.read()
        store.put_fact("by", b"the first, at its end")
    """
)


@contextlib.contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the store, until its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_build_waits_for_the_first_and_sees_what_it_kept(path: Path) -> None:
    with held(path) as process:
        assert process.stdin is not None
        threading.Timer(0.3, process.stdin.close).start()
        with Store(path) as store:
            assert store.fact("by") == b"the first, at its end"
            assert store.build == 2


def test_a_second_build_says_so_when_its_patience_ends(path: Path) -> None:
    with held(path), pytest.raises(BusyError, match="another build"):
        Store(path, patience=0.2)


def test_a_build_that_commits_keeps_the_store_to_itself(path: Path) -> None:
    with Store(path) as store:
        store.commit()
        with pytest.raises(BusyError):
            Store(path, patience=0.1)
        store.put_fact("still", b"mine")


def test_the_lock_of_a_killed_build_is_free(path: Path) -> None:
    with held(path) as process:
        process.kill()
        process.wait()
        with Store(path, patience=0.5) as store:
            assert store.fact("by") == b"the first"


def test_a_build_that_starts_anew_waits_too(path: Path) -> None:
    with held(path) as process:
        with pytest.raises(BusyError):
            Store(path, patience=0.1, anew=True)
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
    with Store(path) as store:
        assert store.fact("by") == b"the first, at its end"


def test_a_damaged_store_is_not_replaced_while_another_build_holds_it(path: Path) -> None:
    with held(path):
        path.write_bytes(b"garbage")
        with pytest.raises(BusyError):
            Store(path, patience=0.1)
        assert path.read_bytes() == b"garbage"


def test_garbage_in_the_lock_file_is_no_lock(path: Path) -> None:
    fill(path)
    path.with_name("store-lock").write_bytes(b"garbage" * 500)
    assert_filled(path)


# ---------------------------------------------------------------- readers beside


def test_a_reader_sees_what_was_committed_while_the_store_is_held(path: Path) -> None:
    with Store(path) as store:
        store.put("k", {"a": Entry(TRACE, b"v", b"one")})
        store.commit()
        store.put("k", {"a": Entry(TRACE, b"v", b"two"), "b": Entry(TRACE, b"v", bytes(9_000_000))})
        reader = Reader(path)
        assert reader.big("k", "a") == b"one"
        with pytest.raises(KeyError):
            reader.big("k", "b")
        store.commit()
        assert reader.big("k", "a") == b"two"


# ---------------------------------------------------------------- the disk


def test_a_folder_that_can_not_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OSError, match="cache"):
        Store(tmp_path / "cache" / "store")


def test_a_folder_in_the_file_s_place_is_an_os_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="store"):
        Store(path)
    path.rmdir()
    fill(path)
    assert_filled(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_an_os_error(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o555)
    try:
        with pytest.raises(PermissionError):
            Store(path)
    finally:
        path.parent.chmod(0o755)


def test_a_file_that_may_not_grow_is_an_os_error_and_the_next_build_goes_on(path: Path) -> None:
    fill(path)
    code = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from proofpress.engine.steps import Trace
        from proofpress.engine.store import Entry, Store

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            with Store(Path(sys.argv[1])) as store:
                store.put("document", {"content/posts/a.md": Entry(Trace(b""), b"new", bytes(1_000_000))})
        except OSError as error:
            print(type(error).__name__, error.filename == sys.argv[1])
        """
    )
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "OSError True\n"
    assert_filled(path)
