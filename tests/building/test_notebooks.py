"""Notebooks as posts: what a page shows of each cell, and where what is wrong with it is told."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import click
import pytest
from notebooks_of_tests import FRONT, base64_of, code, notebook, png, printed, prose, raw, shown
from small_site import SmallSite

from proofpress.builder.mending import mends
from proofpress.cli.report import reported
from proofpress.content.documents import read
from proofpress.content.notebooks.pictures import GoneError, taken_out
from proofpress.model import Source
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.model import Document

PATH = "content/posts/x.ipynb"
TABLE = (
    "<div><style scoped>.dataframe {}</style><table><thead><tr><th></th><th>name</th><th>a|b</th></tr></thead>"
    '<tbody><tr><th>0</th><td>x_1 *y* -- "q"...</td><td>1.5</td></tr></tbody></table><p>1 rows × 2 columns</p></div>'
)
STILL = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>'
ERROR = {
    "output_type": "error",
    "ename": "ZeroDivisionError",
    "evalue": "division by zero",
    "traceback": ["\x1b[0;31m---\x1b[0m", "\x1b[0;31mZeroDivisionError\x1b[0m: division by zero"],
}


def load(text: str | bytes, path: str = PATH) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return read(Source(SourcePath(path), data), zone=dt.UTC, taxonomies=("tags",), authors=())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A site with a notebook that has a cell of every kind, built."""
    text = notebook(
        raw(FRONT),
        prose("## Setup\n\nSee ![dot](attachment:dot.png).", {"dot.png": {"image/png": base64_of(png(3, 3))}}),
        prose("\\begin{align}\na &= b\n\\end{align}"),
        code("%matplotlib inline\nx = 1\n!ls", printed("10%\r20%\rdone\n"), printed("careful\n", "stderr")),
        code(
            "#| label: fig-dot\n#| fig-cap: A caption\n#| fig-alt: A grey field\nplot()",
            shown(
                {"text/plain": "<Figure size 640x480>", "image/png": base64_of(png())}, **{"image/png": {"width": 3}}
            ),
        ),
        code("df", shown({"text/html": TABLE, "text/plain": "   name"})),
        code("1/0", ERROR),
        code("sympy", shown({"text/latex": "$\\displaystyle x^{2}$", "text/plain": "x**2"})),
        code("svg", shown({"image/svg+xml": [STILL], "text/plain": "<SVG object>"})),
        code("secret_code()", printed("kept\n"), tags=["remove-input"]),
        code("secret_cell()", tags=["remove-cell"]),
        code("#| output: false\nquiet()", printed("secret_output\n")),
        code("long()", tags=["hide-input"]),
        code("%%bash\nls -l"),
        prose("```python\nleft_open = 1"),
        prose("The end"),
    )
    site = SmallSite(tmp_path_factory.mktemp("notebooks")).write(
        {"site.yaml": "title: S\nurl: https://me.example/\ntwins: true\n", PATH: text}
    )
    built = site.build()
    assert not built.failed, built.problems
    return {str(path): data for path, data in built.outputs.items()}


@pytest.fixture(scope="module")
def page(whole: dict[str, bytes]) -> str:
    return whole["posts/x/index.html"].decode()


def test_front_matter_stands_in_the_first_cell(page: str) -> None:
    assert "<h1" in page
    assert "A notebook</h1>" in page
    assert "date: 2026" not in page


def test_code_is_a_listing_and_what_it_printed_its_output(page: str) -> None:
    text = re.sub("<[^>]+>", "", page)
    assert "%matplotlib inline\nx = 1\n!ls" in text
    assert re.search(r'class="listing output" data-language="output">.*?done\n', page, re.DOTALL)
    assert "10%" not in text
    assert re.search(r'class="listing output" data-language="stderr">.*?careful', page, re.DOTALL)


def test_a_picture_is_a_figure_with_its_words_its_size_and_its_file(whole: dict[str, bytes], page: str) -> None:
    found = re.search(r'<figure><img src="/(posts/x/figure-[0-9a-f]{16}\.png)"([^>]*)>', page)
    assert found is not None, page
    assert whole[found[1]] == png()
    for given in ('alt="A grey field"', 'id="fig-dot"', 'width="3"', 'height="2"'):
        assert given in found[2]
    assert "<figcaption>A caption</figcaption>" in page
    assert "&lt;Figure" not in page


def test_a_picture_that_is_attached_to_a_cell_is_shown(whole: dict[str, bytes], page: str) -> None:
    found = re.search(r'<img src="/(posts/x/[^"]+)" width="3" height="3" alt="dot"', page)
    assert found is not None
    assert whole[found[1]] == png(3, 3)


def test_a_table_of_html_is_a_table(page: str) -> None:
    assert '<th scope="col">name</th>' in page or "<th>name</th>" in page
    assert 'x_1 *y* -- "q"...' in page.replace("&quot;", '"')
    assert "a|b" in page
    assert "1 rows × 2 columns" in page
    assert "scoped" not in page


def test_an_error_has_its_colours_and_tex_is_a_formula(page: str) -> None:
    assert '<span class="ansi-red">ZeroDivisionError</span>: division by zero' in page
    assert page.count("<math") == 2
    assert "displaystyle x" not in page


def test_what_tags_and_options_say_is_done(page: str) -> None:
    assert "secret" not in page
    assert "kept" in page
    assert re.search(r"<details>.*long", page, re.DOTALL)


def test_a_fence_that_a_cell_leaves_open_ends_with_the_cell(page: str) -> None:
    assert "<p>The end</p>" in page


def test_a_drawing_in_which_nothing_runs_is_a_file(whole: dict[str, bytes]) -> None:
    assert [data for path, data in whole.items() if path.startswith("posts/x/") and path.endswith(".svg")] == [
        STILL.encode() + b"\n"
    ]


def test_the_markdown_twin_has_the_cells_and_full_addresses_of_their_pictures(whole: dict[str, bytes]) -> None:
    twin = whole["posts/x/index.md"].decode()
    assert "```ipython\n%matplotlib inline\n" in twin
    assert re.search(r"!\[A grey field\]\(<?https://me\.example/posts/x/figure-", twin)


@pytest.mark.parametrize(
    "drawing",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><p>x</p></foreignObject></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'><a x:href='java\tscript:x'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><style>@import 'https://evil.example/';</style></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><set attributeName='href' to='x'/></svg>",
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
        "<?xml-stylesheet href='x'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'>",
    ],
)
def test_a_drawing_that_could_run_or_load_something_is_not_published_and_told(drawing: str) -> None:
    document = load(notebook(raw(FRONT), code("x", shown({"image/svg+xml": drawing}))))
    assert document.drawings == ()
    assert [one.rule for one in document.problems] == ["unshown-output"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"text/html": "<b>x</b>", "text/plain": "<IPython.core.display.HTML object>"}, True),
        ({"text/html": "<b>x</b>", "text/plain": "x"}, False),
        ({"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "IntSlider(value=3)"}, True),
        ({"application/javascript": "run()"}, True),
        ({"image/png": "bm8gcGljdHVyZQ=="}, True),
        ({"text/plain": "<Figure size 1x1>"}, False),
        ({}, False),
    ],
)
def test_what_no_page_can_show_is_told(data: dict[str, Any], told: bool) -> None:
    document = load(notebook(raw(FRONT), code("x", shown(data))))
    assert [one.rule for one in document.problems] == (["unshown-output"] if told else [])


def test_problems_stand_at_the_line_of_the_file_and_show_the_cell(tmp_path: Path) -> None:
    text = notebook(
        raw("---\ntitle: A\ndate: 2026-05-01\ntgas: x\n---"),
        prose('Say "so"\tand a [broken](nowhere.md) link.'),
        code("#| ehco: false\nx = (1\ny = 2", shown({"image/png": base64_of(png())})),
    )
    small = SmallSite(tmp_path).write({"site.yaml": "title: S\nurl: https://me.example/\n", PATH: text})
    found = {one.rule: one for one in small.problems(checks=True)}
    lines = text.split("\n")
    for rule, inside, meant in (
        ("misspelt-key", "cell 1, line 4", "tgas"),
        ("broken-link", "cell 2, line 1", "nowhere.md"),
        ("listing-options", "cell 3, line 1", "ehco"),
        ("listing-syntax", "cell 3, line 2", "("),
    ):
        own = found[rule]
        begin, end = own.column - 1, own.column - 1 + own.length
        assert own.inside == inside
        assert lines[own.line - 1][begin:end] == meant
        at, length = own.shown
        assert own.excerpt[at - 1 : at - 1 + length] == meant
    assert found["no-alternative"].inside == "cell 3, output 1"
    assert "#| fig-alt" in found["no-alternative"].hint
    assert found["broken-link"].excerpt == 'Say "so"\tand a [broken](nowhere.md) link.'
    report = click.unstyle("\n".join(reported([found["broken-link"]], "text", tmp_path)))
    place = f"{PATH}:{found['broken-link'].line}:{found['broken-link'].column}"
    head, excerpt, caret = report.split("\n")
    assert f"{place}: error broken-link: cell 2, line 1: " in head
    assert caret.index("^") == excerpt.index("nowhere.md")
    sarif = json.loads("".join(reported([found["broken-link"]], "sarif", tmp_path)))["runs"][0]["results"][0]
    assert sarif["message"]["text"].startswith("cell 2, line 1: ")
    region = sarif["locations"][0]["physicalLocation"]["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == "nowhere.md"
    assert f"line={found['broken-link'].line}," in "".join(reported([found["broken-link"]], "github", tmp_path))
    (plain,) = json.loads("".join(reported([found["broken-link"]], "json", tmp_path)))
    assert plain["inside"] == "cell 2, line 1"


def test_no_mend_is_offered_for_a_notebook(tmp_path: Path) -> None:
    text = notebook(raw("---\ntitle: A\ndate: 2026-05-01\n---"), prose("An [a](y.md) link, and teh the the end."))
    files = {"content/posts/z.md": "---\ntitle: Z\ndate: 2026-05-01\n---\nSee [a](y.md).\n"}
    small = SmallSite(tmp_path).write({"site.yaml": "title: S\nurl: https://me.example/\n", PATH: text, **files})
    problems = small.problems(checks=True)
    assert [one for one in problems if one.path == PATH]
    assert not [one for one in problems if one.path == PATH and one.edits]
    assert [made.path for made in mends(problems, tmp_path, unsafe=True)] in ([], ["content/posts/z.md"])
    assert (tmp_path / PATH).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "the file ends in the middle"),
        (b'{"cells": [', "the file ends in the middle"),
        (b"[]", "this is no notebook"),
        (b'{"cells": [], "metadata": {}}', "'nbformat' does not say"),
        (b'{"worksheets": [], "metadata": {}, "nbformat": 3}', "the format of before 2015"),
        (b'{"cells": [], "metadata": {}, "nbformat": 9}', "the format 9 of notebooks is not known"),
        (b'{"cells": 1, "nbformat": 4}', "it has no list 'cells'"),
        (b'{"cells": [1], "nbformat": 4}', "cell 1 is no object"),
        (b'{"cells": [{"cell_type": "markdown", "source": 5}], "nbformat": 4}', "the 'source' of cell 1 is to be text"),
        (b'{"cells": [{"cell_type": "x", "source": ""}], "nbformat": 4}', "cell 1 says of no kind"),
        (b'{"cells": [], "cells": [], "nbformat": 4}', "'cells' stands here for the second time"),
        (b'{"cells": [], "metadata": {"draft": true, "draft": false}, "nbformat": 4}', "'draft' stands here"),
        (b'{"cells": [], "nbformat": 4, "x": "\xe9"}', "the byte 0xE9 is not UTF-8"),
        (b'{\n<<<<<<< HEAD\n "cells": [],\n=======\n', "expecting property name"),
        (b'{"cells": ' + b"[" * 100_000, "deeper than can be read"),
        (b'{"cells": [], "nbformat": 4} x', "something stands behind"),
    ],
)
def test_a_notebook_that_cannot_be_read_is_an_error_and_shows_nothing(text: bytes, says: str) -> None:
    document = load(text)
    (found,) = document.problems
    assert (found.rule, found.severity) == ("notebook-syntax", "error")
    assert says in found.message
    assert document.text.strip() == ""


def test_a_merge_that_git_left_undone_is_told_at_its_line(tmp_path: Path) -> None:
    text = '{\n<<<<<<< HEAD\n "cells": [],\n=======\n'
    site = SmallSite(tmp_path).write({"site.yaml": "title: S\nurl: https://me.example/\n", PATH: text})
    (found,) = site.problems("notebook-syntax")
    assert (found.line, found.column, found.excerpt) == (2, 1, "<<<<<<< HEAD")
    assert "nbdime" in found.hint


def test_numbers_that_are_none_and_halves_of_characters_do_no_harm() -> None:
    text = notebook(raw(FRONT), code("x", shown({"application/json": [1], "text/plain": "a"})))
    text = text.replace(
        '"application/json": [\n       1\n      ]', f'"application/json": [NaN, {"9" * 5000}, 1e999, "\\ud800"]'
    )
    document = load(text.replace('"a"', '"half \\ud83d, whole \\ud83d\\ude00"'))
    assert document.problems == ()
    assert "half \N{REPLACEMENT CHARACTER}, whole \N{GRINNING FACE}" in document.text


def test_a_picture_is_taken_out_of_its_notebook_only_where_it_is_that_picture() -> None:
    text = notebook(prose("Größe"), code("x", shown({"image/png": [base64_of(png())[:20], base64_of(png())[20:]]})))
    (own,) = load(text).drawings
    assert taken_out(text.encode(), own) == png()
    assert taken_out(b"\xef\xbb\xbf" + text.encode(), own) == png()
    with pytest.raises(GoneError):
        taken_out(text.replace("Größe", "Groß").encode(), own)


def test_a_title_and_authors_of_the_metadata_stand_in_for_those_of_the_front_matter() -> None:
    document = load(notebook(prose("Text"), title="From metadata", authors=[{"name": "Ada"}]))
    assert (document.front.title, [one.name for one in document.front.authors]) == ("From metadata", ["Ada"])
    document = load(notebook(raw(FRONT), title="From metadata"))
    assert document.front.title == "A notebook"


def test_the_language_is_the_kernels_a_cells_or_a_magics() -> None:
    assert "```r\n" in load(notebook(code("x <- 1"), language="R")).text
    assert (
        "```julia\n"
        in load(
            notebook(
                code("x = 1"), language="python", kernelspec={"language": "julia"}, language_info={"name": "julia"}
            )
        ).text
    )
    assert "```sql\n" in load(notebook(code("select 1", vscode={"languageId": "sql"}))).text
    assert (
        '```python title="train.py" check=no\n%%writefile train.py\n'
        in load(notebook(code("%%writefile train.py\nx"))).text
    )


def test_raw_cells_for_other_formats_are_told() -> None:
    document = load(
        notebook(raw(FRONT), raw("\\clearpage", raw_mimetype="text/latex"), raw("<hr>", format="text/html"))
    )
    assert [one.message for one in document.problems] == ["this raw cell is for LaTeX, and is left out"]
    assert "<hr>" in document.text
    assert "clearpage" not in document.text


def test_a_notebook_that_is_asked_for_as_a_file_is_copied_and_no_post(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {"site.yaml": 'title: S\nurl: https://me.example/\nignore: ["!*.ipynb"]\n', PATH: notebook(prose("Hello"))}
    )
    outputs = site.build().outputs
    assert "posts/x.ipynb" in outputs
    assert "posts/x/index.html" not in outputs


def test_a_list_below_a_title_that_hides_nothing_is_text() -> None:
    document = load(notebook(prose("# Title\n\n- author: Ada\n- date: today\n"), code("x")))
    assert "- author: Ada\n- date: today\n" in document.text
    assert document.problems == ()
    document = load(notebook(prose("# Title\n\n- hide: true\n- published: false\n"), code("x")))
    assert [(one.rule, one.line) for one in document.problems] == [
        ("foreign-front-matter", 1),
        ("foreign-front-matter", 2),
    ]
    assert document.front.draft


def test_an_include_in_a_cell_is_read_and_its_listing_shows_the_code(tmp_path: Path) -> None:
    text = notebook(raw(FRONT), prose('```python include="/code/a.py"\n```'))
    site = SmallSite(tmp_path).write(
        {"site.yaml": "title: S\nurl: https://me.example/\nsources: [code]\n", PATH: text, "code/a.py": "answer = 42\n"}
    )
    page = re.sub("<[^>]+>", "", site.pages()["posts/x/index.html"])
    assert "answer = 42" in page
