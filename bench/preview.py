"""The preview beside Hugo's server: from a save to the page that says it, and from the command to the first page.

Both servers run on the same posts. A paragraph is added to a post in the middle, and its page is asked for until it is
there: that is "served". Where playwright and a Chromium are installed, the page is open in one, and the time until the
paragraph is painted is taken too. The first page is asked for while the server starts; it counts from the command, with
Proofpress's cache warm, since a server is started far more often than a cache is lost. Hugo has none to keep.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.compare import positive
from bench.corpus import name_of, read_corpus
from bench.processes import CommandError
from bench.report import table, where_and_when
from bench.sites import MissingToolError, Tool, edit, make_site, peer, proofpress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 120.0
"""Seconds that a server may take to start, or to show a save."""
LOOK = 0.001
"""Seconds between two looks at a page."""
PAUSE = 1000
"""Milliseconds between two saves that a browser shows: a page that Hugo loads anew takes a moment to listen again."""
PAINTED = "text => document.body.innerText.includes(text)"


class Times(NamedTuple):
    """What one server took, in seconds."""

    ready: list[float]
    served: list[float]
    painted: list[float]


def command_of(tool: Tool, port: int) -> tuple[str, ...]:
    """Return the command that serves a tool's site."""
    if tool.name == "hugo":
        return (*tool.program, "server", "--quiet", "--bind", "127.0.0.1", "--port", str(port))
    return (*tool.program, "serve", "--port", str(port))


def free_port() -> int:
    """Return a port that nobody holds."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@contextlib.contextmanager
def serving(tool: Tool, folder: Path) -> Iterator[tuple[int, float]]:
    """Run a tool's server; give its port, and the seconds from the command to the first page. Raises CommandError."""
    port = free_port()
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command_of(tool, port), cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            while time.perf_counter() - start < PATIENCE and process.poll() is None:
                if b"<html" in page(port, "/"):
                    break
                time.sleep(LOOK)
            else:
                said.seek(0)
                raise CommandError(f"{tool.name} did not serve: {said.read()[-2000:].decode('utf-8', 'replace')}")
            yield port, time.perf_counter() - start
        finally:
            process.terminate()
            process.wait()


def page(port: int, path: str) -> bytes:
    """Return a page, as it is served now; nothing where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def save_to_served(port: int, folder: Path, number: int, sentence: str) -> float:
    """Add a sentence to a post, and return the seconds until its page says it. Raises CommandError."""
    path, wanted = f"/posts/{name_of(number)}/", sentence.encode()
    edit(folder, number, sentence)
    start = time.perf_counter()
    while wanted not in page(port, path):
        if time.perf_counter() - start > PATIENCE:
            raise CommandError(f"the page of {path} never said: {sentence}")
        time.sleep(LOOK)
    return time.perf_counter() - start


def save_to_painted(shown: Any, folder: Path, number: int, sentence: str) -> float:
    """Add a sentence to the post that a browser shows, and return the seconds until it is painted."""
    shown.wait_for_timeout(PAUSE)
    edit(folder, number, sentence)
    start = time.perf_counter()
    shown.wait_for_function(PAINTED, arg=sentence, polling="raf", timeout=PATIENCE * 1000)
    shown.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return time.perf_counter() - start


def measure(tool: Tool, folder: Path, count: int, saves: int, browser: Any) -> Times:
    """Start a tool's server three times, and save posts while the last one runs. Raises CommandError."""
    ready = []
    for _ in range(2):
        with serving(tool, folder) as (_, seconds):
            ready.append(seconds)
    number = count // 2
    with serving(tool, folder) as (port, seconds):
        ready.append(seconds)
        served = [save_to_served(port, folder, number, f"Save {turn} for the server.") for turn in range(saves + 1)][1:]
        painted = []
        if browser is not None:
            shown = browser.new_page()
            shown.goto(f"http://127.0.0.1:{port}/posts/{name_of(number)}/")
            painted = [
                save_to_painted(shown, folder, number, f"Save {turn} for the reader.") for turn in range(saves + 1)
            ][1:]
            shown.close()
    return Times(ready, served, painted)


@contextlib.contextmanager
def chromium(program: str) -> Iterator[Any]:
    """Give a browser, or None where playwright or Chromium is not installed."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the rest does without
    except ImportError:
        yield None
        return
    if not Path(program).is_file():
        yield None
        return
    flags = [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def report(tools: Sequence[Tool], found: dict[str, Times], count: int, saves: int) -> str:
    """Return the figures as Markdown."""
    rows = []
    for what, column in (("ready", 0), ("save to served", 1), ("save to painted", 2)):
        for tool in tools:
            times = found[tool.name][column]
            if not times:
                continue
            base = found["hugo"][column] if "hugo" in found else []
            ratio = f"{statistics.median(times) / statistics.median(base):.2f}" if base else ""
            rows.append([f"{what}, {tool.name}", f"{statistics.median(times) * 1000:,.0f} ms", ratio])
    versions = ", ".join(f"{tool.name} {tool.version()}" for tool in tools)
    head = ("", "median", "time ÷ Hugo's")
    about = f"{count:,} posts, median of {saves} saves and 3 starts; {versions}; {where_and_when()}"
    return f"{about}\n\n{table(head, rows)}"


def main() -> int:
    """Measure what the command line asks for; 1 where a server failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.preview", description=__doc__)
    ask.add_argument("--posts", type=positive, default=1000, help="posts in the site (1000)")
    ask.add_argument("--saves", type=positive, default=8, help="saves that are timed (8)")
    ask.add_argument("--hugo", help="Hugo's program ($HUGO, or hugo on PATH)")
    ask.add_argument("--chromium", default="/usr/bin/chromium", help="a browser (/usr/bin/chromium)")
    said = ask.parse_args()
    tools = [proofpress()]
    try:
        tools.append(peer("hugo", said.hugo))
    except MissingToolError as error:
        print(error, file=sys.stderr)
    corpus = read_corpus()
    found: dict[str, Times] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as work, chromium(said.chromium) as browser:
        try:
            for tool in tools:
                folder = make_site(tool.name, corpus, said.posts, Path(work) / tool.name)
                with serving(tool, folder):
                    pass  # Proofpress's cache is warm from here on
                found[tool.name] = measure(tool, folder, said.posts, said.saves, browser)
        except CommandError as error:
            print(error, file=sys.stderr)
            return 1
    print(report(tools, found, said.posts, said.saves))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
