"""`fields:` in the settings: what keys below `extra:` take, held against what posts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from proofpress.builder.desk import Desk
from proofpress.builder.fitting import unfit
from proofpress.builder.inputs import Looked, read_inputs
from proofpress.builder.preparing import prepare
from proofpress.config import Field, read_config

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "url: https://me.example.net/\n"

TOLD: dict[str, tuple[str, str, list[tuple[int, int, str]]]] = {
    "one of the values": ("level: {one_of: [easy, hard, 3, yes]}", "extra: {level: 3}", []),
    "another": ("level: {one_of: [simple, hard]}", "extra: {level: simpel}", [(4, 16, "did you mean 'simple'?")]),
    "one unlike all": ("level: {one_of: [easy, hard]}", "extra: {level: 7}", [(4, 16, "they are easy, hard")]),
    "one of a list": ("on: {one_of: [cpu, gpu]}", "extra:\n  on: [cpu, tpu]", [(5, 7, "they are cpu, gpu")]),
    "a mapping": ("level: {one_of: [easy]}", "extra: {level: {a: b}}", [(4, 16, "they are easy")]),
    "text for a number": ("n: {takes: number}", "extra: {n: '3'}", [(4, 12, "")]),
    "a number": ("n: {takes: number}", "extra: {n: 3.5}", []),
    "a truth for text": ("n: {takes: text}", "extra: {n: true}", [(4, 12, "")]),
    "a list": ("n: {takes: list}", "extra: {n: [1]}", []),
    "a missing one": ("n: {required: true}", "extra: {m: 1}", [(4, 8, "write 'extra:' and below it 'n: …'")]),
    "no extra at all": ("n: {required: true}", "draft: false", [(1, 1, "write 'extra:' and below it 'n: …'")]),
    "one that need not be": ("n: {takes: number}", "extra: {m: 1}", []),
}


@pytest.mark.parametrize(("fields", "front", "expected"), TOLD.values(), ids=TOLD)
def test_what_posts_say_is_held_against_the_fields(
    fields: str, front: str, expected: list[tuple[int, int, str]], tmp_path: Path
) -> None:
    posts = tmp_path / "content/posts"
    posts.mkdir(parents=True)
    (tmp_path / "site.yaml").write_text(f"title: Notes\n{ADDRESS}fields:\n  {fields}\n", "utf-8")
    (tmp_path / "content/about.md").write_text("# About\n\nWords.\n", "utf-8")
    (posts / "a.md").write_text(f"---\ntitle: A\ndate: 2026-03-01\n{front}\n---\n\nWords.\n", "utf-8")
    inputs = read_inputs(tmp_path, "", Looked(), 0)
    prepared = prepare(inputs, Desk(), None, lambda _step, _done, _of: None, {}).prepared
    found = [*unfit(prepared, inputs.config.fields)]
    assert {(one.path, one.rule) for one in found} <= {("content/posts/a.md", "unfit-field")}
    assert [(one.line, one.column, one.hint) for one in found] == expected


def test_fields_are_read_and_what_is_no_field_is_told_at_its_place() -> None:
    text = f"{ADDRESS}fields:\n  level: {{one_of: [easy, 3, true], required: yes}}\n  n:\n"
    config, problems = read_config(text.encode())
    assert config.fields == {"level": Field(one_of=("easy", "3", "true"), required=True), "n": Field()}
    assert problems == ()


@pytest.mark.parametrize(
    ("fields", "rule", "column"),
    [
        ("[level]", "wrong-type", 9),
        ("{level: easy}", "wrong-type", 17),
        ("{level: {one_of: easy}}", "wrong-type", 26),
        ("{level: {one_of: []}}", "wrong-type", 26),
        ("{level: {one_of: [[a]]}}", "wrong-type", 26),
        ("{level: {takes: words}}", "wrong-type", 25),
        ("{level: {oneof: [a]}}", "unknown-setting", 18),
    ],
)
def test_a_field_that_says_nothing_is_refused(fields: str, rule: str, column: int) -> None:
    _, problems = read_config(f"{ADDRESS}fields: {fields}\n".encode())
    assert [(one.rule, one.line, one.column) for one in problems] == [(rule, 2, column)]
