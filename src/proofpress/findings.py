"""What is found wrong with one file, while it is read: one shape, `note(rule, place, message, hint)`, everywhere.

Who reads a file knows the place of a fault in it and not what its rule weighs; a Finding is what it says. With the
file's path it becomes a Problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Place
    from proofpress.problems import Edit, Problem, Severity
    from proofpress.rules.rule import Fault


class Finding(NamedTuple):
    """One fault, at its place in the file that is read."""

    rule: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity | None = None
    """Where a fault weighs something else here than its rule says."""

    def of(self, path: str) -> Problem:
        """Return the problem that this is in a file."""
        from proofpress.rules.registry import named  # noqa: PLC0415 - a site without a fault needs not all rules

        found = named(self.rule).says(self.message, self.hint).at(path, self.place)
        if self.severity is None:
            return found
        return msgspec.structs.replace(found, severity=self.severity)


class Note(Protocol):
    """Takes note of a fault."""

    def __call__(self, rule: str, place: Place, message: str, hint: str = "") -> None:
        """Note a fault at its place, with what to do."""


class Findings:
    """The faults of one file, gathered as its problems while it is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def note(self, rule: str, place: Place, message: str, hint: str = "", *, severity: Severity | None = None) -> None:
        """Note a fault at its place, with what to do."""
        self.problems.append(Finding(rule, place, message, hint, severity).of(self.path))

    def tell(self, fault: Fault, place: Place, *, edits: Sequence[Edit] = ()) -> None:
        """Note a fault that its rule has put into words; `edits` mend it, all together."""
        self.problems.append(fault.at(self.path, place, edits=edits))
