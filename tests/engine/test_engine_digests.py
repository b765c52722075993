"""One value, one digest, in every process; and no digest for what is not known."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import itertools
import math
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from proofpress.engine.digests import SIZE, Digester, digest_of, digest_of_all, digest_of_bytes


class Point(msgspec.Struct, frozen=True):
    x: int
    y: int = 0


class Twin(msgspec.Struct, frozen=True):
    x: int
    y: int = 0


class Note(msgspec.Struct, frozen=True):
    title: str
    when: dt.datetime | None = None
    tags: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    either: int | str | Point | None = None
    real: float = 0.0
    data: bytes = b""


class Tree(msgspec.Struct, frozen=True):
    name: str
    children: tuple[Tree, ...] = ()


class Colour(enum.Enum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


# ---------------------------------------------------------------- values, with what makes two of them one

offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
datetimes = st.datetimes(timezones=st.none() | offsets)
atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(st.characters())
    | st.binary()
    | datetimes
    | st.dates()
    | st.times()
)
keys = st.text() | st.integers() | st.booleans() | st.tuples(st.text(), st.integers())
small = st.integers(0, 2) | st.sampled_from(["", "0", "1", "a"]) | st.booleans() | st.just(1.0) | st.none()


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.frozensets(st.integers() | st.text(), max_size=4)
        | st.builds(Note, st.text(), st.none() | datetimes, st.just(("t",)), st.dictionaries(st.text(), inner))
        | st.builds(Point, st.integers(), st.integers())
    )


values = st.recursive(atoms, containers, max_leaves=12)
tight = st.recursive(small, containers, max_leaves=5)
"""Values so few that two of them are often equal, or equal but for their types."""


def seen(value: Any) -> Any:
    """What can be seen of a value, so that `==` on it means equal in value and in type, all the way down."""
    kind = type(value)
    if isinstance(value, msgspec.Struct):
        return kind.__name__, [seen(getattr(value, name)) for name in value.__struct_fields__]
    if kind in (list, tuple):
        return kind.__name__, [seen(item) for item in value]
    if kind is dict:
        return "dict", sorted((repr(seen(key)), seen(item)) for key, item in value.items())
    if kind is frozenset:
        return "frozenset", sorted(repr(seen(item)) for item in value)
    return kind.__name__, value.isoformat() if hasattr(value, "isoformat") else repr(value)


def copied(value: Any) -> Any:
    """The same value made anew, its dicts and sets filled in the other order."""
    kind = type(value)
    if isinstance(value, msgspec.Struct):
        return kind(*(copied(getattr(value, name)) for name in value.__struct_fields__))
    if kind in (list, tuple):
        return kind(copied(item) for item in value)
    if kind is dict:
        return {copied(key): copied(item) for key, item in reversed(value.items())}
    if kind is frozenset:
        return frozenset(copied(item) for item in reversed(list(value)))
    return value


@given(values)
def test_equal_values_have_equal_digests(value: Any) -> None:
    assert digest_of(value) == digest_of(copied(value))


@given(tight, tight)
def test_digests_are_equal_only_where_value_and_type_are(one: Any, other: Any) -> None:
    assert (digest_of(one) == digest_of(other)) == (seen(one) == seen(other))


@given(values, values)
def test_digests_of_any_two_values_differ_as_they_do(one: Any, other: Any) -> None:
    assert (digest_of(one) == digest_of(other)) == (seen(one) == seen(other))


structs = st.lists(
    st.builds(Point, st.integers(0, 2), st.integers(0, 1))
    | st.builds(Twin, st.integers(0, 2), st.integers(0, 1))
    | st.builds(Note, st.sampled_from(["a", "b", "\ud800"]), extra=st.dictionaries(st.just("k"), small, max_size=1))
    | st.builds(Tree, st.sampled_from(["a", "\ud800"])),
    max_size=4,
)


@given(structs, structs)
def test_many_structs_have_one_digest_only_where_they_are_equal_and_in_one_order(one: Any, other: Any) -> None:
    assert (digest_of_all(one) == digest_of_all(other)) == (seen(one) == seen(other))
    assert digest_of_all(one) == digest_of_all(copied(one))


ALIKE: list[Any] = [
    None, False, True, 0, 1, -1, 0.0, -0.0, 1.0, math.inf, "", "0", "1", "True", "None", "n", "T", b"", b"0", b"1",
    (), [], {}, frozenset(), ((),), [[]], [()], ([],), (1,), [1], ("1",), [1.0], [True], frozenset({1}), frozenset({"1"}),
    {1: 1}, {"1": 1}, {1: "1"}, {True: 1}, {None: 1}, {1: {}}, {1: []},
    ("a", "b"), ("ab",), ("a", ("b",)), (("a",), "b"), (("a", "b"),), ("a,b",), ("s1:a",), "s1:a", ["a", "b"], "ab",
    [[1], [2]], [[1, 2]], [[1, 2], []], [[], [1, 2]],
    dt.date(2024, 1, 5), dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 5, tzinfo=dt.UTC), "2024-01-05", dt.time(0),  # noqa: DTZ001
    "2024-01-05T00:00:00", dt.datetime(2024, 1, 5, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    dt.datetime(2024, 1, 5, microsecond=1, tzinfo=dt.UTC),
    Point(1), Twin(1), Point(0, 1), (1, 0), {"x": 1, "y": 0}, Note("a"), Tree("a"), Tree("a", (Tree("b"),)),
    *itertools.permutations(("", None, {}, [], (), frozenset()), 2),
]  # fmt: skip


def test_values_that_look_alike_have_each_a_digest_of_its_own() -> None:
    for one, other in itertools.combinations(ALIKE, 2):
        assert digest_of(one) != digest_of(other), (one, other)


@pytest.mark.parametrize(
    "wrap", [lambda v: Note("t", extra={"k": v}), lambda v: Note("t", extra={"k": [{"deep": (v,)}]})]
)
def test_values_that_look_alike_are_told_apart_in_a_field_that_holds_anything(wrap: Any) -> None:
    for one, other in itertools.combinations(ALIKE, 2):
        assert digest_of(wrap(one)) != digest_of(wrap(other)), (one, other)


class Within(msgspec.Struct, frozen=True):
    note: Note | None = None
    notes: tuple[Note, ...] = ()
    anything: dict[str, Any] | None = None
    within: Within | None = None


@pytest.mark.parametrize(
    "wrap",
    [
        lambda v: Within(note=Note("t", extra={"k": v})),
        lambda v: Within(notes=(Note("t", extra={"k": v}),)),
        lambda v: Within(anything={"k": v}),
        lambda v: Within(within=Within(anything={"k": v})),
    ],
)
def test_values_that_look_alike_are_told_apart_however_deep_the_field_that_holds_anything(wrap: Any) -> None:
    # As JSON they are one text.
    for one, other in ([1], (1,)), ("AAE=", b"\0\1"), ((), frozenset()):
        assert digest_of(wrap(one)) != digest_of(wrap(other)), (one, other)


def test_a_field_that_can_hold_but_one_value_has_a_digest() -> None:
    class Fixed(msgspec.Struct, frozen=True):
        kind: Literal["only"] = "only"
        other: Literal["one", "two"] = "one"  # msgspec 0.19 looks at no literal of mixed types

    assert digest_of(Fixed()) == digest_of(Fixed())
    assert digest_of(Fixed()) != digest_of(Fixed(other="two"))


def test_values_of_a_field_with_several_types_are_told_apart() -> None:
    found = [1, "1", Point(1), None, 0, ""]
    assert len({digest_of(Note("t", either=value)) for value in found}) == len(found)  # type: ignore[arg-type]


def test_reals_in_a_field_are_told_apart() -> None:
    found = [0.0, -0.0, math.inf, -math.inf, math.nan]
    assert len({digest_of(Note("t", real=value)) for value in found}) == len(found)


def test_a_change_in_any_field_changes_the_digest() -> None:
    moment = dt.datetime(2024, 1, 5, tzinfo=dt.UTC)
    found = [
        Note("a"), Note("b"), Note("\ud800"), Note("\ud801"), Note("a", moment), Note("a", None, ("t",)),
        Note("a", None, ("t", "u")), Note("a", None, ("tu",)), Note("a", extra={"k": 1}), Note("a", data=b"\0"),
    ]  # fmt: skip
    assert len({digest_of(note) for note in found}) == len(found)


def test_one_moment_with_two_offsets_is_two_values() -> None:
    utc = dt.datetime(2024, 1, 5, 12, tzinfo=dt.UTC)
    auckland = utc.astimezone(dt.timezone(dt.timedelta(hours=13)))
    assert utc == auckland
    assert digest_of(utc) != digest_of(auckland)
    assert digest_of(Note("t", utc)) != digest_of(Note("t", auckland))


def test_a_moment_read_back_from_text_has_the_digest_of_the_one_that_was_written() -> None:
    written = dt.datetime(2024, 7, 5, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert digest_of(dt.datetime.fromisoformat(written.isoformat())) == digest_of(written)
    note = Note("t", written, extra={"k": [1, "2"]})
    assert digest_of(msgspec.json.decode(msgspec.json.encode(note), type=Note)) == digest_of(note)


def test_a_number_of_any_length_has_a_digest() -> None:
    assert digest_of(10**6000) != digest_of(10**6000 + 1)


@pytest.mark.parametrize(
    "unknown",
    [
        object(), {1, 2}, Colour.RED, decimal.Decimal(1), PurePosixPath("a"), Markup("a"), 1j, bytearray(b"a"), len,
        Point, range(3), iter([1]), dt.timedelta(1), type("Text", (str,), {})("a"), Number.ONE,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_an_unknown_type_is_an_error_however_deep_it_stands(unknown: Any) -> None:
    for value in (
        unknown, [unknown], (1, (unknown,)), {"k": unknown}, [{"k": [(unknown,)]}],
        Note("t", extra={"k": unknown}), Note("t", extra={"k": [{"deep": unknown}]}), [Note("t", either=unknown)],
    ):  # fmt: skip
        with pytest.raises(TypeError, match="has no digest"):
            digest_of(value)


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(TypeError, match=r"decimal\.Decimal has no digest"):
        digest_of([decimal.Decimal(1)])


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(TypeError):
        digest_of({Colour.RED: 1})
    with pytest.raises(TypeError):
        digest_of(frozenset({Colour.RED}))


def test_digests_are_the_same_in_processes_with_other_hash_seeds() -> None:
    code = (
        "import datetime as dt, sys; sys.path.insert(0, sys.argv[1]); from test_engine_digests import Note, Point;"
        "from proofpress.engine.digests import digest_of;"
        "words = [str(n) for n in range(50)];"
        "print(digest_of([{w: frozenset(words) for w in set(words)}, frozenset(words), Point(1), Note('t', extra="
        "{w: [1, None] for w in set(words)}), dt.datetime(2024, 1, 5, tzinfo=dt.UTC)]).hex())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, Path(__file__).parent],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Pacific/Auckland"), ("4242", "Pacific/Honolulu"))
    }
    assert len(printed) == 1
    assert len(bytes.fromhex(printed.pop())) == SIZE


@given(st.binary(), st.binary())
def test_digests_of_bytes_are_equal_only_where_the_bytes_are(one: bytes, other: bytes) -> None:
    assert (digest_of_bytes(one) == digest_of_bytes(other)) == (one == other)
    assert len(digest_of_bytes(one)) == SIZE


class Leaf(msgspec.Struct, frozen=True):
    name: str
    more: dict[str, Any] = {}


class Branch(msgspec.Struct, frozen=True):
    leaves: list[Leaf]
    best: Leaf | None = None


def test_a_digester_reads_each_struct_once_and_tells_values_apart_as_well() -> None:
    one, alike, other = Leaf("one"), Leaf("one"), Leaf("other")
    digest = Digester(Leaf)
    assert digest(Branch([one, other])) == digest(Branch([alike, other])), "another object with the same value"
    assert digest(Branch([one, other])) == Digester(Leaf)(Branch([one, other])), "in another process too"
    values = [
        Branch([one]),
        Branch([other]),
        Branch([one, other]),
        Branch([other, one]),
        Branch([one], best=one),
        one,
        [one],
    ]
    assert len({digest(value) for value in values}) == len(values)
    assert digest(7) == digest_of(7)
