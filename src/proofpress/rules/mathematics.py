"""What can be wrong with formulas."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _DoubtfulTex(Rule, frozen=True):
    def not_closed(self, opening: str, closing: str, times: int) -> Fault:
        more = f" ({times} times in this text)" if times > 1 else ""
        return self.says(
            f"'{opening}' has no '{closing}' at the end of a line of its paragraph, so it is shown as text{more}",
            "close it, and take blank lines out of the formula",
        )


MATH_ERROR: Final = Rule("math-error", "error", "text", precision=(1, 1))
DOUBTFUL_TEX: Final = _DoubtfulTex("doubtful-tex", "warning", "text", precision=(9, 9))
