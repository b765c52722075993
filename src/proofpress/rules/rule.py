"""A rule, and what it says: a Fault is told in words first, and becomes a Problem where its place is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from proofpress.model import Place
from proofpress.problems import Edit, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from proofpress.rules.prose import Text

    Found = Iterable[tuple["Fault", Place]]
    """Faults with their places, in the order of these."""

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
    checked: bool = False
    """Whether `check` alone asks it: it reads more than a build needs to know."""
    precision: tuple[int, int] | None = None
    """Of its reports over real blogs that a person read: how many were true, and how many were read."""
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
    edits: tuple[Edit, ...] = ()

    def mended(self, *edits: Edit) -> Fault:
        """Return the fault with edits that mend it, all together."""
        return msgspec.structs.replace(self, edits=edits)

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
            edits=(*self.edits, *edits),
        )


class TextRule(Rule, frozen=True):
    """A rule that finds its faults itself, in a parsed text: each says how. Of itself it finds none."""

    def check(self, text: Text) -> Found:  # noqa: ARG002 - for those that say how
        """Give the faults of a text. Asks `text.source` first, so that a text without the mark costs nothing."""
        return ()


def once_each(found: Found) -> Iterator[tuple[Fault, Place]]:
    """Give the first of faults that are alike; its hint tells in how many more places of the file it is so.

    The count is no part of the message, so that reports can fold what many files have in common.
    """
    places: dict[Fault, list[Place]] = {}
    for fault, place in found:
        places.setdefault(fault, []).append(place)
    for fault, at in places.items():
        more = len(at) - 1
        counted = f"(and {more:,} more place{'' if more == 1 else 's'} in this file)"
        hint = f"{fault.hint} {counted}".lstrip() if more else fault.hint
        yield msgspec.structs.replace(fault, hint=hint), min(at, key=lambda place: (place.line, place.column))
