"""The little files for machines: the sitemap and robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from proofpress.kinds.target import Kind, PlainTarget, Planning, Published
from proofpress.paths import Base, SitePath
from proofpress.site.dates import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class SitemapTarget(PlainTarget, frozen=True, kw_only=True):
    """The sitemap (sitemaps.org, protocol 0.9): every page but redirects and the 404 page."""

    def write(self, published: Published) -> bytes:
        """Return it."""
        base = Base.of(published.config.url)
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<urlset xmlns="{SITEMAP_NAMESPACE}">',
        ]
        for target in published.targets:
            card = published.site.by_path.get(target.source) if target.source is not None else None
            if target.in_sitemap and (card is None or card.listed):
                changed = target.changed(published.site)
                when = f"<lastmod>{timestamp(changed)}</lastmod>" if changed else ""
                lines.append(f"<url><loc>{escape(base.absolute(target.site_path))}</loc>{when}</url>")
        return ("\n".join([*lines, "</urlset>"]) + "\n").encode("utf-8")


class RobotsTarget(PlainTarget, frozen=True, kw_only=True):
    """robots.txt (RFC 9309): all may read all, and the sitemap is named."""

    yields = True

    def write(self, published: Published) -> bytes:
        """Return it."""
        base = Base.of(published.config.url)
        return f"User-agent: *\nAllow: /\nSitemap: {base.absolute('/sitemap.xml')}\n".encode()


def plan(_planning: Planning) -> Iterator[PlainTarget]:
    """Give both."""
    yield SitemapTarget(site_path=SitePath("/sitemap.xml"), origin="the sitemap")
    yield RobotsTarget(site_path=SitePath("/robots.txt"), origin="robots.txt")


KIND = Kind(plan=plan)
