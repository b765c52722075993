"""Waiting for others no longer than they are worth: libraries that speak to a network may wait for ever."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` gives, and raise what it raises. Raises TimeoutError where it takes longer, and leaves it to itself."""
    answer: list[T] = []
    failed: list[BaseException] = []

    def do() -> None:
        try:
            answer.append(work())
        except BaseException as error:  # noqa: BLE001 - which is raised where the answer is waited for
            failed.append(error)

    thread = threading.Thread(target=do, daemon=True)  # one that hangs must not keep the process from its end
    thread.start()
    thread.join(max(0.0, seconds))
    if failed:
        raise failed[0]
    if not answer:
        # What hangs is told by us, and not once more when the process ends.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        raise TimeoutError(f"no answer within {max(0.0, seconds):.0f} s")
    return answer[0]
