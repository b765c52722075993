"""`proofpress check -`: a text that an editor has not saved yet, in its place on the site; and what mends leave as it is."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.builder.mending import mends, write

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
SAVED = "---\ntitle: Tiling\n---\n\nSee [the other](other.md).\n"
UNSAVED = "\ufeff---\r\ntitle: Tiling\r\n---\r\n\r\nSee [the other](othr.md), [end of text]\r\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose files are only read."""
    folder = tmp_path_factory.mktemp("site")
    posts = folder / "content/posts"
    posts.mkdir(parents=True)
    (folder / "site.yaml").write_text("title: Notes\nurl: https://me.example.net/\n", "utf-8")
    (posts / "2026-03-02-tiling.md").write_text(SAVED, "utf-8")
    (posts / "other.md").write_text("---\ndate: 2026-03-01\n---\n# Another [end of text]\n", "utf-8")
    return folder


def run(root: Path, *arguments: str, text: str = UNSAVED) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", "check", "-", *arguments],
        cwd=root,
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def told(output: bytes | str) -> list[tuple[str, int, str]]:
    return [(found["path"], found["line"], found["rule"]) for found in json.loads(output)]


POST = "content/posts/2026-03-02-tiling.md"


def test_a_text_is_looked_at_in_its_place_and_the_saved_site_stays_what_it_was(root: Path) -> None:
    code, output, _ = run(root, "--stdin-path", POST, "--format", "json")
    assert told(output) == [(POST, 5, "broken-link"), (POST, 5, "end-marker")]
    assert code == 1
    assert (root / POST).read_text("utf-8") == SAVED
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", "check", "--format", "json"], cwd=root, capture_output=True, check=False
    )
    assert told(done.stdout) == [("content/posts/other.md", 4, "end-marker")]


def test_its_place_is_named_from_where_the_person_stands_and_may_be_a_new_file(root: Path) -> None:
    place = str(root / "content/posts/2026-04-01-new.md")
    _, output, _ = run(
        root / "content/posts", "--stdin-path", place, "--format", "json", text="# A\n\nSee [it](o.md).\n"
    )
    assert told(output) == [("content/posts/2026-04-01-new.md", 3, "broken-link")]
    assert not Path(place).exists()


def test_mended_it_is_printed_with_its_line_ends_and_mark_and_what_is_left_is_told_apart(root: Path) -> None:
    code, output, report = run(root, "--stdin-path", POST, "--fix", "--unsafe-fixes")
    assert output.decode() == UNSAVED.replace("othr.md", "other.md").replace(" [end of text]", "")
    assert code == 0
    assert report == "Nothing is wrong.\n"
    code, output, report = run(root, "--stdin-path", POST, "--fix", "--format", "json")
    assert output.decode() == UNSAVED
    assert [found["rule"] for found in json.loads(report)] == ["broken-link", "end-marker"]
    assert code == 1


def test_a_difference_is_that_of_the_text(root: Path) -> None:
    _, output, _ = run(root, "--stdin-path", POST, "--diff", "--unsafe-fixes")
    assert "+See [the other](other.md)," in output.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-", "--stdin-path", "notes.txt"), "'notes.txt' is no Markdown file below content/"),
        (("-", "--stdin-path", "../content/a.md"), "'../content/a.md' is no Markdown file below content/"),
        (("--stdin-path", "content/a.md"), "--stdin-path is the place of what comes on standard input"),
        (("content/posts/other.md",), "works on the whole site, and takes no file"),
    ],
)
def test_what_is_no_place_of_a_text_is_refused(root: Path, arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", "check", *arguments], cwd=root, input=b"", capture_output=True, check=False
    )
    assert done.returncode == 2
    assert said in " ".join(re.sub(r"[\u2502\u256d\u256e\u2570\u256f\u2500]", " ", done.stderr.decode()).split())


def test_the_last_line_counts_by_family(root: Path) -> None:
    _, _, report = run(root, "--stdin-path", POST)
    assert report.splitlines()[-1].startswith("1 error, 1 warning: 1 links, 1 remains. ")


# ---------------------------------------------------------------- what mends leave as it is

PIECES = (
    "A sentence with naïve ẞ and 日本 and 🚀.",
    "| a | b |\n\n|---|---|\n\n| é | 2 |",
    "1. The levels:\n| a | b |\n|---|---|\n| 1 | 2 |",
    "```\nimport os\n\nprint(os.name, 'ü')\n```",
    "Another sentence. [end of text]",
    "**A few words**\n\nA paragraph.",
    "See [it](othr.md).",
)


@settings(max_examples=40, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["", "\n"]),
)
def test_mends_keep_line_ends_a_byte_order_mark_and_the_end_of_a_file(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], newline: str, mark: str, end: str
) -> None:
    root = tmp_path_factory.mktemp("mended")
    (root / "content").mkdir()
    (root / "site.yaml").write_text("title: Notes\nurl: https://me.example.net/\n", "utf-8")
    (root / "content/other.md").write_text("# Another\n", "utf-8")
    post = root / "content/a.md"
    text = mark + ("# A\n\n" + "\n\n".join(pieces) + end).replace("\n", newline)
    post.write_bytes(text.encode())
    found = build(Options(root=root, now=NOW, checks=True)).problems
    write(mends(found, root, unsafe=True), root)
    after = post.read_bytes().decode()
    assert set(re.findall("\r\n|\n|\r", after)) == {newline}
    assert (after.startswith("\ufeff"), after.endswith(newline)) == (bool(mark), text.endswith(newline))
    assert re.findall(r"[^\W\d_]*[^\x00-\x7f\ufeff]+\w*", after) == re.findall(r"[^\W\d_]*[^\x00-\x7f\ufeff]+\w*", text)


def test_a_file_that_is_no_utf_8_is_not_mended(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "site.yaml").write_text("title: Notes\nurl: https://me.example.net/\n", "utf-8")
    written = "# A\n\nNaïve. [end of text]\n".encode("latin-1")
    (tmp_path / "content/a.md").write_bytes(written)
    found = build(Options(root=tmp_path, now=NOW, checks=True)).problems
    assert [one.rule for one in found] == ["not-utf-8", "end-marker"]
    assert mends(found, tmp_path, unsafe=True) == []
    assert (tmp_path / "content/a.md").read_bytes() == written
