"""Steps that ask questions, in a cache that machines share: what holds today is taken, all else is made and left there."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from proofpress.engine import bundles
from proofpress.engine.bundles import Bundled
from proofpress.engine.digests import digest_of
from proofpress.engine.executors import Processes
from proofpress.engine.loop import Kind, Outcome, Runner
from proofpress.engine.sharing import Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from proofpress.engine.steps import Recorder, Trace


class Asks(msgspec.Struct, frozen=True, tag=True):
    """What a word stands for."""

    word: str

    def answer(self, known: Mapping[str, str]) -> str:
        return known[self.word]


KIND = Kind("line", Asks)


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """What lines of text are made with."""

    known: dict[str, str]
    digest: bytes = digest_of("lines")

    def digest_of(self) -> Callable[[Any], bytes]:
        return digest_of

    def open(self) -> None:
        return None

    def could_be(self, step: Line, value: bytes, data: bytes) -> bool:
        return value == step.key.encode() and data.startswith(b"about ")

    def landed(self, result: tuple[Trace[Any], Outcome]) -> tuple[Trace[Any], Outcome]:
        return result

    def bytes_of(self, outcome: Outcome) -> bytes:
        assert isinstance(outcome.data, bytes)
        return outcome.data


class Line(msgspec.Struct, frozen=True):
    key: str
    word: str
    digests: bytes = digest_of(1)

    def run(self, _using: None, asked: Recorder[Mapping[str, str]]) -> Outcome:
        return Outcome(self.key.encode(), data=f"about {asked.ask(Asks(self.word))}".encode())


class Memory:
    """A place that is a dictionary."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.written = 0

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        return {name: self.entries[name] for name in names if name in self.entries}

    def write(self, entries: Mapping[str, bytes]) -> None:
        self.entries |= entries
        self.written += len(entries)


STEPS = [Line(f"line {number}", "ab"[number % 2]) for number in range(60)]
KNOWN = {"a": "apples", "b": "bees"}


class Counting(Processes):
    """Runs steps here, and takes note of which."""

    ran: tuple[str, ...] = ()

    def run(self, state: Any, make: Any, tasks: Sequence[Any], progress: Callable[[int], None]) -> Any:
        self.ran = tuple(step.key for step in tasks)
        return super().run(state, make, tasks, progress)


def lines(
    place: Memory, steps: list[Line] = STEPS, *, every: list[Line] = STEPS, **known: str
) -> tuple[list[str], int]:
    """Return what steps give with this place, and how many of them ran."""
    counting, shared = Counting(), Shared(place, "there")
    done: list[int] = []
    executor = Bundled(shared, counting, KIND, {step.key for step in every})
    results = list(executor.run(Lines(known=KNOWN | known), Runner, steps, done.append))
    assert done[-1:] in ([], [len(steps)])
    assert "can't" not in shared.notice
    return [outcome.data.decode() for _, outcome in results], len(counting.ran)


@pytest.fixture
def place() -> Memory:
    """A place that one machine filled."""
    filled = Memory()
    assert lines(filled)[1] == 60
    return filled


ALL = ["about apples", "about bees"] * 30


def test_what_holds_in_a_bundle_does_not_run_and_what_was_made_from_another_answer_does(place: Memory) -> None:
    written = place.written
    assert lines(place) == (ALL, 0)
    assert place.written == written, "and nothing is written again"
    assert lines(place, b="birds") == (["about apples", "about birds"] * 30, 30)
    assert lines(place, b="birds") == (["about apples", "about birds"] * 30, 0), "what was made took its place"
    assert lines(place)[1] == 30


def test_a_bundle_keeps_what_stands_elsewhere_and_lets_go_of_what_is_no_more(
    place: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = STEPS[:58]
    lines(place, there[:45], every=there, a="ants", b="birds")  # the machine that does this has the others still
    assert lines(place, there, every=there, a="ants", b="birds")[1] == 13, "the others were made from other answers"
    assert b"line 59" in held(place), "in a bundle of which nothing was made"
    monkeypatch.setattr(bundles, "digest_of_bytes", lambda _key: b"one")  # so that all share a bundle
    place = Memory()
    lines(place)
    lines(place, there[:45], every=there, a="ants", b="birds")
    assert b"line 57" in held(place)
    assert b"line 59" not in held(place)
    assert lines(place, there, every=there)[1] == 45


def held(place: Memory) -> bytes:
    shared = Shared(place, "there")
    return b"".join(zlib.decompress(data) for data in shared.read(list(place.entries)).values())


def test_little_is_made_and_not_looked_up(place: Memory) -> None:
    assert lines(place, STEPS[:39]) == (ALL[:39], 39)


def test_what_is_damaged_too_large_or_can_not_be_is_made(place: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared(place, "there")
    whole = {name: shared.read([name])[name] for name in list(place.entries)}
    cut, other, *_ = sorted(whole, key=lambda name: len(zlib.decompress(whole[name])))
    forged = zlib.decompress(whole[other]).replace(b"about", b"abort")
    shared.write({cut: whole[cut][:-3], other: zlib.compress(forged)})
    texts, ran = lines(place)
    assert texts == ALL
    assert ran >= 2
    assert lines(place) == (ALL, 0), "and mended there"
    shared.write({cut: zlib.compress(b"no bundle")})
    assert lines(place)[0] == ALL
    monkeypatch.setattr(bundles, "MOST", 10)
    assert lines(place) == (ALL, 60), "none is unpacked as a whole"
