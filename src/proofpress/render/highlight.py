"""Colours: a listing to HTML with Pygments' class names, within a time limit.

The lexers are Pygments'. The HTML is written here, because its HtmlFormatter takes as long as the lexing: neighbours
of one class are joined, blanks carry no class, and a class name is looked up once for each type of token.
"""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Final

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token
from pygments.util import ClassNotFound

from proofpress.render.lexing import LexingProcess, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from pygments.lexer import Lexer
    from pygments.token import _TokenType

LIMIT: Final = 1.2
"""Seconds that a listing may take."""


_CAN_RING: Final = hasattr(signal, "setitimer")


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
        self._elsewhere = LexingProcess()

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
            if _CAN_RING and threading.current_thread() is threading.main_thread():
                return _until_it_rings(code, lexer)
            return self._elsewhere.colour(code, lexer.aliases[0], LIMIT)
        except (_TimeUp, NoAnswer):
            reason = "takes too long over this listing"
        except Exception as error:  # noqa: BLE001 - a lexer is a few hundred regular expressions by many hands
            reason = f"fails on this listing ({error if type(error) is ValueError else type(error).__name__})"
        raise SlowListing(f"the lexer for {lexer.name} {reason}, so it is shown plain")


def _until_it_rings(code: str, lexer: Lexer) -> str:
    """Lex under an alarm. Python's regular expressions look for signals while they match, so it reaches into them."""

    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise _TimeUp

    started = time.monotonic()
    remaining, interval = 0.0, 0.0
    before = signal.signal(signal.SIGALRM, ring)
    try:
        try:
            remaining, interval = signal.setitimer(signal.ITIMER_REAL, LIMIT)
            return to_html(lexer.get_tokens_unprocessed(code))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
        if remaining:  # somebody else's alarm goes on, and rings at once if it was due meanwhile
            signal.setitimer(signal.ITIMER_REAL, max(0.001, remaining - (time.monotonic() - started)), interval)
