"""The pages and feeds of one build, each looked at when somebody asks for it, or else when there is time.

A build in the preview fills what browsers show, and tells which others wait. Whoever asks for one of these has it
looked at: its trace is held against today's answers, and it is filled where that does not hold. So a page is the one
that a clean build gives, whenever it is asked for, and nobody waits for pages that nobody looks at.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.targets import decode_filled
from proofpress.engine.loop import Kind
from proofpress.engine.piecemeal import Piecemeal
from proofpress.output.publish import Made
from proofpress.site.questions import ANY, Body

if TYPE_CHECKING:
    from proofpress.builder.build import Built
    from proofpress.builder.filling import Filled
    from proofpress.engine.loop import Traces
    from proofpress.engine.steps import Stale
    from proofpress.paths import OutputPath

PREVIEWED: Final = "previewed"
"""The kind of step that fills a target for a preview, which shows drafts."""

WORLD: Final = f"world {PREVIEWED}"
"""The fact that tells of which world all traces are."""

BYTES: Final = 16 * 2**20
"""How many bytes of filled pages are kept."""


class Pages:
    """Bytes of filled pages by their digest: those that were shown last. And how each page was when it could be made."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._last: dict[OutputPath, str] = {}
        self._size = 0
        self._lock = threading.Lock()

    def put(self, path: OutputPath, digest: str, data: bytes) -> None:
        """Keep a page's bytes, and let go of those that were not asked for the longest."""
        with self._lock:
            self._last[path] = digest
            if digest not in self._kept:
                self._size += len(data)
            self._kept[digest] = data
            self._kept.move_to_end(digest)
            while self._size > BYTES and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old)

    def get(self, digest: str) -> bytes | None:
        """Return a page's bytes, if they are there."""
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    def made(self, path: OutputPath, digest: str) -> None:
        """Take note of how a page is, whose bytes nobody asked for."""
        with self._lock:
            if path in self._last:
                self._last[path] = digest

    def last(self, path: OutputPath) -> str | None:
        """Return the digest of a page as it last was, where its bytes are still there."""
        with self._lock:
            digest = self._last.get(path)
            return digest if digest in self._kept else None


class Demand:
    """What of a build's pages and feeds is known, and how to know more. May be asked by any thread."""

    def __init__(self, built: Built, traces: Traces, pages: Pages, *, settled: bool) -> None:
        """`settled` tells that before this build all traces were of its world."""
        filled = built.filled
        self._filled = filled
        self._world = built.world.digest
        self._traces = traces
        self._pages = pages
        self._lock = threading.RLock()
        self._steps = Piecemeal(
            Kind(PREVIEWED, ANY),
            filled.filling,
            traces,
            lambda question: settled and not isinstance(question, Body),
        )
        self._made = dict(filled.made)
        self._problems = dict(filled.problems)
        self._waiting = dict.fromkeys([*(key for key in filled.waiting if key in filled.problems), *filled.waiting])
        self.reasons: dict[str, Stale] = {}
        """Why each that was filled since the build had to be."""

    @property
    def waiting(self) -> int:
        """How many nobody has looked at."""
        return len(self._waiting)

    def known(self, key: str) -> Made | None:
        """Return what is made of a target by now; None where that is not known, or it can't be made."""
        return self._made.get(key)

    def waits(self, key: str) -> bool:
        """Return whether nobody has looked at a target."""
        return key in self._waiting

    def look(self, key: str) -> Made | None:
        """Return what is made of a target, of which nobody may have known; None where it can't be made."""
        with self._lock:
            if key in self._waiting:
                self._look(key, shown=True)
            return self._made.get(key)

    def look_at_next(self) -> None:
        """Look at one of those that wait; those first with which something was wrong."""
        with self._lock:
            if self._waiting:
                self._look(next(iter(self._waiting)), shown=False)

    def read(self, key: str) -> bytes:
        """Return a target's bytes. Raises KeyError where it can't be made."""
        with self._lock:
            made = self.look(key)
            if made is None:
                raise KeyError(key)
            data = self._pages.get(made.digest)
            if data is None:
                outcome = self._steps.run(self._filled.steps[key])
                if outcome.data is None:
                    raise KeyError(key)
                data = bytes(outcome.data)
            self._pages.put(made.path, made.digest, data)
            return data

    def _look(self, key: str, *, shown: bool) -> None:
        del self._waiting[key]  # first: one that raises is not tried without end
        self._problems.pop(key, None)
        value, outcome, stale = self._steps.look(self._filled.steps[key])
        found = decode_filled(value)
        if found.problems:
            self._problems[key] = found.problems
        if stale is not None:
            self.reasons[key] = stale
        if found.path:
            self._made[key] = Made(found.path, found.digest)
            if outcome is not None and outcome.data is not None and shown:
                self._pages.put(found.path, found.digest, bytes(outcome.data))
            elif outcome is not None:
                self._pages.made(found.path, found.digest)
        if not self._waiting and self._steps.keeps:
            # A page that could not be filled keeps an older trace, which holds of another world.
            self._traces.put_fact(WORLD, self._world if len(self._made) == len(self._filled.steps) else b"")

    def filled(self) -> Filled:
        """Return what is filled by now."""
        with self._lock:
            return msgspec.structs.replace(
                self._filled, made=dict(self._made), problems=dict(self._problems), waiting=tuple(self._waiting)
            )

    def retire(self) -> Filled:
        """Return what is filled by now, and leave the traces to the next build: what is filled later is of a world before."""
        with self._lock:
            self._steps.keeps = False
            return self.filled()
