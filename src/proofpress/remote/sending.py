"""What the three ways of sending share: the files of a built site, what would change, and the list that stays there.

Only what the build wrote is sent, as the record of the output folder tells; a file that somebody put there by hand stays
on this machine. And only what Proofpress has sent is ever deleted: a list of it, `.proofpress-sent.json`, lies beside the
site, so that a publisher who starts from a fresh checkout knows it too. It is widened before the first file is sent
and narrowed after the last is deleted, so that sending that was cut off leaves nothing that the next one doesn't know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from proofpress.engine.disk import files_below
from proofpress.output.publish import rank
from proofpress.output.record import MANIFEST, TEMPORARY, digest_of_output, read_record
from proofpress.paths import OutputPath
from proofpress.problems import visible
from proofpress.remote.programs import RemoteError, WrongTargetError

SENT: Final = ".proofpress-sent.json"
VERSION: Final = 1
PHASES: Final = ("assets and other files", "pages", "lists", "feeds and texts for machines")
"""What each rank of `output.publish` holds, in the order in which they are sent."""

LISTED: Final = 20
"""How many files a message lists before it counts the rest."""
LONGEST: Final = 4096
"""Bytes of the longest path that any target can hold (Linux's PATH_MAX; S3's keys have 1,024)."""

Tell = Callable[[str], None]
"""Takes a sentence about what is being done."""


class ForeignFilesError(WrongTargetError):
    """A target holds what Proofpress did not put there and would replace; the message lists it, and names --take-over."""


class Site(msgspec.Struct, frozen=True):
    """A built site: its output folder, the digest of each file that the build wrote, and the others that lie there."""

    output: Path
    files: Mapping[OutputPath, str]
    strangers: Sequence[str] = ()


class Changes(msgspec.Struct, frozen=True):
    """What sending changes at the target, or would change."""

    new: Sequence[OutputPath]
    changed: Sequence[OutputPath]
    deleted: Sequence[OutputPath]
    unchanged: int
    notice: str = ""
    """What a person should know of it, beside the numbers."""

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.new or self.changed or self.deleted)


class Sent(msgspec.Struct, frozen=True):
    """The list that lies at the target: what Proofpress has sent there. A digest may be empty: then nobody asks it."""

    version: int = VERSION
    files: dict[OutputPath, str] = {}


def read_site(root: Path, output: Path) -> Site:
    """Return what the last build of a site wrote into an output folder."""
    record = read_record(root, output)
    strangers = sorted(
        path for path in files_below(output) if path not in record.files and not path.endswith(TEMPORARY)
    )
    # The manifest tells the next build what is its own; at the target the list of what was sent does.
    return Site(output, {path: written.digest for path, written in record.files.items() if path != MANIFEST}, strangers)


def phases(paths: Iterable[OutputPath]) -> list[tuple[str, list[OutputPath]]]:
    """Return paths in the order in which they are sent, in groups; each group may be sent in any order."""
    ordered = sorted(paths, key=lambda path: (rank(path), path))
    return [(PHASES[number], list(group)) for number, group in groupby(ordered, key=rank)]


def copy(site: Site, paths: Iterable[OutputPath], to: Path) -> None:
    """Copy files of a site below a folder. Raises RemoteError where a file is no longer what the build wrote."""
    for path in paths:
        try:
            data = (site.output / path).read_bytes()
        except FileNotFoundError:
            data = None
        if data is None or digest_of_output(data) != site.files[path]:
            raise RemoteError(f"'{site.output / path}' changed while it was about to be sent; run publish again")
        target = to / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def encode_sent(files: Mapping[OutputPath, str]) -> bytes:
    """Return the list's bytes, a line for each file."""
    ordered = Sent(files=dict(sorted(files.items())))
    return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


def decode_sent(data: bytes) -> dict[OutputPath, str]:
    """Return what a list says was sent. One that can't be read says nothing, so that nothing is deleted.

    The list lies where others may write: it names files below the target and nothing else, and never itself.
    """
    try:
        sent = msgspec.json.decode(data, type=Sent)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # of msgspec 0.19 its errors are no ValueError
        return {}
    return {path: digest for path, digest in sent.files.items() if _is_below(path)} if sent.version == VERSION else {}


def _is_below(path: str) -> bool:
    """Return whether a path names a file below the target and nowhere else, on whatever system that is."""
    if "\0" in path or path == SENT or len(path.encode()) > LONGEST:
        return False
    return "" not in path.split("/") and not any(part in (".", "..") for part in re.split(r"[/\\]", path))


def refuse_foreign(place: str, foreign: Sequence[str], sent: Mapping[OutputPath, str]) -> None:
    """Refuse to write over files at a target that Proofpress did not send there. Raises ForeignFilesError."""
    if not foreign:
        return
    unknown = "" if sent else f" (no list of what it sent, '{SENT}', lies there that can be read)"
    raise ForeignFilesError(
        f"'{place}' holds {counted(foreign)} that Proofpress did not put there{unknown}:{listed(foreign)}\n"
        "Publishing would write over them, and they would be lost for good. Nothing was sent. Name another place, or "
        "have these written over with --take-over; what else lies there stays in either case"
    )


def counted(paths: Sequence[str]) -> str:
    """Return how many files there are, in words."""
    return "one file" if len(paths) == 1 else f"{len(paths):,} files"


def listed(paths: Sequence[str]) -> str:
    """Return files on lines of their own, the first ones of many. A name that came from elsewhere steers no terminal."""
    more = [f"… and {len(paths) - LISTED:,} more"] if len(paths) > LISTED else []
    return "".join(f"\n  {line}" for line in (*map(visible, paths[:LISTED]), *more))


def parents(path: str) -> list[str]:
    """Return the folders that hold a path, the outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]
