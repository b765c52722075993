"""Which files a site has, and that nothing outside its folder is read."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest

from proofpress.content.scan import MAX_MARKDOWN, OutsideSiteError, Tree, read_inside, scan
from proofpress.engine.disk import files_below
from proofpress.paths import MAX_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_links = pytest.mark.skipif(os.name == "nt", reason="making links needs a right that most Windows accounts lack")
as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode("utf-8", "surrogateescape"))


def documents(tree: Tree) -> list[str]:
    return [source.path for source in tree.documents]


def rules(tree: Tree) -> list[tuple[str, str]]:
    return [(problem.rule, problem.path) for problem in tree.problems]


def test_every_file_is_found_in_its_place(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/b.md",
        "content/a/x.markdown",
        "content/a/x.png",
        "content/A.MD",
        "static/robots.txt",
        "static/.well-known/security.txt",
        "data/talks.yaml",
        "site.yaml",
        "templates/post.html",
    )
    tree = scan(tmp_path)
    assert documents(tree) == ["content/A.MD", "content/a/x.markdown", "content/b.md"]
    assert tree.documents[2].data == b"content/b.md"
    assert tree.files == ("content/a/x.png",)
    assert tree.static == ("static/.well-known/security.txt", "static/robots.txt")
    assert tree.data == ("data/talks.yaml",)
    assert tree.problems == ()


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        "content/.draft.md",
        "content/.git/config",
        "content/a/.hidden/x.md",
        "static/.env",
        "static/a/.well-known/x",
        "content/.well-known/x",
        "data/.x.yaml",
    )
    assert scan(tmp_path) == Tree()


def test_an_empty_site_has_nothing_and_nothing_wrong(tmp_path: Path) -> None:
    assert scan(tmp_path) == Tree()


@needs_links
@pytest.mark.parametrize("top", ["content", "static", "data"])
def test_a_link_that_leads_out_is_a_problem_and_is_not_read(tmp_path: Path, top: str) -> None:
    site = tmp_path / "site"
    write(tmp_path, "outside/secret.md", "outside/secret.png", "site-2/secret.md")
    write(site, f"{top}/ok.png")
    (site / top / "file.md").symlink_to(tmp_path / "outside/secret.md")
    (site / top / "image.png").symlink_to("../../outside/secret.png")
    (site / top / "folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    (site / top / "sibling").symlink_to(tmp_path / "site-2", target_is_directory=True)
    tree = scan(site)
    assert rules(tree) == [("outside-site", f"{top}/{name}") for name in ("file.md", "folder", "image.png", "sibling")]
    assert documents(tree) == []
    assert [*tree.files, *tree.static, *tree.data] == [f"{top}/ok.png"]


@needs_links
@pytest.mark.parametrize("top", ["content", "static", "data"])
def test_a_folder_of_the_site_that_is_itself_a_link_out_is_a_problem(tmp_path: Path, top: str) -> None:
    write(tmp_path, "outside/secret.md")
    site = tmp_path / "site"
    site.mkdir()
    (site / top).symlink_to(tmp_path / "outside", target_is_directory=True)
    tree = scan(site)
    assert rules(tree) == [("outside-site", top)]
    assert (tree.documents, tree.files, tree.static, tree.data) == ((), (), (), ())


@needs_links
def test_a_link_out_is_seen_through_a_linked_parent_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(tmp_path, "outside/secret.md")
    write(site, "shared/ok.md")
    (site / "shared" / "up").symlink_to(tmp_path / "outside", target_is_directory=True)
    (site / "content").mkdir()
    (site / "content" / "in").symlink_to("../shared", target_is_directory=True)
    tree = scan(site)
    assert documents(tree) == ["content/in/ok.md"]
    assert rules(tree) == [("outside-site", "content/in/up")]


@needs_links
def test_a_link_that_stays_inside_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "content/a/x.md", "README.md", "notes/y.md")
    (tmp_path / "content/b").symlink_to("a", target_is_directory=True)
    (tmp_path / "content/about.md").symlink_to("../README.md")
    (tmp_path / "content/notes").symlink_to(tmp_path / "notes", target_is_directory=True)
    tree = scan(tmp_path)
    assert documents(tree) == ["content/a/x.md", "content/about.md", "content/b/x.md", "content/notes/y.md"]
    assert tree.documents[1].data == b"README.md"
    assert tree.problems == ()


@needs_links
def test_a_site_reached_by_a_link_is_a_site(tmp_path: Path) -> None:
    write(tmp_path, "real/content/a.md")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert documents(scan(tmp_path / "link")) == ["content/a.md"]


@needs_links
@pytest.mark.parametrize("hidden", [".git/config", ".env", "deep/.cache/x.png"])
def test_a_link_does_not_bring_a_hidden_file_to_light(tmp_path: Path, hidden: str) -> None:
    write(tmp_path, hidden)
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "x.txt").symlink_to(tmp_path / hidden)
    tree = scan(tmp_path)
    assert tree.files == ()
    assert rules(tree) == [("outside-site", "content/x.txt")]
    with pytest.raises(OutsideSiteError):
        read_inside(tmp_path, "content/x.txt")


@needs_links
def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "content/a/x.md", "content/b/y.md")
    (tmp_path / "content/a/self").symlink_to(".", target_is_directory=True)
    (tmp_path / "content/a/up").symlink_to("..", target_is_directory=True)
    (tmp_path / "content/a/b").symlink_to("../b", target_is_directory=True)
    (tmp_path / "content/b/a").symlink_to("../a", target_is_directory=True)
    (tmp_path / "content/loop").symlink_to("loop")
    tree = scan(tmp_path)
    assert {"content/a/x.md", "content/b/y.md", "content/a/b/y.md", "content/b/a/x.md"} <= set(documents(tree))
    assert len(documents(tree)) < 20
    assert rules(tree) == [("unreadable-file", "content/loop")]


@needs_links
def test_folders_that_all_link_to_each_other_end(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(8)]
    write(tmp_path, *(f"content/{name}/x.md" for name in names))
    for name in names:
        for other in names:
            (tmp_path / "content" / name / f"to-{other}").symlink_to(f"../{other}", target_is_directory=True)
    assert len(documents(scan(tmp_path))) < 10_000


@needs_links
def test_a_link_that_leads_nowhere_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/x.md").symlink_to("gone.md")
    assert rules(scan(tmp_path)) == [("unreadable-file", "content/x.md")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes among its files")
def test_a_pipe_is_a_problem_and_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    os.mkfifo(tmp_path / "content/x.md")
    assert rules(scan(tmp_path)) == [("unreadable-file", "content/x.md")]
    with pytest.raises(OSError, match="not a file"):
        read_inside(tmp_path, "content/x.md")


@pytest.mark.skipif(as_root or os.name == "nt", reason="the superuser reads everything")
def test_a_file_or_folder_without_permission_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "content/locked/b.md", "content/c.md")
    (tmp_path / "content/a.md").chmod(0)
    (tmp_path / "content/locked").chmod(0)
    tree = scan(tmp_path)
    (tmp_path / "content/locked").chmod(0o700)
    assert documents(tree) == ["content/c.md"]
    assert rules(tree) == [("unreadable-file", "content/a.md"), ("unreadable-file", "content/locked")]


def test_a_folder_named_like_a_post_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "content/x.md/y.md")
    assert documents(scan(tmp_path)) == ["content/x.md/y.md"]


def test_a_file_that_is_too_large_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md")
    with (tmp_path / "content/large.md").open("wb") as file:
        file.truncate(MAX_MARKDOWN + 1)
    with (tmp_path / "content/just.md").open("wb") as file:
        file.truncate(MAX_MARKDOWN)
    tree = scan(tmp_path)
    assert documents(tree) == ["content/a.md", "content/just.md"]
    assert rules(tree) == [("file-too-large", "content/large.md")]


def test_names_are_nfc_outside_and_the_disks_own_inside(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "content/été/café.md")
    write(tmp_path, decomposed, unicodedata.normalize("NFD", "content/été/é.png"))
    tree = scan(tmp_path)
    assert documents(tree) == ["content/été/café.md"]
    assert tree.documents[0].data == decomposed.encode()
    assert tree.files == ("content/été/é.png",)
    assert read_inside(tmp_path, tree.files[0]) == unicodedata.normalize("NFD", tree.files[0]).encode()
    assert tree.problems == ()


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="the file system takes the two for one")
def test_two_files_that_differ_in_unicode_form_alone_are_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "content/é.md", unicodedata.normalize("NFD", "content/é.md"))
    tree = scan(tmp_path)
    assert documents(tree) == ["content/é.md"]
    assert tree.documents[0].data == "content/é.md".encode()
    assert rules(tree) == [("url-collision", "content/é.md")]


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="the file system has no such names")
def test_a_name_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / os.fsdecode(b"caf\xe9.md")).write_bytes(b"x")
    tree = scan(tmp_path)
    assert rules(tree) == [("unreadable-file", r"content/caf\xe9.md")]
    assert documents(tree) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot hold them")
@pytest.mark.parametrize(
    "name",
    [
        "con.png",
        "AUX",
        "nul.tar.gz",
        "a:b.png",
        "what?.png",
        "a.",
        "a ",
        "x/Com1.txt/y.png",
        "a|b",
        'a"b',
        "a\\b",
        "a\nb",
    ],
)
def test_a_copied_file_that_windows_cannot_hold_is_a_warning(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"static/{name}", "static/console.png", "static/a b.png", "static/nul-and-void.txt")
    tree = scan(tmp_path)
    assert rules(tree) == [("unportable-name", f"static/{name}")]
    assert tree.problems[0].severity == "warning"
    assert len(tree.static) == 4


@pytest.fixture
def removed(tmp_path: Path) -> Iterator[None]:
    """Afterwards the folders are gone: what pytest itself removes by may not go so deep."""
    yield
    subprocess.run(["rm", "-rf", *tmp_path.iterdir()], check=True)


def deep(folder: Path, name: str, depth: int, file: str) -> None:
    """Make folders within each other, deeper than a path can name, and put a file into the last."""
    folder.mkdir(parents=True, exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folders by descriptor")
@pytest.mark.parametrize(
    ("name", "depth"),
    [
        pytest.param("dddd", 1100, id="deep"),
        pytest.param("d", MAX_PARTS, id="one more"),
        pytest.param("l" * 200, 40, id="long names"),
        pytest.param("日" * 85, 17, id="japanese"),
    ],
)
@pytest.mark.usefixtures("removed")
def test_folders_too_deep_are_a_problem_named_after_where_they_begin(tmp_path: Path, name: str, depth: int) -> None:
    for top in ("content", "static", "data"):
        write(tmp_path, f"{top}/{name}/ok.txt", f"{top}/ok.txt")
        deep(tmp_path / top / name, name, depth - 1, "x.md")
    tree = scan(tmp_path)
    assert rules(tree) == [("path-too-long", f"{top}/{name}") for top in ("content", "data", "static")]
    found = (*tree.files, *tree.data, *tree.static)
    assert set(found) == {
        f"{top}/{path}" for top in ("content", "data", "static") for path in (f"{name}/ok.txt", "ok.txt")
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folders by descriptor")
def test_folders_as_deep_as_a_url_may_be_are_read(tmp_path: Path) -> None:
    deep(tmp_path / "content", "d", MAX_PARTS - 1, "x.md")
    tree = scan(tmp_path)
    assert (tree.problems, documents(tree)) == ((), ["content/" + "d/" * (MAX_PARTS - 1) + "x.md"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folders by descriptor")
@pytest.mark.usefixtures("removed")
def test_files_below_a_folder_are_given_however_deep_it_is(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.txt")
    (tmp_path / "link").symlink_to("b", target_is_directory=True)
    (tmp_path / "empty").mkdir()
    deep(tmp_path / "e", "dddd", 1100, "x")
    below = sorted(files_below(tmp_path))
    assert [path for path in below if not path.startswith("e/")] == ["a.txt", "b/c.txt", "link"]
    assert len(below) == 4
    assert list(files_below(tmp_path / "none")) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows takes a backslash for a slash")
def test_a_file_whose_name_has_a_backslash_can_be_read(tmp_path: Path) -> None:
    write(tmp_path, "static/a\\b.txt")
    assert read_inside(tmp_path, "static/a\\b.txt") == b"static/a\\b.txt"


def test_the_order_on_disk_makes_no_difference(tmp_path: Path) -> None:
    names = [f"content/{name}.md" for name in ("b", "a", "é", "z/y", "z/a", "B")]
    write(tmp_path / "one", *names)
    write(tmp_path / "two", *reversed(names))
    assert scan(tmp_path / "one") == scan(tmp_path / "two")


@needs_links
@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "/etc/passwd",
        "data/../../secret",
        "data/out",
        "folder/secret",
        "data\\..\\..\\secret",
        "C:/x",
        "..",
    ],
)
def test_reading_outside_the_site_is_refused(tmp_path: Path, path: str) -> None:
    site = tmp_path / "site"
    write(tmp_path, "secret")
    write(site, "data/x")
    (site / "data/out").symlink_to(tmp_path / "secret")
    (site / "folder").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(OutsideSiteError):
        read_inside(site, path)


def test_reading_inside_the_site_gives_bytes_or_an_os_error(tmp_path: Path) -> None:
    write(tmp_path, "data/x.yaml")
    assert read_inside(tmp_path, "data/x.yaml") == b"data/x.yaml"
    for missing in ("data/y.yaml", "data", "data/x.yaml/z", "data/é"):
        with pytest.raises(OSError, match=r"."):
            read_inside(tmp_path, missing)


def test_a_lock_belongs_to_the_post_that_it_lies_beside(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "content/a.run.yaml", "content/b/index.markdown", "content/b/index.run.yaml")
    write(tmp_path, "content/ci.run.yaml")
    tree = scan(tmp_path)
    assert tree.locks == {
        "content/a.md": "content/a.run.yaml",
        "content/b/index.markdown": "content/b/index.run.yaml",
    }
    assert tree.files == ("content/ci.run.yaml",)


@pytest.mark.parametrize("remarks", ["", "# What the listings gave.\n# And more.\n"])
def test_a_lock_whose_post_is_gone_is_told_and_not_copied(tmp_path: Path, remarks: str) -> None:
    write(tmp_path, "content/a.md")
    lock = tmp_path / "content/gone.run.yaml"
    lock.write_text(f"{remarks}when: 2026-01-01\nplatform: Linux\nversions: {{}}\nlistings: []\n", "utf-8")
    tree = scan(tmp_path)
    assert (tree.files, tree.locks) == ((), {})
    assert [(problem.rule, problem.path) for problem in tree.problems] == [("spare-output", "content/gone.run.yaml")]
    assert "'content/gone.md'" in tree.problems[0].message
