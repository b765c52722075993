"""What a page's HTML asks of a Content-Security-Policy (w3.org/TR/CSP3), and the policy that grants just that.

The theme needs nothing but the site's own files, `default-src 'self'`. A text may show pictures from elsewhere, or hold
styles; for code of its own no policy is written, since a policy that lets all code run is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CODE: Final = "script-src"
"""What runs, or what can't be told from the text."""
GRANTED: Final = {
    "font-src": "'self' https: data:",
    "frame-src": "'self' https:",
    "img-src": "'self' https: data:",
    "media-src": "'self' https: data:",
    "style-src": "'self' 'unsafe-inline'",
}
_ELSEWHERE: Final = r"""[^>]*?\s(?:src|srcset|poster|href|data)\s*=\s*["']?\s*(?:https?:|//|data:)"""
_LOADED: Final = {
    "<img": ("img-src", re.compile("<img" + _ELSEWHERE, re.IGNORECASE)),
    "<image": ("img-src", re.compile("<image" + _ELSEWHERE, re.IGNORECASE)),
    "<video": ("media-src", re.compile("<video" + _ELSEWHERE, re.IGNORECASE)),
    "<audio": ("media-src", re.compile("<audio" + _ELSEWHERE, re.IGNORECASE)),
    "<iframe": ("frame-src", re.compile("<iframe" + _ELSEWHERE, re.IGNORECASE)),
}
_UNTOLD: Final = ("<script", "<embed", "<object", "<link", "<form", "<frame", "<base", "srcdoc")
_HANDLER: Final = re.compile(r"""\son[a-z]+\s*=\s*["'\w]|javascript:""", re.IGNORECASE)
_STYLE: Final = re.compile(r"<style|\sstyle\s*=\s*[\"'\w]", re.IGNORECASE)


def asked(html: str) -> tuple[str, ...]:
    """Return the directives that a page needs for this HTML beside `default-src 'self'`, by their names."""
    small = html.lower()
    found = {directive for mark, (directive, pattern) in _LOADED.items() if mark in small and pattern.search(html)}
    if "<source" in small and re.search("<source" + _ELSEWHERE, html, re.IGNORECASE):
        found |= {"img-src", "media-src"}
    if any(mark in small for mark in _UNTOLD) or _HANDLER.search(html):
        found.add(CODE)
    if "style" in small and _STYLE.search(html):
        found.add("style-src")
    return tuple(sorted(found))


def policy(every: Iterable[str]) -> str:
    """Return the policy for pages that need these directives; nothing where code is among them."""
    wanted = sorted(set(every))
    if CODE in wanted:
        return ""
    return "; ".join(["default-src 'self'", *(f"{one} {GRANTED[one]}" for one in wanted)])
