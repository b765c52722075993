"""Listings that show code of other files: what is in them, how it is numbered, where it leads, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from written_listings import lines, pointed_at, text_of

from proofpress.config import HighlightOptions, MarkdownOptions, Repository
from proofpress.listings.fences import read_info
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Companion, Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.problems import Problem

CODE = b"import os\n\n\nclass A:\n    @cached\n    def b(self):\n        return 1\n"
RENDERER = Renderer(MarkdownOptions(), HighlightOptions())
GITHUB = Repository(url="https://github.com/me/site/", branch="main", path="docs")


def render(text: str, renderer: Renderer = RENDERER, *, data: bytes | None = CODE, why: str = "") -> Body:
    beside = (Companion(SourcePath("src/a.py"), data, why=why, mend="mend it"),)
    front = FrontMatter(title="t")
    return renderer.render(Document(path=SourcePath("content/a.md"), front=front, text=text, beside=beside))


def fence(info: str, body: str = "") -> str:
    return f'```{info} include="/src/a.py"\n{body}```\n'


def problem(text: str) -> Problem:
    (found,) = render(text).problems
    return found


def test_a_fence_shows_the_code_that_it_names_in_its_language_and_marks_apply_to_it() -> None:
    body = render('```include="../src/a.py" symbol="A.b" {2}\n```\n')
    assert body.problems == ()
    assert 'class="language-python"' in body.html
    assert [(classes, text) for _, classes, text in lines(body.html)] == [
        ("", "@cached"),
        ("marked", "def b(self):"),
        ("", "    return 1"),
    ]


def test_a_fence_that_holds_the_same_is_as_good_as_an_empty_one_and_blanks_at_line_ends_are_no_difference() -> None:
    empty = render(fence('python symbol="A.b"'))
    full = render(fence('python symbol="A.b"', "@cached  \ndef b(self):\n    return 1\n"))
    assert (full.html, full.problems) == (empty.html, ())


@pytest.mark.parametrize(
    ("info", "numbers"),
    [
        ('python symbol="A.b" linenos', ["5", "6", "7"]),
        ('python symbol="A.b" start=1', ["1", "2", "3"]),
        ('python symbol="A.b" linenos decorators=false', ["6", "7"]),
        ('python lines="1-2" linenos', ["1", "2"]),
    ],
)
def test_numbers_beside_the_lines_are_those_of_the_file_unless_a_fence_says_otherwise(
    info: str, numbers: list[str]
) -> None:
    html = render(fence(info)).html
    assert [part.partition('"')[0] for part in html.split('data-line="')[1:]] == numbers


def test_where_lines_between_are_left_out_numbers_count_what_is_shown() -> None:
    html = render(fence("python comments=false linenos"), data=b"\n\na = 1\n# no\nb = 2\n").html
    assert [part.partition('"')[0] for part in html.split('data-line="')[1:]] == ["1", "2"]


def test_a_copy_that_differs_is_told_at_its_first_line_that_does() -> None:
    text = fence('python symbol="A.b"', "@cached\ndef b(self):\n    return 2\n")
    found = problem(text)
    assert (found.rule, found.severity, pointed_at(found, text)) == ("stale-include", "error", "return 2")
    assert found.message == ("this listing is not what 'src/a.py' has: line 3 is 'return 2' here, and 'return 1' there")
    assert "proofpress include --write" in found.hint


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("@cached\ndef b(self):\n", "line 3 is nothing here, and 'return 1' there"),
        ("@cached\ndef b(self):\n    return 1\nmore\n", "line 4 is 'more' here, and nothing there"),
    ],
)
def test_a_copy_that_is_shorter_or_longer_differs(body: str, told: str) -> None:
    found = problem(fence('python symbol="A.b"', body))
    assert found.message.endswith(told)


@pytest.mark.parametrize(
    ("info", "at", "message"),
    [
        ('python symbol="A.c"', "A.c", "'src/a.py' defines no 'A.c'"),
        ('python region="x" {9}', "x", "'src/a.py' has no region 'x'"),
        ("python lines=9-12", "9-12", "'src/a.py' has 7 lines, so there is no line 12"),
    ],
)
def test_a_part_that_is_not_there_is_told_once_where_it_is_named(info: str, at: str, message: str) -> None:
    found = problem(fence(info))
    assert (found.rule, found.message, pointed_at(found, fence(info))) == ("lost-include", message, at)


def test_a_file_that_can_not_be_had_is_told_where_it_is_named() -> None:
    (found,) = render(fence("python"), data=None, why="is not there").problems
    assert (found.message, found.hint) == ("'src/a.py' is not there", "mend it")
    assert pointed_at(found, fence("python")) == "/src/a.py"


def test_a_fault_in_code_of_another_file_is_told_at_the_file() -> None:
    text = fence("python")
    (found,) = render(text, data=b"a = 1  # (1)!\n").problems
    assert (found.rule, pointed_at(found, text)) == ("listing-options", "/src/a.py")


def test_notes_on_lines_are_found_in_code_of_another_file() -> None:
    body = render(fence("python") + "\n1. A note.\n", data=b"a = 1  # (1)!\n")
    assert body.problems == ()
    assert "popovertarget" in body.html


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/me/site/", "https://github.com/me/site/blob/main/docs/src/a.py#L5-L7"),
        ("https://gitlab.com/me/site/", "https://gitlab.com/me/site/-/blob/main/docs/src/a.py#L5-7"),
        ("https://codeberg.org/me/site/", "https://codeberg.org/me/site/src/branch/main/docs/src/a.py#L5-L7"),
    ],
)
def test_a_title_leads_to_the_lines_in_the_repository_that_the_settings_name(url: str, address: str) -> None:
    renderer = Renderer(
        MarkdownOptions(), HighlightOptions(), repository=Repository(url=url, branch="main", path="docs")
    )
    html = render(fence('python title="b" symbol="A.b"'), renderer).html
    assert f'<figcaption><a href="{address}">b</a></figcaption>' in html


def test_without_a_title_the_files_name_leads_there_and_nothing_where_it_lies_in_no_repository() -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions(), repository=GITHUB)
    html = render(fence("python"), renderer).html
    assert (
        '<figcaption><a href="https://github.com/me/site/blob/main/docs/src/a.py">docs/src/a.py</a></figcaption>'
        in html
    )
    assert "<figcaption>" not in render(fence("python")).html
    root = Renderer(MarkdownOptions(), HighlightOptions(), repository=Repository(url="https://github.com/me/site/"))
    outside = Companion(SourcePath("../a.py"), CODE)
    document = Document(
        path=SourcePath("content/a.md"), front=FrontMatter(), text='```include="/../a.py"\n```\n', beside=(outside,)
    )
    assert "<figcaption>" not in root.render(document).html


def test_a_line_of_the_same_code_elsewhere_has_no_part_in_it() -> None:
    assert text_of(render("```python\nimport os\n```\n").html).strip() == "import os"


# ---------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("info", "word"),
    [
        ("python symbol=A", "symbol=A"),
        ('python include="a.py" symbol=A region=b', "region=b"),
        ('python include="a.py" decorators=false', "decorators=false"),
    ],
)
def test_options_that_say_nothing_of_an_include_are_told(info: str, word: str) -> None:
    (slip,) = read_info(info).slips
    assert info[slip.at : slip.at + slip.length] == word


def test_what_r_markdown_says_with_the_same_word_hides_nothing_and_reads_no_file() -> None:
    info = read_info("{r include=FALSE}")
    assert info.include is None
    assert [slip.foreign for slip in info.slips] == ["include"]
