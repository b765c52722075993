"""Characters that a reader does not see, or that turn the order in which others are seen.

In a listing they make code that is not what it looks like (N. Boucher and R. Anderson, "Trojan Source: Invisible
Vulnerabilities", 2021), in a link an address that leads elsewhere; most often they came with a copy from a web page, and
what is copied from the listing fails for no reason that shows. In prose they have their uses, and are left alone.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import quote

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS_OF_DIRECTION: Final = frozenset("\u200e\u200f\u061c")
_JOINERS: Final = frozenset("\u200c\u200d")
_BLANKS: Final = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f")
_WIDE: Final = "\u3000"
_SHOWN: Final = _BLANKS | frozenset("\u2028\u2029")
"""What strings of programs are about: how numbers are printed in French, where a line ends."""

_BELOW: Final = (
    "\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    "\ufeff\uffa0\ufff9-\ufffb"
)
_SUSPECT_BELOW: Final = lazy(f"[{_BELOW}]")
_SUSPECT: Final = lazy(f"[{_BELOW}\U000e0000-\U000e007f]")
"""What is looked at at all."""
_SIGNS: Final = frozenset("!#$%&()*+,-./:;<=>?@[]^_{|}~")
_QUOTE: Final = lazy("(?<!\\\\)['\"`]")
_RIGHT_TO_LEFT: Final = lazy("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DRAWN: Final = lazy("[\u2500-\u259f][ \u00a0]*\\Z")
"""What `tree` draws: its branches are set apart by no-break spaces."""
_FLAG: Final = lazy("\U0001f3f4[\U000e0000-\U000e007f]*\\Z")


Where = Literal["prose", "code", "address"]
"""What a text is: blanks of other kinds than ASCII's are at home in prose, seldom meant in code, and never in an address."""


class Unseen(NamedTuple):
    """A character that is not seen for what it is: its offset, what is wrong with it, and what to do."""

    at: int
    message: str
    hint: str


def may_deceive(text: str) -> bool:
    """Tell quickly whether a text holds a character that is looked at.

    A pattern that goes beyond U+FFFF is slow to search by. What does in this one, the tags, is asked for by its bytes.
    """
    if text.isascii():
        return False
    return _SUSPECT_BELOW.search(text) is not None or b"\xf3\xa0" in text.encode("utf-8", "surrogatepass")


def unseen(text: str, where: Where) -> Iterator[Unseen]:
    """Give each character of a text that deceives its reader."""
    for match in _SUSPECT.finditer(text):
        at, character = match.start(), match[0]
        if _is_meant(text, at, character, where):
            continue
        yield Unseen(at, *_told(character, where))


def _is_meant(text: str, at: int, character: str, where: Where) -> bool:
    """Tell whether a character most likely does here what it is made for."""
    begin = text.rfind("\n", 0, at) + 1
    if where == "code" and character in _SHOWN and _is_quoted(text, begin, at):
        return True
    if character == "\u200b":  # what keeps a mark from being one: `<!` and `--` with it between them
        return text[at - 1 : at] in _SIGNS and text[at + 1 : at + 2] in _SIGNS
    if where != "code" and (character in _BLANKS or character == _WIDE):
        return where == "prose"
    if character in _BLANKS:
        between_digits = text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()  # as a number is printed
        return between_digits or _DRAWN.search(text, max(begin, at - 40), at) is not None
    if character == _WIDE:  # a blank of Chinese and Japanese; at a line's beginning it passes for an indent
        return bool(text[begin:at].strip())
    if character in _JOINERS:  # emoji, and the scripts that need them
        return text[at - 1 : at] > "\x7f" and text[at + 1 : at + 2] > "\x7f"
    if character in _MARKS_OF_DIRECTION:
        end = text.find("\n", at)
        return _RIGHT_TO_LEFT.search(text, begin, end if end >= 0 else len(text)) is not None
    if character >= "\U000e0000":
        return _FLAG.search(text, max(begin, at - 10), at) is not None
    return False


def _is_quoted(text: str, begin: int, at: int) -> bool:
    """Tell whether a character stands in a string that is of one line: as what a program prints, or is to read."""
    end = text.find("\n", at)
    before = [quote[0] for quote in _QUOTE.finditer(text, begin, at)]
    after = {quote[0] for quote in _QUOTE.finditer(text, at, end if end >= 0 else len(text))}
    return any(before.count(quote) % 2 for quote in after)


def _told(character: str, where: Where) -> tuple[str, str]:
    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "a character without a name").lower()
    name = "byte-order mark" if character == "\ufeff" else name
    escape = quote(character) if where == "address" else character.encode("unicode_escape").decode("ascii")
    mend = f"take it out, or write '{escape}' where it is meant"
    if character in _BLANKS or character == _WIDE:
        hint = mend if where == "address" else "type a blank in its place"
        return f"a blank here is none: it is {number}, {name}", hint
    if character in _TURNING or character in _MARKS_OF_DIRECTION:
        does = "which turns the order in which what follows is seen"
    else:
        does = "which is not seen"
    return f"{number}, {name}, stands here, {does}", mend
