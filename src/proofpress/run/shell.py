"""A session of a shell: bash, which is handed one command after the other, and tells of each that it is done.

Commands come to it through one pipe and their exit statuses back through another, each ended by a null, so that nothing
of that is among what they print; neither pipe is open to the commands. What was written before a status arrived is
the command's: it lies in the pipes of output by then.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Final

from proofpress.recorded.values import Printed, Raised
from proofpress.run.processes import end, kill, start
from proofpress.run.texts import settled
from proofpress.run.values import Answer, StoppedError

if TYPE_CHECKING:
    from threading import Event

    from proofpress.run.values import Ending, Folder, Limits

_LOOP: Final = """\
while IFS= read -r -d '' -u {take} REPLY; do
  case "$REPLY" in
    c*) eval "${{REPLY#?}}" {take}<&- {give}>&- </dev/null 2>&1 ;;
    *) eval "${{REPLY#?}}" {take}<&- {give}>&- </dev/null ;;
  esac
  printf '%s\\0' "$?" >&{give}
done
"""
"""What bash runs. A command of a console comes with a `c` before it: there, as in a terminal, errors stand among the rest."""
_PIECE: Final = 65_536
_NOT_FOUND: Final = (126, 127)
"""The exit statuses of bash for a command that is there but can't be started, and for one that is not there."""


class Shell:
    """One bash, its pipes, and how far it has come."""

    def __init__(self, folder: Folder, stopped: Event) -> None:
        """Start it. Raises FileNotFoundError where there is no bash."""
        program = shutil.which("bash", path=folder.environment.get("PATH"))
        if program is None or os.name == "nt":
            raise FileNotFoundError("bash")
        self._folder = folder
        self._stopped = stopped
        self._program = program
        take, self._commands = os.pipe()
        self._statuses, give = os.pipe()
        loop = _LOOP.format(take=take, give=give)
        command = [program, "--noprofile", "--norc", "-c", loop, "bash"]
        try:
            self._process = start(command, folder.work, folder.environment, passing=(take, give), pipes=True)
        finally:
            os.close(take)
            os.close(give)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._streams = {self._process.stdout.fileno(): "stdout", self._process.stderr.fileno(): "stderr"}
        for one in (*self._streams, self._statuses):
            os.set_blocking(one, False)

    def run(self, code: str, limits: Limits, *, console: bool) -> Answer:
        """Run commands: of a console one after the other, else all as one script, whose exit status is judged."""
        until = time.monotonic() + limits.seconds
        shown: list[Printed] = []
        error = None
        left = limits.output
        for at, command in _commands(code, self._program) if console else [(0, code)]:
            written, status, ending = self._command(("c" if console else "s") + command, until, left)
            shown += [Printed(text, stream) for stream, text in written.items() if text]
            left -= sum(map(len, written.values()))
            line = at + 1 if console else 0
            if status > 0 and (not console or status in _NOT_FOUND):
                error = error or Raised("exit", f"status {status}", line)
            if ending:
                return Answer(tuple(shown), error, ending, status, line)
        return Answer(tuple(shown), error)

    def versions(self, modules: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG002 - a shell has none
        """Return bash's own version."""
        said = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"version (\d+\.\d+\.\d+)", said)
        return {"bash": found[1]} if found else {}

    def close(self) -> tuple[str, ...]:
        """End it."""
        with contextlib.suppress(OSError):
            os.close(self._commands)
        left = end(self._process, self._folder.mark)
        os.close(self._statuses)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return left

    def _command(self, command: str, until: float, most: int) -> tuple[dict[str, str], int, Ending]:
        """Run one command; return what it wrote, by stream, its exit status, and how the session ended, if it did."""
        written: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        status = b""
        ending: Ending = ""
        with contextlib.suppress(BrokenPipeError):
            self._hand(command.encode("utf-8", "surrogateescape") + b"\0", until)
        with selectors.DefaultSelector() as waiting:
            for one in (*self._streams, self._statuses):
                waiting.register(one, selectors.EVENT_READ)
            while not status.endswith(b"\0") and not ending:
                for key, _ in waiting.select(0.1):
                    piece = _piece(key.fd)
                    if key.fd in self._streams:
                        written[self._streams[key.fd]] += piece
                    else:
                        status += piece
                    if not piece:
                        waiting.unregister(key.fd)
                        ending = "died" if key.fd == self._statuses else ending
                if self._stopped.is_set():
                    kill(self._process, self._folder.mark)
                    raise StoppedError
                if sum(map(len, written.values())) > most:
                    ending = "flood"
                elif time.monotonic() > until and not status:
                    ending = "slow"
        if ending in ("slow", "flood"):
            kill(self._process, self._folder.mark)
        for one, stream in self._streams.items():
            while len(written[stream]) <= most and (piece := _piece(one)):
                written[stream] += piece
        if not ending and sum(map(len, written.values())) > most:
            kill(self._process, self._folder.mark)
            ending = "flood"
        number = int(status[:-1] or b"0") if not ending else self._process.wait() if ending == "died" else 0
        texts = {stream: data[:most].decode("utf-8", "replace") for stream, data in written.items()}
        return {stream: settled(text, self._folder) for stream, text in texts.items()}, number, ending

    def _hand(self, data: bytes, until: float) -> None:
        """Hand over a command; a long one does not fit into the pipe at once, and bash may be gone."""
        os.set_blocking(self._commands, False)
        while data and time.monotonic() < until and not self._stopped.is_set():
            try:
                data = data[os.write(self._commands, data) :]
            except BlockingIOError:
                if self._process.poll() is not None:
                    return
                time.sleep(0.01)


def _piece(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _PIECE)
    except BlockingIOError:
        return b""


def _commands(code: str, bash: str) -> list[tuple[int, str]]:
    """Part the commands of a console session: each with the number of its first line, from 0.

    Bash itself tells whether what stands there is whole.
    """
    found: list[tuple[int, str]] = []
    begun: list[str] = []
    lines = code.removesuffix("\n").split("\n")
    for number, line in enumerate(lines):
        begun.append(line)
        text = "\n".join(begun)
        if not text.strip():
            begun = []
        elif number == len(lines) - 1 or _is_whole(text, bash):
            found.append((number + 1 - len(begun), text))
            begun = []
    return found


def _is_whole(text: str, bash: str) -> bool:
    if len(text) - len(text.rstrip("\\")) & 1:
        return False
    if not any(mark in text for mark in "'\"`({<|&") and not re.search(
        r"\b(?:if|for|while|until|case|do|select)\b", text
    ):
        return True
    said = subprocess.run(
        [bash, "--noprofile", "--norc", "-n"], input=text, capture_output=True, text=True, check=False
    )
    return said.returncode == 0 and "here-document" not in said.stderr
