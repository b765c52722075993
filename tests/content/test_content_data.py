"""Data files are read as plain values, or told what is wrong with them and where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.data import read_data
from proofpress.paths import SourcePath


def read(name: str, data: str | bytes) -> tuple[object, list[tuple[str, int, int]]]:
    value, problems = read_data(SourcePath(f"data/{name}"), data.encode() if isinstance(data, str) else data)
    return value, [(problem.rule, problem.line, problem.column) for problem in problems]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "- name: A\n  year: 2024\n- name: B\n  year: null\n"),
        ("a.yml", "[{name: A, year: 2024}, {name: B, year: }]"),
        ("a.json", '[{"name": "A", "year": 2024}, {"name": "B", "year": null}]'),
        ("A.JSON", '\ufeff[{"name": "A", "year": 2024},\r\n {"name": "B", "year": null}]'),
    ],
)
def test_each_format_gives_the_same_values(name: str, text: str) -> None:
    assert read(name, text) == ([{"name": "A", "year": 2024}, {"name": "B", "year": None}], [])


def test_toml_is_a_mapping_with_dates_as_strings() -> None:
    assert read("a.toml", "a = 1\n[b]\nc = 2024-01-05\n") == ({"a": 1, "b": {"c": "2024-01-05"}}, [])


def test_csv_is_a_list_of_rows() -> None:
    assert read("a.csv", 'name,  note\r\nA,"x, ""y""\nz"\n\nB,\n') == (
        [{"name": "A", "note": 'x, "y"\nz'}, {"name": "B", "note": ""}],
        [],
    )
    assert read("a.csv", "") == ([], [])


@pytest.mark.parametrize(
    ("name", "text", "rule", "line", "column"),
    [
        ("a.yaml", "a: 1\nb: c: d\n", "data-error", 2, 5),
        ("a.yaml", "a: 1\na: 2\n", "duplicate-key", 2, 1),
        ("a.yaml", "a: &x 1\nb: *x\n", "data-error", 1, 4),
        ("a.yaml", "a: 99999999999999999999", "wrong-type", 1, 4),
        ("a.toml", "a = 1\nb = x\n", "data-error", 2, 5),
        ("a.json", '{"a": 1,\n "b": }', "data-error", 2, 7),
        ("a.json", '{"a": 1,\n "a": 2}', "duplicate-key", 2, 2),
        ("a.json", "[1,\n NaN]", "data-error", 2, 2),
        ("a.json", "[1,\n 1e999]", "data-error", 2, 2),
        ("a.json", "[1,\n " + "9" * 5000 + "]", "data-error", 2, 2),
        ("a.json", "[" * 100_000, "data-error", 1, 33),
        ("a.json", '["' + "[" * 40, "data-error", 1, 2),  # a string that never closes, not nesting
        ("a.json", '["\\\n' + "[" * 40 + '"]', "data-error", 1, 3),
        ("a.yaml", "[" * 100_000, "data-error", 1, 33),
        ("a.toml", "a = " + "[" * 100_000, "data-error", 1, 37),
        ("a.json", '["\\ud800"]', "control-character", 0, 1),
        ("a.json", '{"a": "\\u0000"}', "control-character", 0, 1),
        ("a.json", "", "data-error", 1, 1),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "data-error", 3, 1),
        ("a.csv", "a,b\n1\n", "data-error", 2, 1),
        ("a.csv", "a,a\n1,2\n", "data-error", 1, 1),
        ("a.csv", 'a,b\n"1"x,2\n', "data-error", 2, 1),
        ("a.csv", "a\n" + "x" * 200_000 + "\n", "data-error", 2, 1),
        ("a.txt", "x", "data-error", 0, 1),
        ("a", "x", "data-error", 0, 1),
    ],
)
def test_a_fault_is_told_at_its_place(name: str, text: str, rule: str, line: int, column: int) -> None:
    _, problems = read(name, text)
    assert problems == [(rule, line, column)]


def test_a_file_that_is_wrong_in_every_row_is_told_a_hundred_times() -> None:
    assert len(read("a.csv", "a,b\n" + "1\n" * 1000)[1]) == 100


def test_bytes_that_are_no_utf_8_are_told() -> None:
    assert read("a.csv", b"a\nx\xe9\n")[1] == [("not-utf-8", 2, 2)]


def test_equal_keys_in_different_objects_are_no_duplicates() -> None:
    text = '[{"a": {"a": "a"}}, {"a": [":", {"a": 1}]}]'
    assert read("a.json", text) == (json.loads(text), [])


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(PLAIN)
def test_json_is_read_as_pythons_own_module_reads_it(value: object) -> None:
    assert read("a.json", json.dumps(value)) == (value, [])
    assert read("a.json", json.dumps(value, ensure_ascii=False, indent=1)) == (value, [])


@given(st.sampled_from(["a.yaml", "a.toml", "a.json", "a.csv"]), st.binary() | st.text().map(str.encode))
def test_any_bytes_give_a_value_that_json_can_hold(name: str, data: bytes) -> None:
    value, _ = read(name, data)
    json.dumps(value, allow_nan=False)
