"""A rule, and what it says: a Fault is told in words first, and becomes a Problem where its place is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from proofpress.model import Place
from proofpress.problems import Edit, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

Reads = Literal["source", "text", "site", "page"]
"""What must be known before a rule can speak.

One file (`source`: a post, the settings, a template, data), what its Markdown says (`text`), all files of the site and
the folder that it is published to (`site`), or a page as it is filled (`page`).
"""

WHOLE_FILE: Final = Place(0, 1)
"""Where a fault stands that is no line's, such as a file's name."""


def replacing(path: str, place: Place, old: str, text: str, *, safe: bool) -> Edit:
    """Return the edit that puts text in place of what stands there from a place on; nothing gives way to be added."""
    line, column = place.line, place.column
    return Edit(
        path=path,
        line=line,
        column=column,
        end_line=line + old.count("\n"),
        end_column=len(old) - old.rfind("\n") if "\n" in old else column + len(old),
        old=old,
        text=text,
        safe=safe,
    )


class Rule(msgspec.Struct, frozen=True):
    """One thing that can be wrong. A rule with words of its own is a class of its own, with one method for each wording."""

    name: str
    """Words in kebab-case, as they stand in a report and under `rules:` in the settings."""
    severity: Severity
    """What it weighs, unless the settings say otherwise."""
    reads: Reads
    fixed: bool = False
    """Whether the settings can't weigh it: without it a site would be published with a part missing, or unsafely."""
    page: str = ""
    """Its explanation as Markdown, for a rule that comes from elsewhere; ours lie in `explained/`, and are read on demand."""

    def says(self, message: str, hint: str = "") -> Fault:
        """Return a fault: what is wrong, and in the hint what to do."""
        return Fault(self, message, hint)


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, in words, before it is told where: `message` goes on after the place, `hint` says what to do."""

    rule: Rule
    message: str
    hint: str = ""

    def at(self, path: str, place: Place = WHOLE_FILE, *, edits: Sequence[Edit] = ()) -> Problem:
        """Return the problem at its place; `edits` mend it, all together."""
        return Problem(
            path=path,
            line=place.line,
            column=place.column,
            rule=self.rule.name,
            message=self.message,
            hint=self.hint,
            length=max(1, place.length),
            severity=self.rule.severity,
            edits=tuple(edits),
        )
