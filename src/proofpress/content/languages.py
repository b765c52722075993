"""The languages that a site names: which of them a file's path says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.content.names import ROOT
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from collections.abc import Iterable


def placed(path: SourcePath, named: Iterable[str]) -> tuple[str, SourcePath]:
    """Return the language that a document's path says, and the path without it.

    `content/de/posts/hello.md` and `content/posts/hello.de.md` are both `content/posts/hello.md` in German, where German
    is named. A path that says none is its own, with no language.
    """
    tags = {one.lower(): one for one in named}
    if not tags:
        return "", path
    first, slash, rest = path.removeprefix(ROOT).partition("/")
    if slash and first.lower() in tags:
        return tags[first.lower()], SourcePath(ROOT + rest)
    stem, _, ending = path.rpartition(".")
    plain, dot, tag = stem.rpartition(".")
    if dot and tag.lower() in tags:
        return tags[tag.lower()], SourcePath(f"{plain}.{ending}")
    return "", path
