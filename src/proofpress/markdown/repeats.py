"""What a text says in many places and is told once: an option of another tool in each of its listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from proofpress.findings import Note
    from proofpress.model import Allowance, Place


class _Repeated(NamedTuple):
    rule: str
    place: Place
    message: str
    hint: str


class Repeats:
    """Faults of one text that are told once a kind, at the first of their places, with how many there are."""

    def __init__(self) -> None:
        self._found: dict[Hashable, list[_Repeated]] = {}

    def add(self, kind: Hashable, rule: str, place: Place, message: str, hint: str) -> None:
        """Take a fault, which others of its kind may follow."""
        self._found.setdefault(kind, []).append(_Repeated(rule, place, message, hint))

    def tell(self, note: Note, allowances: Sequence[Allowance] = ()) -> None:
        """Note each kind, and by itself each fault that an allowance may speak of.

        The count is in the hint, so that texts which say the same have the same message.
        """
        for found in self._found.values():
            alone = [each for each in found if any(own.reaches(each.place.line) for own in allowances)]
            alike = [each for each in found if each not in alone] if alone else found
            for each in alone:
                note(*each)
            if alike:
                rule, place, message, hint = alike[0]
                more = f" ({len(alike) - 1:,} more of this kind in this text)" if len(alike) > 1 else ""
                note(rule, place, message, hint + more)
