# ruff: noqa: PTH110, PTH116, PTH117, PTH118, PTH123, PTH206, PTH208 - pathlib makes an object for each of 10,000 names
"""The files of a site: which there are, and the bytes of each Markdown file. Nothing outside the site's folder is read.

A link inside the folder (symbolic link, or a junction on Windows) is followed where it leads to a place inside, and is
a problem where it leads out, or to a hidden file: a checkout's `.git/config` may hold a token.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.model import Source
from proofpress.paths import MAX_PARTS, SourcePath, unportable
from proofpress.problems import Problem, visible
from proofpress.rules.files import (
    FILE_TOO_LARGE,
    OUTSIDE_SITE,
    PATH_TOO_LONG,
    UNPORTABLE_NAME,
    UNREADABLE_FILE,
)
from proofpress.rules.site import URL_COLLISION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from proofpress.rules.rule import Fault

MAX_MARKDOWN: Final = 16 * 2**20
"""Bytes of one Markdown file. A 16 MB text is a mistake: no reader's browser would show it."""

_MAX_LINKS: Final = 4  # links within linked folders; folders that link to each other would else give n! paths
_MARKDOWN: Final = (".md", ".markdown")
_LONG: Final = 250  # characters of a path that every system can name; of a longer one the system is asked
_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT, winnt.h


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
    walk = _Walk(root)
    documents: dict[SourcePath, Source] = {}
    files: dict[SourcePath, str] = {}
    for path, real in walk.files("content"):
        if path.lower().endswith(_MARKDOWN):
            if walk.new(path, documents):
                data = walk.read(path, real)
                if data is not None:
                    documents[path] = Source(path, data)
        elif walk.new(path, files):
            files[path] = real
    static = [path for path, _ in walk.files("static")]
    data_files = [path for path, _ in walk.files("data")]
    for path in (*files, *static):
        walk.check_name(path)
    return Tree(
        documents=tuple(documents[path] for path in sorted(documents)),
        files=tuple(sorted(files)),
        static=tuple(sorted(set(static))),
        data=tuple(sorted(set(data_files))),
        problems=tuple(sorted(set(walk.problems))),
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
    if not _within(top, real, linked=os.path.normcase(real) != os.path.normcase(named)):
        raise OutsideSiteError(path)
    if not stat.S_ISREG(os.stat(real).st_mode):
        raise OSError(f"{path} is not a file")
    return real


def too_deep(path: str) -> Problem:
    """Return the problem of a file or folder that is not read, since it lies too deep; named after where that begins."""
    return PATH_TOO_LONG.source(MAX_PARTS).at(visible("/".join(path.split("/")[:2])))


class _Walk:
    """Walks through the folders of one site, noting problems."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)
        self.problems: list[Problem] = []

    def note(self, fault: Fault, path: str) -> None:
        self.problems.append(fault.at(path if _is_utf_8(path) else visible(path)))

    def unread(self, path: str, error: OSError, what: str) -> None:
        """Note that a file or folder can't be read."""
        if error.errno == errno.ENAMETOOLONG:
            self.problems.append(too_deep(path))
        else:
            self.note(UNREADABLE_FILE.refused(what, error), path)

    def files(self, top: str) -> Iterator[tuple[SourcePath, str]]:
        """Yield every file below a top folder: its path in NFC, and where it is on disk."""
        start = os.path.join(self.root, top)
        if not os.path.lexists(start):
            return
        real = os.path.realpath(start)
        if not self.permitted(top, real, linked=os.path.normcase(real) != os.path.normcase(start)):
            return
        yield from self.folder(top, real, top, (real,), 0)

    def folder(
        self, name: str, real: str, top: str, above: tuple[str, ...], links: int
    ) -> Iterator[tuple[SourcePath, str]]:
        """Walk one folder. `above` are the real folders that lead here: a link to one of them would never end."""
        if name.count("/") >= MAX_PARTS:
            self.problems.append(too_deep(name))
            return
        try:
            with os.scandir(real) as found:
                entries = sorted(
                    found, key=lambda entry: (not unicodedata.is_normalized("NFC", entry.name), entry.name)
                )
        except OSError as error:
            self.unread(name, error, "folder")
            return
        for entry in entries:
            if entry.name.startswith(".") and not (name == "static" and entry.name == ".well-known"):
                continue
            raw = f"{name}/{entry.name}"
            if not entry.name.isascii():
                if not _is_utf_8(entry.name):
                    self.note(UNREADABLE_FILE.unnameable(), raw)
                    continue
                raw = unicodedata.normalize("NFC", raw)
            path = SourcePath(raw)
            try:
                if len(entry.path) > _LONG:
                    os.lstat(entry.path)
                linked = _is_link(entry)
                target = os.path.realpath(entry.path) if linked else entry.path
                if linked and not self.permitted(path, target, linked=True):
                    continue
                if entry.is_dir():
                    if linked and (links == _MAX_LINKS or any(_same_or_below(target, folder) for folder in above)):
                        continue
                    yield from self.folder(path, target, top, (*above, target), links + linked)
                elif entry.is_file():
                    yield path, target
                elif linked and not os.path.exists(target):
                    self.note(UNREADABLE_FILE.dead_link(), path)
                else:
                    self.note(UNREADABLE_FILE.no_file(), path)
            except OSError as error:
                self.unread(path, error, "file")

    def permitted(self, path: str, real: str, *, linked: bool) -> bool:
        if _within(self.root, real, linked=linked):
            return True
        self.note(OUTSIDE_SITE.link(), path)
        return False

    def new(self, path: SourcePath, taken: dict[SourcePath, Source] | dict[SourcePath, str]) -> bool:
        if path not in taken:
            return True
        self.note(URL_COLLISION.accents(), path)
        return False

    def read(self, path: str, real: str) -> bytes | None:
        try:
            with open(real, "rb", buffering=0) as file:
                large = os.fstat(file.fileno()).st_size > MAX_MARKDOWN
                data = b"" if large else file.readall()
        except OSError as error:
            self.unread(path, error, "file")
            return None
        if large:
            self.note(FILE_TOO_LARGE.markdown(MAX_MARKDOWN // 2**20), path)
            return None
        return data

    def check_name(self, path: str) -> None:
        part = unportable(path)
        if part is not None:
            self.note(UNPORTABLE_NAME.file(part), path)


def _is_utf_8(name: str) -> bool:
    """Tell whether a name is text, and not bytes that `os.fsdecode` could make no text of."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry leads elsewhere.

    Python 3.11 does not count a Windows junction among symbolic links, but
    its attributes say that it is a reparse point; resolving one that leads nowhere else (a file kept in a cloud) is
    harmless.
    """
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _REPARSE_POINT)


def _same_or_below(folder: str, path: str) -> bool:
    """Tell whether `path` is `folder` or lies below it."""
    folder, path = os.path.normcase(folder), os.path.normcase(path)
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _within(root: str, real: str, *, linked: bool) -> bool:
    """Tell whether a real path is inside the site, and where a link led there, that nothing on its way is hidden."""
    if not _same_or_below(root, real):
        return False
    return not linked or not any(
        part.startswith(".") for part in os.path.relpath(real, root).split(os.sep) if part != "."
    )


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
