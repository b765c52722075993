"""URLs and ids of entries that a build loses: what the build before published so, and what became of the documents.

This is the one thing that a build tells by what was there before, and not by what is there now.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.model import Place
from proofpress.paths import SitePath, SourcePath, output_path
from proofpress.rules.site import LOST_ID, LOST_URL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.build import Built
    from proofpress.builder.documents import Prepared
    from proofpress.model import Card
    from proofpress.problems import Problem

ALIKE: Final = 0.8
"""How much of two titles has to be the same for one to be the other, mended."""
COMPARED: Final = 200
"""With how many new documents' titles one is compared that none of them has: beyond that it would take minutes."""


class PublishedPage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A document's page as it was published."""

    path: SourcePath
    site_path: SitePath
    title: str
    body: bytes
    id: str = ""
    """By which the site's feed knows it; empty where that doesn't have it."""


def encode_published(built: Built) -> bytes:
    """Return what the next build wants to know of the pages that are published."""
    shown = built.preparation.prepared.items()
    hidden = built.world.site.hidden
    ids = _ids(built)
    return msgspec.msgpack.encode(
        [
            PublishedPage(path, own.card.site_path, own.card.title, own.body, ids.get(path, ""))
            for path, own in shown
            if path not in hidden
        ]
    )


def _ids(built: Built) -> dict[SourcePath, str]:
    """Return the posts that the feeds of the site carry, each with the id of its entry."""
    feeds = built.inputs.config.feeds
    if not (feeds.atom or feeds.rss or feeds.json):
        return {}
    carried: dict[SourcePath, str] = {}
    for edition in built.world.site.editions:
        dated = (card for card in edition.home if card.date is not None)
        carried |= {card.path: card.id or card.permalink for card in islice(dated, feeds.entries)}
    return carried


def decode_published(fact: bytes | None) -> list[PublishedPage]:
    """Return the pages that the build before published; none where that is not known."""
    try:
        return msgspec.msgpack.decode(fact or b"", type=list[PublishedPage])
    except msgspec.MsgspecError:
        return []


def losses(before: list[PublishedPage], built: Built) -> Iterator[Problem]:
    """Give a problem for each page's URL that no file of this build has, and for each post that feeds have anew.

    It stands where the alias has to be written: in the document that the page is made from now. A document that became
    a draft, or is dated ahead now, has been taken back by who wrote it.
    """
    prepared = built.preparation.prepared
    known = {page.path for page in before}
    new = {path: own for path, own in prepared.items() if path not in known}
    ids = _ids(built)
    fed = set(ids.values())
    for page in before:
        stands = output_path(page.site_path) in built.made
        if stands and (not page.id or page.id in fed):
            continue
        path = page.path if page.path in prepared else _successor(page, new)
        other = _other_id(page, prepared[path].card, ids) if path is not None else ""
        if stands:
            if path is not None and other:
                yield LOST_ID.other(page.id, other).at(path, _place(prepared[path], ("id", "aliases", "url", "slug")))
        elif path is None:
            yield LOST_URL.gone(page.site_path).at(page.path)
        elif path not in built.world.site.hidden:
            own = prepared[path]
            old_id = page.id if other else ""
            fault = LOST_URL.moved(page.site_path, own.card.site_path, bool(own.card.aliases), old_id)
            yield fault.at(path, _place(own))


def _other_id(page: PublishedPage, card: Card, ids: Mapping[SourcePath, str]) -> str:
    """Return the id under which feeds have a page's post now, where that is another one by what the post says.

    That the whole site has another address changes all ids, and is no post's affair.
    """
    own = ids.get(card.path, "")
    if not page.id or own in ("", page.id):
        return ""
    return own if card.id or card.site_path != page.site_path or not page.id.endswith(card.site_path) else ""


def _successor(page: PublishedPage, new: Mapping[SourcePath, Prepared]) -> SourcePath | None:
    """Return which new document has a page's text under another name: that with the same text, else with its title."""
    same = [path for path, own in new.items() if own.body == page.body]
    if len(same) == 1:
        return same[0]
    among = same or list(new)
    titled = [path for path in among if new[path].card.title == page.title]
    if not titled and len(among) <= COMPARED:
        titled = [path for path in among if _alike(new[path].card.title, page.title)]
    return titled[0] if len(titled) == 1 else None


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= ALIKE


def _place(own: Prepared, keys: tuple[str, ...] = ("aliases", "url", "slug")) -> Place:
    """Return where a document says what its URL is, or what its aliases are; its first line where it says neither."""
    return next((own.places[key] for key in keys if key in own.places), Place(1, 1))
