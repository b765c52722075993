"""The one door out of the site's folder: which files a post may include, and what is said of all others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

from proofpress.content.included import MAX_SOURCE, read_included

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.model import Companion


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site's folder, with code in it and beside it."""
    for path in (
        "site/src/a.py", "site/.env", "site/.git/config", "site/public/a.py", "src/a.py", "src/more/b.py", "src/.env", "other/a.py",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"{path}\n", "utf-8")
    return tmp_path / "site"


def read(root: Path, path: str, *folders: str) -> Companion:
    return read_included(root, path, folders, "public")


@pytest.mark.parametrize(
    ("path", "folders"),
    [("src/a.py", ()), ("../src/a.py", ("../src",)), ("../src/more/b.py", ("../src",)), ("../other/a.py", ("..",))],
)
def test_what_lies_in_the_site_or_in_a_folder_that_the_settings_name_is_read(
    root: Path, path: str, folders: tuple[str, ...]
) -> None:
    assert read(root, path, *folders).data is not None


@pytest.mark.parametrize(
    ("path", "folders"),
    [
        ("../src/a.py", ()),
        ("../other/a.py", ("../src",)),
        ("../src/../other/a.py", ("../src",)),
        ("../../../../../../etc/passwd", ("../src",)),
        ("../nothing/here.py", ("../src",)),
        (".env", ()),
        (".git/config", ("..",)),
        ("../src/.env", ("../src",)),
        ("../src", ("../src",)),
    ],
)
def test_of_any_other_file_nothing_is_read_or_told(root: Path, path: str, folders: tuple[str, ...]) -> None:
    found = read(root, path, *folders)
    assert (found.data, found.why) == (None, "is none that a post may include")


def test_a_file_outside_is_told_with_the_setting_that_opens_its_folder(root: Path) -> None:
    assert read(root, "../src/a.py").mend.endswith("site.yaml: sources: [../src]")
    assert read(root, "../other/a.py", "../src").mend.endswith("sources: [../src, ../other]")
    assert read(root, ".env").mend == "hidden files are nothing to be shown"


def test_a_link_is_judged_by_where_it_leads(root: Path) -> None:
    (root / "out.py").symlink_to(root.parent / "other" / "a.py")
    (root / "in.py").symlink_to(root / "src" / "a.py")
    (root / "git.py").symlink_to(root / ".git" / "config")
    (root / "folder").symlink_to(root.parent / "src")
    (root.parent / "src" / "out.py").symlink_to(root.parent / "other" / "a.py")
    refused = "is none that a post may include"
    assert read(root, "in.py").data == b"site/src/a.py\n"
    assert read(root, "out.py").why == refused
    assert read(root, "out.py", "../other").data == b"other/a.py\n"
    assert read(root, "git.py").why == refused
    assert read(root, "folder/a.py").why == refused
    assert read(root, "folder/a.py", "../src").data == b"src/a.py\n"
    assert read(root, "../src/out.py", "../src").why == refused


def test_what_is_no_file_of_code_is_told(root: Path) -> None:
    os.mkfifo(root / "src" / "pipe")
    (root / "src" / "large.py").write_bytes(b"x" * (MAX_SOURCE + 1))
    assert read(root, "src/pipe").why == "is no file"
    assert read(root, "src").why == "is a folder"
    assert read(root, "src/large.py").why == "has 2.0 MB"
    assert read(root, "public/a.py").why == "is what a build writes"
    assert read(root, "src/a.py/b").data is None
    assert read(root, "src/" + "a" * 5000).data is None


def test_a_post_may_hold_any_bytes_where_it_names_a_file(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write({"site.yaml": "title: Small\nurl: https://me.example/\n"})
    for name in (b"a\0b", b"\xff\xfe", b"/" * 300, b"..", b"a" * 5000, b"\\\\server\\share", b"C:/a", b"%2e%2e/a"):
        site.write({"content/posts/a.md": b'---\ntitle: A\ndate: 2026-01-01\n---\n\n```include="%s"\n```\n' % name})
        rules = {found.rule for found in site.build().problems}
        assert "lost-include" in rules, name


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(root: Path) -> None:
    found = read(root, "src/a.pyi")
    assert (found.why, found.mend) == ("is not there", "did you mean 'a.py'?")
    assert read(root, "src/quite_other").mend == "its folder has a.py"
    assert read(root, "scr/a.py").mend == "there is no folder 'scr' either"


def test_a_post_that_includes_what_it_may_not_is_an_error_and_nothing_is_published_of_it(tmp_path: Path) -> None:
    site = SmallSite(tmp_path / "site").write(
        {
            "site.yaml": "title: Small\nurl: https://me.example/\n",
            "../secret.py": "SECRET = 1\n",
            "content/posts/a.md": post("A", text='```include="/../secret.py"\n```'),
        }
    )
    (found,) = site.problems("lost-include")
    assert (found.path, found.line, found.severity) == ("content/posts/a.md", 6, "error")
    assert not any(b"SECRET" in data for data in site.build().outputs.values())
    site.write({"site.yaml": "title: Small\nurl: https://me.example/\nsources: [..]\n"})
    assert "SECRET" in site.pages()["posts/a/index.html"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("/etc", "is no path as seen from the site's folder"),
        ("~/src", "is no path as seen from the site's folder"),
        ("./", "is the site's folder"),
    ],
)
def test_a_folder_is_named_as_seen_from_the_site(tmp_path: Path, written: str, told: str) -> None:
    site = SmallSite(tmp_path).write({"site.yaml": f"title: S\nurl: https://me.example/\nsources: [{written}]\n"})
    assert told in site.problems("wrong-type")[0].message
