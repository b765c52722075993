"""A problem stands where its text stands, whatever block holds it."""

from __future__ import annotations

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath

MARK = "[^nowhere]"


@pytest.mark.parametrize("first_line", [1, 7])
@pytest.mark.parametrize(
    "text",
    [
        f"{MARK} a",
        f"a {MARK}",
        f"a\nb {MARK} c",
        f"a  \n   b {MARK}",
        f"# A {MARK}",
        f"A {MARK}\n===",
        f"   ## {MARK} ##",
        f"> a {MARK}",
        f"> a\n> b {MARK}",
        f"> a\nb {MARK}",
        f"> > a {MARK}\n> b",
        f"- a {MARK}",
        f"- a\n  b {MARK}",
        f"- a\nb {MARK}",
        f"1. a\n\n   b {MARK}",
        f"- [ ] a {MARK}",
        f"- [x]\n  a {MARK}",
        f"> [!NOTE]\n> a {MARK}",
        f"Term {MARK}\n: a",
        f"Term\n: a {MARK}",
        f"a[^1]\n\n[^1]: b {MARK}",
        f"a[^1]\n\n[^1]: b\n\n    c {MARK}",
        f"- a\n\n\t- b {MARK}",
        f"> - a\n>   b {MARK}",
        f"| a {MARK} | b |\n|--|--|\n| 1 | 2 |",
        f"| a | b |\n|--|--|\n| 1 | {MARK} |",
        f"| a | b |\n|--|--|\n| 1 | 2 |\n| same {MARK} | same |",
        f"| same | same |\n|--|--|\n| same | same {MARK} |",
        f"a | b\n--|--\n1 | {MARK}",
        f"a | b\n--|--\n{MARK} | 2",
        f"> {MARK} | b\n> --|--",
        f"> a | b\n> --|--\n> x {MARK} | 2",
        f"> | a | b |\n> |--|--|\n> | 1 | x {MARK} |",
        f"- {MARK} | b\n  --|--",
        f"- a | b\n  --|--\n  1 | {MARK}",
        f"| `a\\|b` | {MARK} |\n|--|--|",
        f"| a\\|b {MARK} | c |\n|--|--|",
        f"| a\\|b | a\\|b {MARK} |\n|--|--|",
        f"*a {MARK}*",
        f"[a {MARK}](https://me.example/)",
    ],
)
def test_a_problem_stands_where_its_text_does(text: str, first_line: int) -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions())
    front = FrontMatter(title="t")
    body = renderer.render(Document(path=SourcePath("a.md"), front=front, text=text, first_line=first_line))
    (found,) = [one for one in body.problems if one.rule == "undefined-footnote"]
    before = text[: text.index(MARK)]
    column = len(before) - (before.rfind("\n") + 1) + 1
    assert (found.line, found.column, found.length) == (first_line + before.count("\n"), column, len(MARK))


@pytest.mark.parametrize(
    "row", [f"> {MARK} | {MARK}", f"- {MARK} | {MARK}", f"| {MARK} | {MARK} |", f"> | {MARK} | {MARK} |"]
)
def test_cells_that_are_alike_are_told_apart(row: str) -> None:
    edge = {">": "> ", "-": "  "}.get(row[0], "")
    renderer = Renderer(MarkdownOptions(), HighlightOptions())
    text = f"{row}\n{edge}|--|--|"
    body = renderer.render(Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text=text))
    assert "<table" in body.html
    places = [(one.line, one.column) for one in body.problems if one.rule == "undefined-footnote"]
    assert places == [(1, row.index(MARK) + 1), (1, row.rindex(MARK) + 1)]
