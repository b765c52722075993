"""What can be wrong with the prose of a post: alerts, footnotes, attributes, what is not seen, or is too much."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Rule

UNKNOWN_ALERT: Final = Rule("unknown-alert", "warning", "text")
UNDEFINED_FOOTNOTE: Final = Rule("undefined-footnote", "warning", "text")
UNUSED_FOOTNOTE: Final = Rule("unused-footnote", "warning", "text")
NESTED_TOO_DEEPLY: Final = Rule("nested-too-deeply", "error", "text")
TOO_MANY_MARKS: Final = Rule("too-many-marks", "warning", "text")
UNUSED_ATTRIBUTE: Final = Rule("unused-attribute", "warning", "text")
INVISIBLE_CHARACTER: Final = Rule("invisible-character", "warning", "text")
