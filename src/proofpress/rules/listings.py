"""What can be wrong with listings: the fence, and the line that says how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Rule, replacing

if TYPE_CHECKING:
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


UNKNOWN_LANGUAGE: Final = Rule("unknown-language", "warning", "text", precision=(25, 25))
SLOW_LISTING: Final = Rule("slow-listing", "warning", "text")
LISTING_OPTIONS: Final = Rule("listing-options", "warning", "text")
UNCLOSED_FENCE: Final = _UnclosedFence("unclosed-fence", "warning", "text")
