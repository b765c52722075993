"""A server on this machine that answers as the hosts of the web do, well and badly, under any name."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from proofpress.web.reach import NoNameError, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hosts:
    """The hosts behind one port: what they were asked, and how to reach them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str, str]] = []
        """Method, host and path of each request, in their order."""
        self.at_once: Counter[str] = Counter()
        """By host, the most requests that were open together."""
        self.open: Counter[str] = Counter()
        self.guard = threading.Lock()

    def url(self, path: str, host: str = "press.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self, method: str = "") -> list[str]:
        return [path for verb, _, path in self.asked if method in ("", verb)]

    @property
    def reach(self) -> Reach:
        """Whom a test may ask: every name is this machine, but for one that there is not, and one that nobody can tell."""
        return Reach(name=lambda _name: True, address=lambda address: address == "127.0.0.1", look_up=_look_up)


def _look_up(name: str, _port: int) -> list[str]:
    if name == "gone.test":
        raise NoNameError(f"there is no host '{name}'")
    if name == "unknown.test":
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return {"inside.test": ["10.0.0.1"], "both.test": ["10.0.0.1", "127.0.0.1"]}.get(name, ["127.0.0.1"])


@contextmanager
def hosts() -> Iterator[Hosts]:
    """Serve until the end."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            with known.guard:
                known.asked.append((self.command, host, self.path))
                known.open[host] += 1
                known.at_once[host] = max(known.at_once[host], known.open[host])
                times = known.paths().count(self.path)
            self.asking = [host]
            try:
                self.reply(self.path, times)
            finally:
                self.answered()

        def answered(self) -> None:
            """Count the connection out, before who asked can have the answer and ask again."""
            with known.guard:
                while self.asking:
                    known.open[self.asking.pop()] -= 1

        def reply(self, path: str, times: int) -> None:
            headers = {}
            status = int(path[1:4]) if path[1:4].isdigit() else 200
            if path == "/405":
                status = 405 if self.command == "HEAD" else 200
            elif path == "/busy":
                status = 429 if times == 1 else 200
                headers["Retry-After"] = "0"
            elif path == "/busy/long":
                status, headers["Retry-After"] = 429, "86400"
            elif path == "/slow":
                time.sleep(2)
            elif path == "/reset" and times == 1:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            elif path == "/drip":
                with contextlib.suppress(OSError):
                    for _ in range(100):
                        self.wfile.write(b"HTTP/1.0 200 OK"[:1])
                        time.sleep(0.1)
                return
            elif path == "/away":
                status, headers["Location"] = 302, "http://unknown.test/"
            elif path.startswith("/to/"):
                _, _, code, to = path.split("/", 3)
                status, headers["Location"] = int(code), f"/{to}"
            elif path == "/inside":
                status, headers["Location"] = 301, f"http://inside.test:{known.port}/secret"
            elif path == "/round":
                status, headers["Location"] = 302, "/round"
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.answered()
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Hosts(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
