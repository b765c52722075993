"""What a page shows below its listings of what they gave, and what is told where that is doubtful."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from posts_that_run import lock_of, parsed, runs_of

from proofpress.builder.outputs import with_runs
from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Companion
from proofpress.paths import SourcePath
from proofpress.recorded.listings import digest, digests
from proofpress.recorded.lock import written
from proofpress.recorded.shown import seen
from proofpress.recorded.values import Drawn, Lock, Printed, Raised, Ran, Table, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Body
    from proofpress.problems import Problem
    from proofpress.recorded.values import Output

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())
LOCK = SourcePath("content/posts/hello.run.yaml")


def made(markdown: str, lock: bytes | None, *files: Companion) -> tuple[Body, Sequence[Problem]]:
    """Return a post's body, and what is wrong with what its listings gave."""
    text = parsed(markdown)
    beside = (*([] if lock is None else [Companion(LOCK, lock)]), *files)
    document = msgspec.structs.replace(text.document, beside=beside)
    whole, problems = with_runs(msgspec.structs.replace(text, document=document))
    return RENDERER.write(whole), problems


def below(markdown: str, *outputs: Sequence[Output]) -> str:
    """Return the HTML of a post, by which nothing is wrong, from the end of its first listing on."""
    body, problems = made(markdown, lock_of(markdown, *outputs))
    assert (problems, body.problems) == ((), ())
    return body.html.partition("</div>\n")[2]


POST = "```python run\nprint(1)\n```\n"


def test_what_was_printed_stands_below_as_an_output_fence_would() -> None:
    fenced, _ = made("```python\nprint(1)\n```\n\n```output\n1\n2\n```\n", None)
    assert below(POST, [Printed("1\n"), Value("2")]) == fenced.html.partition("</div>\n")[2]


def test_streams_and_errors_are_told_apart() -> None:
    html = below(POST, [Printed("a\n"), Printed("b", "stderr"), Raised("ValueError", "no <value>", 1)])
    assert re.findall(r'data-language="(\w+)".*?">([^<]*)\n</code>', html) == [
        ("output", "a"),
        ("stderr", "b"),
        ("error", "ValueError: no &lt;value&gt;"),
    ]


def test_colours_of_a_terminal_are_classes() -> None:
    assert '<span class="ansi-red">bad</span> &lt;b&gt;' in below(POST, [Printed("\x1b[31mbad\x1b[0m <b>\n")])


def test_a_table_is_one_and_its_numbers_end_in_line() -> None:
    html = below(POST, [Table(("name", "s"), (("a|<b>", "1.5"), ("c", "-20")))])
    assert '<table class="from-listing">' in html
    assert '<th>name</th>\n<th class="align-right">s</th>' in html
    assert '<td>a|&lt;b&gt;</td>\n<td class="align-right">1.5</td>' in html


def test_a_picture_is_a_figure_with_the_words_of_its_listing() -> None:
    markdown = '```python run alt="A <curve>"\nplot()\n```\n'
    body, _ = made(markdown, lock_of(markdown, [Drawn("3f.png")]))
    assert re.search(r'<figure class="from-listing"><img .* alt="A &lt;curve&gt;"[^>]*></figure>', body.html)
    (reference,) = body.references
    assert (reference.href, reference.kind) == ("hello.run/3f.png", "image")
    assert (reference.line, reference.column, reference.length) == (1, 4, 26)  # where it is told if it is not there


def test_check_asks_for_words_for_a_picture() -> None:
    markdown = "```python run\nplot()\n```\n"
    text = parsed(markdown)
    beside = (Companion(LOCK, lock_of(markdown, [Drawn("3f.png")])),)
    text = msgspec.structs.replace(text, document=msgspec.structs.replace(text.document, beside=beside))
    assert with_runs(text)[1] == ()
    (found,) = with_runs(text, checks=True)[1]
    assert (found.rule, found.line, found.column) == ("no-alternative", 1, 4)


def test_what_the_post_says_itself_is_not_shown_twice_but_pictures_are() -> None:
    markdown = f"{POST}\n```output\n1\n```\n"
    html = below(markdown, [Printed("1\n"), Drawn("3f.png")])
    assert (html.count("output"), html.count("<figure")) == (3, 1)
    session = "```pycon run\n>>> 1\n1\n```\n"
    assert below(session, [Printed("1\n")]) == ""
    assert "output" in below("```console run\n$ ls\n```\n", [Printed("a.txt\n")])


def test_outputs_of_a_tab_stand_in_it() -> None:
    markdown = '---\nrun: true\n---\n```python tab="Py"\n1\n```\n\n```js tab="JS"\n2\n```\n'
    body, _ = made(markdown, lock_of(markdown, [Printed("one\n")], [Printed("two\n")]))
    first, second = body.html.split('<div class="tab">')[1:]
    assert ("one" in first, "two" in first, "two" in second) == (True, False, True)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("10%\r50%\r100%\n", "100%\n"),
        ("a\r\nb\n", "a\nb\n"),
        ("long\rx\n", "xong\n"),
        ("\x1b]0;title\x07a\x07\x00\x7f\ufdd0\n", "a\u2400\u2421\ufffd\n"),
    ],
)
def test_text_is_shown_as_a_terminal_leaves_it(printed: str, shown: str) -> None:
    assert seen(printed) == shown


TWO = "---\nrun: true\n---\n```python\na = 1\n```\n\n```python\nprint(a)\n```\n"
GAVE = ([Printed("first\n")], [Printed("second\n")])


def told(markdown: str, lock: bytes | None, *files: Companion) -> list[tuple[str, str, int]]:
    return [(one.rule, one.path.rpartition("/")[2], one.line) for one in made(markdown, lock, *files)[1]]


def test_a_listing_that_was_edited_shows_what_it_printed_and_is_told_with_those_after_it() -> None:
    edited = TWO.replace("a = 1", "a = 2")
    body, problems = made(edited, lock_of(TWO, *GAVE))
    assert ("first" in body.html, "second" in body.html) == (True, True)
    assert [(one.rule, one.line, one.message) for one in problems] == [
        ("stale-output", 4, "what this listing printed was printed by other code"),
        ("stale-output", 8, "this listing ran after other code or with other files than stand before it now"),
    ]
    assert {one.hint for one in problems} == {"run 'proofpress run content/posts/hello.md'"}


def test_a_listing_that_moved_or_came_keeps_the_others_to_what_they_gave() -> None:
    more = TWO.replace("```python\na = 1", "```js\nnew()\n```\n\n```python\na = 1")
    assert told(more, lock_of(TWO, *GAVE)) == [("not-run", "hello.md", 4)]
    less = "---\nrun: true\n---\n```python\nprint(a)\n```\n"
    assert told(less, lock_of(TWO, *GAVE)) == [("stale-output", "hello.md", 4), ("spare-output", "hello.run.yaml", 6)]


def test_a_file_that_a_listing_read_and_that_is_other_now_makes_it_stale() -> None:
    ((code, after),) = digests(runs_of(POST).runnables)
    ran = Ran(code=code, after=after, read={"../data/a.csv": digest(b"1\n")}, outputs=(Printed("1\n"),))
    lock = written(Lock(when="", platform="", versions={}, listings=(ran,))).encode()
    path = SourcePath("content/data/a.csv")
    assert told(POST, lock, Companion(path, None, digest(b"1\n"), kind="read")) == []
    for known, said in (
        (digest(b"2\n"), "this listing read '../data/a.csv', which has changed since"),
        ("", "is gone"),
    ):
        ((found),) = made(POST, lock, Companion(path, None, known, kind="read"))[1]
        assert found.rule == "stale-output"
        assert said in found.message


def test_a_post_that_runs_nothing_is_left_as_it_is() -> None:
    text = parsed("# Hello\n\nWe run it:\n\n```python\nprint(1)\n```\n")
    assert with_runs(text) == (text, ())
