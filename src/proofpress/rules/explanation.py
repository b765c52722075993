"""What a rule means: its page, with an example that is wrong and the same one mended.

A page is written to be read in a plain terminal. Its first line is the rule's name as a heading, its first paragraph is
the summary. The examples are built by the tests, so a page can't promise a message that Proofpress doesn't give. How an
example is written down (`file="…"`, `escapes`, `links`) is told in tests/explanations/explanation_examples.py.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from proofpress.rules.rule import Rule


class Explanation(msgspec.Struct, frozen=True):
    """What a rule means: its summary in one sentence on one line, and its whole page as Markdown."""

    summary: str
    text: str


def explanation(rule: Rule) -> Explanation:
    """Return a rule's page: the one that it brings, else ours of its name."""
    text = rule.page or resources.files("proofpress.rules").joinpath("explained", f"{rule.name}.md").read_text("utf-8")
    _heading, summary, _rest = text.split("\n\n", 2)
    return Explanation(" ".join(summary.split()), text)
