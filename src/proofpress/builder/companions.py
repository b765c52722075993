# ruff: noqa: PTH120 - pathlib makes an object for each of 10,000 names
"""What documents are made of besides their own files. It is handed to their steps, so that it is in their digests."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.on_disk import OnDisk
from proofpress.content.files import FOLDERS, PLUGINS, PLUGINS_FOLDER, SETTINGS
from proofpress.content.included import holder_of, place_of_included, read_included
from proofpress.content.names import is_notebook
from proofpress.content.scan import OutsideSiteError, Tree, read_inside
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.model import Companion, Source
from proofpress.paths import SourcePath
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from proofpress.config import Config
    from proofpress.model import SourceFile
    from proofpress.problems import Problem


MARK: Final = b"include="
"""What a post without includes lacks."""
READS: Final = b"reads"
"""What one whose listings read no files lacks."""
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

    def of(self, source: SourceFile) -> tuple[Companion, ...]:
        """Return it for a document: what its listings gave first, and what they read, then the code that it may include."""
        lock = self._locks.get(source.path)
        found = [self._lock(lock)] if lock is not None else []
        if source.names_files:
            data = source.data
            if lock is not None and READS in data:
                found += _data_files(self._root, source, self.problems)
            found += self.code_of(source.path, data)
        return tuple(found)

    def again(self, before: SourceFile, data: bytes) -> Source:
        """Return a document with other bytes, and the code that these include; the rest as it was."""
        kept = [one for one in before.beside if one.kind != "code"]
        return Source(before.path, data, (*kept, *self.code_of(before.path, data)))

    def code_of(self, path: SourcePath, data: bytes) -> Iterator[Companion]:
        """Give the files that a document may include, there or not."""
        if MARK not in data:
            return
        from proofpress.sources.places import asks_a_grammar, included_in  # noqa: PLC0415 - most posts include nothing

        if is_notebook(path):
            from proofpress.content.documents import markdown_of  # noqa: PLC0415 - most sites have none

            data = markdown_of(path, data)
        for each in included_in(path, data):
            companion = self._included.get(each)
            if companion is None:
                companion = read_included(self._root, each, self._config.sources, self._config.output)
                self._included[each] = companion
            reader = self._grammars if asks_a_grammar(each, data) else b""
            yield msgspec.structs.replace(companion, reader=reader, kind="code")

    def _lock(self, path: SourcePath) -> Companion:
        try:
            return Companion(path, read_inside(self._root, path))
        except OutsideSiteError:
            self.problems.append(OUTSIDE_SITE.file().at(path))
        except OSError as error:
            self.problems.append(UNREADABLE_FILE.gone(error).at(path))
        return Companion(path)


def with_companions(root: Path, tree: Tree, config: Config, grammars: bytes) -> Tree:
    """Return a site's files with each document's companions read, and with what is wrong with those."""
    if not tree.locks and not any(source.names_files for source in tree.documents):
        return tree
    beside = Beside(root, tree.locks, config, grammars)
    documents = tuple(_with(source, beside.of(source)) for source in tree.documents)
    return msgspec.structs.replace(tree, documents=documents, problems=(*tree.problems, *beside.problems))


def _with(source: SourceFile, beside: tuple[Companion, ...]) -> SourceFile:
    if not beside:
        return source
    if isinstance(source, OnDisk):
        return msgspec.structs.replace(source, beside=beside)
    return Source(source.path, source.data, beside)


def _data_files(root: Path, source: SourceFile, problems: list[Problem]) -> Iterator[Companion]:
    """Give the files that a post's listings may read, as its front matter names them: of each its digest."""
    from proofpress.content.documents import files_read_by  # noqa: PLC0415 - few posts name any
    from proofpress.recorded.listings import digest  # noqa: PLC0415

    for name, place in files_read_by(source):
        path = SourcePath(posixpath.normpath(posixpath.join(posixpath.dirname(source.path), name)))
        known = ""
        try:
            known = digest(read_inside(root, path))
        except OutsideSiteError:
            problems.append(OUTSIDE_SITE.named(name).at(source.path, place))
            continue
        except OSError:  # told where a listing that ran has read it
            pass
        yield Companion(path, None, known, kind="read")


def source_digest(source: SourceFile) -> bytes:
    """Return the digest of all that a document is made of."""
    own = source.digest if isinstance(source, OnDisk) else digest_of_bytes(source.data)
    return digest_of([own, *source.beside]) if source.beside else own


def included_by(documents: Iterable[SourceFile]) -> dict[SourcePath, list[SourcePath]]:
    """Return the files that documents include, or would if they could, each with those documents."""
    found: dict[SourcePath, list[SourcePath]] = {}
    for source in documents:
        for companion in source.beside:
            if companion.kind == "code":
                found.setdefault(companion.path, []).append(source.path)
    return found


def included_elsewhere(root: Path, documents: Iterable[SourceFile], folders: Sequence[str]) -> frozenset[str]:
    """Return those files that documents include, there or not, which may be read and which no build reads otherwise."""
    top = os.path.realpath(root)
    names = [path for path in included_by(documents) if not path.startswith(OF_SITE)]
    return frozenset(path for path in names if holder_of(top, *place_of_included(top, path), folders) is not None)


def included_places(root: Path, documents: Iterable[SourceFile]) -> Iterator[str | None]:
    """Give where on disk the files are that documents include; None for one that a link leads to.

    What is not there may come: of such a file the folder is given too.
    """
    top = os.path.realpath(root)
    for path in included_by(documents):
        place, real = place_of_included(top, path)
        yield place if place == real else None
        if not os.path.lexists(place):
            yield os.path.dirname(place)
