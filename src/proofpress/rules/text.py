"""What can be wrong with the prose of a post: alerts, footnotes, attributes, what is not seen, or is too much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.rule import Fault, Rule, TextRule

if TYPE_CHECKING:
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Found


class _UnusedAllowance(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each comment that is meant as an allowance and is none."""
        if "proofpress:" not in text.source or not text.passes_html:
            return
        for markup in text.html:
            for found in _MEANT.finditer(markup.html):
                if _WRITTEN.fullmatch(found[0]):
                    yield UNUSED_ALLOWANCE.misplaced(), markup.place(found.start(), len(found[0].partition("\n")[0]))
                else:
                    yield UNUSED_ALLOWANCE.unread(), markup.place(found.start(), len(found[0].partition("\n")[0]))

    def misplaced(self) -> Fault:
        return self.says(
            "a comment that allows something stands on a line of its own, and here other words stand beside it",
            "put it on the line above the block",
        )

    def unread(self) -> Fault:
        return self.says(
            "this comment speaks to Proofpress and says nothing that it knows",
            "write '<!-- proofpress: allow RULE -->', with the names of rules",
        )

    def nameless(self) -> Fault:
        return self.says("this allows nothing, since it names no rule", "write the rule's name behind 'allow'")

    def no_rule(self, name: str, mend: str) -> Fault:
        return self.says(f"there is no rule '{name}'", mend or "`proofpress explain` lists all")

    def never(self, name: str) -> Fault:
        """Tell of a rule that can't be silenced."""
        return self.says(
            f"'{name}' always is an error, since without it a part of the site would be missing or unsafe",
            "take it out",
        )

    def silences_nothing(self, name: str) -> Fault:
        return self.says(
            f"'{name}' tells of nothing in the block below, so this allows nothing",
            "take it out; rules of whole files are weighed under 'rules:' in site.yaml",
        )


class _UnusedAttribute(Rule, frozen=True):
    def of_picture(self, name: str, path: str, *, makes: bool) -> Fault:
        """Tell of an attribute that says how lighter pictures are made, where none is made."""
        if makes:
            return self.says(f"'{name}' has no effect on '{path}', of which no other is made", "take it out")
        return self.says(
            f"'{name}' has no effect, since this site makes no pictures lighter",
            "write 'images: true' in site.yaml, or take it out",
        )


_MEANT: Final = lazy(r"<!--\s*proofpress:.*?-->", re.DOTALL)
_WRITTEN: Final = lazy(r"<!--\s*proofpress:\s*allow\s[\s,\w-]*-->")

UNKNOWN_ALERT: Final = Rule("unknown-alert", "warning", "text")
UNDEFINED_FOOTNOTE: Final = Rule("undefined-footnote", "warning", "text")
UNUSED_FOOTNOTE: Final = Rule("unused-footnote", "warning", "text", precision=(3, 3))
NESTED_TOO_DEEPLY: Final = Rule("nested-too-deeply", "error", "text")
TOO_MANY_MARKS: Final = Rule("too-many-marks", "warning", "text")
UNUSED_ATTRIBUTE: Final = _UnusedAttribute("unused-attribute", "warning", "text")
INVISIBLE_CHARACTER: Final = Rule("invisible-character", "warning", "text", precision=(16, 16))
UNUSED_ALLOWANCE: Final = _UnusedAllowance("unused-allowance", "warning", "text", checked=True)
