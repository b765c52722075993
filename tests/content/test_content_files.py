"""Which files belong to a site: one answer for the loader, for the theme and for the preview's marks."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.content.files import FOLDERS, belongs
from proofpress.content.scan import scan
from proofpress.model import SHIPPED
from proofpress.preview.snapshot import take
from proofpress.problems import visible
from proofpress.theme import read_theme

pytestmark = pytest.mark.posix

NAMES = (
    "a",
    "b.md",
    "c.html",
    "é.md",
    unicodedata.normalize("NFD", "é.md"),
    ".hidden",
    ".well-known",
    "static",
    os.fsdecode(b"caf\xe9.md"),
)
TARGETS = (
    "content",
    "content/a",
    "content/b.md",
    "templates",
    "static/a",
    "notes",
    "notes/a.md",
    ".git",
    ".git/config",
    "nowhere",
    "",
    "..",
    "../outside",
    "../outside/secret.md",
)
"""What links lead to, from the site's folder."""

PLACES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
THINGS = st.one_of(st.sampled_from(["file", "folder", "pipe", "locked"]), st.sampled_from(TARGETS).map(Path))
TREES = st.lists(st.tuples(st.sampled_from(FOLDERS), PLACES, THINGS), max_size=14)
TOPS = st.dictionaries(st.sampled_from(FOLDERS), st.sampled_from(TARGETS), max_size=1)
"""Folders of the site that are links themselves."""


def lay_out(root: Path, tops: dict[str, str], tree: list[tuple[str, str, str | Path]]) -> None:
    for path in ("outside/secret.md", "site/.git/config", "site/notes/a.md", "site/notes/deep/b.md"):
        (root.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (root.parent / path).write_text(path, "utf-8")
    for top, target in tops.items():
        (root / top).symlink_to(root / target)
    for top, path, thing in tree:
        here = root / top / path
        try:
            if top in tops or here.is_symlink() or here.exists():
                continue
            here.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(thing, Path):
                here.symlink_to(root / thing)
            elif thing == "file":
                here.write_text(path.encode("utf-8", "replace").decode(), "utf-8")
            elif thing == "pipe":
                os.mkfifo(here)
            else:
                here.mkdir(mode=0 if thing == "locked" else 0o777)
        except OSError:
            continue  # below a file, a link that leads nowhere, a folder that is locked


def read_files(root: Path) -> tuple[set[str], set[str]]:
    """Return the files that a build reads, and the paths of which it says that something is wrong."""
    tree = scan(root)
    theme, found = read_theme(root)
    nothing, _ = read_theme(root / "notes")
    files: set[str] = {source.path for source in tree.documents}
    files.update(tree.files, tree.static, tree.data, tree.words)
    files.update(own.path for own in theme.templates.values() if not own.path.startswith(SHIPPED))
    files.update(f"templates/static/{name}" for name in theme.static if name not in nothing.static)
    return files, {problem.path for problem in (*tree.problems, *found)}


@settings(deadline=None, max_examples=150)
@given(tops=TOPS, tree=TREES)
def test_the_preview_keeps_marks_of_the_files_that_a_build_reads_and_of_those_that_it_refuses(
    tops: dict[str, str], tree: list[tuple[str, str, str | Path]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder)) / "site"
        root.mkdir()
        lay_out(root, tops, tree)
        try:
            read, faulty = read_files(root)
            marked = {visible(unicodedata.normalize("NFC", name)) for name in take(str(root)).files}
        finally:
            for place, folders, _ in os.walk(root):
                for name in folders:
                    if not (Path(place) / name).is_symlink():
                        (Path(place) / name).chmod(0o700)
        assert read <= marked
        assert marked - read <= faulty
        assert not [path for path in read if not belongs(path)]


@pytest.mark.parametrize("top", FOLDERS)
def test_a_folder_of_the_site_that_leads_to_the_site_itself_is_a_problem(tmp_path: Path, top: str) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public/old.html").write_text("old", "utf-8")
    (tmp_path / top).symlink_to(tmp_path, target_is_directory=True)
    assert read_files(tmp_path) == (set(), {top})
    assert take(str(tmp_path.resolve())).files == {}


def test_the_theme_refuses_what_the_loader_refuses(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.html").write_text("secret", "utf-8")
    said = {}
    for top in ("content", "templates"):
        folder = tmp_path / "site" / top
        folder.mkdir(parents=True)
        (folder / "out").symlink_to(tmp_path / "outside", target_is_directory=True)
        (folder / "gone.html").symlink_to("nowhere.html")
        (folder / "inside").symlink_to(tmp_path / "site/parts", target_is_directory=True)
        os.mkfifo(folder / "pipe.html")
    (tmp_path / "site/parts").mkdir()
    (tmp_path / "site/parts/note.html").write_text("note", "utf-8")
    theme, found = read_theme(tmp_path / "site")
    said["templates"] = [(p.rule, p.path.partition("/")[2], p.message) for p in found]
    said["content"] = [(p.rule, p.path.partition("/")[2], p.message) for p in scan(tmp_path / "site").problems]
    assert sorted(said["templates"]) == sorted(said["content"])
    assert len(said["content"]) == 3
    assert theme.templates["inside/note.html"].path == "templates/inside/note.html"
