"""Running the programs that send: git, rsync and aws, as they are installed, without a shell and without a prompt.

A program gets no terminal, and no input but what it is handed, so none can wait for an answer; what it says is kept for the message when it
fails. One that is still running when Proofpress is interrupted is ended.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INSTALL: Final[Mapping[str, str]] = {
    "git": "Debian and Ubuntu: apt install git; macOS: brew install git; Windows: winget install Git.Git",
    "rsync": (
        "Debian and Ubuntu: apt install rsync; macOS: brew install rsync; "
        "Windows: pacman -S rsync in MSYS2, or apt install rsync in WSL"
    ),
    "aws": "Debian and Ubuntu: apt install awscli; macOS: brew install awscli; Windows: winget install Amazon.AWSCLI",
}
SSH: Final = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30"
"""An ssh that asks for nothing, and gives up on a host that doesn't answer."""
LAST_LINES: Final = 8
_CREDENTIALS = re.compile(r"(\w://)[^/@\s'\"]+@")


class RemoteError(RuntimeError):
    """Publishing could not be done; the message tells what was said, and what state the target is in."""


class WrongTargetError(ValueError):
    """A person named a target that can't be one; the message holds a mend."""


class Done(msgspec.Struct, frozen=True):
    """How a program ended."""

    status: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        """The output as text, without the end of its last line."""
        return self.output.decode("utf-8", "surrogateescape").rstrip("\r\n")

    @property
    def last_words(self) -> str:
        """The last lines of what it said, on lines of their own, without the credentials that a URL may hold."""
        said = [line.rstrip() for line in self.errors.splitlines() if line.strip()] or [self.text]
        return "".join("\n  " + _CREDENTIALS.sub(r"\1", line) for line in said[-LAST_LINES:] if line)


def find(program: str) -> str:
    """Return where a program is installed; raises RemoteError, which says how to install it."""
    found = shutil.which(program)
    if found is None:
        raise RemoteError(f"the program '{program}' is not installed; {INSTALL[program]}")
    return found


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    data: bytes = b"",
) -> Done:
    """Run a program to its end. `environment` is the whole of it; without one it is ours. It may be handed data."""
    process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell; the programs are the ones installed
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE if data else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name == "posix",  # without a terminal, there is none to ask at
    )
    try:
        output, errors = process.communicate(data or None)
    except BaseException:
        _end(process)
        raise
    return Done(process.returncode, output, errors.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=5)
    if process.poll() is None:
        process.kill()
        process.communicate()
