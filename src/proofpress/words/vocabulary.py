"""The words of a site: its language, what it writes over the catalogues, and the catalogue of each language that it uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.words.catalogue import Catalogue, Entry
from proofpress.words.reading import FULL, is_shipped, shipped
from proofpress.words.tags import bases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_READ: Final = re.compile(r"\bwords\s*(?:\.\s*(\w+)|\[\s*[\"'](\w+)[\"']\s*\])")
"""A word that a template writes."""


class Words(msgspec.Struct, frozen=True):
    """What decides the words of every page. The catalogues that come with Proofpress are part of its version."""

    language: str = FULL
    """Of the site."""
    own: dict[str, dict[str, Entry]] = {}
    """What the site's files below words/ say, by their languages, in small letters."""

    def knows(self, language: str) -> bool:
        """Return whether a language has words, whole or in part: its own, or those of what it is a form of."""
        return any(base in self.own or is_shipped(base) for base in bases(language))

    def catalogue(self, language: str = "") -> Catalogue:
        """Return the catalogue of a language, of the site's for none; English where it has no words.

        What is more exact goes first: `de-at` over `de` over English, and of each the site's own over what is shipped.
        """
        language = language or self.language
        entries: dict[str, Entry] = {}
        for one in reversed(list(self._layers(language))):
            entries |= one
        return Catalogue(language, entries)

    def missing(self, language: str) -> list[str]:
        """Return the keys of English that a language has no words for; a catalogue that is shipped has all."""
        if any(is_shipped(base) for base in bases(language)):
            return []
        known = {key for base in bases(language) for key in self.own.get(base, ())}
        return [key for key in shipped(FULL) or () if key not in known]

    def _layers(self, language: str) -> Iterator[dict[str, Entry]]:
        """Give what a language's words are taken from, the first that has a key being right. A shipped catalogue is whole."""
        whole = False
        for base in dict.fromkeys((*bases(language), FULL)):
            if (own := self.own.get(base)) is not None:
                yield own
            if not whole and (found := shipped(base)) is not None:
                whole = True
                yield found


class Catalogues:
    """The catalogues of a site's languages, each put together when it is first asked for."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._made: dict[str, Catalogue] = {}

    def of(self, language: str = "") -> Catalogue:
        """Return the catalogue of a language, of the site's for none."""
        language = language or self._words.language
        found = self._made.get(language)
        if found is None:
            found = self._made[language] = self._words.catalogue(language)
        return found


def words_in(templates: Iterable[str]) -> frozenset[str]:
    """Return the keys that templates write by name."""
    return frozenset(name for text in templates if "words" in text for found in _READ.findall(text) for name in found)
