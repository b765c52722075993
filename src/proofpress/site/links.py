"""Where a link leads: from what a post says (`../setup.md#install`) to a URL of the site, or a problem.

Links are written as on GitHub, to the file. A link to a URL of the site is understood as well, relative to the page's
own URL or to the site's root. What leads nowhere is a problem that names the nearest thing that exists.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from proofpress.content.images import IMAGES
from proofpress.content.names import split as split_name
from proofpress.model import Card, File, Place, Reference
from proofpress.paths import Base, SitePath, SourcePath, encode, join
from proofpress.patterns import lazy
from proofpress.problems import Edit, Problem, nearest
from proofpress.rules.links import BROKEN_ANCHOR, BROKEN_LINK, DRAFT_LINK, MISSING_IMAGE, PUT_IMAGE, UNKNOWN_URL
from proofpress.rules.rule import replacing
from proofpress.site.suggestions import Suggestions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.rules.rule import Fault

CONTENT = "content/"
ELSEWHERE = lazy(
    r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|dev|edu|gov|co|ai|app|me|us|uk|de|fr|gy|es)(?:/|$)"
)
"""The beginning of an address that lacks its scheme, told from a file by a top-level domain that is no file's ending."""

_WRITTEN = lazy(r"[\w%+,./~-]+")
"""What means itself in a link's destination wherever that is written."""


class Resolved(msgspec.Struct, frozen=True):
    """A link's URL: `url` with the site's prefix (or as written, where it isn't ours), `absolute` with its origin."""

    url: str
    absolute: str
    file: File | None = None
    """The file that the link leads to, where it is one that is copied."""
    problem: Problem | None = None
    """What is wrong with it; its edits count from the beginning of the link, until it is placed."""


class Links(msgspec.Struct, frozen=True, dict=True):
    """The link table of a site: every document, file and URL that a link may lead to."""

    base: Base
    cards: dict[SourcePath, Card]
    files: dict[SourcePath, File]
    hidden: frozenset[SourcePath]
    anchors: dict[SourcePath, tuple[str, ...]]
    """Of each document: every id that a fragment can lead to."""
    urls: dict[str, str | None]
    """Every site path, percent-decoded; the document that it shows, where it shows one."""

    def told_anew(self, cards: dict[SourcePath, Card], anchors: Mapping[SourcePath, tuple[str, ...]]) -> Links:
        """Return the table where documents are told otherwise, and some have other `anchors`; none came or went or moved."""
        found = msgspec.structs.replace(self, cards=cards, anchors=self.anchors | dict(anchors))
        of_names = ("only", "near_files", "near_urls")
        found.__dict__.update({name: self.__dict__[name] for name in of_names if name in self.__dict__})
        return found

    def resolve(self, reference: Reference, page: Card) -> Resolved:
        """Return where a reference of a page's text leads."""
        path, query, fragment = split(reference.href)
        if not path:
            return own_fragment(reference, page, self.anchors.get(page.path, ()))
        plain = unquote(path)
        if path.startswith("/"):
            return self._rooted(reference, page, plain, query, fragment)
        found = self._relative(page, plain)
        if found is None:
            return self._broken(reference, page, path)
        return self._found(found, reference, page, query, fragment)

    def _relative(self, page: Card, plain: str) -> str | File | Card | None:
        """Look a relative path up: as a file, then as a URL beside the page's own."""
        folder = posixpath.dirname(page.path)
        return self._file(join(folder, plain), plain) or self._url(posixpath.join(unquote(page.site_path), plain))

    def _file(self, path: str | None, plain: str) -> Card | File | None:
        if path is None or not (path + "/").startswith(CONTENT):
            return None
        for candidate in (path, f"{path}.md", f"{path}/index.md"):
            source = SourcePath(candidate)
            if source in self.cards:
                return self.cards[source]
            if source in self.files and not plain.endswith("/"):
                return self.files[source]
        return None

    def _url(self, plain: str) -> str | None:
        """Return the site path, percent-decoded, if something is made there."""
        path = posixpath.normpath(plain)
        if path.startswith("/.."):
            return None
        path = "/" + path.lstrip("/")
        for candidate in (path, path.rstrip("/") + "/", path.rstrip("/") + "/index.html"):
            if candidate in self.urls:
                return candidate
        if path.endswith("/index.html"):
            folder = path.removesuffix("index.html")
            return folder if folder in self.urls else None
        return None

    def _rooted(self, reference: Reference, page: Card, plain: str, query: str, fragment: str) -> Resolved:
        """Resolve `/x`: a URL of the site, with or without its prefix, or a path from the repository's root."""
        found = self._at_root(plain)
        if found is not None:
            return self._found(found, reference, page, query, fragment)
        hidden = self._hidden(plain.lstrip("/")) or self._hidden(CONTENT + plain.lstrip("/"))
        if hidden:
            return self._broken(reference, page, plain)
        suggestion = self.near_urls.nearest(plain)
        if suggestion:
            mend = f"did you mean '{suggestion}'?"
        elif _is_image(reference, plain):
            mend = PUT_IMAGE
        else:
            mend = "link to the file, such as '../setup.md'"
        found_problem = _at(reference, page, UNKNOWN_URL.nothing_at(plain, mend))
        return Resolved(reference.href, self.base.origin + reference.href, problem=found_problem)

    def _at_root(self, plain: str) -> Card | File | str | None:
        found: Card | File | str | None = self._url(plain)
        if found is None and self.base.prefix and plain.startswith(unquote(self.base.prefix) + "/"):
            found = self._url(plain.removeprefix(unquote(self.base.prefix)))
        if found is None:
            found = self._file(plain.lstrip("/"), plain) or self._file(CONTENT + plain.lstrip("/"), plain)
        return found

    def file_at(self, href: str, page: Card) -> SourcePath | None:
        """Return the file that a reference of a page's text leads to; None for all else, without looking for a reason."""
        plain = unquote(split(href)[0])
        found = self._at_root(plain) if plain.startswith("/") else self._relative(page, plain)
        if isinstance(found, str):
            shown = self.urls[found]
            return SourcePath(shown) if shown in self.files else None
        return found.path if isinstance(found, File) else None

    def _found(self, found: str | File | Card, reference: Reference, page: Card, query: str, fragment: str) -> Resolved:
        tail = query + ("#" + fragment if fragment else "")
        if isinstance(found, str):
            source = self.urls[found]
            if source is None or source not in self.cards:
                file = self.files.get(SourcePath(source)) if source else None
                path = encode(found)
                return Resolved(self.base.href(path) + tail, self.base.absolute(path) + tail, file)
            path, card = encode(found), self.cards[SourcePath(source)]
        elif isinstance(found, File):
            return Resolved(self.base.href(found.site_path) + tail, self.base.absolute(found.site_path) + tail, found)
        else:
            path, card = found.site_path, found
        return Resolved(
            self.base.href(path) + tail,
            self.base.absolute(path) + tail,
            problem=_anchor(reference, page, card, fragment, self.anchors.get(card.path, ())),
        )

    def _broken(self, reference: Reference, page: Card, path: str) -> Resolved:
        plain = unquote(path)
        target = join(posixpath.dirname(page.path), plain.lstrip("/"))
        hidden = next((h for h in (self._hidden(target), self._hidden(CONTENT + plain.lstrip("/"))) if h), None)
        if hidden is not None:
            found = _at(reference, page, DRAFT_LINK.left_out(path))
        elif "{{" in plain or "{%" in plain:
            found = _at(reference, page, BROKEN_LINK.template(path))
        else:
            suggestion = self._suggest(plain, page)
            mend = f"did you mean '{suggestion}'?" if suggestion else ""
            edits = self._moved(page, path, suggestion)
            if ELSEWHERE.match(plain) and "://" not in plain:
                edits = ()
                mend = f"another site's address begins with https://: 'https://{path}'"
            elif plain.startswith("[http"):
                edits = ()
                mend = "write the address alone between the parentheses"
            ending = posixpath.splitext(plain)[1]
            is_file = ending not in ("", ".md", ".html")
            if _is_image(reference, plain):
                found = _at(reference, page, MISSING_IMAGE.no_image(path, mend), edits)
            else:
                fault = BROKEN_LINK.no_file(path, mend) if is_file else BROKEN_LINK.no_page(path, mend)
                found = _at(reference, page, fault, edits)
        beside = page.permalink.rpartition("/")[0] + "/"  # a feed is read elsewhere
        return Resolved(reference.href, beside + reference.href, problem=found)

    def _hidden(self, path: str | None) -> SourcePath | None:
        if path is None:
            return None
        for candidate in (path, f"{path}.md", f"{path}/index.md"):
            if candidate in self.hidden:
                return SourcePath(candidate)
        return None

    def _suggest(self, plain: str, page: Card) -> str | None:
        """Return the nearest file, as it would be written from the page."""
        folder = posixpath.dirname(page.path)
        found = self.near_files.nearest(join(folder, plain) or plain)
        return encode(posixpath.relpath(found, folder)) if found else None

    def _moved(self, page: Card, path: str, suggestion: str | None) -> tuple[Edit, ...]:
        """Return the edit that leads a link to what it most likely means.

        It is certain where the link names a file, and the site has one of this name and no other: the file was moved,
        or the way to it is wrong. Else it is a guess.
        """
        name = posixpath.basename(unquote(path))
        safe = name in self.only and suggestion is not None and posixpath.basename(unquote(suggestion)) == name
        return _rewritten(page, 0, path, suggestion, safe=safe)

    @cached_property
    def only(self) -> frozenset[str]:
        """The names, with their endings, that one file has and no other; not `index.md`, the name of every bundle."""
        names = Counter(posixpath.basename(path) for path in (*self.cards, *self.files, *self.hidden))
        return frozenset(name for name, count in names.items() if count == 1 and name != "index.md")

    @cached_property
    def near_files(self) -> Suggestions:
        """Documents and files, made ready for suggestions when the first link is broken.

        A document is also known without its ending, and a bundle by its folder's name.
        """
        paths = [path for path in (*self.cards, *self.files) if path.startswith(CONTENT)]
        also: dict[str, list[str]] = {}
        for path in self.cards:
            stem = posixpath.splitext(posixpath.basename(path))[0]
            name = posixpath.basename(posixpath.dirname(path)) if stem == "index" else stem
            plain = split_name(path).stem
            for other in (name, f"{name}.md", plain, f"{plain}.md"):
                also.setdefault(other, []).append(path)
        return Suggestions(paths, also)

    @cached_property
    def near_urls(self) -> Suggestions:
        """All URLs, likewise."""
        return Suggestions(self.urls)


def split(href: str) -> tuple[str, str, str]:
    """Take a reference apart: path, query with its `?`, fragment without its `#` (RFC 3986, section 4.1)."""
    rest, _, fragment = href.partition("#")
    path, mark, query = rest.partition("?")
    return path, mark + query, fragment


def link_table(
    base: Base,
    cards: Mapping[SourcePath, Card],
    files: Mapping[SourcePath, File],
    hidden: frozenset[SourcePath],
    anchors: Mapping[SourcePath, tuple[str, ...]],
    urls: Mapping[SitePath, SourcePath | None],
) -> Links:
    """Gather what links may lead to. `urls` are the plan's site paths with the file each one shows, if it shows one."""
    return Links(
        base=base,
        cards=dict(cards),
        files=dict(files),
        hidden=hidden,
        anchors=dict(anchors),
        urls={unquote(path): source for path, source in urls.items()},
    )


def free_reference(href: str, place: Place | None = None) -> Reference:
    """Return a reference that no Markdown wrote: a template's or a front matter key's."""
    where = place or Place(1, 1)
    return Reference(href, "link", where.line, where.column, where.length)


def asker(reference: Reference, page: Card) -> str:
    """Return the page on whose behalf a link is asked for: none for a link from the root, the same on every page."""
    return "" if reference.href.startswith("/") else page.path


def _is_image(reference: Reference, plain: str) -> bool:
    return reference.kind == "image" or posixpath.splitext(plain)[1].lower() in IMAGES


def _some_anchors(anchors: Sequence[str]) -> str:
    named = [f"'#{anchor}'" for anchor in anchors if not anchor.startswith("fn")][:3]
    return f"it has {', '.join(named)}" if named else "it has no headings"


def _at(reference: Reference, page: Card, fault: Fault, edits: Sequence[Edit] = ()) -> Problem:
    found = fault.at(page.path, Place(reference.line, reference.column, reference.length), edits=edits)
    # Raw HTML is published as it is written: what it names may be there by other means, so its faults are warnings.
    return msgspec.structs.replace(found, severity="warning") if reference.raw else found


def _rewritten(page: Card, start: int, old: str, text: str | None, *, safe: bool) -> tuple[Edit, ...]:
    """Return the edit that puts text in place of a part of a link: its place counts from the link, as that of its problem."""
    if text is None or not _WRITTEN.fullmatch(text):
        return ()
    return (replacing(page.path, Place(1, 1 + start), old, text, safe=safe),)


def own_fragment(reference: Reference, page: Card, anchors: Sequence[str]) -> Resolved:
    """Return where a link within its own page leads: `#install`, or a query alone. It depends on nothing else."""
    _, query, fragment = split(reference.href)
    tail = query + ("#" + fragment if "#" in reference.href else "")
    return Resolved(tail, page.permalink + tail, problem=_anchor(reference, page, page, fragment, anchors))


def _anchor(reference: Reference, page: Card, target: Card, fragment: str, anchors: Sequence[str]) -> Problem | None:
    """Check a fragment against the target's anchors. HTML itself knows `#` and `#top`, browsers `#:~:text=`."""
    name = unquote(fragment).partition(":~:")[0]
    if name in ("", "top") or name in anchors:
        return None
    where = "this page" if target.path == page.path else f"'{target.path}'"
    suggestion = nearest(name, anchors)
    hint = f"did you mean '#{suggestion}'?" if suggestion else _some_anchors(anchors)
    edits = _rewritten(page, len(reference.href) - len(fragment), fragment, suggestion, safe=False)
    return _at(reference, page, BROKEN_ANCHOR.no_id(where, name, hint), edits)
