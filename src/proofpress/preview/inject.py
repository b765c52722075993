"""What the server adds to a page of the site before it is sent: the preview's script, and what must be seen without it.

All of it stands at the end of the body, in one piece; every other byte is as it will be published.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from proofpress.preview.shown import PREFIX

if TYPE_CHECKING:
    from proofpress.preview.shown import Page, Shown

MARKS: Final = {"draft": "Draft, not public yet", "future": "Future, not public yet"}

# The site's style sheets speak of everything on its pages; `all: initial` keeps them out, inline keeps it whole.
_BOX: Final = (
    "all:initial;position:fixed;left:.75rem;bottom:.75rem;z-index:2147483645;max-width:calc(100vw - 1.5rem);"
    "box-sizing:border-box;padding:.35rem .7rem;border:1px solid #fff;border-radius:.4rem;"
    "font:600 14px/1.4 system-ui,sans-serif;color:#fff;"
)
_MARK: Final = _BOX + "background:#7a4d00;pointer-events:none"
_BAR: Final = _BOX + "background:#a3231a;bottom:3.5rem;text-decoration:underline;cursor:pointer"
_CLOSING: Final = re.compile(rb"</body\s*>", re.IGNORECASE)
_LAST: Final = re.compile(rb"</body\s*>\s*(?:</html\s*>\s*)?", re.IGNORECASE)
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_TRIED: Final = 4


def with_preview(html: bytes, shown: Shown, page: Page | None) -> bytes:
    """Return a page of the site with the preview's part in it. `page` is None for a page that has no state, as 404."""
    parts = []
    if page is not None and page.state != "public":
        parts.append(
            f'<proofpress-mark role="complementary" aria-label="Preview" style="{_MARK}">'
            f"{MARKS[page.state]}</proofpress-mark>"
        )
    if shown.failed:
        said = "The last build failed" + (": this page is the last good one" if shown.stale else "")
        parts.append(f'<noscript><a href="{PREFIX}" style="{_BAR}">{escape(said)}</a></noscript>')
    parts.append(f'<script src="{PREFIX}preview.js" defer data-revision="{shown.revision}"></script>')
    at = end_of_body(html)
    return html[:at] + "".join(parts).encode() + html[at:]


def end_of_body(html: bytes) -> int:
    """Return where the body's end tag begins, or the end of a text that has none (a parser adds to the body what follows).

    The end tag is the last one that nothing but the end of the document and comments follow: one inside a comment, a
    script or a listing is none.
    """
    for found in [*_CLOSING.finditer(html)][: -_TRIED - 1 : -1]:
        if _LAST.fullmatch(_COMMENT.sub(b"", html[found.start() :])):
            return found.start()
    return len(html)
