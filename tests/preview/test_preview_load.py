"""The preview under load: heads without end, requests that never end, downloads that stall, and few descriptors."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from preview_site import DEADLINE, Running, Stream, connected, get, receive, request, send, shown, until

from proofpress.preview import server
from proofpress.preview.answer import HEAD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILM = bytes(range(256)) * (30 * 2**20 // 256)
"""30 MB."""

MEGABYTE = 2**20


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    with Running(shown(tmp_path, {"index.html": b"<p>Home"})) as running:
        yield running


def padded(size: int) -> bytes:
    """Return a request whose head has so many bytes, in headers of 1,000 bytes at most."""
    lines = [f"X-{number}: ".ljust(998, "a") for number in range(size // 1000)]
    bare = len(request("/", *lines))
    return request("/", *lines[:-1], lines[-1] + "a" * (size - bare) if size >= bare else lines[-1][: size - bare])


# ---------------------------------------------------------------- heads


def test_a_head_of_16_kb_is_answered(site: Running) -> None:
    data = padded(HEAD_LIMIT)
    assert len(data) == HEAD_LIMIT
    assert send(site.port, data).status == 200


@pytest.mark.parametrize("size", [HEAD_LIMIT + 1, 17_000, 70_000, 1_000_000])
@pytest.mark.parametrize("piece", [1_000_000, 5_000, 700])
def test_a_head_over_16_kb_is_refused_however_it_comes_and_the_next_request_is_served(
    site: Running, size: int, piece: int
) -> None:
    data = padded(size)
    assert len(data) == size
    with connected(site.port) as connection:
        for at in range(0, size, piece):
            connection.sendall(data[at : at + piece])
        got = receive(connection)
        assert connection.recv(1) == b"", "the connection is closed"
    assert got.status == 431
    assert "localhost" in got.text, "it says what to do"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert get(site.port, "/").status == 200
    assert site.failures == []


def test_a_head_that_never_ends_is_not_kept(site: Running) -> None:
    with connected(site.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        with contextlib.suppress(OSError):  # it is closed, sooner or later
            for _ in range(200):
                connection.sendall(b"X: " + b"a" * 100_000 + b"\r\n")
                assert not any(len(one.conn.trailing_data[0]) > 2**20 for one in site.server._open())
        until(lambda: not site.server.server_state.connections)
    assert get(site.port, "/").status == 200


# ---------------------------------------------------------------- half-sent requests


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", None),
        (b"G", 408),
        (b"GET / HTTP/1.1\r\nHost: local", 408),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", 408),
        (request("/", "Content-Length: 100"), 200),
        (request("/", "Content-Length: 100", method="POST") + b"some", 405),
        (request("/", "Transfer-Encoding: chunked", method="POST") + b"5\r\nab", 405),
        (request("/") + b"GET /sec", 200),
    ],
)
@pytest.mark.parametrize("trickling", [False, True])
def test_a_half_sent_request_ends_and_the_next_one_is_served(
    site: Running, monkeypatch: pytest.MonkeyPatch, data: bytes, status: int | None, trickling: bool
) -> None:
    monkeypatch.setattr(server, "REQUEST_TIME", 0.3)
    came = b""
    with connected(site.port) as connection, contextlib.suppress(ConnectionError, BrokenPipeError):
        connection.sendall(data)
        connection.settimeout(0.02)
        latest = time.monotonic() + DEADLINE
        while time.monotonic() < latest:
            try:
                more = connection.recv(65536)
            except TimeoutError:
                if trickling and data:
                    connection.sendall(b"a")
                continue
            if not more:
                break
            came += more
        else:
            pytest.fail("the connection stays open")
    if status is not None:
        assert came.startswith(b"HTTP/1.1 %d " % status)
    else:
        assert came == b""
    until(lambda: not site.server.server_state.connections)
    assert get(site.port, "/").status == 200
    assert site.failures == []


def test_a_listener_and_a_slow_reader_are_not_taken_for_half_sent_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_TIME", 0.1)
    first = shown(tmp_path, {"film.mp4": FILM})
    with Running(first) as running, Stream(running.port) as stream, connected(running.port) as slow:
        stream.event()
        slow.sendall(request("/film.mp4"))
        time.sleep(0.5)
        running.show(shown(tmp_path, {}, revision=2))
        assert stream.event()["revision"] == 2
        assert receive(slow).body == FILM


# ---------------------------------------------------------------- the command


class Command:
    """`proofpress serve` in a process of its own, that may open so many files."""

    def __init__(self, root: Path, descriptors: int | None = None) -> None:
        command = [sys.executable, "-m", "proofpress", "serve", "--port", "0"]
        if descriptors is not None:
            command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$0" "$@"', *command]
        self._out = root.parent / "out.txt"
        environment = os.environ | {"NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=out)
        until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None)
        found = re.search(r"http://[^/]+:(\d+)/", self.said)
        assert found, self.said
        self.port = int(found[1])

    @property
    def said(self) -> str:
        return self._out.read_text("utf-8")

    def memory(self) -> int:
        """Return the bytes that the process holds in memory."""
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)
        assert found
        return int(found[1]) * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "content" / "posts").mkdir(parents=True)
    (root / "site.yaml").write_text("title: Small\nurl: https://me.example/\n")
    (root / "content" / "posts" / "a.md").write_text("---\ntitle: a\ndate: 2026-01-01\n---\n\nText.\n")
    (root / "content" / "film.mp4").write_bytes(FILM)
    return root


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Command]]:
    with contextlib.ExitStack() as ends:

        def started(descriptors: int | None = None) -> Command:
            command = Command(folder, descriptors)
            ends.callback(command.process.wait)
            ends.callback(command.process.kill)
            return command

        yield started


def stalled(port: int, data: bytes) -> socket.socket:
    """Ask for something, read the first bytes of the answer, and no more."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    made.settimeout(DEADLINE)
    made.connect(("127.0.0.1", port))
    made.sendall(data)
    assert made.recv(9) == b"HTTP/1.1 "
    return made


in_linux = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="this system doesn't tell of memory")


@in_linux
@pytest.mark.posix
@pytest.mark.parametrize(
    "data",
    [request("/film.mp4"), request("/film.mp4", "Range: bytes=5-"), request("/posts/long/"), request("/page.html")],
    ids=["a file", "a part of it", "a page", "a copied page"],
)
def test_twenty_stalled_downloads_cost_no_memory_of_their_size(
    start: Callable[..., Command], folder: Path, data: bytes
) -> None:
    text = "What the program printed.\n" * 150_000
    if b"/long/" in data:
        (folder / "content" / "posts" / "long.md").write_text(f"# Long\n\n```text\n{text}```\n")
    if b"/page.html" in data:
        (folder / "content" / "page.html").write_text(f"<!doctype html><title>a</title><body>{text * 4}</body>")
    command = start()
    with contextlib.ExitStack() as ends:
        ends.enter_context(stalled(command.port, data))
        assert get(command.port, "/posts/a/").status == 200  # what is loaded once is there
        time.sleep(1)
        before = command.memory()
        for _ in range(20):
            ends.enter_context(stalled(command.port, data))
        time.sleep(1)
        assert get(command.port, "/posts/a/").status == 200
        assert command.memory() - before < 20 * MEGABYTE


def test_who_reads_slowly_gets_every_byte(start: Callable[..., Command]) -> None:
    command = start()
    with stalled(command.port, request("/film.mp4", "Range: bytes=3-29000000")) as slow:
        data = b""
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MEGABYTE)
        while len(data.partition(b"\r\n\r\n")[2]) < 28_999_998:
            more = slow.recv(MEGABYTE)
            assert more
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"206 ")
    assert body == FILM[3:29_000_001]


def test_a_file_that_changes_while_it_is_sent_is_broken_off_and_no_bug(
    start: Callable[..., Command], folder: Path
) -> None:
    command = start()
    with stalled(command.port, request("/film.mp4")) as slow:
        (folder / "content" / "film.mp4").write_bytes(b"another film")
        came = 0
        with contextlib.suppress(ConnectionError):
            while more := slow.recv(MEGABYTE):
                came += len(more)
        assert came < len(FILM)
    until(lambda: get(command.port, "/film.mp4").body == b"another film")
    assert "bug" not in command.said


def half_sent(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
    made.sendall(b"GET / HTTP/1.1\r\nHost: ")
    return made


OPENED: dict[str, Callable[[int], contextlib.AbstractContextManager[object]]] = {
    "idle": lambda port: socket.create_connection(("127.0.0.1", port), timeout=DEADLINE),
    "half-sent": half_sent,
    "stalled": lambda port: stalled(port, request("/film.mp4")),
    "listening": Stream,
}


@pytest.mark.posix
@pytest.mark.parametrize("kind", OPENED)
def test_with_64_descriptors_others_are_still_answered_and_a_save_is_built(
    start: Callable[..., Command], folder: Path, kind: str
) -> None:
    command = start(64)
    with contextlib.ExitStack() as ends:
        for number in range(90):
            with contextlib.suppress(ConnectionError):  # one that gave way already
                ends.enter_context(OPENED[kind](command.port))
            if number % 30 == 29:
                assert get(command.port, "/posts/a/").status == 200
        assert get(command.port, "/film.mp4").body == FILM
        (folder / "content" / "posts" / "a.md").write_text("---\ntitle: a\ndate: 2026-01-01\n---\n\nMore `x`.\n")
        until(lambda: "More" in get(command.port, "/posts/a/").text)
    assert "bug" not in command.said
    assert "Traceback" not in command.said
    command.process.send_signal(signal.SIGTERM)
    assert command.process.wait(DEADLINE) == 0


@pytest.mark.posix
@pytest.mark.parametrize("kind", ["idle", "half-sent", "stalled"])
def test_an_open_page_hears_of_changes_however_many_others_hang_on(
    start: Callable[..., Command], folder: Path, kind: str
) -> None:
    command = start(64)
    with Stream(command.port) as stream, contextlib.ExitStack() as ends:
        stream.event()
        for _ in range(70):
            with contextlib.suppress(ConnectionError):
                ends.enter_context(OPENED[kind](command.port))
        (folder / "content" / "posts" / "a.md").write_text("---\ntitle: a\ndate: 2026-01-01\n---\n\nMore.\n")
        assert stream.event()["revision"] > 1
