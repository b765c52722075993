"""A catalogue: all that pages of one language say by themselves, and how that language writes dates and numbers."""

from __future__ import annotations

import functools
import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.words.plurals import plurals_of
from proofpress.words.tags import direction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Entry = str | dict[str, str] | list[str]
"""A text; its forms by category of plural; or the names of the twelve months."""

_FORMS: Final = {"long": "months", "short": "short_months"}
COUNT: Final = "n"
"""The value that decides between the forms of a plural."""
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class WordsError(LookupError):
    """A word was asked for that there is not, or without a value that stands in it; the message tells which."""


class Catalogue(msgspec.Struct, frozen=True):
    """The words of a page in one language; keys are those of `en.yaml`, which says what each is for."""

    language: str
    """The tag of the page: that of the site or of the document, and not that of the file that the words are from."""
    entries: dict[str, Entry]

    @property
    def direction(self) -> str:
        """The way in which the language runs: `ltr` or `rtl`."""
        return direction(self.language)

    def placeholders(self, key: str) -> frozenset[str]:
        """Return the names of the values that stand in a text, or in any of its forms."""
        return placeholders(self.entries[key])

    def text(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """Return a text with values in its places, whole numbers as the language writes them.

        Raises WordsError for a key that is not there, and for a place that no value is given for.
        """
        values = values or {}
        written = self._form(key, values)
        if "{" not in written:
            return written
        pieces = _pieces(written)
        if not values.keys() >= set(pieces[1::2]):
            given = ", ".join(f"{name}=…" for name in sorted(self.placeholders(key)))
            raise WordsError(f"'{key}' has places for values: write words.{key}({given})")
        return "".join([self._shown(values[piece]) if at % 2 else piece for at, piece in enumerate(pieces)])

    def escaped(self, key: str) -> Catalogue:
        """Return the same catalogue with a text as HTML."""
        entry = self.entries[key]
        whole: Entry = escape(entry) if isinstance(entry, str) else entry
        if isinstance(entry, dict):
            whole = {category: escape(form) for category, form in entry.items()}
        return Catalogue(self.language, {**self.entries, key: whole})

    def get(self, key: str, otherwise: str) -> str:
        """Return a text without places for values, or `otherwise` where there is none."""
        found = self.entries.get(key)
        return found if isinstance(found, str) else otherwise

    def date(self, date: dt.datetime, form: str = "long") -> str:
        """Return a day in its long form (`5 January 2024`) or its short one (`5 Jan 2024`)."""
        if form not in _FORMS:
            raise WordsError(f'there is no form \'{form}\' of a date: write date("long") or date("short")')
        months = self.entries[_FORMS[form]]
        day = self.get("first_day", "1") if date.day == 1 else str(date.day)
        parts = {"day": day, "month": months[date.month - 1], "year": str(date.year), "number": str(date.month)}  # type: ignore[index]
        pieces = _pieces(self.get(f"{form}_date", "{day} {month} {year}"))
        return "".join([parts[piece] if at % 2 else piece for at, piece in enumerate(pieces)])

    def number(self, number: float) -> str:
        """Return a number with its digits in groups, as the samples of the catalogue have them."""
        whole, point, rest = f"{number:,}".replace(",", "").partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        thousand, million = self.get("thousand", "1,000"), self.get("million", "1,000,000")
        mark = million[-4]
        fraction = ("." if mark == "," else ",") + rest if point else ""
        if len(digits) < 4 or (len(digits) == 4 and len(thousand) == 4):
            return sign + digits + fraction
        wide = len(million.split(mark)[-2])
        groups = [digits[-3:]]
        digits = digits[:-3]
        while digits:
            groups.append(digits[-wide:])
            digits = digits[:-wide]
        return sign + mark.join(reversed(groups)) + fraction

    def _form(self, key: str, values: Mapping[str, Any]) -> str:
        found = self.entries.get(key)
        if isinstance(found, str):
            return found
        if not isinstance(found, dict):
            raise WordsError(f"there is no text '{key}'")
        number = values.get(COUNT)
        if not isinstance(number, int):
            raise WordsError(f"'{key}' has a form for each number: write words.{key}({COUNT}=…)")
        return found.get(plurals_of(self.language).of(abs(number))) or found["other"]

    def _shown(self, value: Any) -> str:
        return self.number(value) if type(value) is int else str(value)


@functools.lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[str, ...]:
    """Take a text apart: what is written, and the names of the values that stand in it, by turns."""
    return tuple(PLACEHOLDER.split(text))


def placeholders(entry: Entry) -> frozenset[str]:
    """Return the names of the values that stand in a text, or in any of its forms."""
    texts = entry.values() if isinstance(entry, dict) else [entry] if isinstance(entry, str) else entry
    return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))
