"""Lexing in a second process, for where a timer cannot end it: on Windows, and in threads other than the main one.

Run as ``python -m proofpress.render.lexing`` it answers requests from its standard input until that closes, one JSON
object on a line each way. `LexingProcess` is the other end: it asks, waits as long as it may, and ends the process
when no answer comes. The process is started at the first listing and kept.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import weakref
from typing import IO, Final

STARTUP: Final = 20.0
"""Seconds that a process may take to start; a busy machine takes several."""


class NoAnswer(Exception):  # noqa: N818 - it is what happened
    """The process did not answer in time, or ended."""


class LexingProcess:
    """A process that colours listings. One request at a time; may be shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def colour(self, code: str, language: str, seconds: float) -> str:
        """Return code as HTML. Raise NoAnswer after so many seconds, ValueError where the lexer fails."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps([language, code]) + "\n")
                process.stdin.flush()
                answer = json.loads(self._answers.get(timeout=seconds) or "null")
            except (queue.Empty, OSError):
                answer = None
            if answer is None:
                _end(process)
                self._process = None
                raise NoAnswer
        kind, text = answer
        if kind == "error":
            raise ValueError(text)
        return str(text)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "proofpress.render.lexing"]
            process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            self._process = process
            self._answers = queue.SimpleQueue()
            assert process.stdout is not None
            threading.Thread(target=_collect, args=(process.stdout, self._answers), daemon=True).start()
            weakref.finalize(self, _end, process)
            try:
                self._answers.get(timeout=STARTUP)  # its greeting
            except queue.Empty:
                raise NoAnswer from None
        return self._process


def _collect(stream: IO[str], answers: queue.SimpleQueue[str]) -> None:
    for line in stream:
        answers.put(line)
    answers.put("")
    stream.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            return


def _serve() -> None:
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - only the other process needs it

    from proofpress.render.highlight import to_html  # noqa: PLC0415

    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    answer = sys.stdout.write
    answer("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        language, code = json.loads(line)
        try:
            said = ["html", to_html(get_lexer_by_name(language).get_tokens_unprocessed(code))]
        except Exception as error:  # noqa: BLE001 - reported to the other end
            said = ["error", type(error).__name__]
        answer(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
