"""The watcher on a real file system, with the system's own events and by polling.

Nothing here waits for a time: a test does something and waits until it is told, or until a save made afterwards is told,
which shows that nothing before it was.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import unicodedata
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.preview.watching import MOST_PATHS, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning:watchdog")
"""A warning is an error here, and would end watchdog's thread; see `_Watches` for what it means."""

DEADLINE = 10.0
"""Seconds until a test gives up; none takes nearly as long."""

SETTLED = "templates/settled.html"
"""Saved by tests to learn that all before is told; else of no concern."""


class Ear:
    """Hears what a watcher tells."""

    def __init__(self) -> None:
        self.calls: list[frozenset[str] | None] = []
        self._news = threading.Condition()

    def __call__(self, paths: frozenset[str] | None) -> None:
        with self._news:
            self.calls.append(paths)
            self._news.notify_all()

    def wait(self, heard: Callable[[list[frozenset[str] | None]], bool]) -> None:
        """Wait until what was told since `forget` is as wanted."""
        assert self.hears(heard, DEADLINE), self.calls

    def hears(self, heard: Callable[[list[frozenset[str] | None]], bool], seconds: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: heard(self.calls), seconds)

    def wait_for(self, *paths: str) -> None:
        """Wait until each of the paths was told, or None was."""
        self.wait(lambda calls: None in calls or set(paths) <= self.told(calls))

    def wait_for_exactly(self, *paths: str) -> None:
        """Wait until each of the paths was told by its name."""
        self.wait(lambda calls: set(paths) <= self.told(calls))

    def wait_for_anything(self) -> None:
        self.wait(lambda calls: None in calls)

    @staticmethod
    def told(calls: list[frozenset[str] | None]) -> set[str]:
        return {path for call in calls if call is not None for path in call} - {SETTLED}

    def forget(self) -> None:
        with self._news:
            self.calls.clear()


class Site:
    """A site's folder that is being watched."""

    def __init__(self, root: Path, ear: Ear, watcher: Watcher) -> None:
        self.root = root
        self.ear = ear
        self.watcher = watcher
        self._settled = 0

    def write(self, path: str, text: str = "text") -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def settle(self) -> list[frozenset[str] | None]:
        """Wait until all that was done until now is told, and return what was told, but for what this needs itself.

        A save may be told as None together with what was done before it, so it is made until it is told by its name.
        """
        deadline = time.monotonic() + DEADLINE
        while True:
            self._settled += 1
            self.write(SETTLED, str(self._settled))
            if self.ear.hears(lambda calls: any(call is not None and SETTLED in call for call in calls), 0.5):
                break
            assert time.monotonic() < deadline, self.ear.calls
        calls = list(self.ear.calls)
        self.ear.forget()
        return [call if call is None else call - {SETTLED} for call in calls if call is None or call - {SETTLED}]

    def calm(self) -> None:
        """Wait until nothing is told any more: polling tells what is a few milliseconds old twice."""
        deadline = time.monotonic() + DEADLINE
        while self.settle():
            assert time.monotonic() < deadline


def make(root: Path) -> None:
    for path, text in {
        "site.yaml": "title: A",
        "content/posts/a.md": "first",
        "content/posts/b.md": "second",
        "templates/base.html": "base",
        "static/style.css": "a {}",
        "data/people.json": "{}",
        SETTLED: "",
        ".proofpress/cache.db": "",
        "public/index.html": "",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
        os.utime(root / path, (0, 0))  # polling tells a file that is a few ms old twice, to be sure


@contextmanager
def watching(root: Path, *, poll: bool = False) -> Iterator[Site]:
    """Watch a site. With events nothing is looked at unasked, so that it is events that are tested."""
    ear = Ear()
    with Watcher(root, ear, poll=poll, interval=0.02 if poll else 1000.0) as watcher:
        yield Site(root, ear, watcher)


@pytest.fixture(params=[False, True], ids=["events", "polling"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A watched site, once with the system's events and once by polling."""
    make(tmp_path)
    with watching(tmp_path, poll=request.param) as watched:
        yield watched


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Site]:
    """A watched site, with the system's events."""
    make(tmp_path)
    with watching(tmp_path) as watched:
        yield watched


# What is told


def test_a_save_is_told_by_its_path(site: Site) -> None:
    site.write("content/posts/a.md", "changed")
    site.ear.wait_for_exactly("content/posts/a.md")
    assert site.ear.told(site.ear.calls) == {"content/posts/a.md"}
    assert None not in site.ear.calls


@pytest.mark.parametrize("poll", [False, True], ids=["events", "polling"])
def test_a_file_that_posts_include_is_told_wherever_it_lies_and_its_neighbours_are_not(
    tmp_path: Path, *, poll: bool
) -> None:
    root, source = tmp_path / "site", tmp_path / "src" / "a.py"
    make(root)
    source.parent.mkdir()
    for file in (source, source.with_name("b.py")):
        file.write_text("1", "utf-8")
        os.utime(file, (0, 0))
    ear = Ear()
    wanted = frozenset({"../src/a.py", "../src/gone.py", "code/none.py"})
    with Watcher(root, ear, poll=poll, interval=0.02 if poll else 1000.0, included=lambda: wanted) as watcher:
        watched = Site(root, ear, watcher)
        source.with_name("b.py").write_text("2", "utf-8")
        source.write_text("2", "utf-8")
        ear.wait_for_exactly("../src/a.py")
        watched.calm()
        (tmp_path / "new.py").write_text("3", "utf-8")
        (tmp_path / "new.py").replace(source)
        ear.wait_for_exactly("../src/a.py")
        watched.calm()
        source.with_name("gone.py").write_text("4", "utf-8")
        ear.wait_for_exactly("../src/gone.py")


def test_a_file_that_posts_begin_to_include_is_looked_at_from_then_on(tmp_path: Path) -> None:
    root, source = tmp_path / "site", tmp_path / "src" / "a.py"
    make(root)
    source.parent.mkdir()
    source.write_text("1", "utf-8")
    ear = Ear()
    wanted: set[str] = set()
    with Watcher(root, ear, interval=0.02, included=lambda: frozenset(wanted)) as watcher:
        wanted.add("../src/a.py")
        assert ear.hears(lambda calls: None in calls, DEADLINE)
        Site(root, ear, watcher).calm()
        source.write_text("2", "utf-8")
        ear.wait_for_exactly("../src/a.py")


def test_an_atomic_save_is_told(site: Site) -> None:
    site.write("content/posts/.a.md.tmp", "changed")
    (site.root / "content/posts/.a.md.tmp").replace(site.root / "content/posts/a.md")
    site.ear.wait_for_exactly("content/posts/a.md")
    assert site.ear.told(site.ear.calls) == {"content/posts/a.md"}


def test_vims_way_of_saving_is_told(site: Site) -> None:
    post = site.root / "content/posts/a.md"
    post.rename(post.with_name("a.md~"))
    post.write_text("changed")
    post.with_name("a.md~").unlink()
    site.ear.wait_for_exactly("content/posts/a.md")


def test_a_save_of_the_settings_is_told_in_place_and_replaced(site: Site) -> None:
    site.write("site.yaml", "title: Another")
    site.ear.wait_for_exactly("site.yaml")
    site.ear.forget()
    site.write("site.yaml.new", "title: Yet another")
    (site.root / "site.yaml.new").replace(site.root / "site.yaml")
    site.ear.wait_for_exactly("site.yaml")
    assert site.ear.told(site.ear.calls) == {"site.yaml"}


def test_each_of_the_four_folders_is_watched(site: Site) -> None:
    paths = ("content/posts/a.md", "templates/base.html", "data/people.json", "static/style.css")
    for path in paths:
        site.write(path, "changed again")
    site.ear.wait_for_exactly(*paths)


def test_both_ends_of_a_move_are_told(site: Site) -> None:
    (site.root / "content/posts/a.md").rename(site.root / "content/c.md")
    site.ear.wait_for_exactly("content/posts/a.md", "content/c.md")


def test_a_deleted_file_is_told(site: Site) -> None:
    (site.root / "content/posts/a.md").unlink()
    site.ear.wait_for_exactly("content/posts/a.md")


def test_a_file_that_moves_out_of_the_site_and_back_is_told_both_times(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away") / "a.md"
    (site.root / "content/posts/a.md").rename(away)
    site.ear.wait_for_exactly("content/posts/a.md")
    site.ear.forget()
    away.rename(site.root / "content/posts/a.md")
    site.ear.wait_for_exactly("content/posts/a.md")


def test_a_name_is_told_in_nfc_however_the_disk_spells_it(site: Site) -> None:
    name = "content/posts/caf\u00e9.md"
    site.write(unicodedata.normalize("NFD", name))
    site.ear.wait_for_exactly(name)


# What is not told


def test_reading_files_tells_nothing(site: Site) -> None:
    for _ in range(3):
        for path in site.root.rglob("*"):
            if path.is_file():
                path.read_bytes()
    assert site.settle() == []


def test_what_a_build_writes_tells_nothing(site: Site) -> None:
    site.write("public/index.html", "built")
    site.write("public/posts/new/index.html", "built")
    site.write(".proofpress/cache.db", "remembered")
    site.write(".git/index", "staged")
    site.write("node_modules/a/b.js", "installed")
    shutil.rmtree(site.root / "public")
    assert site.settle() == []


def test_hidden_files_tell_nothing(site: Site) -> None:
    site.write("content/posts/.a.md.swp", "vim")
    site.write("content/.obsidian/workspace.json", "{}")
    assert site.settle() == []


# Folders that come, go and are replaced


def test_a_new_folder_is_told_with_the_files_that_are_in_it_at_once(site: Site) -> None:
    site.write("content/new/deep/down/a.md")
    site.ear.wait_for("content/new/deep/down/a.md")
    site.calm()
    site.write("content/new/deep/down/a.md", "changed later")
    site.ear.wait_for_exactly("content/new/deep/down/a.md")


def test_the_well_known_folder_is_watched(site: Site) -> None:
    site.write("static/.well-known/security.txt", "Contact:")
    site.ear.wait_for("static/.well-known/security.txt")
    site.calm()
    site.write("static/.well-known/security.txt", "Contact: mailto:a@example.org")
    site.ear.wait_for("static/.well-known/security.txt")


def test_a_folder_that_moves_in_and_out_is_told_and_watched(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away") / "moved"
    away.mkdir()
    (away / "a.md").write_text("a")
    away.rename(site.root / "content/moved")
    site.ear.wait_for_anything()
    site.calm()
    site.write("content/moved/a.md", "changed")
    site.ear.wait_for_exactly("content/moved/a.md")
    site.ear.forget()
    (site.root / "content/moved").rename(away)
    site.ear.wait_for_anything()
    site.calm()
    (away / "a.md").write_text("changed where it is nobody's")
    site.write("content/posts/a.md", "changed")
    site.ear.wait_for_exactly("content/posts/a.md")
    assert site.ear.told(site.ear.calls) <= {"content/posts/a.md", "content/moved/a.md"}


def test_a_watched_folder_that_is_deleted_and_made_again_is_watched_again(site: Site) -> None:
    for round_ in range(3):
        shutil.rmtree(site.root / "content")
        site.ear.wait_for_anything()
        site.calm()
        site.write("content/posts/a.md", f"made again {round_}")
        site.ear.wait_for("content/posts/a.md")
        site.calm()
        site.write("content/posts/a.md", f"and changed {round_}")
        site.ear.wait_for_exactly("content/posts/a.md")
        site.ear.forget()


def test_a_watched_folder_that_is_replaced_in_one_go_is_watched_again(site: Site, tmp_path: Path) -> None:
    shutil.copytree(site.root / "content", tmp_path / "other")
    (site.root / "content").rename(tmp_path / "old")
    (tmp_path / "other").rename(site.root / "content")
    site.ear.wait_for("content/posts/a.md", "content/posts/b.md")
    site.calm()
    site.write("content/posts/a.md", "in the new one")
    site.ear.wait_for_exactly("content/posts/a.md")
    site.calm()
    (tmp_path / "old/posts/b.md").write_text("in the old one")
    assert site.settle() == []


def test_a_folder_made_later_is_watched(site: Site) -> None:
    shutil.rmtree(site.root / "static")
    site.ear.wait_for_anything()
    site.calm()
    site.write("static/style.css", "a {}")
    site.ear.wait_for("static/style.css")
    site.calm()
    site.write("static/style.css", "a { color: red }")
    site.ear.wait_for_exactly("static/style.css")


def test_the_sites_folder_itself_may_go_and_come_again(site: Site) -> None:
    shutil.rmtree(site.root)
    site.ear.wait_for_anything()
    make(site.root)
    site.calm()
    site.write("content/posts/a.md", "changed")
    site.ear.wait_for("content/posts/a.md")
    site.calm()
    site.write("site.yaml", "title: Another")
    site.ear.wait_for_exactly("site.yaml")


def test_a_site_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    with watching(tmp_path / "site") as site:
        make(site.root)
        site.ear.wait_for_anything()
        site.calm()
        site.write("content/posts/a.md", "changed")
        site.ear.wait_for_exactly("content/posts/a.md")


# Links


def test_a_change_behind_a_linked_folder_is_told_by_each_of_its_names(site: Site) -> None:
    site.write("shared/c.md", "elsewhere in the site")
    (site.root / "content/one").symlink_to(site.root / "shared", target_is_directory=True)
    (site.root / "content/two").symlink_to("posts", target_is_directory=True)
    site.ear.wait_for_anything()
    site.calm()
    site.write("shared/c.md", "changed")
    site.ear.wait_for_exactly("content/one/c.md")
    site.ear.forget()
    site.write("content/posts/a.md", "changed")
    site.ear.wait_for_exactly("content/posts/a.md", "content/two/a.md")


def test_a_top_folder_that_is_a_link_is_watched(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "content").rename(tmp_path / "docs")
    (tmp_path / "content").symlink_to("docs", target_is_directory=True)
    with watching(tmp_path) as site:
        site.write("docs/posts/a.md", "changed")
        site.ear.wait_for_exactly("content/posts/a.md")
        assert site.ear.calls == [frozenset({"content/posts/a.md"})]


def test_a_change_of_a_linked_file_is_told(site: Site) -> None:
    site.write("shared/c.md")
    (site.root / "content/c.md").symlink_to("../shared/c.md")
    site.ear.wait_for("content/c.md")
    site.calm()
    site.write("shared/c.md", "changed")
    site.ear.wait_for("content/c.md")
    site.calm()
    site.write("shared/other.md", "of no concern")
    assert site.settle() == []


@pytest.mark.parametrize("target", [".secret/c.md", ".secret", "docs/.secret/deep", "docs/.secret/deep/c.md"])
def test_what_a_link_shows_of_a_hidden_place_tells_nothing(site: Site, target: str) -> None:
    name = target if target.endswith(".md") else f"{target}/c.md"
    site.write(name, "hidden")
    link = site.root / ("content/c.md" if target.endswith(".md") else "content/linked")
    link.symlink_to(site.root / target, target_is_directory=not target.endswith(".md"))
    site.settle()
    site.calm()
    site.write(name, "changed")
    assert site.settle() == []


def test_a_link_to_the_sites_own_folder_does_not_make_a_build_a_change(site: Site) -> None:
    (site.root / "content/all").symlink_to("..", target_is_directory=True)
    site.ear.wait_for_anything()
    site.calm()
    site.write("public/index.html", "built")
    assert site.settle() == []


# Many changes


def test_three_hundred_files_at_once_are_told_in_a_handful_of_calls(site: Site) -> None:
    paths = [f"content/posts/{number}.md" for number in range(300)]
    for path in paths:
        site.write(path)
    site.ear.wait_for_exactly(*paths)
    assert None not in site.ear.calls
    assert len(site.ear.calls) <= 20


def test_more_paths_than_anyone_wants_to_hear_are_told_as_anything(heard: Site) -> None:
    for number in range(MOST_PATHS + 1):
        heard.write(f"content/posts/{number}.md")
    heard.settle()
    with watching(heard.root, poll=True) as polled:
        for number in range(MOST_PATHS + 1):
            heard.write(f"content/posts/{number}.md", "changed")
        polled.ear.wait_for(*(f"content/posts/{number}.md" for number in range(MOST_PATHS + 1)))
    assert all(call is None or len(call) <= MOST_PATHS for call in (*heard.ear.calls, *polled.ear.calls))


def test_a_long_stream_of_changes_is_told_before_it_ends(heard: Site) -> None:
    ended = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            heard.write("content/posts/a.md", str(number))

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        heard.ear.wait(lambda calls: len(calls) >= 3)
    finally:
        ended.set()
        writer.join()


def test_of_two_hundred_saves_in_a_row_the_last_is_told(tmp_path: Path) -> None:
    make(tmp_path)
    post = tmp_path / "content/posts/a.md"
    seen: list[str] = []
    done = threading.Event()

    def told(paths: frozenset[str] | None) -> None:
        assert paths == frozenset({"content/posts/a.md"})
        seen.append(post.read_text())
        if seen[-1] == "save 199":
            done.set()

    with Watcher(tmp_path, told):
        for number in range(200):
            post.write_text(f"save {number:03}")
        assert done.wait(DEADLINE), seen[-1:]


# What no event tells of


def test_what_no_event_tells_is_found_by_looking_and_at_last_the_watcher_polls_and_says_so(tmp_path: Path) -> None:
    """A write by way of another name of the same file, outside the site, is what inotify tells nobody of."""
    root = tmp_path / "site"
    make(root)
    (tmp_path / "other-name.md").hardlink_to(root / "content/posts/a.md")
    ear = Ear()
    with Watcher(root, ear, interval=0.02) as watcher:
        deadline = time.monotonic() + DEADLINE
        written = 0
        while not watcher.notice:
            assert time.monotonic() < deadline
            ear.forget()
            written += 1
            (tmp_path / "other-name.md").write_text("x" * written)
            ear.wait_for("content/posts/a.md")
        assert "once a second" in watcher.notice
        ear.forget()
        (root / "content/posts/b.md").write_text("changed")
        ear.wait_for("content/posts/b.md")


def test_a_warning_of_watchdog_is_told_as_anything(heard: Site) -> None:
    """That the system's queue ran over and events are lost, it says in its log and nowhere else."""
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    heard.ear.wait_for_anything()


# How it is told


def test_told_is_called_in_one_thread_and_never_twice_at_once(tmp_path: Path) -> None:
    make(tmp_path)
    threads: set[int] = set()
    inside = 0
    overlaps = 0
    last = threading.Event()

    def told(paths: frozenset[str] | None) -> None:
        nonlocal inside, overlaps
        inside += 1
        overlaps += inside > 1
        threads.add(threading.get_ident())
        if paths is None or "templates/base.html" in paths:
            last.set()
        inside -= 1

    with Watcher(tmp_path, told):
        for number in range(50):
            (tmp_path / "content/posts/a.md").write_text(str(number))
        (tmp_path / "templates/base.html").write_text("the last")
        assert last.wait(DEADLINE)
    assert overlaps == 0
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_an_exception_in_what_is_told_does_not_end_the_watching(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make(tmp_path)
    ear = Ear()

    def told(paths: frozenset[str] | None) -> None:
        ear(paths)
        raise ZeroDivisionError

    with Watcher(tmp_path, told):
        for name in ("a", "b"):
            (tmp_path / f"content/posts/{name}.md").write_text("changed")
            ear.wait_for_exactly(f"content/posts/{name}.md")
    assert "ZeroDivisionError" in caplog.text


# The end


def open_descriptors() -> int:
    here = Path("/proc/self/fd")
    return len(list(here.iterdir())) if here.is_dir() else 0


@pytest.mark.parametrize("poll", [False, True])
def test_stopping_leaves_no_thread_and_no_descriptor(tmp_path: Path, poll: bool) -> None:
    make(tmp_path)
    threads = set(threading.enumerate())
    open_before = open_descriptors()
    for _ in range(5):
        watcher = Watcher(tmp_path, Ear(), poll=poll)
        watcher.start()
        shutil.rmtree(tmp_path / "content/posts")
        (tmp_path / "content/posts").mkdir()
        watcher.stop()
        watcher.stop()
    assert set(threading.enumerate()) == threads
    assert open_descriptors() == open_before


def test_nothing_is_told_after_the_stop_and_a_stopped_watcher_starts_again(heard: Site) -> None:
    heard.watcher.stop()
    heard.write("content/posts/a.md", "unseen")
    assert heard.ear.calls == []
    heard.watcher.start()
    heard.write("content/posts/b.md", "seen")
    heard.ear.wait_for_exactly("content/posts/b.md")
    assert heard.ear.calls == [frozenset({"content/posts/b.md"})]


def test_what_is_told_may_stop_the_watcher(tmp_path: Path) -> None:
    make(tmp_path)
    calls = []
    threads = set(threading.enumerate())

    def told(paths: frozenset[str] | None) -> None:
        calls.append(paths)
        watcher.stop()

    watcher = Watcher(tmp_path, told)
    watcher.start()
    (tmp_path / "content/posts/a.md").write_text("changed")
    deadline = time.monotonic() + DEADLINE
    while set(threading.enumerate()) != threads:
        assert time.monotonic() < deadline
    assert calls == [frozenset({"content/posts/a.md"})]


# Whatever happens


FILES = ("content/a.md", "content/b/a.md", "content/b/c/a.md", "templates/a.html", "static/a.css", "site.yaml")
FOLDERS = ("content", "content/b", "content/b/c", "content/d", "static", "data")

operations = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(FILES), st.just("")),
        st.tuples(st.just("replace"), st.sampled_from(FILES), st.just("")),
        st.tuples(st.just("delete"), st.sampled_from(FILES + FOLDERS), st.just("")),
        st.tuples(st.just("move"), st.sampled_from(FILES + FOLDERS), st.sampled_from(FILES + FOLDERS)),
        st.tuples(st.just("away"), st.sampled_from(FILES + FOLDERS), st.just("")),
        st.tuples(st.just("copy"), st.sampled_from(FOLDERS), st.sampled_from(FOLDERS)),
        st.tuples(st.just("link"), st.sampled_from(FOLDERS), st.sampled_from(("content/link", "static/link"))),
        st.tuples(st.just("read"), st.just(""), st.just("")),
    ),
    max_size=12,
)


def do(root: Path, number: int, operation: tuple[str, str, str]) -> None:
    """Do an operation as far as it makes sense on what is there."""
    what, one, other = operation
    source, target = root / one, root / other
    with suppress(OSError, shutil.Error):
        match what:
            case "write":
                source.parent.mkdir(parents=True, exist_ok=True)
                source.write_text(f"written {number}")
            case "replace":
                source.parent.mkdir(parents=True, exist_ok=True)
                (source.parent / ".new").write_text(f"replaced {number}")
                (source.parent / ".new").replace(source)
            case "delete":
                shutil.rmtree(source) if source.is_dir() else source.unlink()
            case "move":
                source.rename(target)
            case "away":
                source.rename(root / f"away-{number}")
            case "copy" if not target.is_relative_to(source):
                shutil.copytree(source, target, symlinks=True)
            case "link":
                target.symlink_to(source, target_is_directory=True)
            case _:
                contents(root)


def contents(root: Path) -> dict[str, bytes]:
    """Return the bytes of each file as the scanner would meet it, links to folders followed."""
    found = {"site.yaml": (root / "site.yaml").read_bytes()} if (root / "site.yaml").is_file() else {}
    for top in ("content", "templates", "static", "data"):
        for folder, _, names in os.walk(root / top, followlinks=False):
            for name in names:
                path = Path(folder, name)
                if not name.startswith(".") and path.is_file():
                    found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


@pytest.mark.parametrize("poll", [False, True], ids=["events", "polling"])
@settings(max_examples=25, deadline=None)
@given(rounds=st.lists(operations, min_size=1, max_size=3))
def test_after_quiet_every_path_whose_bytes_differ_was_told_or_anything_was(
    poll: bool, rounds: list[list[tuple[str, str, str]]]
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        make(root)
        with watching(root, poll=poll) as site:
            for round_, todo in enumerate(rounds):
                before = contents(root)
                for number, operation in enumerate(todo):
                    do(root, 100 * round_ + number, operation)
                after = contents(root)
                changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} - {
                    SETTLED
                }
                site.ear.wait_for(*changed)
                site.calm()


# Without the system's help


BEGIN = """
import os, resource, sys, threading
from pathlib import Path
from proofpress.preview.watching import Watcher

root = Path(sys.argv[1])
held = []
told = threading.Event()
wanted = "content/posts/a.md"

def hear(paths):
    if paths is None or wanted in paths:
        told.set()

def limit(name, number):
    Path("/proc/sys/user", name).write_text(str(number))
"""

SPEND_DESCRIPTORS = """
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
while True:
    try:
        held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        break
os.close(held.pop())  # one is left for looking at folders; to watch takes three
"""

WATCH_AND_SAVE = """
with Watcher(root, hear) as watcher:
    while held:
        os.close(held.pop())
    print(watcher.notice)
    (root / wanted).write_text("changed")
    print(told.wait(20))
"""

GROW_AND_SAVE = """
with Watcher(root, hear) as watcher:
    print(watcher.notice)
    for number in range(10):
        (root / f"content/{number}").mkdir()
    told.wait(20)
    while not watcher.notice:
        pass
    print(watcher.notice)
    wanted = "content/9/a.md"
    told.clear()
    (root / wanted).write_text("new")
    print(told.wait(20))
"""

OWN_LIMITS = ("unshare", "--user", "--map-root-user")
"""Runs a program in a user namespace, whose limits of watches are its own: lowering them touches nobody else."""


def run(code: str, root: Path, *before: str) -> list[str]:
    """Run code in a process of its own and return the lines that it prints."""
    done = subprocess.run(
        [*before, sys.executable, "-c", code, root], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def run_limited(code: str, root: Path) -> list[str]:
    """Run code that may lower its limits of watches, or skip the test where nobody but root of the system may."""
    probe = "from pathlib import Path; Path('/proc/sys/user/max_inotify_watches').write_text('9')"
    if shutil.which("unshare") is None:
        pytest.skip("there is no program `unshare`")
    if subprocess.run([*OWN_LIMITS, sys.executable, "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("this system lets no user make a user namespace")
    return run(code, root, *OWN_LIMITS)


needs_inotify = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@needs_inotify
def test_without_descriptors_the_watcher_polls_and_says_so(tmp_path: Path) -> None:
    make(tmp_path)
    notice, told = run(BEGIN + SPEND_DESCRIPTORS + WATCH_AND_SAVE, tmp_path)
    assert "once a second" in notice
    assert "ulimit -n" in notice
    assert told == "True"


@needs_inotify
def test_without_inotify_instances_the_watcher_polls_and_says_so(tmp_path: Path) -> None:
    make(tmp_path)
    notice, told = run_limited(BEGIN + "limit('max_inotify_instances', 0)" + WATCH_AND_SAVE, tmp_path)
    assert "once a second" in notice
    assert "fs.inotify.max_user_instances" in notice
    assert told == "True"


@needs_inotify
@pytest.mark.parametrize("watches", [0, 3, 6, 7])
def test_without_enough_watches_the_watcher_polls_and_says_so(tmp_path: Path, watches: int) -> None:
    """The site takes six watches: its folder, the four, and content/posts/; one more shows that one was left."""
    make(tmp_path)
    notice, told = run_limited(f"{BEGIN}limit('max_inotify_watches', {watches}){WATCH_AND_SAVE}", tmp_path)
    assert told == "True"
    if watches == 7:
        assert notice == ""
    else:
        assert "once a second" in notice
        assert "fs.inotify.max_user_watches" in notice


@needs_inotify
def test_out_of_watches_later_the_watcher_polls_from_then_on(tmp_path: Path) -> None:
    make(tmp_path)
    before, notice, told = run_limited(f"{BEGIN}limit('max_inotify_watches', 9){GROW_AND_SAVE}", tmp_path)
    assert before == ""
    assert "fs.inotify.max_user_watches" in notice
    assert told == "True"
