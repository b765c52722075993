"""Publishing into a folder with rsync: through ssh, to an rsync daemon, or on this machine.

What differs is found first, by checksums, so that equal files keep their times, and with them what browsers have cached,
also where every file of a fresh checkout is new. Then it is sent in phases, so that no page ever leads to what is not
there yet. Deletions name each file: a folder that holds what others put there stays, and so does what they put. Where a
file of theirs is in the way of one of the site's, nothing is sent unless a person says so (`--take-over`).
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from proofpress.output.publish import refuse
from proofpress.paths import OutputPath
from proofpress.remote.programs import SSH, Done, RemoteError, WrongTargetError, find, run
from proofpress.remote.sending import (
    SENT,
    Changes,
    Site,
    Tell,
    copy,
    decode_sent,
    encode_sent,
    parents,
    phases,
    refuse_foreign,
)

MISSING: Final = 23
"""rsync's exit status where a file or folder that was asked for is not there."""
NO_PARENT: Final = (3, 11)
"""rsync's exit status where it can't make the target folder."""
NEEDED: Final = 3
"""The version of rsync from which paths with spaces are safe (`--secluded-args`)."""
_REMOTE = re.compile(
    r"(?P<host>(?:[^/:@\s]+@)?(?:\[[0-9A-Fa-f:.%]+\]|[^/:@\s]+)):(?P<daemon>:?)(?P<path>.*)", re.DOTALL
)
_DAEMON = re.compile(r"rsync://[^/\s]+/(?P<path>.*)", re.DOTALL)
_HOMES = re.compile(r"/(root|(home|Users)(/[^/]+)?)")
_OCTAL = re.compile(rb"\\#([0-7]{3})")
_WILD = re.compile(r"([*?\[\\])")


class Target(msgspec.Struct, frozen=True):
    """A folder to publish into, as rsync names it, without a slash at its end."""

    rsync: str
    place: str
    environment: Mapping[str, str]

    def call(self, *arguments: str) -> Done:
        """Run rsync: paths are never read by a shell, names are given in UTF-8, and silence ends after a while."""
        return run([self.rsync, "-s", "-8", "--timeout=600", *arguments], environment=self.environment)


def find_target(root: Path, place: str) -> Target:
    """Return the folder to publish into. Raises WrongTargetError for one that no site should fill, RemoteError."""
    named = _place(root, place)
    rsync = find("rsync")
    first = run([rsync, "--version"]).text.partition("\n")[0]
    version = re.match(r"rsync +version +v?(\d+)", first)
    if version is None or int(version[1]) < NEEDED:
        raise RemoteError(
            f"the rsync that is installed is too old, or another program ('{first}'); publishing needs rsync {NEEDED} "
            "or newer; on macOS: brew install rsync"
        )
    return Target(rsync, named, {"RSYNC_RSH": SSH, **os.environ})


def _place(root: Path, place: str) -> str:
    """Return a target as rsync reads it."""
    remote, daemon = _REMOTE.fullmatch(place), _DAEMON.fullmatch(place)
    if place.startswith("-") or any(mark in place for mark in "\0\n\r"):
        raise WrongTargetError(f"'{place}' is no place for rsync; write HOST:PATH")
    if daemon or (remote and remote["daemon"]):
        found = daemon or remote
        assert found is not None
        path = posixpath.normpath(found["path"]) if found["path"] else ""
        if path in ("", ".", "/", "//") or path.split("/")[0] == ".." or "/.." in path:
            raise WrongTargetError(f"'{place}' names no module of the rsync daemon; write HOST::MODULE/PATH")
        return place.rstrip("/")
    if remote:
        return f"{remote['host']}:{_remote_path(remote['path'], place)}"
    folder = Path(place).expanduser() if place else Path()
    refusal = refuse(root, folder)
    if not place or refusal is not None:
        why = refusal.message if refusal is not None else "it is empty"
        raise WrongTargetError(f"{why}; name the folder of the site alone, such as HOST:/var/www/site")
    return str(folder.resolve())


def _remote_path(path: str, place: str) -> str:
    """Return a path at a host: absolute, or below the home folder of whoever logs in."""
    if path.startswith("~") and not path.startswith("~/") and path != "~":
        raise WrongTargetError(f"'{place}': rsync does not look up another's home folder; write the whole path")
    below_home = path.removeprefix("~").lstrip("/") if path.startswith("~") else path
    normal = posixpath.normpath(below_home) if below_home else ""
    if normal in ("", ".", "/", "//") or normal.split("/")[0] == ".." or _HOMES.fullmatch(normal):
        raise WrongTargetError(
            f"'{place}' holds more than a site: an empty path, '/' and a home folder are refused; name the folder of the "
            "site alone, such as HOST:/var/www/site"
        )
    return normal


def publish(
    site: Site, target: Target, *, dry_run: bool, take_over: bool = False, tell: Tell = lambda _said: None
) -> Changes:
    """Make the folder hold the site; with `dry_run` tell what that would change.

    Files that Proofpress did not send there stay; ForeignFilesError where one is in the way, unless it is to be written
    over. Raises RemoteError, which tells how far it came; the same command then goes on from there; WrongTargetError
    where the target is the output folder itself.
    """
    if Path(target.place).is_absolute() and Path(target.place).is_relative_to(site.output.resolve()):
        raise WrongTargetError(f"'{target.place}' is where the site is built; name another folder")
    with tempfile.TemporaryDirectory(prefix="proofpress-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        tell(f"comparing with {target.place}")
        sent = _sent(target, folder)
        stale = sorted(set(sent) - set(site.files))
        new, changed = _differing(site, target, folder)
        if not take_over:
            met = [*changed, *_in_the_way(target, folder, new)]
            refuse_foreign(target.place, sorted(path for path in met if path not in sent), sent)
        gone = _delete(target, folder, site, stale, dry_run=True) if stale else []
        changes = Changes(new, changed, gone, len(site.files) - len(new) - len(changed))
        if dry_run:
            return changes
        if set(site.files) - set(sent):
            _note(target, folder, [*sent, *site.files], "nothing was sent")
        _send(site, target, folder, changes, stale, tell)
        if set(sent) != set(site.files):
            _note(target, folder, site.files, "the site was sent as a whole")
    return changes


def _send(site: Site, target: Target, folder: Path, changes: Changes, stale: Sequence[OutputPath], tell: Tell) -> None:
    """Send what differs, in phases, then delete what is gone."""
    folders = {parent for path in changes.new for parent in parents(path)}
    # A file that must become a folder, or a folder a file, makes way first.
    first = [path for path in stale if path in folders or not set(parents(path)).isdisjoint(changes.new)]
    if first:
        _delete(target, folder, site, first, dry_run=False)
    state = "nothing was sent"
    for what, paths in phases([*changes.new, *changes.changed]):
        tell(f"sending {what}: {len(paths):,}")
        source = folder / "files"
        copy(site, paths, source)
        done = target.call(
            "--checksum",
            "--keep-dirlinks",
            "--chmod=D755,F644",
            *_listed(folder, paths),
            "--",
            f"{source}/",
            f"{target.place}/",
        )
        if done.status != 0:
            raise _failed(done, f"sending {what}", state)
        state = f"the new {what} were sent, what comes after them was not"
        shutil.rmtree(source)
    rest = [path for path in stale if path not in first]
    if rest:
        tell(f"deleting {len(rest):,} that are gone")
        _delete(target, folder, site, rest, dry_run=False)


def _failed(done: Done, doing: str, state: str) -> RemoteError:
    if done.status in NO_PARENT and "mkdir" in done.errors:
        state += ", since the folder that is to hold it is missing; make that first"
    return RemoteError(
        f"rsync failed (status {done.status}) while {doing}; {state}, each file there is whole, and the same command "
        f"goes on from there:{done.last_words}"
    )


def _sent(target: Target, folder: Path) -> dict[OutputPath, str]:
    """Return what Proofpress sent there earlier."""
    to = folder / "sent"
    to.mkdir()
    done = target.call("-r", f"--include=/{SENT}", "--exclude=*", "--", f"{target.place}/", f"{to}/")
    if done.status not in (0, MISSING):
        raise RemoteError(
            f"'{target.place}' can't be reached (rsync ended with {done.status}), and nothing was sent; ssh asks for no "
            f"password here, so it needs a key, and a host that is known:{done.last_words}"
        )
    try:
        return decode_sent((to / SENT).read_bytes())
    except OSError:  # there is none, or a folder of its name
        return {}


def _note(target: Target, folder: Path, paths: Iterable[OutputPath], state: str) -> None:
    """Leave the list of what was sent at the target."""
    source = folder / SENT
    source.write_bytes(encode_sent(dict.fromkeys(paths, "")))
    done = target.call("--checksum", "--chmod=D755,F644", "--", str(source), f"{target.place}/")
    if done.status != 0:
        raise _failed(done, f"writing {SENT}", state)


def _differing(site: Site, target: Target, folder: Path) -> tuple[list[OutputPath], list[OutputPath]]:
    """Return the files that are not there, and those that are there with other bytes."""
    # --force: a folder that is to become a file is no fault of a comparison. Nothing is deleted by it.
    done = target.call(
        "--dry-run", "--force", "--checksum", "--keep-dirlinks", "--out-format=%i %n", *_listed(folder, site.files),
        "--", f"{site.output}/", f"{target.place}/",
    )  # fmt: skip
    if done.status != 0:
        raise _failed(done, "comparing", "nothing was sent")
    new: list[OutputPath] = []
    changed: list[OutputPath] = []
    for line in done.output.splitlines():
        told, _, name = line.partition(b" ")
        if told[:2] in (b"<f", b">f"):
            (new if told.endswith(b"+++") else changed).append(OutputPath(_decoded(name)))
    return new, changed


def _in_the_way(target: Target, folder: Path, new: Sequence[OutputPath]) -> list[OutputPath]:
    """Return what rsync would delete to make room: links and the like where files go, files where folders go."""
    folders = {parent for path in new for parent in parents(path)}
    there = _kinds(target, folder, [*new, *sorted(folders)])
    linked = [path for path in sorted(folders) if there.get(path) == "L"]
    # A link to a folder is as good as a folder, where a folder is wanted.
    there |= _kinds(target, folder, linked, "--copy-dirlinks") if linked else {}
    return [OutputPath(path) for path, kind in there.items() if kind != "d"]


def _kinds(target: Target, folder: Path, paths: Sequence[str], *options: str) -> dict[str, str]:
    """Return which of these paths are at the target, and what each is there, in rsync's letters."""
    if not paths:
        return {}
    nothing = folder / "nothing"
    nothing.mkdir(exist_ok=True)
    done = target.call(
        "--dry-run", "--dirs", "--links", "--devices", "--specials", *options, "--out-format=%i %n",
        *_listed(folder, paths), "--", f"{target.place}/", f"{nothing}/",
    )  # fmt: skip
    if done.status not in (0, MISSING) and "change_dir" not in done.errors:  # the target folder is still to be made
        raise _failed(done, "comparing", "nothing was sent")
    told = (line.partition(b" ") for line in done.output.splitlines())
    return {_decoded(name).rstrip("/"): chr(what[1]) for what, _, name in told if len(what) > 1}


def _listed(folder: Path, paths: Iterable[str]) -> tuple[str, str]:
    """Write a list of files for rsync, and return the options that name it."""
    file = folder / "list"
    # With the dot in front, a name that begins with # is no comment.
    file.write_bytes("".join(f"./{path}\0" for path in paths).encode())
    return "--from0", f"--files-from={file}"


def _decoded(name: bytes) -> str:
    """Return a name that rsync printed: what can't be printed stands there in octal."""
    return _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), name).decode("utf-8", "surrogateescape")


def _delete(
    target: Target, folder: Path, site: Site, stale: Sequence[OutputPath], *, dry_run: bool
) -> list[OutputPath]:
    """Delete files, and the folders that they leave empty; returns which files were there.

    rsync deletes what the source lacks. So the source has the folders that stay and nothing else, and the rules name
    what may go: these files, their folders, and nothing beside them.
    """
    skeleton = folder / "skeleton"
    skeleton.mkdir()
    staying = {parent for path in site.files for parent in parents(path)}
    rules: dict[str, None] = {}
    for path in stale:
        rules[f"R /{_escaped(path)}"] = None
        for parent in parents(path):
            if parent in staying:
                (skeleton / parent).mkdir(exist_ok=True)
            else:
                rules[f"R /{_escaped(parent)}/"] = None
    (folder / "rules").write_bytes("".join(f"{rule}\0" for rule in (*rules, "P *")).encode())
    done = target.call(
        "-r", "--existing", "--keep-dirlinks", "--delete-after", *(["--dry-run"] if dry_run else []),
        "--out-format=%i %n", "--from0", f"--filter=merge {folder / 'rules'}", "--", f"{skeleton}/", f"{target.place}/",
    )  # fmt: skip
    shutil.rmtree(skeleton)
    if done.status != 0:
        raise _failed(done, "deleting what is gone", "nothing was sent" if dry_run else "not all of it was deleted")
    told = (line.partition(b" ") for line in done.output.splitlines())
    names = {_decoded(name.lstrip(b" ")) for what, _, name in told if what == b"*deleting"}
    return [path for path in stale if path in names]


def _escaped(path: str) -> str:
    """Return a path as a rule of rsync, in which a backslash escapes only beside a wildcard."""
    return _WILD.sub(r"\\\1", path) if any(mark in path for mark in "*?[") else path
