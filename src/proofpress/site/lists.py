"""Lists that are split over several pages, and feeds: where they stand, and those of which language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from proofpress.paths import SitePath, slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proofpress.config import Config

Format = Literal["atom", "rss", "json"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
"""In the order in which pages announce them: a reader of feeds takes the first that it knows."""


def pages_of(total: int, per_page: int) -> int:
    """Return how many pages a list of `total` posts takes; an empty list is one page."""
    return max(1, -(-total // per_page))


def page_path(first: SitePath, number: int) -> SitePath:
    """Return where a list's page stands: the first at its own path, the others at `page/2/` and so on below it."""
    return first if number == 1 else SitePath(f"{first}page/{number}/")


def spoken(tag: str, named: Iterable[str]) -> str:
    """Return which of the named languages a tag belongs to: itself, or what it is a form of (`de` for `de-AT`).

    Empty where none of them is named, so that the page is among those of the site's own language.
    """
    parts = tag.lower().split("-")
    by_tag = {one.lower(): one for one in named} if tag else {}
    for end in range(len(parts), 0, -1):
        found = by_tag.get("-".join(parts[:end]))
        if found is not None:
            return found
    return ""


def home_of(language: str) -> SitePath:
    """Return where the home page of a language stands; that of the site's own, which has no tag here, at the root."""
    return SitePath(f"/{slug(language)}/" if language else "/")


def social_card_of(page: SitePath) -> SitePath:
    """Return where the social card of a page stands: in its folder, or beside its file."""
    return SitePath(f"{page}card.png" if page.endswith("/") else f"{page.removesuffix('.html')}.card.png")


def page_size(config: Config, folder: str) -> int:
    """Return how many entries a page of a folder's list holds; the home page's list has no folder."""
    section = config.sections.get(folder)
    return section.paginate if section is not None and section.paginate is not None else config.paginate


def feed_paths(config: Config, folder: SitePath) -> dict[Format, SitePath]:
    """Return where a folder's feeds are, by the formats that the settings ask for.

    The site's own are where the settings say, each other one by the same path below its folder: `/tags/gpu/feed.xml`.
    """
    said: dict[Format, str] = {name: getattr(config.feeds, name) for name in FORMATS}
    return {name: SitePath(f"{folder}{path[1:]}") for name, path in said.items() if path}
