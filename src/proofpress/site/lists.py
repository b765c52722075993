"""Lists that are split over several pages, and feeds: where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from proofpress.paths import SitePath

if TYPE_CHECKING:
    from proofpress.config import Config

Format = Literal["atom", "json"]


def pages_of(total: int, per_page: int) -> int:
    """Return how many pages a list of `total` posts takes; an empty list is one page."""
    return max(1, -(-total // per_page))


def page_path(first: SitePath, number: int) -> SitePath:
    """Return where a list's page stands: the first at its own path, the others at `page/2/` and so on below it."""
    return first if number == 1 else SitePath(f"{first}page/{number}/")


def page_size(config: Config, folder: str) -> int:
    """Return how many entries a page of a folder's list holds; the home page's list has no folder."""
    section = config.sections.get(folder)
    return section.paginate if section is not None and section.paginate is not None else config.paginate


def feed_path(folder: SitePath, name: str) -> SitePath:
    """Return where a folder's feed is: `/tags/gpu/feed.xml`."""
    return SitePath(f"{folder}feed.{'xml' if name == 'atom' else 'json'}")


def feed_formats(config: Config) -> tuple[Format, ...]:
    """Return the formats of feed that the settings ask for."""
    return (*(("atom",) if config.feeds.atom else ()), *(("json",) if config.feeds.json else ()))
