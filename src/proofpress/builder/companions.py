"""What documents are made of besides their own files. It is handed to their steps, so that it is in their digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import OutsideSiteError, Tree, read_inside
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.model import Companion
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE

if TYPE_CHECKING:
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
        documents.append(msgspec.structs.replace(source, beside=(Companion(lock, data),)))
    return msgspec.structs.replace(tree, documents=tuple(documents)), problems


def source_digest(source: Source) -> bytes:
    """Return the digest of all that a document is made of."""
    own = digest_of_bytes(source.data)
    return digest_of([own, *source.beside]) if source.beside else own
