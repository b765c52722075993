"""A real nginx that serves one folder, as somebody who includes a site's own file would set it up.

It listens on a socket in the file system, so that no port is taken, and runs as one process in the foreground,
under the name of who started it.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = """\
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  types {{ text/html html; text/css css; text/plain txt; image/svg+xml svg; text/xml xml; }}
  default_type application/octet-stream;
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen unix:{folder}/socket;
    root "{root}";
    add_header Strict-Transport-Security max-age=1000;
    location / {{ try_files $uri $uri/ =404; }}
    location ~* \\.(html|css|svg)$ {{ expires 1s; }}
    include "{include}";
  }}
}}
"""
"""With what such a server often has beside the include: its own headers, a regular expression, a `location /`."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    """By name in lower case."""
    body: str


class Nginx(NamedTuple):
    socket: Path

    def get(self, target: str) -> Answer:
        """Ask for a path exactly as it is written."""
        connection = http.client.HTTPConnection("me.example", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        with contextlib.closing(connection):
            connection.sock.connect(str(self.socket))
            connection.request("GET", target)
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            assert len(headers) == len(reply.getheaders()), "no header twice"
            return Answer(reply.status, headers, reply.read().decode("utf-8", "replace"))


@contextlib.contextmanager
def nginx(root: Path, include: Path) -> Iterator[Nginx]:
    """Serve a folder with an include in the server's block. Its settings pass `nginx -t` first."""
    with tempfile.TemporaryDirectory(prefix="nginx") as name:
        folder = Path(name)
        settings = folder / "nginx.conf"
        settings.write_text(SETTINGS.format(folder=folder, root=root, include=include), "utf-8")
        command = ["nginx", "-p", name, "-c", str(settings), "-e", str(folder / "error.log")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "[warn]" not in tested.stderr, tested.stderr
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                _wait(folder / "socket", server)
                yield Nginx(folder / "socket")
            finally:
                server.terminate()
                server.communicate(timeout=10)
        said = (folder / "error.log").read_text("utf-8", "replace")
        assert "[warn]" not in said, said


def _wait(path: Path, server: subprocess.Popen[str]) -> None:
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(path))
            return
        assert server.poll() is None, server.communicate()[1]
        time.sleep(0.01)
    raise AssertionError("nginx does not answer")
