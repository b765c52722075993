"""The server's life: who listens, what a build in the background does, ports, and how it all ends."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from preview_site import DEADLINE, PlainSession, Running, Stream, connected, get, request, shown, until

from proofpress.builder.inputs import Options
from proofpress.preview import app, server
from proofpress.preview.server import Edits, NoPortError, bind, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from proofpress.paths import OutputPath
    from proofpress.preview.server import Progress, Told
    from proofpress.preview.shown import Shown

HERE = ("127.0.0.1", 0)


# ---------------------------------------------------------------- listeners


def test_two_listeners_both_hear_of_a_revision(tmp_path: Path) -> None:
    files = {"index.html": b"<p>One", "a/index.html": b"<p>A", "a b.css": b""}
    with Running(shown(tmp_path, files)) as running, Stream(running.port) as one, Stream(running.port) as two:
        first = {"revision": 1, "changed": None, "follow": "", "failed": False, "problems": 0}
        assert [one.event(), two.event()] == [first, first]
        changed = frozenset({"a/index.html", "index.html", "a b.css", "gone/index.html"})
        running.show(shown(tmp_path, files, revision=2, changed=changed))
        second = {**first, "revision": 2, "changed": ["/", "/a%20b.css", "/a/", "/gone/"]}
        assert [one.event(), two.event()] == [second, second]


def test_changed_files_are_named_with_the_sites_sub_path(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {}, prefix="/blog")) as running, Stream(running.port) as stream:
        stream.event()
        running.show(shown(tmp_path, {}, prefix="/blog", revision=2, changed=frozenset({"a/index.html", "404.html"})))
        assert stream.event()["changed"] == ["/blog/404.html", "/blog/a/"]


def test_who_shows_a_page_that_nobody_has_looked_at_is_told_that_it_may_be_changed(tmp_path: Path) -> None:
    files = {"index.html": b"", "é b/index.html": b"", "404.html": b""}
    with (
        Running(shown(tmp_path, files, prefix="/blog")) as running,
        Stream(running.port, "/blog/%25C3%25A9%2520b/") as waits,
        Stream(running.port, "/blog/") as looked,
        Stream(running.port, "/blog/nowhere/") as missing,
    ):
        for stream in (waits, looked, missing):
            stream.event()
        assert running.live.open == ["/blog/nowhere/", "/blog/", "/blog/%C3%A9%20b/"]
        now = shown(tmp_path, files, prefix="/blog", revision=2, changed=frozenset({"a.css"}))
        running.show(msgspec.structs.replace(now, unseen=lambda path: path != "index.html"))
        assert waits.event()["changed"] == ["/blog/%C3%A9%20b/", "/blog/a.css"]
        assert looked.event()["changed"] == ["/blog/a.css"]
        assert missing.event()["changed"] == ["/blog/404.html", "/blog/a.css"]
    until(lambda: running.live.open == [])


def test_many_changed_files_are_not_named(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {})) as running, Stream(running.port) as stream:
        stream.event()
        running.show(shown(tmp_path, {}, revision=2, changed=frozenset(f"{n}.html" for n in range(app.NAMED + 1))))
        assert stream.event()["changed"] is None


def test_a_listener_that_missed_revisions_hears_of_the_newest_and_that_anything_may_be_changed(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {})) as running, Stream(running.port) as stream:
        stream.event()

        def several() -> None:
            for number in (2, 3, 4):
                running.live.show(shown(tmp_path, {}, revision=number, changed=frozenset({f"{number}.html"})))

        running.loop.call_soon_threadsafe(several)
        said = stream.event()
        assert (said["revision"], said["changed"]) == (4, None)
        running.show(shown(tmp_path, {}, revision=5, changed=frozenset({"5.html"})))
        assert stream.event()["changed"] == ["/5.html"]


def test_who_listens_anew_hears_of_the_newest_revision_and_follows_nothing(tmp_path: Path) -> None:
    site = shown(tmp_path, {}, revision=7, changed=frozenset({"a.html"}), follow="/a/")
    with Running(site, follow=True) as running:
        for _ in range(2):
            with Stream(running.port) as stream:
                said = stream.event()
            assert (said["revision"], said["changed"], said["follow"]) == (7, None, "")


@pytest.mark.parametrize("follow", [True, False])
def test_browsers_follow_the_saved_page_only_where_asked_to(tmp_path: Path, follow: bool) -> None:
    with Running(shown(tmp_path, {}), follow=follow) as running, Stream(running.port) as stream:
        stream.event()
        running.show(shown(tmp_path, {}, revision=2, follow="/a/"))
        assert stream.event()["follow"] == ("/a/" if follow else "")


def test_a_revision_that_is_shown_already_is_no_news(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {})) as running, Stream(running.port) as stream:
        stream.event()
        running.show(shown(tmp_path, {"a.html": b""}))
        running.show(shown(tmp_path, {}, revision=2, failed=True))
        said = stream.event()
        assert (said["revision"], said["failed"]) == (2, True)


def test_a_quiet_stream_says_that_it_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "HEARTBEAT", 0.01)
    with Running(shown(tmp_path, {})) as running, Stream(running.port) as stream:
        lines = stream.lines()
        assert next(lines) == "retry: 500"
        assert [line for _, line in zip(range(8), lines, strict=False)].count(":") >= 2
        running.show(shown(tmp_path, {}, revision=2))
        assert next(line for line in lines if line.startswith("event"))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system doesn't list a process's descriptors")
def test_a_hundred_dropped_listeners_leave_nothing_behind(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {"index.html": b"<p>One"})) as running:
        assert get(running.port, "/").status == 200
        until(lambda: not running.server.server_state.connections)
        tasks, files, threads = running.tasks(), descriptors(), threading.active_count()
        for number in range(2, 102):
            stream = Stream(running.port)
            stream.event()
            if number % 2:
                running.show(shown(tmp_path, {}, revision=number))  # some are told in the moment they go
            stream.close()
        until(lambda: not running.server.server_state.connections)
        until(lambda: running.tasks() == tasks)
        until(lambda: descriptors() == files)
        assert threading.active_count() == threads
        assert not running.live._news._waiters
        assert running.failures == []


def test_the_end_of_the_server_ends_the_streams(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {})) as running:
        streams = [Stream(running.port) for _ in range(5)]
        for stream in streams:
            stream.event()
    for stream in streams:
        assert [line for line in stream.lines() if line] == []
        stream.close()


def test_the_end_cuts_off_who_does_not_take_his_answer(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {"film.mp4": bytes(30_000_000)})) as running, connected(running.port) as slow:
        slow.sendall(request("/film.mp4"))
        assert slow.recv(10).startswith(b"HTTP/1.1")
        running.server.should_exit = True
        running.ended()
        assert not running.server.server_state.connections


# ---------------------------------------------------------------- ports


def test_a_busy_port_gives_way_to_the_next() -> None:
    with bind(*HERE) as one:
        busy: int = one.getsockname()[1]
        with bind("127.0.0.1", busy) as other:
            assert busy < other.getsockname()[1] < busy + server.TRIES


def test_ports_that_are_all_busy_are_told() -> None:
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # somebody else's is as busy
            held.enter_context(socket.create_server(("127.0.0.1", 65535)))
        with pytest.raises(NoPortError, match="65535 to 65535 are all in use; choose another one with --port"):
            bind("127.0.0.1", 65535)


def test_a_failed_try_leaves_no_socket_open() -> None:
    with bind(*HERE) as one, pytest.raises(OSError, match=os.strerror(errno.EADDRINUSE)):
        server._listening(socket.AF_INET, socket.SOCK_STREAM, one.getsockname())


@pytest.mark.parametrize("host", ["no-such-name.invalid", "192.0.2.1", "http://localhost", "a b", "é" * 300])
def test_a_host_that_is_not_this_machine_is_told(host: str) -> None:
    with pytest.raises(NoPortError, match=r"use --host 127\.0\.0\.1"):
        bind(host, 0)


# ---------------------------------------------------------------- building again


def test_edits_are_taken_all_at_once() -> None:
    edits = Edits()
    edits.add(frozenset({"a"}))
    edits.add(frozenset({"b"}))
    assert edits.take() == frozenset("ab")
    edits.add(frozenset({"a"}))
    edits.add(None)
    edits.add(frozenset({"b"}))
    assert edits.take() is None
    edits.add(frozenset({"c"}))
    assert edits.take(0) == frozenset("c")
    assert edits.take(0) is None


class Hand:
    """A watcher that tells what a test does."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.notice = ""
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


class Heard:
    """A terminal that remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []
        self.port = 0
        self.up = threading.Event()

    def building(self) -> contextlib.nullcontext[Progress]:
        return contextlib.nullcontext(lambda _step, _done, _of: None)

    def notice(self, text: str) -> None:
        self.lines.append(("notice", text))

    def serving(self, shown: Shown, port: int) -> None:
        self.lines.append(("serving", shown.revision))
        self.port = port
        self.up.set()

    def rebuilt(self, shown: Shown, hints: frozenset[str] | None) -> None:
        self.lines.append(("rebuilt", shown.revision, hints))

    def looked(self, shown: Shown) -> None:
        self.lines.append(("looked", shown.revision))

    def failed(self, error: Exception) -> None:
        self.lines.append(("failed", str(error)))


class Failing(PlainSession):
    """A session that fails while there is a reason to."""

    error: Exception | None = None

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        if self.error is not None:
            self.hints.append(hints)
            raise self.error
        return super().rebuild(hints, opened)


class Slow(PlainSession):
    """A session whose builds wait until they are let go."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.looks = 0
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        self.looks += 1
        if self.looks > 1:  # the first look is no test's business
            self.begun.release()
            end = time.monotonic() + DEADLINE
            # In short steps, as a build is: a signal that comes just before a long wait is heard after it.
            while not self.go.acquire(timeout=0.05) and time.monotonic() < end:
                pass
        return super().rebuild(hints, opened)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    (tmp_path / "content").mkdir()
    (tmp_path / "site.yaml").write_text("title: Small\nurl: https://me.example/\n")
    write(tmp_path, "Text.")
    return Options(root=tmp_path, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))


def write(root: Path, text: str) -> None:
    (root / "content" / "a.md").write_text(f"---\ntitle: A\n---\n\n{text}\n")


def looked(session: PlainSession, heard: Heard) -> None:
    """Wait for the look at every file that follows the start, and forget it."""
    until(lambda: ("rebuilt", 1, None) in heard.lines)
    assert session.hints.pop(0) is None
    heard.lines.remove(("rebuilt", 1, None))


def served(session: PlainSession, drive: Callable[[Hand, Heard], None]) -> tuple[Hand, Heard]:
    """Serve a site in this thread while another one does what a test does, and then ends it as a person would."""
    heard = Heard()
    hands: list[Hand] = []
    failures: list[BaseException] = []

    def watch(told: Told) -> Hand:
        hands.append(Hand(told))
        return hands[0]

    def driven() -> None:
        try:
            looked(session, heard)
            drive(hands[0], heard)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    driver = threading.Thread(target=driven)
    driver.start()
    before = threading.active_count()
    serve(session, watch, bind(*HERE), host="127.0.0.1", follow=False, editor="{path}", terminal=heard)
    driver.join(DEADLINE)
    for error in failures:
        raise error
    assert threading.active_count() == before - 1
    return hands[0], heard


@pytest.mark.posix
def test_a_save_is_built_and_shown(options: Options) -> None:
    session = PlainSession(options)

    def drive(watcher: Hand, heard: Heard) -> None:
        assert "Text." in get(heard.port, "/a/").text
        with Stream(heard.port) as stream:
            stream.event()
            write(options.root, "Other.")
            watcher.told(frozenset({"content/a.md"}))
            said = stream.event()
        assert said["revision"] == 2
        assert "/a/" in said["changed"]
        assert "Other." in get(heard.port, "/a/").text

    watcher, heard = served(session, drive)
    assert heard.lines[:2] == [("serving", 1), ("rebuilt", 2, frozenset({"content/a.md"}))]
    assert watcher.calls == ["start", "stop"]
    assert session.closed


@pytest.mark.posix
def test_edits_during_a_build_mean_one_more_build(options: Options) -> None:
    session = Slow(options)

    def drive(watcher: Hand, heard: Heard) -> None:
        watcher.told(frozenset({"a"}))
        assert session.begun.acquire(timeout=DEADLINE)
        for name in "bcd":
            watcher.told(frozenset({name}))
        session.go.release()
        assert session.begun.acquire(timeout=DEADLINE)
        session.go.release(100)
        until(lambda: len(heard.lines) > 2)

    served(session, drive)
    assert session.hints[:2] == [frozenset("a"), frozenset("bcd")]


class Waiting(PlainSession):
    """A session whose builds leave pages to be looked at; it takes a break after each."""

    waiting = 0
    looks = 0

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        self.waiting = 3 if hints else self.waiting
        return super().rebuild(hints, opened)

    def look_on(self, stop: Callable[[], bool]) -> Shown:
        assert not stop()
        self.looks += 1
        self.waiting -= 1
        return super().look_on(stop)


@pytest.mark.posix
def test_pages_that_wait_are_looked_at_in_quiet_and_those_that_browsers_show_are_named(options: Options) -> None:
    session = Waiting(options)

    def drive(watcher: Hand, heard: Heard) -> None:
        with Stream(heard.port, "/a/") as stream:
            stream.event()
            watcher.told(frozenset({"content/a.md"}))
            until(lambda: session.looks == 3 and heard.lines[-1] == ("rebuilt", 1, None))
        assert session.opened == {"a/index.html"}

    _, heard = served(session, drive)
    lines = [line[0] for line in heard.lines]
    assert lines == ["serving", "rebuilt", "looked", "looked", "looked", "rebuilt"]


@pytest.mark.posix
def test_once_it_is_quiet_every_file_is_looked_at(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "QUIET", 0.01)
    session = PlainSession(options)

    def drive(watcher: Hand, heard: Heard) -> None:
        watcher.told(frozenset({"a"}))
        until(lambda: len(heard.lines) == 3)

    served(session, drive)
    assert session.hints == [frozenset("a"), None]


@pytest.mark.posix
@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError(28, "No space left on device")], ids=["bug", "disk"])
def test_a_build_that_fails_is_told_once_and_the_last_good_site_stays(
    options: Options, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(server, "QUIET", 0.01)
    session = Failing(options)

    def drive(watcher: Hand, heard: Heard) -> None:
        session.error = error
        for number in range(1, 4):
            watcher.told(frozenset({"a"}))
            until(lambda count=number: len(session.hints) >= count)  # type: ignore[misc]
        assert "Text." in get(heard.port, "/a/").text
        session.error = None
        write(options.root, "Other.")
        watcher.told(frozenset({"content/a.md"}))
        until(lambda: "Other." in get(heard.port, "/a/").text)
        assert session.hints[-1] is None  # nobody knows how far the failed build came
        session.error = error
        count = len(session.hints)
        watcher.told(frozenset({"a"}))
        until(lambda: len(session.hints) > count)
        until(lambda: heard.lines[-1][0] == "failed")

    _, heard = served(session, drive)
    assert [line for line in heard.lines if line[0] == "failed"] == [("failed", str(error))] * 2


@pytest.mark.posix
def test_what_the_watcher_has_to_say_is_told_once(options: Options) -> None:
    def drive(watcher: Hand, heard: Heard) -> None:
        watcher.notice = "Looks now and then."
        for number in range(2):
            watcher.told(None)
            until(lambda count=number: len([line for line in heard.lines if line[0] == "rebuilt"]) > count)  # type: ignore[misc]

    _, heard = served(PlainSession(options), drive)
    assert heard.lines.count(("notice", "Looks now and then.")) == 1


@pytest.mark.posix
def test_the_end_does_not_wait_for_a_build_that_takes_long(options: Options) -> None:
    session = Slow(options)

    def drive(watcher: Hand, _heard: Heard) -> None:
        watcher.told(None)
        assert session.begun.acquire(timeout=DEADLINE)

    served(session, drive)
    assert session.hints == [], "the build that was under way did not end"


@pytest.mark.posix
def test_a_signal_during_the_first_build_ends_it(options: Options) -> None:
    class Endless(PlainSession):
        def start(self, progress: Callable[[str, int, int], None]) -> Shown:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(DEADLINE)
            return super().start(progress)

    heard = Heard()
    hands: list[Hand] = []

    def watch(told: Told) -> Hand:
        hands.append(Hand(told))
        return hands[0]

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    serve(Endless(options), watch, bind(*HERE), host="127.0.0.1", follow=False, editor="{path}", terminal=heard)
    assert heard.lines == []
    assert hands[0].calls == ["stop"]
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


# ---------------------------------------------------------------- the command


class Command:
    """`proofpress serve`, in a process of its own."""

    def __init__(self, root: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        environment = os.environ | {"PYTHONWARNINGS": "error", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"} | (env or {})
        self._out, self._err = root.parent / "out.txt", root.parent / "err.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "proofpress", "serve", *arguments],
                cwd=root,
                env=environment,
                stdout=out,
                stderr=err,
            )

    @property
    def out(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    @property
    def port(self) -> int:
        """Wait until it serves."""
        until(lambda: "Ctrl-C" in self.out or self.process.poll() is not None)
        found = re.match(r"http://[^/]+:(\d+)/", self.out)
        assert found, self.err
        return int(found[1])

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site in a folder of its own, with a draft and a post that is not due."""
    root = tmp_path / "site"
    (root / "content" / "posts").mkdir(parents=True)
    (root / "site.yaml").write_text("title: Small\nurl: https://me.example/\n")
    for name, more in (("a", "date: 2026-01-01"), ("b", "date: 2026-01-01\ndraft: true"), ("c", "date: 2999-01-01")):
        (root / "content" / "posts" / f"{name}.md").write_text(f"---\ntitle: {name}\n{more}\n---\n\nText.\n")
    return root


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Command]]:
    """Start the command; none is left when the test ends."""
    with contextlib.ExitStack() as ends:

        def started(*arguments: str, env: dict[str, str] | None = None) -> Command:
            command = Command(folder, *arguments, env=env)
            ends.callback(command.process.wait)
            ends.callback(command.process.kill)
            return command

        yield started


@pytest.mark.posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_command_well_also_with_open_streams(
    start: Callable[..., Command], folder: Path, number: int
) -> None:
    command = start("--port", "0")
    with Stream(command.port) as stream:
        stream.event()
        with (folder / "content" / "posts" / "a.md").open("a") as post:
            post.write("More.\n")
        assert "/posts/a/" in (stream.event()["changed"] or ["/posts/a/"])
        assert "More." in get(command.port, "/posts/a/").text
        assert command.end(number) == 0
        assert not [line for line in stream.lines() if line.startswith("data")]
    assert "Traceback" not in command.err
    assert "content/posts/a.md: " in command.err


@pytest.mark.posix
def test_drafts_and_future_posts_show(start: Callable[..., Command]) -> None:
    command = start("--port", "0")
    assert [get(command.port, f"/posts/{name}/").status for name in "abc"] == [200, 200, 200]
    assert "1 draft and 1 future post among them" in command.err
    assert command.end() == 0


@pytest.mark.posix
def test_no_drafts_hides_them(start: Callable[..., Command]) -> None:
    command = start("--port", "0", "--no-drafts")
    assert [get(command.port, f"/posts/{name}/").status for name in "abc"] == [200, 404, 404]
    assert command.end() == 0


@pytest.mark.posix
def test_a_problem_is_told_once_while_it_lasts_and_its_mend_too(start: Callable[..., Command], folder: Path) -> None:
    command = start("--port", "0")
    bad = folder / "content" / "posts" / "bad.md"
    with Stream(command.port) as stream:
        stream.event()
        bad.write_text("---\ntitle: [\ndate: 2026-01-01\n---\n")
        until(lambda: "what could be built is shown" in command.err)
        assert stream.event()["failed"] is True
        assert get(command.port, "/posts/a/").status == 200
        bad.write_text("---\n\ntitle: [\ndate: 2026-01-01\n---\n")
        until(lambda: command.err.count("what could be built is shown") == 2)
        bad.write_text("---\ntitle: Good\ndate: 2026-01-01\n---\n\nText.\n")
        until(lambda: "mended" in command.err)
        until(lambda: get(command.port, "/posts/bad/").status == 200)
    assert command.err.count("error front-matter-syntax") == 1
    assert "content/posts/bad.md:2:" in command.err
    assert command.end() == 0


@pytest.mark.posix
def test_a_site_that_begins_with_an_error_is_shown_as_far_as_it_goes(
    start: Callable[..., Command], folder: Path
) -> None:
    bad = folder / "content" / "posts" / "bad.md"
    bad.write_text("---\ntitle: [\n---\n")
    command = start("--port", "0")
    assert get(command.port, "/posts/a/").status == 200
    assert "1 error. What could be built is shown" in command.err
    with Stream(command.port) as stream:
        assert stream.event()["failed"] is True
        bad.unlink()
        assert stream.event()["failed"] is False
    until(lambda: "mended" in command.err)
    assert command.end() == 0


@pytest.mark.posix
def test_a_busy_port_is_told_and_the_next_one_taken(start: Callable[..., Command]) -> None:
    with bind(*HERE) as held:
        busy = held.getsockname()[1]
        command = start("--port", str(busy))
        assert command.port > busy
        assert f"port {busy} is in use, so this is port {command.port}" in command.err
        assert command.end() == 0


@pytest.mark.posix
def test_a_host_that_others_can_reach_is_warned_of(start: Callable[..., Command]) -> None:
    command = start("--port", "0", "--host", "0.0.0.0")
    assert get(command.port, "/posts/a/").status == 200
    assert "warning: whoever can reach this machine can read the site" in command.err
    assert command.out.startswith("http://127.0.0.1:")
    assert command.end() == 0
    command = start("--port", "0")
    assert command.port
    assert "warning" not in command.err


@pytest.mark.posix
def test_polling_sees_a_save_too(start: Callable[..., Command], folder: Path) -> None:
    command = start("--port", "0", "--poll")
    assert command.port
    with (folder / "content" / "posts" / "a.md").open("a") as post:
        post.write("More.\n")
    until(lambda: "More." in get(command.port, "/posts/a/").text)
    assert command.end() == 0


@pytest.mark.posix
def test_the_browser_is_opened_at_the_site(start: Callable[..., Command], tmp_path: Path) -> None:
    opened = tmp_path / "opened.txt"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o755)
    command = start("--port", "0", "--open", env={"BROWSER": f"{browser} %s"})
    port = command.port
    until(lambda: opened.is_file() and opened.read_text() == f"http://127.0.0.1:{port}/\n")
    assert command.end() == 0


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (("--site", "nowhere"), {}, "there is no folder 'nowhere'"),
        (("--site", "content"), {}, "'content' is not a site: it has no site.yaml"),
        (("--port", "70000"), {}, "70000"),
        (("--jobs", "0"), {}, "--jobs"),
        (("--no-such-option",), {}, "--no-such-option"),
        ((), {"PROOFPRESS_EDITOR": "nano"}, "PROOFPRESS_EDITOR is 'nano': no editor of that name is known"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(
    start: Callable[..., Command], arguments: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    command = start(*arguments, env=env)
    assert command.process.wait(DEADLINE) == 2
    assert said in command.err
    assert "Traceback" not in command.err


def test_a_host_of_another_machine_ends_with_1(start: Callable[..., Command]) -> None:
    command = start("--host", "192.0.2.1")
    assert command.process.wait(DEADLINE) == 1
    assert "'192.0.2.1' is no address of this machine" in command.err


def test_the_command_line_loads_no_server_before_it_serves() -> None:
    code = (
        "import sys, proofpress.cli, proofpress.cli.build; "
        "print(sorted({'starlette', 'uvicorn', 'watchdog', 'anyio', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
