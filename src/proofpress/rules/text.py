"""What can be wrong with the prose of a post: alerts, footnotes, attributes, what stands too deep or is too much."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Rule

UNKNOWN_ALERT: Final = Rule("unknown-alert", "warning", "text")
UNDEFINED_FOOTNOTE: Final = Rule("undefined-footnote", "warning", "text")
UNUSED_FOOTNOTE: Final = Rule("unused-footnote", "warning", "text")
IGNORED_ATTRIBUTE: Final = Rule("ignored-attribute", "warning", "text")
NESTED_TOO_DEEPLY: Final = Rule("nested-too-deeply", "error", "text")
TOO_MANY_MARKS: Final = Rule("too-many-marks", "warning", "text")
