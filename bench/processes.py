"""What a command takes: seconds, processor time, memory; measured from outside, with all the processes it starts."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROC = Path("/proc")
PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)
INTERVAL = 0.02
"""Seconds between two looks at a command's memory."""


class Used(NamedTuple):
    """What one run took, as the system counts it: `cpu` sums the seconds of all its processes."""

    seconds: float
    cpu: float
    largest: float
    """Peak memory of its largest process alone, in MB (resident)."""


class CommandError(Exception):
    """A command failed; the message holds the end of what it said."""


def run(command: Sequence[str], folder: Path) -> Used:
    """Run a command in a folder to its end. Raises CommandError where it fails."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            tail = said.read()[-2000:].decode("utf-8", "replace")
            raise CommandError(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Used(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def peak_memory(command: Sequence[str], folder: Path) -> float:
    """Run a command and return the most memory, in MB, that all its processes had together.

    They are looked at every INTERVAL, and pages that several share are counted once (PSS, proc_pid_smaps(5)); a short
    run may end between two looks, so it is never less than the largest process's own peak. Where there is no /proc it is that
    peak alone. Looking costs time: take seconds from `run`.
    """
    most = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(INTERVAL):
            most = max(most, sum(_pss(pid) for pid in _below(os.getpid())))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        used = run(command, folder)
    finally:
        done.set()
        watcher.join()
    return max(most, used.largest)


def _below(pid: int) -> Iterator[int]:
    """Give the processes that a process started, and those that they started."""
    for children in PROC.glob(f"{pid}/task/*/children"):
        with contextlib.suppress(OSError):  # it has ended since
            for child in children.read_text("ascii").split():
                yield int(child)
                yield from _below(int(child))


def _pss(pid: int) -> float:
    """Return a process's share of memory in MB; nothing for one that has ended."""
    try:
        found = PSS.search((PROC / str(pid) / "smaps_rollup").read_bytes())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
