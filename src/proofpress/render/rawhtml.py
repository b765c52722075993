"""Raw HTML in a post: its links to this site become references, its ids are known, and it can be sanitised."""

from __future__ import annotations

import functools
import re
from html import unescape
from typing import Final, NamedTuple, Protocol

from proofpress.render.highlight import escape
from proofpress.render.urls import is_local

_SKIPPED: Final = (
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style|textarea)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>.*?(?:</(?P=hidden)\s*>|\Z)"
)
_TAG: Final = re.compile(
    _SKIPPED
    + r"|<(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>(?:\s+[^\s\"'<>/=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
_LINKS: Final = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "link": ("href",),
    "object": ("data",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
_NAMED: Final = re.compile(r"(?:id|name)\s*=", re.IGNORECASE)
_LINKED: Final = re.compile(r"(?:src|href|poster|srcset|data)\s*=", re.IGNORECASE)
_SIZE: Final = re.compile(r"\s(?:width|height)\s*=", re.IGNORECASE)
_SOURCE_OF_SET: Final = re.compile(r"(\s*)([^\s,]\S*[^\s,]|[^\s,])((?:\s[^,]*)?)(,|\Z)")


class Refer(Protocol):
    """Takes a local destination in raw HTML and returns the mark that stands for it."""

    def __call__(self, href: str, *, image: bool, at: int, length: int) -> str:
        """Note the destination that is written at this offset and length; return its mark."""


class Attribute(NamedTuple):
    """An attribute of a start tag, its value as written, where both stand, and whether the tag has a size."""

    tag: str
    name: str
    value: str
    begin: int
    start: int
    end: int
    sized: bool


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
        sized = name == "img" and _SIZE.search(written) is not None
        for attribute in _ATTRIBUTE.finditer(written):
            value = attribute[2]
            if value is None:
                continue
            quoted = 1 if value[:1] in "\"'" else 0
            start, end = base + attribute.start(2) + quoted, base + attribute.end(2) - quoted
            begin = base + attribute.start()
            found.append(Attribute(name, attribute[1].lower(), html[start:end], begin, start, end, sized))
    return tuple(found)


def ids_in(html: str) -> list[str]:
    """Return what a fragment can lead to in raw HTML: each `id`, and the `name` of each `a`."""
    if not _NAMED.search(html):
        return []
    return [
        unescape(found.value)
        for found in attributes_of(html)
        if found.value and (found.name == "id" or (found.name == "name" and found.tag == "a"))
    ]


def with_references(html: str, refer: Refer) -> str:
    """Return raw HTML with each destination on this site replaced by its reference's mark."""
    if not _LINKED.search(html):
        return html
    written: list[str] = []
    done = 0
    for found in attributes_of(html):
        start, end = found.start, found.end
        if found.name not in _LINKS.get(found.tag, ()):
            continue
        if found.name == "srcset":
            written += [html[done:start], _set(found.value, start, refer)]
            done = end
            continue
        href = unescape(found.value).strip()
        if not is_local(href):
            continue
        quoted = html[start - 1 : start] in {'"', "'"}
        image = found.tag == "img" and not found.sized
        mark = refer(href, image=image, at=start, length=len(found.value))
        if image:  # the mark of an image stands for the whole attribute, since its size is written beside it
            written += [html[done : found.begin], mark]
            done = end + quoted
        else:
            written += [html[done:start], mark if quoted else f'"{mark}"']
            done = end
    written.append(html[done:])
    return "".join(written)


def _set(value: str, base: int, refer: Refer) -> str:
    """Write a `srcset`: addresses, each with a width or density behind it."""

    def one(match: re.Match[str]) -> str:
        href = unescape(match[2])
        if not is_local(href):
            return match[0]
        mark = refer(href, image=False, at=base + match.start(2), length=len(match[2]))
        return f"{match[1]}{mark}{escape(match[3]) if '<' in match[3] else match[3]}{match[4]}"

    return _SOURCE_OF_SET.sub(one, value)
