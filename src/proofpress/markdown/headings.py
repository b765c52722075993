"""Ids: one for each heading, from its words as GitHub makes them, and each id of a page once."""

from __future__ import annotations

import unicodedata
from typing import Final

from proofpress.patterns import lazy

_NOT_IN_ID: Final = lazy(r"[^\w\- ]+")
_OURS: Final = lazy(r"fn(?:ref)?\d+(?:-\d+)?")
_BLANKS: Final = lazy(r"\s")
_ASCII: Final = lazy(r"[A-Za-z0-9 -]*")


def identifier(text: str) -> str:
    """Return a heading's id: lower case, letters and digits of every script, dashes for blanks; never empty."""
    text = text.strip()
    if _ASCII.fullmatch(text):
        return text.lower().replace(" ", "-") or "section"
    text = unicodedata.normalize("NFC", _BLANKS.sub(" ", text).lower())
    return _NOT_IN_ID.sub("", text).replace(" ", "-").strip() or "section"


class Identifiers:
    """The ids of one page, given out once each. Those that footnotes use (`fn1`, `fnref1`) are never given."""

    def __init__(self, reserved: set[str]) -> None:
        self.taken = reserved
        self._next: dict[str, int] = {}

    def claim(self, wanted: str) -> str:
        """Return the wanted id, or the first of `wanted-1`, `wanted-2` … that is free; `section-fn1` for `fn1`."""
        taken = self.taken
        if _OURS.fullmatch(wanted):
            wanted = f"section-{wanted}"
        if wanted not in taken:
            taken.add(wanted)
            return wanted
        number = self._next.get(wanted, 1)
        while (candidate := f"{wanted}-{number}") in taken:
            number += 1
        self._next[wanted] = number + 1
        taken.add(candidate)
        return candidate
