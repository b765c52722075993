"""Processes of a run: started apart from ours, and ended with all that they started themselves.

Each begins a session of its own, so that what is typed at our terminal does not reach it, and has a mark in its
environment, which all that it starts inherits. On Linux that finds what went away from its session, too; and what lost
its parent becomes ours for as long as a run lasts (prctl(2), PR_SET_CHILD_SUBREAPER), so that even a daemon without the mark
is found. Elsewhere it is the process group that is ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

MARK: Final = "PROOFPRESS_RUN"
_PROC: Final = Path("/proc")
_SUBREAPER: Final = 36
"""PR_SET_CHILD_SUBREAPER of linux/prctl.h."""
_GRACE: Final = 1.0
"""Seconds that a process gets to end by itself, once it was told to."""
_SIGKILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


class _Process(NamedTuple):
    number: int
    name: str
    parent: int
    group: int
    session: int
    state: str


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, passing: Collection[int] = (), pipes: bool
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own. Raises OSError where it can't be started."""
    out = subprocess.PIPE if pipes else subprocess.DEVNULL
    return subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        start_new_session=True,
        pass_fds=tuple(passing),
    )


def end(process: subprocess.Popen[bytes], mark: str) -> tuple[str, ...]:
    """End a process that was told to, and all that it started; return the names of the programs that still ran."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    left = _alive(process.pid, mark)
    until = time.monotonic() + _GRACE / 4
    while left and time.monotonic() < until:  # what ends when its parent does needs a moment for it
        time.sleep(0.02)
        left = _alive(process.pid, mark)
    kill(process, mark)
    return tuple(sorted({one.name for one in left if one.number != process.pid}))


def kill(process: subprocess.Popen[bytes], mark: str) -> None:
    """End a process at once, and all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, _SIGKILL)
    else:
        process.kill()
    for _ in range(50):  # what is killed may be starting another at this moment
        left = _alive(process.pid, mark)
        if not left:
            break
        _kill_all(left)
    process.kill()
    process.wait()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Have a process end what it does, as Ctrl-C in a terminal would."""
    with contextlib.suppress(ProcessLookupError, ValueError):
        process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def all_ours() -> Iterator[None]:
    """Take over what loses its parent meanwhile, and end it at the end."""
    if not sys.platform.startswith("linux"):
        yield
        return
    before = {one.number for one in _processes()}
    _set_subreaper(1)
    try:
        yield
    finally:
        for _ in range(50):
            left = [one for one in _below(os.getpid()) if one.number not in before]
            if not left:
                break
            _kill_all(left)
            for one in left:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(one.number, 0 if one.parent == os.getpid() else os.WNOHANG)
        _set_subreaper(0)


def _set_subreaper(value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, value, 0, 0, 0)


def _kill_all(processes: Sequence[_Process]) -> None:
    for one in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(one.number, _SIGKILL)
    time.sleep(0.01)


def _alive(number: int, mark: str) -> list[_Process]:
    """Return what belongs to a process: its group and session, what it started, and what has its mark."""
    if not _PROC.is_dir():
        return []
    below = {one.number for one in _below(number)}
    return [
        one
        for one in _processes()
        if one.state != "Z"
        and (number in (one.number, one.group, one.session) or one.number in below or _has_mark(one.number, mark))
    ]


def _below(number: int) -> list[_Process]:
    """Return all descendants of a process."""
    every = _processes()
    found = {number}
    while more := {one.number for one in every if one.parent in found} - found:
        found |= more
    return [one for one in every if one.number in found and one.number != number]


def _processes() -> list[_Process]:
    found = []
    for name in os.listdir(_PROC) if _PROC.is_dir() else ():  # noqa: PTH208 - a name of many
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                said = (_PROC / name / "stat").read_text("utf-8", "replace")
                program, _, rest = said.partition("(")[2].rpartition(")")
                state, parent, group, session, *_ = rest.split()
                found.append(_Process(int(name), program, int(parent), int(group), int(session), state))
    return found


def _has_mark(number: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in (_PROC / str(number) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
