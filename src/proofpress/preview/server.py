"""The preview's life: bind, watch, build, serve, build again at each change, and end when it is told to.

Three threads meet here. The watcher tells of changes; the process's first thread builds, one change or many at a time;
the event loop serves, and alone changes what is shown. Between the first two stand `Edits`, between the last two one call.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from proofpress.preview.answer import HEAD_LIMIT, LONGEST, TOO_LONG_ADDRESS, TOO_LONG_HEAD, page_at
from proofpress.preview.app import ALWAYS, create_app
from proofpress.preview.live import Live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    from starlette.applications import Starlette

    from proofpress.paths import OutputPath
    from proofpress.preview.shown import Shown

TRIES: Final = 20
"""Ports that are tried, from the wanted one on."""

PATIENCE: Final = 1.0
"""Seconds that the end waits for a build that is going on, and for answers that are under way."""

QUIET: Final = 1.0
"""Seconds without a change before a build looks at every file, and not only at those that were told of."""

REST: Final = 0.15
"""Seconds after a build before pages are looked at that nobody asks for: what browsers ask for then comes first."""

SHOWN: Final = 8
"""How many of the pages that browsers show are filled at once, those that were opened last."""

MOMENT: Final = 0.5
"""Seconds that a wait for changes takes at most at once: on Windows, Ctrl-C is heard between two of them alone."""

REQUEST_TIME: Final = 5.0
"""Seconds that a request has to come in whole, from the connection or its first byte on. A browser sends it at once."""

MOST: Final = 200
"""Connections that are open at once: a browser has six to one address, whatever the number of its tabs."""

FEWEST: Final = 8
"""Connections that are open at once also where there are hardly any descriptors."""

ACCEPT_AGAIN: Final = 0.05
"""Seconds after which a connection that could not be taken in is tried again."""

RESERVED: Final = 40
"""Descriptors that are left to the watcher, to a build and to files that are read."""

Progress = Callable[[str, int, int], None]
"""Is told a step's name, how much of it is done, and of how much."""

Told = Callable[[frozenset[str] | None], None]
"""Is told which files may have changed, relative to the site's folder; None means any."""


class Building(Protocol):
    """Who builds: `session.Session`. It is called by one thread."""

    def start(self, progress: Progress) -> Shown:
        """Build for the first time."""

    def warm(self) -> None:
        """Load what the first change will need."""

    def rebuild(self, hints: frozenset[str] | None, opened: Collection[OutputPath] = ()) -> Shown:
        """Build again; None means that any file may have changed. `opened` are the pages that browsers show."""

    @property
    def waiting(self) -> int:
        """How many pages nobody has looked at since."""

    def look_on(self, stop: Callable[[], bool]) -> Shown:
        """Look at some of these, until somebody says `stop`."""

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
    """Who tells the writer: `cli.serve`. Called in the first thread; `failed` in the event loop's too."""

    def building(self) -> AbstractContextManager[Progress]:
        """Show how far the first build is, while inside."""

    def notice(self, text: str) -> None:
        """Say what the watcher has to say."""

    def serving(self, shown: Shown, port: int) -> None:
        """Say what was built, and where it is: requests are answered from now on."""

    def rebuilt(self, shown: Shown, hints: frozenset[str] | None) -> None:
        """Say what a change led to."""

    def looked(self, shown: Shown) -> None:
        """Say what was found since, on pages that nobody had looked at."""

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
    """What changed and was not built yet. Told by the watcher, taken by who builds."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._hints: frozenset[str] | None = frozenset()
        self.ended = False
        """Set by a signal; waiting for changes is then over."""

    def add(self, hints: frozenset[str] | None) -> None:
        """Add paths that may have changed; None for any."""
        with self._news:
            self._hints = None if hints is None or self._hints is None else self._hints | hints
            self._news.notify()

    @property
    def waiting(self) -> bool:
        """Whether there are any, or a signal."""
        return self.ended or self._hints is None or bool(self._hints)

    def pause(self, seconds: float) -> None:
        """Wait for as long as is said, or until there are any."""
        with self._news:
            if not self.waiting:
                self._news.wait(seconds)

    def take(self, patience: float | None = None) -> frozenset[str] | None:
        """Wait for changes, and return all there are; None after `patience` seconds without any.

        Raises KeyboardInterrupt once a signal has ended it: Python loses the one that a signal raises where it comes
        upon an object's finalizer.
        """
        until = None if patience is None else time.monotonic() + patience
        with self._news:
            while not (self._hints is None or self._hints):
                if self.ended:
                    raise KeyboardInterrupt
                left = MOMENT if until is None else min(MOMENT, until - time.monotonic())
                if left <= 0:
                    return None
                self._news.wait(left)
            hints, self._hints = self._hints, frozenset()
            return hints


def _build_again(
    session: Building,
    edits: Edits,
    live: Live,
    built: Callable[[Shown | Exception, frozenset[str] | None], None],
    looked: Callable[[Shown | Exception], None],
) -> NoReturn:
    """Build at each change, until a signal ends it. An edit during a build means one more build.

    A build that was told which files to look at is followed by one that looks at all, once it has been quiet. After one
    that failed, the next looks at all too: nobody knows how far it came. In between, pages that wait are looked at.
    """
    all_seen = whole = True
    while True:
        if session.waiting:
            _look_on(session, edits, None if all_seen else QUIET, looked)
        # What waits still was broken off: there are edits, or it is time to look at every file.
        patience = 0.0 if session.waiting and not all_seen else QUIET
        hints = edits.take(None if all_seen else patience)
        if not whole:
            hints = None
        outcome: Shown | Exception
        try:
            opened = {page_at(live.shown, path) for path in live.open[:SHOWN]}
            outcome, whole = session.rebuild(hints, opened), True
        except Exception as error:  # noqa: BLE001 - told to the writer; the last good site stays
            outcome, whole = error, False
        all_seen = hints is None
        built(outcome, hints)


def _look_on(
    session: Building, edits: Edits, patience: float | None, looked: Callable[[Shown | Exception], None]
) -> None:
    """Look at pages that wait, once browsers had what they ask for, until there are edits, or for as long as is said."""
    end = None if patience is None else time.monotonic() + patience
    edits.pause(REST)
    while session.waiting and not edits.waiting and (end is None or time.monotonic() < end):
        try:
            looked(session.look_on(lambda: edits.waiting))
        except Exception as error:  # noqa: BLE001 - the same
            looked(error)


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

    To be called in the process's first thread, which builds: only there can a clock end a lexer that takes too long, and
    before there is another thread, the first build may copy the process for its workers. `watch` makes the watcher,
    which tells what it is handed. Raises what `session.start` raises.
    """
    edits, failures = Edits(), _Failures(terminal)
    watcher = watch(edits.add)
    serving: _Serving | None = None
    noticed = ""

    def built(outcome: Shown | Exception, hints: frozenset[str] | None) -> None:
        nonlocal noticed
        if watcher.notice != noticed:
            noticed = watcher.notice
            terminal.notice(noticed)
        if not isinstance(outcome, Exception):
            failures.forget()
        told(outcome, lambda shown: terminal.rebuilt(shown, hints))

    def told(outcome: Shown | Exception, say: Callable[[Shown], None]) -> None:
        if isinstance(outcome, Exception):
            failures.tell(outcome)
            return
        assert serving is not None, "what builds again was served before"
        say(outcome)
        serving.show(outcome)

    with contextlib.closing(listening), _told_to_end(edits):
        try:
            with terminal.building() as progress:
                shown = session.start(progress)
            watcher.start()
            edits.add(None)  # what was saved while it was built
            live = Live(shown)
            app = create_app(live, host=host, follow=follow, editor=editor, failed=failures.tell)
            serving = _Serving(Server(app, live), live, listening, failures)
            terminal.serving(shown, listening.getsockname()[1])
            session.warm()
            _build_again(session, edits, live, built, lambda outcome: told(outcome, terminal.looked))
        except KeyboardInterrupt:
            pass
        finally:
            if serving is not None:
                serving.stop()
            watcher.stop()
            session.close()


class _Serving:
    """The server, in a thread of its own with its event loop. It answers from the moment that this is made."""

    def __init__(self, server: Server, live: Live, listening: socket.socket, failures: _Failures) -> None:
        self._server = server
        self._live = live
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, context: self._unhandled(context.get("exception"), failures))
        self._thread = threading.Thread(target=self._run, args=(listening,), name="server", daemon=True)
        self._thread.start()
        server.up.wait()

    def _run(self, listening: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._server.serve(sockets=[listening]))
            finally:
                self._server.up.set()

    def _unhandled(self, error: object, failures: _Failures) -> None:
        if isinstance(error, Exception) and not isinstance(error, OSError):  # a connection that broke is no news
            failures.tell(error)

    def show(self, shown: Shown) -> None:
        """Show another revision."""
        self._loop.call_soon_threadsafe(self._live.show, shown)

    def stop(self) -> None:
        """End the streams and the answers that are under way, and wait until all is closed."""
        self._server.should_exit = True
        self._thread.join()


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
    """uvicorn, which tells when it is up, keeps within its descriptors, and ends the streams when it goes down.

    It takes in its connections itself, one after the other: asyncio takes as many as wait at once, and rests for a
    second where the descriptors are used up, which nobody who waits can change. Here the connection that is of least
    use gives way to a new one.
    """

    def __init__(self, app: Starlette, live: Live) -> None:
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
        self._most = most_connections()
        self._accepting: list[asyncio.Task[None]] = []
        self.up = threading.Event()
        """Set once requests are answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, at sockets that listen."""
        await super().startup([])
        self._accepting = [asyncio.create_task(self._accept(listening)) for listening in sockets or ()]
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the rest; cut off who has not taken his answer by then."""
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        self._live.end()
        await super().shutdown(sockets)
        for connection in self._open():
            connection.transport.abort()
        await asyncio.sleep(0)  # the loop closes what was cut off before it closes itself

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        while True:
            try:
                made, _ = await loop.sock_accept(listening)
            except OSError:  # no descriptor is left, or who asked has gone already
                self._make_room(len(self._open()) - 1)
                await asyncio.sleep(ACCEPT_AGAIN)
                continue
            self._make_room(self._most - 1)
            with contextlib.suppress(OSError):  # it has gone already
                await loop.connect_accepted_socket(self._connection, made)

    def _connection(self) -> _Http:
        return _Http(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _open(self) -> list[_Http]:
        connections = self.server_state.connections
        return [one for one in connections if isinstance(one, _Http) and not one.transport.is_closing()]

    def _make_room(self, left: int) -> None:
        """Cut off connections until no more than `left` are open, from the one that is of least use."""
        by_use = sorted(self._open(), key=lambda connection: connection.use)
        for connection in by_use[: max(0, len(by_use) - left)]:
            connection.transport.abort()


def most_connections() -> int:
    """Return how many connections may be open at once, so that files can still be opened beside them."""
    try:
        import resource  # noqa: PLC0415 - not on Windows, where sockets are not counted with files
    except ImportError:
        return MOST
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if limit == resource.RLIM_INFINITY else max(FEWEST, min(MOST, limit - RESERVED))


class _Http(H11Protocol):
    """uvicorn's HTTP/1.1, for which a request is whole within seconds, or is refused.

    What is no HTTP reaches no application: its answer is written here, with the headers that are on every one.
    """

    _clock: asyncio.TimerHandle | None = None
    """Runs while a request is awaited, or comes in."""
    _refused = False
    _active = 0.0

    @property
    def use(self) -> tuple[int, float]:
        """What says which connection gives way first: one without a request, a stalled answer, a stream; the older."""
        if self.cycle is None or self.cycle.response_complete:
            return 0, self._active
        return 1 if self.flow.write_paused else 2, self._active

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._active = self.loop.time()
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._active = self.loop.time()
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._start_clock()
        elif self.conn.their_state is not h11.ERROR:  # what was refused has its own
            self._stop_clock()

    def resume_writing(self) -> None:
        self._active = self.loop.time()
        super().resume_writing()

    def shutdown(self) -> None:
        if self._refused:
            self.transport.abort()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        begun, _ = self.conn.trailing_data
        if len(begun) <= HEAD_LIMIT:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)
        elif b"\n" in begun[:LONGEST]:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LONG_HEAD)
        else:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG, TOO_LONG_ADDRESS)

    def _start_clock(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(REQUEST_TIME, self._too_late)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_late(self) -> None:
        self._clock = None
        if self.conn.trailing_data[0] and not self._refused:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The rest of this request did not come.")
        self.transport.close()

    def _refuse(self, status: HTTPStatus, said: str) -> None:
        """Answer to what is no request. The rest of it is taken and thrown away, or its sender never read the answer."""
        self._refused = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        body = said.encode("ascii", "replace") + b"\n"
        lines = [
            f"HTTP/1.1 {status} {status.phrase}".encode(),
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % len(body),
            b"connection: close",
            *(b"%s: %s" % header for header in ALWAYS),
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.write_eof()
        self.flow.resume_reading()
        self._stop_clock()
        self._start_clock()


@contextlib.contextmanager
def _told_to_end(edits: Edits) -> Iterator[None]:
    """Turn the signals that end a process into KeyboardInterrupt, the first time; only its first thread can."""

    def heard(_number: int, _frame: FrameType | None) -> None:
        if not edits.ended:  # else the end is under way, and takes a moment
            edits.ended = True
            raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, heard) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
