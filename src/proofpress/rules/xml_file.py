"""What a rule may read of a finished XML file: whether it can be read at all, and what addresses a feed or a sitemap has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

from proofpress.rules.html_page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS: Final = (".xml", ".atom", ".rss", ".rdf", ".svg", ".opml")
"""How the name of a file ends that is read as XML."""

_BEGINNING: Final = rb"(?![a-z][a-z\d+.-]*:|//|[\"'\s<])"
_MAY_BE_RELATIVE: Final = re.compile(
    rb"\b(?:href|src|poster|url)\s*=\s*(?:[\"']|&quot;|&#34;|&#39;)\s*" + _BEGINNING
    + rb"|<(?:\w+:)?(?:link|url|guid|id|icon|logo|uri|comments|loc)\b[^>]*>\s*(?:<!\[CDATA\[\s*)?" + _BEGINNING,
    re.IGNORECASE,
)  # fmt: skip
"""Most files have nothing of the kind, and are not taken apart."""
_WHOLE: Final = re.compile(r"[A-Za-z][A-Za-z\d+.-]*:|//")
_FEEDS: Final = frozenset({"feed", "rss", "RDF"})
_SITEMAPS: Final = frozenset({"urlset", "sitemapindex"})
_ATTRIBUTES: Final = ("href", "src", "url")
_ADDRESSES: Final = frozenset({"link", "url", "guid", "id", "icon", "logo", "uri", "comments"})
"""Elements of a feed whose text is an address."""
_TEXTS: Final = frozenset({"content", "summary", "description", "encoded"})
"""Elements of a feed whose text is HTML."""
_IN_HTML: Final = ("href", "src", "poster", "xlink:href")
_BASE: Final = "http://www.w3.org/XML/1998/namespace base"


class Unreadable(NamedTuple):
    """Why a file is no XML, and where it ends to be."""

    reason: str
    line: int
    column: int


class Relative(NamedTuple):
    """An address that is not whole."""

    href: str
    line: int
    entry: str
    """The address of the entry of a feed that has it; empty where it is no entry's."""


def unreadable(data: bytes) -> Unreadable | None:
    """Tell why a file is no XML; None where it is."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return Unreadable(expat.ErrorString(error.code), error.lineno, error.offset + 1)
    except (LookupError, ValueError) as error:  # it names an encoding that expat can't read
        return Unreadable(str(error), 1, 1)
    return None


def relatives(data: bytes) -> Iterator[Relative]:
    """Give the addresses of a feed or a sitemap that are not whole; of one that says what they are relative to, none."""
    if not _MAY_BE_RELATIVE.search(data):
        return
    reading = _Reading()
    reading.parser.Parse(data, True)
    if not reading.based:
        yield from reading.found


class _Element(NamedTuple):
    name: str
    attributes: dict[str, str]
    line: int


class _Reading:
    """Goes through a feed or a sitemap once."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say
        self.found: list[Relative] = []
        self.based = False
        self._open: list[_Element] = []
        self._said: list[str] = []
        self._entry = ""
        self._first = 0
        """How many addresses were found before the entry."""

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        element = _Element(name.rpartition(" ")[2], attributes, self.parser.CurrentLineNumber)
        self._open.append(element)
        self._said = []
        self.based = self.based or _BASE in attributes
        if element.name in {"entry", "item"}:
            self._entry, self._first = "", len(self.found)
        if self._open[0].name in _FEEDS:
            for attribute in _ATTRIBUTES:
                self._look_at(attributes.get(attribute, ""), element.line, element.name)
            if element.name == "link" and attributes.get("rel", "alternate") == "alternate":
                self._entry = self._entry or attributes.get("href", "")

    def _say(self, words: str) -> None:
        self._said.append(words)

    def _end(self, _name: str) -> None:
        element, text = self._open.pop(), "".join(self._said).strip()
        self._said = []
        root = (self._open or [element])[0].name
        if root in _SITEMAPS and element.name == "loc":
            self._look_at(text, element.line)
        if root not in _FEEDS:
            return
        if element.name in _ADDRESSES and element.attributes.get("isPermaLink") != "false":
            self._look_at(text, element.line)
        if element.name == "link" and text:
            self._entry = self._entry or text
        if element.name in _TEXTS and "<" in text:
            for tag in Page("", text, "", {}).telling:
                attributes = tag.attributes
                for attribute in _IN_HTML:
                    self._look_at(attributes.get(attribute, "").strip(), element.line, tag.name)
        if element.name in {"entry", "item"}:
            self.found[self._first :] = [one._replace(entry=self._entry) for one in self.found[self._first :]]

    def _look_at(self, href: str, line: int, name: str = "a") -> None:
        within = href.startswith("#") and name not in {"a", "area"}  # a part of a drawing that uses another
        if href and not within and not _WHOLE.match(href):
            self.found.append(Relative(href, line, ""))
