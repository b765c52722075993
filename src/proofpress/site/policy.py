"""What a page's HTML asks of a Content-Security-Policy (w3.org/TR/CSP3), and the policy that grants just that.

The theme needs nothing but the site's own files, `default-src 'self'`. A text may show pictures from elsewhere, or hold
styles; for code of its own no policy is written, since a policy that lets all code run is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy

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
    mark: (directives, lazy(mark + _ELSEWHERE))
    for mark, directives in (
        ("<img", ("img-src",)),
        ("<image", ("img-src",)),
        ("<video", ("media-src",)),
        ("<audio", ("media-src",)),
        ("<source", ("img-src", "media-src")),
        ("<iframe", ("frame-src",)),
    )
}
_UNTOLD: Final = (
    "<script", "<embed", "<object", "<link", "<form", "<frame", "<base", "srcdoc",
)  # fmt: skip
_HANDLERS: Final = (
    *(lazy(blank + r"""on[a-z]+\s*=\s*["'\w]""") for blank in " \t\n/"),
    lazy(r"""href\s*=\s*["']?\s*javascript:"""),
)
_STYLES: Final = tuple(lazy(blank + r"""style\s*=\s*["'\w]""") for blank in " \t\n/")
"""Each begins with a letter of its own, so that a search is quick."""


def asked(html: str, *, raw: bool = True) -> tuple[str, ...]:
    """Return the directives that a page needs for this HTML beside `default-src 'self'`, by their names.

    HTML that is not `raw` is Proofpress's own, which loads pictures and holds the styles of attributes at most.
    """
    small = html.lower() if raw else html
    found: set[str] = set()
    for mark, (directives, pattern) in _LOADED.items():
        if mark in small and pattern.search(small):
            found.update(directives)
    if raw and (any(mark in small for mark in _UNTOLD) or any(pattern.search(small) for pattern in _HANDLERS)):
        found.add(CODE)
    if "style" in small and ("<style" in small or any(pattern.search(small) for pattern in _STYLES)):
        found.add("style-src")
    return tuple(sorted(found))


def policy(every: Iterable[str]) -> str:
    """Return the policy for pages that need these directives; nothing where code is among them."""
    wanted = sorted(set(every))
    if CODE in wanted:
        return ""
    return "; ".join(["default-src 'self'", *(f"{one} {GRANTED[one]}" for one in wanted)])
