"""Stands in for the program `aws`, which the tests can't have with a real S3 behind it.

It takes the arguments that publishing uses, as the AWS CLI documents them, and no others; the bucket is a folder,
$BUCKETS/NAME, whose objects lie as files, and their headers in $BUCKETS/NAME.json. The $AT-th call that changes
something fails. Calls are noted in $BUCKETS/log.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

BUCKETS = Path(os.environ["BUCKETS"])


class Bucket:
    def __init__(self, name: str) -> None:
        self.folder = BUCKETS / name
        if not self.folder.is_dir():
            sys.exit(f"An error occurred (NoSuchBucket): the bucket {name} does not exist")
        self._headers = BUCKETS / f"{name}.json"

    def headers(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = (
            json.loads(self._headers.read_text("utf-8")) if self._headers.exists() else {}
        )
        return found

    def put(self, key: str, data: bytes, headers: dict[str, str]) -> None:
        (self.folder / quote(key, safe="")).write_bytes(data)
        self._headers.write_text(json.dumps(self.headers() | {key: headers}), "utf-8")

    def delete(self, key: str) -> None:
        (self.folder / quote(key, safe="")).unlink(missing_ok=True)

    def objects(self, prefix: str) -> list[tuple[str, bytes]]:
        found = sorted((unquote(file.name), file.read_bytes()) for file in self.folder.iterdir())
        return [(key, data) for key, data in found if key.startswith(prefix)]


def copy(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("source")
    parser.add_argument("target")
    for flag in ("--recursive", "--only-show-errors", "--no-guess-mime-type"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--content-type", default="binary/octet-stream")
    parser.add_argument("--cache-control", default="")
    asked = parser.parse_args(arguments)
    if asked.target == "-":
        name, _, key = asked.source.removeprefix("s3://").partition("/")
        sys.stdout.buffer.write(dict(Bucket(name).objects(""))[key])
        return
    changes()
    name, _, key = asked.target.removeprefix("s3://").partition("/")
    headers = {"type": asked.content_type, "cache": asked.cache_control}
    source = Path(asked.source)
    files = [file for file in source.rglob("*") if file.is_file()] if asked.recursive else [source]
    for file in files:
        below = file.relative_to(source).as_posix() if asked.recursive else ""
        Bucket(name).put(key + below, file.read_bytes(), headers)


def listing(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--query", choices=["Contents[].[Key, Size, ETag]"], required=True)
    parser.add_argument("--output", choices=["json"], required=True)
    asked = parser.parse_args(arguments)

    def tag(data: bytes) -> str:
        plain = hashlib.md5(data, usedforsecurity=False).hexdigest()
        # With a key of the owner's, or in several parts, the tag is no checksum.
        return f'"{hashlib.sha256(data).hexdigest()[:32]}"' if os.environ.get("ENCRYPTED") else f'"{plain}"'

    found = [[key, len(data), tag(data)] for key, data in Bucket(asked.bucket).objects(asked.prefix)]
    print(json.dumps(found or None))


def delete(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--delete", required=True)
    parser.add_argument("--query", choices=["Errors[].[Key, Message]"], required=True)
    parser.add_argument("--output", choices=["text"], required=True)
    asked = parser.parse_args(arguments)
    changes()
    request: dict[str, Any] = json.loads(Path(asked.delete.removeprefix("file://")).read_text("utf-8"))
    assert len(request["Objects"]) <= 1000
    for each in request["Objects"]:
        if os.environ.get("MAY_NOT_DELETE"):
            print(f"{each['Key']}\tAccess Denied")
        else:
            Bucket(asked.bucket).delete(each["Key"])
    if not os.environ.get("MAY_NOT_DELETE"):
        print("None")


def changes() -> None:
    """Note a call that changes something; it fails where its turn has come."""
    log = BUCKETS / "log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{' '.join(sys.argv[1:3])}\n")
    if len(log.read_text("utf-8").splitlines()) == int(os.environ.get("AT", "0")):
        sys.exit("upload failed: Connection was closed before we received a valid response")


COMMANDS = {("s3", "cp"): copy, ("s3api", "list-objects-v2"): listing, ("s3api", "delete-objects"): delete}
COMMANDS[sys.argv[1], sys.argv[2]](sys.argv[3:])
