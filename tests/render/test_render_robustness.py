"""Any text gives a Body: references balanced, nothing raised, and work that grows with the text alone."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.render.markdown import Renderer

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
