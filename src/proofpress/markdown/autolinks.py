"""Addresses as links: `<https://…>` (CommonMark 0.31.2, section 6.5), and bare ones (GitHub Flavored Markdown 0.29, section 6.9): `www.…`, `http://…`, `https://…`, mail.

A bare `example.com` or `setup.md` stays text, as on GitHub: in technical writing it is more often a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown_it.rules_inline import autolink as plain_autolink
from markdown_it.token import Token

from proofpress.markdown.links import InlineText
from proofpress.markdown.scripts import CJK, LETTER, STOP, SYLLABLE, joins
from proofpress.patterns import lazy
from proofpress.urls import read

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_BETWEEN_BRACKETS: Final = lazy(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\x00-\x20]*)>")
_SCHEME_BEFORE: Final = lazy(r"(?:https?|ftp)\Z", re.IGNORECASE)
_ADDRESS: Final = lazy(r"[^\s<]*")
_DOMAIN: Final = lazy(r"[\w-]++(?:\.[\w-]++)*+")
_ENTITY_AT_END: Final = lazy(r"&[A-Za-z0-9]+;\Z")
_MAIL: Final = lazy(r"(?<![\w.+\-/@])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+", re.ASCII)
_BEHIND_LATIN: Final = lazy(f"[A-Za-z0-9](?={LETTER.pattern}).", re.DOTALL)
_NOT_CHINESE: Final = lazy("[\u3041-\u30fa\uac00-\ud7a3]")
_BOUNDARY: Final = frozenset(" \t\n\r\f\v*_~(\"'[{|")
_TRAILING: Final = "?!.,:*_~'\";"


def autolink(state: StateInline, silent: bool) -> bool:
    """Link `<scheme:…>`. An unsafe address stays text, and is noted in `env["unsafe"]`."""
    found = _BETWEEN_BRACKETS.match(state.src, state.pos, state.posMax)
    if found is not None and not read(found[1]).is_safe():
        if not silent:
            state.env.setdefault("unsafe", []).append((state.env["inline"], state.pos + 1, len(found[1]), found[1], ""))
        return False
    return plain_autolink(state, silent)


def _address_end(state: StateInline, start: int, domain_at: int, *, dots: int) -> int | None:
    """Return where an address that starts at `start` ends, or None when its domain is not one."""
    src, maximum = state.src, state.posMax
    assert isinstance(state, InlineText)
    if state.cjk:
        maximum = _end_in_cjk(src, domain_at, maximum)
    domain = _DOMAIN.match(src, domain_at, maximum)
    if domain is None or domain[0].count(".") < dots or "_" in "".join(domain[0].split(".")[-2:]):
        return None
    run = _ADDRESS.match(src, start, maximum)
    assert run is not None
    text = run[0]
    # a closing bracket counts as part of the address only as far as it closes one that the address opened
    surplus = text.count(")") - text.count("(")
    while text:
        last = text[-1]
        if last == ";" and (entity := _ENTITY_AT_END.search(text, max(0, len(text) - 40))):
            text = text[: entity.start()]
        elif last in _TRAILING:
            text = text[:-1]
        elif last == ")" and surplus > 0:
            text = text[:-1]
            surplus -= 1
        elif last == "]" and "[" not in text:
            text = text[:-1]
        else:
            break
    end = start + len(text)
    return end if end > domain_at else None


def _end_in_cjk(src: str, domain_at: int, maximum: int) -> int:
    """Return where an address ends at the latest in a text without blanks: `https://x.example/doc。` ends at the stop.

    So it does before a particle or an ending, `…/docを見る`, and `…/doc는`; in Chinese before any letter, `…/doc查看`. Letters
    of a path's own stand behind a mark of it, as in `/wiki/東京`.
    """
    run = _ADDRESS.match(src, domain_at, maximum)
    assert run is not None
    text = run[0]
    if text.isascii():
        return maximum
    if stop := STOP.search(text):
        text = text[: stop.start()]
    slash = text.find("/")
    for found in _BEHIND_LATIN.finditer(text):
        at = found.end() - 1
        if at < slash or slash < 0 or SYLLABLE.match(text, at) or not _NOT_CHINESE.search(src):
            text = text[:at]
            break
    return domain_at + len(text)


def _push(state: StateInline, href: str, text: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text_special", "", 0).content = text
    state.push("link_close", "a", -1)


def bare_url(state: StateInline, silent: bool) -> bool:
    """Link `scheme://…` when the parser stands at its colon and the scheme has just been read as text."""
    pos = state.pos
    src = state.src
    if state.linkLevel > 0 or not src.startswith("://", pos):
        return False
    scheme = _SCHEME_BEFORE.search(src, max(0, pos - 5), pos)
    if scheme is None:
        return False
    start = scheme.start()
    if start > 0 and joins(src[start - 1]):
        return False
    end = _address_end(state, start, pos + 3, dots=0)
    if end is None:
        return False
    if not silent:
        pending = state.pending
        if not pending.endswith(scheme[0]):  # part of it was taken by another construct, such as an escape
            return False
        state.pending = pending[: -len(scheme[0])]
        _push(state, src[start:end], src[start:end])
    state.pos = end
    return True


def bare_www(state: StateInline, silent: bool) -> bool:
    """Link `www.…` at its first letter."""
    pos = state.pos
    src = state.src
    if state.linkLevel > 0 or not src.startswith("www.", pos):
        return False
    if pos > 0 and src[pos - 1] not in _BOUNDARY and CJK.match(src[pos - 1]) is None:
        return False
    end = _address_end(state, pos, pos, dots=1)
    if end is None:
        return False
    if not silent:
        _push(state, "http://" + src[pos:end], src[pos:end])
    state.pos = end
    return True


def link_mail(tokens: list[Token]) -> list[Token]:
    """Return inline tokens with the mail addresses in their text linked, outside links."""
    result: list[Token] = []
    inside = 0
    for token in tokens:
        if token.type == "link_open":
            inside += 1
        elif token.type == "link_close":
            inside -= 1
        elif token.type == "html_inline":
            if token.content[:2].lower() == "<a":
                inside += 1
            elif token.content[:3].lower() == "</a":
                inside -= 1
        if token.type != "text" or inside > 0 or "@" not in token.content:
            result.append(token)
            continue
        text = token.content
        done = 0
        for match in _MAIL.finditer(text):
            address = match[0]
            if address[-1] in "-_":
                continue
            result.append(_text(text[done : match.start()], token.level))
            opened = Token("link_open", "a", 1, attrs={"href": "mailto:" + address}, level=token.level)
            result += [opened, _text(address, token.level + 1), Token("link_close", "a", -1, level=token.level)]
            done = match.end()
        result.append(_text(text[done:], token.level))
    return result


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
