"""What many files have in common is told at the first of them, with how many more there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from small_site import SmallSite, post

from proofpress.model import Place
from proofpress.problems import TOLD, Problem, told_once
from proofpress.rules.front_matter import UNKNOWN_KEY
from proofpress.rules.links import BROKEN_LINK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Proofpress


def unknown(number: int, key: str = "path", line: int = 3) -> Problem:
    return UNKNOWN_KEY.no_key(key, "put it away").at(f"content/{number:03}.md", Place(line, 1))


def test_a_key_in_many_files_is_told_in_the_first_three_with_how_many_more() -> None:
    told = told_once([unknown(number) for number in range(750)])
    assert [found.path for found in told] == ["content/000.md", "content/001.md", "content/002.md"]
    assert [found.message for found in told[:2]] == ["there is no key 'path'"] * 2
    assert told[2].message == "there is no key 'path' (and in 747 more files)"
    assert told[2].hint == "put it away"


def test_what_three_files_share_is_told_as_it_is_and_a_fourth_is_one_more_file() -> None:
    assert told_once([unknown(number) for number in range(3)]) == [unknown(number) for number in range(3)]
    assert told_once([unknown(number) for number in range(4)])[-1].message.endswith("(and in 1 more file)")


def test_other_rules_and_other_keys_are_told_apart() -> None:
    broken = [BROKEN_LINK.no_page("x.md", "").at(f"content/{n:03}.md", Place(4, 1)) for n in range(9)]
    keys = [unknown(number, key=f"key{number}") for number in range(9)]
    assert told_once(sorted(broken + keys)) == sorted(broken + keys)


@given(st.lists(st.builds(unknown, st.integers(0, 9), st.sampled_from("ab"), st.integers(1, 3))).map(sorted))
def test_every_file_is_shown_or_counted(problems: list[Problem]) -> None:
    told = told_once(problems)
    for key in "ab":
        files = {found.path for found in problems if f"'{key}'" in found.message}
        shown = [found for found in told if f"'{key}'" in found.message]
        assert {found.path for found in shown} == set(sorted(files)[:TOLD])
        counted = {found.message.partition("(and in ")[2].split(" ")[0] for found in shown} - {""}
        assert counted == ({str(len(files) - TOLD)} if len(files) > TOLD else set())


def test_the_command_tells_people_once_and_machines_each_place(tmp_path: Path, proofpress: Proofpress) -> None:
    SmallSite(tmp_path).write(
        {"site.yaml": "title: S\nurl: https://me.example/\n"}
        | {f"content/posts/p{n}.md": post(f"P{n}", more="math: true\n") for n in range(8)}
        | {f"content/posts/q{n}.md": "---\ntitle: Q\n---\nText.\n" for n in range(8)}
    )
    done = proofpress("build", cwd=tmp_path)
    assert done.stderr.count("unknown-key: there is no key 'math'") == 3
    assert done.stderr.count("no-date: the post has no date") == 3
    assert done.stderr.count("(and in 5 more files)") == 2
    assert "16 warnings" in done.stderr
    assert len(json.loads(proofpress("build", "--format", "json", cwd=tmp_path).stdout)) == 16
