"""The site's search: an index of all texts, made when one of them changed, and published with the pages that it leads to.

Pagefind has no way to put one page anew into an index, so that it is handed all of its language; that takes some milliseconds
each. Languages have nothing in common but the file that lists them. What was published already with the same bytes is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.documents import decode_body
from proofpress.builder.inputs import setting_fault
from proofpress.engine.digests import digest_of
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
ENTRY: Final = OutputPath(f"{FOLDER}pagefind-entry.json")
"""The file that a browser asks for first, and anew: it lists the languages, and leads to files that are named after their bytes."""
FACT: Final = "search by language"
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


def _part_of(language: str) -> str:
    """Return the name of the index that has a language: its own, but that those which need the big dictionaries share one."""
    lower = language.lower()  # Pagefind knows no difference of case
    return "unspaced" if _unspaced(lower) else lower


def _unspaced(language: str) -> bool:
    return language.partition("-")[0].lower() in UNSPACED


class Part(msgspec.Struct, frozen=True):
    """The index of a language, or of some."""

    key: bytes
    """The digest of what it was made from."""
    entry: bytes
    """The file that would list the languages, were this the only one."""
    files: dict[OutputPath, str]
    """The digests of all others."""


def searched(
    inputs: Inputs, world: World, prepared: Mapping[SourcePath, Prepared]
) -> dict[str, tuple[bytes, list[Searched]]]:
    """Return the pages that the search finds, all that lists may name, by index, with the digest of what it is made from."""
    config = inputs.config
    found: dict[str, list[Searched]] = {}
    for path, card in world.site.by_path.items():
        if card.listed:
            language = card.language or config.language
            page = Searched(card.url, card.title or config.title, language, prepared[path].body)
            found.setdefault(_part_of(language), []).append(page)
    found = found or {config.language: []}
    return {
        name: (digest_of([inputs.versions, inputs.code.search, found[name]]), found[name]) for name in sorted(found)
    }


def unparted(inputs: Inputs, world: World) -> list[Problem]:
    """Tell of pages whose words Pagefind can't part, where what parts them is not installed."""
    if inputs.code.segments:
        return []
    config = inputs.config
    said = {card.language or config.language for card in world.site.by_path.values() if card.listed}
    found = ", ".join(f"'{tag}'" for tag in sorted(said) if _unspaced(tag))
    return [setting_fault(NO_SEARCH.unparted(found), inputs.root, ("search",))] if found else []


def index_of(pages: list[Searched], blobs: Blobs) -> dict[OutputPath, bytes]:
    """Return the files of the index of these pages, all that there are of their languages. Raises PagefindError."""
    from proofpress.search.pagefind import index_files  # noqa: PLC0415 - where a site has a search, and a text changed
    from proofpress.search.records import record  # noqa: PLC0415

    bodies = blobs.open()
    records = [record(one.url, one.title, one.language, decode_body(bodies.get(one.body)).html) for one in pages]
    return {OutputPath(FOLDER + name): data for name, data in index_files(records).items()}


def search_outputs(
    inputs: Inputs, world: World, prepared: Mapping[SourcePath, Prepared], blobs: Blobs, desk: Desk
) -> tuple[dict[OutputPath, Made], list[Problem]]:
    """Return the files of the search, from the build before where nothing changed that they are made from."""
    from proofpress.search.pagefind import PagefindError, merged_entries  # noqa: PLC0415 - where a site has a search

    fact = desk.traces.fact(FACT)
    known = msgspec.msgpack.decode(fact, type=dict[str, Part]) if fact is not None else {}
    parts: dict[str, Part] = {}
    made: dict[OutputPath, Made] = {}
    try:
        for language, (key, pages) in searched(inputs, world, prepared).items():
            part = known.get(language)
            if part is not None and part.key == key and all(desk.kept(*file) for file in part.files.items()):
                made |= {path: Made(path, digest) for path, digest in part.files.items()}
            else:
                files = index_of(pages, blobs)
                entry = files.pop(ENTRY)
                found = {path: Made(path, digest_of_output(data), data) for path, data in files.items()}
                part = Part(key, entry, {path: one.digest for path, one in found.items()})
                made |= found
            parts[language] = part
    except PagefindError as error:
        return {}, [NO_SEARCH.failed(str(error)).at(SETTINGS)]
    data = merged_entries([part.entry for part in parts.values()])
    made[ENTRY] = Made(ENTRY, digest_of_output(data), data)
    if parts != known:
        desk.traces.put_fact(FACT, msgspec.msgpack.encode(parts))
    return made, []
