"""When each document was last committed, as git says: one look at the history for all of them.

What was found holds as long as the history ends in the same commit, so that a later build asks git for that alone.
"""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.paths import SourcePath
from proofpress.rules.settings import COMMIT_DATES

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.rules.rule import Fault

_MARK: Final = "\x01"
"""Begins a commit; no path of a document holds it."""
_FURTHEST: Final = 253402300799
"""The last second of the year 9999: a commit can name one that no date stands for."""


class Commits(msgspec.Struct, frozen=True, array_like=True):
    """The last commit of each document below content/."""

    head: str = ""
    """Where the history ends, and which folder of its repository the site is; empty where nobody looked."""
    seconds: dict[SourcePath, int] = {}
    """When each one's author wrote it, since 1970."""

    def dates(self, now: dt.datetime, zone: dt.tzinfo) -> dict[SourcePath, dt.datetime]:
        """Return the times that have come."""
        last = now.timestamp()
        return {
            path: dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone(zone)
            for path, seconds in self.seconds.items()
            if seconds <= last
        }

    def of_the_future(self, now: dt.datetime) -> dict[SourcePath, dt.datetime]:
        """Return the other times: a clock went wrong, and nobody has changed the text yet."""
        last = now.timestamp()
        return {
            path: dt.datetime.fromtimestamp(min(seconds, _FURTHEST), dt.UTC)
            for path, seconds in self.seconds.items()
            if seconds > last
        }


def last_commits(root: Path, before: Commits) -> tuple[Commits, Fault | None]:
    """Return the last commit of each document, or why git can't tell. `before` is what an earlier build found."""
    said, fault = _git(root, "rev-parse", "--is-shallow-repository", "--show-prefix", "HEAD")
    if fault is not None:
        return Commits(), fault
    shallow, prefix, commit = said.splitlines()
    if shallow == "true":
        return Commits(), COMMIT_DATES.shallow()
    head = f"{commit} {prefix}"
    if head == before.head:
        return before, None
    # a merge changes nothing by itself; of a path the first that is named is the newest
    said, fault = _git(
        root, "log", f"--format={_MARK}%at", "-z", "--name-only", "--no-renames", "--diff-filter=d", "--no-show-signature",
        "--relative", "--", "content",
    )  # fmt: skip
    return (Commits(), fault) if fault is not None else (Commits(head, _read(said)), None)


def _read(log: str) -> dict[SourcePath, int]:
    seconds: dict[SourcePath, int] = {}
    at = 0
    for piece in log.split("\0"):
        word = piece.lstrip("\n")
        if word.startswith(_MARK):
            at = int(word[1:])
        elif word:
            seconds.setdefault(SourcePath(unicodedata.normalize("NFC", word)), at)
    return seconds


def _git(root: Path, *words: str) -> tuple[str, Fault | None]:
    """Run git in a folder; return what it wrote, or why it could not."""
    import subprocess  # noqa: PLC0415 - a build without this setting does not load it

    try:
        done = subprocess.run(  # noqa: S603 - no word of it is anybody's but ours
            ["git", "-C", str(root), *words],  # noqa: S607 - the one that is installed
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        return "", COMMIT_DATES.no_git()
    except OSError as error:
        return "", COMMIT_DATES.unreadable(str(error))
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace"), None
    errors = done.stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in errors:
        return "", COMMIT_DATES.no_repository()
    if "ambiguous argument 'HEAD'" in errors:
        return "", COMMIT_DATES.no_commit()
    return "", COMMIT_DATES.unreadable(errors.partition("\n")[0].removeprefix("fatal: "))
