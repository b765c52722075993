"""The site's search: an index of all texts, made when one of them changed, and published with the pages that it leads to.

Pagefind has no way to put one page anew into an index, so that it is handed all of them; that takes some milliseconds
each. What was published already with the same bytes is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.documents import decode_body
from proofpress.builder.inputs import setting_fault
from proofpress.engine.digests import SIZE, digest_of
from proofpress.output.publish import Made
from proofpress.output.record import digest_of_output
from proofpress.paths import OutputPath
from proofpress.rules.settings import NO_SEARCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.builder.desk import Desk
    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.world import World
    from proofpress.engine.blobs import Blobs
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

FOLDER: Final = "pagefind/"
FACT: Final = "search"
SETTINGS: Final = "site.yaml"
UNSPACED: Final = frozenset({"zh", "ja", "th"})
"""Languages without blanks between words: the theme's dialog parts a query in them, and the extended Pagefind their texts."""


class Searched(msgspec.Struct, frozen=True):
    """A page that the search finds."""

    url: str
    title: str
    language: str
    body: bytes
    """The digest of its text."""


def searched(inputs: Inputs, world: World, prepared: Mapping[SourcePath, Prepared]) -> list[Searched]:
    """Return the pages that the search finds: all that lists may name."""
    config = inputs.config
    return [
        Searched(card.url, card.title or config.title, card.language or config.language, prepared[path].body)
        for path, card in world.site.by_path.items()
        if card.listed
    ]


def unparted(inputs: Inputs, world: World) -> list[Problem]:
    """Tell of pages whose words Pagefind can't part, where what parts them is not installed."""
    if inputs.code.segments:
        return []
    config = inputs.config
    said = {card.language or config.language for card in world.site.by_path.values() if card.listed}
    found = ", ".join(f"'{tag}'" for tag in sorted(said) if tag.partition("-")[0].lower() in UNSPACED)
    return [setting_fault(NO_SEARCH.unparted(found), inputs.root, ("search",))] if found else []


def digest_of_search(inputs: Inputs, pages: list[Searched]) -> bytes:
    """Return the digest of all that an index is made from."""
    return digest_of([inputs.versions, inputs.code.search, pages])


def index_of(pages: list[Searched], blobs: Blobs) -> dict[OutputPath, bytes]:
    """Return the files of the index of these pages. Raises PagefindError."""
    from proofpress.search.pagefind import index_files  # noqa: PLC0415 - where a site has a search, and a text changed
    from proofpress.search.records import record  # noqa: PLC0415

    bodies = blobs.open()
    records = [record(one.url, one.title, one.language, decode_body(bodies.get(one.body)).html) for one in pages]
    return {OutputPath(FOLDER + name): data for name, data in index_files(records).items()}


def search_outputs(
    inputs: Inputs, world: World, prepared: Mapping[SourcePath, Prepared], blobs: Blobs, desk: Desk
) -> tuple[dict[OutputPath, Made], list[Problem]]:
    """Return the files of the search, from the build before where nothing changed that they are made from."""
    from proofpress.search.pagefind import PagefindError  # noqa: PLC0415 - where a site has a search

    pages = searched(inputs, world, prepared)
    key = digest_of_search(inputs, pages)
    known = desk.traces.fact(FACT)
    if known is not None and known[:SIZE] == key:
        digests = msgspec.msgpack.decode(known[SIZE:], type=dict[OutputPath, str])
        if all(desk.kept(path, digest) for path, digest in digests.items()):
            return {path: Made(path, digest) for path, digest in digests.items()}, []
    try:
        files = index_of(pages, blobs)
    except PagefindError as error:
        return {}, [NO_SEARCH.failed(str(error)).at(SETTINGS)]
    made = {path: Made(path, digest_of_output(data), data) for path, data in files.items()}
    desk.traces.put_fact(FACT, key + msgspec.msgpack.encode({path: one.digest for path, one in made.items()}))
    return made, []
