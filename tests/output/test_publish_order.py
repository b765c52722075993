"""In which order publishing does its work: what a visitor may ask for stays until its successor is there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from proofpress.output.publish import Made, publish
from proofpress.output.record import MANIFEST, read_record
from proofpress.paths import OutputPath, SourcePath

if TYPE_CHECKING:
    from pathlib import Path


def made(files: dict[str, bytes]) -> dict[OutputPath, Made]:
    return {
        OutputPath(path): Made(OutputPath(path), hashlib.blake2b(data, digest_size=16).hexdigest(), data)
        for path, data in files.items()
    }


def test_what_is_made_no_more_goes_only_when_all_else_is_written(tmp_path: Path) -> None:
    target = tmp_path / "public"
    publish(tmp_path, target, made({"index.html": b"home", "posts/a/index.html": b"a"}), read_record(tmp_path, target))
    vanished = Made(OutputPath("z.txt"), "0" * 32, source=(tmp_path, SourcePath("content/z.txt")))
    wanted = made({"index.html": b"new home", "posts/b/index.html": b"b"}) | {vanished.path: vanished}
    with pytest.raises(OSError, match=r"z\.txt"):
        publish(tmp_path, target, wanted, read_record(tmp_path, target))
    assert (target / "posts/a/index.html").read_bytes() == b"a"
    del wanted[vanished.path]
    done = publish(tmp_path, target, wanted, read_record(tmp_path, target))
    assert done.deleted == 1
    left = {file.relative_to(target).as_posix(): file.read_bytes() for file in target.rglob("*") if file.is_file()}
    del left[MANIFEST]
    assert left == {"index.html": b"new home", "posts/b/index.html": b"b"}
