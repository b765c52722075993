"""A formula in MathML as plain text, for titles, descriptions and feeds' summaries."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple
from unicodedata import normalize

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE: Final = lazy(r"<(/?)([A-Za-z][\w-]*)([^>]*?)(/?)>|([^<]+)")
_SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "msup": ("", "^"),
    "msub": ("", "_"),
    "msubsup": ("", "_", "^"),
    "mover": ("", "^"),
    "munder": ("", "_"),
    "munderover": ("", "_", "^"),
}
_LEAVES: Final = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_UNSEEN: Final = lazy("[\u2061-\u2064\ufe00\ufe01]")
_SPACED: Final = lazy(
    "[=<>+\u2212\u00b1\u2213\u00d7\u00f7\u22c5\u2217\u2218\u2227\u2228\u2229\u222a\u2208\u2209\u2216\u2223"
    "\u2190-\u21ff\u2260-\u228b\u223c-\u225f\u2295-\u2299\u22a2-\u22a8\u27f5-\u27ff\u2a7d\u2a7e\u2254]\\Z"
)
_ACCENTS: Final[Mapping[str, str]] = {
    "^": "\u0302", "\u02c6": "\u0302", "\u0302": "\u0302", "~": "\u0303", "\u02dc": "\u0303", "\u0303": "\u0303", "\u00af": "\u0304",
    "\u203e": "\u0304", "\u0304": "\u0304", "\u2192": "\u20d7", "\u20d7": "\u20d7", "\u02d9": "\u0307", "\u0307": "\u0307",
    "\u00a8": "\u0308", "\u0308": "\u0308", "\u02c7": "\u030c", "\u030c": "\u030c", "\u02d8": "\u0306", "\u02da": "\u030a",
}  # fmt: skip
_UNDER: Final = frozenset("_\u0330")
_BRACES: Final = frozenset("\u23de\u23df\u23b4\u23b5\u23dc\u23dd")
_SIGNS: Final = frozenset("+\u2212\u00b1\u2213\u2217")
_NOTHING_BEFORE: Final = frozenset(["", *"([{|,;"])
_PLAIN: Final = lazy(r"(?:\w+(?:\.\d+)?|.)\Z", re.DOTALL)


class _Text(NamedTuple):
    """An element as text, whether it can bear a script without brackets, and whether its neighbours must keep away."""

    text: str
    single: bool = False
    before: bool = False
    after: bool = False


class _Open:
    """An element that is being read: the text of its children, and whether it stands in a script."""

    __slots__ = ("attributes", "children", "name", "script")

    def __init__(self, name: str, attributes: str, *, script: bool) -> None:
        self.name, self.attributes, self.script = name, attributes, script
        self.children: list[_Text] = []

    def seen(self) -> list[_Text]:
        """Return the children that have a text."""
        return [one for one in self.children if one.text]

    def before(self) -> str:
        """Return the last character that stands in the element so far."""
        return next((one.text.rstrip()[-1] for one in reversed(self.children) if one.text.strip()), "")

    def whole(self) -> str:
        """Return the children's text as one, words and scripts apart from what follows."""
        pieces: list[str] = []
        seen = self.seen()
        for one, after in zip_longest(seen, seen[1:], fillvalue=_Text("")):
            pieces.append(one.text)
            if after.text[:1].isalnum() and one.text[-1:].isalnum() and (one.after or after.before):
                pieces.append(" ")
        return "".join(pieces)


def linear(mathml: str) -> str:
    """Return a formula as text on one line that keeps its meaning: `Q \u2208 \u211d^(n\u00d7d)`, `(a + b)/2`, `\u221ax`.

    `mathml` may be any text, well-formed or not. What is returned is HTML's text, with `&lt;` for `<`.
    """
    top = _Open("", "", script=False)
    stack = [top]
    leaf = 0  # how many elements are open whose text is shown
    for end, name, attributes, empty, text in _PIECE.findall(mathml):
        if text:
            if leaf:
                stack[-1].children.append(_Text(unescape(text), single=True))
        elif not end:
            inside = stack[-1]
            script = inside.script or (inside.name in _SCRIPTS and bool(inside.children))
            stack.append(_Open(name, attributes, script=script))
            leaf += name in _LEAVES
            if empty:
                leaf -= _close(stack)
        elif len(stack) > 1 and stack[-1].name == name:
            leaf -= _close(stack)
    while len(stack) > 1:
        _close(stack)
    return escape(" ".join(top.whole().split()), quote=False)


def _close(stack: list[_Open]) -> bool:
    one = stack.pop()
    stack[-1].children.append(_text_of(one, stack[-1].before()))
    return one.name in _LEAVES


def _text_of(one: _Open, before: str) -> _Text:
    """Return an element as text; `before` is the character that stands before it."""
    name, children = one.name, one.children
    if name in _LEAVES:
        return _leaf(one, before)
    if name in {"mphantom", "annotation", "annotation-xml"}:
        return _Text("")
    if name == "mspace":
        return _Text(" " if "width" in one.attributes and not one.script else "")
    if name in _SCRIPTS and len(children) == len(_SCRIPTS[name]):
        return _scripts(one)
    if name == "mfrac" and len(children) == 2:
        mark = " over " if 'linethickness="0"' in one.attributes else "/"
        return _Text(f"{_grouped(children[0])}{mark}{_grouped(children[1])}", before=True, after=True)
    if name == "mroot" and len(children) == 2:
        return _Text(f"{_grouped(children[0])}^(1/{_grouped(children[1])})", single=True)
    whole = one.whole()
    if name == "msqrt":
        single = len(children) == 1 and children[0].single
        return _Text("\N{SQUARE ROOT}" + (whole if single else f"({whole.strip()})"), single=True, after=True)
    if name in {"mtd", "mtr"}:
        return _Text(whole.strip() and whole.strip() + (" " if name == "mtd" else "; "))
    if name == "mtable":
        return _Text(whole.strip().removesuffix(";"))
    seen = one.seen()
    if not seen:
        return _Text("")
    return _Text(whole, single=len(seen) == 1 and seen[0].single, before=seen[0].before, after=seen[-1].after)


def _leaf(one: _Open, before: str) -> _Text:
    text = _UNSEEN.sub("", "".join(child.text for child in one.children))
    if one.name == "mo" and not one.script:
        if text == ",":
            return _Text(", ")
        if _SPACED.match(text) and not (text in _SIGNS and (before in _NOTHING_BEFORE or _SPACED.match(before))):
            return _Text(f" {text} ")
    word = one.name == "mi" and len(text) > 1
    return _Text(text, single=True, before=word, after=word)


def _scripts(one: _Open) -> _Text:
    base, *scripts = one.children
    if one.name in {"mover", "munder"}:
        accent = scripts[0].text.strip()
        if accent in _BRACES or (accent in _UNDER and "accentunder" in one.attributes):
            return base._replace(single=False)
        if accent in _ACCENTS and "accent" in one.attributes:
            return base._replace(text=normalize("NFC", base.text.strip() + _ACCENTS[accent]))
    text = _grouped(base)
    for mark, script in zip(_SCRIPTS[one.name][1:], scripts, strict=True):
        words = script.text.strip()
        if mark == "^" and not words.strip("\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}"):
            text += words
        elif words:
            text += mark + (words if script.single and _PLAIN.match(words) else f"({words})")
    return _Text(text, single=True, before=base.before, after=True)


def _grouped(child: _Text) -> str:
    text = child.text.strip()
    return text if child.single or len(text) < 2 else f"({text})"
