"""What a rule may read of a finished page: its tags, each with its attributes, and where what it leads to was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.model import Place
from proofpress.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofpress.rules.rule import Fault

    FoundOnPage = Iterable[tuple[Fault, "Tag"]]
    """Faults, each with the tag that it is about."""

_WRITTEN: Final = r"(?:[\s/](?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)?+"
_PARTS: Final = (
    r"(?:!--(?:-?>|.*?(?:--!?>|\Z))"
    rf"|(?P<raw>script|style|textarea|title|xmp|noembed|noframes)(?=[\s/>])(?P<raw_written>{_WRITTEN})"
    r"(?:>.*?(?:</(?P=raw)(?=[\s/>])|\Z)|\Z)"
    rf"|(?P<name>[a-z][^\s/>]*+)(?P<written>{_WRITTEN})(?:(?P<end>>)|\Z))"
)
"""A comment, an element in which no tag is one, or a start tag: what stands between quotes ends none.

What is never closed goes on to the end of the page, as for a browser, so that no text is read twice.
"""
_TAG: Final = re.compile(rf"<{_PARTS}", re.DOTALL | re.IGNORECASE)
_BARE: Final = r"(?:p|li|code|em|strong|td|th|tr|tbody|thead|table|ul|ol|pre|div|span|small|h[1-6]|blockquote)>"
_TELLING: Final = re.compile(
    rf"<(?=[!a-z])(?!span class=\"[^\"<>]*\">|{_BARE}){_PARTS}",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")


class Tag(msgspec.Struct, frozen=True, gc=False):
    """A start tag of a page."""

    name: str
    """In small letters."""
    written: str
    """Its attributes as they are written."""

    @property
    def attributes(self) -> dict[str, str]:
        """Its attributes by their names in small letters, entities undone; of two with one name the first, as in HTML."""
        found: dict[str, str] = {}
        for name, double, single, plain in _ATTRIBUTE.findall(self.written):
            value = double or single or plain
            found.setdefault(name.lower(), unescape(value) if "&" in value else value)
        return found


_NAMED: Final = re.compile(r"\sid\s*=", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _id_of(written: str) -> str:
    """Return the id among attributes; most tags of a page stand on others too."""
    return Tag("", written).attributes.get("id", "") if _NAMED.search(written) else ""


class Page(msgspec.Struct, frozen=True, dict=True):
    """A page as it is published."""

    url: str
    """Its whole address."""
    html: str
    source: str
    """The file that it shows the text of; empty for a list, and for what has no text of its own."""
    places: Mapping[str, Place]
    """By address as it stands on the page: where the text that it shows has the link that leads there."""

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Its start tags, in their order."""
        return tuple(_tags(_TAG, self.html))

    @cached_property
    def telling(self) -> tuple[Tag, ...]:
        """The same without most that have no attributes, and each `span` that has a class and nothing else.

        A listing is made of thousands.
        """
        return tuple(_tags(_TELLING, self.html))

    @cached_property
    def ids(self) -> tuple[tuple[str, Tag], ...]:
        """Its ids in their order, each with its tag."""
        return tuple((name, tag) for tag in self.telling if (name := _id_of(tag.written)))


def _tags(pattern: re.Pattern[str], html: str) -> Iterator[Tag]:
    for raw, raw_written, name, written, end in pattern.findall(html):
        if end:
            yield Tag(name.lower(), written)
        elif raw:
            yield Tag(raw.lower(), raw_written)


class PageRule(Rule, frozen=True):
    """A rule that finds its faults itself, in a page as it is published: each says how. Of itself it finds none.

    It is asked by `check` alone, once for each page that changed. Where on the page's source or its template a tag was
    written is looked up afterwards.
    """

    def check(self, page: Page) -> FoundOnPage:  # noqa: ARG002 - for those that say how
        """Give the faults of a page, each with its tag. Asks `page.html` first whether there is a mark of it at all."""
        return ()
