"""Smart quotes: straight marks in running text become a language's own. Nothing else is changed.

A mark is judged by its neighbours, also across emphasis, code and tags; inside code, mathematics and addresses it stays.
"""

# ruff: noqa: RUF001 - look-alike letters are what this module is about

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.markdown.prose import neighbour, prose, set_text
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

Marks = tuple[str, str, str, str]
"""Double opening, double closing, single opening, single closing."""

_ENGLISH: Final[Marks] = ("“", "”", "‘", "’")
_GERMAN: Final[Marks] = ("„", "“", "‚", "‘")
_GUILLEMETS: Final[Marks] = ("«", "»", "‹", "›")
_RIGHT_ONLY: Final[Marks] = ("”", "”", "’", "’")
_LOW_RIGHT: Final[Marks] = ("„", "”", "‚", "’")

_LANGUAGES: Final[Mapping[str, Marks]] = {
    "ar": ("«", "»", "“", "”"),
    "bg": _GERMAN,
    "cs": _GERMAN,
    "da": ("»", "«", "›", "‹"),
    "de": _GERMAN,
    "de-ch": _GUILLEMETS,
    "el": ("«", "»", "“", "”"),
    "en": _ENGLISH,
    "es": ("«", "»", "“", "”"),
    "et": _GERMAN,
    "fa": ("«", "»", "“", "”"),
    "fi": _RIGHT_ONLY,
    "fr": ("«\u202f", "\u202f»", "‹\u202f", "\u202f›"),
    "fr-ch": _GUILLEMETS,
    "he": ("”", "”", "’", "’"),
    "hr": _LOW_RIGHT,
    "hu": ("„", "”", "»", "«"),
    "is": _GERMAN,
    "it": ("«", "»", "“", "”"),
    "ja": ("「", "」", "『", "』"),
    "lt": _GERMAN,
    "nb": ("«", "»", "‘", "’"),
    "nl": _ENGLISH,
    "nn": ("«", "»", "‘", "’"),
    "no": ("«", "»", "‘", "’"),
    "pl": _LOW_RIGHT,
    "pt": ("«", "»", "“", "”"),
    "pt-br": _ENGLISH,
    "ro": ("„", "”", "«", "»"),
    "ru": ("«", "»", "„", "“"),
    "sk": _GERMAN,
    "sl": _GERMAN,
    "sv": _RIGHT_ONLY,
    "uk": ("«", "»", "„", "“"),
}

_QUOTE: Final = lazy(r"['\"]")
_APOSTROPHE: Final = "’"
_OPENS_AFTER: Final = frozenset("([{<-–—/“‘«„‚‹「『¿¡=+|*_~")
_CUT_SHORT: Final = lazy(r"(?:\d\ds?|n['\N{RIGHT SINGLE QUOTATION MARK}]|em|til|tis|twas|cause)(?!\w)", re.IGNORECASE)
"""Words that begin with an apostrophe: the '90s, rock 'n' roll."""


def marks_for(language: str) -> Marks:
    """Return the quotation marks of a language tag (`de-CH`, `pt_BR`), English ones where it is unknown."""
    tag = language.lower().replace("_", "-")
    return _LANGUAGES.get(tag) or _LANGUAGES.get(tag.partition("-")[0]) or _ENGLISH


def curl(tokens: list[Token], marks: Marks) -> None:
    """Set the quotation marks in the text of one block."""
    setting = _Setting(tokens, marks)
    for index in prose(tokens):
        token = tokens[index]
        text = token.content
        if "'" not in text and '"' not in text:
            continue
        if '"' not in text and not setting.opened and (simple := _simple(text)) is not None:
            set_text(token, simple)
        else:
            setting.go_over(index, text)
    setting.end()


class _Open(NamedTuple):
    """A mark that waits for the one that closes it: its token, its place among that token's parts, and its level."""

    single: bool
    token: int
    place: int
    level: int


class _Setting:
    """Sets the marks of one block, from its beginning on."""

    def __init__(self, tokens: list[Token], marks: Marks) -> None:
        self.opened: list[_Open] = []
        self._tokens = tokens
        self._marks = marks
        self._parts: dict[int, list[str]] = {}  # of each token, each mark a part of its own

    def go_over(self, index: int, text: str) -> None:
        """Judge each mark in a token's text by what stands beside it."""
        tokens = self._tokens
        level = tokens[index].level
        parts = self._parts[index] = []
        done = 0
        for match in _QUOTE.finditer(text):
            at = match.start()
            single = match[0] == "'"
            before = text[at - 1] if at else neighbour(tokens, index, -1)
            after = text[at + 1] if at + 1 < len(text) else neighbour(tokens, index, 1)
            parts += [text[done:at], match[0]]
            done = at + 1
            can_open = not after.isspace() and (before.isspace() or before in _OPENS_AFTER or before in "\"'")
            can_close = not before.isspace() and not (after.isalnum() and before not in ".,;:!?…)")
            if single and ((before.isalnum() and after.isalnum()) or _CUT_SHORT.match(text, at + 1)):
                parts[-1] = _APOSTROPHE
                continue
            if can_close and not (can_open and before in _OPENS_AFTER):
                inches = before.isdigit() and not single and after in "\"'"
                if not inches and self._close(parts, level, single=single):
                    continue
            if can_open:
                self.opened.append(_Open(single, index, len(parts) - 1, level))
            elif single and can_close and not before.isdigit():
                parts[-1] = _APOSTROPHE
        parts.append(text[done:])

    def _close(self, parts: list[str], level: int, *, single: bool) -> bool:
        """Set the mark that `parts` end with and the nearest one that it closes; tell whether there is one."""
        opened, marks = self.opened, self._marks
        for k in range(len(opened) - 1, max(-1, len(opened) - 9), -1):
            pair = opened[k]
            if pair.single == single and pair.level == level:
                del opened[k:]
                self._parts[pair.token][pair.place] = marks[2] if single else marks[0]
                parts[-1] = marks[3] if single else marks[1]
                return True
        return False

    def end(self) -> None:
        """Put the parts of each token together. What nothing closed is an apostrophe, as in 'twas or the '90s."""
        for left in self.opened:
            if left.single:
                self._parts[left.token][left.place] = _APOSTROPHE
        for index, parts in self._parts.items():
            set_text(self._tokens[index], "".join(parts))


_BETWEEN_LETTERS: Final = lazy(r"(?<=\w)'(?=\w)")


def _simple(text: str) -> str | None:
    """Return a text whose only marks are apostrophes inside words, set; None when it has others."""
    changed = _BETWEEN_LETTERS.sub(_APOSTROPHE, text)
    return None if "'" in changed else changed
