"""Colours: a listing to HTML with Pygments' class names, within a time limit.

The lexers are Pygments'. The HTML is written here, because its HtmlFormatter takes as long as the lexing: neighbours
of one class are joined, blanks carry no class, and a class name is looked up once for each type of token.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Final

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from pygments.lexer import Lexer
    from pygments.token import _TokenType

LIMIT: Final = 1.5
"""Seconds that a listing may take."""


class SlowListing(Exception):  # noqa: N818 - it is what the listing is
    """A lexer did not get through a listing; the text says why, for the writer."""


class _TimeUp(BaseException):
    """Raised inside a lexer, so not an Exception that the lexer could take for its own."""


def escape(text: str) -> str:
    """Escape text for HTML, in content or between double quotes."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    return text


_CLASSES: dict[_TokenType, str] = {Token: "", Token.Text: "", Token.Text.Whitespace: ""}


def _class_of(kind: _TokenType) -> str:
    name: str | None = None
    step: _TokenType | None = kind
    while name is None and step is not None:
        name = STANDARD_TYPES.get(step)
        step = step.parent
    _CLASSES[kind] = result = name or ""
    return result


def to_html(tokens: Iterable[tuple[int, _TokenType, str]]) -> str:
    """Write a lexer's tokens as HTML."""
    written: list[str] = []
    classes = _CLASSES
    current = ""
    parts: list[str] = []
    for _, kind, value in tokens:
        name = classes.get(kind)
        if name is None:
            name = _class_of(kind)
        if name != current:
            if parts:
                text = escape("".join(parts))
                written.append(f'<span class="{current}">{text}</span>' if current else text)
            current = name
            parts = [value]
        else:
            parts.append(value)
    if parts:
        text = escape("".join(parts))
        written.append(f'<span class="{current}">{text}</span>' if current else text)
    return "".join(written)


class Highlighter:
    """Finds lexers, once each, and colours code with them."""

    def __init__(self) -> None:
        self._lexers: dict[str, Lexer | None] = {}

    def lexer(self, name: str) -> Lexer | None:
        """Return the lexer of a language, None when Pygments knows none by that name."""
        if name in self._lexers:
            return self._lexers[name]
        try:
            lexer: Lexer | None = get_lexer_by_name(name)
        except ClassNotFound:
            lexer = None
        if len(self._lexers) < 1000:
            self._lexers[name] = lexer
        return lexer

    def colour(self, code: str, lexer: Lexer) -> str:
        """Return code as HTML. Raise SlowListing where the lexer takes more than LIMIT seconds, or fails."""
        try:
            return _in_time(code, lexer)
        except _TimeUp:
            raise SlowListing(f"the lexer for {lexer.name} takes too long over this listing, so it is shown plain") from None
        except Exception as error:  # noqa: BLE001 - a lexer is a few hundred regular expressions by many hands
            raise SlowListing(
                f"the lexer for {lexer.name} fails on this listing ({type(error).__name__}), so it is shown plain"
            ) from None


def _in_time(code: str, lexer: Lexer) -> str:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return to_html(lexer.get_tokens_unprocessed(code))

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        return to_html(lexer.get_tokens_unprocessed(code))
    finally:
        signal.setitimer(signal.ITIMER_REAL, remaining, interval)
        signal.signal(signal.SIGALRM, before)
