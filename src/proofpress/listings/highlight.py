"""Colours: a listing to HTML by Pygments' lexers, within a limit of time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from proofpress.listings.languages import IPYTHON
from proofpress.listings.lexing import LexerFailed, LexingProcess, NoAnswer
from proofpress.listings.limits import TimeUpError, can_ring, seconds_for, within
from proofpress.listings.masks import State, tokens_of
from proofpress.listings.spans import to_html
from proofpress.listings.words import matches

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_LENGTH: Final = 250_000
"""Characters of a listing that is coloured, some 6,000 lines: what is longer is plain, however quick the machine."""

_ACCIDENTS: Final = frozenset({"ImportError", "MemoryError", "ModuleNotFoundError", "OSError", "RecursionError"})
"""What a lexer raises for what it met and not for what it read: another time, or in another process, it may not."""


class BrokenPluginError(Exception):
    """A plugin of Pygments could not be loaded, so that nobody knows which languages there are; the text says why."""


class SlowListing(Exception):  # noqa: N818 - it is what the listing is
    """A lexer did not get through a listing; the text says why, for the writer.

    `certain` tells whether it never would: else a limit or an accident decided, and nobody may remember it.
    """

    def __init__(self, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


def _ipython() -> Lexer:
    from proofpress.listings.ipython import IPythonLexer  # noqa: PLC0415 - few listings need it

    return IPythonLexer()


class Highlighter:
    """Finds lexers, once each, and colours code with them."""

    def __init__(self) -> None:
        self._lexers: dict[str, Lexer | None] = {}
        self._states: dict[Lexer, dict[str, State]] = {}
        self._elsewhere = LexingProcess()

    def lexer(self, name: str) -> Lexer | None:
        """Return the lexer of a language, None when Pygments knows none by that name.

        Raise BrokenPluginError where Pygments itself knows none and a plugin of it can't be loaded.
        """
        if name in self._lexers:
            return self._lexers[name]
        try:
            lexer: Lexer | None = _ipython() if name in IPYTHON else get_lexer_by_name(name)
        except ClassNotFound:
            lexer = None
        except Exception as error:
            raise BrokenPluginError(
                f"a plugin of Pygments can't be loaded ({type(error).__name__}: {error})"
            ) from error
        if len(self._lexers) < 1000:
            self._lexers[name] = lexer
        return lexer

    def colour(self, code: str, lexer: Lexer) -> str:
        """Return code as HTML. Raise SlowListing where the lexer takes too long (`limits.seconds_for`), or fails."""
        if len(code) > MAX_LENGTH:
            reason = f"a listing is highlighted up to {MAX_LENGTH:,} characters and this one has {len(code):,}"
            raise SlowListing(f"{reason}, so it is shown plain", certain=True)
        certain = False
        try:
            if can_ring():
                states = self._states.setdefault(lexer, {}) if len(self._states) < 1000 else {}
                return within(seconds_for(code), lambda: to_html(tokens_of(lexer, states, code)))
            return self._elsewhere.colour(code, lexer, seconds_for(code))
        except (TimeUpError, NoAnswer):
            reason = "takes too long over this listing"
        except Exception as error:  # noqa: BLE001 - a lexer is a few hundred regular expressions by many hands
            name = str(error) if isinstance(error, LexerFailed) else type(error).__name__
            certain = name not in _ACCIDENTS
            reason = f"fails on this listing ({name})"
        raise SlowListing(f"the lexer for {lexer.name} {reason}, so it is shown plain", certain=certain)

    def search(self, pattern: str, text: str) -> list[tuple[int, int]]:
        """Return where a regular expression that compiles matches. Raise SlowListing where that takes too long."""
        request = json.dumps([pattern, text])
        seconds = seconds_for(text)
        try:
            if can_ring():
                found = within(seconds, lambda: matches(request))
            else:
                found = self._elsewhere.call(matches.__module__, matches.__qualname__, request, seconds)
        except (TimeUpError, NoAnswer, LexerFailed):
            reason = f"the pattern /{pattern[:40]}/ takes too long over this listing, so it marks nothing"
            raise SlowListing(reason, certain=False) from None
        return [(begin, end) for begin, end in json.loads(found)]

    def close(self) -> None:
        """End the process that lexes for other threads, if there is one."""
        self._elsewhere.close()
