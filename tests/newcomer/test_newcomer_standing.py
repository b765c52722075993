"""A build that has nothing to do says what it said before, and nobody can tell but by the clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.standing import NEVER, Looks, Said, Standing, holds, look, site_folder, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

POST: Final = "---\ntitle: A post\ndate: 2026-01-02\n---\n\nIt says `nothing`, and [more](gone.md#x) <foo>.\n"
SITE: Final = {
    "site.yaml": "title: A site\nurl: https://example.org/\nrules: {broken-link: warning}\n",
    "content/posts/a.md": POST,
    "content/posts/b.md": POST.replace("A post", "Another").replace("2026", "2199"),
}
COMMAND: Final = str(Path(sys.executable).with_name("proofpress"))


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def build(root: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    command = [sys.executable, "-X", "importtime", COMMAND, "build", *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


def said(answer: tuple[int, str, str]) -> tuple[int, str, list[str]]:
    """Return what a build said but for its seconds, the report of imports left out."""
    status, out, err = answer
    lines = [line for line in err.splitlines() if not line.startswith("import time:")]
    return status, out, [" in ".join(part.split(" s ", 1)[-1] for part in line.split(" in ")) for line in lines]


def has_looked(answer: tuple[int, str, str]) -> bool:
    return " click" in answer[2]


def settle() -> None:
    time.sleep(2.1)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write(tmp_path_factory.mktemp("site"), SITE)
    settle()
    build(root)
    return root


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_build_with_nothing_to_do_says_what_one_says_that_looked_and_loads_no_library(built: Path, form: str) -> None:
    looked, again = [build(built, "--format", form) for _ in range(2)]
    assert (has_looked(looked), has_looked(again)) == (True, False)
    assert said(looked) == said(again)
    assert said(again)[0] == 0


def test_whatever_changed_is_looked_at(built: Path) -> None:
    build(built)
    assert not has_looked(build(built))
    assert has_looked(build(built, "--drafts"))
    assert has_looked(build(built))
    assert has_looked(build(built, PYTHONHASHSEED="1"))
    assert has_looked(build(built / "content"))
    build(built)
    for change in (
        lambda: (built / "public/index.html").write_text("by hand", "utf-8"),
        (built / "public/posts/a/index.html").unlink,
        lambda: (built / ".proofpress/cache.db").write_bytes(b"damaged"),
        lambda: (built / ".proofpress/standing").write_bytes(b"damaged"),
        lambda: write(built, {"data/own.json": "{}"}),
    ):
        assert not has_looked(build(built))
        change()
        assert has_looked(build(built))
    settle()
    build(built)


def test_a_change_just_before_a_build_is_not_vouched_for(built: Path) -> None:
    """Another one in the same tick of the clock would look the same."""
    build(built)
    write(built, {"content/posts/a.md": POST.replace("more", "less")})
    assert has_looked(build(built))
    assert has_looked(build(built))


def test_a_site_with_a_link_in_it_is_always_looked_at(tmp_path: Path) -> None:
    write(tmp_path, SITE)
    (tmp_path / "content/linked.md").symlink_to(tmp_path / "content/posts/a.md")
    assert look(str(tmp_path), NEVER) is None


def test_a_post_that_is_due_is_published(tmp_path: Path) -> None:
    write(tmp_path, SITE)
    settle()
    before, due = "2199-01-01", "2199-01-02"
    epochs = ["7226582400", "7226668800"]  # the ends of these days in UTC
    assert "b.md is" in build(tmp_path, SOURCE_DATE_EPOCH=epochs[0])[2], before
    assert not has_looked(build(tmp_path, SOURCE_DATE_EPOCH=epochs[0]))
    assert "b.md is" not in build(tmp_path, SOURCE_DATE_EPOCH=epochs[1])[2], due


def stamped(root: Path, arguments: Sequence[str], *, now: int, until: int | None) -> bytes:
    site = look(str(root), NEVER)
    assert site is not None
    data = stamp(Standing(root, [site, Looks([], newest=0)], now_ns=now, until_ns=until), arguments, Said("", "a", "b"))
    assert data is not None
    return data


def test_a_stamp_holds_from_its_build_until_a_post_is_due_and_for_what_was_asked(tmp_path: Path) -> None:
    root = write(tmp_path, SITE | {".proofpress/own": ""})
    (root / ".proofpress/standing").write_bytes(stamped(root, ["build"], now=1000, until=2000))
    times = [time for time in (999, 1000, 1999, 2000) if holds(str(root), ["build"], time) is not None]
    assert times == [1000, 1999]
    assert holds(str(root), ["build", "--drafts"], 1500) is None
    write(root, {"content/new.md": "# New\n"})
    assert holds(str(root), ["build"], 1500) is None


def test_a_stamp_that_was_cut_or_changed_anywhere_does_not_hold(tmp_path: Path) -> None:
    root = write(tmp_path, SITE | {".proofpress/own": ""})
    file, whole = root / ".proofpress/standing", stamped(root, ["build"], now=0, until=None)
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        assert holds(str(root), ["build"], 1) is None

    @settings(deadline=None)
    @given(st.binary(max_size=200))
    def any_bytes(data: bytes) -> None:
        file.write_bytes(data)
        assert holds(str(root), ["build"], 1) is None
        file.write_bytes(whole[: whole.index(b"\0")] + b"\0" + data)
        assert holds(str(root), ["build"], 1) is None

    any_bytes()


def test_the_site_is_the_one_that_is_named_or_the_nearest_above(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "content/posts")
    assert site_folder([]) == str(built)
    assert site_folder(["--site", "x"]) == site_folder(["--strict", "--site=x"]) == "x"
    assert site_folder(["--site"]) is None
