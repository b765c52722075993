"""The posts that the benchmarks build: fair to every tool, and no two alike."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bench.compare import UnfairError, check_all_are_there, check_it_says
from bench.corpus import NOTE, NOTE_TEXT, blocks_of, common, make_post, read_corpus
from bench.processes import CommandError, peak_memory, run
from bench.profile import by_place, place_of
from bench.sites import POSTS, front_matter, make_site, proofpress, published

REPOSITORY = Path(__file__).parents[2]
COUNT = 40
LISTING = re.compile(r"^(`{3,}|~{3,}).*?^\1$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def posts() -> list[str]:
    corpus = read_corpus()
    return [make_post(corpus, number, COUNT).text for number in range(COUNT)]


def test_every_post_differs_and_so_does_every_listing(posts: list[str]) -> None:
    assert len(set(posts)) == COUNT
    listings = [block.text for text in posts for block in blocks_of(text) if block.kind == "listing"]
    assert len(set(listings)) == len(listings) > COUNT


def test_a_post_is_the_same_every_time(posts: list[str]) -> None:
    assert [make_post(read_corpus(), number, COUNT).text for number in range(COUNT)] == posts


def test_a_post_holds_nothing_that_one_tool_alone_understands(posts: list[str]) -> None:
    for text in posts:
        prose = LISTING.sub("", text)
        for mark in ("$$", "![", "> [!", "<!--", ".md)", "\0", "{{", "{#"):
            assert mark not in prose, mark
        assert set(NOTE.findall(text)) == set(NOTE_TEXT.findall(text))


def test_formulas_stay_as_code_and_links_wait_for_a_post() -> None:
    assert common("a rate $\\eta$ of [it](../b.md#c)") == "a rate `\\eta` of [it](\0)"
    assert common("[there](https://example.org/) and [above](#here)") == "[there](https://example.org/) and above"


def test_a_listing_keeps_its_blank_lines_and_loses_its_title() -> None:
    found = list(blocks_of('Text.\n```python title="a.py" {2}\nx = 1\n\n$$\n```\nMore.\n'))
    assert [(block.kind, block.text) for block in found] == [
        ("text", "Text."),
        ("listing", "```python\nx = 1\n\n$$\n```"),
        ("text", "More."),
    ]


def test_set_formulas_go_on_one_line_or_several() -> None:
    assert [block.text for block in blocks_of("One:\n\n$$ x $$\n\ntwo:\n\n$$\ny\n\nz\n$$\n\nend.\n")] == [
        "One:",
        "two:",
        "end.",
    ]


def test_every_tool_is_given_the_same_text(tmp_path: Path) -> None:
    corpus = read_corpus()
    for tool, posts in POSTS.items():
        site = make_site(tool, corpus, 3, tmp_path / tool)
        for number in range(3):
            post = make_post(corpus, number, 3)
            written = (site / posts / f"{post.name}.md").read_text("utf-8")
            assert written == front_matter(tool, post) + post.text


def test_built_in_functions_count_where_they_were_called_from() -> None:
    lexer = ("/lib/site-packages/pygments/lexer.py", 3, "lex")
    ours = ("/src/proofpress/listings/lexing.py", 9, "colour")
    match = ("~", 0, "<method 'match' of 're.Pattern' objects>")
    places = by_place(
        {
            lexer: (1, 1, 2.0, 3.0, {}),
            ours: (1, 1, 0.5, 4.0, {}),
            match: (4, 4, 1.5, 1.5, {lexer: (3, 3, 1.0, 1.0), ours: (1, 1, 0.5, 0.5)}),
        }
    )
    assert places == {"Pygments": 3.0, "proofpress.listings": 1.0}


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (("~", 0, "<method 'execute' of 'sqlite3.Connection' objects>"), "sqlite"),
        (("~", 0, "<built-in method posix.stat>"), "files"),
        (("~", 0, "<built-in method marshal.loads>"), "imports"),
        (("<frozen importlib._bootstrap>", 5, "_load"), "imports"),
        (("/lib/python3.11/re/_compiler.py", 5, "_compile"), "patterns compiled"),
        (("/lib/site-packages/mdit_py_plugins/footnote/index.py", 5, "f"), "markdown-it-py"),
        (("/lib/python3.11/json/decoder.py", 5, "decode"), "standard library"),
    ],
)
def test_a_functions_time_counts_for_its_library(function: tuple[str, int, str], place: str) -> None:
    assert place_of(function) == place


def test_a_command_that_fails_tells_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such site"):
        run([sys.executable, "-c", "raise SystemExit('no such site')"], tmp_path)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system has no /proc")
def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    child = "import time; held = bytearray(b'x') * 60_000_000; time.sleep(0.4)"
    parent = f"import subprocess, sys; held = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in range(2)]"
    together = peak_memory([sys.executable, "-c", parent + "; [one.wait() for one in held]"], tmp_path)
    alone = peak_memory([sys.executable, "-c", child], tmp_path)
    # Before it becomes another program, a child is as large as the process that it was copied from: these tests' own.
    assert 57 < alone < 57 + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert together > 115


def test_a_build_that_lacks_a_page_or_an_edit_is_no_measurement(tmp_path: Path) -> None:
    tool = proofpress()
    page = published(tool, tmp_path, 0)
    page.parent.mkdir(parents=True)
    page.write_text("<p>One sentence.</p>", "utf-8")
    check_all_are_there(tool, tmp_path, 1)
    check_it_says(tool, tmp_path, 0, "One sentence.")
    with pytest.raises(UnfairError, match="no page of 2 posts"):
        check_all_are_there(tool, tmp_path, 3)
    with pytest.raises(UnfairError, match="the edit of post 0"):
        check_it_says(tool, tmp_path, 0, "Another sentence.")


def test_the_bench_does_not_shadow_pythons_profiler() -> None:
    """bench/profile.py has the name of a module that cProfile imports: as a package's part it is not in its way."""
    code = "import bench.profile, profile; print(profile.__file__ != bench.profile.__file__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert found.stdout.strip() == "True"
