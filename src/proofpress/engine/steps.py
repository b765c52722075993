"""Steps and their traces: what a step was made from, and whether that still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeVar

import msgspec

from proofpress.engine.digests import SIZE, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

Known = TypeVar("Known")
Known_contra = TypeVar("Known_contra", contravariant=True)
Known_co = TypeVar("Known_co", covariant=True)
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)
Asked = TypeVar("Asked")


class Question(Protocol[Known_contra, Answer_co]):
    """A frozen value, hashable and with equality, that knows how to find its answer in what is known."""

    def answer(self, known: Known_contra, /) -> Answer_co:
        """Return the answer, which has a digest; a pure function. Raises LookupError where there is none."""


class Ask(Protocol[Known_co]):
    """Puts a question to somebody who knows."""

    def __call__(self, question: Question[Known_co, Answer], /) -> Answer:
        """Return the answer. Raises LookupError where there is none."""


NO_ANSWER: Final = b""
"""Stands for the digest where a question could not be answered."""


class Trace(msgspec.Struct, Generic[Asked], frozen=True, array_like=True, gc=False):
    """What a step was made from: its static inputs, and each question that it asked with its answer's digest."""

    inputs: bytes
    asked: tuple[tuple[Asked, bytes], ...] = ()


class Stale(msgspec.Struct, frozen=True):
    """Why a step has to run: it is `new`, its `inputs` changed, or the answer to `question` did."""

    reason: Literal["new", "inputs", "answer", "output"]
    """`output` is for the step's owner to say: the value holds, but what was made from it is gone."""
    question: Any = None
    parts: tuple[int, ...] = ()
    """Which of the static inputs differ, where they are several digests in a row."""


class Recorder(Generic[Known]):
    """Answers questions, and takes note of each with the digest of its answer."""

    def __init__(
        self,
        known: Known,
        digests: dict[Any, bytes] | None = None,
        digest: Callable[[Any], bytes] = digest_of,
    ) -> None:
        """Answer from what is known.

        `digests` are those of answers, by question, that recorders share, so that what every step asks is digested
        once. `digest` is the function that `AnswerDigests` has.
        """
        self._known = known
        self._digest = digest
        self._digests = digests if digests is not None else {}
        self._asked: dict[Any, bytes] = {}

    def ask(self, question: Question[Known, Answer]) -> Answer:
        """Return the answer; a question that is asked again is recorded once.

        Raises LookupError as the answer does, and records that too: a step may do without, until there is one.
        """
        try:
            answer = question.answer(self._known)
        except LookupError:
            self._asked[question] = NO_ANSWER
            raise
        if question not in self._asked:
            digest = self._digests.get(question)
            if digest is None:
                digest = self._digests[question] = self._digest(answer)
            self._asked[question] = digest
        return answer

    def take(self, others: Recorder[Known]) -> None:
        """Record all that another recorder asked: what it made is used here."""
        self._asked.update(others._asked)

    def trace(self, inputs: bytes) -> Trace[Any]:
        """Return the trace of a step that asked all this."""
        return Trace(inputs, tuple(self._asked.items()))


class AnswerDigests(Generic[Known]):
    """The digests of today's answers: each question is asked once a build, however many steps asked it.

    `settled` tells of a question that its answer must be what it was when the traces were made, because nothing that it
    could depend on has changed: it is not asked at all.
    """

    def __init__(
        self,
        known: Known,
        settled: Callable[[Any], bool] = lambda _question: False,
        digest: Callable[[Any], bytes] = digest_of,
    ) -> None:
        self._known = known
        self._digest = digest
        self.settled = settled
        self._digests: dict[Any, bytes] = {}

    def of(self, question: Question[Known, Any]) -> bytes:
        """Return the digest of a question's answer; one that can't be answered any more has a digest of its own."""
        found = self._digests.get(question)
        if found is None:
            try:
                found = self._digest(question.answer(self._known))
            except LookupError:
                found = NO_ANSWER
            self._digests[question] = found
        return found


def why_stale(inputs: bytes, trace: Trace[Any] | None, answers: AnswerDigests[Any]) -> Stale | None:
    """Return why a step has to run again, or None when its trace holds."""
    if trace is None:
        return Stale("new")
    if trace.inputs != inputs:
        pieces = range(0, len(inputs), SIZE) if len(inputs) == len(trace.inputs) else ()
        changed = tuple(at // SIZE for at in pieces if inputs[at : at + SIZE] != trace.inputs[at : at + SIZE])
        return Stale("inputs", parts=changed)
    for question, digest in trace.asked:
        if not answers.settled(question) and answers.of(question) != digest:
            return Stale("answer", question)
    return None
