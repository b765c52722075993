"""From a document and its body to its Card: title, URL, description. Pure, one document at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from proofpress.model import Body, Card, Document, Place
from proofpress.paths import Base, SitePath, encode, slug
from proofpress.rules.front_matter import NO_DATE, NO_TITLE
from proofpress.rules.site import EMPTY_SLUG
from proofpress.site.policy import asked

if TYPE_CHECKING:
    from proofpress.config import Config
    from proofpress.content.names import Name
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

WORDS_A_MINUTE = 220
"""Brysbaert (2019) measured 238 for silent reading of English prose; code reads slower."""

Kind = Literal["post", "page", "home", "list"]

LISTS = frozenset({"home", "list"})
"""Documents that introduce a list, and need no title."""
DATED = frozenset({"post"})
"""Documents that have a place in time."""

UNREADABLE = frozenset(
    {"front-matter-syntax", "front-matter-not-closed", "alias-in-front-matter", "foreign-front-matter"}
)
"""Faults after which nobody knows which keys the front matter has: that one is missing would be a guess."""


def make_card(
    document: Document, body: Body, name: Name, kind: Kind, config: Config, original: SourcePath | None = None
) -> tuple[Card, list[Problem]]:
    """Return what the rest of the site may know of a document, and what is missing for it.

    `name` is the document's path taken apart, `kind` what the path and its neighbours make of it, `original` what it
    translates.
    """
    front = document.front
    problems: list[Problem] = []
    title = front.title or body.title
    if not title:
        title = title_of(name, kind, config)
        if kind not in LISTS and not _faulty(document, "title"):
            problems.append(NO_TITLE.untitled(title).at(document.path, Place(document.first_line, 1)))
    shown = front.listed and not front.draft  # else no list has it, by date or otherwise
    if kind in DATED and shown and front.date is None and not _faulty(document, "date"):
        problems.append(NO_DATE.undated().at(document.path, Place(1, 1)))
    site_path, path_problem = place(document, name, kind, config)
    if path_problem is not None:
        problems.append(path_problem)
    base = Base.of(config.url)
    card = Card(
        path=document.path,
        kind=kind,
        site_path=site_path,
        url=base.href(site_path),
        permalink=base.absolute(site_path),
        title=title,
        date=front.date,
        date_has_time=front.date_has_time,
        updated=front.updated,
        updated_has_time=front.updated_has_time,
        description=front.description or body.summary_text,
        summary_html=body.summary,
        has_more=body.has_more,
        terms=front.terms,
        authors=front.authors,
        draft=front.draft,
        listed=front.listed,
        image=front.image or body.first_image,
        template=front.template,
        toc=front.toc,
        id=front.id,
        minutes=max(1, round(body.words / WORDS_A_MINUTE)),
        aliases=front.aliases,
        language=document.language if document.language != config.language else "",
        original=original,
        translations=front.translations,
        asks=asked(body.html, raw=body.raw),
        extra=front.extra,
    )
    return card, problems


def _faulty(document: Document, key: str) -> bool:
    """Return whether a fault was found in a key's value, or in the front matter as a whole, which may have had the key."""
    own = document.places.get(key)
    return any(
        found.rule in UNREADABLE or (own is not None and (found.line, found.column) == (own.line, own.column))
        for found in document.problems
    )


def title_of(name: Name, kind: Kind, config: Config) -> str:
    """Return what a document is called that has no title: by the settings, by its file's name; the home page by nothing."""
    match kind:
        case "home":
            return ""
        case "list":
            section = config.sections.get(name.folder)
            return (section.title if section else "") or folder_title(name.folder)
        case _:
            return humanise(name.stem or name.folder.rpartition("/")[2])


def place(document: Document, name: Name, kind: Kind, config: Config) -> tuple[SitePath, Problem | None]:
    """Return where a document is published: front matter `url`, else the permalink pattern, else folder and slug.

    A translation stands where its original would by its name, below its language: `/de/posts/hello/`.
    """
    if name.language and document.front.url is None:
        plain = msgspec.structs.replace(name, language="")
        if name.stem == "index" and not name.folder:
            return SitePath(f"/{slug(name.language)}/"), None
        path, problem = place(document, plain, kind, config)
        return SitePath(f"/{slug(name.language)}{path}"), problem
    front = document.front
    folder = folder_path(name.folder)
    match kind:
        case "home":
            return SitePath("/"), None
        case _ if front.url is not None:
            return SitePath(front.url), None
        case "list":
            return SitePath(folder), None
    own = front.slug or slug(name.stem)
    if not own:
        return SitePath(folder + "untitled/"), EMPTY_SLUG.file(name.stem).at(document.path, Place(1, 1))
    if kind in DATED and config.permalink:
        date = front.date
        pattern = {
            "slug": encode(own),
            "name": encode(name.stem),
            "folder": _Folder(folder),
            "year": f"{date.year:04}" if date else "undated",
            "month": f"{date.month:02}" if date else "",
            "day": f"{date.day:02}" if date else "",
        }
        filled = "/" + config.permalink.format_map(pattern).strip("/")
        while "//" in filled:
            filled = filled.replace("//", "/")
        return SitePath(filled if config.permalink.endswith(".html") else filled + "/"), None
    return SitePath(f"{folder}{encode(own)}/"), None


class _Folder:
    """A folder's path in a permalink's pattern: whole, or its parts by their numbers, `{folder[0]}`, `{folder[1:]}`."""

    def __init__(self, path: str) -> None:
        self._parts = path.strip("/").split("/")

    def __format__(self, _: str) -> str:
        return "/".join(self._parts)

    def __getitem__(self, key: int | str) -> str:
        """Return a part, or a piece of several; empty where the folder has none there."""
        first, colon, last = str(key).partition(":")
        begin = int(first) if first else None
        if colon:
            return "/".join(self._parts[begin : int(last) if last else None])
        assert begin is not None
        return self._parts[begin] if -len(self._parts) <= begin < len(self._parts) else ""


def folder_path(folder: str) -> str:
    """Return the site path of a folder below content/: `posts/Old notes` is `/posts/old-notes/`."""
    parts = [encode(slug(part) or "untitled") for part in folder.split("/") if part]
    return "/" + "".join(part + "/" for part in parts)


def humanise(stem: str) -> str:
    """Return a file's stem as a title: `getting-started` is `Getting started`."""
    words = " ".join(stem.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or "Untitled"


def folder_title(folder: str) -> str:
    """Return what the list of a folder is called where nobody says: by its last part."""
    return humanise(folder.rpartition("/")[2])
