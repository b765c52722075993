"""`rules:` by pattern: a weight that holds in some files alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from proofpress.builder.build import build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.problems import Problem

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
PATHS = ("posts/new/2026-03-02-tiling.md", "posts/old/2016-03-02-tiling.md")
BROKEN = "# Tiling\n\nSee [it](tilling.md), [there](#nowhere).\n"


def problems(root: Path, rules: str) -> list[Problem]:
    for path in PATHS:
        (root / "content" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "content" / path).write_text(BROKEN, "utf-8")
    (root / "site.yaml").write_text(f"title: Notes\nurl: https://me.example.net/\nrules:\n{rules}", "utf-8")
    return build(Options(root=root, now=NOW)).problems


def told(root: Path, rules: str) -> list[tuple[str, str, str]]:
    return [(found.path.split("/")[2], found.rule, found.severity) for found in problems(root, rules)]


NEW_LINK, NEW_ANCHOR = ("new", "broken-link", "error"), ("new", "broken-anchor", "warning")
OLD_LINK, OLD_ANCHOR = ("old", "broken-link", "error"), ("old", "broken-anchor", "warning")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("  posts/old/**: {broken-link: off}\n", [NEW_LINK, NEW_ANCHOR, OLD_ANCHOR]),
        (
            "  broken-link: off\n  posts/old/**: {broken-link: warning}\n",
            [NEW_ANCHOR, ("old", "broken-link", "warning"), OLD_ANCHOR],
        ),
        ("  posts/**: {broken-link: off}\n  posts/old/*: {broken-link: error}\n", [NEW_ANCHOR, OLD_LINK, OLD_ANCHOR]),
        ("  posts/old/*: {broken-link: error}\n  posts/**: {broken-link: off}\n", [NEW_ANCHOR, OLD_ANCHOR]),
        (
            "  posts/**: {broken-link: off}\n  posts/old/*: {broken-anchor: off}\n",
            [NEW_ANCHOR],
        ),
        ("  posts/old/**:\n", [NEW_LINK, NEW_ANCHOR, OLD_LINK, OLD_ANCHOR]),
    ],
    ids=["below it alone", "before all files", "the later one", "the later one, otherwise", "both", "nothing"],
)
def test_a_weight_holds_in_the_files_of_its_pattern(
    rules: str, expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    assert sorted(told(tmp_path, rules)) == sorted(expected)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("posts/odl/**", "'**' stands for all that is in a folder: 'notes/**'"),
        ("content/posts/old/**", "patterns are of files below content/: write 'posts/old/**'"),
    ],
)
def test_a_pattern_that_matches_no_file_is_told_at_its_place(pattern: str, hint: str, tmp_path: Path) -> None:
    (found,) = [one for one in problems(tmp_path, f"  {pattern}: {{broken-link: off}}\n") if one.path == "site.yaml"]
    assert (found.rule, found.line, found.column, found.hint) == ("unmatched-setting", 4, 3, hint)


def test_a_rule_that_keeps_the_site_whole_is_weighed_nowhere(tmp_path: Path) -> None:
    found = [one for one in problems(tmp_path, "  posts/old/**: {url-collision: off}\n") if one.path == "site.yaml"]
    assert [(one.rule, one.line, one.column) for one in found] == [("unknown-setting", 4, 18)]
