"""What a rule means: its page, with an example that is wrong and the same one mended.

A page is written to be read in a plain terminal. Its first line is the rule's name as a heading, its first paragraph is
the summary. The examples are built by the tests, so a page can't promise a message that Proofpress doesn't give. How an
example is written down (`file="…"`, `escapes`, `links`) is told in tests/explanations/explanation_examples.py.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from proofpress.rules.rule import Rule


class Explanation(msgspec.Struct, frozen=True):
    """What a rule means: its summary in one sentence on one line, and its whole page as Markdown."""

    summary: str
    text: str


_EXAMPLES: Final = "\n## Wrong\n"


def explanation(rule: Rule) -> Explanation:
    """Return a rule's page: the one that it brings, else ours of its name; how often it was right stands above the examples."""
    text = rule.page or resources.files("proofpress.rules").joinpath("explained", f"{rule.name}.md").read_text("utf-8")
    _heading, summary, _rest = text.split("\n\n", 2)
    if measured := how_precise(rule):
        words, examples, rest = text.partition(_EXAMPLES)
        text = f"{words}\n{measured}\n{examples}{rest}"
    return Explanation(" ".join(summary.split()), text)


def how_precise(rule: Rule) -> str:
    """Return in a sentence how often a rule was right where its reports were read; nothing where they were not."""
    if rule.precision is None:
        return ""
    true, read = rule.precision
    return f"{true:,} of {read:,} report{' read over real blogs was' if read == 1 else 's read over real blogs were'} true."
