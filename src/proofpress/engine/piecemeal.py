"""Steps looked at one by one, in whatever order they are asked for: the loop for who has something better to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from proofpress.engine.loop import Runner
from proofpress.engine.steps import AnswerDigests, why_stale
from proofpress.engine.store import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.engine.loop import Kind, Outcome, Step, Traces, Work
    from proofpress.engine.steps import Stale

Known = TypeVar("Known")
Context = TypeVar("Context")


class Piecemeal(Generic[Context, Known]):
    """Steps of one kind, for one state of what is known. Its methods are called by one thread at a time."""

    def __init__(
        self,
        kind: Kind,
        work: Work[Context, Known],
        traces: Traces,
        settled: Callable[[Any], bool] = lambda _question: False,
    ) -> None:
        """`settled` tells of a question that its answer must be what it was."""
        self._kind = kind
        self._work = work
        self._traces: Traces = traces
        self._shared = work.digest
        self._today = AnswerDigests(work.known, settled, work.digest_of())
        self._runner: Runner[Context, Known] | None = None
        self.keeps = True
        """Whether what steps leave is kept; no more, once the traces are of another state."""

    def look(self, step: Step[Context, Known]) -> tuple[bytes, Outcome | None, Stale | None]:
        """Return a step's value; what it made and why it ran, if its trace did not hold."""
        entry = self._traces.entries(self._kind.name, self._kind.questions).get(step.key)
        stale = why_stale(self._shared + step.digests, entry.trace if entry is not None else None, self._today)
        if entry is not None and stale is None:
            return entry.value, None, None
        outcome = self.run(step)
        return outcome.value, outcome, stale

    def run(self, step: Step[Context, Known]) -> Outcome:
        """Run a step, whatever is known of it."""
        if self._runner is None:
            self._runner = Runner(self._work)
        trace, outcome = self._runner(step)
        if outcome.kept and self.keeps:
            self._traces.put(self._kind.name, {step.key: Entry(trace, outcome.value, outcome.blob)})
        return outcome
