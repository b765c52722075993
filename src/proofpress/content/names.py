"""What a file's name says: its folder, its stem, the day it begins with, and whether it is the text of a folder."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.paths import SourcePath
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_DATED: Final = lazy(r"(\d{4})-(\d{1,2})-(\d{1,2})[-_ ](?=.)", re.ASCII)
_NO_PART_OF_A_URL: Final = frozenset({"_posts", "_drafts"})
_INDEXES: Final = frozenset({"index", "_index"})
ROOT: Final = "content/"
NOTEBOOK: Final = ".ipynb"
LOCK: Final = ".run.yaml"
"""How the name of what a post's listings gave ends, beside the post: `hello.run.yaml` of `hello.md`."""


def is_notebook(path: str) -> bool:
    """Tell whether a document is a notebook of Jupyter's, by its name."""
    return path.lower().endswith(NOTEBOOK)


class Name(msgspec.Struct, frozen=True):
    """A document's name, taken apart."""

    folder: str
    """Below content/, without a bundle's own folder and without Jekyll's `_posts` and `_drafts`; empty at the top."""
    stem: str
    """The last part without its date and its extension; `index` for `content/index.md`."""
    date: dt.date | None
    bundle: bool
    """Whether the file is the index.md of a folder that bears the name."""
    language: str = ""
    """Of a translation: the tag that its file's name ends with."""


def split(path: SourcePath) -> Name:
    """Take a document's path apart.

    `content/posts/2026-05-01-hello.md` and `content/posts/2026-05-01-hello/index.md` have the folder `posts` and the
    stem `hello`. Whether an index.md is a bundle or the text of a list depends on its siblings: see `lists`.
    """
    folders = path.removeprefix(ROOT).split("/")
    stem = _stem(folders.pop())
    bundle = stem in _INDEXES and bool(folders)
    if bundle:
        stem = folders.pop()
    elif stem in _INDEXES:
        stem = "index"
    date = None
    found = _DATED.match(stem)
    if found:
        date = _day(int(found[1]), int(found[2]), int(found[3]))
        if date is not None:
            stem = stem[found.end() :]
    folder = "/".join(name for name in folders if name not in _NO_PART_OF_A_URL)
    return Name(folder, stem, date, bundle)


def lists(paths: Iterable[SourcePath], sections: Collection[str] = ()) -> frozenset[SourcePath]:
    """Return those of all document paths that are the text of a list: each index.md with other documents beside it.

    "Beside" is in the same folder or in one below it. `content/index.md`, the text of the home page, is always one, and
    so is that of a section, a folder below content/ whose list the settings speak of.
    """
    every = list(paths)
    below: dict[str, int] = {}
    for path in every:
        folder = path.rpartition("/")[0]
        while folder:
            below[folder] = below.get(folder, 0) + 1
            folder = folder.rpartition("/")[0]
    return frozenset(
        path
        for path in every
        if _is_index(path)
        and (path.count("/") == 1 or below[folder := path.rpartition("/")[0]] > 1 or folder[len(ROOT) :] in sections)
    )


def translations(
    paths: Iterable[SourcePath], speaks: Callable[[str], bool], plain_paths: Mapping[SourcePath, SourcePath]
) -> dict[SourcePath, SourcePath]:
    """Return the documents that are translations by their names, each with its original: `hello.de.md` beside `hello.md`.

    `speaks` tells whether a tag is of a language that has words; `notes.v2.md` beside `notes.md` is none. `plain_paths`
    has what is placed in a language that the site names: its path without that.
    """
    every = list(paths)
    plain = {path.rpartition(".")[0]: path for path in every}
    found: dict[SourcePath, SourcePath] = {}
    for stem, path in plain.items():
        original, dot, tag = stem.rpartition(".")
        if dot and original in plain and "/" not in tag and speaks(tag):
            found[path] = plain[original]
    for path, without in plain_paths.items():
        named = plain.get(without.rpartition(".")[0])
        if named is not None:
            found[path] = named
    return found


def language_of(path: SourcePath) -> str:
    """Return the tag that a translation's name ends with."""
    return path.rpartition(".")[0].rpartition(".")[2]


def without_language(path: SourcePath) -> SourcePath:
    """Return a translation's path without its tag: `content/hello.md` of `content/hello.de.md`."""
    stem, _, ending = path.rpartition(".")
    return SourcePath(f"{stem.rpartition('.')[0]}.{ending}")


def is_index(path: SourcePath, paths: Iterable[SourcePath]) -> bool:
    """Tell whether a document is the text of a list, among all document paths. For many, ask `lists` once."""
    return path in lists(paths)


def _is_index(path: str) -> bool:
    return _stem(path.rpartition("/")[2]) in _INDEXES


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
