"""What the preview adds to pages, its panel of problems, its links to the editor and its report, as text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_pages import parse
from shown_values import BROKEN, ROOT, WARNED, page, shown

from proofpress.preview.editor import DEFAULT, EDITORS, UnknownEditorError, editor_template, editor_url
from proofpress.preview.inject import end_of_body, with_preview
from proofpress.preview.panel import panel
from proofpress.preview.report import OPEN, duration, report
from proofpress.preview.shown import Ran, Report
from proofpress.problems import Problem

ATTACK = """<script>alert(1)</script>"'&{path}"""


def replaced(found: Problem, **fields: object) -> Problem:
    values = {name: getattr(found, name) for name in found.__struct_fields__} | fields
    return Problem(**values)


# ---------------------------------------------------------------- the editor


@pytest.mark.parametrize(
    ("name", "root", "url"),
    [
        ("vscode", PurePosixPath("/home/me"), "vscode://file/home/me/content/a.md:3:4"),
        ("vscode", PureWindowsPath("C:\\me"), "vscode://file/C:/me/content/a.md:3:4"),
        ("zed", PurePosixPath("/home/me"), "zed://file/home/me/content/a.md:3:4"),
        ("idea", PurePosixPath("/home/me"), "idea://open?file=/home/me/content/a.md&line=3&column=4"),
        ("idea", PureWindowsPath("C:\\me"), "idea://open?file=C:/me/content/a.md&line=3&column=4"),
        ("textmate", PurePosixPath("/Users/me"), "txmt://open?url=file:///Users/me/content/a.md&line=3&column=4"),
        ("my://{path}?{line}", PureWindowsPath("C:\\me"), "my:///C:/me/content/a.md?3"),
        ("vscode", PurePosixPath("/"), "vscode://file/content/a.md:3:4"),
    ],
)
def test_an_editor_is_told_the_file_line_and_column_in_its_own_form(name: str, root: PurePosixPath, url: str) -> None:
    assert editor_url(root, "content/a.md", 3, 4, editor_template(name)) == url


def test_without_a_setting_the_editor_is_vs_code() -> None:
    assert editor_template("") == editor_template("  ") == editor_template("VSCode") == DEFAULT


def test_a_file_as_a_whole_is_opened_at_its_first_line() -> None:
    assert editor_url(ROOT, "site.yaml", 0, 0, "x://{path}:{line}:{column}").endswith("/site.yaml:1:1")


@pytest.mark.parametrize("path", ["theme:post.html", "", "../x.md", "/etc/passwd", "a/../../x", "content/../site.yaml"])
def test_what_is_no_file_of_the_site_has_no_link(path: str) -> None:
    assert editor_url(ROOT, path, 1, 1, DEFAULT) == ""


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("emacs", "no editor of that name is known; use one of vscode, "),
        ("sublime", "no editor of that name"),
        ("vscode://file/x", "the URL must hold {path}"),
        ("my://{path}:{row}", "{row} means nothing"),
        ("javascript:alert('{path}')", "opens no editor"),
    ],
)
def test_a_setting_that_names_no_editor_is_refused_with_what_it_may_be(setting: str, said: str) -> None:
    with pytest.raises(UnknownEditorError, match=re.escape(said)) as raised:
        editor_template(setting)
    assert str(raised.value).startswith(f"PROOFPRESS_EDITOR is '{setting}': ")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(sorted(EDITORS)))
def test_any_file_name_comes_through_a_link_whole(name: str, editor: str) -> None:
    path = f"content/{name}.md"
    url = editor_url(PurePosixPath("/me"), path, 7, 9, EDITORS[editor])
    if url:
        assert re.fullmatch(r"[!-~]+", url)
        parts = urlsplit(url)
        held = parts.path.removesuffix(":7:9") if not parts.query else parts.query.split("&")[0].partition("=")[2]
        assert unquote(held).removeprefix("file://") == f"/me/{path}"


# ---------------------------------------------------------------- the panel


def test_without_problems_there_is_no_panel() -> None:
    assert panel(shown(), DEFAULT) == ""


def test_an_error_is_shown_with_its_place_rule_message_mend_and_line() -> None:
    text = panel(shown(problems=[BROKEN]), DEFAULT)
    assert 'href="vscode://file/home/me/my%20blog/content/posts/a.md:12:5">content/posts/a.md:12:5</a>' in text
    assert "broken-link" in text
    assert "no page is made from &#x27;../setp.md&#x27;; did you mean &#x27;../setup.md&#x27;?" in text
    assert "See <mark>[setup](../setp.md)</mark>." in text
    assert f"See </span>{'^' * 19}</span></pre>" in text


def test_errors_come_first_and_warnings_are_folded_behind_them() -> None:
    text = panel(shown(problems=[WARNED, BROKEN]), DEFAULT)
    assert text.index("broken-link") < text.index("<details") < text.index("unknown-language")
    assert "<summary>1 warning</summary>" in text
    assert 'data-summary="1 error, 1 warning"' in text
    assert '<details class="warnings" open' not in text


def test_a_failed_build_says_that_the_page_is_the_last_good_one_and_warnings_do_not() -> None:
    good = {"index.html": b""}
    assert "This page is the last good one" in panel(shown(good, problems=[BROKEN]), DEFAULT)
    assert "the last good site" in report(shown(good, problems=[BROKEN]), DEFAULT)
    warned = panel(shown(problems=[WARNED]), DEFAULT)
    assert "last good" not in warned
    assert "data-failed" not in warned


def test_where_no_build_was_good_no_page_is_called_the_last_good_one() -> None:
    broken = shown(problems=[BROKEN])
    for text in (panel(broken, DEFAULT), report(broken, DEFAULT), with_preview(b"", broken, None).decode()):
        assert "last good" not in text.replace('class="last-good"', "")
    assert "What could be built is shown." in panel(broken, DEFAULT)


def test_a_problem_in_the_theme_is_shown_without_a_link() -> None:
    text = panel(shown(problems=[replaced(BROKEN, path="theme:post.html")]), DEFAULT)
    assert '<span class="place">theme:post.html:12:5</span>' in text


def test_nothing_that_a_problem_says_becomes_markup() -> None:
    wrong = Problem(
        path=f"content/{ATTACK}.md",
        line=1,
        column=9,
        length=6,
        rule=ATTACK,
        message=ATTACK,
        hint=ATTACK,
        excerpt=ATTACK,
    )
    for text in (panel(shown(problems=[wrong]), DEFAULT), report(shown(problems=[wrong], title=ATTACK), DEFAULT)):
        assert "<script>" not in text
        assert "alert(1)" in parse(text).content
        assert parse(text).handlers == []


def test_of_a_line_that_is_very_long_the_part_around_the_fault_is_shown() -> None:
    line = "a" * 5000 + "FAULT" + "b" * 5000
    text = panel(shown(problems=[replaced(BROKEN, excerpt=line, column=5001, length=5)]), DEFAULT)
    assert "…" in text
    assert "<mark>FAULT</mark>" in text
    assert len(text) < 2500


def test_of_very_many_problems_the_panel_shows_the_first_and_a_link_to_all() -> None:
    many = [replaced(BROKEN, line=n) for n in range(1, 1301)]
    text = panel(shown(problems=many), DEFAULT)
    assert text.count('class="problem error"') == 100
    assert '<a href="/_proofpress/">and 1,200 more</a>' in text
    assert 'data-summary="1,300 errors"' in text
    assert report(shown(problems=many), DEFAULT).count('class="problem error"') == 1300


@given(st.text(), st.integers(0, 50), st.integers(1, 50))
def test_any_excerpt_and_place_makes_a_panel(excerpt: str, column: int, length: int) -> None:
    text = panel(shown(problems=[replaced(BROKEN, excerpt=excerpt, column=column, length=length)]), DEFAULT)
    assert text.count("<li") == text.count("</li>") == 1
    assert text.count("<pre") == text.count("</pre>") == text.count("<mark>") == text.count("</mark>")


# ---------------------------------------------------------------- what is added to pages

SCRIPT = b'<script src="/_proofpress/preview.js" defer data-revision="1"></script>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<html><body><p>x</p>\n", b"</body></html>\n"),
        (b"<body>x", b"</BODY >\n</HTML>"),
        (b"<body>x<!-- </body> -->y", b"</body>"),
        (b"<body>x", b"</body><!-- </body> -->\n</html>"),
        (b"<p>no end tag", b""),
        (b"<body>x<script>let end = '</body>'</script>", b""),
        (b"<body>&lt;/body&gt; <pre></body></pre>", b"</body></html>"),
        (b"", b""),
        (b"\xff\xfe", b"</body>"),
    ],
)
def test_the_script_is_put_before_the_end_of_the_body(before: bytes, after: bytes) -> None:
    assert end_of_body(before + after) == len(before)
    assert with_preview(before + after, shown(), None) == before + SCRIPT + after


@given(st.binary(), st.sampled_from([None, "public", "draft", "future"]), st.booleans())
def test_every_other_byte_of_a_page_stays(html: bytes, state: str | None, failed: bool) -> None:
    page_of = None if state is None else page("index.html", state=state)
    given_to = shown(problems=[BROKEN] if failed else [])
    made = with_preview(html, given_to, page_of)
    at = end_of_body(html)
    assert made.startswith(html[:at])
    assert made.endswith(html[at:])
    assert made.count(SCRIPT) == 1 + html.count(SCRIPT)


@pytest.mark.parametrize("state", ["public", "draft", "future"])
def test_what_is_not_public_yet_is_marked(state: str) -> None:
    text = with_preview(b"<body></body>", shown(), page("a/index.html", state=state)).decode()
    assert (f"{state.capitalize()}, not public yet" in text) == (state != "public")
    assert ("proofpress-mark" in text) == (state != "public")


def test_without_a_script_a_failed_build_is_told_by_a_link() -> None:
    assert b'<noscript><a href="/_proofpress/"' in with_preview(b"", shown(problems=[BROKEN]), None)
    assert b"noscript" not in with_preview(b"", shown(problems=[WARNED]), None)


# ---------------------------------------------------------------- the report


def test_the_report_lists_phases_what_ran_and_why_and_what_stayed() -> None:
    done = Report(
        seconds=1.234,
        phases=(("read", 0.02), ("fill", 0.0004)),
        ran=(Ran("content/posts/a.md", "its text changed", 0.003), Ran("/posts/a/", "its body changed")),
        kept=1204,
    )
    said = parse(report(shown(report=done, revision=7), DEFAULT)).content
    assert "Revision 7, built in 1.23 s: 2 steps ran, 1,204 of the pages and feeds stayed as they were." in said
    assert "read 20 ms" in said
    assert "fill 0.4 ms" in said
    assert "content/posts/a.md its text changed 3.0 ms" in said
    assert "/posts/a/ its body changed" in said


def test_the_report_leads_to_every_page_and_marks_what_is_not_public() -> None:
    pages = (
        page("index.html", kind="home", title="Home of all"),
        page("posts/a/index.html", source="content/posts/a.md"),
        page("posts/b/index.html", state="draft", source="content/posts/b.md"),
        page("posts/c/index.html", state="future"),
    )
    text = report(shown(pages=pages), DEFAULT)
    hrefs = [href for _, href in parse(text).references]
    assert {"/", "/posts/a/", "/posts/b/", "/posts/c/"} <= set(hrefs)
    assert "vscode://file/home/me/my%20blog/content/posts/a.md:1:1" in hrefs
    said = parse(text).content
    assert "Title of /posts/b/ Draft" in said
    assert "Title of /posts/c/ Future" in said
    assert "Not public yet" in said
    assert "Not public yet" not in parse(report(shown(pages=pages[:2]), DEFAULT)).content


@pytest.mark.parametrize("title", ["", "/tags/"])
def test_a_page_without_a_title_goes_by_its_url_once(title: str) -> None:
    assert parse(report(shown(pages=[page("tags/index.html", title=title)]), DEFAULT)).content.count("/tags/") == 1


def test_long_lists_of_the_report_are_folded() -> None:
    pages = tuple(page(f"posts/{n}/index.html", state="draft") for n in range(10_000))
    done = Report(seconds=1, phases=(), ran=tuple(Ran(f"/posts/{n}/", "new") for n in range(10_000)), kept=0)
    text = report(shown(pages=pages, report=done), DEFAULT)
    assert text.count("<li>") == 30_000
    unfolded = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    assert unfolded.count("<li>") == 2 * OPEN
    assert f"{10_000 - OPEN:,} more pages" in text


@pytest.mark.parametrize(
    ("seconds", "said"), [(2.345, "2.35 s"), (0.0384, "38 ms"), (0.00042, "0.4 ms"), (0.0, "0.0 ms")]
)
def test_durations_read_well(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_the_report_of_a_failed_build_says_so_first() -> None:
    said = parse(report(shown(problems=[BROKEN]), DEFAULT)).content
    assert said.index("The build failed.") < said.index("broken-link") < said.index("Where the time went")
