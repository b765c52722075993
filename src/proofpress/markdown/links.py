"""Links and images: CommonMark's bracket algorithm, run once over each inline text.

markdown-it looks for a link's end anew at each opening bracket. Here one pass with a stack of open brackets, as in the
appendix of the specification, finds every link and image with the exact place of its destination; the inline rules
then look up the bracket they stand at. That is linear in the text, however deep brackets are nested.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace, normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned

from proofpress.markdown.scripts import CJK
from proofpress.markdown.tokens import QuickToken
from proofpress.patterns import lazy
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from markdown_it.token import Token

MAX_DEPTH: Final = 50
"""How many images may stand inside each other's text."""

MOST_TOKENS: Final = 200_000
"""Pieces that one text is taken apart into, 60 MB of them; what follows is text. A long chapter in one paragraph has fewer."""

_PLAIN_LABEL: Final = lazy(r"\[([^\[\]\\]{0,999})\]")
_LABEL: Final = lazy(r"\[((?:[^\[\]\\]|\\.){0,999})\]", re.DOTALL)
_SIMPLE: Final = lazy(r"[^\x00-\x20\x7f<>()\\&]+(?=[) \n])")
"""A destination that is written as it is meant; most are."""
_BLANKS: Final = lazy(r"[ \t]*(?:\n[ \t]*)?")


class Link(NamedTuple):
    """A link or image found at an opening bracket. Offsets count from the beginning of the inline text."""

    label_start: int
    label_end: int
    end: int
    href: str
    title: str
    at: int
    """Where the destination begins, or -1 when it stands in a reference definition."""
    length: int
    label: str
    """The normalised label of a reference; empty for an inline link."""


class InlineText(StateInline):
    """What the inline rules share about one text: markdown-it's state, and what was found in passes over the whole."""

    links: Mapping[int, Link]
    """What `find_links` found."""
    closers: array[int] | None
    """Offsets of the dollars that can close a formula, once asked for."""
    depth: int
    """How many images this text stands in."""
    search: Callable[[str, int, int], re.Match[str] | None]
    """Finds the next character that some rule may begin with."""
    first: re.Match[str] | None = None
    """Where it is found first, until that is used."""
    runs = False
    """Whether there is a run of marks that may be emphasis."""
    closed: tuple[int, int] = (0, -1)
    """An offset, and where the first `>` after it is (the text's length where there is none)."""
    cjk: bool
    """Whether marks beside letters of Chinese, Japanese and Korean are judged as their texts need it."""
    others: int
    """How many tokens the whole text has beside this state's: an image's text has a state of its own."""

    def pushPending(self) -> Token:  # noqa: N802 - markdown-it's name
        """Add what is plain text so far as a token."""
        token = QuickToken("text", "", 0, None, None, self.pendingLevel, None, self.pending)
        self.tokens.append(token)
        self._pending = ""  # its buffer is empty: it was just read
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Add a token, after what is plain text before it."""
        if self._pending_buffer or self._pending:
            self.pushPending()
        level = self.level
        if nesting == 0:
            token = QuickToken(ttype, tag, 0, None, None, level)
            self.tokens_meta.append(None)
        elif nesting > 0:
            token = QuickToken(ttype, tag, nesting, None, None, level)
            level = self.level = level + 1
            self._prev_delimiters.append(self.delimiters)
            self.delimiters = []
            self.tokens_meta.append({"delimiters": self.delimiters})
        else:
            level = self.level = level - 1
            token = QuickToken(ttype, tag, nesting, None, None, level)
            self.delimiters = self._prev_delimiters.pop()
            self.tokens_meta.append(None)
        self.pendingLevel = level
        self.tokens.append(token)
        return token

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - markdown-it's names
        """Tell whether a run of marks can open or close emphasis (CommonMark 0.31.2, section 6.2).

        Words of CJK stand side by side, so that a run beside one of their letters is not held to be inside a word for
        the punctuation on its other side: `**변수(variable)**는`, `*“好。”*然后`. Their own punctuation counts as a letter.
        """
        self.runs = True
        if not self.cjk:
            return super().scanDelims(start, canSplitWord)
        src, maximum, mark = self.src, self.posMax, self.src[start]
        end = start
        while end < maximum and src[end] == mark:
            end += 1
        before, after = src[start - 1] if start > 0 else " ", src[end] if end < maximum else " "
        beside_cjk = CJK.match(before) is not None, CJK.match(after) is not None
        blank = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
        punctuation = _is_punctuation(before), _is_punctuation(after)
        foreign = punctuation[0] and not beside_cjk[0], punctuation[1] and not beside_cjk[1]
        left = not blank[1] and not (foreign[1] and not (blank[0] or punctuation[0] or beside_cjk[0]))
        right = not blank[0] and not (foreign[0] and not (blank[1] or punctuation[1] or beside_cjk[1]))
        opens = left and (canSplitWord or not right or punctuation[0])
        closes = right and (canSplitWord or not left or punctuation[1])
        return Scanned(opens, closes, end - start)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def find_links(state: InlineText, skip: Mapping[str, tuple[Any, ...]]) -> dict[int, Link]:
    """Return every link and image of a text by the offset of its bracket (of its `!`, for an image).

    `skip` gives, for a character, the rules whose constructs bind more tightly than brackets: code, tags, mathematics.
    """
    src = state.src
    references: Mapping[str, Mapping[str, str]] = state.env.get("references", {})
    if "](" not in src and not references:
        return {}
    found: dict[int, Link] = {}
    openers = array(
        "q"
    )  # twice its offset, and one more for an image's: in a text of brackets, a tuple each is too much
    dead = 0  # link openers below this height stand around a link already, and links do not nest
    pos, end = 0, len(src)
    search = _interesting(skip).search
    while match := search(src, pos, end):
        pos = match.start()
        character = src[pos]
        if character == "[":
            openers.append(2 * pos)
            pos += 1
        elif character == "!":
            if src.startswith("[", pos + 1):
                openers.append(2 * pos + 1)
                pos += 2
            else:
                pos += 1
        elif character == "]":
            if not openers:
                pos += 1
                continue
            at, image = divmod(openers.pop(), 2)
            alive = image or len(openers) >= dead
            dead = min(dead, len(openers))
            link = _link(src, at + 1 + image, pos, references, state, image=bool(image)) if alive else None
            if link is None:
                pos += 1
            elif len(found) == MOST_TOKENS:
                break
            else:
                found[at] = link
                pos = link.end
                if not image:
                    dead = len(openers)
        elif character == "\\":
            pos += 2
        else:
            state.pos = pos
            for rule in skip[character]:
                if rule(state, True):
                    pos = state.pos
                    break
            else:
                pos += 1
    state.pos = 0
    return found


_INTERESTING: Final[dict[str, re.Pattern[str]]] = {}


def _interesting(skip: Mapping[str, Any]) -> re.Pattern[str]:
    marks = "".join(sorted(skip))
    pattern = _INTERESTING.get(marks)
    if pattern is None:
        pattern = _INTERESTING[marks] = re.compile(r"[\\\[\]!" + re.escape(marks) + "]")
    return pattern


def _link(
    src: str,
    start: int,
    end: int,
    references: Mapping[str, Mapping[str, str]],
    state: InlineText,
    *,
    image: bool,
) -> Link | None:
    """Return the link whose text is src[start:end], if what follows the closing bracket makes it one."""
    after = end + 1
    if src.startswith("(", after):
        link = _inline(src, start, end, state, image=image)
        if link is not None:
            return link
    if not references:
        return None
    full = (_PLAIN_LABEL.match(src, after) or _LABEL.match(src, after)) if src.startswith("[", after) else None
    label = full[1] if full and full[1].strip() else ""
    stop = full.end() if full and (label or full[0] == "[]") else after
    if not label:
        if end - start > 999:
            return None
        label = src[start:end]
    label = _normal(label)
    reference = references.get(label)
    if reference is None:
        return None
    if not read(reference["href"]).is_safe(image=image):
        state.env.setdefault("unsafe", []).append((state.env["inline"], -1, 0, reference["href"], label))
        return None
    return Link(start, end, stop, reference["href"], reference["title"], -1, 0, label)


def _normal(label: str) -> str:
    """Return a label as Markdown compares it; most are of plain words, whose blanks are spaces."""
    if label.isascii() and label.isprintable():
        return " ".join(label.split()).lower().upper()
    return normalizeReference(label)


def _inline(src: str, start: int, end: int, state: InlineText, *, image: bool) -> Link | None:
    maximum = len(src)
    pos = _skip(src, end + 2)
    if pos >= maximum:
        return None
    href, at, length = "", pos, 0
    simple = _SIMPLE.match(src, pos)
    if simple is not None:
        href, length, pos = simple[0], simple.end() - pos, simple.end()
    elif (destination := parseLinkDestination(src, pos, maximum)).ok:
        href = destination.str
        at, length = (pos + 1, destination.pos - pos - 2) if src[pos] == "<" else (pos, destination.pos - pos)
        pos = destination.pos
    before_title = pos
    pos = _skip(src, pos)
    title = ""
    if pos > before_title and pos < maximum and src[pos] in "\"'(":
        parsed = parseLinkTitle(src, pos, maximum, None)
        if parsed.ok:
            title = parsed.str
            pos = _skip(src, parsed.pos)
    if pos >= maximum or src[pos] != ")":
        return None
    if not read(href).is_safe(image=image):
        state.env.setdefault("unsafe", []).append((state.env["inline"], at, length, href, ""))
        return None
    return Link(start, end, pos + 1, href, title, at, length, "")


def _skip(src: str, pos: int) -> int:
    match = _BLANKS.match(src, pos)
    return match.end() if match else pos


def link(state: InlineText, silent: bool) -> bool:
    """Write the link that begins at this bracket, if one does."""
    found = state.links.get(state.pos)
    if found is None:
        return False
    if silent:
        state.pos = found.end
        return True
    opened = state.push("link_open", "a", 1)
    opened.attrs = {"href": found.href, "title": found.title} if found.title else {"href": found.href}
    opened.meta = {"at": found.at, "length": found.length, "label": found.label, "end": found.end}
    _note(state, found)
    maximum = state.posMax
    state.pos, state.posMax = found.label_start, found.label_end
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.pos, state.posMax = found.end, maximum
    return True


def _note(state: InlineText, found: Link) -> None:
    """Note for later which definitions are used, and that a link or an image stands in the text of an image."""
    if found.label:
        state.env.setdefault("used", set()).add(found.label)
    if state.depth:
        state.env["nested"] = True


def image(state: InlineText, silent: bool) -> bool:
    """Write the image that begins at this exclamation mark, if one does. Its text becomes tokens of its own."""
    found = state.links.get(state.pos)
    if found is None or state.depth >= MAX_DEPTH:
        return False
    if silent:
        state.pos = found.end
        return True
    token = state.push("image", "img", 0)
    token.attrs = {"src": found.href, "alt": ""}
    if found.title:
        token.attrs["title"] = found.title
    token.meta = {"at": found.at, "length": found.length, "label": found.label, "end": found.end}
    _note(state, found)
    token.content = state.src[found.label_start : found.label_end]
    inner = InlineText(state.src, state.md, state.env, [])
    inner.links, inner.closers, inner.search, inner.depth = state.links, state.closers, state.search, state.depth + 1
    inner.cjk = state.cjk
    inner.backticks, inner.backticksScanned = state.backticks, state.backticksScanned
    inner.pos, inner.posMax = found.label_start, found.label_end
    inner.others = state.others + len(state.tokens)
    state.md.inline.tokenize(inner)
    state.others = inner.others - len(state.tokens) + len(inner.tokens)
    for rule in state.md.inline.ruler2.getRules(""):
        rule(inner)
    token.children = inner.tokens
    state.pos = found.end
    return True
