"""What each rule means: one page a rule, with an example that is wrong and the same one mended.

A page is `NAME.md` beside this module, written to be read in a plain terminal. Its first line is the rule's name as a
heading, its first paragraph is the summary. The examples are built by the tests, so a page can't promise a message that
Proofpress doesn't give. How an example is written down (`file="…"`, `escapes`, `links`) is told in
tests/explanations/examples.py.
"""

from __future__ import annotations

from importlib import resources

import msgspec

from proofpress.problems import RULES


class Explanation(msgspec.Struct, frozen=True):
    """What a rule means: its summary in one sentence on one line, and its whole page as Markdown."""

    name: str
    summary: str
    text: str


def explanation(name: str) -> Explanation:
    """Return the page of a rule; raises KeyError for a name that is not in RULES."""
    if name not in RULES:
        raise KeyError(name)
    text = resources.files(__name__).joinpath(f"{name}.md").read_text("utf-8")
    _heading, summary, _rest = text.split("\n\n", 2)
    return Explanation(name, " ".join(summary.split()), text)
