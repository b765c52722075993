"""The little files for machines: the sitemap and robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from proofpress.model import Card, PageTarget, Target
from proofpress.site.dates import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from proofpress.paths import Base, SourcePath

SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
UNLISTED_KINDS = frozenset({"not-found", "alias"})


def sitemap(targets: Iterable[Target], cards: Mapping[SourcePath, Card], base: Base) -> bytes:
    """Return the sitemap (sitemaps.org, protocol 0.9): every page but redirects and the 404 page."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<urlset xmlns="{SITEMAP_NAMESPACE}">',
    ]
    for target in targets:
        if not isinstance(target, PageTarget) or target.kind in UNLISTED_KINDS:
            continue
        card = cards.get(target.source) if target.source and target.kind in ("post", "page") else None
        if card is not None and not card.listed:
            continue
        changed = (card.updated or card.date) if card else None
        when = f"<lastmod>{timestamp(changed)}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(base.absolute(target.site_path))}</loc>{when}</url>")
    return ("\n".join([*lines, "</urlset>"]) + "\n").encode("utf-8")


def robots(base: Base) -> bytes:
    """Return robots.txt (RFC 9309): all may read all, and the sitemap is named."""
    return f"User-agent: *\nAllow: /\nSitemap: {base.absolute('/sitemap.xml')}\n".encode()
