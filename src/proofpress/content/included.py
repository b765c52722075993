# ruff: noqa: PTH112, PTH118, PTH119, PTH120, PTH206, PTH208 - names that are judged before anything is looked at
"""Code that posts include: the one door out of the site's folder, which `sources:` in the settings opens.

A file is judged by where it really is, links resolved: inside the site's folder, or in one of the folders that the
settings name, with no hidden name on the way. Nothing is told of any other file, not even whether there is one.
"""

from __future__ import annotations

import os
import posixpath
import stat
from typing import TYPE_CHECKING, Final

from proofpress.content.files import same_or_below
from proofpress.content.scan import on_disk
from proofpress.model import Companion
from proofpress.paths import SourcePath
from proofpress.problems import did_you_mean, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_SOURCE: Final = 2 * 2**20
"""Bytes of a file that is included. What is larger is data, or was made."""

SHOWN: Final = 5
"""How many names of a folder are told where none is near."""


def read_included(root: Path, path: str, folders: Sequence[str], output: str) -> Companion:
    """Return a file that a post includes, or why it may not or can't be had.

    `path` is as seen from the site's folder, and so are the other `folders` that may be read, and the one that the site
    is published to.
    """
    top = os.path.realpath(root)
    shown = SourcePath(path)
    place, real = place_of_included(top, path)
    within = holder_of(top, place, real, folders)
    if within is None:
        return Companion(shown, why="is none that a post may include", mend=_how_to_open(path, folders))
    if same_or_below(os.path.realpath(os.path.join(top, output)), real):
        return Companion(shown, why="is what a build writes", mend="include the file that it is made from")
    try:
        with open(real, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return Companion(shown, why="is no file", mend="include a file of code")
            if found.st_size > MAX_SOURCE:
                mend = f"a file that is included may have {MAX_SOURCE // 2**20} MB; include a smaller one"
                return Companion(shown, why=f"has {found.st_size / 2**20:,.1f} MB", mend=mend)
            return Companion(shown, file.read(MAX_SOURCE))
    except FileNotFoundError:
        return Companion(shown, why="is not there", mend=_near(real, within))
    except (OSError, ValueError) as error:
        if os.path.isdir(real):
            return Companion(shown, why="is a folder", mend="include a file of it")
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its name can't be one"
        return Companion(shown, why=f"can't be read: {why}", mend="mend that, or take the include out")


def place_of_included(top: str, path: str) -> tuple[str, str]:
    """Return where on disk a file is by its name, as seen from the site's folder, whose real path is `top`; and where really."""
    place = os.path.normpath(on_disk(top, path))
    return place, os.path.realpath(place)


def holder_of(top: str, place: str, real: str, folders: Sequence[str]) -> str | None:
    """Return the folder by which a file may be read; None where there is none."""
    if same_or_below(top, place) and _is_hidden(top, place):
        return None  # whatever it leads to
    for folder in (top, *(os.path.realpath(os.path.join(top, each)) for each in folders)):
        if same_or_below(folder, real) and real != folder and not _is_hidden(folder, real):
            return folder
    return None


def _is_hidden(folder: str, path: str) -> bool:
    """Tell whether a name between a folder and what lies below it is hidden."""
    return any(part.startswith(".") for part in os.path.relpath(path, folder).split(os.sep))


def _how_to_open(path: str, folders: Sequence[str]) -> str:
    """Return what to do so that a file may be included."""
    if any(part.startswith(".") and part != ".." for part in path.split("/")):
        return "hidden files are nothing to be shown"
    if not path.startswith("../"):
        return "it leads out of the site's folder; name the folder that it leads to in site.yaml, under sources:"
    folder = posixpath.dirname(path)
    if folders:
        opened = ", ".join(folders)
        return f"site.yaml opens {opened}; add its folder there: sources: [{opened}, {folder}]"
    return f"it lies outside the site's folder; open its folder in site.yaml: sources: [{folder}]"


def _near(real: str, within: str) -> str:
    """Return which name was meant, or what there is in the folder."""
    folder = os.path.dirname(real)
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return f"there is no folder '{visible(os.path.basename(folder))}' either" if folder != within else ""
    some = f"its folder has {', '.join(map(visible, names[:SHOWN]))}" if names else ""
    return did_you_mean(os.path.basename(real), names) or some


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and don't wait for who writes into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
