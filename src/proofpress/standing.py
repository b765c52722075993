"""Whether a site stands as a build left it, told before anything else of Proofpress is loaded.

A build that ends well leaves a stamp, `.proofpress/standing`: with what it was asked for, what the file system said of
every file that it looked at and of every file that it published, until when that holds, and what it would say where
nothing changed. A later build that is asked for the same and finds the same says just that. It is the one look at a site
that reads no file, so it believes nothing that could be otherwise: files that were changed moments before the build began,
since a second change would show the same time; links; a site whose pages depend on more than files. Without a stamp that
fits, a build looks as it always does. A stamp that comes with a checkout fits nowhere: it names times of change that only the
system sets.

A start of Python takes nine milliseconds, and each module more, so this one imports what Python itself has imported.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

FOLDER: Final = ".proofpress"
NAME: Final = "standing"
SETTINGS: Final = "site.yaml"
PARTS: Final = (SETTINGS, "content", "data", "plugins", "plugins.py", "static", "templates", "words")
"""What of a site's folder a build reads."""
SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a file's times can be trusted: a later change would have given it another one."""
NEVER: Final = 2**63
"""A moment after all others."""
LARGEST: Final = 64 * 2**20
"""Bytes of a stamp: of a hundred thousand files, thirty million."""
_HEAD: Final = "proofpress standing 1"
_HEARD: Final = (
    "PYTHON",
    "PROOFPRESS",
    "GITHUB_",
    "LC_",
    "LANG",
    "TERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "SOURCE_DATE_EPOCH",
)
"""How the variables begin on which Python, its libraries or we decide what to make or how to say it."""


class Looks:
    """Files and folders, and what the file system says of each."""

    def __init__(self, paths: Iterable[str], *, newest: int) -> None:
        """Look at `paths`; if one of them changed after the moment `newest`, in nanoseconds, they are not `settled`."""
        self.paths = tuple(paths)
        self.settled = True
        signs = []
        for path in self.paths:
            sign, changed = _sign(path)
            self.settled = self.settled and changed < newest
            signs.append(sign)
        self.signs = " ".join(signs)


class Standing:
    """What has to be as it was for a build to have nothing to do, and until when that holds."""

    def __init__(
        self, root: str | os.PathLike[str], looks: Sequence[Looks], *, now_ns: int, until_ns: int | None
    ) -> None:
        """Keep what a build of the site in `root` looked at; it was `now`, and holds `until` a post is due."""
        self.root = root
        self.looks = tuple(looks)
        self.now_ns = now_ns
        self.until_ns = until_ns


class Said:
    """What a build says: on the standard output, and on the standard error stream before and after its seconds."""

    def __init__(self, out: str, before: str, after: str) -> None:
        """Take the three texts."""
        self.out = out
        self.before = before
        self.after = after


def look(root: str, newest: int) -> Looks | None:
    """Look at every file that a build of a site may read; None where a link is among them, which may lead anywhere.

    What changed after the moment `newest` is not settled.
    """
    paths = [path for part in PARTS for path in tree(f"{root}/{part}")]
    return None if None in paths else Looks(filter(None, paths), newest=newest)


def tree(path: str) -> Iterator[str | None]:
    """Give a path and all that lies below it, and None for a link or what is neither a file nor a folder."""
    yield None if os.path.islink(path) else path  # noqa: PTH114 - pathlib is not loaded here
    try:
        with os.scandir(path) as found:
            entries = list(found)
    except OSError:  # a file, or nothing
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from tree(entry.path)
        else:
            yield entry.path if entry.is_file(follow_symlinks=False) else None


def stamp(standing: Standing, arguments: Sequence[str], said: Said) -> bytes | None:
    """Return the stamp of a build that was asked for with `arguments` and would say this; None where there can be none."""
    if not all(looks.settled for looks in standing.looks):
        return None
    until = "" if standing.until_ns is None else str(standing.until_ns)
    counts = [str(len(looks.paths)) for looks in standing.looks]
    fields = [
        _HEAD,
        _asked(standing.root, arguments),
        str(standing.now_ns),
        until,
        said.out,
        said.before,
        said.after,
        str(len(counts)),
        *counts,
    ]
    for looks in standing.looks:
        fields += [*looks.paths, looks.signs]
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def holds(root: str, arguments: Sequence[str], now_ns: int) -> Said | None:
    """Return what a build of the site in `root` would say if it stands as its stamp says; None where it has to look."""
    try:
        if not stat.S_ISDIR(os.lstat(f"{root}/{FOLDER}").st_mode):
            return None
        with open(f"{root}/{FOLDER}/{NAME}", "rb", opener=_unlinked) as file:
            fields = file.read(LARGEST).decode("utf-8", "surrogateescape").split("\0")
        head, asked, since, until, out, before, after, groups, *rest = fields
        if head != _HEAD or asked != _asked(root, arguments):
            return None
        if "SOURCE_DATE_EPOCH" not in os.environ and not (int(since) <= now_ns and (not until or now_ns < int(until))):
            return None
        at = int(groups)
        for count in rest[: int(groups)]:
            end = at + int(count)
            if " ".join([_sign(path)[0] for path in rest[at:end]]) != rest[end]:
                return None
            at = end + 1
    except (OSError, ValueError, IndexError):  # none, or none of ours
        return None
    return Said(out, before, after) if at == len(rest) else None


def site_folder(arguments: Sequence[str]) -> str | None:
    """Return the folder of the site that a build is asked for: the one that is named, else the nearest from here upwards."""
    for at, argument in enumerate(arguments):
        if argument == "--site":
            return arguments[at + 1] if at + 1 < len(arguments) else None
        if argument.startswith("--site="):
            return argument.removeprefix("--site=")
    folder = os.getcwd()  # noqa: PTH109 - as above
    while not os.path.isfile(f"{folder}/{SETTINGS}"):  # noqa: PTH113 - as above
        above = os.path.dirname(folder)  # noqa: PTH120 - as above
        if above == folder:
            return None
        folder = above
    return folder


def _sign(path: str) -> tuple[str, int]:
    """Return what the file system says of a path, in a word, and when it last changed."""
    try:
        found = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return "-", 0
    changed = max(found.st_mtime_ns, found.st_ctime_ns)
    return f"{found.st_mode}.{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_ino}", changed


def _asked(root: str | os.PathLike[str], arguments: Sequence[str]) -> str:
    """Return all that decides what a build makes and says beside its files: how it is called, where, and by which Python."""
    streams = [(stream.isatty(), stream.encoding) for stream in (sys.stdout, sys.stderr)]
    heard = sorted((name, value) for name, value in os.environ.items() if name.startswith(_HEARD))
    return repr((os.path.abspath(root), list(arguments), os.getcwd(), streams, heard, sys.version, sys.path, sys.flags))  # noqa: PTH100, PTH109 - as above


def _unlinked(path: str, flags: int) -> int:
    """Open a file, but no link and no pipe in its place."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
