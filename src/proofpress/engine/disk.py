"""Files of one's own on a disk that others write to: known by their type, never reached through a link.

What lies in a folder that a build keeps things in may be anything: a link that leads elsewhere, a pipe that never ends,
a folder where a file belongs. Nothing here follows a link, waits, or writes through what was there before. A fault that
the system reports names its file, also where the system itself doesn't: a full disk names none.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kind = Literal["missing", "file", "folder", "link", "special"]

# On Windows neither flag exists: there are no pipes among files, and whether a name is a link is asked before.
_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_LINK_TAGS: Final = (0xA0000003, 0xA000000C)
"""IO_REPARSE_TAG_MOUNT_POINT, a junction, and IO_REPARSE_TAG_SYMLINK, of winnt.h: Windows' two kinds of links."""
_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)

_CALLED: Final[dict[Kind, str]] = {
    "file": "a file",
    "folder": "a folder",
    "link": "a link",
    "special": "neither a file nor a folder",
}


def kind_of(info: os.stat_result) -> Kind:
    """Return what the answer of `os.lstat` speaks of."""
    if stat.S_ISLNK(info.st_mode) or getattr(info, "st_reparse_tag", 0) in _LINK_TAGS:
        return "link"
    if stat.S_ISDIR(info.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(info.st_mode) else "special"


def kind(path: Path) -> Kind:
    """Return what lies at a path, a link's own kind and not its target's. Raises OSError where that can't be told."""
    try:
        return kind_of(os.lstat(path))
    except OSError as error:
        if error.errno in _ABSENT:
            return "missing"
        raise


DEEPEST: Final = 128
"""Folders within each other that are looked into: far more than an address has parts."""


def files_below(folder: str | os.PathLike[str]) -> Iterator[str]:
    """Give everything below a folder that is no folder, links too, as paths relative to it, in no order.

    A folder that can't be read holds nothing. One that lies deeper than any site's stands for what is in it: neither a
    call of ours nor the system's would reach that.
    """
    waiting = [""]
    while waiting:  # not by recursion: somebody's folders may be thousands deep
        name = waiting.pop()
        try:
            with os.scandir(os.path.join(folder, name)) as found:  # noqa: PTH118 - a name of many
                entries = list(found)
        except OSError as error:
            if name and error.errno == errno.ENAMETOOLONG:
                yield name
            continue
        for entry in entries:
            path = f"{name}/{entry.name}" if name else entry.name
            if kind_of(entry.stat(follow_symlinks=False)) == "folder" and path.count("/") < DEEPEST:
                waiting.append(path)
            else:
                yield path


def own_file(path: Path) -> bool:
    """Return whether there is a file, where only a file or nothing may be. Raises OSError, in words, for all else."""
    return _own(path, "file")


def own_folder(path: Path) -> bool:
    """Return whether there is a folder, where only a folder or nothing may be. Raises OSError, in words, for all else."""
    return _own(path, "folder")


def _own(path: Path, wanted: Kind) -> bool:
    found = kind(path)
    if found not in (wanted, "missing"):
        number = errno.EISDIR if found == "folder" else errno.EEXIST if wanted == "file" else errno.ENOTDIR
        words = f"it is {_CALLED[found]}, where Proofpress keeps {_CALLED[wanted]} of its own; move or delete it"
        raise OSError(number, words, str(path))
    return found == wanted


def read_file(path: Path, limit: int | None = None) -> bytes | None:
    """Return a file's bytes; None for what is no file, can't be read, or has more than `limit` bytes."""
    try:
        if not getattr(os, "O_NOFOLLOW", 0) and kind(path) != "file":
            return None
        descriptor = os.open(path, _READ)
    except (OSError, ValueError):
        return None
    with contextlib.suppress(OSError), os.fdopen(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        if stat.S_ISREG(info.st_mode) and (limit is None or info.st_size <= limit):
            return file.read()
    return None


def write_file(path: Path, data: bytes) -> None:
    """Write a new file. One of that name, which an earlier process left, goes before; what is no file is refused."""
    with naming(path):
        if own_file(path):
            path.unlink()
        with path.open("xb") as file:  # exclusive: neither a link nor a file with a second name is written through
            file.write(data)


@contextlib.contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Have an OSError name the file that it speaks of, where the system doesn't: a write to a full disk names none."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise
