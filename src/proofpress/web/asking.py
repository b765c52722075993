"""Asking whether an address is there: HEAD, then GET, and what the answer tells.

Hosts are asked side by side, each over one connection at a time. What is dead is told from what only might be: a host
that is slow, wants a login or takes us for a machine says nothing of its page.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from proofpress.web.reach import PUBLIC, NoNameError, NotAskedError, Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

State = Literal["good", "moved", "dead", "unsure", "skipped"]

HOSTS_AT_ONCE: Final = 16
HOPS: Final = 10
TRIES: Final = 3
"""How often an address is asked that has no time for us."""
LONGEST_WAIT: Final = 30.0
"""Seconds that a host may have us wait by Retry-After; who asks for more is let be."""
IN_A_ROW: Final = 8
"""After how many hosts of which none could be reached there is taken to be no network."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD: Final = frozenset({301, 308})
_GONE: Final = frozenset({404, 410})
_BUSY: Final = frozenset({429, 503})
_SAFE: Final = "/:?#[]@!$&'()*+,;=%~"


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an address."""

    state: State
    why: str = ""
    """The status or the error, in words."""
    to: str = ""
    """Where it has moved to for good."""
    at: float = 0.0
    """When it was asked, in seconds since 1970."""
    unreached: bool = False
    """Whether no host could be spoken to at all."""


class Manner(msgspec.Struct, frozen=True):
    """How to ask."""

    agent: str
    timeout: float = 10.0
    reach: Reach = PUBLIC
    wait: float = LONGEST_WAIT


class _Reply(msgspec.Struct, frozen=True):
    status: int
    location: str
    retry_after: str


def ask_all(
    urls: Iterable[str], manner: Manner, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> dict[str, Answer] | None:
    """Return what is known of each address; None where there seems to be no network at all."""
    by_host: dict[str, list[str]] = {}
    for url in urls:
        by_host.setdefault(_host(url), []).append(url)
    total = sum(map(len, by_host.values()))
    asker = _Asker(manner)
    found: dict[str, Answer] = {}
    reached = silent = nameless = 0
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        work = {pool.submit(asker.ask_host, own) for own in by_host.values()}
        for done in _ending(work, asker):
            answers = dict(done.result())
            found |= answers
            states = {(one.state, one.unreached) for one in answers.values() if one.state != "skipped"}
            reached += any(not unreached for _, unreached in states)
            silent += states == {("unsure", True)}
            nameless += states == {("dead", True)}
            if silent >= IN_A_ROW and not reached:
                asker.stop()
            progress(len(found), total)
    if reached or not (silent or nameless):
        return found
    # Without a network no name is found either: a known one tells whether these are gone.
    return None if silent >= IN_A_ROW or not asker.is_online() else found


def _ending(
    work: set[Future[Iterator[tuple[str, Answer]]]], asker: _Asker
) -> Iterator[Future[Iterator[tuple[str, Answer]]]]:
    """Give each piece of work as it ends; where that is broken off, the others are not begun."""
    try:
        yield from as_completed(work)
    except BaseException:
        asker.stop()
        raise


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').lower()}:{parts.port or ''}"


class _Asker:
    """Asks addresses, each host over one connection at a time."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self._tls = ssl.create_default_context()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()

    def is_online(self) -> bool:
        """Tell whether names can be looked up, by one that is there as long as there are names."""
        try:
            self._manner.reach.look_up("example.com", 443)
        except OSError:
            return False
        return True

    def ask_host(self, urls: Iterable[str]) -> Iterator[tuple[str, Answer]]:
        """Give the answers of addresses of one host, one after the other."""
        lost = ""
        answers = []
        for url in urls:
            if self._stopped.is_set():
                break
            answer = Answer("unsure", lost, unreached=True) if lost else self.ask(url)
            if answer.unreached and answer.state == "unsure":
                lost = answer.why  # the others of this host would take as long to say as much
            answers.append((url, answer))
        return iter(answers)

    def ask(self, url: str) -> Answer:
        """Return what is known of an address after it was asked."""
        hops = [url]
        try:
            return self._asked(hops)
        except NotAskedError as error:
            return Answer("skipped", str(error))
        except NoNameError as error:
            return Answer("dead", str(error), unreached=len(hops) == 1)
        except ssl.SSLError as error:
            return Answer("unsure", f"TLS: {error.reason or error}".replace("_", " ").lower().replace("tls", "TLS", 1))
        except TimeoutError:
            return Answer("unsure", f"no answer within {self._manner.timeout:g} seconds", unreached=len(hops) == 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer("unsure", _words(error), unreached=isinstance(error, OSError) and len(hops) == 1)

    def _asked(self, hops: list[str]) -> Answer:
        """Follow an address to its end; `hops` begins with it, and gets each address on the way."""
        here = url = hops[0]
        for_good = True
        for _ in range(HOPS):
            reply = self._reply(here)
            if reply.status in _REDIRECTS and reply.location:
                for_good = for_good and reply.status in _FOR_GOOD
                here = urljoin(here, reply.location)
                if urlsplit(here).scheme not in {"http", "https"}:
                    return Answer("unsure", f"it redirects to '{here}'")
                hops.append(here)
                continue
            said = f"{reply.status} {http.client.responses.get(reply.status, '')}".rstrip()
            if 200 <= reply.status < 300:
                moved = for_good and here != url
                return Answer("moved" if moved else "good", said, here if moved else "")
            if reply.status in _GONE:
                return Answer("dead", said)
            return Answer("unsure", said)
        return Answer("unsure", f"it redirects more than {HOPS} times")

    def _reply(self, url: str) -> _Reply:
        """Ask for the head, and for the whole where the head is refused, which many hosts do to heads alone."""
        reply = self._patient("HEAD", url)
        if reply.status >= 400 and reply.status not in _BUSY:
            reply = self._patient("GET", url)
        return reply

    def _patient(self, method: str, url: str) -> _Reply:
        """Ask, and again when the host says so; twice where it breaks off."""
        for tries in range(1, TRIES + 1):
            try:
                reply = self._once(method, url)
            except (ConnectionResetError, http.client.RemoteDisconnected):
                if tries == TRIES:
                    raise
                continue
            if reply.status not in _BUSY or tries == TRIES:
                return reply
            seconds = _seconds(reply.retry_after, tries)
            if seconds > self._manner.wait or self._stopped.wait(seconds):
                return reply
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, url: str) -> _Reply:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        with self._guard:
            lock = self._locks.setdefault(f"{host}:{port}", threading.Lock())
        path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        headers = {"User-Agent": self._manner.agent, "Accept": "*/*", "Connection": "close"}
        with lock:
            connection = http.client.HTTPConnection(host, port, timeout=self._manner.timeout)
            connection.default_port = 443 if secure else 80  # which is not named in the request
            connection.sock = self._connected(host, port, secure=secure)
            cut = threading.Timer(self._manner.timeout * 3, _cut, [connection.sock])  # who drips an answer is let be
            cut.daemon = True
            cut.start()
            try:
                connection.request(method, path, headers=headers)
                got = connection.getresponse()
                return _Reply(got.status, got.headers.get("Location", ""), got.headers.get("Retry-After", ""))
            finally:
                cut.cancel()
                connection.close()

    def _connected(self, host: str, port: int, *, secure: bool) -> socket.socket:
        """Connect to an address that was found fit, and to no other."""
        failed: OSError | None = None
        for address in self._manner.reach.addresses(host, port):
            try:
                plain = socket.create_connection((address, port), timeout=self._manner.timeout)
            except OSError as error:
                failed = error
                continue
            try:
                return self._tls.wrap_socket(plain, server_hostname=host) if secure else plain
            except BaseException:
                plain.close()
                raise
        raise failed or OSError("it has no address")


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _seconds(retry_after: str, tries: int) -> float:
    """Return how long a host has us wait: seconds, or until a date (RFC 9110, section 10.2.3)."""
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return float(2 ** (tries - 1))


def _words(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{said[0].lower()}{said[1:]}"
