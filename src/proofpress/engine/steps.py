"""Steps and their traces: what a step was made from, and whether that still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from proofpress.engine.digests import SIZE, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Question = tuple[str, ...]
"""A question's name and its arguments, as text: `("around", "content/posts/a.md")`."""


NO_ANSWER: Final = b""
"""Stands for the digest where a question could not be answered."""


class Trace(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a step was made from: its static inputs, and each question that it asked with its answer's digest."""

    inputs: bytes
    asked: tuple[tuple[Question, bytes], ...] = ()


class Stale(msgspec.Struct, frozen=True):
    """Why a step has to run: it is `new`, its `inputs` changed, or the answer to `question` did."""

    reason: Literal["new", "inputs", "answer", "output"]
    """`output` is for the step's owner to say: the value holds, but what was made from it is gone."""
    question: Question | None = None
    parts: tuple[int, ...] = ()
    """Which of the static inputs differ, where they are several digests in a row."""


class Recorder:
    """Answers questions, and takes note of each with the digest of its answer."""

    def __init__(
        self,
        answer: Callable[[Question], Any],
        known: dict[Question, bytes] | None = None,
        digest: Callable[[Any], bytes] = digest_of,
    ) -> None:
        """Answer by way of a pure function from a question to a value that has a digest.

        `known` are digests of answers that recorders share, so that what every step asks is digested once. `digest` is
        the one that `Answers` has.
        """
        self._answer = answer
        self._digest = digest
        self._known = known if known is not None else {}
        self._asked: dict[Question, bytes] = {}

    def ask(self, question: Question) -> Any:
        """Return the answer; a question that is asked again is recorded once.

        Raises LookupError as the answer does, and records that too: a step may do without, until there is one.
        """
        try:
            answer = self._answer(question)
        except LookupError:
            self._asked[question] = NO_ANSWER
            raise
        if question not in self._asked:
            digest = self._known.get(question)
            if digest is None:
                digest = self._known[question] = self._digest(answer)
            self._asked[question] = digest
        return answer

    def take(self, others: Recorder) -> None:
        """Record all that another recorder asked: what it made is used here."""
        self._asked.update(others._asked)

    def trace(self, inputs: bytes) -> Trace:
        """Return the trace of a step that asked all this."""
        return Trace(inputs, tuple(self._asked.items()))


class Answers:
    """The digests of today's answers: each question is asked once a build, however many steps asked it.

    `settled` tells of a question that its answer must be what it was when the traces were made, because nothing that it
    could depend on has changed: it is not asked at all.
    """

    def __init__(
        self,
        answer: Callable[[Question], Any],
        settled: Callable[[Question], bool] = lambda _question: False,
        digest: Callable[[Any], bytes] = digest_of,
    ) -> None:
        self._answer = answer
        self._digest = digest
        self.settled = settled
        self._known: dict[Question, bytes] = {}

    def digest(self, question: Question) -> bytes:
        """Return the digest of a question's answer; one that can't be answered any more has a digest of its own."""
        found = self._known.get(question)
        if found is None:
            try:
                found = self._digest(self._answer(question))
            except LookupError:
                found = NO_ANSWER
            self._known[question] = found
        return found


def why_stale(inputs: bytes, trace: Trace | None, answers: Answers) -> Stale | None:
    """Return why a step has to run again, or None when its trace holds."""
    if trace is None:
        return Stale("new")
    if trace.inputs != inputs:
        pieces = range(0, len(inputs), SIZE) if len(inputs) == len(trace.inputs) else ()
        changed = tuple(at // SIZE for at in pieces if inputs[at : at + SIZE] != trace.inputs[at : at + SIZE])
        return Stale("inputs", parts=changed)
    for question, digest in trace.asked:
        if not answers.settled(question) and answers.digest(question) != digest:
            return Stale("answer", question)
    return None


def stale_steps(steps: Mapping[str, bytes], traces: Mapping[str, Trace], answers: Answers) -> dict[str, Stale]:
    """Return the steps (by key, with the digest of their static inputs) that have to run, each with the reason."""
    found = {}
    for key, inputs in steps.items():
        stale = why_stale(inputs, traces.get(key), answers)
        if stale is not None:
            found[key] = stale
    return found
