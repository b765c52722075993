"""What can be wrong with the prose of a post: alerts, footnotes, attributes, what stands too deep or is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Rule

if TYPE_CHECKING:
    from proofpress.rules.rule import Fault


class _IgnoredAttribute(Rule, frozen=True):
    def untaken(self, item: str) -> Fault:
        """Tell of an attribute in braces that is none of those that are taken."""
        short = item if len(item) <= 60 else item[:59] + "…"
        return self.says(
            f"the attribute '{short}' is not taken here, so it has no effect",
            "take it out, or give a class or an id instead, and style that in a style sheet of your own",
        )


UNKNOWN_ALERT: Final = Rule("unknown-alert", "warning", "text")
UNDEFINED_FOOTNOTE: Final = Rule("undefined-footnote", "warning", "text")
UNUSED_FOOTNOTE: Final = Rule("unused-footnote", "warning", "text")
IGNORED_ATTRIBUTE: Final = _IgnoredAttribute("ignored-attribute", "warning", "text")
NESTED_TOO_DEEPLY: Final = Rule("nested-too-deeply", "error", "text")
TOO_MANY_MARKS: Final = Rule("too-many-marks", "warning", "text")
