"""The cache folder, `.proofpress/`: whose its parts are, and how they go.

What lies there is input, like a post: a checkout, a restored cache or another program may have put it there. So each
part is known by its type before it is used, and nothing is reached through a link.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final

from proofpress.engine.disk import own_file, own_folder
from proofpress.standing import FOLDER, NAME

if TYPE_CHECKING:
    from pathlib import Path

CACHE: Final = FOLDER
STORE: Final = "cache.db"
CHECKED: Final = "check.db"
"""What `check` remembers: it asks more than a build, and neither is to forget for the other."""
LINKS: Final = "links.db"
"""Which addresses of other sites were there when `check --external` asked."""
STAMP: Final = NAME
"""What says that a build has nothing to do."""
STAGING: Final = "staging"
PICTURES: Final = "pictures"
"""The lighter ones that were made of pictures, each in a file that its digest names."""

RUNS: Final = "run"
"""What runs of listings keep: environments made of posts' requirements, and what libraries find out about the machine."""


def cache_folder(root: Path) -> Path:
    """Return a site's cache folder, which may not be there yet. Raises OSError, in words, where it is no folder."""
    folder = root / CACHE
    own_folder(folder)
    return folder


def forget(root: Path) -> None:
    """Drop what earlier builds remembered, but not the records of what they published, nor the lock, which who calls holds."""
    folder = cache_folder(root)
    for name in (STAMP, STORE, STORE + "-journal", CHECKED, CHECKED + "-journal", LINKS, LINKS + "-journal"):
        if own_file(folder / name):
            (folder / name).unlink()
    empty_staging(root)
    forget_pictures(root)
    if own_folder(folder / RUNS):
        shutil.rmtree(folder / RUNS, ignore_errors=True)


def forget_pictures(root: Path) -> None:
    """Drop the lighter pictures that are kept."""
    folder = cache_folder(root) / PICTURES
    if own_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)  # which never follows a link within


def empty_staging(root: Path) -> Path:
    """Return the staging folder, without what a killed build left there; it is made when something is put in.

    The workers of a build that was killed may write for a moment longer. What they put in meanwhile goes the next time,
    and does no harm: each build has a folder of its own in this one. Raises OSError, in words, where it is no folder.
    """
    staging = cache_folder(root) / STAGING
    if own_folder(staging):
        with contextlib.suppress(RecursionError):  # folders a thousand deep are no build's; they do no harm
            shutil.rmtree(staging, ignore_errors=True)  # which never follows a link within
    return staging
