"""Raw HTML in a post: its links to this site become references, its ids are known, and it can be sanitised."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final, Protocol

from proofpress.render.highlight import escape
from proofpress.render.urls import is_local

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_WORTH_READING: Final = re.compile(r"(?:src|href|poster|srcset|data|id|name)\s*=", re.IGNORECASE)
_SOURCE_OF_SET: Final = re.compile(r"(\s*)([^\s,]\S*[^\s,]|[^\s,])((?:\s[^,]*)?)(,|\Z)")


class Refer(Protocol):
    """Takes a local destination in raw HTML and returns the mark that stands for it."""

    def __call__(self, href: str, *, image: bool, at: int, length: int) -> str:
        """Note the destination that is written at this offset and length; return its mark."""


def attributes_of(html: str) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield each attribute of each start tag: tag, name, value as written, and the value's offsets."""
    for tag in _TAG.finditer(html):
        if tag["tag"] is None or not tag["attributes"]:
            continue
        base = tag.start("attributes")
        for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
            value = attribute[2]
            if value is None:
                continue
            quoted = 1 if value[:1] in "\"'" else 0
            start = base + attribute.start(2) + quoted
            end = base + attribute.end(2) - quoted
            yield tag["tag"].lower(), attribute[1].lower(), html[start:end], start, end


def ids_in(html: str) -> list[str]:
    """Return what a fragment can lead to in raw HTML: each `id`, and the `name` of each `a`."""
    if not _WORTH_READING.search(html):
        return []
    return [
        unescape(value)
        for tag, name, value, _, _ in attributes_of(html)
        if value and (name == "id" or (name == "name" and tag == "a"))
    ]


def with_references(html: str, refer: Refer) -> str:
    """Return raw HTML with each destination on this site replaced by its reference's mark."""
    if not _WORTH_READING.search(html):
        return html
    found = list(attributes_of(html))
    sized: set[int] = set()
    for tag in _TAG.finditer(html):
        if (
            tag["tag"]
            and tag["tag"].lower() == "img"
            and re.search(r"\s(?:width|height)\s*=", tag["attributes"], re.IGNORECASE)
        ):
            sized.update(range(tag.start(), tag.end(), 1) if tag.end() - tag.start() < 5000 else [])
    written: list[str] = []
    done = 0
    for tag_name, name, value, start, end in found:
        if name not in _LINKS.get(tag_name, ()):
            continue
        if name == "srcset":
            written += [html[done:start], _set(value, start, refer)]
            done = end
            continue
        href = unescape(value).strip()
        if not is_local(href):
            continue
        if tag_name == "img" and start not in sized:
            begin = html.rfind(name if html[:start].rstrip("\"' =").endswith(name) else name.upper(), done, start)
            before = re.compile(r"src\s*=\s*[\"']?\Z", re.IGNORECASE).search(html, max(done, start - 40), start)
            begin = before.start() if before else begin
            quote = 1 if html[start - 1 : start] in {'"', "'"} else 0
            written += [html[done:begin], refer(href, image=True, at=start, length=len(value))]
            done = end + quote
        elif html[start - 1 : start] in {'"', "'"}:
            written += [html[done:start], refer(href, image=False, at=start, length=len(value))]
            done = end
        else:
            written += [html[done:start], '"', refer(href, image=False, at=start, length=len(value)), '"']
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
