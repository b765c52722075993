"""What can be wrong with what listings gave when they ran: it is not known, is of other code, or the post says otherwise."""

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

    def no_post(self, post: str) -> Fault:
        """Tell of a lock beside which no post is."""
        return self.says(
            f"this is what the listings of '{post}' gave, and no such post is there",
            "delete the file, or give it the name that the post has now",
        )


class _FalseClaim(Rule, frozen=True):
    def printed(self, claimed: str, printed: str, more: int) -> Fault:
        """Tell of a line that says something else than was printed, and of how many lines more."""
        others = f" ({more:,} more line{' differs' if more == 1 else 's differ'})" if more else ""
        if not printed:
            return self.says(f"this says '{claimed}', which was not printed{others}", _MEND)
        if not claimed:
            return self.says(f"'{printed}' was printed here as well{others}", _MEND)
        return self.says(f"this says '{claimed}', and '{printed}' was printed{others}", _MEND)

    def words(self, claimed: str, name: str, printed: str) -> Fault:
        """Tell of a claim among words: `name` is the listing's id, `printed` the one number that it could mean."""
        said = f", but '{printed}'" if printed else ""
        return self.says(f"this says '{claimed}', and the listing '{name}' printed no such thing{said}", _MEND)

    def no_output(self, name: str) -> Fault:
        """Tell of a claim of words that no listing can bear out."""
        return self.says(f"no listing that was run has the id '{name}'", f"write it at its fence: {{#{name}}}")


_MEND: Final = "write what was printed, or mend the listing and run it again"

UNREAD_LOCK: Final = _UnreadLock("unread-lock", "error", "text")
STALE_OUTPUT: Final = _StaleOutput("stale-output", "warning", "text")
NOT_RUN: Final = _NotRun("not-run", "warning", "text")
SPARE_OUTPUT: Final = _SpareOutput("spare-output", "warning", "text")
FALSE_CLAIM: Final = _FalseClaim("false-claim", "warning", "text")
