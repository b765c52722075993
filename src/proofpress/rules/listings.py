"""What can be wrong with listings: the fence, and the line that says how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.problems import did_you_mean
from proofpress.rules.rule import Rule, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Place
    from proofpress.problems import Problem
    from proofpress.rules.rule import Fault


class _UnclosedFence(Rule, frozen=True):
    def never_closes(self, path: str, place: Place, fence: str, end: Place | None) -> Problem:
        """Tell of a listing that runs to the end of what holds it; `end` is where the text ends, if a line there closes it."""
        edits = []
        if end is not None:
            text = f"{fence}\n" if end.column == 1 else f"\n{fence}\n"
            edits = [replacing(path, end, "", text, safe=True)]
        message = "this listing is never closed, so it runs to the end of what holds it"
        return self.says(message, f"close it with a line of {fence}").at(path, place, edits=edits)

    def container(self, colons: str, count: int) -> Fault:
        """Tell of a container that runs to the end of what holds it, the first of so many in its text."""
        more = f" ({count} are not, in this text)" if count > 1 else ""
        message = f"this container is never closed, so it runs to the end of what holds it{more}"
        return self.says(message, f"close it with a line of {colons[:60]}")


class _StepDoesNotApply(Rule, frozen=True):
    """`near` are lines of the file that may be meant, each with the line of the post that it was written in."""

    def first(self, name: str, others: Sequence[str]) -> Fault:
        return self.says(
            f"no step of '{name}' stands before this one, so there is nothing yet that it could change",
            did_you_mean(name, others) or "begin the file with a listing that is no diff and has no place",
        )

    def no_line(self, name: str, words: str, near: Sequence[tuple[str, int]]) -> Fault:
        return self.says(
            f"no line of '{name}' begins with '{_short(words)}' by now",
            _nearest(near) or "write how the line begins that the part is to follow or to replace",
        )

    def several(self, name: str, words: str, near: Sequence[tuple[str, int]]) -> Fault:
        return self.says(
            f"{len(near)} lines of '{name}' begin with '{_short(words)}', so it is open which is meant",
            f"write more of the line, or write the step as a diff; they are from {_lines(near)}",
        )

    def no_end(self, name: str, words: str) -> Fault:
        return self.says(
            f"'{_short(words)}' has no end in '{name}'", "end it with a comment behind its lines: # endregion"
        )

    def no_such_lines(self, name: str, words: str, near: Sequence[tuple[str, int]]) -> Fault:
        return self.says(
            f"'{name}' has no such lines by now: the first that differs is '{_short(words)}'",
            _nearest(near) or "write what stays and what goes as it stands in the file",
        )

    def lines_stand(self, name: str, near: Sequence[tuple[str, int]]) -> Fault:
        return self.says(
            f"these lines stand in '{name}' {len(near)} times, so it is open which are meant",
            f"write more of the lines around the change; they are from {_lines(near)}",
        )

    def no_context(self, name: str) -> Fault:
        return self.says(
            f"nothing says where in '{name}' this is to go, since it has no line that is there already",
            "begin it with the line above it",
        )

    def no_change(self) -> Fault:
        return self.says("this diff adds nothing and takes nothing out", "begin a line with '+' or '-'")

    def begins_anew(self, name: str) -> Fault:
        return self.says(
            f"this step is all of '{name}', and leaves no line of what it was before",
            "if it is a part, say where it goes: 'append', 'after=\"…\"' or 'replace=\"…\"'",
        )


def _short(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:60]}…"


def _nearest(near: Sequence[tuple[str, int]]) -> str:
    return f"nearest is '{_short(near[0][0].strip())}', from line {near[0][1]}" if near else ""


def _lines(near: Sequence[tuple[str, int]]) -> str:
    """Return the lines of a post that something is from, in words."""
    numbers = [f"{line}" for line in sorted({line for _, line in near})][:5]
    return f"lines {', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else f"line {numbers[0]}"


UNKNOWN_LANGUAGE: Final = Rule("unknown-language", "warning", "text", precision=(25, 25))
SLOW_LISTING: Final = Rule("slow-listing", "warning", "text")
LISTING_OPTIONS: Final = Rule("listing-options", "warning", "text", precision=(5, 5))
UNCLOSED_FENCE: Final = _UnclosedFence("unclosed-fence", "warning", "text", precision=(5, 5))
STEP_DOES_NOT_APPLY: Final = _StepDoesNotApply("step-does-not-apply", "error", "text")
