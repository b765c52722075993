# ruff: noqa: PTH112, PTH114, PTH116, PTH118, PTH120 - pathlib makes an object for each of 10,000 names
"""What a site's folder looks like from outside: every file with the marks that change when its bytes do.

Nothing is read but folders. The preview compares two snapshots to find what changed where the system does not say, and
asks one which file of the site an event's path means: with links there may be several, and each is told.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.files import FOLDERS, PLUGINS, PLUGINS_FOLDER, SETTINGS, belongs, same_or_below, walk, within
from proofpress.content.included import place_of_included

if TYPE_CHECKING:
    from proofpress.problems import Problem

_FOLDERS: Final = (*FOLDERS, PLUGINS_FOLDER)
_FILES: Final = (SETTINGS, PLUGINS)

_SETTLED: Final = 20_000_000  # ns; the coarsest clock that stamps files ticks every 10 ms on Linux, 16 on Windows

Marks = tuple[int, int, int, int]
"""mtime and ctime in ns, size, inode."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A site's folder at one moment. Names are as on disk, relative to it, with forward slashes."""

    root: str
    there: bool
    """Whether the site's folder exists."""
    files: dict[str, Marks]
    included: frozenset[str]
    """Files that posts include, wherever they are; by their names they are among `files` where they exist."""
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
                if belongs(inside):
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
    wanted = before.included ^ after.included  # of these nobody knows what they were
    came_or_went = (old.keys() ^ new.keys()) - wanted
    marked = [path for path, marks in new.items() if path in old and old[path] != marks]
    return Difference(
        frozenset(came_or_went.union(marked)),
        before.folders != after.folders or before.there != after.there or bool(wanted),
        frozenset(came_or_went.union(path for path in marked if old[path][2:] != new[path][2:])),
    )


def marks_of(info: os.stat_result) -> Marks:
    """Return what tells a file's state from its next one; on Windows a folder's entries know no inode."""
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, 0 if os.name == "nt" else info.st_ino


def take(root: str, *, careful: bool = False, included: frozenset[str] = frozenset()) -> Snapshot:
    """Look at a site's folder, given as a real path, and at the files that its posts include.

    Its files are those that the loader reads, and those that it refuses: what is wrong with one of these may be mended.

    `careful` is for who has nothing but snapshots: a file that was written a moment ago may be written again within the
    same tick of the clock, so its marks are made to differ from those that it has in the next snapshot.
    """
    seen = _Marks(root, time.time_ns() - _SETTLED if careful else None)
    there = os.path.isdir(root)
    if there:
        for name in _FILES:
            seen.beside(name)
        for top in _FOLDERS:
            seen.below(top)
        for name in sorted(included):
            seen.elsewhere(name)
    seen.watch(root, below=False)
    return Snapshot(
        root=root,
        there=there,
        files=seen.files,
        included=included,
        folders=seen.folders,
        places=seen.places,
        watched=seen.outermost(),
    )


class _Marks:
    """What the walk through one site meets, with the marks of each file and the folders to watch."""

    def __init__(self, root: str, recent: int | None) -> None:
        self.root = root
        self.recent = recent
        self.files: dict[str, Marks] = {}
        self.folders: set[str] = set()
        self.places = [(os.path.join(root, name), name) for name in (*_FOLDERS, *_FILES)]
        self._watched: dict[str, bool] = {}

    def beside(self, name: str) -> None:
        """Look at a file at the top of the site: the settings, the plugins."""
        path = os.path.join(self.root, name)
        try:
            if os.path.islink(path):
                target = os.path.realpath(path)
                self.link(name, target, permitted=within(self.root, target, linked=True))
            self.file(name, os.stat(path))
        except OSError:
            return

    def below(self, top: str) -> None:
        """Look at every file below one of the site's folders."""
        for name, place, entry in walk(self.root, top, self):
            with contextlib.suppress(OSError):  # it went while we looked
                self.file(name, os.stat(place) if entry is None else entry.stat(follow_symlinks=False))

    def elsewhere(self, name: str) -> None:
        """Look at a file that posts include: there or not, the folder is watched in which it would be."""
        places = place_of_included(self.root, name)
        for place in dict.fromkeys(places):
            self.places.append((place, name))
            self.watch(os.path.dirname(place), below=False)
        with contextlib.suppress(OSError):
            self.file(name, os.stat(places[1]))

    def folder(self, name: str, place: str) -> None:
        """Watch a folder that is not below one that is watched: one of the site's own, or where a link led to."""
        linked = name in self.folders
        self.folders.add(name)
        if linked:
            self.places.append((place, name))
        if linked or "/" not in name:
            self.watch(place, below=True)

    def link(self, name: str, target: str, *, permitted: bool) -> None:
        """Watch the folder of a file that a link leads to, also where there is none as yet."""
        self.folders.add(name)
        if permitted and not os.path.isdir(target):
            self.places.append((target, name))
            self.watch(os.path.dirname(target), below=False)

    def refused(self, name: str, place: str, fault: Problem) -> None:  # noqa: ARG002 - a listener's interface
        """Keep the marks of what may become a file of the site: what it is now is a problem, which may go."""
        with contextlib.suppress(OSError):
            info = os.lstat(place)
            if not stat.S_ISDIR(info.st_mode) and not stat.S_ISLNK(info.st_mode):
                self.file(name, info)

    def file(self, name: str, info: os.stat_result) -> None:
        marks = marks_of(info)
        if self.recent is not None and marks[0] > self.recent:
            marks = (-1, *marks[1:])
        self.files[name] = marks

    def watch(self, folder: str, *, below: bool) -> None:
        self._watched[folder] = below or self._watched.get(folder, False)

    def outermost(self) -> dict[str, bool]:
        """Return the folders to watch, without those below one that is watched with all that it holds."""
        whole = [folder for folder, below in self._watched.items() if below]
        return {
            folder: below
            for folder, below in self._watched.items()
            if not any(folder != other and same_or_below(other, folder) for other in whole)
        }
