"""What is executed again after a change, and what is not.

The domain is a spreadsheet. Its facts are numbers by name; its steps are cells, each with a formula of its own (the
static input), which asks for facts and for what can be worked out from them. A build logs the cells that it executes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from proofpress.engine.digests import digest_of
from proofpress.engine.executors import Processes
from proofpress.engine.loop import Kind, Outcome, bring_up_to_date
from proofpress.engine.steps import AnswerDigests, Recorder, Stale, Trace, why_stale
from proofpress.engine.store import Entry, Store
from proofpress.engine.volatile import VolatileStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from proofpress.engine.loop import Traces
    from proofpress.engine.steps import Ask


class Facts:
    """What is known: numbers by name. Takes note of each question that it is asked."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self.numbers = numbers
        self.answered: list[object] = []


class Fact(msgspec.Struct, frozen=True, array_like=True, tag=True):
    name: str

    def answer(self, known: Facts) -> int:
        known.answered.append(self)
        return known.numbers[self.name]


class Sign(msgspec.Struct, frozen=True, array_like=True, tag=True):
    name: str

    def answer(self, known: Facts) -> int:
        known.answered.append(self)
        return (known.numbers[self.name] > 0) - (known.numbers[self.name] < 0)


class Count(msgspec.Struct, frozen=True, array_like=True, tag=True):
    def answer(self, known: Facts) -> int:
        known.answered.append(self)
        return len(known.numbers)


class Largest(msgspec.Struct, frozen=True, array_like=True, tag=True):
    def answer(self, known: Facts) -> int:
        known.answered.append(self)
        return max(known.numbers.values(), default=0)


class One(msgspec.Struct, frozen=True):
    """A question whose answer is all that is known."""

    def answer(self, known: object) -> object:
        return known


Question = Fact | Sign | Count | Largest
Formula = tuple[Question, ...]
"""A cell asks these in order and adds them up; after an answer below zero it asks no further."""


class Cell(msgspec.Struct, frozen=True):
    """A step: its formula is its own input, and its value what it adds up to."""

    key: str
    formula: Formula

    @property
    def digests(self) -> bytes:
        return digest_of([repr(question) for question in self.formula])

    def run(self, _context: None, asked: Recorder[Facts]) -> Outcome:
        return Outcome(msgspec.json.encode(evaluate(self.formula, asked.ask)))


class Adding(msgspec.Struct, frozen=True):
    """What the cells share: the facts."""

    known: Facts
    digest: bytes = digest_of("adding")

    def digest_of(self) -> Callable[[Any], bytes]:
        return digest_of

    def open(self) -> None:
        return None


CELLS = Kind("cell", Question)


class Sheet:
    def __init__(self, cells: dict[str, Formula], facts: dict[str, int], traces: Traces | None = None) -> None:
        self.cells = cells
        self.known = Facts(facts)
        self.traces = traces or VolatileStore({}, {})
        self.values: dict[str, int | None] = {}
        self.stale: dict[str, Stale] = {}

    @property
    def facts(self) -> dict[str, int]:
        return self.known.numbers

    @property
    def answered(self) -> Sequence[object]:
        return self.known.answered

    def build(self) -> list[str]:
        """Bring every cell up to date, and return those that were executed."""
        self.known.answered.clear()
        cells = [Cell(key, formula) for key, formula in self.cells.items()]
        results = bring_up_to_date(CELLS, cells, Adding(self.known), self.traces, Processes())
        self.values = {key: msgspec.json.decode(value) for key, value in results.values.items()}
        self.stale = results.reasons
        return list(results.reasons)


def evaluate(formula: Formula, ask: Ask[Facts]) -> int | None:
    """Add up; None where a fact is missing, which a cell shows as an empty field."""
    total = 0
    for question in formula:
        try:
            answer = ask(question)
        except LookupError:
            return None
        if answer < 0:
            break
        total += answer
    return total


@pytest.fixture
def sheet() -> Sheet:
    found = Sheet(
        cells={
            "rent": (Fact("rent"),),
            "total": (Fact("rent"), Fact("food")),
            "solvent": (Sign("balance"),),
            "rows": (Count(),),
            "peak": (Largest(),),
        },
        facts={"rent": 700, "food": 300, "balance": 50},
    )
    assert found.build() == ["rent", "total", "solvent", "rows", "peak"]
    return found


def test_nothing_changed_executes_nothing(sheet: Sheet) -> None:
    assert sheet.build() == []
    assert sheet.build() == []


def test_a_changed_answer_executes_exactly_the_steps_that_asked_it(sheet: Sheet) -> None:
    sheet.facts["food"] = 310
    assert sheet.build() == ["total"]
    assert sheet.values["total"] == 1010


def test_a_changed_fact_that_leaves_an_answer_as_it_was_executes_nothing(sheet: Sheet) -> None:
    sheet.facts["balance"] = 60
    assert sheet.build() == []
    sheet.facts["balance"] = -1
    assert sheet.build() == ["solvent"]


def test_a_fact_that_nobody_asked_for_executes_nothing_but_those_who_count(sheet: Sheet) -> None:
    sheet.facts["gifts"] = 5
    assert sheet.build() == ["rows"]


def test_a_fact_that_is_removed_and_added_again_executes_its_readers_both_times(sheet: Sheet) -> None:
    del sheet.facts["food"]
    assert sheet.build() == ["total", "rows"]
    assert sheet.values["total"] is None
    assert sheet.build() == []
    sheet.facts["food"] = 300
    assert sheet.build() == ["total", "rows"]
    assert sheet.values["total"] == 1000


def test_a_step_that_did_without_an_answer_executes_once_there_is_one(sheet: Sheet) -> None:
    sheet.cells["gifts"] = (Fact("gifts"),)
    assert sheet.build() == ["gifts"]
    assert sheet.values["gifts"] is None
    assert sheet.build() == []
    sheet.facts["gifts"] = 5
    assert "gifts" in sheet.build()
    assert sheet.values["gifts"] == 5


def test_changed_static_inputs_execute_the_step_alone(sheet: Sheet) -> None:
    sheet.cells["rent"] = (Fact("rent"), Count())
    assert sheet.build() == ["rent"]
    assert sheet.stale == {"rent": Stale("inputs", parts=(1,))}


def test_a_step_that_is_added_is_executed_alone(sheet: Sheet) -> None:
    sheet.cells["twice"] = (Fact("rent"), Fact("rent"))
    assert sheet.build() == ["twice"]
    assert sheet.values["twice"] == 1400


def test_a_step_that_is_removed_executes_nothing_and_is_warm_when_it_comes_back(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        sheet = Sheet({"rent": (Fact("rent"),), "peak": (Largest(),)}, {"rent": 700}, store)
        assert sheet.build() == ["rent", "peak"]
        formula = sheet.cells.pop("peak")
        assert sheet.build() == []
        assert "peak" not in sheet.values
        sheet.cells["peak"] = formula
        assert sheet.build() == []
        assert sheet.values["peak"] == 700


def test_what_is_no_pure_function_of_its_inputs_is_not_kept() -> None:
    class Limited(Cell, frozen=True):
        def run(self, _context: None, _asked: object) -> Outcome:
            return Outcome(b"1", kept=False)

    traces = VolatileStore({}, {})
    for _ in range(2):
        results = bring_up_to_date(CELLS, [Limited("a", ())], Adding(Facts({})), traces, Processes())
        assert results.values == {"a": b"1"}
        assert results.reasons == {"a": Stale("new")}
    assert traces.entries("cell") == {}


def test_what_stands_is_not_looked_at_and_stays(sheet: Sheet) -> None:
    sheet.facts["rent"] = 1
    cell = Cell("rent", (Fact("rent"),))
    others = sheet.cells.keys() - {"rent"}
    results = bring_up_to_date(CELLS, [cell], Adding(sheet.known), sheet.traces, Processes(), standing=others)
    assert list(results.values) == ["rent"]
    assert set(sheet.traces.entries("cell")) == set(sheet.cells)


def test_a_value_whose_thing_is_gone_is_made_again(sheet: Sheet) -> None:
    cells = [Cell(key, formula) for key, formula in sheet.cells.items()]
    results = bring_up_to_date(
        CELLS, cells, Adding(sheet.known), sheet.traces, Processes(), holds=lambda value: value != b"700"
    )
    assert results.reasons == {"rent": Stale("output"), "peak": Stale("output")}


def test_only_what_the_last_run_asked_counts(sheet: Sheet) -> None:
    sheet.facts["rent"] = -1
    assert sheet.build() == ["rent", "total", "peak"]
    assert sheet.values["total"] == 0
    sheet.facts["food"] = 999  # `total` did not get as far as this
    assert sheet.build() == ["peak"]


def test_an_answer_that_changes_its_type_alone_is_another() -> None:
    asked = Recorder(True)
    asked.ask(One())
    trace = asked.trace(b"inputs")
    assert why_stale(b"inputs", trace, AnswerDigests(True)) is None
    assert why_stale(b"inputs", trace, AnswerDigests(1)) == Stale("answer", One())


def test_each_reason_names_what_changed(sheet: Sheet) -> None:
    sheet.cells["new"] = ()
    sheet.cells["rows"] = (Count(), Count())
    sheet.facts["food"] = 1
    sheet.build()
    assert sheet.stale == {
        "new": Stale("new"),
        "rows": Stale("inputs", parts=(1,)),
        "total": Stale("answer", Fact("food")),
    }


def test_of_several_static_inputs_those_that_differ_are_named() -> None:
    one, two, three, other = (digest_of(n) for n in range(4))
    nobody = AnswerDigests(None)
    assert why_stale(one + other + three, Trace(one + two + three), nobody) == Stale("inputs", parts=(1,))
    assert why_stale(other + two + other, Trace(one + two + three), nobody) == Stale("inputs", parts=(0, 2))
    assert why_stale(one + two, Trace(one + two + three), nobody) == Stale("inputs")


def test_a_question_is_answered_once_a_build_however_many_steps_asked_it() -> None:
    many = Sheet({f"cell {n}": (Largest(), Count()) for n in range(20)}, {"a": 1})
    many.build()
    many.build()
    assert many.answered == [Largest(), Count()]


def test_a_step_whose_inputs_changed_asks_nothing_to_be_found_stale(sheet: Sheet) -> None:
    sheet.cells = {"rent": (Count(),)}
    sheet.build()
    assert sheet.answered == [Count()]  # by the step itself, when it ran


def test_a_question_that_a_step_asks_twice_is_recorded_once() -> None:
    recorder = Recorder(1)
    assert [recorder.ask(One()), recorder.ask(One())] == [1, 1]
    assert recorder.trace(b"") == Trace(b"", ((One(), digest_of(1)),))


def test_what_was_asked_for_a_part_counts_for_the_whole(sheet: Sheet) -> None:
    part, whole = Recorder(sheet.known), Recorder(sheet.known)
    part.ask(Fact("food"))
    whole.ask(Fact("rent"))
    whole.take(part)
    trace = whole.trace(b"")
    assert why_stale(b"", trace, AnswerDigests(sheet.known)) is None
    sheet.facts["food"] = 1
    assert why_stale(b"", trace, AnswerDigests(sheet.known)) == Stale("answer", Fact("food"))


def test_recorders_that_share_digests_record_the_same_traces(sheet: Sheet) -> None:
    shared: dict[Any, bytes] = {}
    traces = []
    for known in (None, shared, shared):
        recorder = Recorder(sheet.known, known)
        for question in sheet.cells["total"]:
            recorder.ask(question)
        traces.append(recorder.trace(b""))
    assert traces[0] == traces[1] == traces[2]


def test_an_answer_without_a_digest_is_an_error() -> None:
    recorder = Recorder(object())
    with pytest.raises(TypeError):
        recorder.ask(One())


def test_a_fault_in_an_answer_is_not_taken_for_a_missing_one() -> None:
    class Broken(msgspec.Struct, frozen=True):
        def answer(self, _known: None) -> int:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        AnswerDigests(None).of(Broken())


def test_a_trace_survives_being_stored(sheet: Sheet) -> None:
    stored = {
        key: Entry(msgspec.msgpack.decode(msgspec.msgpack.encode(entry.trace), type=Trace[Question]), entry.value)
        for key, entry in sheet.traces.entries("cell").items()
    }
    sheet.traces.put("cell", stored)
    assert sheet.build() == []


# ---------------------------------------------------------------- the law

names = st.sampled_from(["a", "b", "c", "d"])
numbers = st.integers(-2, 3)
questions: st.SearchStrategy[Question] = st.one_of(
    names.map(Fact), names.map(Sign), st.sampled_from([Count(), Largest()])
)


class IncrementalEqualsClean(RuleBasedStateMachine):
    """After any edits, the values are those of a sheet computed from nothing, and nothing runs without a reason."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet({}, {})

    @rule(name=names, number=numbers)
    def set_fact(self, name: str, number: int) -> None:
        self.sheet.facts[name] = number

    @rule(name=names)
    def remove_fact(self, name: str) -> None:
        self.sheet.facts.pop(name, None)

    @rule(cell=names, formula=st.lists(questions, max_size=4).map(tuple))
    def set_cell(self, cell: str, formula: Formula) -> None:
        self.sheet.cells[cell] = formula

    @rule(cell=names)
    def remove_cell(self, cell: str) -> None:
        self.sheet.cells.pop(cell, None)

    @rule(cell=names)
    def lose_what_is_remembered(self, cell: str) -> None:
        self.sheet.traces.sweep("cell", self.sheet.traces.entries("cell").keys() - {cell})

    @rule()
    def build(self) -> None:
        new = self.sheet.cells.keys() - self.sheet.traces.entries("cell").keys()
        executed = self.sheet.build()
        assert new <= set(executed)
        clean = Sheet(self.sheet.cells, self.sheet.facts)
        clean.build()
        assert self.sheet.values == clean.values
        assert self.sheet.build() == []


IncrementalEqualsClean.TestCase.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
TestIncrementalEqualsClean = IncrementalEqualsClean.TestCase


# ---------------------------------------------------------------- what a build holds


class Telling(Cell, frozen=True):
    """A cell that has something long to say, which is of no certainty where it is called so."""

    def run(self, _context: None, _asked: Recorder[Facts]) -> Outcome:
        return Outcome(b"1", b"long", kept=self.key != "uncertain")


def test_blobs_that_are_kept_need_not_be_held_as_well(tmp_path: Path) -> None:
    cells = [Telling("a", ()), Telling("uncertain", ())]
    with Store(tmp_path / "store") as store:
        ran = bring_up_to_date(CELLS, cells, Adding(Facts({})), store, Processes(), blobs=False).ran
        assert {key: outcome.blob for key, outcome in ran.items()} == {"a": None, "uncertain": b"long"}
        assert store.big("cell", "a") == b"long"
        anew = [Telling("b", ())]
        assert bring_up_to_date(CELLS, anew, Adding(Facts({})), store, Processes()).ran["b"].blob == b"long"
