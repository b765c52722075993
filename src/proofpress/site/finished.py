"""What finished pages say of each other: every link, image and id on them, and which of them lead nowhere.

A build judges the links of Markdown before pages are made. What templates, raw HTML and absolute addresses lead to can
be read on the pages alone, as a browser does: each address is resolved against its page's own and looked up among all
that is published. Nothing here knows where an address was written; `builder.finished` finds that out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from proofpress.model import Place
from proofpress.problems import Judgement, nearest
from proofpress.rules.links import BROKEN_ANCHOR, MISSING_IMAGE, UNKNOWN_URL
from proofpress.rules.pages import INSECURE_LINK, LEAVES_SITE
from proofpress.rules.rule import Fault
from proofpress.urls import LINKS, WEB, candidates, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from proofpress.paths import Base
    from proofpress.rules.html_page import Page, Tag
    from proofpress.site.suggestions import Suggestions

_LINKS: Final[Mapping[str, tuple[str, ...]]] = {
    **LINKS,
    "input": ("src",),
    "script": ("src",),
    "use": ("href", "xlink:href"),
}
_LINKED_BY: Final = frozenset(_LINKS) | {"meta"}
_LINKED: Final = re.compile(r"\b(?:href|src|srcset|data|poster|content)\s*=", re.IGNORECASE)
_PLAIN: Final = re.compile(r"\s(id|href)=\"([^\"&]*)\"")
"""The one attribute that most links and headings have."""
_NAMED: Final = re.compile(r"(?<![\w-])(?:id|name)\s*=", re.IGNORECASE)
_NO_DOCUMENT: Final = frozenset(
    {"preconnect", "dns-prefetch", "webmention", "pingback", "micropub", "edituri", "hub", "me", "authorization_endpoint", "token_endpoint"}
)  # fmt: skip
"""Relations of `link` whose address is a host or a service, and no file that anybody gets."""
_FOLLOWED: Final = frozenset({"a", "area"})
"""What a reader follows."""
_PICTURES: Final = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image"})
_LEADS: Final = re.compile(r"http-equiv|image", re.IGNORECASE)
"""What is in a `meta` with an address."""
_REFRESH: Final = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE)


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An address on a page, and the tag that holds it."""

    tag: str
    href: str
    judged: bool = False
    """Whether the page's own text has it, so that the build judged it there."""


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What the other pages, and those who look at links, may know of a finished page."""

    url: str
    base: str
    """What addresses are relative to: its own address, unless a `base` says otherwise."""
    ids: tuple[str, ...]
    links: tuple[Seen, ...]


def facts_of(page: Page) -> Facts:
    """Read a page's ids and addresses, each address once."""
    ids: dict[str, None] = {}
    links: dict[tuple[str, str], Seen] = {}
    base = page.url
    for tag in page.telling:
        if not tag.written:
            continue
        name, addresses = _told(tag)
        if name:
            ids[name] = None
        if tag.name == "base" and "href" in tag.attributes and base == page.url:
            base = joined(page.url, tag.attributes["href"].strip()) or page.url
        for href in addresses:
            if (tag.name, href) not in links:
                links[tag.name, href] = Seen(tag.name, href, href in page.places)
    return Facts(page.url, base, tuple(ids), tuple(links.values()))


@lru_cache(maxsize=4096)
def _told(tag: Tag) -> tuple[str, tuple[str, ...]]:
    """Return what leads to a tag, and its addresses; most tags of a page stand on others too, as a template writes them."""
    plain = _PLAIN.fullmatch(tag.written)
    if plain and plain[1] == "id":
        return plain[2], ()
    if plain and tag.name == "a":
        return "", (plain[2].strip(),) if plain[2].strip() else ()
    named = tag.attributes if _NAMED.search(tag.written) else {}
    name = named.get("id") or (named.get("name", "") if tag.name == "a" else "")
    if tag.name not in _LINKED_BY or (tag.name == "meta" and not _LEADS.search(tag.written)):
        return name, ()
    if not _LINKED.search(tag.written):
        return name, ()
    return name, tuple(href for href in _addresses(tag) if href)


def _addresses(tag: Tag) -> Iterator[str]:
    """Give the addresses of a tag that a browser follows or loads."""
    named = tag.attributes
    if tag.name == "meta":
        if named.get("property", named.get("name", "")).lower() in _PICTURES and named.get("content"):
            yield named["content"]
        elif named.get("http-equiv", "").lower() == "refresh":
            found = _REFRESH.match(named.get("content", ""))
            if found:
                yield found[1].strip()
        return
    if tag.name == "link" and not _NO_DOCUMENT.isdisjoint(named.get("rel", "").lower().split()):
        return
    for attribute in _LINKS[tag.name]:
        value = named.get(attribute)
        if value is None:
            continue
        if attribute == "srcset":
            yield from (candidate.href for candidate in candidates(value))
        elif value.strip():
            yield value.strip()


class OutsideLink(msgspec.Struct, frozen=True, array_like=True):
    """An address of another site, where it was written first, and on how many pages it stands."""

    url: str
    """Without its fragment."""
    path: str
    place: Place
    excerpt: str
    pages: int
    first: str
    """The site path of the first of them."""
    year: int
    """In which it was written; 0 where nobody knows."""
    exact: bool
    """Whether it stands at its place as it is here."""
    allowed: tuple[str, ...] = ()
    """The rules that a comment above it silences."""


class Outside(msgspec.Struct, frozen=True):
    """All that leads out of a site, and what its settings say of that."""

    links: list[OutsideLink]
    ignore: tuple[str, ...]
    timeout: int
    rules: dict[str, Judgement | dict[str, Judgement]]
    drafts: frozenset[str]


class Broken(msgspec.Struct, frozen=True):
    """A fault of an address on a page."""

    fault: Fault
    page: Facts
    seen: Seen


class Web:
    """All that a site publishes, to look addresses of its pages up in."""

    def __init__(self, base: Base, urls: Mapping[str, object], pages: Mapping[str, Facts], near: Suggestions) -> None:
        """`urls` are site paths, percent-decoded; `pages` the facts of those that are pages; `near` suggests one of `urls`."""
        self._base = base
        self._urls = urls
        self._ids = {path: frozenset(facts.ids) for path, facts in pages.items()}
        self._ids |= {facts.url: self._ids[path] for path, facts in pages.items()}
        self._near = near
        self._judged: dict[tuple[str, str], Fault | None] = {}

    def broken(self, page: Facts) -> Iterator[Broken]:
        """Give what is wrong with the addresses of a page that no build has judged."""
        for seen in page.links:
            if seen.judged and not self._has_no_text(seen.href):
                continue
            fault = self._fault(seen, page)
            if fault is not None:
                yield Broken(fault, page, seen)

    def reached(self, pages: Iterable[Facts]) -> frozenset[str]:
        """Return the site paths that a reader is led to from another page."""
        links: dict[str, str] = {}
        """By address: the page that has it, or nothing where several do."""
        for page in pages:
            for seen in page.links:
                if seen.tag in _FOLLOWED and seen.href[0] != "#" and not _is_foreign(seen.href, self._base.origin):
                    href = seen.href if seen.href[0] == "/" else joined(page.base, seen.href) or ""
                    links[href] = page.url if links.get(href, page.url) == page.url else ""
        found = set()
        for href, only in links.items():
            whole = joined(self._base.origin, href)
            if whole is not None and same_host(whole, self._base.origin) and whole.partition("#")[0] != only:
                path = unquote(urlsplit(whole).path).removeprefix(unquote(self._base.prefix)) or "/"
                if (there := self._lookup(path)) is not None:
                    found.add(there)
        return frozenset(found)

    def _has_no_text(self, href: str) -> bool:
        """Tell whether an address asks for a place on a list or an alias: they show no document, whose ids a build knows."""
        path, mark, _ = href.partition("#")
        if not mark or href[0] != "/":
            return False
        found = self._lookup(unquote(path.partition("?")[0]).removeprefix(unquote(self._base.prefix)) or "/")
        return found is not None and self._urls[found] is None

    def _fault(self, seen: Seen, page: Facts) -> Fault | None:
        """Return what is wrong with an address; the same on every page where it does not begin at the page's own."""
        href = seen.href
        if href[0] == "#" and page.base == page.url and href[1:] in self._ids.get(page.url, ()):
            return None
        key = (seen.tag, href)
        anywhere = href.startswith(("/", "http:", "https:"))
        if anywhere and key in self._judged:
            return self._judged[key]
        found = self._judge(seen, page)
        if anywhere:
            self._judged[key] = found
        return found

    def _judge(self, seen: Seen, page: Facts) -> Fault | None:
        if _is_foreign(seen.href, self._base.origin):
            return None
        reading = read(seen.href)
        if reading.scheme and reading.scheme not in WEB:
            return None
        whole = joined(page.base, reading.text)
        if whole is None or not same_host(whole, self._base.origin):
            return None
        parts = urlsplit(whole)
        if parts.scheme == "http" and self._base.origin.startswith("https:") and not reading.local:
            return INSECURE_LINK.own(seen.href, "https" + whole.removeprefix("http"))
        path, prefix = unquote(parts.path) or "/", unquote(self._base.prefix)
        if prefix and not (path + "/").startswith(prefix + "/"):
            return self._above(path, prefix) if reading.local else None
        inside = path.removeprefix(prefix) or "/"
        found = self._lookup(inside)
        if found is None:
            mend = self._near.nearest(inside)
            hint = f"did you mean '{mend}'?" if mend else ""
            if seen.tag in {"img", "image", "meta"}:
                return MISSING_IMAGE.no_image(inside, hint)
            return UNKNOWN_URL.nothing_at(inside, hint or "link to what there is, or take the link out")
        return self._anchor(found, parts.fragment, "this page" if seen.href.startswith("#") else f"'{found}'")

    def _above(self, path: str, prefix: str) -> Fault:
        there = self._lookup(path)
        mend = f"write '{prefix}{path}'" if there else "write the address with its host, if it is meant to"
        return LEAVES_SITE.above(path, prefix, mend)

    def _lookup(self, path: str) -> str | None:
        """Return the site path under which an address is published; a host finds a folder's page without its slash."""
        for candidate in (path, path.rstrip("/") + "/", path.removesuffix("index.html"), f"{path}.html"):
            if candidate in self._urls:
                return candidate
        return None

    def _anchor(self, path: str, fragment: str, where: str) -> Fault | None:
        name = unquote(fragment).partition(":~:")[0]
        ids = self._ids.get(path)
        if ids is None or name in ("", "top") or name in ids or name.startswith(("/", "!")):
            return None
        suggestion = nearest(name, ids)
        return BROKEN_ANCHOR.no_id(where, name, f"did you mean '#{suggestion}'?" if suggestion else "")


def joined(base: str, href: str) -> str | None:
    """Return an address resolved against another; None for one that can't be read."""
    try:
        whole = urljoin(base, href)
        urlsplit(whole).port  # noqa: B018 - raises ValueError for one that is none
    except ValueError:
        return None
    return whole


def same_host(url: str, origin: str) -> bool:
    """Tell whether an address is of a host, under http or https."""
    one, other = urlsplit(url), urlsplit(origin)
    if one.scheme not in WEB or one.hostname != other.hostname:
        return False
    return (one.port in (None, 80, 443) and other.port in (None, 80, 443)) or one.port == other.port


_WHOLE: Final = re.compile(
    r"https?(://[a-z\d]+(?:[.-]+[a-z\d]+)*)(?:/[!$%&'()*+,./:=@\w~-]*)?(?:\?[!$%&'()*+,./:;=?@\w~-]+)?(?:#[^\s\\]*)?",
    re.ASCII,
)
"""A whole address that is read as it is written."""


def _is_foreign(href: str, origin: str) -> bool:
    """Tell quickly that an address leads to another host; most that do are told so, and no other."""
    found = _WHOLE.fullmatch(href)
    return found is not None and not origin.endswith(found[1])


def outside(page: Facts, base: Base) -> Iterator[tuple[str, Seen]]:
    """Give each address of a page that leads to another site, without its fragment."""
    for seen in page.links:
        if _is_foreign(seen.href, base.origin):
            yield seen.href.partition("#")[0], seen
            continue
        reading = read(seen.href)
        if reading.local or (reading.scheme and reading.scheme not in WEB):
            continue
        whole = joined(page.base, reading.text)
        if whole is None:
            continue
        inside = same_host(whole, base.origin) and (urlsplit(whole).path + "/").startswith(base.prefix + "/")
        if urlsplit(whole).hostname and not inside:
            yield whole.partition("#")[0], seen
