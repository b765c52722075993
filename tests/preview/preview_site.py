"""A preview server in a thread, and requests over a raw socket, byte for byte as a test writes them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import msgspec

from proofpress.builder.build import build
from proofpress.engine.digests import digest_of_bytes
from proofpress.paths import Base, OutputPath, SitePath, encode
from proofpress.preview.app import create_app
from proofpress.preview.live import Live
from proofpress.preview.server import Server, bind
from proofpress.preview.shown import Page, Report, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from proofpress.builder.inputs import Options
    from proofpress.problems import Problem

DEADLINE = 20.0
"""Seconds after which what should have happened is taken not to."""


# ---------------------------------------------------------------- what is shown


def shown(
    root: Path,
    files: Mapping[str, bytes],
    *,
    revision: int = 1,
    prefix: str = "",
    redirects: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    failed: bool = False,
    changed: frozenset[str] | None = None,
    follow: str = "",
    pages: Sequence[Page] = (),
    read: Callable[[OutputPath], bytes] | None = None,
) -> Shown:
    """Return files as a site that is shown."""
    outputs = {OutputPath(path): data for path, data in files.items()}
    return Shown(
        revision=revision,
        root=root,
        title="Small",
        base=Base("https://me.example", prefix),
        digests={path: digest_of_bytes(data).hex() for path, data in outputs.items()},
        read=read or outputs.__getitem__,
        redirects={SitePath(path): href for path, href in (redirects or {}).items()},
        pages=pages,
        page={page.path: page for page in pages}.get,
        problems=problems,
        failed=failed,
        changed=None if changed is None else frozenset(map(OutputPath, changed)),
        follow=follow,
        report=Report(seconds=0.01, phases=(("Reading files", 0.01),), ran=(), kept=0),
    )


class PlainSession:
    """Builds a site from nothing each time, by the real builder. Its revisions count the builds."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.hints: list[frozenset[str] | None] = []
        self.closed = False
        self._revision = 0
        self._last: Shown | None = None

    def start(self, progress: Callable[[str, int, int], None]) -> Shown:
        progress("Reading files", 1, 1)
        return self._show()

    def warm(self) -> None:
        """Have nothing to load."""

    waiting = 0

    def look_on(self, _stop: Callable[[], bool]) -> Shown:
        """Have nothing that waits."""
        assert self._last is not None
        return self._last

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        self.hints.append(hints)
        self.opened = frozenset(opened)
        return self._show()

    def close(self) -> None:
        self.closed = True

    def _show(self) -> Shown:
        built = build(self.options)
        base = Base.of(built.inputs.config.url)
        before = self._last
        if not built.failed:
            files: dict[str, bytes] = {str(path): data for path, data in built.outputs.items()}
        elif before is not None:
            files = {path: before.read(path) for path in before.digests}
        else:
            files = {}
        pages = tuple(
            Page(
                path=OutputPath(path),
                url=base.href(encode("/" + path.removesuffix("index.html"))),
                title=path,
                kind="page",
            )
            for path in files
            if path.endswith(".html")
        )
        self._revision += 1
        now = shown(
            self.options.root,
            files,
            revision=self._revision,
            prefix=base.prefix,
            problems=tuple(built.problems),
            failed=built.failed,
            pages=pages,
        )
        if before is not None:
            paths = {*before.digests, *now.digests}
            changed = frozenset(path for path in paths if before.digests.get(path) != now.digests.get(path))
            if not changed and before.problems == now.problems:
                self._revision -= 1
                return before
            now = msgspec.structs.replace(now, changed=changed)
        self._last = now
        return now


# ---------------------------------------------------------------- a server


class Running:
    """A server in a thread, on a port of its own, that shows what it is given."""

    def __init__(self, first: Shown, *, host: str = "127.0.0.1", follow: bool = False) -> None:
        self.failures: list[Exception] = []
        self.live = Live(first)
        app = create_app(
            self.live, host=host, follow=follow, editor="vscode://file/{path}", failed=self.failures.append
        )
        listening = bind("127.0.0.1", 0)
        self.port: int = listening.getsockname()[1]
        self.server = Server(app, self.live)
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(listening),))

    async def _serve(self, listening: socket.socket) -> None:
        self.loop = asyncio.get_running_loop()
        await self.server.serve([listening])

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.server.up.wait(DEADLINE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.should_exit = True
        self.ended()

    def ended(self) -> None:
        """Wait for the server's end."""
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()

    def show(self, now: Shown) -> None:
        self.loop.call_soon_threadsafe(self.live.show, now)

    def tasks(self) -> int:
        """Return how many tasks the loop has."""

        async def count() -> int:
            return len(asyncio.all_tasks())

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(DEADLINE)


def until(true: Callable[[], object]) -> None:
    """Wait for something to be so; fail if it never is."""
    latest = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < latest, "it never came to be so"
        time.sleep(0.005)


# ---------------------------------------------------------------- requests


class Answer(msgspec.Struct, frozen=True):
    """What came back: the status, the headers in lower case, and the bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


def request(target: bytes | str, *more: str, method: str = "GET", host: str = "localhost") -> bytes:
    """Return a request's bytes; `more` are lines of its head."""
    target = target.encode("utf-8") if isinstance(target, str) else target
    head = [f"Host: {host}", *more]
    return b"%s %s HTTP/1.1\r\n" % (method.encode(), target) + "\r\n".join([*head, "", ""]).encode("latin-1")


def send(port: int, data: bytes) -> Answer:
    """Send bytes, and return the one answer to them. The connection is closed, by whoever does so first."""
    with connected(port) as connection:
        connection.sendall(data)
        return receive(connection, head_only=data.startswith(b"HEAD "))


def get(port: int, target: bytes | str, *more: str, method: str = "GET", host: str = "localhost") -> Answer:
    return send(port, request(target, *more, method=method, host=host))


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        yield connection


def receive(connection: socket.socket, *, head_only: bool = False) -> Answer:
    """Read one answer: its head, and as many bytes as that says."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        assert more, f"the connection ended within the head of an answer: {data!r}"
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    assert len({name for name, _ in headers}) == len(headers), f"a header stands twice: {headers}"
    said = dict(headers)
    status = int(first.split(" ")[1])
    length = 0 if head_only or status == 304 else int(said.get("content-length", "0"))
    while len(body) < length:
        more = connection.recv(65536)
        assert more, "the connection ended within an answer"
        body += more
    assert len(body) == length, "more came than the head said"
    return Answer(status, said, body)


class Stream:
    """A listener, as a browser's EventSource is one."""

    def __init__(self, port: int, page: str = "") -> None:
        """Listen, as a page does whose path is `page`, encoded; or as one that does not say."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        target = "/_proofpress/events" + (f"?page={page}" if page else "")
        self._socket.sendall(request(target, f"Origin: http://localhost:{port}", host=f"localhost:{port}"))
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()

    def lines(self) -> Iterator[str]:
        """Give the stream's lines, without HTTP's framing, until it ends."""
        left = ""
        while size := int(self._file.readline().strip() or b"0", 16):
            left += self._file.read(size).decode("utf-8")
            self._file.readline()
            *whole, left = left.split("\n")
            yield from whole

    def event(self) -> dict[str, Any]:
        """Wait for the next event, and return its data."""
        data = next(line for line in self.lines() if line.startswith("data: "))
        said = json.loads(data.removeprefix("data: "))
        assert isinstance(said, dict)
        return said

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
