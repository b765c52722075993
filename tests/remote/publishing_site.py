"""A site on disk for the tests of publishing: built by the real build, and sent from there."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.builder.inputs import Options
from proofpress.remote.sending import Site, read_site
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
SETTINGS = "title: Notes\nurl: https://me.example/\n"
FIRST = {
    "site.yaml": SETTINGS,
    "content/posts/one.md": "---\ntitle: One\ndate: 2026-01-01\n---\n\nText.\n",
    "content/posts/two/index.md": "---\ntitle: Two\ndate: 2026-01-02\n---\n\nA [plot](plot%20é.svg).\n",
    "content/posts/two/plot é.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
    "static/odd [1] *name*?.txt": "odd\n",
}


class PublishingSite(msgspec.Struct, frozen=True):
    """A site's folder, and what is done with it."""

    root: Path

    def write(self, files: Mapping[str, str]) -> PublishingSite:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        return self

    def built(self, output: str = "public") -> Site:
        """Build the site as the command does, expect no error, and return what there is to send."""
        outcome = update(Options(root=self.root, now=NOW), self.root / output)
        assert outcome.published is not None, outcome.problems
        return read_site(self.root, outcome.output)

    def git(self, *arguments: str) -> str:
        """Run git in the site's folder."""
        return git(self.root, *arguments)


def bytes_of(site: Site) -> dict[str, bytes]:
    """Return the files that are to be sent."""
    return {path: (site.output / path).read_bytes() for path in site.files}


def folder(path: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {found.relative_to(path).as_posix(): found.read_bytes() for found in path.rglob("*") if found.is_file()}


def git(where: Path, *arguments: str) -> str:
    """Run git and return what it says; a failure is one of the test."""
    done = subprocess.run(["git", *arguments], cwd=where, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8").rstrip("\n")


def environment() -> dict[str, str]:
    """Return an environment without the settings of whoever runs the tests."""
    return os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def tree(repository: Path, commit: str) -> dict[str, bytes]:
    """Return the files of a commit. A branch is looked at once: a host may still be moving it."""
    commit = git(repository, "rev-parse", commit).strip()
    names = git(repository, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1]
    asked = "".join(f"{commit}:{name}\n" for name in names).encode()
    told = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=repository, input=asked, env=environment(), capture_output=True, check=True
    ).stdout
    files = {}
    for name in names:
        head, _, told = told.partition(b"\n")
        size = int(head.split()[2])
        files[name], told = told[:size], told[size + 1 :]
    return files
