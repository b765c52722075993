"""What can be wrong with formulas."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Rule

MATH_ERROR: Final = Rule("math-error", "error", "text")
DOUBTFUL_TEX: Final = Rule("doubtful-tex", "warning", "text")
