"""What a text says in many places and is told once: an option of another tool in each of its listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable

    from proofpress.findings import Note
    from proofpress.model import Place


class _Repeated(NamedTuple):
    rule: str
    place: Place
    message: str
    hint: str


class Repeats:
    """Faults of one text that are told once a kind, at the first of their places, with how many there are."""

    def __init__(self) -> None:
        self._first: dict[Hashable, _Repeated] = {}
        self._counts: dict[Hashable, int] = {}

    def add(self, kind: Hashable, rule: str, place: Place, message: str, hint: str) -> None:
        """Take a fault, which others of its kind may follow."""
        self._first.setdefault(kind, _Repeated(rule, place, message, hint))
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def tell(self, note: Note) -> None:
        """Note each kind. The count is in the hint, so that texts which say the same have the same message."""
        for kind, (rule, place, message, hint) in self._first.items():
            count = self._counts[kind]
            more = f" ({count - 1:,} more of this kind in this text)" if count > 1 else ""
            note(rule, place, message, hint + more)
