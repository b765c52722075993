"""What the system refused, in words: an OSError says `Permission denied`, a person asks what to do."""

from __future__ import annotations

import errno
import os
from typing import Final

_SAID: Final = {
    errno.EACCES: "this user may not read or write it; give yourself the right to, or run as the user to whom it belongs",
    errno.EPERM: "the system does not let this user change it; take away its protection, or name another folder",
    errno.EROFS: "it lies on a disk that can only be read; name another folder with --output, or free the disk for writing",
    errno.ENOSPC: "the disk is full; make room, and run it again",
    errno.EDQUOT: "this user's share of the disk is full; make room, and run it again",
    errno.ENOENT: "it is not there any more",
    errno.ENOTDIR: "a part of its path is a file, where a folder is needed",
    errno.EISDIR: "it is a folder, where a file is needed",
    errno.EEXIST: "something else is in its place; move or delete it",
    errno.ENOTEMPTY: "it is a folder that holds something; empty or move it",
    errno.ENAMETOOLONG: "its name is too long for this disk",
    errno.EMFILE: "this process may open no more files; raise the limit (`ulimit -n`), or use fewer --jobs",
    errno.EIO: "the disk reports a fault",
    errno.EBUSY: "another program holds it",
    errno.EXDEV: "it can't be moved to another disk",
    errno.ELOOP: "it is a link that leads in a circle",
}


def in_words(error: OSError) -> str:
    """Return what happened to which file, and what to do. What was said in words already is passed on."""
    place = f"'{error.filename}': " if error.filename else ""
    said = error.strerror or str(error)
    if error.errno is not None and error.errno in _SAID and said.startswith(os.strerror(error.errno)):
        said = _SAID[error.errno]
    return place + said
