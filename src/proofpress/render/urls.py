"""Destinations: which are ours to resolve, which are safe, and how the others are written into HTML."""

from __future__ import annotations

import re
from typing import Final

from markdown_it.common.normalize_url import normalizeLink

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_IGNORED_BY_BROWSERS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u200b\ufeff]+")
_UNSAFE: Final = ("javascript:", "vbscript:", "file:", "data:")
_SAFE_DATA: Final = re.compile(r"data:image/(?:gif|png|jpe?g|webp|avif)[;,]")
_SAFE_IMAGE_DATA: Final = re.compile(r"data:image/(?:gif|png|jpe?g|webp|avif|svg\+xml)[;,]")
_PLAIN: Final = re.compile(
    r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]++|%[0-9A-Fa-f]{2})*+"
)  # never goes back: 100 bytes a step


def is_local(href: str) -> bool:
    """Tell whether a destination speaks of this site: a path, a fragment or nothing, without scheme or host."""
    return _SCHEME.match(href) is None


def is_safe(href: str, *, image: bool = False) -> bool:
    """Tell whether a browser that follows a destination stays clear of scripts and of the reader's own files.

    Browsers drop control characters and blanks before they look for the scheme, so the test does the same. An image
    may be data, and may be SVG, in which scripts do not run inside ``img``.
    """
    bare = _IGNORED_BY_BROWSERS.sub("", href[:200]).lower()
    if not bare.startswith(_UNSAFE):
        return True
    return (_SAFE_IMAGE_DATA if image else _SAFE_DATA).match(bare) is not None


def encoded(href: str) -> str:
    """Percent-encode an external destination as markdown-it does; a destination of plain characters is as it was."""
    return href if _PLAIN.fullmatch(href) else normalizeLink(href)
