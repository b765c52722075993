"""What a page's HTML asks of a Content-Security-Policy (w3.org/TR/CSP3), and the policy that grants just that.

The theme needs nothing but the site's own files, `default-src 'self'`. A text may show pictures from elsewhere, or hold
styles; for code of its own no policy is written, since a policy that lets all code run is none. What the scripts and forms
of a site's own templates need, which can't be read from them, its owner says in the settings.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
SELF: Final = "'self'"
LONGEST: Final = 1900
"""Characters of a policy: Cloudflare reads no line of `_headers` beyond 2,000."""
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
_INLINE: Final = lazy(
    r"<(?P<name>script|style)\b(?P<attributes>[^>]*)>(?P<body>.*?)</(?P=name)\s*>", re.DOTALL | re.IGNORECASE
)
_DATA: Final = lazy(r"""\s+type\s*=\s*["']?application/(?:ld\+)?json["']?\s*""", re.IGNORECASE)
_PLAIN: Final = lazy(r"""\s*(?:type\s*=\s*["']?(?:module|text/javascript|text/css)["']?\s*)?""", re.IGNORECASE)
_UNSURE: Final = lazy(
    r"\{[{%#]|//|@import|\b(?:eval|Function|import|importScripts|innerHTML|outerHTML|insertAdjacentHTML|cssText)\b"
    r"|\b(?:document\.write|setAttribute|createElement|fetch|XMLHttpRequest|WebSocket|EventSource|Worker|sendBeacon)\b"
)
"""What differs from page to page, or may load or run what the policy has no word for."""
_HANDLERS: Final = (
    *(lazy(blank + r"""on[a-z]+\s*=\s*["'\w]""") for blank in " \t\n/"),
    lazy(r"""href\s*=\s*["']?\s*javascript:"""),
)
_STYLES: Final = {blank + "style": lazy(blank + r"""style\s*=\s*["'\w]""") for blank in " \t\n/"}
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
    if "style" in small and (
        "<style" in small or any(mark in small and pattern.search(small) for mark, pattern in _STYLES.items())
    ):
        found.add("style-src")
    return tuple(sorted(found))


def asked_by_template(text: str, sources: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return what pages need that a template makes: as `asked` has it, and `script-src 'sha256-…'` for code that it holds.

    Such code is a `<script>` or `<style>` whose text is the same on each page, and that names nothing from elsewhere:
    a browser then runs it and no other. What comes from one of the settings' `sources`, by their directives, they speak for.
    """
    if sources:
        text = _SPOKEN_FOR.sub(lambda element: "" if _named(element, sources) else element[0], text)
    small = text.lower()
    if "<script" not in small and "<style" not in small:
        return asked(text)
    found: set[str] = set()

    def taken(element: re.Match[str]) -> str:
        if element["name"].lower() == "script" and _DATA.fullmatch(element["attributes"]):
            return ""  # what no browser runs
        body = element["body"].replace("\r\n", "\n").replace("\r", "\n")  # as Jinja writes it, and browsers read it
        if _UNSURE.search(element["attributes"] + body) or not _PLAIN.fullmatch(element["attributes"]):
            return element[0]
        found.add(f"{element['name'].lower()}-src '{_hash(body)}'")
        return ""

    return tuple(sorted({*asked(_INLINE.sub(taken, text)), *found}))


_ELEMENTS: Final = {
    "script": ("script-src", lazy(r"""\ssrc\s*=\s*["']?(\{\{.*?\}\}[^"'\s>]*|[^"'\s>]+)""", re.IGNORECASE)),
    "link": ("style-src", lazy(r"""\shref\s*=\s*["']?(\{\{.*?\}\}[^"'\s>]*|[^"'\s>]+)""", re.IGNORECASE)),
    "form": ("form-action", lazy(r"""\saction\s*=\s*["']?(\{\{.*?\}\}[^"'\s>]*|[^"'\s>]+)""", re.IGNORECASE)),
}
"""Elements that settings can speak for: by which directive, and where their address is."""
_SPOKEN_FOR: Final = lazy(
    r"<(?P<name>script)\b(?P<script>[^>]*)>\s*</script\s*>|<(?P<other>link|form)\b(?P<attributes>[^>]*)>", re.IGNORECASE
)
_OWN: Final = lazy(r"\{\{-?\s*site\.(?:asset|link|url)\b[^{}]*\}\}[^{}]*|/?[^/:{}\\][^:{}\\]*")
"""An address of the site itself: that of a file of the theme, or a path."""


def _named(element: re.Match[str], sources: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether an element is loaded from, or sent to, one of the sources of its directive, and runs nothing else."""
    directive, place = _ELEMENTS[(element["name"] or element["other"]).lower()]
    attributes = element["script"] or element["attributes"] or ""
    address = place.search(attributes)
    if address is None or any(pattern.search(attributes.lower()) for pattern in _HANDLERS):
        return False
    return any(_is_from(address[1], source) for source in sources.get(directive, ()))


def _is_from(address: str, source: str) -> bool:
    """Tell whether a source of a policy allows an address, as browsers compare them (CSP 3, section 6.7.2)."""
    if source == SELF:
        return _OWN.fullmatch(address) is not None
    scheme, _, place = source.partition("://")
    host, slash, path = place.partition("/")
    host = host.lower()
    found = _ADDRESS.fullmatch(f"https:{address}" if address.startswith("//") else address)
    if found is None or found["scheme"].lower() != scheme:
        return False
    same = found["host"].lower().endswith(host[1:]) if host.startswith("*.") else found["host"].lower() == host
    whole = found["path"].partition("?")[0]
    return same and (
        not slash or path == "" or (whole.startswith(f"/{path}") if path[-1] == "/" else whole == f"/{path}")
    )


_ADDRESS: Final = lazy(r"(?P<scheme>[A-Za-z]+)://(?P<host>[^/?#{}\\@]+)(?P<path>[^#{}\\]*)")


def _hash(text: str) -> str:
    """Return the source expression of an inline element's text (CSP 3, section 2.3.1)."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode("ascii")


def policy(every: Iterable[str], named: Mapping[str, Sequence[str]]) -> str:
    """Return the policy for pages that need these directives, and load from the sources that the settings name.

    It is empty where code is among them that no hash stands for.
    """
    wanted = sorted({*every, *(f"{directive} {source}" for directive, own in named.items() for source in own)})
    if CODE in wanted:
        return ""
    sources = {one: GRANTED[one] for one in wanted if " " not in one}
    for one in wanted:
        directive, _, source = one.partition(" ")
        # Beside a hash, a browser takes no note of 'unsafe-inline', which allows the element anyway.
        if source == SELF or (source.startswith("'sha256-") and "unsafe-inline" in sources.get(directive, "")):
            sources.setdefault(directive, SELF)
        elif source:
            sources[directive] = f"{sources.get(directive, SELF)} {source}"
    written = "; ".join([f"default-src {SELF}", *(f"{name} {sources[name]}" for name in sorted(sources))])
    return written if len(written) <= LONGEST else ""
