"""What `check` finds among posts: titles, dates, terms, series, images; and that what is right is left alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import Looked, Options, read_inputs
from proofpress.builder.preparing import prepare
from proofpress.builder.surveying import survey
from proofpress.problems import judge
from proofpress.rules.registry import BUILT_IN
from proofpress.site.weighing import weigher

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def told(root: Path, *fronts: str, rules: str = "") -> list[tuple[str, int, int, str]]:
    """Return what is told of posts with these lines of front matter: the file's name, line, column and rule."""
    posts = root / "content/posts"
    posts.mkdir(parents=True)
    (root / "site.yaml").write_text(f"title: Notes\nurl: https://me.example.net/\n{rules}", "utf-8")
    for number, front in enumerate(fronts):
        text = front if "date:" in front else f"date: 2026-03-0{number + 1}\n{front}"
        text = text if "title:" in text else f"{text}\ntitle: Post {number}"
        (posts / f"{'abcdefgh'[number]}.md").write_text(f"---\n{text}\n---\n\nWords.\n", "utf-8")
    inputs = read_inputs(root, "", Looked(), 0)
    prepared = prepare(inputs, Desk(), None, lambda _step, _done, _of: None, {}, checks=True).prepared
    found = judge(
        survey(prepared, inputs.sizes, NOW),
        weigher(inputs.config.rules, {rule.name for rule in BUILT_IN if rule.optional}),
        strict=False,
    )
    return [(one.path.split("/")[-1][0], one.line, one.column, one.rule) for one in found]


ON = "rules: {lone-term: warning, no-description: warning}\n"

FOUND: dict[str, tuple[tuple[str, ...], str, list[tuple[str, int, int, str]]]] = {
    "a title of 101 characters": ((f"title: {'a' * 101}",), "", [("a", 3, 8, "long-title")]),
    "one of 100": ((f"title: {'a' * 100}",), "", []),
    "a year before the web": (("date: 1970-01-01",), "", [("a", 2, 7, "doubtful-date")]),
    "the web's first years": (("date: 1990-01-01",), "", []),
    "a date in three years": (("date: 2029-01-01",), "", [("a", 2, 7, "doubtful-date")]),
    "a date within a year": (("date: 2027-05-01",), "", []),
    "a plural": (("tags: [gpu, css]", "tags: [gpus]", "tags: [gpus]"), "", [("a", 3, 8, "plural-term")]),
    "a plural with other letters": (("tags: [Library]", "tags: [libraries]"), "", [("a", 3, 8, "plural-term")]),
    "words that end alike": (("tags: [ga, gas, c, cs, clas, class]", "tags: [window, Windows]"), "", []),
    "a plural in another taxonomy": (("tags: [kernel]", "series: kernels"), "", []),
    "a tag of one post": (
        ("tags: [gpu, cpu]\ndescription: a", "tags: [gpu]\ndescription: b"),
        ON,
        [("a", 3, 13, "lone-term")],
    ),
    "no description": (("title: A", "description: b"), ON, [("a", 3, 8, "no-description")]),
    "what is off": (("tags: [gpu]",), "", []),
    "a part that is missing": (
        ("title: Part 1\nseries: S", "title: Part 4 of it\nseries: S", "title: Part 5\nseries: S"),
        "",
        [("b", 3, 8, "series-gap")],
    ),
    "a first part that is missing": (
        ("title: Part 2\nseries: S", "title: Part 3\nseries: S"),
        "",
        [("a", 3, 8, "series-gap")],
    ),
    "parts in order": (("title: Part 1\nseries: S", "title: Part 2\nseries: S"), "", []),
    "parts without a series": (("title: Part 1", "title: Part 3"), "", []),
    "a lone part": (("title: Part 3\nseries: S", "title: An aside\nseries: S"), "", []),
}


@pytest.mark.parametrize(("fronts", "rules", "expected"), FOUND.values(), ids=FOUND)
def test_posts_are_read_among_each_other(
    fronts: tuple[str, ...], rules: str, expected: list[tuple[str, int, int, str]], tmp_path: Path
) -> None:
    assert told(tmp_path, *fronts, rules=rules) == expected


def test_check_asks_and_a_build_does_not(tmp_path: Path) -> None:
    told(tmp_path, "date: 1970-01-01")
    found = {checks: build(Options(root=tmp_path, now=NOW, checks=checks)).problems for checks in (True, False)}
    assert ([one.rule for one in found[True]], found[False]) == (["doubtful-date"], [])
