"""The preview beside Hugo's server: from a save to the page that says it, and from the command to the first page.

Both servers run on the same posts. A paragraph is added to a post in the middle, and its page is asked for until it is
there: that is "served". Where playwright and a Chromium are installed, the page is open in one, and the time until the
paragraph is painted is taken too. The same is done with the post's title, with a template that all posts show and with
the theme's style sheet; the last two for Proofpress alone, whose theme it is. At the end a hundred more saves of the four in
turns show whether the server holds more with each. The first page is asked for while the server starts; it counts from the command, with
Proofpress's cache warm, since a server is started far more often than a cache is lost. Hugo has none to keep.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import re
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
from bench.report import megabytes, table, where_and_when
from bench.sites import MissingToolError, Tool, edit, make_site, peer, post_path, proofpress
from proofpress.theme import default_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 120.0
"""Seconds that a server may take to start, or to show a save."""
LOOK = 0.001
"""Seconds between two looks at a page."""
PAUSE = 1000
"""Milliseconds between two saves that a browser shows: a page that Hugo loads anew takes a moment to listen again."""
PAINTED = "text => document.body.innerText.includes(text) || getComputedStyle(document.body).getPropertyValue('--saved').includes(text)"
SHEET = re.compile(rb'href="(/assets/style[^"]*\.css)"')
TITLE = re.compile(r"(?m)^title[:=].*$|^Title:.*$")
KINDS = ("body", "title", "template", "style sheet")
"""What is saved."""
REST = 2.0
"""Seconds without a save before memory is looked at, in which a server looks at what waits."""


class Times(NamedTuple):
    """What one server took, in seconds."""

    ready: list[float]
    served: dict[str, list[float]]
    """By what was saved."""
    painted: dict[str, list[float]]
    memory: dict[str, float]
    """Megabytes by when they were held; 0 where the system does not tell."""


class Running(NamedTuple):
    """A server that answers."""

    port: int
    ready: float
    """Seconds from the command to the first page."""
    process: int


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
def serving(tool: Tool, folder: Path) -> Iterator[Running]:
    """Run a tool's server, and give it once it shows the first page. Raises CommandError."""
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
            yield Running(port, time.perf_counter() - start, process.pid)
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


def memory(process: int) -> float:
    """Return the megabytes that a process holds (PSS); 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    return int(status.partition("Pss:")[2].split()[0]) / 1024


def memory_of_many(kinds: Sequence[str], running: Running, folder: Path, number: int, many: int) -> dict[str, float]:
    """Save many times, each kind in its turn, and return the megabytes that the server holds on the way. Raises CommandError."""
    found = {}
    looks = {0, many // 10, many // 2, many}
    for saves in range(many + 1):
        if saves:
            kind = kinds[saves % len(kinds)]
            save_to_served(kind, running.port, folder, number, f"Save {saves} of many.")
        if saves in looks:
            time.sleep(REST)
            found[f"after {saves} more saves" if saves else "after all saves"] = memory(running.process)
    return found


def save(kind: str, folder: Path, number: int, sentence: str) -> None:
    """Save a sentence as a post's last paragraph or title, in a template that the post shows, or in the style sheet."""
    if kind == "body":
        edit(folder, number, sentence)
    elif kind == "title":
        path = post_path(folder, number)
        path.write_text(TITLE.sub(f'title: "{sentence}"', path.read_text("utf-8"), count=1), "utf-8")
    elif kind == "template":
        template = folder / "templates" / "partials" / "after-post.html"
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(f"<p>{sentence}</p>\n", "utf-8")
    else:
        sheet = folder / "templates" / "static" / "style.css"
        sheet.parent.mkdir(parents=True, exist_ok=True)
        shipped = (default_theme() / "static" / "style.css").read_text("utf-8")
        sheet.write_text(f'{shipped}\nbody {{ --saved: "{sentence}" }}\n', "utf-8")


def served(kind: str, port: int, path: str) -> bytes:
    """Return what is served of a page; of its style sheet where that is what is saved."""
    found = page(port, path)
    if kind != "style sheet":
        return found
    named = SHEET.search(found)
    return page(port, named[1].decode("ascii")) if named else b""


def save_to_served(kind: str, port: int, folder: Path, number: int, sentence: str) -> float:
    """Save a sentence, and return the seconds until a post's page says it. Raises CommandError."""
    path, wanted = f"/posts/{name_of(number)}/", sentence.encode()
    save(kind, folder, number, sentence)
    start = time.perf_counter()
    while wanted not in served(kind, port, path):
        if time.perf_counter() - start > PATIENCE:
            raise CommandError(f"the page of {path} never said: {sentence}")
        time.sleep(LOOK)
    return time.perf_counter() - start


def save_to_painted(kind: str, shown: Any, folder: Path, number: int, sentence: str) -> float:
    """Save a sentence in what a browser shows, and return the seconds until it is painted."""
    shown.wait_for_timeout(PAUSE)
    save(kind, folder, number, sentence)
    start = time.perf_counter()
    shown.wait_for_function(PAINTED, arg=sentence, polling="raf", timeout=PATIENCE * 1000)
    shown.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return time.perf_counter() - start


def measure(tool: Tool, folder: Path, count: int, saves: int, many: int, browser: Any) -> Times:
    """Start a tool's server three times, and save files while the last one runs. Raises CommandError."""
    ready = []
    for _ in range(2):
        with serving(tool, folder) as running:
            ready.append(running.ready)
    number = count // 2
    with serving(tool, folder) as running:
        ready.append(running.ready)
        begun = memory(running.process)
        kinds = KINDS if tool.name == "proofpress" else KINDS[:2]
        by_kind, painted = {}, {}
        for kind in kinds:
            turns = (f"Save {turn} of a {kind} for the server." for turn in range(saves + 1))
            by_kind[kind] = [save_to_served(kind, running.port, folder, number, sentence) for sentence in turns][1:]
        if browser is not None:
            shown = browser.new_page()
            shown.goto(f"http://127.0.0.1:{running.port}/posts/{name_of(number)}/")
            for kind in kinds:
                turns = (f"Save {turn} of a {kind} for the reader." for turn in range(saves + 1))
                painted[kind] = [save_to_painted(kind, shown, folder, number, sentence) for sentence in turns][1:]
            shown.close()
        held = memory_of_many(kinds, running, folder, number, many)
        return Times(ready, by_kind, painted, {"when started": begun, **held})


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

    def add(what: str, times_of: Callable[[Times], list[float]]) -> None:
        base = times_of(found["hugo"]) if "hugo" in found else []
        for tool in tools:
            if times := times_of(found[tool.name]):
                ratio = f"{statistics.median(times) / statistics.median(base):.2f}" if base else ""
                rows.append([f"{what}, {tool.name}", f"{statistics.median(times) * 1000:,.0f} ms", ratio])

    add("ready", lambda times: times.ready)
    for kind in KINDS:
        add(f"{kind}: save to served", lambda times, kind=kind: times.served.get(kind, []))  # type: ignore[misc]
        add(f"{kind}: save to painted", lambda times, kind=kind: times.painted.get(kind, []))  # type: ignore[misc]
    for tool in tools:
        rows += [
            [f"memory {when}, {tool.name}", megabytes(held), ""]
            for when, held in found[tool.name].memory.items()
            if held
        ]
    versions = ", ".join(f"{tool.name} {tool.version()}" for tool in tools)
    head = ("", "median", "time ÷ Hugo's")
    about = f"{count:,} posts, median of {saves} saves and 3 starts; {versions}; {where_and_when()}"
    return f"{about}\n\n{table(head, rows)}"


def main() -> int:
    """Measure what the command line asks for; 1 where a server failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.preview", description=__doc__)
    ask.add_argument("--posts", type=positive, default=1000, help="posts in the site (1000)")
    ask.add_argument("--saves", type=positive, default=8, help="saves that are timed (8)")
    ask.add_argument("--many", type=int, default=100, help="saves after which memory is looked at once more (100)")
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
                found[tool.name] = measure(tool, folder, said.posts, said.saves, said.many, browser)
        except CommandError as error:
            print(error, file=sys.stderr)
            return 1
    print(report(tools, found, said.posts, said.saves))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
