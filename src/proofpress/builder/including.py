"""Copies of included code in the posts themselves: which of them differ from their files, and the edits that renew them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.builder.companions import MARK, Beside
from proofpress.builder.documents import Rendering, reading_of
from proofpress.builder.inputs import settings
from proofpress.builder.mending import Mend
from proofpress.builder.plugins import read_plugins
from proofpress.builder.reporting import with_excerpts
from proofpress.builder.versions import code_version
from proofpress.content.scan import scan
from proofpress.markdown.includes import rewritten
from proofpress.problems import Edit, Problem, judge
from proofpress.rules.edits import edited
from proofpress.rules.includes import LOST_INCLUDE, STALE_INCLUDE
from proofpress.site.weighing import weigher
from proofpress.words.vocabulary import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from proofpress.markdown.includes import Included
    from proofpress.markdown.text import Listing, Text
    from proofpress.model import Source, SourceFile


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """What the posts of a site hold of the code that they include."""

    problems: list[Problem]
    """What can't be had, and which copies differ."""
    mends: list[Mend]
    """Each file with its copies renewed, and how many that are; none of a file with code that can't be had."""
    unwritten: list[tuple[str, int]]
    """Listings that can't be written where they stand: file and line."""
    empty: int
    """How many listings hold no copy."""
    listings: int
    """How many there are in all."""


def find_copies(root: Path, wanted: Callable[[str], bool]) -> Copies:
    """Look at those posts of a site that are `wanted`, by their paths. Nothing is written."""
    config, _, _ = settings(root, "")
    code = code_version()
    plugins, _ = read_plugins(root, code.entries)
    rendering = Rendering(reading_of(config, Words(config.language), b"", plugins))
    tree = scan(root, config.ignore)
    beside = Beside(root, tree.locks, config, code.grammars)
    problems: list[Problem] = []
    mends: list[Mend] = []
    unwritten: list[tuple[str, int]] = []
    empty = listings = 0
    try:
        for found in tree.documents:
            if MARK not in found.data or not wanted(found.path):
                continue
            source = beside.again(found, found.data)
            text = rendering.parse(rendering.read(source))
            told = [one for one in text.findings if one.rule in (LOST_INCLUDE.name, STALE_INCLUDE.name)]
            problems += told
            including = _including(text)
            listings += len(including)
            empty += sum(not own.copy.strip() for _, own in including)
            if any(one.rule == LOST_INCLUDE.name for one in told):
                continue
            mend = _renewed(source, text, rendering, unwritten)
            mends += [mend] if mend is not None else []
    finally:
        rendering.close()
    texts: dict[str, SourceFile] = {source.path: source for source in tree.documents}
    judged = judge(with_excerpts(problems, texts, root), weigher(config.rules), strict=False)
    return Copies(problems=judged, mends=mends, unwritten=unwritten, empty=empty, listings=listings)


def _including(text: Text) -> list[tuple[Listing, Included]]:
    """Return the listings that show code of files, in the order of the file, each with what it shows."""
    found = [(listing, listing.included) for listing in text.listings]
    return sorted(((one, own) for one, own in found if own is not None), key=lambda pair: pair[0].rows)


def _renewed(source: Source, text: Text, rendering: Rendering, unwritten: list[tuple[str, int]]) -> Mend | None:
    """Return a post with its copies renewed; note those that can't be. None where there is nothing to do."""
    edits = []
    for listing, own in _including(text):
        if own.is_copied:
            continue
        edit = _edit(source, text, listing, rendering)
        if edit is None:
            unwritten.append((source.path, listing.info_place().line))
        else:
            edits.append(edit)
    if not edits:
        return None
    try:
        before = source.data.decode("utf-8")
        return Mend(source.path, before, edited(before, edits), len(edits))
    except ValueError:
        unwritten.append((source.path, edits[-1].line))
        return None


def _edit(source: Source, text: Text, listing: Listing, rendering: Rendering) -> Edit | None:
    """Return the edit that renews one copy: the first way of writing it that is read as it is meant."""
    lines = text.source.split("\n")
    first, end = listing.rows
    meant = [own.part.code if one is listing else own.copy for one, own in _including(text)]
    for written in rewritten(lines[first:end], listing.token):
        again = "\n".join([*lines[:first], *written.split("\n"), *lines[end:]])
        read = rendering.parse(msgspec.structs.replace(text.document, text=again))
        if [own.copy for _, own in _including(read)] == meant:
            return Edit(
                path=source.path,
                line=text.lines.number(first),
                column=1,
                end_line=text.lines.number(end - 1),
                end_column=len(lines[end - 1]) + 1,
                old="\n".join(lines[first:end]),
                text=written,
            )
    return None


def in_files(paths: Sequence[str]) -> Callable[[str], bool]:
    """Return the function that tells whether a file is one of these, or lies in one that is a folder; all, where none is named."""
    if not paths:
        return lambda _path: True
    return lambda path: any(path == each or path.startswith(f"{each}/") or each in ("", ".") for each in paths)
