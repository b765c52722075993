"""Lexing in a second process, for where a timer cannot end it: on Windows, and in threads other than the main one.

A post's own regular expression is tried there too.

The other process answers requests from its standard input until that closes, one JSON object on a line each way.
`LexingProcess` is this end: it asks, and waits. The process is started at the first listing and kept, until `close`.

What ends a lexer is a timer of the other process's own, which counts what it computes; on Windows it has none, and what
it computed is asked for from here. So nobody's clock decides: a process that has to wait for the processor, or that is
stopped for a while, is waited for.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import math
import os
import queue
import sys
import threading
import weakref
from typing import IO, TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from pygments.lexer import Lexer

SLICE: Final = 0.2
"""Seconds between two looks at a process that is waited for."""

FAR: Final = 600.0
"""Seconds, looked at a slice at a time so that a machine that sleeps adds none, after which a process is given up that
does not even reach its own limit: it was stopped and nobody lets it go on. No load of a machine comes near."""


class NoAnswer(Exception):  # noqa: N818 - it is what happened
    """The lexer took too long, or the process ended: no property of the listing that may be remembered."""


class LexerFailed(Exception):  # noqa: N818 - it is what happened
    """The lexer raised an exception, whose type's name this holds."""


class LexingProcess:
    """A process that colours listings. One request at a time; may be shared between threads. To be closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process: subprocess.Popen[str] | None = None
        self._end: Callable[[], object] = _nothing

    def colour(self, code: str, lexer: Lexer, seconds: float) -> str:
        """Return code as HTML. Raise NoAnswer after so many seconds of the processor, LexerFailed where that fails."""
        kind = type(lexer)
        return self.call(kind.__module__, kind.__qualname__, code, seconds)

    def call(self, module: str, name: str, text: str, seconds: float) -> str:
        """Return what a function of a module makes of a text, or the HTML that a lexer does. Raise as `colour` does."""
        request = json.dumps([module, name, text, seconds]) + "\n"
        with self._lock:
            # One that was ended from outside says nothing of the listing: it is asked for once more.
            line = self._asked(request, seconds) or self._asked(request, seconds)
        said, text = json.loads(line or '["slow", ""]')
        if said == "slow":
            raise NoAnswer
        if said == "error":
            raise LexerFailed(text)
        return str(text)

    def close(self) -> None:
        """End the process, with its pipes and threads. The next listing starts another."""
        with self._lock:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _close(self) -> None:
        self._end()
        self._process = None

    def _asked(self, request: str, seconds: float) -> str:
        """Return the answer to a request; empty where the process ended instead. Raise NoAnswer as `colour` does."""
        try:
            process = self._running()
        except OSError:  # no memory, no more processes
            raise NoAnswer from None
        if process is None:
            return ""
        # Told by another thread: a process that is stopped reads nothing, and a pipe holds 64 kB.
        telling = threading.Thread(target=_tell, args=(process.stdin, request), daemon=True)
        telling.start()
        line = self._line(process, seconds)
        if line:
            telling.join()
        else:
            self._close()
        return line

    def _running(self) -> subprocess.Popen[str] | None:
        """Return the process, started if there is none; None where it ended at once."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._close()
        import subprocess  # noqa: PLC0415 - a build of one process, as an edit is, starts none

        # The path is this process's own, so that the same modules are imported, and none of the folder it runs in.
        program = (
            "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
            f"sys.path[:] = {sys.path!r}; from proofpress.listings import lexing; lexing.serve()"
        )
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        collecting = threading.Thread(target=_collect, args=(process.stdout, answers), daemon=True)
        self._end = weakref.finalize(self, _end, process, collecting)  # at the latest as Python ends
        collecting.start()
        self._process, self._answers = process, answers
        if self._line(process):  # its greeting: what it computes from here on is a listing's
            return process
        self._close()
        return None

    def _line(self, process: subprocess.Popen[str], seconds: float = math.inf) -> str:
        """Return what the process says next; empty where it ended. Raise NoAnswer as `colour` does."""
        before = _computed(process)
        waited = 0.0
        while True:
            with contextlib.suppress(queue.Empty):
                return self._answers.get(timeout=SLICE)
            waited += SLICE
            if waited > FAR or _computed(process) - before > seconds:
                self._close()
                raise NoAnswer


def _nothing() -> None:
    """End no process."""


def _tell(stream: IO[str], request: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # it ended, or was closed: who waits for its answer sees that
        stream.write(request)
        stream.flush()


def _collect(stream: IO[str], answers: queue.SimpleQueue[str]) -> None:
    with stream:
        for line in stream:
            answers.put(line)
    answers.put("")


def _end(process: subprocess.Popen[str], collecting: threading.Thread) -> None:
    """End a process and all that belongs to it: nothing is left for the collector, however slow the machine."""
    process.kill()
    process.wait()
    collecting.join()  # it reads to the end of a pipe that nobody writes to any more, and closes it
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _computed(process: subprocess.Popen[str]) -> float:
    """Return how many seconds a process has computed, on Windows; elsewhere it has a timer of its own, and this is 0."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - what Windows has in place of a timer of the processor's time
        from ctypes import wintypes  # noqa: PLC0415

        times = [wintypes.FILETIME() for _ in range(4)]  # made, ended, in the kernel, in the program
        handle = wintypes.HANDLE(int(process._handle))  # noqa: SLF001 - as the library's own multiprocessing does
        ctypes.windll.kernel32.GetProcessTimes(handle, *map(ctypes.byref, times))
        return sum(time.dwHighDateTime * 2**32 + time.dwLowDateTime for time in times[2:]) / 1e7
    return 0.0


def serve() -> None:
    """Answer requests until the standard input closes: the other process."""
    from importlib import import_module  # noqa: PLC0415 - only the other process needs these

    from proofpress.listings.limits import TimeUpError, can_ring, within  # noqa: PLC0415
    from proofpress.listings.spans import to_html  # noqa: PLC0415

    asked = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    told = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr  # a plugin that prints is no answer
    told.write("ready\n")
    told.flush()
    for line in asked:
        module, name, code, seconds = json.loads(line)

        def coloured(module: str = module, name: str = name, code: str = code) -> str:
            found: Any = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            if not isinstance(found, type):
                return str(found(code))
            lexer: Lexer = found()
            return to_html(lexer.get_tokens_unprocessed(code))

        watched = not can_ring()
        if watched:  # should the process that asks be gone before it can end this one
            faulthandler.dump_traceback_later(FAR, exit=True, file=nowhere)
        try:
            said = ["html", within(seconds, coloured) if not watched else coloured()]
        except TimeUpError:
            said = ["slow", ""]
        except Exception as error:  # noqa: BLE001 - reported to the other end
            said = ["error", type(error).__name__]
        finally:
            if watched:
                faulthandler.cancel_dump_traceback_later()
        told.write(json.dumps(said) + "\n")
        told.flush()
