"""TOML is read with the place of each key and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content import toml_lines, toml_nodes
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, plain

if TYPE_CHECKING:
    from proofpress.problems import Problem

TEXT = '''title = "a # b = [c]" # comment
"quoted key" = 'x'
a . b = 3
date = 2019-03-03 10:00:00
list = [ "x", # no
  "y=z",
  'w' ]
multi = """
one \\"""
two"""
inline = { p = 1, q.r = [1, {s=2}] }
[extra.deep]
k = 1.5
[[things]]
n = 1
[[things]]
n = 2
[things.sub]
m = true
'''


def compose(text: str) -> tuple[Node | None, list[Problem]]:
    findings = Findings("post.md")
    return toml_nodes.compose(text, findings), findings.problems


def places(node: Node, path: str = "") -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            name = f"{path}.{key.text}".lstrip(".")
            found[name] = (value.place.line, value.place.column, value.place.length)
            found.update(places(value, name))
    elif isinstance(node, ListNode):
        for number, item in enumerate(node.items):
            found[f"{path}.{number}"] = (item.place.line, item.place.column, item.place.length)
            found.update(places(item, f"{path}.{number}"))
    return found


def test_values_are_plain_and_dates_are_strings() -> None:
    node, problems = compose(TEXT)
    assert node is not None
    assert plain(node, Findings("post.md")) == {
        "title": "a # b = [c]",
        "quoted key": "x",
        "a": {"b": 3},
        "date": "2019-03-03T10:00:00",
        "list": ["x", "y=z", "w"],
        "multi": 'one """\ntwo',
        "inline": {"p": 1, "q": {"r": [1, {"s": 2}]}},
        "extra": {"deep": {"k": 1.5}},
        "things": [{"n": 1}, {"n": 2, "sub": {"m": True}}],
    }
    assert problems == []


def test_every_value_has_its_place() -> None:
    node, _ = compose(TEXT)
    assert node is not None
    found = places(node)
    assert found["title"] == (1, 9, 13)
    assert found["quoted key"] == (2, 16, 3)
    assert found["a.b"] == (3, 9, 1)
    assert found["date"] == (4, 8, 19)
    assert [found["list.0"], found["list.1"], found["list.2"]] == [(5, 10, 3), (6, 3, 5), (7, 3, 3)]
    assert found["inline.q.r.1.s"] == (11, 32, 1)
    assert found["extra.deep.k"] == (13, 5, 3)
    assert [found["things.0.n"], found["things.1.n"], found["things.1.sub.m"]] == [(15, 5, 1), (17, 5, 1), (19, 5, 4)]


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a = 1\nb = foo\n", "front-matter-syntax", 2, 5),
        ('a = "x\nb = 1', "front-matter-syntax", 1, 7),
        ("a = 1\n  key = 2\n  key = 3", "duplicate-key", 3, 3),
        ("a b = 1", "front-matter-syntax", 1, 3),
        ("a = " + "[" * 3000, "front-matter-syntax", 1, 37),
        ('a = "' + "[" * 40, "front-matter-syntax", 1, 45),  # text that never closes, not nesting
        ("a = 1\nb = '''" + "[" * 40, "front-matter-syntax", 2, 47),
        ("b = 1\n" + "a." * 30_000 + "a = 1", "front-matter-syntax", 2, 1),
        ("a = " + "{b.c.d.e.f.g.h = " * 20 + "1" + "}" * 20, "front-matter-syntax", 1, 341),
        ("a = 1\nb = " + "9" * 5000, "wrong-type", 2, 5),
        ('a = "\\ud800"', "front-matter-syntax", 1, 12),
        ('a = "\\u0000"', "control-character", 1, 5),
        ('b = 1\n"a\\u0000" = 1', "control-character", 1, 1),
        ("[a]\n[a]", "front-matter-syntax", 2, 3),
        ("a = [1, 2\n", "front-matter-syntax", 1, 9),
    ],
)
def test_a_fault_has_its_place(text: str, rule: str, line: int, column: int) -> None:
    _, problems = compose(text)
    assert [(problem.rule, problem.line, problem.column) for problem in problems] == [(rule, line, column)]


def test_each_impossible_date_is_told_and_the_rest_is_read() -> None:
    node, problems = compose('a = 2024-02-30\nb = 2023-02-29T10:00:00Z\nc = "x"\nd = 0000-01-01')
    assert [(problem.rule, problem.line, problem.length) for problem in problems] == [
        ("impossible-date", 1, 10),
        ("impossible-date", 2, 20),
        ("impossible-date", 4, 10),
    ]
    assert isinstance(node, MappingNode)
    assert [key.text for key, _ in node.entries] == ["a", "b", "c", "d"]


VALUES = st.sampled_from(
    ['"x"', "'y'", '"a # b"', '"[c]"', '""', "''", '"é, ü"', "true", "false", "2024-01-05", "2024-02-30", "[]", '["a", "b",]', "[ 'x' ,'y' ]", '["[", "#"]',
     '"""', "'''", '"\\n"', "1", "1.5", "[1]", "[,]", "x", "", '"a" "b"', "2024-01-05 10:00:00", "{a = 1}", '["a" "b"]']
)  # fmt: skip
LINES = st.one_of(
    st.builds("{}{}{}={}{}{}".format, st.sampled_from(["", "  ", "\t"]), st.sampled_from(["a", "b", "c-d", "1", "e.f", '"g"', "h i"]), st.sampled_from(["", " "]), st.sampled_from(["", " "]), VALUES, st.sampled_from(["", " # note", "  "])),
    st.sampled_from(["", "# note", "[t]", "[a]", "[t.u]", "[[t]]", " [v] # x", "[]", "[ w ]"]),
)  # fmt: skip


@given(st.lists(LINES, max_size=6))
def test_simple_lines_are_read_as_all_of_toml_is(lines: list[str]) -> None:
    text = "\n".join(lines)
    simple = toml_lines.compose(text, 2)
    findings = Findings("post.md")
    whole = toml_nodes.compose_all(text, findings, first_line=2)
    if simple is not None:
        assert (simple, []) == (whole, findings.problems)


def test_a_usual_post_takes_the_short_way() -> None:
    text = 'title = "A"\ndate = 2024-01-05\nauthors = ["Ada", \'Bob\'] # two\ndraft = false\n\n[extra]\nteam = "x"\n'
    assert toml_lines.compose(text, 2) == toml_nodes.compose_all(text, Findings("post.md"), first_line=2) is not None
