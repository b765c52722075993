"""Copied files that a browser would run: under `html: sanitize` no such file is taken from content/.

A post's HTML is cleaned, and a page or a drawing beside it would be the way around. Whether a file is one is told by
each ending in its name, since servers go by any of them (`notes.svg.gz` comes as a drawing), and where the endings
are none that servers have a type for, by how it begins, since then servers and browsers look (MIME Sniffing standard,
section 7.1). static/ is the owner's, and not looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.output import ACTIVE_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

ACTIVE: Final = frozenset(
    {
        "atom", "hta", "htc", "htm", "html", "mathml", "mht", "mhtml", "mml", "php", "phar", "phtml", "rdf",
        "rss", "shtm", "shtml", "svg", "svgz", "wsdl", "xht", "xhtm", "xhtml", "xml", "xsd", "xsl", "xslt",
        "xul",
    }
)  # fmt: skip
"""Endings of what a browser runs, or a server."""

_TYPED: Final = frozenset({"avif", "css", "gif", "jpeg", "jpg", "js", "json", "mjs", "pdf", "png", "wasm", "webp"})
"""Endings that every server has a type for, in which nothing runs by itself: those which Go's own table holds.

Caddy, in a container without the system's tables, knows no others, not even `txt`, and looks at how a file begins.
"""

_LOOKS_ACTIVE: Final = lazy(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\t\n\x0c\r ]*"
    rb"<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|math)[\s/>]"
    rb"|(?:\xef\xbb\xbf)?[\t\n\x0c\r ]*<(?:!--|\?xml|\?php)",
    re.IGNORECASE,
)
SNIFFED: Final = 1445
"""How many bytes of a resource's beginning a browser looks at."""


def active_ending(path: str) -> str:
    """Return the first ending of a file's name that makes it one which runs; empty for none."""
    return next((ending for ending in _endings(path) if ending in ACTIVE), "")


def is_active(path: str, read: Callable[[], bytes]) -> bool:
    """Tell whether a file runs in a browser. It is read where its name doesn't tell."""
    endings = _endings(path)
    if not ACTIVE.isdisjoint(endings):
        return True
    if endings and endings[-1] in _TYPED:
        return False
    return _LOOKS_ACTIVE.match(read().replace(b"\0", b"")) is not None


def refused(paths: Iterable[SourcePath], read: Callable[[SourcePath], bytes]) -> list[Problem]:
    """Return a problem for each file of content/ that a browser would run. `read` gives the first SNIFFED bytes or more."""
    return [
        ACTIVE_FILE.could_run(active_ending(path)).at(path)
        for path in paths
        if path.startswith("content/") and is_active(path, lambda path=path: read(path))  # type: ignore[misc]
    ]


def _endings(path: str) -> list[str]:
    return [part.strip().lower() for part in path.rpartition("/")[2].split(".")[1:]]
