"""The files that a host takes its settings from, by what they are for. `kinds.hosts` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.paths import SitePath

if TYPE_CHECKING:
    from collections.abc import Mapping

PATHS: Final[Mapping[str, SitePath]] = {
    "nojekyll": SitePath("/.nojekyll"),
    "redirects": SitePath("/_redirects"),
    "headers": SitePath("/_headers"),
    "nginx": SitePath("/_nginx.conf"),
    "caddy": SitePath("/_Caddyfile"),
}
LAST: Final = frozenset(path[1:] for purpose, path in PATHS.items() if purpose != "nojekyll")
"""Output paths of what speaks of other files, and is published after them."""
