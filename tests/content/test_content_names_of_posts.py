"""A post's name is looked at once, and what it is by all patterns it is by that look."""

from __future__ import annotations

import random
from typing import Final

from proofpress.content import leftovers

PARTS: Final = (
    "hello", "backup", "BACKUP", "_BASE_3", ".LOCAL", "_remote_1", "(conflicted copy)", "(Case Conflict)", "sync-conflict-2",
    "_conflict-20260101", "(conflict 2)", ".conflict", "~$", "~", "#", ".swp", ".bak", ".old", ".tmp", ".rej", "4913", "thumbs",
    ".db", "node_modules", ".md", ".1", "icon\r", "-", ".", " ", "ſ", "\N{KELVIN SIGN}", "\n", "ü",
)  # fmt: skip


def test_a_name_of_a_post_is_judged_by_one_look_as_by_all_patterns() -> None:
    draw = random.Random(14)
    names = ["".join(draw.choices(PARTS, k=draw.randint(1, 4))) + ".md" for _ in range(20_000)]
    judged = [(name, leftovers.left_over(name)) for name in names]
    assert judged == [(name, leftovers._by_pattern(name)) for name in names]
    assert sum(found is not None for _, found in judged) > 1_000
    assert leftovers.left_over("2026-01-01-hello.md") is None
