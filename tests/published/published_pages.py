"""A published site as a reader's machine sees it: every page parsed, and each reference with where it leads.

Written over the standard library's HTML parser alone, so that it shares no code with what it judges.
"""

from __future__ import annotations

import functools
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
URL_ATTRIBUTES = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "iframe": ("src",),
    "img": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)""")
HIDDEN = "[hidden]"
REDIRECT = re.compile(r"\s*\d+\s*;\s*url\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)


class Page(msgspec.Struct):
    """What one HTML text holds."""

    references: list[tuple[str, str]]
    """Each URL with what it stands in, such as `img srcset`."""
    ids: list[str]
    elements: list[str]
    """The name of each element, in order."""
    scripts: list[tuple[str, str]]
    """Type and text of each script element."""
    meta: dict[str, list[str]]
    """By name or property."""
    links: dict[str, list[str]]
    """href of each link element, by its rel."""
    title: str
    content: str
    """The text of what the writer wrote: of `div.content`, without heading anchors; of everything, where there is none.

    What is `hidden`, as a footnote is at its mark, is no part of it: that is shown in place of something else.
    """
    handlers: list[str]
    """Attributes that would run a script."""
    redirect: str = ""
    kind: str = ""
    """What the body's class says: post, page, list …"""

    @property
    def structured_data(self) -> list[Any]:
        return [json.loads(text) for kind, text in self.scripts if kind == "application/ld+json"]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page([], [], [], [], {}, {}, "", "", [])
        self.open: list[tuple[str, str]] = []
        """Each open element, with its classes; HIDDEN is one of them where it has that attribute."""
        self.inside: list[str] = []
        """Texts of div.content, in pieces."""
        self.everywhere: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, said = self.page, {name: value or "" for name, value in attrs}
        page.elements.append(tag)
        page.handlers += [f"{tag} {name}" for name in said if name.startswith("on")]
        if "id" in said:
            page.ids.append(said["id"])
        for name in URL_ATTRIBUTES.get(tag, ()):
            if name in said and not (tag == "link" and said.get("rel") in ("canonical", "preconnect")):
                page.references.append((f"{tag} {name}", said[name]))
        if "srcset" in said:
            for candidate in said["srcset"].split(","):
                page.references.append((f"{tag} srcset", candidate.split()[0]))
        if tag == "meta":
            key = said.get("name") or said.get("property") or ""
            page.meta.setdefault(key, []).append(said.get("content", ""))
            if said.get("http-equiv", "").lower() == "refresh" and (found := REDIRECT.match(said.get("content", ""))):
                page.redirect = found[1]
                page.references.append(("meta refresh", found[1]))
        if tag == "body":
            page.kind = said.get("class", "")
        if tag == "link":
            page.links.setdefault(said.get("rel", ""), []).append(said.get("href", ""))
        if tag == "script":
            page.scripts.append((said.get("type", ""), ""))
        if tag not in VOID:
            hidden = f" {HIDDEN}" if "hidden" in said else ""
            self.open.append((tag, said.get("class", "") + hidden))

    def handle_endtag(self, tag: str) -> None:
        while any(tag == name for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        last = self.open[-1][0] if self.open else ""
        if last == "script":
            kind, text = self.page.scripts[-1]
            self.page.scripts[-1] = (kind, text + data)
        elif last == "title":
            self.page.title += data
        elif last != "style" and not any(
            (tag == "a" and css == "anchor") or HIDDEN in css.split() for tag, css in self.open
        ):
            self.everywhere.append(data)
            if any(tag == "div" and "content" in css.split() for tag, css in self.open):
                self.inside.append(data)


@functools.lru_cache(maxsize=1000)  # one post's text is in many feeds, and many tests look at it
def parse(html: str) -> Page:
    """Read one HTML text, a page or a feed's entry. What is returned is shared, and not to be changed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    pieces = reader.inside or reader.everywhere
    reader.page.content = " ".join("".join(pieces).split())
    return reader.page


class Output:
    """An output folder that is to be published at a URL."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.base = url
        self.files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        self.pages = {
            name: parse(path.read_text("utf-8")) for name, path in sorted(self.files.items()) if name.endswith(".html")
        }

    def url(self, name: str) -> str:
        """Return where a file of the output is found, as a browser writes it."""
        plain = name[: -len("index.html")] if f"/{name}".endswith("/index.html") else name
        return self.base + quote(plain, safe="/~!$&'()*+,;=:@-._")

    def file(self, url: str) -> str | None:
        """Return the file behind a URL of this site as a plain web server finds it; None where there is none."""
        parts, base = urlsplit(url), urlsplit(self.base)
        path = unquote(parts.path, errors="strict")
        if (parts.scheme, parts.netloc) != (base.scheme, base.netloc) or not path.startswith(base.path):
            return None
        name = path.removeprefix(base.path)
        name += "index.html" if name == "" or name.endswith("/") else ""
        return name if name in self.files else None

    def of_this_site(self, url: str) -> bool:
        """Tell whether a URL speaks of this site's host; on it, all that is not this site is a mistake."""
        return urlsplit(url)[:2] == urlsplit(self.base)[:2]

    def documents(self) -> Iterator[tuple[str, Page]]:
        """Give the pages that are for reading: no redirects, not 404.html."""
        return ((name, page) for name, page in self.pages.items() if not page.redirect and name != "404.html")

    def broken(self) -> list[str]:
        """Return every reference that leads nowhere, with where it stands; an empty list is what we want."""
        wrong = []
        for name, page in self.pages.items():
            here = self.url(name)
            said = [*page.references]
            said += [(f"link {rel}", href) for rel in ("canonical", "prev", "next") for href in page.links.get(rel, ())]
            said += [(f"meta {key}", url) for key in ("og:url", "og:image") for url in page.meta.get(key, ())]
            if name == "404.html":  # it is shown at any address, so what it says of itself is not asked for
                said = [(where, url) for where, url in said if where != "meta og:url"]
            for where, url in said:
                fault = self._fault(urljoin(here, url))
                if fault:
                    wrong.append(f"{name}: {where} {url!r}: {fault}")
        for name, path in self.files.items():
            if name.endswith(".css"):
                wrong += [
                    f"{name}: url({url})"
                    for url in CSS_URL.findall(path.read_text("utf-8"))
                    if not url.startswith("data:") and self._fault(urljoin(self.url(name), url))
                ]
        return wrong

    def _fault(self, url: str) -> str:
        if not self.of_this_site(url):
            return ""
        plain, _, fragment = url.partition("#")
        name = self.file(plain)
        if name is None:
            return "no such file"
        if fragment and name in self.pages and unquote(fragment) not in self.pages[name].ids:
            return "no such id"
        return ""
