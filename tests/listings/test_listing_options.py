"""What a fence's info string asks for: it has its effect, or a problem at its place says that it has none."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from written_listings import lines, listing, pointed_at, render, text_of

from proofpress.content.text import decode
from proofpress.findings import Findings
from proofpress.listings.ansi import ansi_html
from proofpress.listings.fences import read_info
from proofpress.listings.highlight import Highlighter
from proofpress.listings.words import Stretch, literal, put_in, text_in

if TYPE_CHECKING:
    from proofpress.model import Body


def test_inserted_and_deleted_lines_are_said_in_html_itself() -> None:
    body = listing("python ins={1-2} del={4}")
    assert body.problems == ()
    assert lines(body.html) == [
        ("ins", "inserted", "a = 1"),
        ("ins", "inserted", "b = 2"),
        ("span", "", "c = 3"),
        ("del", "deleted", "d = 4"),
    ]


def test_lines_with_a_label_have_it_at_the_end_of_their_first_and_out_of_what_is_copied() -> None:
    body = listing('python {"A & B":1-2,4} ins={"new":3} focus={\'here\':3}')
    assert body.problems == ()
    assert [classes for _, classes, _ in lines(body.html)] == [
        "marked receding",
        "marked receding",
        "inserted",
        "marked receding",
    ]
    assert re.findall(r'<small class="label" data-label="([^"]*)"></small>\n', body.html) == ["A &amp; B", "new, here"]
    assert text_of(body.html) == "a = 1\nb = 2\nc = 3\nd = 4\n\n"


def test_a_label_does_not_end_a_token_that_runs_on() -> None:
    body = listing('python {"A":1-2}', 'x = """a\nb"""\n')
    assert body.html.count('<span class="s2">') == body.html.count("s2")
    assert len(re.findall(r"<span", body.html)) == body.html.count("</span>")


@pytest.mark.parametrize(
    ("info", "at", "message"),
    [
        ('python {"A":0}', 12, "a listing has no line 0"),
        ('python {"A":9}', 12, "this listing has 4 lines, so there is no line 9"),
        ('python {"A"}', 12, "'\"A\"' names no line"),
        ('python collapse={"A":2}', 21, "these lines have no label that could be seen"),
        ('python {" ":2}', 12, "these lines have no label that could be seen"),
    ],
)
def test_a_label_that_cannot_be_shown_is_told_at_its_place(info: str, at: int, message: str) -> None:
    (problem,) = listing(info).problems
    assert (problem.rule, problem.column, message in problem.message) == ("listing-options", at, True), problem


def test_a_diff_in_a_language_has_its_colours_and_no_mark_in_its_code() -> None:
    body = listing('diff lang="python"', " def f(x):\n-    return x\n+    return x + 1\n\n")
    assert body.problems == ()
    assert '<span class="k">def</span>' in body.html
    assert lines(body.html) == [
        ("span", "", "def f(x):"),
        ("del", "deleted", "    return x"),
        ("ins", "inserted", "    return x + 1"),
        ("span", "", ""),
    ]
    assert lines(listing("diff-python", "-a\n+b\n").html) == [("del", "deleted", "a"), ("ins", "inserted", "b")]
    assert lines(listing("python diff", "-a\n+b\n").html) == [("del", "deleted", "a"), ("ins", "inserted", "b")]


def test_a_diff_keeps_the_lines_that_name_its_files_and_blanks_where_some_line_has_no_mark() -> None:
    body = listing('diff lang="python"', "--- a.py\n+++ b.py\n@@ -1 +1 @@\n-a\n+b\n c\n")
    assert [text for _, _, text in lines(body.html)] == ["--- a.py", "+++ b.py", "@@ -1 +1 @@", "a", "b", "c"]
    kept = listing('diff lang="python"', "if x:\n    y\n+    z\n")
    assert [text for _, _, text in lines(kept.html)] == ["if x:", "    y", "    z"]


def test_lines_beside_the_focus_recede() -> None:
    body = listing("python focus={2}")
    assert [classes for _, classes, _ in lines(body.html)] == ["receding", "", "receding", "receding"]


def test_a_wrapped_line_goes_on_at_its_own_indent() -> None:
    html = listing("python wrap", "def f():\n    return 1\n\treturn 2\n").html
    assert '<pre class="wrap" tabindex="0">' in html
    assert [classes for _, classes, _ in lines(html)] == ["", "indent-4", "indent-4"]
    assert "style=" not in html, "a page may forbid inline styles"


def test_folded_lines_are_in_details_and_no_line_is_lost_or_moved() -> None:
    html = listing("python collapse={2-3} linenos").html
    (folded,) = re.findall(r"<details><summary>2 lines</summary>(.*?)</details>", html, re.DOTALL)
    assert [text for _, _, text in lines(folded)] == ["b = 2", "c = 3"]
    assert re.findall(r'data-line="(\d)"', html) == ["1", "2", "3", "4"]
    assert html.count("<pre ") == 3
    whole = listing("python collapse").html
    assert re.fullmatch(
        r'<div class="listing" data-language="python"><details><summary>4 lines</summary><pre .*</pre></details></div>\n',
        whole,
        re.DOTALL,
    )


@pytest.mark.parametrize(
    ("frame", "classes"), [("terminal", "listing terminal"), ("none", "listing frameless"), ("code", "listing")]
)
def test_a_frame_is_a_class(frame: str, classes: str) -> None:
    body = listing(f'sh frame="{frame}"')
    assert f'<div class="{classes}" data-language="sh">' in body.html
    assert body.problems == ()


def test_words_stand_out_to_the_letter_or_by_a_pattern_and_keep_their_colours() -> None:
    body = listing(r'python "a < b" /y\d/ ins="new" del=/o.d/', "y1 = a < b\ny22 = new(old)\n")
    assert body.problems == ()
    marked = re.findall(r"<(mark|ins|del)>(.*?)</\1>", body.html)
    assert [(element, text_of(inside)) for element, inside in marked] == [
        ("mark", "y1"),
        ("mark", "a < b"),
        ("mark", "y2"),
        ("ins", "new"),
        ("del", "old"),
    ]
    assert '<mark><span class="n">a</span> <span class="o">&lt;</span> <span class="n">b</span></mark>' in body.html
    assert text_of(body.html) == "y1 = a < b\ny22 = new(old)\n\n"


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(["python", "html", "text", "console"]), st.text("ab<&\"'= \n#", max_size=40))
def test_elements_of_words_nest_with_those_of_tokens_and_change_no_text(
    data: st.DataObject, language: str, code: str
) -> None:
    lexer = get_lexer_by_name(language)
    body = Highlighter().colour(code.replace("\n", "x\n") + "\n", lexer)
    text = text_in(body)
    at = st.integers(0, len(text))
    stretches = [
        Stretch(min(pair), max(pair), data.draw(st.sampled_from(["mark", "ins", "del"])))
        for pair in data.draw(st.lists(st.tuples(at, at), max_size=4))
    ]
    written = put_in(body, stretches)
    assert text_in(written) == text
    opened: list[str] = []
    for end, name in re.findall(r"<(/?)([a-z]+)[^>]*>", written):
        if end:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert opened == []


def test_a_word_is_found_wherever_it_stands() -> None:
    assert literal("a.b", "a.b axb a.b") == [(0, 3), (8, 11)]


def test_a_pattern_that_never_ends_is_cut_off_in_every_thread_and_marks_nothing() -> None:
    text = f"```text /(a+)+b/\n{'a' * 60}\n```"
    body = render(text)
    assert [one.rule for one in body.problems] == ["slow-listing"]
    assert not body.certain
    assert text_of(body.html).strip() == "a" * 60
    elsewhere: list[Body] = []
    thread = threading.Thread(target=lambda: elsewhere.append(render(text)))
    thread.start()
    thread.join()
    assert elsewhere == [body]


def test_a_pattern_is_found_in_every_thread() -> None:
    text = "```python /[a-z] =/\nx = 1\n```"
    bodies: list[Body] = []
    thread = threading.Thread(target=lambda: bodies.append(render(text)))
    thread.start()
    thread.join()
    assert bodies == [render(text)]
    assert "<mark>" in bodies[0].html


@pytest.mark.parametrize(
    ("info", "what"),
    [
        ("python {0}", "0"),
        ("python {99}", "99"),
        ("python {3-99}", "3-99"),
        ("python {1-}", "1-"),
        ("python {-1}", "-1"),
        ("python {1..3}", "1..3"),
        ("python {1–3}", "1–3"),
        ("python {first}", "first"),
        ("python {a}", "a"),
        ("python {}", "{}"),
        ("python {1,3", "{1,3"),
        ("python {hl_lines=[9]}", "9"),
        ('python hl_lines="2 x"', "x"),
        ("python ins={7}", "7"),
        ("python focus={x}", "x"),
        ("python collapse={9}", "9"),
        ("python start=x", "x"),
        ("python startLineNumber=-5", "-5"),
        ("python nolinenos start=5", "5"),
        ("python linenos=maybe", "linenos=maybe"),
        ("python frame=window", "frame=window"),
        ('python wrap="maybe"', "wrap"),
        ('python title=""', 'title=""'),
        ('python title="a.py" filename="b.py"', "b.py"),
        ("python:a.py title=b.py", "b.py"),
        ("python:", ":"),
        ("python=", "="),
        ('python lang="go"', "go"),
        ('python "nowhere"', '"nowhere"'),
        (r"python /z\d/", r"/z\d/"),
        ("python /(/", "/(/"),
        ('python ins="nowhere"', '"nowhere"'),
        ('python ""', '""'),
        ("python }", "}"),
        ('python "', '"'),
        ("python linenoss", "linenoss"),
        ('python {"A":x-3}', '"A":x-3'),
        ("{r setup}", "setup"),
    ],
)
def test_what_has_no_effect_is_told_where_it_stands(info: str, what: str) -> None:
    text = f"intro\n\n- item\n\n  ```{info}\n  a = 1\n  b = 2\n  c = 3\n  ```\n"
    (found,) = render(text).problems
    assert (found.rule, found.severity, found.line) == ("listing-options", "warning", 5)
    assert pointed_at(found, text) == what


@pytest.mark.parametrize(
    "word",
    ["ignore", "no_run", "should_panic", "edition2021", "E0308", "copy", "npm2yarn", "twoslash", "hidden",
     "group", "echo=FALSE", "eval=FALSE", "live", "annotate", "anchor_linenums=true"],
)  # fmt: skip
def test_an_option_of_another_tool_is_told_once_a_text_with_how_many_there_are(word: str) -> None:
    (found,) = render(f"```rust,{word}\nx\n```\n\n" * 5).problems
    assert (found.rule, found.line, found.column) == ("listing-options", 1, 9)
    assert "other tools" in found.message
    assert "4 more" in found.hint


@pytest.mark.parametrize(
    ("info", "start"),
    [
        ("python showLineNumbers startLineNumber=10", 10),
        ("python linenos start=10", 10),
        ("python {startline=25}", 25),
        ("go {lineNos=true lineNoStart=61}", 61),
        ("go {linenos=table,linenostart=199}", 199),
        (' {.python .numberLines startFrom="10"}', 10),
        ("js {numberLines: true}", 1),
        ('py linenums="7"', 7),
        ("ts:line-numbers=2", 2),
        ("ts:line-numbers {1}", 1),
        ("python {.line-numbers}", 1),
        ("python start=0", 0),
    ],
)
def test_line_numbers_are_asked_for_in_the_words_of_many_tools(info: str, start: int) -> None:
    body = listing(info)
    assert body.problems == ()
    assert re.findall(r'data-line="(\d+)"', body.html) == [str(start + row) for row in range(4)]


@pytest.mark.parametrize(
    ("info", "marked"),
    [
        ("js/0,2", [1, 3]),
        ("js {1} {3-4}", [1, 3, 4]),
        ("js {4-3}", [3, 4]),
        ("js [1,2]", [1, 2]),
        ('go {hl_lines=[1,"3-4"]}', [1, 3, 4]),
        ("js mark={2}", [2]),
        ("js {1, 3}", [1, 3]),
    ],
)
def test_lines_are_marked_in_the_words_of_many_tools(info: str, marked: list[int]) -> None:
    body = listing(info)
    assert body.problems == ()
    assert [number for number, (_, classes, _) in enumerate(lines(body.html), 1) if classes == "marked"] == marked


@settings(max_examples=500, deadline=None)
@given(st.text("ab1,-= {}[]\"'/\\#.:titlehwrap", max_size=40))
def test_an_info_string_is_read_to_its_end_whatever_it_is(text: str) -> None:
    info = read_info("python " + text)
    for slip in info.slips:
        assert 0 <= slip.at <= len(text) + 7
        assert slip.message


@settings(max_examples=300, deadline=None)
@given(st.text("qxyz{}[]=\"'/,.#", max_size=12))
def test_no_letter_of_an_info_string_passes_without_effect_or_a_word(text: str) -> None:
    """Something of the body differs from that of the bare language, or something is told."""
    bare, body = listing("text"), listing("text " + text)
    if re.search(r"[^\s,]", text):
        assert body.problems or body.html != bare.html


def test_marks_of_notes_lead_to_the_items_of_the_list_behind_the_listing() -> None:
    body = render("```python\nx = 1  # (1)!\ny = 2  # (2)! (1)!\n```\n\n1. One.\n2. Two.\n3. Three.\n")
    assert body.problems == ()
    mark = '<button type="button" class="note" popovertarget="note-1-{0}" aria-label="Note {0}">{0}</button>'
    assert f'<span class="mi">1</span>{mark.format(1)}\n' in body.html
    assert f'<span class="mi">2</span>{mark.format(2)}{mark.format(1)}\n' in body.html
    assert '<ol class="notes">\n<li id="note-1-1" popover="">One.</li>' in body.html
    assert '<li value="3">Three.</li>' in body.html, "an item that nothing leads to stays where it is"


@pytest.mark.parametrize(
    ("text", "line", "mark"),
    [
        ("```python\nx = 1  # (1)!\n```\n\nWords.\n\n1. One.\n", 2, "(1)!"),
        ("```python\na\nx = 1  # (1)! (2)!\n```\n\n1. One.\n", 3, "(2)!"),
        ("```js\nx = 1 // (1)!\n```\n\n- One.\n", 2, "(1)!"),
    ],
)
def test_the_mark_of_a_note_that_there_is_not_is_told_where_it_stands(text: str, line: int, mark: str) -> None:
    (found,) = render(text).problems
    assert (found.rule, found.line) == ("listing-options", line)
    assert pointed_at(found, text) == mark


def test_a_long_line_is_not_searched_for_notes_from_each_of_its_characters() -> None:
    body = render(f"```text\n{'#' * 200_000} (1)! {' ' * 200_000}x # (1)!\n```\n\n1. A note.\n")
    assert body.html.count("popovertarget=") == 1


def test_what_is_no_comment_is_no_mark_of_a_note_and_a_list_behind_code_stays_a_list() -> None:
    body = render("```swift\nlet x = foo(1)!\n```\n\n1. One.\n")
    assert body.problems == ()
    assert "note" not in body.html
    assert "foo" in body.html


def test_fences_with_labels_that_follow_each_other_are_tabs_as_containers_are() -> None:
    fences = render('```sh tab="pip"\na\n```\n\n```sh tab=uv\nb\n```\n')
    boxes = render(":::tabs\n:::tab pip\n```sh\na\n```\n:::\n:::tab uv\n```sh\nb\n```\n:::\n:::\n")
    assert fences.problems == boxes.problems == ()
    assert fences.html == boxes.html


def test_a_code_group_is_tabs_whose_labels_are_its_titles_where_each_listing_has_one() -> None:
    group = render("::: code-group\n```sh [pip]\na\n```\n```sh [uv]\nb\n```\n:::\n")
    tabs = render('```sh tab="pip"\na\n```\n\n```sh tab=uv\nb\n```\n')
    assert group.problems == ()
    assert group.html == tabs.html
    bare = render("::: code-group\n```sh [pip]\na\n```\n```sh\nb\n```\n:::\n")
    assert '<div class="code-group">' in bare.html
    assert "<figcaption>pip</figcaption>" in bare.html


@pytest.mark.parametrize(
    ("info", "copies"),
    [
        ("js nocopy", False), ("js no-copy=true", False), ("js copy=false", False), ("{.js .no-copy}", False),
        ("js copy=true", True), ("js nocopy=false", True), ("js", True),
    ],
)  # fmt: skip
def test_a_listing_may_do_without_the_button_that_copies_it(info: str, copies: bool) -> None:
    body = listing(info)
    assert body.problems == ()
    assert ("no-copy" in body.html) != copies


@pytest.mark.parametrize(
    ("info", "checked"), [("js check=false", False), ("{.js check=no}", False), ("js check=true", True), ("js", True)]
)
def test_a_listing_may_say_that_it_is_not_to_be_read_as_a_program(info: str, checked: bool) -> None:
    assert listing(info).problems == ()
    assert read_info(info).checked == checked


def test_a_label_that_is_there_already_begins_another_group_and_a_tab_alone_is_told() -> None:
    two = render("".join(f"```sh tab={label}\nx\n```\n" for label in ("a", "b", "a", "b")))
    assert two.problems == ()
    assert two.html.count('<div class="tabs">') == 2
    text = "```sh tab=a\nx\n```\n\nWords.\n"
    (found,) = render(text).problems
    assert (found.rule, pointed_at(found, text)) == ("listing-options", "tab")


def test_a_numbered_listing_with_an_id_has_an_id_for_each_line_that_links_may_name() -> None:
    body = render("## train 2\n\n```python {#train} linenos start=2\na\nb\n```\n\n## train 3\n\n[b](#train-3)\n")
    assert body.problems == ()
    assert '<span class="line" data-line="2">' in body.html, "the heading before it has this id"
    assert (
        '<span class="line" id="train-3"><a class="number" href="#train-3" aria-label="Line 3" data-line="3"></a>'
        in body.html
    )
    assert 'id="train-3-1">train 3' in body.html
    assert body.anchors == ("train-2", "train", "train-3", "train-3-1")


@pytest.mark.parametrize(
    ("info", "code", "framed"),
    [
        ("sh", "ls\n", True),
        ("console", "$ ls\n", True),
        ("powershell", "ls\n", True),
        ('sh title="Install"', "ls\n", True),
        ('sh title="run.sh"', "ls\n", False),
        ("bash", "#!/bin/sh\nls\n", False),
        ('sh frame="none"', "ls\n", False),
        ("python", "ls\n", False),
        ('python frame="terminal"', "ls\n", True),
    ],
)
def test_shells_have_the_frame_of_a_terminal_and_files_of_theirs_have_none(info: str, code: str, framed: bool) -> None:
    assert ("terminal" in listing(info, code).html) == framed


def test_braces_of_f_strings_and_what_a_lexer_cannot_read_are_no_errors() -> None:
    html = listing("python", 'print(f"{x!r:>{width}} {{}} {y=}")\nx = 1 ? 2 $\n').html
    assert '"err"' not in html


@pytest.mark.parametrize(
    ("codes", "classes"),
    [
        ("31", "ansi-red"),
        ("1;4;32", "ansi-bold ansi-underline ansi-green"),
        ("90", "ansi-gray"),
        ("97;44", "ansi-on-blue ansi-white"),
        ("38;5;196", "ansi-red"),
        ("38;5;244", "ansi-gray"),
        ("38;2;10;180;120", "ansi-green"),
        ("38:2:0:0:0", "ansi-black"),
        ("7", "ansi-inverse"),
        ("31;7", "ansi-on-red"),
        ("2;3;9", "ansi-dim ansi-italic ansi-strike"),
    ],
)
def test_colours_of_a_terminal_are_classes(codes: str, classes: str) -> None:
    body = listing("ansi", f"a \u241b[{codes}m<b>\u241b[0m c\n")
    assert body.problems == ()
    assert f'>a <span class="{classes}">&lt;b&gt;</span> c\n</code>' in body.html


def test_a_terminals_other_codes_are_not_shown_and_those_that_end_a_colour_end_it() -> None:
    code = "\u241b[2K\u241b[31;1mred\u241b[22m thin\u241b[39m plain\u241b[?25l\n\u241b[44mon\u241b[49m off\n"
    html = listing("ansi linenos", code).html
    assert text_of(html) == "red thin plain\non off\n\n"
    assert '<span class="ansi-bold ansi-red">red</span><span class="ansi-red"> thin</span> plain' in html
    assert '<span class="ansi-on-blue">on</span> off' in html


@settings(max_examples=200, deadline=None)
@given(st.text("ab<\n\u241b[;:0123478m", max_size=40))
def test_whatever_a_terminal_printed_becomes_text(code: str) -> None:
    assert re.sub(r"\u241b\[[0-?]*[ -/]*[@-~]", "", code) == text_of(ansi_html(code))


def test_only_a_listing_of_a_terminal_keeps_its_escape_characters() -> None:
    findings = Findings("a.md")
    text = decode(b"```ansi\n\x1b[31mred\x1b[0m\n```\n\n```text\n\x1b[31mred\n```\n", findings)
    assert text.startswith("```ansi\n\u241b[31mred\u241b[0m\n```\n")
    assert [(one.rule, one.line, one.column) for one in findings.problems] == [("control-character", 6, 1)]


def test_a_session_within_a_listing_of_markdown_is_no_session() -> None:
    code = "```console\n$ ls\na.md\n```\n"
    body = render(f"````markdown\n{code}````\n")
    assert '<span class="gp">$ </span>' in body.html
    assert "session" not in body.html
    assert "output" not in body.html
    assert '<pre class="session" tabindex="0">' in render(code).html


@pytest.mark.parametrize(
    ("info", "code", "answers"),
    [
        ("console", "$ ls\na.md\n# none\n$ pwd\n/home\n", [2, 3, 5]),
        ("console", "# whoami\nroot\n", [2]),
        ("console", "$ echo a \\\n  b\na b\n", [3]),
        ("pycon", ">>> f(1)\n1\n\n>>> def g():\n...     pass\n", [2, 3]),
        ("psql", "x=# select 1;\n 1\n", [2]),
        ("bash", "$ ls\na.md\n", [2]),
        ("bash", "ls  # $ ls\n", []),
        ("console", "Nobody asked.\n", []),
    ],
)
def test_lines_of_a_session_without_a_prompt_are_what_it_answers(info: str, code: str, answers: list[int]) -> None:
    found = lines(listing(info, code).html)
    assert [number for number, (_, classes, _) in enumerate(found, 1) if classes == "output"] == answers
