"""What documents are made of besides their own files. It is handed to their steps, so that it is in their digests."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import OutsideSiteError, Tree, read_inside
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.model import Companion
from proofpress.paths import SourcePath
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from proofpress.model import Source
    from proofpress.problems import Problem


def with_companions(root: Path, tree: Tree) -> tuple[Tree, list[Problem]]:
    """Return a site's files with each document's companions read, and what is wrong with those."""
    if not tree.locks:
        return tree, []
    problems: list[Problem] = []
    documents = []
    for source in tree.documents:
        lock = tree.locks.get(source.path)
        if lock is None:
            documents.append(source)
            continue
        data = None
        try:
            data = read_inside(root, lock)
        except OutsideSiteError:
            problems.append(OUTSIDE_SITE.file().at(lock))
        except OSError as error:
            problems.append(UNREADABLE_FILE.gone(error).at(lock))
        read = tuple(_data_files(root, source, problems)) if b"reads" in source.data else ()
        documents.append(msgspec.structs.replace(source, beside=(Companion(lock, data), *read)))
    return msgspec.structs.replace(tree, documents=tuple(documents)), problems


def _data_files(root: Path, source: Source, problems: list[Problem]) -> Iterator[Companion]:
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
        yield Companion(path, None, known)


def source_digest(source: Source) -> bytes:
    """Return the digest of all that a document is made of."""
    own = digest_of_bytes(source.data)
    return digest_of([own, *source.beside]) if source.beside else own
