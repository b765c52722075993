"""A program for the tests of crashes: it starts builds that don't end, one for each line that it reads.

`crash FOLDER K` updates a site in a process that leaves without a word at its K-th file operation; `kill FOLDER SECONDS
JOBS` one that is killed after a while. The answer to each line is how the process ended: 9 for one that left or was
killed, 0 for one whose site was published before that, 1 for one that found problems. Processes are copies of this
one, which has loaded everything, so that a crash costs no start of Python.

What counts is what changes the disk: a file opened for writing (which is left empty), a write (of which half reaches
the file), a rename, a deletion, a folder made or removed. What SQLite writes doesn't pass here; whether a store is whole
is its promise, and one that isn't is found out by its checksums.
"""

from __future__ import annotations

import builtins
import datetime as dt
import io
import os
import pathlib
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Self

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Callable

LEFT = 9
BROKEN = 70
NOW = dt.datetime(2100, 6, 1, 12, 0, tzinfo=dt.UTC)


class Countdown:
    """Counts operations, and ends the process at the last one."""

    def __init__(self, left: int) -> None:
        self.left = left

    def ends_here(self) -> bool:
        self.left -= 1
        return self.left == 0

    def counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that leaves instead of doing the last operation."""

        def counted(*arguments: Any, **named: Any) -> Any:
            if self.ends_here():
                os._exit(LEFT)
            return function(*arguments, **named)

        return counted

    def opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return an `open` that leaves an empty file behind, or one that is written by half."""

        def counted(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            opened = function(file, mode, *arguments, **named)
            if not set(mode) & set("wax+"):
                return opened
            if self.ends_here():
                os._exit(LEFT)
            return Halved(opened, self)

        return counted

    def begin(self) -> None:
        """Count what this process does to the disk from here on."""
        for name in ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "link", "symlink", "truncate"):
            setattr(os, name, self.counting(getattr(os, name)))
        io.open = builtins.open = self.opening(io.open)


class Halved:
    """A file of which the last write is cut in two."""

    def __init__(self, file: Any, countdown: Countdown) -> None:
        self._file = file
        self._countdown = countdown

    def write(self, data: Any) -> int:
        if self._countdown.ends_here():
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            os._exit(LEFT)
        written: int = self._file.write(data)
        return written

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def started(folder: str, jobs: int, countdown: Countdown | None) -> int:
    """Start an update in a process of its own; returns its id."""
    process = os.fork()
    if process:
        return process
    status = BROKEN
    try:
        if countdown is not None:
            countdown.begin()
        outcome = update(Options(root=pathlib.Path(folder), now=NOW, jobs=jobs))
        status = 0 if outcome.published is not None else 1
    except BaseException:  # noqa: BLE001 - a copy must never go on as if it were the original
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def ended(process: int) -> int:
    """Wait for a process; returns its exit status, LEFT for one that was killed."""
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return LEFT if code < 0 else code


def main(warm: str) -> None:
    """Build a site in memory, so that everything is loaded, and serve the lines."""
    build(Options(root=pathlib.Path(warm), now=NOW))
    for line in sys.stdin:
        match line.split():
            case ["crash", folder, at]:
                status = ended(started(folder, 1, Countdown(int(at))))
            case ["kill", folder, seconds, jobs]:
                process = started(folder, int(jobs), None)
                time.sleep(float(seconds))
                os.kill(process, signal.SIGKILL)  # one that has ended waits to be asked how
                status = ended(process)
            case _:
                raise ValueError(line)
        print(status, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
