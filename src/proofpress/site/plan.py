"""The plan: everything that will be published, as Targets, before anything is made.

A target is a URL and what makes it. Two that claim one place on disk, also where only case or Unicode form tells them
apart (Windows and macOS can't hold both), are a problem that names both; so are a file and a folder of one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from proofpress.model import (
    AssetTarget,
    CopyTarget,
    FeedTarget,
    PageTarget,
    Place,
    Target,
    TextTarget,
)
from proofpress.paths import SitePath, SourcePath, identity, output_path, slug, unportable
from proofpress.rules.registry import problem
from proofpress.site.cards import folder_path
from proofpress.site.claims import Complaint, Who, judge
from proofpress.site.hosting import PATHS, host_files
from proofpress.site.index import Site, taxonomy_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from proofpress.config import Config
    from proofpress.problems import Problem

CONTENT = "content"
SETTINGS = "site.yaml"
DEFAULTS_THAT_YIELD = frozenset({"404.html", "robots.txt", *(path[1:] for path in PATHS.values())})
"""Files made only where the site brings none of its own."""


def plan(
    site: Site, config: Config, assets: Mapping[str, SitePath], places: Mapping[SourcePath, Mapping[str, Place]]
) -> tuple[tuple[Target, ...], list[Problem]]:
    """Return every target of a site, in the order of their site paths, and what is wrong with the others.

    `assets` are the theme's static files with their fingerprinted site paths.
    """
    wanted = [
        *_documents(site),
        *_lists(site, config),
        *_taxonomies(site, config),
        *_feeds(site, config),
        *_aliases(site),
        *(CopyTarget(site_path=file.site_path, origin=file.path, source=file.path) for file in site.files.values()),
        *(AssetTarget(site_path=path, origin=f"the theme's {name}", name=name) for name, path in assets.items()),
    ]
    wanted, refused = _judged(wanted, site, places)
    unheld = [found for target in wanted if (found := _unportable(target, site, places)) is not None]
    taken = {output_path(target.site_path) for target in wanted}
    wanted += [
        made for made in _machine_files(config) if output_path(made.site_path) not in taken & DEFAULTS_THAT_YIELD
    ]
    targets, collisions = _without_collisions(wanted, places)
    return targets, [*refused, *unheld, *collisions]


def pages_of(total: int, per_page: int) -> int:
    """Return how many pages a list of `total` posts takes; an empty list is one page."""
    return max(1, -(-total // per_page))


def page_path(first: SitePath, number: int) -> SitePath:
    """Return where a list's page stands: the first at its own path, the others at `page/2/` and so on below it."""
    return first if number == 1 else SitePath(f"{first}page/{number}/")


def feed_path(folder: SitePath, name: str) -> SitePath:
    """Return where a folder's feed is: `/tags/gpu/feed.xml`."""
    return SitePath(f"{folder}feed.{'xml' if name == 'atom' else 'json'}")


def _documents(site: Site) -> Iterator[Target]:
    for card in site.by_path.values():
        if card.kind in ("post", "page"):
            yield PageTarget(
                site_path=card.site_path,
                origin=card.path,
                template=card.template or f"{card.kind}.html",
                kind=card.kind,
                source=card.path,
            )


def _lists(site: Site, config: Config) -> Iterator[Target]:
    home = site.list_texts.get("")
    for number in range(1, pages_of(len(site.posts), config.paginate) + 1):
        yield PageTarget(
            site_path=page_path(SitePath("/"), number),
            origin="the home page" if number == 1 else f"page {number} of the home page",
            template=(home.template if home else None) or "home.html",
            kind="home",
            source=home.path if home else None,
            number=number,
        )
    for folder in sorted({*site.folders, *(name for name in site.list_texts if name)}):
        text = site.list_texts.get(folder)
        path = text.site_path if text else SitePath(folder_path(folder))
        for number in range(1, pages_of(len(site.folders.get(folder, ())), config.paginate) + 1):
            yield PageTarget(
                site_path=page_path(path, number),
                origin=text.path if text and number == 1 else f"the list of content/{folder}/",
                template=(text.template if text else None) or "list.html",
                kind="list",
                source=text.path if text else None,
                folder=folder,
                number=number,
            )
    yield PageTarget(site_path=SitePath("/archive/"), origin="the archive", template="archive.html", kind="archive")


def _taxonomies(site: Site, config: Config) -> Iterator[Target]:
    for taxonomy, terms in site.taxonomies.items():
        if not terms:
            continue
        yield PageTarget(
            site_path=taxonomy_path(taxonomy),
            origin=f"the list of {taxonomy}",
            template="taxonomy.html",
            kind="taxonomy",
            taxonomy=taxonomy,
        )
        for term in terms.values():
            for number in range(1, pages_of(len(term.posts), config.paginate) + 1):
                yield PageTarget(
                    site_path=page_path(term.site_path, number),
                    origin=f"the page of '{term.name}' in {taxonomy}",
                    template="term.html",
                    kind="term",
                    taxonomy=taxonomy,
                    term=term.slug,
                    number=number,
                )


def _feeds(site: Site, config: Config) -> Iterator[Target]:
    formats = feed_formats(config)
    for name in formats:
        yield FeedTarget(site_path=feed_path(SitePath("/"), name), origin="the site's feed", format=name)
        for taxonomy, terms in site.taxonomies.items():
            for term in terms.values():
                yield FeedTarget(
                    site_path=feed_path(term.site_path, name),
                    origin=f"the feed of '{term.name}' in {taxonomy}",
                    format=name,
                    taxonomy=taxonomy,
                    term=term.slug,
                )


def feed_formats(config: Config) -> tuple[Literal["atom", "json"], ...]:
    """Return the formats of feed that the settings ask for."""
    return (*(("atom",) if config.feeds.atom else ()), *(("json",) if config.feeds.json else ()))


def _aliases(site: Site) -> Iterator[Target]:
    for card in site.by_path.values():
        for alias in dict.fromkeys(card.aliases):
            if alias != card.site_path:
                yield PageTarget(
                    site_path=SitePath(alias),
                    origin=f"the alias '{alias}' of {card.path}",
                    template="alias.html",
                    kind="alias",
                    source=card.path,
                    to=card.site_path,
                )


def _machine_files(config: Config) -> Iterator[Target]:
    yield PageTarget(site_path=SitePath("/404.html"), origin="the 404 page", template="404.html", kind="not-found")
    yield TextTarget(site_path=SitePath("/sitemap.xml"), origin="the sitemap", kind="sitemap")
    yield TextTarget(site_path=SitePath("/robots.txt"), origin="robots.txt", kind="robots")
    yield from host_files(config.hosting)


def _judged(
    wanted: Sequence[Target], site: Site, places: Mapping[SourcePath, Mapping[str, Place]]
) -> tuple[list[Target], list[Problem]]:
    """Return the targets whose files may be claimed, and a problem for each claim that is refused.

    What follows from a claim (a list's later pages, a term's feed, the files of a bundle) goes with it without a word.
    """
    kept: list[Target] = []
    refused: list[tuple[Target, Complaint]] = []
    for target in wanted:
        complaint = judge(output_path(_claim(target)), _who(target))
        if complaint is None:
            kept.append(target)
        else:
            refused.append((target, complaint))
    claims = {target.site_path for target, _ in refused if isinstance(target, PageTarget)}
    problems: dict[Problem, None] = {}
    for target, complaint in refused:
        followed = isinstance(target, CopyTarget) and any(target.site_path.startswith(claim) for claim in claims)
        if (
            not followed
            and not isinstance(target, FeedTarget)
            and not (isinstance(target, PageTarget) and target.number > 1)
        ):
            problems.update(dict.fromkeys(_refusals(target, complaint, site, places)))
    return kept, list(problems)


def _claim(target: Target) -> SitePath:
    """Return the site path that decides whether a target may be: of a list's later pages and of a feed, the list's."""
    if isinstance(target, FeedTarget):
        return SitePath(target.site_path.rpartition("/")[0] + "/")
    if isinstance(target, PageTarget) and target.number > 1:
        return SitePath(target.site_path.removesuffix(f"page/{target.number}/"))
    return target.site_path


def _who(target: Target) -> Who:
    match target:
        case PageTarget(kind="alias"):
            return "alias"
        case PageTarget(kind="post" | "page" | "home" | "list" | "term"):
            return "page"
        case CopyTarget(source=source) if source.startswith(f"{CONTENT}/"):
            return "file"
        case _:
            return "owner"


def _refusals(
    target: Target, complaint: Complaint, site: Site, places: Mapping[SourcePath, Mapping[str, Place]]
) -> Iterator[Problem]:
    """Give the problem of a refused claim at each place where it is made."""
    shorter = "a shorter" if complaint.rule == "path-too-long" else "another"
    place, source, mend = _asked_at(target, places), _source(target), "rename it"
    match target:
        case PageTarget(kind="alias"):
            asks, mend = (
                "this alias",
                "take it out" if complaint.rule == "path-too-long" else "write another, or take it out",
            )
        case PageTarget(kind="term", taxonomy=taxonomy, term=term):
            for post in site.taxonomies[taxonomy][term].posts:
                for number, name in enumerate(post.terms.get(taxonomy, ())):
                    own = places.get(post.path, {})
                    at = own.get(f"{taxonomy}.{number}") or own.get(taxonomy) or place
                    if slug(name) == term:
                        yield _refusal(
                            complaint, post.path, at, f"the page of this word in {taxonomy}", f"choose {shorter} word"
                        )
            return
        case PageTarget(kind="list", source=None, folder=folder):
            first = site.folders[folder][0].path if site.folders.get(folder) else None
            source, asks, mend = first, "the list of this file's folder", "rename the folder"
        case PageTarget(source=str()):
            asks, mend = "its URL", f"give it {shorter} 'slug:' or 'url:', or rename it"
        case CopyTarget(source=copied):
            asks = "this file"
            if complaint.rule == "reserved-path" and copied.startswith(f"{CONTENT}/"):
                mend = "rename it, or move it to static/, where the site's owner keeps such files"
        case AssetTarget(name=name):
            source, place, asks = (
                SourcePath(f"templates/static/{name}"),
                Place(0, 1),
                "this file, whose name its digest is added to,",
            )
        case _:
            asks = target.origin
    yield _refusal(complaint, source or SETTINGS, place if source else Place(0, 1), asks, mend)


def _refusal(complaint: Complaint, path: str, place: Place, asks: str, mend: str) -> Problem:
    message = f"{asks} {complaint.message}"
    return problem(complaint.rule, path, place.line, place.column, message, hint=mend, length=place.length)


def _without_collisions(
    wanted: Sequence[Target], places: Mapping[SourcePath, Mapping[str, Place]]
) -> tuple[tuple[Target, ...], list[Problem]]:
    """Keep the first claim to each file, in the order in which they were planned; the others are problems."""
    problems: list[Problem] = []
    first: dict[str, Target] = {}
    for target in wanted:
        key = identity(output_path(target.site_path))
        holder = first.setdefault(key, target)
        if holder is not target:
            problems.append(_collision(holder, target, places))
    for key, target in first.items():
        folder = key.rpartition("/")[0]
        while folder:
            if folder in first:
                problems.append(_collision(first[folder], target, places))
            folder = folder.rpartition("/")[0]
    return tuple(sorted(first.values(), key=lambda target: target.site_path)), problems


def _collision(holder: Target, target: Target, places: Mapping[SourcePath, Mapping[str, Place]]) -> Problem:
    """Blame the claim that a person can move: the one with a source file, at the key that asks for the URL."""
    blamed, other = target, holder
    if _source(blamed) is None and _source(other) is not None:
        blamed, other = other, blamed
    source = _source(blamed)
    place = _asked_at(blamed, places)
    same = (
        f"'{target.site_path}'"
        if target.site_path == holder.site_path
        else f"'{holder.site_path}' and '{target.site_path}', which one disk can't hold side by side"
    )
    return problem(
        "url-collision",
        source or SETTINGS,
        place.line,
        place.column,
        f"{blamed.origin} and {other.origin} both make {same}",
        hint="give one of them another 'slug:' or 'url:', or rename it" if source else "rename one of them",
        length=place.length,
    )


def _unportable(target: Target, site: Site, places: Mapping[SourcePath, Mapping[str, Place]]) -> Problem | None:
    """Report a page whose file Windows can't hold, where a person can move it. Copied files are the scanner's."""
    if not isinstance(target, PageTarget) or target.number != 1:
        return None
    part = unportable(output_path(target.site_path))
    if part is None:
        return None
    source, place, mend = target.source, _asked_at(target, places), "give it another 'slug:' or 'url:', or rename it"
    if target.kind == "term" and target.taxonomy and target.term:
        source = site.taxonomies[target.taxonomy][target.term].posts[0].path
        place, mend = (
            places.get(source, {}).get(target.taxonomy, place),
            f"choose another word for it in {target.taxonomy}",
        )
    if source is None:
        return None
    message = f"Windows cannot hold a file or folder called '{part}', which is part of '{target.site_path}'"
    return problem("unportable-name", source, place.line, place.column, message, hint=mend, length=place.length)


def _asked_at(target: Target, places: Mapping[SourcePath, Mapping[str, Place]]) -> Place:
    """Return where a document asks for a target's URL; its beginning where no key does."""
    source = _source(target)
    own = places.get(source, {}) if source is not None else {}
    keys = ["url", "slug"]
    if isinstance(target, PageTarget) and target.kind == "alias":
        keys = [f"aliases.{target.site_path}", "aliases"]
    return next((own[key] for key in keys if key in own), Place(1, 1))


def _source(target: Target) -> SourcePath | None:
    return target.source if isinstance(target, PageTarget | CopyTarget) else None
