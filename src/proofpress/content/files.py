# ruff: noqa: PTH110, PTH118, PTH206 - pathlib makes an object for each of 10,000 names
"""Which files belong to a site: the one walk through its folders, for all who need to know.

The loader reads what is found here, the theme its templates, and the preview keeps marks of the same files, so that none
sees what another refuses. Nothing is read but folders. A link inside the site's folder (symbolic link, or a junction on
Windows) is followed where it leads to a place inside, and refused where it leads out, to a hidden file (a checkout's
`.git/config` may hold a token), or to the site's folder itself: what a build writes would be among what it reads.
"""

from __future__ import annotations

import errno
import os
import unicodedata
from typing import TYPE_CHECKING, Final, Protocol

from proofpress.paths import MAX_PARTS
from proofpress.problems import Problem, visible
from proofpress.rules.files import OUTSIDE_SITE, PATH_TOO_LONG, UNREADABLE_FILE
from proofpress.rules.site import URL_COLLISION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from proofpress.rules.rule import Fault

FOLDERS: Final = ("content", "templates", "static", "data", "words")
"""The folders of a site."""
SETTINGS: Final = "site.yaml"
PLUGINS: Final = "plugins.py"
"""The owner's own plugins, or the folder that they are where they are more than one file."""
PLUGINS_FOLDER: Final = "plugins"

_MAX_LINKS: Final = 4  # links within linked folders; folders that link to each other would else give n! paths
_LONG: Final = 250  # characters of a path that every system can name; of a longer one the system is asked
_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT, winnt.h


class Listener(Protocol):
    """Who is told of what the walk meets beside files. Names are as on disk, below the site, with forward slashes."""

    def folder(self, name: str, place: str) -> None:
        """Take note of a folder of the site, which is looked into now; `place` is where it really is."""

    def link(self, name: str, target: str, *, permitted: bool) -> None:
        """Take note of a link, before what it leads to: `target` is a real path, where there may be nothing."""

    def refused(self, name: str, place: str, fault: Problem) -> None:
        """Take note of what is no part of the site though it lies there, and why."""


class Faults:
    """A listener that keeps what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def folder(self, name: str, place: str) -> None:
        """Take no note: files alone are read."""

    def link(self, name: str, target: str, *, permitted: bool) -> None:
        """Take no note: what is refused is told."""

    def refused(self, name: str, place: str, fault: Problem) -> None:  # noqa: ARG002 - a listener's interface
        """Keep a fault."""
        self.problems.append(fault)


def left_out(folder: str, name: str) -> bool:
    """Tell whether what lies in a folder of the site under a name is no part of it, without a word.

    Hidden names are left out, but for `static/.well-known/`, which hosts and authorities ask for.
    """
    return name.startswith(".") and not (name == ".well-known" and folder == "static")


def belongs(name: str) -> bool:
    """Tell whether a name below the site's folder, such as `content/a/b.md`, has no part that is left out."""
    if "/." not in name:
        return True
    folder, *parts = name.split("/")
    for part in parts:
        if left_out(folder, part):
            return False
        folder = f"{folder}/{part}"
    return True


def nfc(name: str) -> str:
    """Return a name as the site spells it."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def walk(
    root: str, top: str, listener: Listener, is_left_over: Callable[[str], bool] = lambda _name: False
) -> Iterator[tuple[str, str, os.DirEntry[str] | None]]:
    """Give every file below a folder of the site whose `root` is a real path, in an order that the disk doesn't decide.

    Each comes with its name, where it really is, and its entry in its folder; None where a link led to it. What
    `is_left_over`, asked of a file or folder by its name as the site spells it, is passed over.
    """
    start = os.path.join(root, top)
    if not os.path.lexists(start):
        return
    real = os.path.realpath(start)
    if os.path.normcase(real) != os.path.normcase(start):
        permitted = within(root, real, linked=True)
        listener.link(top, real, permitted=permitted)
        if not permitted:
            listener.refused(top, start, _leads_out(top))
            return
    yield from _Walk(root, listener, is_left_over).folder(top, real, (real,), 0)


class _Walk:
    """A walk through one folder of one site."""

    def __init__(self, root: str, listener: Listener, is_left_over: Callable[[str], bool]) -> None:
        self.root = root
        self.listener = listener
        self.is_left_over = is_left_over
        self.spelt: set[str] = set()
        """The names that have more than one form in Unicode, as the site spells them."""

    def folder(
        self, name: str, real: str, above: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, str, os.DirEntry[str] | None]]:
        """Walk one folder. `above` are the real folders that lead here: a link to one of them would never end."""
        listener = self.listener
        listener.folder(name, real)
        if name.count("/") >= MAX_PARTS:
            listener.refused(name, real, too_deep(name))
            return
        try:
            with os.scandir(real) as found:
                entries = sorted(
                    found, key=lambda entry: (not unicodedata.is_normalized("NFC", entry.name), entry.name)
                )
        except OSError as error:
            listener.refused(name, real, unread(name, error, "folder"))
            return
        for entry in entries:
            if left_out(name, entry.name):
                continue
            path = f"{name}/{entry.name}"
            if not entry.name.isascii() and not _is_utf_8(entry.name):
                listener.refused(path, entry.path, _told(UNREADABLE_FILE.unnameable(), path))
                continue
            if self.is_left_over(nfc(path)):
                continue
            try:
                if len(entry.path) > _LONG:
                    os.lstat(entry.path)
                if _is_link(entry):
                    yield from self.link(path, entry, above, links)
                elif entry.is_dir():
                    yield from self.folder(path, entry.path, (*above, entry.path), links)
                elif not entry.is_file():
                    listener.refused(path, entry.path, _special(path))
                elif path.isascii() or self.new(path, entry.path):
                    yield path, entry.path, entry
            except OSError as error:
                listener.refused(path, entry.path, unread(path, error, "file"))

    def link(
        self, path: str, entry: os.DirEntry[str], above: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, str, os.DirEntry[str] | None]]:
        """Follow a link to where it leads, if that is inside."""
        target = os.path.realpath(entry.path)
        permitted = within(self.root, target, linked=True)
        self.listener.link(path, target, permitted=permitted)
        if not permitted:
            if target != self.root:
                self.listener.refused(path, entry.path, _leads_out(path))
        elif entry.is_dir():
            if links < _MAX_LINKS and not any(same_or_below(target, folder) for folder in above):
                yield from self.folder(path, target, (*above, target), links + 1)
        elif entry.is_file():
            if path.isascii() or self.new(path, entry.path):
                yield path, target, None
        elif not os.path.exists(target):
            self.listener.refused(path, entry.path, _told(UNREADABLE_FILE.dead_link(), path))
        else:
            self.listener.refused(path, entry.path, _special(path))

    def new(self, path: str, place: str) -> bool:
        """Tell whether no file before had this name in another form of Unicode."""
        spelt = nfc(path)
        if spelt not in self.spelt:
            self.spelt.add(spelt)
            return True
        self.listener.refused(path, place, _told(URL_COLLISION.accents(), path))
        return False


def too_deep(path: str) -> Problem:
    """Return the problem of a file or folder that is not read, since it lies too deep; named after where that begins."""
    return PATH_TOO_LONG.source(MAX_PARTS).at(visible("/".join(path.split("/")[:2])))


def unread(name: str, error: OSError, what: str) -> Problem:
    """Return the problem of a file or folder that can't be read."""
    if error.errno == errno.ENAMETOOLONG:
        return too_deep(nfc(name))
    return _told(UNREADABLE_FILE.refused(what, error), name)


def same_or_below(folder: str, path: str) -> bool:
    """Tell whether `path` is `folder` or lies below it."""
    folder, path = os.path.normcase(folder), os.path.normcase(path)
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def within(root: str, real: str, *, linked: bool) -> bool:
    """Tell whether a real path is inside the site, and where a link led there, that nothing on its way is hidden."""
    if not same_or_below(root, real):
        return False
    if not linked:
        return True
    parts = os.path.relpath(real, root).split(os.sep)
    return parts != ["."] and not any(part.startswith(".") for part in parts)


def _leads_out(name: str) -> Problem:
    return _told(OUTSIDE_SITE.link(), name)


def _special(name: str) -> Problem:
    return _told(UNREADABLE_FILE.no_file(), name)


def _told(fault: Fault, name: str) -> Problem:
    """Return the problem of a file as a whole, under its name as the site spells it."""
    spelt = nfc(name)
    return fault.at(spelt if _is_utf_8(spelt) else visible(spelt))


def _is_utf_8(name: str) -> bool:
    """Tell whether a name is text, and not bytes that `os.fsdecode` could make no text of."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry leads elsewhere.

    Python 3.11 does not count a Windows junction among symbolic links, but its attributes say that it is a reparse
    point; resolving one that leads nowhere else (a file kept in a cloud) is harmless.
    """
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _REPARSE_POINT)
