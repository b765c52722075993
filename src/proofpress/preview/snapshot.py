# ruff: noqa: PTH112, PTH114, PTH116, PTH118, PTH120, PTH206 - pathlib makes an object for each of 10,000 names
"""What a site's folder looks like from outside: every file with the marks that change when its bytes do.

Nothing is read but folders. The preview compares two snapshots to find what changed where the system does not say, and
asks one which file of the site an event's path means: with links there may be several, and each is told.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

from proofpress.paths import MAX_PARTS

FOLDERS: Final = ("content", "templates", "static", "data")
SETTINGS: Final = "site.yaml"

_MAX_LINKS: Final = 4  # as the scanner of the content
_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT, winnt.h
_SETTLED: Final = 20_000_000  # ns; the coarsest clock that stamps files ticks every 10 ms on Linux, 16 on Windows

Marks = tuple[int, int, int, int]
"""mtime and ctime in ns, size, inode."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A site's folder at one moment. Names are as on disk, relative to it, with forward slashes."""

    root: str
    there: bool
    """Whether the site's folder exists."""
    files: dict[str, Marks]
    folders: set[str]
    """What is more than a file: folders and links. What happens to one may change any number of files."""
    places: list[tuple[str, str]]
    """Where on disk a part of the site is, as a real path, and what it is called in the site; links have their own."""
    watched: Mapping[str, bool]
    """The folders to be watched, as real paths, and whether all below them is. None lies below another."""

    def names(self, real: str) -> list[str]:
        """Return what a path on disk is called in the site: nothing for what is no part of it, or hidden."""
        found = []
        for place, name in self.places:
            if real == place:
                found.append(name)
            elif real.startswith(place + os.sep):
                inside = name + real[len(place) :].replace(os.sep, "/")
                if not _hidden(inside):
                    found.append(inside)
        return found


class Difference(msgspec.Struct, frozen=True):
    """What is not the same in two snapshots."""

    paths: frozenset[str]
    folders: bool
    """Whether a folder or a link came or went."""
    surely: frozenset[str]
    """Those of `paths` that cannot have stayed the same: files that came, went, grew, shrank or were replaced."""


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """Compare two snapshots of the same folder."""
    old, new = before.files, after.files
    came_or_went = old.keys() ^ new.keys()
    marked = [path for path, marks in new.items() if path in old and old[path] != marks]
    return Difference(
        frozenset(came_or_went.union(marked)),
        before.folders != after.folders or before.there != after.there,
        frozenset(came_or_went.union(path for path in marked if old[path][2:] != new[path][2:])),
    )


def nfc(path: str) -> str:
    """Return a name as the site spells it."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def marks_of(info: os.stat_result) -> Marks:
    """Return what tells a file's state from its next one; on Windows a folder's entries know no inode."""
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, 0 if os.name == "nt" else info.st_ino


def take(root: str, *, careful: bool = False) -> Snapshot:
    """Look at a site's folder, given as a real path.

    A link is followed where the scanner of the content follows it: to a place inside the site that is not hidden. One
    to the site's folder itself is not, because what a build writes would then count as a change to what it reads.

    `careful` is for who has nothing but snapshots: a file that was written a moment ago may be written again within the
    same tick of the clock, so its marks are made to differ from those that it has in the next snapshot.
    """
    walk = _Walk(root, time.time_ns() - _SETTLED if careful else None)
    there = os.path.isdir(root)
    if there:
        walk.settings()
        for top in FOLDERS:
            walk.top(top)
    walk.watch(root, below=False)
    return Snapshot(
        root=root, there=there, files=walk.files, folders=walk.folders, places=walk.places, watched=walk.outermost()
    )


class _Walk:
    """Walks through the folders of one site."""

    def __init__(self, root: str, recent: int | None) -> None:
        self.root = root
        self.recent = recent
        self.files: dict[str, Marks] = {}
        self.folders: set[str] = set()
        self.places = [(os.path.join(root, name), name) for name in (*FOLDERS, SETTINGS)]
        self._watched: dict[str, bool] = {}

    def settings(self) -> None:
        path = os.path.join(self.root, SETTINGS)
        try:
            if os.path.islink(path):
                self.link(SETTINGS, path, (), 0)
            self.file(SETTINGS, os.stat(path))  # the settings alone are read where a link leads out of the site
        except OSError:
            return

    def top(self, name: str) -> None:
        path = os.path.join(self.root, name)
        if os.path.realpath(path) != path:
            self.link(name, path, (), 0)
        elif os.path.isdir(path):
            self.folders.add(name)
            self.watch(path, below=True)
            self.folder(name, path, (path,), 0)

    def folder(self, name: str, real: str, above: tuple[str, ...], links: int) -> None:
        """Walk one folder. `above` are the real folders that lead here: a link to one of them would never end."""
        if name.count("/") >= MAX_PARTS:  # as the scanner of the content, which says so
            return
        try:
            with os.scandir(real) as found:
                entries = list(found)
        except OSError:
            return
        for entry in entries:
            if entry.name.startswith(".") and not (name == "static" and entry.name == ".well-known"):
                continue
            path = f"{name}/{entry.name}"
            try:
                if _is_link(entry):
                    self.link(path, entry.path, above, links)
                elif entry.is_dir(follow_symlinks=False):
                    self.folders.add(path)
                    self.folder(path, entry.path, (*above, entry.path), links)
                else:
                    self.file(path, entry.stat(follow_symlinks=False))
            except OSError:  # it went while we looked
                continue

    def file(self, name: str, info: os.stat_result) -> None:
        marks = marks_of(info)
        if self.recent is not None and marks[0] > self.recent:
            marks = (-1, *marks[1:])
        self.files[name] = marks

    def link(self, name: str, path: str, above: tuple[str, ...], links: int) -> None:
        self.folders.add(name)
        target = os.path.realpath(path)
        if not self._permitted(target):
            return
        if os.path.isdir(target):
            if links < _MAX_LINKS and not any(_same_or_below(folder, target) for folder in above):
                self.places.append((target, name))
                self.watch(target, below=True)
                self.folder(name, target, (*above, target), links + 1)
        else:
            self.places.append((target, name))
            self.watch(os.path.dirname(target), below=False)
            try:
                self.file(name, os.stat(target))
            except OSError:  # it leads nowhere, as yet
                return

    def watch(self, folder: str, *, below: bool) -> None:
        self._watched[folder] = below or self._watched.get(folder, False)

    def outermost(self) -> dict[str, bool]:
        """Return the folders to watch, without those below one that is watched with all that it holds."""
        whole = [folder for folder, below in self._watched.items() if below]
        return {
            folder: below
            for folder, below in self._watched.items()
            if not any(folder != other and _same_or_below(folder, other) for other in whole)
        }

    def _permitted(self, real: str) -> bool:
        if real == self.root or not _same_or_below(real, self.root):
            return False
        return not any(part.startswith(".") for part in os.path.relpath(real, self.root).split(os.sep))


def _hidden(name: str) -> bool:
    if "/." not in name:
        return False
    parts = name.split("/")
    if parts[:2] == ["static", ".well-known"]:
        del parts[1]
    return any(part.startswith(".") for part in parts)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry leads elsewhere; Python 3.11 does not count a Windows junction among symbolic links."""
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _REPARSE_POINT)


def _same_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
