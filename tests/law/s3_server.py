"""A server that speaks as much of S3's protocol as a cache needs, over HTTP, and is as hostile as it is asked to be."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bucket(ThreadingHTTPServer):
    """Objects by their paths, and what was asked for. GetObject and PutObject, by path-style addresses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.denied: frozenset[str] = frozenset()
        """Methods that the credentials may not use."""
        self.cut = False
        """Whether each answer ends in the middle of its object."""
        self.hangs = threading.Event()
        """Set, no request is answered."""
        self.woken = threading.Event()
        """Set in the end, for those that wait for nothing."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that left."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        bucket = self.server
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket.requests.append(f"{self.command} {self.path}")
        if bucket.hangs.is_set():
            bucket.woken.wait()
            self.close_connection = True
        elif self.command in bucket.denied:
            self._say(403, _error("AccessDenied"))
        elif self.command == "PUT":
            bucket.objects[self.path] = sent
            self._say(200, b"")
        elif self.path not in bucket.objects:
            self._say(404, _error("NoSuchKey"))
        else:
            self._say(200, bucket.objects[self.path], cut=bucket.cut)

    def _say(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


@contextlib.contextmanager
def serving() -> Iterator[Bucket]:
    """Give a bucket that is served."""
    with Bucket() as bucket:
        thread = threading.Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield bucket
        finally:
            bucket.woken.set()
            bucket.shutdown()
            thread.join()
