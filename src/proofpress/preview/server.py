"""The preview's life: bind, watch, build, serve, build again at each change, and end when it is told to.

Three threads meet here. The watcher tells of changes; a worker builds, one change or many at a time; the event loop
serves, and alone changes what is shown. Between the first two stand `Edits`, between the last two one call.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import logging
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from proofpress.preview.app import ALWAYS, create_app
from proofpress.preview.live import Live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    from starlette.applications import Starlette

    from proofpress.preview.shown import Shown

TRIES: Final = 20
"""Ports that are tried, from the wanted one on."""

PATIENCE: Final = 1.0
"""Seconds that the end waits for a build that is going on, and for answers that are under way."""

QUIET: Final = 1.0
"""Seconds without a change before a build looks at every file, and not only at those that were told of."""

HEAD_LIMIT: Final = 16 * 1024
"""Bytes of a request's first line and headers."""


Progress = Callable[[str, int, int], None]
"""Is told a step's name, how much of it is done, and of how much."""

Told = Callable[[frozenset[str] | None], None]
"""Is told which files may have changed, relative to the site's folder; None means any."""


class Building(Protocol):
    """Who builds: `session.Session`. It is called by one thread at a time, not always the same."""

    def start(self, progress: Progress) -> Shown:
        """Build for the first time."""

    def rebuild(self, hints: frozenset[str] | None) -> Shown:
        """Build again; None means that any file may have changed."""

    def close(self) -> None:
        """Keep on disk what makes the next start quicker."""


class Watching(Protocol):
    """Who watches: `watching.Watcher`."""

    @property
    def notice(self) -> str:
        """What the writer must know of how the folder is watched; empty where all is well."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End, with its threads joined."""


class Terminal(Protocol):
    """Who tells the writer: `cli.serve`. Called in the first thread alone."""

    def building(self) -> AbstractContextManager[Progress]:
        """Show how far the first build is, while inside."""

    def notice(self, text: str) -> None:
        """Say what the watcher has to say."""

    def serving(self, shown: Shown, port: int) -> None:
        """Say what was built, and where it is: requests are answered from now on."""

    def rebuilt(self, shown: Shown, hints: frozenset[str] | None) -> None:
        """Say what a change led to."""

    def failed(self, error: Exception) -> None:
        """Say that building or answering failed, which no site should lead to; the last good site is still there."""


class NoPortError(Exception):
    """The server can't listen where it was told to; the message is for the command line."""


# ---------------------------------------------------------------- the port


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket at a port, or at the next one that is free. Port 0 is any free one.

    The socket itself is handed on to the server, so nobody can take the port in between. Raises NoPortError.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )[0]
    except (OSError, UnicodeError):
        raise NoPortError(f"'{host}' is no name or address that this machine knows; use --host 127.0.0.1") from None
    wanted = range(port, min(port + TRIES, 65536)) if port else range(1)
    for number in wanted:
        try:
            return _listening(family, kind, (address[0], number, *address[2:]))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise NoPortError(f"'{host}' is no address of this machine; use --host 127.0.0.1") from None
            if error.errno == errno.EACCES and sys.platform != "win32":  # there it is a port that another one holds
                raise NoPortError(
                    f"port {number} is kept for the system; choose one from 1024 on with --port"
                ) from None
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise NoPortError(f"'{host}', port {number}: {error.strerror}") from None
    raise NoPortError(
        f"the ports {wanted[0]} to {wanted[-1]} are all in use; choose another one with --port, or end what holds them"
    )


def _listening(family: int, kind: int, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, kind)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would take a port away from whoever listens
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except BaseException:
        made.close()
        raise
    return made


# ---------------------------------------------------------------- building again


class Edits:
    """What changed and was not built yet. Told by the watcher, taken by the worker."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._hints: frozenset[str] | None = frozenset()
        self.ended = False

    def add(self, hints: frozenset[str] | None) -> None:
        """Add paths that may have changed; None for any."""
        with self._news:
            self._hints = None if hints is None or self._hints is None else self._hints | hints
            self._news.notify()

    def take(self, patience: float | None = None) -> frozenset[str] | None:
        """Wait for changes, and return all there are; None after `patience` seconds without any. Returns after `end`."""
        with self._news:
            if not self._news.wait_for(lambda: self.ended or self._hints is None or self._hints, patience):
                return None
            hints, self._hints = self._hints, frozenset()
            return hints

    def end(self) -> None:
        """Let the worker go."""
        with self._news:
            self.ended = True
            self._news.notify()


def _build_again(
    session: Building, edits: Edits, built: Callable[[Shown | Exception, frozenset[str] | None], None]
) -> None:
    """Build at each change until the edits end: the worker's thread. An edit during a build means one more build.

    A build that was told which files to look at is followed by one that looks at all, once it has been quiet. After one
    that failed, the next looks at all too: nobody knows how far it came.
    """
    all_seen = whole = True
    while True:
        hints = edits.take(None if all_seen else QUIET)
        if edits.ended:
            return
        if not whole:
            hints = None
        outcome: Shown | Exception
        try:
            outcome, whole = session.rebuild(hints), True
        except Exception as error:  # noqa: BLE001 - told to the writer; the last good site stays
            outcome, whole = error, False
        all_seen = hints is None
        built(outcome, hints)


# ---------------------------------------------------------------- serving


def serve(
    session: Building,
    watch: Callable[[Told], Watching],
    listening: socket.socket,
    *,
    host: str,
    follow: bool,
    editor: str,
    terminal: Terminal,
) -> None:
    """Build the site and serve it, until the process is told to end (Ctrl-C, SIGTERM); then return.

    `watch` makes the watcher, which tells what it is handed; it watches before the first build reads a file, so that no
    edit falls in between. Raises what `session.start` raises.
    """
    edits = Edits()
    with contextlib.closing(listening), _told_to_end() as end:
        watcher = watch(edits.add)
        try:
            watcher.start()
            with terminal.building() as progress:
                shown = session.start(progress)
            end.serving = True
            application = functools.partial(create_app, host=host, follow=follow, editor=editor)
            asyncio.run(_serve(shown, session, edits, watcher, listening, application, terminal, end))
        except KeyboardInterrupt:
            pass
        finally:
            edits.end()
            watcher.stop()


async def _serve(
    first: Shown,
    session: Building,
    edits: Edits,
    watcher: Watching,
    listening: socket.socket,
    application: Callable[..., Starlette],
    terminal: Terminal,
    end: _End,
) -> None:
    loop = asyncio.get_running_loop()
    live = Live(first)
    failures = _Failures(terminal)
    noticed = ""

    def notice() -> None:
        nonlocal noticed
        if watcher.notice != noticed:
            noticed = watcher.notice
            terminal.notice(noticed)

    def show(outcome: Shown | Exception, hints: frozenset[str] | None) -> None:
        notice()
        if isinstance(outcome, Exception):
            failures.tell(outcome)
            return
        failures.forget()
        live.show(outcome)
        terminal.rebuilt(outcome, hints)

    def built(outcome: Shown | Exception, hints: frozenset[str] | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: this build was the one that the end came into
            loop.call_soon_threadsafe(show, outcome, hints)

    def unhandled(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError):  # a connection that broke is no news
            failures.tell(error)

    loop.set_exception_handler(unhandled)

    def up() -> None:
        server.should_exit = end.asked
        terminal.serving(first, listening.getsockname()[1])

    server = Server(application(live, failed=failures.tell), live, up)
    worker = threading.Thread(target=_build_again, args=(session, edits, built), name="builder", daemon=True)
    worker.start()
    notice()
    try:
        await server.serve(sockets=[listening])
    finally:
        # A build that is going on can't be stopped. It is given a moment, and then ends with the process: it works in
        # memory, so nothing is left half done.
        edits.end()
        await asyncio.to_thread(worker.join, PATIENCE)
        if not worker.is_alive():
            session.close()


class _Failures:
    """What went wrong and was told: each kind once, while it lasts."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._told: set[tuple[object, ...]] = set()

    def tell(self, error: Exception) -> None:
        """Tell of an error of a kind that was not told yet: its type, and the place that raised it."""
        raised = traceback.extract_tb(error.__traceback__)[-1:]
        kind = (type(error), *((frame.filename, frame.lineno) for frame in raised))
        if kind not in self._told:
            self._told.add(kind)
            self._terminal.failed(error)

    def forget(self) -> None:
        """Take it that what was told is mended: a build went well."""
        self._told.clear()


class Server(uvicorn.Server):
    """uvicorn, which tells when it is up, and ends the streams when it goes down: they would not end by themselves."""

    def __init__(self, app: Starlette, live: Live, up: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=_Http,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level=logging.CRITICAL,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                h11_max_incomplete_event_size=HEAD_LIMIT,
                timeout_graceful_shutdown=int(PATIENCE),
            )
        )
        self._live = live
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the rest; cut off who has not taken his answer by then."""
        self._live.end()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if isinstance(connection, _Http):
                connection.transport.abort()
        await asyncio.sleep(0)  # the loop closes what was cut off before it closes itself


class _Http(H11Protocol):
    """uvicorn's HTTP/1.1, with our headers on the answer to what is no HTTP, which reaches no application."""

    def send_400_response(self, msg: str) -> None:
        if self.cycle is None or self.cycle.response_complete:
            body = msg.encode("ascii", "replace") + b"\n"
            lines = [
                b"HTTP/1.1 400 Bad Request",
                b"content-type: text/plain; charset=utf-8",
                b"content-length: %d" % len(body),
                b"connection: close",
                *(b"%s: %s" % header for header in ALWAYS),
            ]
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()


class _End:
    """What Ctrl-C and SIGTERM do: before uvicorn serves both raise KeyboardInterrupt; then they are uvicorn's.

    At its end uvicorn raises the signal once more, for whoever had it before. Nobody needs that: all has ended already.
    """

    def __init__(self) -> None:
        self.serving = False
        self.asked = False
        """A signal came in the moment before uvicorn took over."""

    def heard(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if not self.serving:
            raise KeyboardInterrupt


@contextlib.contextmanager
def _told_to_end() -> Iterator[_End]:
    """Hear the signals that end a process; only a process's first thread can."""
    end = _End()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    if threading.current_thread() is not threading.main_thread():
        numbers.clear()
    before = {number: signal.signal(number, end.heard) for number in numbers}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
