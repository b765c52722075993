"""YAML is read strictly: each form that front matter refuses, at its place, and what stood beside it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from proofpress.content import yaml_nodes
from proofpress.content.nodes import MAX_DEPTH, Findings, MappingNode, plain

if TYPE_CHECKING:
    from proofpress.problems import Problem


def compose(text: str, syntax: str = "front-matter-syntax") -> tuple[object, list[Problem]]:
    findings = Findings("post.md")
    node = yaml_nodes.compose(text, findings, syntax=syntax)
    return (None if node is None else plain(node, findings)), findings.problems


def test_plain_scalars_follow_the_core_schema_of_yaml_1_2() -> None:
    written = "{a: 010, b: 0o17, c: 0x1f, d: 1e3, e: .5, f: '1', g: no, h: 12:30, i: 2024-01-05, j: TRUE, k: Null, l: -1, m: .inf, n: 1_0, o: }"
    assert compose(written) == (
        {
            "a": 10, "b": 15, "c": 31, "d": 1000.0, "e": 0.5, "f": "1", "g": "no", "h": "12:30", "i": "2024-01-05",
            "j": True, "k": None, "l": -1, "m": ".inf", "n": "1_0", "o": None,
        },
        [],
    )  # fmt: skip


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 100, "18446744073709551616", "1e999", "0x" + "f" * 17])
def test_a_number_beyond_64_bits_is_a_problem_and_stays_text(number: str) -> None:
    value, problems = compose(f"a: {number}")
    assert value == {"a": number}
    assert [(problem.rule, problem.line, problem.column) for problem in problems] == [("wrong-type", 1, 4)]


def test_the_largest_and_the_smallest_numbers_of_64_bits_are_read() -> None:
    assert compose("[18446744073709551615, -9223372036854775808]") == ([2**64 - 1, -(2**63)], [])


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x: &a {b: *a}", 1, 4),
        ("x: *a", 1, 4),
        ("title: ok\nx: &a [1]\ny: *a", 2, 4),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: [*d,*d]", 1, 4),
    ],
)
def test_an_alias_is_refused_once_and_at_once(text: str, line: int, column: int) -> None:
    _, problems = compose(text)
    found = [problem for problem in problems if problem.rule == "alias-in-front-matter"]
    assert [(problem.line, problem.column) for problem in found] == [(line, column)]


def test_a_bomb_of_aliases_stays_small() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    value, problems = compose(bomb)
    assert len(str(value)) < 500
    assert [problem.rule for problem in problems] == ["alias-in-front-matter"]


@pytest.mark.parametrize(
    "text", ["[" * 3000, "{a: " * 3000, "\n".join("  " * n + "a:" for n in range(300)), "- " * 2000 + "x"]
)
def test_deep_nesting_is_a_problem(text: str) -> None:
    _, problems = compose(f"{text}")
    assert [problem.rule for problem in problems] == ["front-matter-syntax"]
    assert "deep" in problems[0].message


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 999, 1000, 1001, 5000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_is_told_where_it_goes_too_deep_however_deep_it_goes(opening: str, levels: int) -> None:
    """libyaml 0.2.6 looks ahead and refuses the thousand and first level before it has told of the first."""
    _, problems = compose(f"# é 😀\n{opening * levels}")
    places = [(problem.rule, problem.line, problem.column) for problem in problems]
    assert places == [("front-matter-syntax", 2, 1 + len(opening) * MAX_DEPTH)]
    assert "deep" in problems[0].message


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_what_stands_before_nesting_that_is_too_deep_is_kept_and_told_once(
    loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_nodes, "_Loader", getattr(yaml, loader))
    value, problems = compose("title: A\ntitle: B\ntags: &a " + "[" * 2000)
    assert value == {"title": "A"}
    assert [(problem.rule, problem.line, problem.column) for problem in problems] == [
        ("duplicate-key", 2, 1),
        ("alias-in-front-matter", 3, 7),
        ("front-matter-syntax", 3, 10 + MAX_DEPTH - 1),
    ]


@pytest.mark.parametrize("opened", ["[]", "{a: }", "- \n", "a:\n"], ids=["lists", "mappings", "items", "keys"])
def test_nesting_as_deep_as_it_may_be_is_read(opened: str) -> None:
    mark, close = opened[:-1], opened[-1]
    if close == "\n":
        text = "\n".join("  " * level + mark for level in range(MAX_DEPTH))
    else:
        text = mark * MAX_DEPTH + close * MAX_DEPTH
    value, problems = compose(text)
    assert problems == []
    depth = 0
    while value:
        value = value[0] if isinstance(value, list) else value["a"] if isinstance(value, dict) else None
        depth += 1
    assert depth == MAX_DEPTH if close == "\n" else MAX_DEPTH - 1


def test_brackets_in_text_are_no_nesting() -> None:
    many = "[{" * 3000
    text = f"quoted: '{many}'\ndouble: \"{many}\"\nplain: x{many}\nblock: |\n  {many}\n# {many}\nlast: 1\n"
    assert compose(text) == (
        {"quoted": many, "double": many, "plain": f"x{many}", "block": f"{many}\n", "last": 1},
        [],
    )


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [x]", "!x y", "!!str 5", "! y", "!<tag:a,b> {c: d}"])
def test_a_tag_is_refused(tag: str) -> None:
    value, problems = compose(f"a: {tag}\nb: 1")
    assert value == {"b": 1}
    assert [(problem.line, problem.column) for problem in problems] == [(1, 4)]


def test_merge_keys_are_refused() -> None:
    value, problems = compose("a: 1\n<<: {b: 2}")
    assert value == {"a": 1}
    assert [(problem.rule, problem.line) for problem in problems] == [("front-matter-syntax", 2)]


def test_a_second_document_is_refused() -> None:
    value, problems = compose("a: 1\n---\nb: 2\n")
    assert value == {"a": 1}
    assert [(problem.rule, problem.line) for problem in problems] == [("front-matter-syntax", 2)]


def test_a_duplicate_key_is_told_with_the_line_of_the_first_which_counts() -> None:
    value, problems = compose("a: 1\nb: 2\n'a': 3\n")
    assert value == {"a": 1, "b": 2}
    (problem,) = problems
    assert (problem.rule, problem.line, problem.column) == ("duplicate-key", 3, 1)
    assert "line 1" in problem.message


def test_a_key_must_be_a_word() -> None:
    value, problems = compose("[a, b]: 1\n? {c: d}\n: 2\n'': 3\ne: 4\n")
    assert value == {"e": 4}
    assert [problem.line for problem in problems] == [1, 2, 4]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("title: Rust: a language", 1, 12, "quotes"),
        ("title: A\ntags: [a, b\ndraft: true\n", 2, 7, "']'"),
        ("title: A\ntags: [a, b\n", 2, 7, "']'"),
        ("title: A\nextra: {a: b\n", 2, 8, "'}'"),
        ('title: "A\ndraft: true', 1, 8, "close"),
        ("title: A\n\tdraft: true", 2, 1, "spaces"),
        ("title: @home", 1, 8, "quotes"),
        ("title: *emphasis* on stars", 1, 8, "quotes"),
        ("title: A\nnothing here\ndraft: true", 2, 1, "colon"),
        ("title: 'A' and B", 1, 12, "whole value"),
        ("title: [A] and B", 1, 12, "whole value"),
        ("a: 1\n  b: 2", 2, 4, "indent"),
        ("a: b\n- c", 2, 1, "indent"),
        ("a: - b", 1, 4, "next line|line after"),
        ('a: "\\q"', 1, 5, "single quotes"),
        ("a: >x", 1, 5, "quotes"),
        ("a: [", 1, 4, "quotes"),
        ("a: {b: 1\n\n\n", 1, 4, "'}'"),
    ],
)
def test_a_fault_of_form_is_told_in_the_writers_words(text: str, line: int, column: int, says: str) -> None:
    _, problems = compose(text)
    (problem,) = problems
    assert (problem.rule, problem.line, problem.column) == ("front-matter-syntax", line, column)
    assert re.search(says, problem.hint)


def test_what_stands_before_a_fault_is_kept() -> None:
    value, _ = compose("title: A\ntags: [x]\nsummary: a: b\n")
    assert value == {"title": "A", "tags": ["x"]}


def test_the_rule_for_faults_is_the_readers() -> None:
    assert compose("a: &b 1", "data-error")[1][0].rule == "data-error"
    assert compose("a: [", "settings-syntax")[1][0].rule == "settings-syntax"
    assert compose("[" * 5000, "settings-syntax")[1][0].rule == "settings-syntax"


def test_both_of_pyyamls_parsers_give_the_same_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "title: A long\n  title\nquoted: 'it''s'\nlist:\n- a\n- [b, {c: d}]\nblock: |\n  x\n  y\nempty:\nnested:\n  é: 1\n"
    findings = Findings("a.md")
    fast = yaml_nodes.compose(text, findings)
    monkeypatch.setattr(yaml_nodes, "_Loader", yaml.SafeLoader)
    slow = yaml_nodes.compose(text, findings)
    assert isinstance(fast, MappingNode)
    assert fast == slow
    assert findings.problems == []
