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
from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.renderer import Renderer
from proofpress.model import Source
from proofpress.paths import SourcePath
from proofpress.rules.checks import CHECKED_RULES
from proofpress.rules.texts import TEXT_RULES, faults_in

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


def test_a_text_is_looked_at_in_its_place_as_seen_from_here_and_the_saved_site_stays_what_it_was(root: Path) -> None:
    code, output, _ = run(root / "content/posts", "--stdin-path", Path(POST).name, "--format", "json")
    assert told(output) == [(POST, 5, "broken-link"), (POST, 5, "end-marker")]
    assert code == 1
    assert (root / POST).read_text("utf-8") == SAVED
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", "check", "--format", "json"], cwd=root, capture_output=True, check=False
    )
    assert told(done.stdout) == [("content/posts/other.md", 4, "end-marker")]


def test_mended_a_text_of_a_new_file_is_printed_with_its_line_ends_and_mark_and_what_is_left_is_told_apart(
    root: Path,
) -> None:
    place = root / "content/posts/2026-04-01-new.md"
    code, output, report = run(root, "--stdin-path", str(place), "--fix", "--unsafe-fixes")
    assert not place.exists()
    assert output.decode() == UNSAVED.replace("othr.md", "other.md").replace(" [end of text]", "")
    assert code == 0
    assert report == "Nothing is wrong.\n"
    code, output, report = run(root, "--stdin-path", POST, "--fix")
    assert output.decode() == UNSAVED
    assert report.splitlines()[-1].startswith("1 error, 1 warning: 1 links, 1 remains. ")
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-", "--stdin-path", "notes.txt"), "'notes.txt' is no Markdown file below content/"),
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


# ---------------------------------------------------------------- what mends leave as it is

PIECES = (
    "A sentence with naïve ẞ and 日本 and 🚀.",
    "| a | b |\n\n|---|---|\n\n| é | 2 |",
    "1. The levels:\n| a | b |\n|---|---|\n| 1 | 2 |",
    "```\nimport os\n\nprint(os.name, 'ü')\n```",
    "Another sentence. [end of text]",
    "**A few words**\n\nA paragraph.",
)


RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mended")
    (made / "content").mkdir()
    return made


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["", "\n"]),
)
def test_mends_keep_line_ends_a_byte_order_mark_and_the_end_of_a_file(
    folder: Path, pieces: list[str], newline: str, mark: str, end: str
) -> None:
    text = mark + ("# A\n\n" + "\n\n".join(pieces) + end).replace("\n", newline)
    source = Source(SourcePath("content/a.md"), text.encode())
    post = folder / source.path
    post.write_bytes(source.data)
    parsed = RENDERER.parse(read(source, zone=dt.UTC, taxonomies=(), authors=()))
    made = mends(list(faults_in(parsed, source.path, (*TEXT_RULES, *CHECKED_RULES))), folder, unsafe=True)
    assert made or not any("[end" in piece or "|" in piece for piece in pieces)
    write(made, folder)
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
