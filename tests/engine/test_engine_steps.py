"""What is executed again after a change, and what is not.

The domain is a spreadsheet. Its facts are numbers by name; its steps are cells, each with a formula of its own (the
static input), which asks for facts and for what can be worked out from them. A build logs the cells that it executes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from proofpress.engine.digests import digest_of
from proofpress.engine.steps import Answers, Question, Recorder, Stale, Trace, stale_steps, why_stale

if TYPE_CHECKING:
    from collections.abc import Callable

Formula = tuple[Question, ...]
"""A cell asks these in order and adds them up; after an answer below zero it asks no further."""


class Sheet:
    def __init__(self, cells: dict[str, Formula], facts: dict[str, int]) -> None:
        self.cells = cells
        self.facts = facts
        self.memory: dict[str, tuple[Trace, int | None]] = {}
        self.executed: list[str] = []
        self.answered: list[Question] = []
        self.stale: dict[str, Stale] = {}

    @property
    def values(self) -> dict[str, int | None]:
        return {cell: self.memory[cell][1] for cell in self.cells}

    def answer(self, question: Question) -> int:
        self.answered.append(question)
        match question:
            case ("fact", name):
                return self.facts[name]
            case ("sign", name):
                return (self.facts[name] > 0) - (self.facts[name] < 0)
            case ("count",):
                return len(self.facts)
            case ("largest",):
                return max(self.facts.values(), default=0)
        raise AssertionError(question)

    def build(self) -> list[str]:
        """Bring every cell up to date, and return those that were executed."""
        self.executed, self.answered = [], []
        steps = {cell: digest_of(formula) for cell, formula in self.cells.items()}
        traces = {cell: trace for cell, (trace, _) in self.memory.items()}
        self.stale = stale_steps(steps, traces, Answers(self.answer))
        for cell in self.stale:
            self.executed.append(cell)
            recorder = Recorder(self.answer)
            value = evaluate(self.cells[cell], recorder.ask)
            self.memory[cell] = recorder.trace(steps[cell]), value
        return self.executed


def evaluate(formula: Formula, ask: Callable[[Question], int]) -> int | None:
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
            "rent": (("fact", "rent"),),
            "total": (("fact", "rent"), ("fact", "food")),
            "solvent": (("sign", "balance"),),
            "rows": (("count",),),
            "peak": (("largest",),),
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
    sheet.cells["gifts"] = (("fact", "gifts"),)
    assert sheet.build() == ["gifts"]
    assert sheet.values["gifts"] is None
    assert sheet.build() == []
    sheet.facts["gifts"] = 5
    assert "gifts" in sheet.build()
    assert sheet.values["gifts"] == 5


def test_changed_static_inputs_execute_the_step_alone(sheet: Sheet) -> None:
    sheet.cells["rent"] = (("fact", "rent"), ("count",))
    assert sheet.build() == ["rent"]
    assert sheet.stale == {"rent": Stale("inputs", parts=(0,))}


def test_a_step_that_is_added_is_executed_alone(sheet: Sheet) -> None:
    sheet.cells["twice"] = (("fact", "rent"), ("fact", "rent"))
    assert sheet.build() == ["twice"]
    assert sheet.values["twice"] == 1400


def test_a_step_that_is_removed_executes_nothing_and_is_warm_when_it_comes_back(sheet: Sheet) -> None:
    formula = sheet.cells.pop("peak")
    assert sheet.build() == []
    assert "peak" not in sheet.values
    sheet.cells["peak"] = formula
    assert sheet.build() == []
    assert sheet.values["peak"] == 700


def test_only_what_the_last_run_asked_counts(sheet: Sheet) -> None:
    sheet.facts["rent"] = -1
    assert sheet.build() == ["rent", "total", "peak"]
    assert sheet.values["total"] == 0
    sheet.facts["food"] = 999  # `total` did not get as far as this
    assert sheet.build() == ["peak"]


def test_an_answer_that_changes_its_type_alone_is_another() -> None:
    asked = Recorder(lambda _question: True)
    asked.ask(("one",))
    trace = asked.trace(b"inputs")
    assert why_stale(b"inputs", trace, Answers(lambda _question: True)) is None
    assert why_stale(b"inputs", trace, Answers(lambda _question: 1)) == Stale("answer", ("one",))


def test_each_reason_names_what_changed(sheet: Sheet) -> None:
    sheet.cells["new"] = ()
    sheet.cells["rows"] = (("count",), ("count",))
    sheet.facts["food"] = 1
    sheet.build()
    assert sheet.stale == {
        "new": Stale("new"),
        "rows": Stale("inputs", parts=(0,)),
        "total": Stale("answer", ("fact", "food")),
    }


def test_of_several_static_inputs_those_that_differ_are_named() -> None:
    one, two, three, other = (digest_of(n) for n in range(4))
    nobody = Answers(lambda question: pytest.fail(f"asked {question}"))
    assert why_stale(one + other + three, Trace(one + two + three), nobody) == Stale("inputs", parts=(1,))
    assert why_stale(other + two + other, Trace(one + two + three), nobody) == Stale("inputs", parts=(0, 2))
    assert why_stale(one + two, Trace(one + two + three), nobody) == Stale("inputs")


def test_a_question_is_answered_once_a_build_however_many_steps_asked_it() -> None:
    many = Sheet({f"cell {n}": (("largest",), ("count",)) for n in range(20)}, {"a": 1})
    many.build()
    many.build()
    assert sorted(many.answered) == [("count",), ("largest",)]


def test_a_step_whose_inputs_changed_asks_nothing_to_be_found_stale(sheet: Sheet) -> None:
    sheet.cells = {"rent": (("count",),)}
    sheet.build()
    assert sheet.answered == [("count",)]  # by the step itself, when it ran


def test_a_question_that_a_step_asks_twice_is_recorded_once() -> None:
    recorder = Recorder(lambda _question: 1)
    assert [recorder.ask(("one",)), recorder.ask(("one",))] == [1, 1]
    assert recorder.trace(b"") == Trace(b"", ((("one",), digest_of(1)),))


def test_what_was_asked_for_a_part_counts_for_the_whole(sheet: Sheet) -> None:
    part, whole = Recorder(sheet.answer), Recorder(sheet.answer)
    part.ask(("fact", "food"))
    whole.ask(("fact", "rent"))
    whole.take(part)
    trace = whole.trace(b"")
    assert why_stale(b"", trace, Answers(sheet.answer)) is None
    sheet.facts["food"] = 1
    assert why_stale(b"", trace, Answers(sheet.answer)) == Stale("answer", ("fact", "food"))


def test_recorders_that_share_digests_record_the_same_traces(sheet: Sheet) -> None:
    shared: dict[Question, bytes] = {}
    traces = []
    for known in (None, shared, shared):
        recorder = Recorder(sheet.answer, known)
        for question in sheet.cells["total"]:
            recorder.ask(question)
        traces.append(recorder.trace(b""))
    assert traces[0] == traces[1] == traces[2]


def test_an_answer_without_a_digest_is_an_error() -> None:
    recorder = Recorder(lambda _question: object())
    with pytest.raises(TypeError):
        recorder.ask(("one",))


def test_a_fault_in_an_answer_is_not_taken_for_a_missing_one() -> None:
    def broken(_question: Question) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Answers(broken).digest(("one",))


def test_a_trace_survives_being_stored(sheet: Sheet) -> None:
    for cell, (trace, value) in sheet.memory.items():
        sheet.memory[cell] = msgspec.msgpack.decode(msgspec.msgpack.encode(trace), type=Trace), value
    assert sheet.build() == []


# ---------------------------------------------------------------- the law

names = st.sampled_from(["a", "b", "c", "d"])
numbers = st.integers(-2, 3)
questions: st.SearchStrategy[Question] = st.one_of(
    st.tuples(st.sampled_from(["fact", "sign"]), names), st.sampled_from([("count",), ("largest",)])
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
        self.sheet.memory.pop(cell, None)

    @rule()
    def build(self) -> None:
        new = self.sheet.cells.keys() - self.sheet.memory.keys()
        executed = self.sheet.build()
        assert new <= set(executed)
        clean = Sheet(self.sheet.cells, self.sheet.facts)
        clean.build()
        assert self.sheet.values == clean.values
        assert self.sheet.build() == []


IncrementalEqualsClean.TestCase.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
TestIncrementalEqualsClean = IncrementalEqualsClean.TestCase
