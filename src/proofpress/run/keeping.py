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

from proofpress.engine.disk import naming, own_file, own_folder, read_file, write_file
from proofpress.recorded.listings import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK: Final = ".run.yaml"
PICTURES: Final = ".run"
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


def keep(root: Path, post: str, lock: bytes, pictures: Mapping[str, bytes]) -> bool:
    """Keep a lock and its pictures; return whether anything was written. Raises OSError, in words.

    A file whose bytes are right already is left alone.
    """
    top = root.resolve()
    folder = Path(os.path.realpath(root / posixpath.dirname(post)))
    if not folder.is_relative_to(top):
        raise OSError(None, f"'{post}' leads out of the site's folder, and nothing is written there")
    kept = folder / posixpath.basename(pictures_of(post))
    there = own_folder(kept)
    place = folder / posixpath.basename(lock_of(post))
    own_file(place)
    wrote = False
    for name, data in sorted(pictures.items()):
        if not _is_whole(kept / name):
            kept.mkdir(exist_ok=True)
            _replace(kept / name, data)
            wrote = True
    if read_file(place) != lock:
        _replace(place, lock)
        wrote = True
    if there:
        wrote = _forget(kept, pictures) or wrote
    return wrote


def _forget(folder: Path, pictures: Mapping[str, bytes]) -> bool:
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
