# ruff: noqa: PTH116, PTH117, PTH118, PTH123, PTH208 - pathlib makes an object for each of 10,000 names
"""The loader: the files of a site with the bytes of its Markdown, and reading any other. Nothing outside is read.

Which files there are, `files` tells; what it refuses is a problem here.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.files import Faults, nfc, unread, walk, within
from proofpress.model import Source
from proofpress.paths import SourcePath, unportable
from proofpress.problems import Problem, problem

if TYPE_CHECKING:
    from pathlib import Path

MAX_MARKDOWN: Final = 16 * 2**20
"""Bytes of one Markdown file. A 16 MB text is a mistake: no reader's browser would show it."""

_MARKDOWN: Final = (".md", ".markdown")


class OutsideSiteError(Exception):
    """A path leads out of the site's folder, or to a hidden file by way of a link."""


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a site's folder. Every list is sorted by path."""

    documents: tuple[Source, ...] = ()
    """Every Markdown file below content/, read."""
    files: tuple[SourcePath, ...] = ()
    """Every other file below content/, to be copied."""
    static: tuple[SourcePath, ...] = ()
    """Every file below static/, to be copied to the site's root."""
    data: tuple[SourcePath, ...] = ()
    """Every file below data/."""
    problems: tuple[Problem, ...] = ()


def scan(root: Path) -> Tree:
    """Find the files of a site and read its Markdown. Hidden files are left out, but for `static/.well-known/`."""
    top = os.path.realpath(root)
    faults = Faults()
    problems = faults.problems
    documents: dict[SourcePath, Source] = {}
    files: list[SourcePath] = []
    for name, place, _ in walk(top, "content", faults):
        path = SourcePath(nfc(name))
        if not path.lower().endswith(_MARKDOWN):
            files.append(path)
        elif (data := _read(path, place, problems)) is not None:
            documents[path] = Source(path, data)
    static = [SourcePath(nfc(name)) for name, _, _ in walk(top, "static", faults)]
    data_files = [SourcePath(nfc(name)) for name, _, _ in walk(top, "data", faults)]
    for path in (*files, *static):
        part = unportable(path)
        if part is not None:
            message = f"Windows cannot hold a file called '{part}'"
            problems.append(problem("unportable-name", path, 0, 1, message, hint="rename it"))
    return Tree(
        documents=tuple(documents[path] for path in sorted(documents)),
        files=tuple(sorted(files)),
        static=tuple(sorted(static)),
        data=tuple(sorted(data_files)),
        problems=tuple(sorted(set(problems))),
    )


def read_inside(root: Path, path: str, most: int = -1) -> bytes:
    """Return the bytes of a file below the site's folder, by its name in NFC or as it is on disk: all, or the first `most`.

    Raises OutsideSiteError for a path that leads out (by `..`, by a link, or because it is absolute), OSError for a file
    that cannot be read.
    """
    with open(place_inside(root, path), "rb") as file:
        return file.read(most)


def place_inside(root: Path, path: str) -> str:
    """Return where on disk a file below the site's folder is. Raises as `read_inside` does."""
    plain = path.replace("\\", "/")  # judged as Windows reads it; elsewhere a file's name may hold a backslash
    if plain.startswith("/") or os.path.isabs(path) or ":" in plain.split("/")[0] or ".." in plain.split("/"):
        raise OutsideSiteError(path)
    top = os.path.realpath(root)
    own = plain if os.name == "nt" else path
    real = os.path.realpath(_on_disk(top, own))
    named = os.path.normpath(os.path.join(top, own))
    if not within(top, real, linked=os.path.normcase(real) != os.path.normcase(named)):
        raise OutsideSiteError(path)
    if not stat.S_ISREG(os.stat(real).st_mode):
        raise OSError(f"{path} is not a file")
    return real


def _read(path: SourcePath, place: str, problems: list[Problem]) -> bytes | None:
    """Return a Markdown file's bytes; None, with a problem, for one that can't be read or is no text of a person's."""
    try:
        with open(place, "rb", buffering=0) as file:
            large = os.fstat(file.fileno()).st_size > MAX_MARKDOWN
            data = b"" if large else file.readall()
    except OSError as error:
        problems.append(unread(path, error, "file"))
        return None
    if large:
        message = f"a Markdown file may have {MAX_MARKDOWN // 2**20} MB"
        problems.append(problem("file-too-large", path, 0, 1, message, hint="split it into several posts"))
        return None
    return data


def _on_disk(top: str, path: str) -> str:
    """Return a file's full name as the disk has it: as given, or else with the same letters in another Unicode form."""
    direct = os.path.join(top, *path.split("/"))
    if path.isascii() or os.path.lexists(direct):
        return direct
    here = top
    for part in path.split("/"):
        step = os.path.join(here, part)
        if not os.path.lexists(step):
            wanted = unicodedata.normalize("NFC", part)
            try:
                names = sorted(name for name in os.listdir(here) if unicodedata.normalize("NFC", name) == wanted)
            except OSError:
                return direct
            step = os.path.join(here, names[0]) if names else step
        here = step
    return here
