"""Publishing into a bucket of S3, or of a service that speaks its language, with the installed `aws`.

The bucket's listing tells what is there: an object is left alone if its size and its checksum are the site's. What differs
is sent in phases, each file with its content type and with how long it may be kept: a fingerprinted asset for ever,
since its name changes with its bytes, anything else until it is asked for again. Objects are replaced whole.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from proofpress.paths import OutputPath
from proofpress.remote.programs import Done, RemoteError, WrongTargetError, find, run
from proofpress.remote.sending import (
    SENT,
    Changes,
    Site,
    Tell,
    copy,
    decode_sent,
    encode_sent,
    phases,
    refuse_foreign,
)

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
"""Kept, but shown only after the server has said that it is still the newest (RFC 9111, 5.2.2.4)."""
A_REQUEST: Final = 1000
"""How many objects one request deletes at most (S3's DeleteObjects)."""
TYPES: Final[Mapping[str, str]] = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""What this machine's table of types may lack or call otherwise."""
_FINGERPRINTED = re.compile(r"assets/(.*/)?[^/]+\.[0-9a-f]{10}(\.[^/.]+)?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Target(msgspec.Struct, frozen=True):
    """A bucket, or what is below a prefix in it; the prefix is empty or ends with a slash."""

    aws: str
    bucket: str
    prefix: str
    environment: Mapping[str, str]

    @property
    def place(self) -> str:
        """The target's address."""
        return f"s3://{self.bucket}/{self.prefix}"

    def call(self, *arguments: str) -> Done:
        """Run aws."""
        return run([self.aws, *arguments], environment=self.environment)


class There(msgspec.Struct, frozen=True):
    """An object of the bucket: its size, and its checksum as the service tells it."""

    size: int
    tag: str


def find_target(place: str) -> Target:
    """Return the bucket to publish into. Raises WrongTargetError for a name that none can have, RemoteError."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    prefix = prefix.strip("/")
    if not _BUCKET.fullmatch(bucket) or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
        raise WrongTargetError(f"'{place}' names no bucket; write BUCKET or BUCKET/PREFIX, such as notes.me.example")
    quiet = {"AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off", "PYTHONWARNINGS": ""}
    return Target(find("aws"), bucket, f"{prefix}/" if prefix else "", {**os.environ, **quiet})


def publish(
    site: Site, target: Target, *, dry_run: bool, take_over: bool = False, tell: Tell = lambda _said: None
) -> Changes:
    """Make the bucket hold the site; with `dry_run` tell what that would change.

    Objects that Proofpress did not send there stay; ForeignFilesError where one is in the place of another, unless it
    is to be written over. Raises RemoteError, which tells how far it came; the same command then goes on from there.
    """
    tell(f"comparing with {target.place}")
    there = _listing(target)
    sent = _sent(target) if OutputPath(SENT) in there else {}
    new = [path for path in site.files if path not in there]
    changed = [path for path in site.files if path in there and not _same(site, path, there[path], sent.get(path, ""))]
    if not take_over:
        refuse_foreign(target.place, sorted(path for path in changed if path not in sent), sent)
    stale = [path for path in sorted(sent) if path not in site.files]
    gone = [path for path in stale if path in there]
    changes = Changes(new, changed, gone, len(site.files) - len(new) - len(changed))
    if dry_run:
        return changes
    with tempfile.TemporaryDirectory(prefix="proofpress-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if new or changed or gone:
            # What is about to be sent is on the list, without a digest, until it is there.
            unsure = dict.fromkeys([*new, *changed], "")
            _note(target, folder, {**sent, **unsure}, "nothing was sent")
        _send(site, target, folder, [*new, *changed], tell)
        if gone:
            tell(f"deleting {len(gone):,} that are gone")
            _delete(target, folder, gone)
        if sent != site.files or changes:
            _note(target, folder, site.files, "the site was sent as a whole")
    return changes


def content_type(path: str) -> str:
    """Return what a file is served as."""
    extension = Path(path).suffix.lower()
    if extension in TYPES:
        return TYPES[extension]
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def cache_control(path: str) -> str:
    """Return how long browsers may keep a file."""
    return FOR_EVER if _FINGERPRINTED.fullmatch(path) else ASK_AGAIN


def _listing(target: Target) -> dict[OutputPath, There]:
    """Return the objects below the target, by their paths there."""
    where = ["--prefix", target.prefix] if target.prefix else []
    done = target.call(
        "s3api", "list-objects-v2", "--bucket", target.bucket, *where,
        "--query", "Contents[].[Key, Size, ETag]", "--output", "json",
    )  # fmt: skip
    if done.status != 0:
        raise RemoteError(
            f"'{target.place}' can't be listed, and nothing was sent; aws needs credentials that may list, write and "
            f"delete there (`aws configure`, or AWS_PROFILE):{done.last_words}"
        )
    try:
        found = msgspec.json.decode(done.output.strip() or b"null", type=list[tuple[str, int, str]] | None)
    except msgspec.MsgspecError as error:
        raise RemoteError(f"aws told of '{target.place}' what can't be read ({error}), and nothing was sent") from None
    return {OutputPath(key.removeprefix(target.prefix)): There(size, tag.strip('"')) for key, size, tag in found or ()}


def _sent(target: Target) -> dict[OutputPath, str]:
    """Return what Proofpress sent there earlier."""
    done = target.call("s3", "cp", "--only-show-errors", target.place + SENT, "-")
    if done.status != 0:
        raise RemoteError(f"'{target.place}{SENT}' can't be read, and nothing was sent:{done.last_words}")
    return decode_sent(done.output)


def _same(site: Site, path: OutputPath, there: There, sent: str) -> bool:
    """Return whether an object is the site's file.

    An ETag is the MD5 of an object that came in one piece and is not encrypted with a key of the owner's; where it is
    something else, the digest tells under which Proofpress sent the object.
    """
    data = (site.output / path).read_bytes()
    if len(data) != there.size:
        return False
    return there.tag == hashlib.md5(data, usedforsecurity=False).hexdigest() or sent == site.files[path]


def _send(site: Site, target: Target, folder: Path, paths: Iterable[OutputPath], tell: Tell) -> None:
    """Send files in phases, those of one type and one cache time together."""
    state = "nothing was sent"
    for what, group in phases(paths):
        tell(f"sending {what}: {len(group):,}")
        for (kind, kept), files in groupby(sorted(group, key=_headers), key=_headers):
            source = folder / "files"
            copy(site, files, source)
            done = target.call(
                "s3", "cp", "--recursive", "--only-show-errors", "--no-guess-mime-type", "--content-type", kind,
                "--cache-control", kept, f"{source}{os.sep}", target.place,
            )  # fmt: skip
            if done.status != 0:
                raise _failed(done, f"sending {what}", state)
            shutil.rmtree(source)
        state = f"the new {what} were sent, what comes after them was not"


def _headers(path: OutputPath) -> tuple[str, str]:
    return content_type(path), cache_control(path)


def _delete(target: Target, folder: Path, paths: Sequence[OutputPath]) -> None:
    """Delete objects, by their keys."""
    for start in range(0, len(paths), A_REQUEST):
        some = paths[start : start + A_REQUEST]
        request = folder / "delete.json"
        objects = [{"Key": target.prefix + path} for path in some]
        request.write_bytes(msgspec.json.encode({"Objects": objects, "Quiet": True}))
        done = target.call(
            "s3api", "delete-objects", "--bucket", target.bucket, "--delete", f"file://{request}",
            "--query", "Errors[].[Key, Message]", "--output", "text",
        )  # fmt: skip
        if done.status != 0 or done.text not in ("", "None"):
            raise _failed(done, "deleting what is gone", "all that is new was sent, not all that is gone was deleted")


def _note(target: Target, folder: Path, files: Mapping[OutputPath, str], state: str) -> None:
    """Leave the list of what was sent at the target."""
    source = folder / SENT
    source.write_bytes(encode_sent(files))
    done = target.call(
        "s3", "cp", "--only-show-errors", "--no-guess-mime-type", "--content-type", "application/json",
        "--cache-control", ASK_AGAIN, str(source), target.place + SENT,
    )  # fmt: skip
    if done.status != 0:
        raise _failed(done, f"writing {SENT}", state)


def _failed(done: Done, doing: str, state: str) -> RemoteError:
    return RemoteError(
        f"aws failed (status {done.status}) while {doing}; {state}, each object there is whole, and the same command "
        f"goes on from there:{done.last_words}"
    )
