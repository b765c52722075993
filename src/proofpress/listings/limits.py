"""The limit of a lexer's time, in seconds of the processor: load, a stopped process and a laptop that sleeps cost none.

A lexer is a few hundred regular expressions by many hands, and some take time that doubles with each character of
certain texts. Python's regular expressions look for signals while they match, so a timer's signal reaches into them.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

T = TypeVar("T")

LIMIT: Final = 1.2
"""Seconds that a lexer may take over any listing."""

FOR_EACH: Final = 10e-6
"""Seconds more for each character: the slowest of Pygments' lexers that are no trap take half of that, most a tenth."""


class TimeUpError(Exception):
    """A lexer took too long."""


class _RingError(BaseException):
    """Raised inside a lexer, so not an Exception that the lexer could take for its own."""


def seconds_for(code: str) -> float:
    """Return how many seconds of the processor a listing may take."""
    return LIMIT + FOR_EACH * len(code)


def can_ring() -> bool:
    """Return whether a timer can end what this thread does: in the first thread, and not on Windows."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do some work. Raise TimeUpError where it takes more seconds of the processor; only where `can_ring` says so.

    The timer counts what this process computes, not what passes on the wall. Another one's that was set goes on.
    """
    running = True

    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if running:  # not where the work ended as the bell was lifted
            raise _RingError

    left, interval, rest = 0.0, 0.0, 0.0
    before = signal.signal(signal.SIGVTALRM, ring) or signal.SIG_DFL  # None: set by native code, out of reach
    try:
        try:
            left, interval = signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            result = work()
            running = False
            return result
        finally:
            rest, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            running = False
    except _RingError:
        raise TimeUpError from None
    finally:
        signal.signal(signal.SIGVTALRM, before)
        if left:  # it rings at once if it was due meanwhile
            signal.setitimer(signal.ITIMER_VIRTUAL, max(0.001, left - (seconds - rest)), interval)
