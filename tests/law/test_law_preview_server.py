"""The law in a running server: saves that follow each other at random end with what a build from nothing gives.

Real files, the real watcher, the real command in a process of its own. And what it holds stays as it is.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from law_site import FILES, LawSite
from test_law_incremental_equals_clean import CHANGES
from test_law_preview import WRITTEN

from proofpress.builder.build import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEADLINE: Final = 60.0
ADDED: Final = re.compile(
    rb'(?:<proofpress-mark .*?</proofpress-mark>)?<script src="/_proofpress/preview\.js"[^>]*></script>', re.DOTALL
)
"""What the server puts into a page."""
D: Final = "content/posts/d.md"
linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process holds is read from /proc")


class Served:
    """A site that `proofpress serve` shows."""

    def __init__(self, root: Path, process: subprocess.Popen[str], log: Path) -> None:
        self.root = root
        self.process = process
        self.log = log
        self.until(lambda: "Ctrl-C" in log.read_text())
        self.port = int(re.findall(r":(\d+)/", log.read_text())[0])

    def until(self, true: object) -> None:
        latest = time.monotonic() + DEADLINE
        while not true():  # type: ignore[operator]
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < latest, self.log.read_text()[-2000:]
            time.sleep(0.01)

    def get(self, path: str) -> bytes:
        """Return what is at a path below the site's root, without what the server adds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request("GET", path)
            return ADDED.sub(b"", connection.getresponse().read())
        finally:
            connection.close()

    def shows(self, wanted: Mapping[str, bytes]) -> bool:
        """Return whether every file is served as it is wanted; aliases lead to their pages."""
        return all(
            self.get(f"/blog/{path.removesuffix('index.html')}") == data
            for path, data in wanted.items()
            if path != "old/d/index.html"
        )

    def holds(self) -> tuple[int, int, int]:
        """Return what the process holds: descriptors, threads, memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        threads, memory = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) for name in ("Threads", "VmRSS"))
        return len([*Path(f"/proc/{self.process.pid}/fd").iterdir()]), threads, memory // 1024


@contextlib.contextmanager
def serving(site: LawSite, log: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "proofpress", "serve", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "SOURCE_DATE_EPOCH": str(int(site.now.timestamp()))}
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=site.root, env=environment, stdout=said, stderr=said, text=True)
    try:
        yield Served(site.root, process, log)
        process.terminate()
        assert process.wait(DEADLINE) == 0
        assert "Traceback" not in log.read_text()
        assert "a bug in Proofpress" not in log.read_text()
    finally:
        process.kill()
        process.wait()


def clean(site: LawSite) -> dict[str, bytes]:
    built = build(msgspec.structs.replace(site.options, drafts=True, future=True))
    assert not built.failed
    return {str(path): data for path, data in built.outputs.items()}


@pytest.mark.parametrize("saves", [100, pytest.param(500, marks=pytest.mark.thorough)])
def test_random_saves_renames_and_deletions_end_with_what_a_clean_build_gives(tmp_path: Path, saves: int) -> None:
    site = LawSite(tmp_path / "site").write(FILES)
    dice = random.Random(4)
    with serving(site, tmp_path / "log.txt") as served:
        for number in range(1, saves + 1):
            CHANGES[dice.choice(WRITTEN)](site)
            time.sleep(dice.choice([0, 0, 0.002, 0.02]))  # together, or one after the other: each is as good
            if number % 100 == 0:
                # What errors there are is taken back, in one go; the changes that are none stay.
                for name in ("content", "templates", "static", "data"):
                    shutil.rmtree(site.root / name, ignore_errors=True)
                site.write(FILES)
                for change in (
                    "change a body",
                    "rename a post",
                    "change a title",
                    "shadow a part",
                    "set another title",
                ):
                    CHANGES[change](site)
                wanted = clean(site)
                served.until(lambda wanted=wanted: served.shows(wanted))


@linux
@pytest.mark.thorough
def test_what_the_server_holds_stays_as_it_is_over_250_builds(tmp_path: Path) -> None:
    site = LawSite(tmp_path / "site").write(FILES)
    held = []
    with serving(site, tmp_path / "log.txt") as served:
        for number in range(1, 251):
            # Every fifth changes what other pages show, and so takes the long way. The same pages come again: the server
            # keeps some megabytes of those that it filled.
            text = f"---\ntitle: Delta {number // 5 % 4}\ndate: 2026-01-02\n---\n\nText {number % 20}.\n"
            (site.root / D).write_text(text)
            said = text.splitlines()[-1].encode()
            served.until(lambda said=said: said in served.get("/blog/posts/d/"))
            if number in (100, 250):
                time.sleep(0.2)
                held.append(served.holds())
    (descriptors, threads, memory), (descriptors_then, threads_then, memory_then) = held
    assert descriptors_then <= descriptors
    assert threads_then <= threads
    assert memory_then <= memory * 1.1
