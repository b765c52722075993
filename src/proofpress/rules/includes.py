"""What can be wrong with code that a listing includes: it is not there, or the post shows something else."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _LostInclude(Rule, frozen=True):
    def told(self, path: str, message: str, hint: str) -> Fault:
        """Tell of a file, or of a part of one, that can't be had; the message goes on after the file's name."""
        return self.says(f"'{path[:120]}' {message}", hint)

    def not_read(self, written: str) -> Fault:
        """Tell of an include that is written as no post is looked through for."""
        return self.says("the file of this include was not read", f'write it in quotes: include="{written[:80]}"')


class _StaleInclude(Rule, frozen=True):
    def differs(self, path: str, number: int, shown: str, there: str) -> Fault:
        """Tell of a listing that shows something else than its file has, from a line of the listing on."""
        return self.says(
            f"this listing is not what '{path[:120]}' has: line {number:,} is {_quoted(shown)} here, and {_quoted(there)} there",
            "`proofpress include --write` puts in what is there",
        )


def _quoted(line: str) -> str:
    return f"'{line.strip()[:60]}'" if line.strip() else "nothing"


LOST_INCLUDE: Final = _LostInclude("lost-include", "error", "text", fixed=True)
STALE_INCLUDE: Final = _StaleInclude("stale-include", "error", "text")
