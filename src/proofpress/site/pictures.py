"""Where lighter pictures are published, and how a page offers them beside the original."""

from __future__ import annotations

import posixpath
from itertools import groupby
from typing import TYPE_CHECKING

from proofpress.paths import SitePath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.model import Picture, Variant


def variant_path(original: SitePath, variant: Variant) -> SitePath:
    """Return where a picture is published: `/posts/a/plot.png` in WebP as `/posts/a/plot-9f86d081-840.webp`."""
    stem = posixpath.splitext(original)[0]
    return SitePath(f"{stem}-{variant.digest.hex()[:8]}-{variant.width}.{variant.format}")


def sources(picture: Picture, original: SitePath, href: str, sizes: str) -> Iterator[str]:
    """Give a `source` for each format (HTML, section 4.8.2); `href` is how the page says `original`, without a query."""
    for form, variants in groupby(picture.variants, key=lambda one: one.format):
        folder = href.rpartition("/")[0]
        offered = (f"{folder}/{posixpath.basename(variant_path(original, one))} {one.width}w" for one in variants)
        yield f'<source type="image/{form}" srcset="{", ".join(offered)}" sizes="{sizes}">'
