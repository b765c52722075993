"""Publishing: old or new, never broken, and nothing that Proofpress did not write is touched."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from proofpress.output.cache import CACHE
from proofpress.output.publish import Made, Published, clean, foreign_files, in_order, publish, refuse
from proofpress.output.record import MANIFEST, TEMPORARY, Record, Written, known_files, read_record, write_record
from proofpress.paths import OutputPath

ONE = {"index.html": b"home", "posts/a/index.html": b"a", "assets/s.css": b"css"}


def outputs(files: dict[str, bytes]) -> dict[OutputPath, Made]:
    return {
        OutputPath(path): Made(OutputPath(path), hashlib.blake2b(data, digest_size=16).hexdigest(), data)
        for path, data in files.items()
    }


def run(root: Path, files: dict[str, bytes], output: str = "public") -> Published:
    target = root / output
    record = known_files(root, target).record
    assert not foreign_files(target, outputs(files), record)
    return publish(root, target, outputs(files), record)


def tree(folder: Path) -> dict[str, bytes]:
    """Return what is published: the manifest lies there for the next build alone."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: data for path, data in files.items() if path != MANIFEST}


def test_what_is_published_is_what_was_made(tmp_path: Path) -> None:
    assert run(tmp_path, ONE) == Published(3, 0, 0)
    assert tree(tmp_path / "public") == ONE


def test_a_file_whose_bytes_are_equal_keeps_its_time(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    os.utime(tmp_path / "public/index.html", (1, 1))
    assert run(tmp_path, ONE | {"posts/a/index.html": b"new"}) == Published(1, 2, 0)
    assert (tmp_path / "public/index.html").stat().st_mtime == 1


def test_what_is_made_no_more_goes_with_the_folders_that_it_leaves_empty(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    assert run(tmp_path, {"index.html": b"home"}) == Published(0, 1, 2)
    assert {path.name for path in (tmp_path / "public").iterdir()} == {"index.html", MANIFEST}


def test_a_strangers_file_stays_and_keeps_its_folder(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    (tmp_path / "public/posts/notes.txt").write_text("mine", "utf-8")
    run(tmp_path, {"index.html": b"home"})
    assert tree(tmp_path / "public") == {"index.html": b"home", "posts/notes.txt": b"mine"}
    assert clean(tmp_path, tmp_path / "public") == 1
    assert tree(tmp_path / "public") == {"posts/notes.txt": b"mine"}
    assert not (tmp_path / CACHE).exists()


def test_a_strangers_file_in_the_way_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    run(tmp_path, {"index.html": b"home"})
    (tmp_path / "public/about").mkdir()
    (tmp_path / "public/about/index.html").write_text("mine", "utf-8")
    wanted = outputs({"index.html": b"new", "about/index.html": b"ours"})
    (found,) = foreign_files(tmp_path / "public", wanted, read_record(tmp_path, tmp_path / "public"))
    assert found.rule == "foreign-file"
    assert "public/about/index.html" in found.message


@pytest.mark.parametrize("way", ["link to a folder", "file for a folder", "link for a file"])
def test_links_and_files_where_a_folder_must_be_are_in_the_way(tmp_path: Path, way: str) -> None:
    run(tmp_path, {"index.html": b"home"})
    outside = tmp_path / "outside"
    outside.mkdir()
    public = tmp_path / "public"
    if way == "link to a folder":
        (public / "posts").symlink_to(outside)
    elif way == "file for a folder":
        (public / "posts").write_text("x", "utf-8")
    else:
        (public / "posts/a").mkdir(parents=True)
        (public / "posts/a/index.html").symlink_to(outside / "file")
    found = foreign_files(public, outputs(ONE), read_record(tmp_path, public))
    assert found
    assert {p.rule for p in found} == {"foreign-file"}
    assert not list(outside.iterdir())


def test_a_folder_with_files_but_without_a_record_is_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public/thesis.tex").write_text("years", "utf-8")
    (found,) = foreign_files(tmp_path / "public", outputs(ONE), read_record(tmp_path, tmp_path / "public"))
    assert "thesis.tex" in found.message


def test_a_folder_whose_record_was_lost_is_taken_over_when_every_byte_is_ours(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    for record in (tmp_path / CACHE).iterdir():
        record.unlink()
    assert run(tmp_path, ONE) == Published(0, 3, 0)


def test_each_output_folder_has_a_record_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    run(tmp_path, ONE, "second")
    assert run(tmp_path, {"index.html": b"home"}) == Published(0, 1, 2)
    assert clean(tmp_path, tmp_path / "public") == 1
    assert tree(tmp_path / "second") == ONE
    assert clean(tmp_path, tmp_path / "second") == 3


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"\xff", b'{"version": 99, "files": []}', b"[" * 5000])
def test_a_record_that_is_damaged_counts_as_none(tmp_path: Path, garbage: bytes) -> None:
    run(tmp_path, ONE)
    for record in (tmp_path / CACHE).iterdir():
        record.write_bytes(garbage)
    assert not read_record(tmp_path, tmp_path / "public").files
    assert run(tmp_path, ONE) == Published(0, 3, 0)


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    run(tmp_path, {"a": b"file", "b/c": b"folder"})
    run(tmp_path, {"a/index.html": b"folder", "b": b"file"})
    assert tree(tmp_path / "public") == {"a/index.html": b"folder", "b": b"file"}


def test_what_a_killed_build_left_half_written_goes_with_the_next(tmp_path: Path) -> None:
    run(tmp_path, ONE)
    record = read_record(tmp_path, tmp_path / "public")
    write_record(tmp_path, Record(output=record.output, files=record.files | {OutputPath("index.html"): Written()}))
    (tmp_path / f"public/index.html{TEMPORARY}").write_bytes(b"ha")
    run(tmp_path, ONE)
    assert tree(tmp_path / "public") == ONE


def test_pages_come_after_what_they_link_to_and_feeds_last() -> None:
    paths = [OutputPath(p) for p in ("feed.xml", "index.html", "posts/a/index.html", "assets/s.css", "posts/a/fig.svg")]
    assert in_order(paths) == ["assets/s.css", "posts/a/fig.svg", "posts/a/index.html", "index.html", "feed.xml"]


@pytest.mark.parametrize("output", [".", "..", "content", "content/x", "templates", ".git", ".proofpress", "/", "~"])
def test_an_output_folder_that_holds_other_things_is_refused(tmp_path: Path, output: str) -> None:
    found = refuse(tmp_path, Path(output).expanduser() if output[0] in "/~" else tmp_path / output)
    assert found is not None
    assert found.rule.name == "unsafe-output"


def test_a_folder_of_its_own_is_accepted_wherever_it_is(tmp_path: Path) -> None:
    assert refuse(tmp_path / "site", tmp_path / "site/public") is None
    assert refuse(tmp_path / "site", tmp_path / "elsewhere") is None
