"""Real servers of one's own, nginx and Caddy, that serve one folder with the include that a site brings for them.

They listen on a socket in the file system, so that no port is taken, and run in the foreground, under the name of who
started them. The settings around the include are what such a server often has beside it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NGINX = """\
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

CADDY = """\
{{
	admin off
	auto_https off
}}
http://me.example {{
	bind unix/{folder}/socket
	root * "{root}"
	header Strict-Transport-Security max-age=1000
	file_server
	import "{include}"
}}
"""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    """By name in lower case."""
    body: str


class Server(NamedTuple):
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
def serving(program: str, root: Path, include: Path) -> Iterator[Server]:
    """Serve a folder by `nginx` or `caddy`, with an include among its settings. It must find nothing odd in them."""
    with tempfile.TemporaryDirectory(prefix=program) as name:  # a socket's name is short
        folder = Path(name)
        settings = folder / "settings"
        text = NGINX if program == "nginx" else CADDY
        settings.write_text(text.format(folder=folder, root=root, include=include), "utf-8")
        environment = os.environ | dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), name)
        if program == "nginx":
            run = ["nginx", "-p", name, "-c", str(settings), "-e", str(folder / "error.log")]
            check = [*run, "-t"]
        else:
            arguments = ["--config", str(settings), "--adapter", "caddyfile"]
            run, check = ["caddy", "run", *arguments], ["caddy", "adapt", "--validate", *arguments]
        tested = subprocess.run(check, capture_output=True, text=True, env=environment, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "[warn]" not in tested.stderr, tested.stderr
        with _running(run, environment, folder):
            yield Server(folder / "socket")
        said = (folder / "error.log").read_text("utf-8", "replace")
        assert "[warn]" not in said, said


@contextlib.contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Keep a server running, from when it takes connections."""
    log = folder / "error.log"
    with log.open("ab") as said, subprocess.Popen(command, stdout=said, stderr=said, env=environment) as server:
        try:
            for _ in range(1000):
                with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
                    probe.connect(str(folder / "socket"))
                    break
                assert server.poll() is None, log.read_text("utf-8", "replace")
                time.sleep(0.01)
            else:
                raise AssertionError(f"{command[0]} does not answer: {log.read_text('utf-8', 'replace')}")
            yield
        finally:
            server.terminate()
            server.wait(timeout=10)
