"""Any text gives a Body: references balanced, nothing raised, and work that grows with the text alone."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from types import FrameType

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "!",
        "*",
        "_",
        "`",
        "```",
        "~~",
        "$",
        "$$",
        "<",
        ">",
        "> ",
        "- ",
        "1. ",
        "# ",
        "\n",
        "\n\n",
        "\t",
        "|",
        "a",
        "b c",
        "[^1]",
        "[^1]: ",
        "[a]: b",
        "{#i}",
        "{.c}",
        '"',
        "'",
        "\\",
        "&amp;",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "    ",
        "http://a.b",
        "www.a.b",
        "a@b.c",
        "[!NOTE]",
        "[ ] ",
        ": ",
        "---",
        "--|--",
        "\0",
        "\ud800",
        "é",
        "数",
        '<img src="x">',
        "<a href=y>",
        "```math\n",
        "<!-- more -->",
        "fn1",
    ],
)


def check(body: Body) -> None:
    """A reference's mark stands in the HTML exactly once, and no NUL stands elsewhere."""
    marks = re.findall("\0(\\d+)\0", body.html)
    assert sorted(map(int, marks)) == list(range(len(body.references)))
    assert "\0" not in re.sub("\0\\d+\0", "", body.html)
    assert "\0" not in body.summary
    assert all("\0" not in heading.html for heading in body.outline)
    names = re.findall(r'<h[1-6] id="([^"]*)"', body.html)
    assert len(names) == len(set(names))


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mixture_of_marks_gives_a_body(text: str) -> None:
    check(render(text, title=None))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_body(text: str) -> None:
    check(render(text))


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_problem_and_reference_stands_inside_the_text(text: str) -> None:
    body = render(text, first_line=7)
    last = 7 + re.sub("\r\n?", "\n", text).count("\n")
    places = [(one.line, one.column) for one in body.problems] + [(one.line, one.column) for one in body.references]
    for line, column in places:
        assert 7 <= line <= last
        assert column >= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_renderer_forgets_what_it_rendered_before(text: str) -> None:
    assert render(text) == Renderer(MarkdownOptions(), HighlightOptions()).render(
        Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text)
    )


@pytest.mark.parametrize("mark", [">", "- ", "[", "![", "*", "`", "$", "<", "(", "{", "> - ", "1. "])
def test_three_thousand_of_a_mark_give_a_body(mark: str) -> None:
    body = render(mark * 3000 + "a")
    assert {one.rule for one in body.problems} <= {"nested-too-deeply", "unclosed-fence", "unknown-language"}


def test_quotes_nested_too_deeply_are_a_problem() -> None:
    assert [one.rule for one in render(">" * 3000 + "a").problems] == ["nested-too-deeply"]


def calls(text: str) -> int:
    """Return how many functions are called to render a text: work that does not depend on the machine."""
    count = 0

    def tick(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "*a ",
        "`a",
        "$a ",
        "<a ",
        "[a](b) ",
        "word\n",
        "a\n\n",
        "![",
        "'a \"b ",
        "http://a.b ",
        "- a\n",
        "[a][b",
        "> a\n\n",
    ],
)
def test_the_work_grows_with_the_text(piece: str) -> None:
    render(piece)
    small, large = calls(piece * 300), calls(piece * 1200)
    assert large < 5 * small + 2000


LINES = {
    "words": "'word and '",
    "one word": "'a'",
    "brackets": "'['",
    "brackets before a link": "'[' * 5_000_000 + '](x) '",
    "asterisks": "'a*'",
    "a run of asterisks": "'a' + '*' * 5_000_000",
    "emphasis": "'*a* '",
    "backticks": "'a`'",
    "code": "'`a` '",
    "dollars": "'a$'",
    "formulas that are none": "'$a '",
    "less-than signs": "'a<'",
    "a run of them": "'<'",
    "links": "'[a](b) '",
    "an address": "'http://me.example/' + 'a' * 5_000_000",
    "a link's address": "'[a](http://me.example/' + 'a' * 5_000_000 + ')'",
    "an address of labels": "'http://' + 'a.' * 2_500_000",
    "footnotes that are not there": "'[^a] '",
    "a tag": "'<b ' + 'a ' * 2_500_000 + '>'",
}
"""What a line of 5 MB repeats, as Python."""

CHILD = """
import re, resource, sys
from pathlib import Path
from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.markdown.renderer import Renderer
piece = eval(sys.argv[1])
text = (piece * (5_000_000 // len(piece) + 1))[:5_000_000] if len(piece) < 5_000_000 else piece
document = Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text="a " + text, first_line=1)
body = Renderer(MarkdownOptions(), HighlightOptions()).render(document)
assert len(body.html) > 1000
status = Path("/proc/self/status")
if status.exists():  # what getrusage tells on Linux counts the process that began this one as well
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


QUICK = {"words", "asterisks", "a run of asterisks"}
"""Of these lines, those that are looked at each time; the others are thorough."""


@pytest.mark.posix
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.thorough) for kind in LINES]
)
def test_a_line_of_5_mb_is_rendered_within_300_mb(kind: str) -> None:
    done = subprocess.run([sys.executable, "-c", CHILD, LINES[kind]], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300 * 2**20


def test_what_stands_after_too_many_marks_is_shown_as_it_is_written() -> None:
    body = render("*a* " * 60_000 + "![*b*](c.png) and\nthe *end*")
    assert body.html.endswith("the *end*</p>\n")
    assert body.html.count("<em>") < 60_000
    assert [(one.rule, one.line) for one in body.problems] == [("too-many-marks", 1)]
    assert "<em>end</em>" in render("*a* " * 30_000 + "the *end*").html


def test_a_first_paragraph_without_end_is_no_summary_without_end() -> None:
    body = render("**" + "a & b " * 100_000 + "end**")
    assert len(body.summary) < 60_000
    assert body.summary.endswith("…</strong></p>")
    assert len(body.summary_text) < 60_000


@pytest.mark.parametrize("opening", [r"\begin{align}", "$$", "> $$", r"- \begin{align}", "$$x"])
def test_formulas_that_are_never_closed_are_looked_through_once(opening: str) -> None:
    render(opening)
    small, large = calls(f"{opening}\n" * 300), calls(f"{opening}\n" * 1200)
    assert large < 5 * small + 2000
