"""What can be wrong with what listings gave when they ran: it can't be read, is not there, or is of other code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Rule

if TYPE_CHECKING:
    from proofpress.rules.rule import Fault


class _UnreadLock(Rule, frozen=True):
    def says_no(self, why: str) -> Fault:
        """Tell of a lock that is not as `run` writes it; `why` goes on after the place."""
        return self.says(why, "delete the file, and let 'proofpress run' write it anew")

    def merge(self) -> Fault:
        """Tell of git's marks in a lock."""
        return self.says("a merge left both sides of this lock", "take either, and let 'proofpress run' write it anew")


class _StaleOutput(Rule, frozen=True):
    def other_code(self, run: str) -> Fault:
        """Tell of a listing that changed since it ran; `run` is the command that runs it again."""
        return self.says("what this listing printed was printed by other code", run)

    def changed_before(self, run: str) -> Fault:
        """Tell of a listing that ran after others, or with files, which are not as they were."""
        return self.says("this listing ran after other code or with other files than stand before it now", run)

    def other_file(self, file: str, run: str, *, gone: bool) -> Fault:
        """Tell of a file that a listing read, and that is other now, or gone."""
        return self.says(f"this listing read '{file}', which {'is gone' if gone else 'has changed since'}", run)


class _NotRun(Rule, frozen=True):
    def never(self, run: str) -> Fault:
        """Tell of a listing that is to be run, and was not yet."""
        return self.says("this listing has not been run yet, so that nothing is shown below it", run)


class _SpareOutput(Rule, frozen=True):
    def no_listing(self, run: str) -> Fault:
        """Tell of what a listing gave that is no longer in the post."""
        return self.says("no listing of the post gave this", run)


UNREAD_LOCK: Final = _UnreadLock("unread-lock", "error", "text")
STALE_OUTPUT: Final = _StaleOutput("stale-output", "warning", "text")
NOT_RUN: Final = _NotRun("not-run", "warning", "text")
SPARE_OUTPUT: Final = _SpareOutput("spare-output", "warning", "text")
