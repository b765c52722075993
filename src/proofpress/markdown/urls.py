"""Destinations that are not of this site: how they are written into HTML, and why some are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markdown_it.common.normalize_url import normalizeLink

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from proofpress.urls import Reading

_PLAIN: Final = lazy(r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]++|%[0-9A-Fa-f]{2})*+")  # never goes back: 100 bytes a step


def encoded(href: str) -> str:
    """Percent-encode an external destination as markdown-it does; a destination of plain characters is as it was."""
    return href if _PLAIN.fullmatch(href) else normalizeLink(href)


def why_refused(reading: Reading) -> tuple[str, str]:
    """Return what is wrong with an unsafe destination, and what to write."""
    shown = reading.text if len(reading.text) <= 60 else reading.text[:59] + "…"
    if reading.disguised:
        message = f"a link to '{shown}' leads to another site, though it looks like a path of this one"
        return message, "write https:// in front, or a single forward slash"
    message = f"a link to '{shown}' could run code or read files in a reader's browser"
    return message, "link to http:, https:, mailto: or a file of this site"
