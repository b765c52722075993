"""Raw HTML in a post: its links to this site become references, its ids are known, and it can be sanitised."""

from __future__ import annotations

import functools
import re
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from proofpress.listings.spans import escape
from proofpress.patterns import lazy
from proofpress.urls import LINKS, Reading, candidates, read

if TYPE_CHECKING:
    from collections.abc import Mapping

_SKIPPED: Final = (
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style|textarea)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>.*?(?:</(?P=hidden)\s*>|\Z)"
)
_TAG: Final = lazy(
    _SKIPPED
    + r"|<(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>(?:\s+[^\s\"'<>/=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE: Final = lazy(r"([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
_NAMED: Final = {name: lazy(rf"{name}\s*=") for name in ("id", "name")}
_LINKED: Final = {name: lazy(rf"{name}\s*=") for name in ("src", "href", "poster", "srcset", "data")}


class Refer(Protocol):
    """Takes a local destination in raw HTML and returns the mark that stands for it."""

    def __call__(self, href: str, *, image: bool, at: int, length: int) -> str:
        """Note the destination that is written at this offset and length; return its mark."""


class Judge(Protocol):
    """Takes note of a destination in raw HTML that is not of this site, and stays as it is written."""

    def __call__(self, reading: Reading, *, image: bool, at: int, length: int) -> None:
        """Look at the destination that is written at this offset and length."""


class Attribute(NamedTuple):
    """An attribute of a start tag, its value as written, and where both stand."""

    tag: str
    name: str
    value: str
    begin: int
    start: int
    end: int


@functools.lru_cache(maxsize=256)  # a block is read for its ids first, and for its links later
def attributes_of(html: str) -> tuple[Attribute, ...]:
    """Return each attribute of each start tag that has a value."""
    found: list[Attribute] = []
    for tag in _TAG.finditer(html):
        name, written = tag["tag"], tag["attributes"]
        if not name or not written:
            continue
        name = name.lower()
        base = tag.start("attributes")
        for attribute in _ATTRIBUTE.finditer(written):
            value = attribute[2]
            if value is None:
                continue
            quoted = 1 if value[:1] in "\"'" else 0
            start, end = base + attribute.start(2) + quoted, base + attribute.end(2) - quoted
            begin = base + attribute.start()
            found.append(Attribute(name, attribute[1].lower(), html[start:end], begin, start, end))
    return tuple(found)


def _may_have(html: str, attributes: Mapping[str, re.Pattern[str]]) -> bool:
    """Tell quickly whether raw HTML may have one of some attributes."""
    if "=" not in html:
        return False
    small = html.lower()
    return any(name in small and pattern.search(small) is not None for name, pattern in attributes.items())


def ids_in(html: str) -> list[str]:
    """Return what a fragment can lead to in raw HTML: each `id`, and the `name` of each `a`."""
    if not _may_have(html, _NAMED):
        return []
    return [
        unescape(found.value)
        for found in attributes_of(html)
        if found.value and (found.name == "id" or (found.name == "name" and found.tag == "a"))
    ]


def with_references(html: str, refer: Refer, judge: Judge) -> str:
    """Return raw HTML with each destination on this site replaced by its reference's mark."""
    if not _may_have(html, _LINKED):
        return html
    written: list[str] = []
    done = 0
    for found in attributes_of(html):
        start, end = found.start, found.end
        if found.name not in LINKS.get(found.tag, ()):
            continue
        if found.name == "srcset":
            whole = _set(found, refer, judge)
            written += [html[done:start], whole if html[start - 1 : start] in {'"', "'"} else f'"{whole}"']
            done = end
            continue
        reading = read(unescape(found.value))
        if not reading.local:
            judge(reading, image=found.tag == "img", at=start, length=len(found.value))
            continue
        quoted = html[start - 1 : start] in {'"', "'"}
        image = found.tag == "img"
        mark = refer(reading.text, image=image, at=start, length=len(found.value))
        if image:  # the mark of an image stands for the whole attribute, since its size is written beside it
            written += [html[done : found.begin], mark]
            done = end + quoted
        else:
            written += [html[done:start], mark if quoted else f'"{mark}"']
            done = end
    written.append(html[done:])
    return "".join(written)


def _set(found: Attribute, refer: Refer, judge: Judge) -> str:
    """Write a `srcset` with its addresses on this site replaced. With entities in it, each place is the whole value."""
    value = unescape(found.value)
    written: list[str] = []
    for candidate in candidates(value):
        reading = read(candidate.href)
        plain = value == found.value
        at = found.start + candidate.start if plain else found.start
        length = len(candidate.href if plain else found.value)
        if reading.local:
            href = refer(reading.text, image=False, at=at, length=length)
        else:
            judge(reading, image=found.tag == "img", at=at, length=length)
            href = _quoted(candidate.href)
        written.append(f"{href} {_quoted(candidate.descriptor)}".rstrip())
    return ", ".join(written)


def _quoted(text: str) -> str:
    """Escape text for an attribute between quotes of either kind."""
    return escape(text).replace("'", "&#39;")
