"""Marks of other tools in the code of a listing: they have their effect and vanish, or are told."""

from __future__ import annotations

import re

import pytest
from written_listings import lines, listing, pointed_at, render

KIND = {"marked": "m", "inserted": "+", "deleted": "-", "": " ", "receding": "."}


def shown(info: str, code: str) -> list[str]:
    body = listing(info, code)
    assert body.problems == ()
    return [KIND[classes] + text for _, classes, text in lines(body.html)]


@pytest.mark.parametrize(
    ("language", "line", "code"),
    [
        ("ts", "const a = 1 // [!code ++]", "+const a = 1"),
        ("python", "a = 1  # [!code --]", "-a = 1"),
        ("sql", "SELECT 1 -- [!code highlight]", "mSELECT 1"),
        ("html", "<p>x</p> <!-- [!code hl] -->", "m<p>x</p>"),
        ("css", "a { b: c } /* [!code ++] */", "+a { b: c }"),
        ("jsx", "<a /> {/* [!code ++] */}", "+<a />"),
        ("lisp", "(f) ;; [!code focus]", " (f)"),
        ("tex", "x % [!code ++]", "+x"),
        ("js", "a() // highlight-line", "ma()"),
    ],
)
def test_a_mark_at_the_end_of_a_line_speaks_of_it_and_is_no_part_of_the_code(
    language: str, line: str, code: str
) -> None:
    assert shown(language, line + "\n") == [code]


def test_marks_on_lines_of_their_own_speak_of_what_follows_and_no_line_is_left_of_them() -> None:
    code = "# highlight-next-line\na = 1\nb = 2\n# highlight-start\nc = 3\n\n# highlight-end\nd = 4\n# [!code ++:2]\ne\nf\ng\n"
    assert shown("python", code) == ["ma = 1", " b = 2", "mc = 3", "m", " d = 4", "+e", "+f", " g"]
    assert shown("js", "{/* highlight-next-line */}\na\n") == ["ma"]
    assert shown("python", "a  # [!code --:2]\nb\nc\n") == ["-a", "-b", " c"]


def test_numbers_and_braces_count_the_lines_that_are_shown() -> None:
    body = listing("python {2} linenos", "# highlight-next-line\na\nb\n")
    assert re.findall(r'<span class="line marked" data-line="(\d)">', body.html) == ["1", "2"]
    assert body.problems == ()


def test_two_marks_on_a_line_both_speak() -> None:
    body = listing("js", "a() // [!code highlight] // [!code ++]\n")
    assert lines(body.html) == [("ins", "marked inserted", "a()")]


@pytest.mark.parametrize(
    ("code", "line", "what"),
    [
        ("a()\nb() // [!code warning]\n", 5, "// [!code warning]"),
        ("a() // [!code word:a]\n", 4, "// [!code word:a]"),
        ("a() // [!code hlt]\n", 4, "// [!code hlt]"),
        ("a() [!code ++] b()\n", 4, "[!code ++]"),
        ("// highlight-start\na()\n", 4, "// highlight-start"),
        ("a()\n// highlight-end\n", 5, "// highlight-end"),
        ("a()\n// highlight-next-line\n", 5, "// highlight-next-line"),
        ("a() // [!code ++:9]\n", 4, "// [!code ++:9]"),
    ],
)
def test_a_mark_that_means_nothing_is_told_where_it_stands(code: str, line: int, what: str) -> None:
    text = f"intro\n\n> ```js\n{''.join(f'> {row}' for row in code.splitlines(keepends=True))}> ```\n"
    (found,) = render(text).problems
    assert (found.rule, found.line) == ("listing-options", line)
    assert pointed_at(found, text) == what


def test_a_listing_of_markdown_shows_the_marks_of_listings_as_they_are_written() -> None:
    html = listing("md", "a // [!code ++]\n# highlight-start\n").html
    assert "[!code ++]" in html
    assert "highlight-start" in html


def test_code_that_speaks_of_a_mark_is_left_alone() -> None:
    code = 'css = "highlight-start"\nx = highlight-line\n'
    assert listing("python", code).problems == ()
    assert '<span class="line' not in listing("python", code).html
