"""The one loop of remembered steps: what holds is read back, what doesn't runs, wherever an executor runs it.

A step is a picklable value. It is handed its inputs in its own fields, and what all steps of its kind share in a
`Work`; both have digests, and these are what its trace holds. So a step can't depend on what is not in its trace: there
is no other way to it. It may ask typed questions, whose answers are recorded, and read blobs by their digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

from proofpress.engine.steps import AnswerDigests, Recorder, Stale, Trace, why_stale
from proofpress.engine.store import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from proofpress.engine.executors import Executor

Known = TypeVar("Known")
Context = TypeVar("Context")
StepKnown = TypeVar("StepKnown")
Known_co = TypeVar("Known_co", covariant=True)
Context_contra = TypeVar("Context_contra", contravariant=True)
Context_co = TypeVar("Context_co", covariant=True)

PUT_AT_ONCE = 200
"""How many results are handed to the store together, while the others are made: a few megabytes."""


class Outcome(msgspec.Struct, frozen=True):
    """What a step made."""

    value: bytes
    """Kept with the trace; read on every build."""
    blob: bytes | None = None
    """Kept by its digest; read when somebody asks for it."""
    data: Any = None
    """Handed on to who asked for the step, and not kept."""
    kept: bool = True
    """Whether it is a pure function of what was digested. What a limit or a missing program decided is not."""


class Step(Protocol[Context_contra, StepKnown]):
    """One result to make. A frozen, picklable value, whose fields are its inputs."""

    @property
    def key(self) -> str:
        """The name under which it is remembered."""

    @property
    def digests(self) -> bytes:
        """The digests of its own inputs in a row, in the order in which its kind names them."""

    def run(self, context: Context_contra, asked: Recorder[StepKnown], /) -> Outcome:
        """Make the result from its fields, from what was opened, and from answers; a pure function."""


class Work(Protocol[Context_co, Known_co]):
    """What all steps of a kind share. A frozen, picklable value."""

    @property
    def digest(self) -> bytes:
        """The digest of all in it but what is known."""

    @property
    def known(self) -> Known_co:
        """What the steps' questions are answered from."""

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers: a fresh one, since it may remember what it has seen."""

    def open(self) -> Context_co:
        """Make what steps work with in one process. Where it has a method `close`, that is called in the end."""


class Traces(Protocol):
    """What keeps traces and values from one build to the next."""

    def entries(self, kind: str, questions: Any = ..., only: Sequence[str] | None = None) -> Mapping[str, Entry]:
        """Return every entry of a kind, or at least those of `only` some keys, without their blobs.

        `questions` is the type of what its steps ask.
        """

    def fact(self, name: str) -> bytes | None:
        """Return a fact about the build before."""

    def put(self, kind: str, entries: Mapping[str, Entry]) -> None:
        """Keep what steps left."""

    def put_fact(self, name: str, data: bytes) -> None:
        """Keep a fact for the next build."""

    def sweep(self, kind: str, used: AbstractSet[str]) -> None:
        """Let go of what is used no more."""

    def commit(self) -> None:
        """Make what was put last."""


class Kind(msgspec.Struct, frozen=True):
    """A kind of step: the name that its traces are kept under, and the type of the questions that it asks."""

    name: str
    questions: Any = tuple[str, ...]


class Results(msgspec.Struct, frozen=True):
    """What the steps of a kind gave, each by its key."""

    values: dict[str, bytes]
    """In the order of the steps."""
    ran: dict[str, Outcome]
    """Of the steps that ran, what they made."""
    reasons: dict[str, Stale]
    """Why they ran."""
    before: dict[str, bytes]
    """What those of them that are remembered made the time before."""


def bring_up_to_date(
    kind: Kind,
    steps: Iterable[Step[Context, Known]],
    work: Work[Context, Known],
    traces: Traces,
    executor: Executor,
    *,
    standing: AbstractSet[str] = frozenset(),
    settled: Callable[[Any], bool] = lambda _question: False,
    holds: Callable[[bytes], bool] = lambda _value: True,
    commit: bool = True,
    blobs: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Results:
    """Return the results of all steps; those whose traces don't hold run now.

    `standing` are keys of others, which hold without being looked at. `settled` tells of a question that its answer must
    be what it was. `holds` tells whether what a value stands for is still there. With `commit` results are made to last
    as they come; else that is left to the caller. Without `blobs` they are let go once they are kept: of thousands of
    steps they are most of what a build holds. `progress` is told how many of the steps that run are done, and of how
    many.
    """
    steps = list(steps)
    entries = traces.entries(kind.name, kind.questions, [step.key for step in steps] if standing else None)
    today = AnswerDigests(work.known, settled, work.digest_of())
    values: dict[str, bytes] = {}
    reasons: dict[str, Stale] = {}
    before: dict[str, bytes] = {}
    stale_steps: list[Step[Context, Known]] = []
    shared = work.digest
    for step in steps:
        entry = entries.get(step.key)
        stale = why_stale(shared + step.digests, entry.trace if entry else None, today)
        if entry is not None:
            if stale is None and not holds(entry.value):
                stale = Stale("output")
            values[step.key] = entry.value
            before[step.key] = entry.value
        else:
            values[step.key] = b""  # its place in the order
        if stale is not None:
            reasons[step.key] = stale
            stale_steps.append(step)
    ran: dict[str, Outcome] = {}
    fresh: dict[str, Entry] = {}
    results = executor.run(work, Runner, stale_steps, lambda done: progress(done, len(stale_steps)))
    for step, (trace, outcome) in zip(stale_steps, results, strict=True):
        values[step.key] = outcome.value
        ran[step.key] = outcome if blobs or not outcome.kept else msgspec.structs.replace(outcome, blob=None)
        if outcome.kept:
            fresh[step.key] = Entry(trace, outcome.value, outcome.blob)
            if len(fresh) == PUT_AT_ONCE:
                _keep(traces, kind.name, fresh, commit=commit)
    _keep(traces, kind.name, fresh, commit=commit)
    traces.sweep(kind.name, values.keys() | standing)
    if commit:
        traces.commit()
    return Results(values, ran, reasons, {key: before[key] for key in reasons if key in before})


def _keep(traces: Traces, kind: str, fresh: dict[str, Entry], *, commit: bool) -> None:
    traces.put(kind, fresh)
    fresh.clear()
    if commit:
        traces.commit()


class Runner(Generic[Context, Known]):
    """Runs steps of one kind in one process."""

    def __init__(self, work: Work[Context, Known]) -> None:
        self._known = work.known
        self._shared = work.digest
        self._context = work.open()
        self._digest = work.digest_of()
        self._digests: dict[Any, bytes] = {}

    def __call__(self, step: Step[Context, Known]) -> tuple[Trace[Any], Outcome]:
        """Run a step; return its trace and what it made."""
        asked = Recorder(self._known, self._digests, self._digest)
        outcome = step.run(self._context, asked)
        return asked.trace(self._shared + step.digests), outcome

    def close(self) -> None:
        """Close what was opened."""
        close: Callable[[], None] | None = getattr(self._context, "close", None)
        if close is not None:
            close()
