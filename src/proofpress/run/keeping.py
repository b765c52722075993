"""What a post's listings gave, kept beside the post: the lock and its pictures, whole or as they were.

Pictures are named by their bytes and come first, the lock that speaks of them last, each renamed into its place; then go
the pictures that no lock speaks of any more. A run that is killed in between leaves what was there, and pictures more.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proofpress.content.names import LOCK
from proofpress.engine.disk import naming, own_file, own_folder, read_file, write_file
from proofpress.recorded.listings import digest
from proofpress.recorded.lock import renewed, written
from proofpress.recorded.reading import PICTURES
from proofpress.recorded.values import Lock
from proofpress.run.environment import platform_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from proofpress.run.posts import Gave

_TEMPORARY: Final = "~"
"""How the name of a file ends that is being written: what an editor leaves behind ends so, and no site has it."""
_PICTURE: Final = re.compile(r"([0-9a-f]{16})\.(?:png|svg)")


def lock_of(post: str) -> str:
    """Return the path of a post's lock, in the site."""
    return post.rpartition(".")[0] + LOCK


def pictures_of(post: str) -> str:
    """Return the path of the folder with what a post's listings drew, in the site."""
    return post.rpartition(".")[0] + PICTURES


def has_pictures(root: Path, post: str, names: set[str]) -> bool:
    """Tell whether all these pictures lie where they belong, with the bytes after which they are named."""
    folder = root / pictures_of(post)
    return all(_is_whole(folder / name) for name in names)


def lock_after(gave: Gave, before: Lock | None, day: str) -> Lock:
    """Return the lock of what a post gave on a day: the one before, where it gave what it gave then."""
    return renewed(before, Lock(when=day, platform=platform_name(), versions=gave.versions, listings=gave.listings))


def keep(root: Path, gave: Gave, kept: Lock) -> bool:
    """Keep a lock and the pictures of what a post gave; return whether anything was written. Raises OSError, in words."""
    lock = written(kept).encode("utf-8")
    top = root.resolve()
    folder = Path(os.path.realpath(root / posixpath.dirname(gave.path)))
    if not folder.is_relative_to(top):
        raise OSError(None, f"'{gave.path}' leads out of the site's folder, and nothing is written there")
    pictures = folder / posixpath.basename(pictures_of(gave.path))
    place = folder / posixpath.basename(lock_of(gave.path))
    there, _ = own_folder(pictures), own_file(place)
    wrote = False
    for name, data in sorted(gave.pictures.items()):
        if not _is_whole(pictures / name):
            pictures.mkdir(exist_ok=True)
            _replace(pictures / name, data)
            wrote = True
    if read_file(place) != lock:
        _replace(place, lock)
        wrote = True
    return (_forget(pictures, gave.pictures) if there else False) or wrote


def _forget(folder: Path, pictures: Collection[str]) -> bool:
    """Delete the pictures of earlier runs: what is named after its bytes as ours are, and nothing else."""
    gone = False
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names alone
        if name not in pictures and _PICTURE.fullmatch(name) and _is_whole(folder / name):
            (folder / name).unlink()
            gone = True
    with contextlib.suppress(OSError):  # somebody's own files are in it
        folder.rmdir()
    return gone


def _is_whole(place: Path) -> bool:
    data = read_file(place)
    return data is not None and place.name.startswith(digest(data))


def _replace(place: Path, data: bytes) -> None:
    temporary = place.with_name(place.name + _TEMPORARY)
    write_file(temporary, data)
    with naming(place):
        temporary.replace(place)
