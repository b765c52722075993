"""Where a preview's steps run: in this process, with a renderer that is kept from save to save, and timed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from proofpress.builder.documents import DocumentStep, Reading
from proofpress.engine.loop import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Bench:
    """Runs steps one by one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """How long each step took, by its key."""
        self._lock = threading.RLock()
        self._reading: Reading | None = None
        self._renderer: Runner[Any, Any] | None = None

    def run(
        self,
        state: Any,
        make: Callable[[Any], Callable[[Any], Any]],
        tasks: Sequence[Any],
        progress: Callable[[int], None],
    ) -> Iterator[Any]:
        """Give the result of each step, in order."""
        if not tasks:
            return
        # A page that is asked for may need a body while a build renders others.
        with self._lock if isinstance(state, Reading) else threading.Lock():
            function = self._kept(state) if isinstance(state, Reading) else make(state)
            for done, task in enumerate(tasks, start=1):
                began = time.perf_counter()
                result = function(task)
                self.seconds[task.key] = time.perf_counter() - began
                progress(done)
                yield result

    def render(self, reading: Reading, step: DocumentStep) -> bytes | None:
        """Return a document's body."""
        with self._lock:
            _, outcome = self._kept(reading)(step)
        return outcome.blob

    def _kept(self, reading: Reading) -> Runner[Any, Any]:
        """Return the renderer: it is made at the first, and kept while the settings are."""
        if self._renderer is None or self._reading != reading:
            self.close()
            self._reading, self._renderer = reading, Runner(reading)
        return self._renderer

    def close(self) -> None:
        """End what the renderer holds."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
