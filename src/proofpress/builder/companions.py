# ruff: noqa: PTH120 - pathlib makes an object for each of 10,000 names
"""What documents are made of besides their own files. It is handed to their steps, so that it is in their digests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.files import FOLDERS, PLUGINS, PLUGINS_FOLDER, SETTINGS
from proofpress.content.included import holder_of, place_of_included, read_included
from proofpress.content.scan import LOCK, OutsideSiteError, Tree, read_inside
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.model import Companion
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE
from proofpress.sources.places import MARK, asks_a_grammar, included_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from proofpress.config import Config
    from proofpress.model import Source
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem


OF_SITE: Final = (*(f"{folder}/" for folder in (*FOLDERS, PLUGINS_FOLDER)), SETTINGS, PLUGINS)
"""How the names of files begin that a build reads in any case."""


class Beside:
    """Reads what documents are made of besides their own files, each file once."""

    def __init__(self, root: Path, locks: Mapping[SourcePath, SourcePath], config: Config, grammars: bytes) -> None:
        """Read for the site in `root`; `grammars` is the digest of what knows definitions in other languages than Python."""
        self.problems: list[Problem] = []
        """What is wrong with locks."""
        self._root = root
        self._locks = locks
        self._config = config
        self._grammars = grammars
        self._included: dict[str, Companion] = {}

    def of(self, path: SourcePath, data: bytes) -> tuple[Companion, ...]:
        """Return it for a document and its bytes: what its listings gave first, then the code that it may include."""
        lock = self._locks.get(path)
        found = [self._lock(lock)] if lock is not None else []
        for each in included_in(path, data):
            companion = self._included.get(each)
            if companion is None:
                companion = read_included(self._root, each, self._config.sources, self._config.output)
                self._included[each] = companion
            if asks_a_grammar(each, data):
                companion = msgspec.structs.replace(companion, reader=self._grammars)
            found.append(companion)
        return tuple(found)

    def _lock(self, path: SourcePath) -> Companion:
        try:
            return Companion(path, read_inside(self._root, path))
        except OutsideSiteError:
            self.problems.append(OUTSIDE_SITE.file().at(path))
        except OSError as error:
            self.problems.append(UNREADABLE_FILE.gone(error).at(path))
        return Companion(path)


def with_companions(root: Path, tree: Tree, config: Config, grammars: bytes) -> tuple[Tree, list[Problem]]:
    """Return a site's files with each document's companions read, and what is wrong with those."""
    if not tree.locks and not any(MARK in source.data for source in tree.documents):
        return tree, []
    beside = Beside(root, tree.locks, config, grammars)
    documents = tuple(
        msgspec.structs.replace(source, beside=found) if (found := beside.of(source.path, source.data)) else source
        for source in tree.documents
    )
    return msgspec.structs.replace(tree, documents=documents), beside.problems


def source_digest(source: Source) -> bytes:
    """Return the digest of all that a document is made of."""
    own = digest_of_bytes(source.data)
    return digest_of([own, *source.beside]) if source.beside else own


def is_lock(companion: Companion, document: SourcePath) -> bool:
    """Tell whether a companion is what the listings of a document gave, and no code that it includes."""
    return companion.path.endswith(LOCK) and companion.path.removesuffix(LOCK) == document.rpartition(".")[0]


def included_by(documents: Iterable[Source]) -> dict[SourcePath, list[SourcePath]]:
    """Return the files that documents include, or would if they could, each with those documents."""
    found: dict[SourcePath, list[SourcePath]] = {}
    for source in documents:
        for companion in source.beside:
            if not is_lock(companion, source.path):
                found.setdefault(companion.path, []).append(source.path)
    return found


def included_elsewhere(root: Path, documents: Iterable[Source], folders: Sequence[str]) -> frozenset[str]:
    """Return those files that documents include, there or not, which may be read and which no build reads otherwise."""
    top = os.path.realpath(root)
    names = [path for path in included_by(documents) if not path.startswith(OF_SITE)]
    return frozenset(path for path in names if holder_of(top, *place_of_included(top, path), folders) is not None)


def included_places(root: Path, documents: Iterable[Source]) -> Iterator[str | None]:
    """Give where on disk the files are that documents include; None for one that a link leads to.

    What is not there may come: of such a file the folder is given too.
    """
    top = os.path.realpath(root)
    for path in included_by(documents):
        place, real = place_of_included(top, path)
        yield place if place == real else None
        if not os.path.lexists(place):
            yield os.path.dirname(place)
