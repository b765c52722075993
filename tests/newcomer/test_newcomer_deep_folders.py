"""Folders deeper than a path can name, wherever they lie, end no command: each says where they begin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from proofpress.preview.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.posix
DEEP = 1100
"""More than Python calls within each other, and with these names more than a path can hold; removing more takes long."""
NAME = "dddd"


def deep(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir(NAME, dir_fd=here)
        below = os.open(NAME, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def run(*arguments: str, cwd: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", *arguments],
        cwd=cwd,
        capture_output=True,
        check=False,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "site"
    (root / "content/posts").mkdir(parents=True)
    (root / "site.yaml").write_text("title: S\nurl: https://me.example/\n", "utf-8")
    (root / "content/posts/a.md").write_text("---\ndate: 2026-01-01\n---\n# A\n", "utf-8")
    yield root
    subprocess.run([shutil.which("rm") or "rm", "-rf", str(root)], check=True)


def test_a_build_says_where_sources_lie_too_deep(site: Path) -> None:
    tops = ("content/one", "static/two", "data/three", "templates/four", "templates/static")
    for top in tops:
        deep(site / top)
    status, said = run("build", cwd=site)
    assert status == 1
    assert sorted(line.partition(":")[0] for line in said.splitlines() if "path-too-long" in line) == sorted(tops)
    assert "5 errors. Nothing was published." in said


def test_foreign_folders_too_deep_stay_and_stop_nothing_that_is_ours(site: Path) -> None:
    deep(site / "public/mine")
    status, said = run("build", cwd=site)
    assert status == 1
    assert (
        "foreign-file: 'public/' holds files that Proofpress has no record of having written: 'mine/dddd/dddd/" in said
    )
    status, said = run("clean", cwd=site)
    assert (status, said) == (0, "0 files deleted from public/; 1 other files in it stay\n")
    subprocess.run([shutil.which("rm") or "rm", "-rf", str(site / "public")], check=True)
    assert run("build", cwd=site)[0] == 0
    deep(site / "public/mine")
    (site / "content/posts/b.md").write_text("---\ndate: 2026-01-01\n---\n# B\n", "utf-8")
    assert run("build", "--verify", cwd=site)[0] == 0
    assert run("clean", cwd=site)[0] == 0
    assert [path.name for path in (site / "public").iterdir()] == ["mine"]


def test_a_snapshot_of_the_preview_ends_where_the_scanner_does(site: Path) -> None:
    before = take(str(site.resolve())).files
    deep(site / "content/one")
    assert take(str(site.resolve())).files == before
