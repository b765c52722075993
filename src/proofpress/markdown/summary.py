"""Excerpts of a body: the summary, an outline's entries, and plain text, made from finished HTML."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from proofpress.patterns import lazy

LONGEST: Final = 50_000
"""Characters of HTML that a summary may have. Lists, feeds and a page's head each hold it once more."""

_ATTRIBUTES: Final = r"(?:[^>\"']++|\"[^\"]*\"|'[^']*')*+>"
_TORN: Final = lazy(r"(?:<[^<>]*|&[^&;\s]*|\0[0-9]*)\Z")
_DROPPED: Final = lazy(
    r"<!--.*?(?:-->|\Z)"
    r'|<sup class="footnote-ref".*?</sup>'
    r'|<a class="anchor".*?</a>'
    r"|<(?P<whole>script|style|iframe|video|audio|object|textarea|select|button|template|noscript)\b"
    + _ATTRIBUTES
    + r".*?(?:</(?P=whole)\s*>|\Z)"
    r"|</?(?:a|img|input|source|track|embed|link|meta|base|form|iframe|video|audio|object|area|map|picture|script)\b"
    + _ATTRIBUTES,
    re.DOTALL | re.IGNORECASE,
)
_ID: Final = lazy(
    r"(<[A-Za-z][^\s>]*(?:\s+(?!id\s*=)[^\s=>]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?)*)\s+id\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)",
    re.IGNORECASE,
)
_FIGURE: Final = lazy(r"<figure[^>]*>\s*(?:<figcaption>.*?</figcaption>\s*)?</figure>\n?|<p>\s*</p>\n?", re.DOTALL)
_TAG: Final = lazy(r"<(/?)([A-Za-z][A-Za-z0-9-]*)" + _ATTRIBUTES)
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_BLOCK_END: Final = lazy(r"</(?:p|li|h[1-6]|td|th|dt|dd|pre|div|figcaption)>|<br\s*/?>", re.IGNORECASE)
_BLANKS: Final = lazy(r"\s+")
_FORMULA: Final = lazy(r"<math\b(?:(?!<math\b).)*?</math>", re.DOTALL)
_MARKUP: Final = lazy(r"<!--.*?(?:-->|\Z)|</?[A-Za-z]" + _ATTRIBUTES, re.DOTALL)


def without_links(html: str) -> str:
    """Return HTML without links, images, footnote marks, ids and what is embedded; the words inside links stay."""
    if "<" not in html:
        return html
    html = _DROPPED.sub("", html)
    if "id" in html:
        html = _ID.sub(r"\1", html)
    if " popover" in html:
        html = html.replace(' popover=""', "")  # notes on a listing, whose marks are gone
    return _FIGURE.sub("", html).strip()


def shortened(html: str) -> str:
    """Return HTML of a first paragraph as it is, or what a summary may have of one that goes on and on."""
    if len(html) <= LONGEST:
        return html
    return balanced(_TORN.sub("", html[:LONGEST]) + "\N{HORIZONTAL ELLIPSIS}")


def balanced(html: str) -> str:
    """Return HTML with each element closed that it opens, and no end tag without a beginning."""
    opened: list[str] = []
    written: list[str] = []
    done = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _VOID or match[0].endswith("/>"):
            continue
        if not match[1]:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        elif name in opened:
            written.append(html[done : match.start()])
            while opened[-1] != name:
                written.append(f"</{opened.pop()}>")
            opened.pop()
            written.append(match[0])
            done = match.end()
        else:
            written.append(html[done : match.start()])
            done = match.end()
    if not written and not opened:
        return html
    return "".join([*written, html[done:], *(f"</{name}>" for name in reversed(opened))])


def plain(html: str) -> str:
    """Return HTML's text on one line."""
    if "<math" in html:
        from proofpress.markdown.mathml import linear  # noqa: PLC0415 - most texts have no formulas

        while (
            fewer := _FORMULA.sub(lambda found: linear(found[0]), html)
        ) != html:  # one may stand in a link of another
            html = fewer
    if "<" in html:
        html = _MARKUP.sub("", _BLOCK_END.sub(" ", html))
    return _BLANKS.sub(" ", unescape(html)).strip()
