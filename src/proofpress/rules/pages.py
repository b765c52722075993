"""What is seen on finished pages alone: what templates, raw HTML and Markdown come to when they are put together."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from proofpress.rules.html_page import PageRule
from proofpress.rules.rule import Fault, Rule

if TYPE_CHECKING:
    from proofpress.rules.html_page import FoundOnPage, Page

_FRAME: Final = re.compile(r"<iframe\b", re.IGNORECASE)


class _DuplicateId(PageRule, frozen=True):
    def check(self, page: Page) -> FoundOnPage:
        """Give the first id that several elements have, at the last of them, with the number of others like it."""
        last = dict(page.ids)
        if len(last) == len(page.ids):
            return
        counts = Counter(name for name, _ in page.ids)
        repeated = [name for name, count in counts.items() if count > 1]
        name, more = repeated[0], len(repeated) - 1
        others = f" (and {more:,} more id{'s' if more > 1 else ''} of this page)" if more else ""
        message = f"{counts[name]:,} elements of the page have the id '{name}'; a link to it leads to the first"
        yield self.says(message, f"give each an id of its own{others}"), last[name]


class _NamelessFrame(PageRule, frozen=True):
    def check(self, page: Page) -> FoundOnPage:
        """Give each frame that does not say what it shows."""
        if not _FRAME.search(page.html):
            return
        fault = self.says(
            "this frame has no title, so who does not see it can't tell what it shows",
            'say it in the tag: title="…"',
        )
        for tag in page.telling:
            if tag.name != "iframe":
                continue
            named = tag.attributes
            if not named.keys().isdisjoint(("hidden", "aria-labelledby")) or named.get("aria-hidden") == "true":
                continue
            if not named.get("title", "").strip() and not named.get("aria-label", "").strip():
                yield fault, tag


_WIDEST: Final = 3000
"""Pixels of an image that is as sharp as screens are where it fills a page of text twice over."""
_DRAWN: Final = re.compile(r"\.svg(?:[?#]|\Z)|\Adata:", re.IGNORECASE)
_PLAIN_IMAGE: Final = re.compile(r"<img\b[^>]*\bwidth=[\"']?\d{4}", re.IGNORECASE)


class _OversizedImage(PageRule, frozen=True):
    def check(self, page: Page) -> FoundOnPage:
        """Give each image that is far wider than any page shows it, and is offered in no other width."""
        if not _PLAIN_IMAGE.search(page.html):
            return
        for tag in page.telling:
            if tag.name != "img":
                continue
            named = tag.attributes
            width = named.get("width", "")
            if (
                not width.isdecimal()
                or int(width) < _WIDEST
                or "srcset" in named
                or _DRAWN.search(named.get("src", ""))
            ):
                continue
            yield (
                self.says(
                    f"this image is {int(width):,} pixels wide, several times as wide as the text that it stands in",
                    "make it smaller, or write 'images:' in site.yaml, so that pages offer it in the widths that they need",
                ),
                tag,
            )


class _LeavesSite(Rule, frozen=True):
    def above(self, path: str, prefix: str, mend: str) -> Fault:
        """Tell of a link from the host's root that lacks the site's prefix."""
        return self.says(f"'{path}' leads out of the site, which begins at '{prefix}/'", mend)


class _InsecureLink(Rule, frozen=True):
    def own(self, url: str, secure: str) -> Fault:
        """Tell of an http address of the site itself."""
        return self.says(f"'{url}' asks for this site without encryption", f"write '{secure}'")


class _MalformedXml(Rule, frozen=True):
    def ends(self, path: str, line: int, near: str, reason: str) -> Fault:
        """Tell of a file that no program can read as what it is; `reason` is expat's."""
        at = f" at '{near}'" if near else ""
        return self.says(
            f"line {line:,} of '{path}' can't be read as XML{at}: {_REASONS.get(reason, reason)}",
            "without that no program reads the file; HTML stands in a feed escaped: '{{ content | forceescape }}'",
        )


_REASONS: Final = {
    "mismatched tag": "an element ends that is not the one opened last",
    "not well-formed (invalid token)": "a mark stands there that must not, such as '&' or '<' by itself",
    "no element found": "the file ends before its elements do",
    "unclosed token": "the file ends within a tag",
    "undefined entity": "XML has no such entity",
    "junk after document element": "a file is one element, which has ended",
    "XML or text declaration not at start of entity": "this must be the very first of the file",
    "duplicate attribute": "the tag has an attribute twice",
    "unbound prefix": "no 'xmlns:' says what the prefix stands for",
}
"""In a reader's words, what expat says."""


class _RelativeAddress(Rule, frozen=True):
    def beginning_nowhere(self, href: str, whole: str) -> Fault:
        """Tell of an address in a feed or a sitemap that is not whole."""
        return self.says(
            f"'{href}' is relative, and where a feed or a sitemap is read there is no page that it could begin from",
            f"write the whole address, '{whole}'; templates have it as 'permalink' of pages and of the site",
        )


class _LonePage(Rule, frozen=True):
    def unlinked(self) -> Fault:
        """Tell of a page that no other page leads to."""
        return self.says(
            "no page of the site links to this one, so that nobody who reads on comes here",
            "link to it from a text or the menu; 'listed: false' says that its address alone is to lead here",
        )


DUPLICATE_ID: Final = _DuplicateId("duplicate-id", "warning", "page", checked=True, precision=(3, 3))
NAMELESS_FRAME: Final = _NamelessFrame("nameless-frame", "warning", "page", checked=True, precision=(25, 25))
OVERSIZED_IMAGE: Final = _OversizedImage("oversized-image", "warning", "page", checked=True)
LEAVES_SITE: Final = _LeavesSite("leaves-site", "warning", "page", checked=True)
INSECURE_LINK: Final = _InsecureLink("insecure-link", "warning", "page", checked=True, precision=(25, 25))
MALFORMED_XML: Final = _MalformedXml("malformed-xml", "error", "page", checked=True)
RELATIVE_ADDRESS: Final = _RelativeAddress("relative-address", "warning", "page", checked=True, precision=(5, 5))
LONE_PAGE: Final = _LonePage("lone-page", "warning", "page", checked=True, optional=True)
