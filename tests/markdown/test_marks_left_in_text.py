"""What stays in the text as it was written, or vanishes in a browser, is told at its line: once a kind, with a count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.problems import Problem, told_once
from proofpress.rules.texts import faults_in

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())
ESCAPING = Renderer(MarkdownOptions(html="escape"), HighlightOptions())
SANITIZING = Renderer(MarkdownOptions(html="sanitize", anchors=False), HighlightOptions())


def document(text: str, title: str = "t") -> Document:
    return Document(path=SourcePath("a.md"), front=FrontMatter(title=title), text=text, first_line=1)


def told(text: str, *, title: str = "t", by: Renderer = RENDERER) -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in faults(text, title=title, by=by)]


def faults(text: str, *, title: str = "t", by: Renderer = RENDERER) -> list[Problem]:
    return sorted(faults_in(by.parse(document(text, title)), "a.md"))


def html(text: str) -> str:
    return RENDERER.render(document(text)).html


LEFT = [
    "{% include note.html %}", "{{< youtube abc >}}", "{{% notice %}}", "Hello {{ page.title }}", "[TOC]", "[[toc]]",
    "{:toc}", "An {.odd} word", "??? question", '=== "Linux"', "As shown [@lamp1984].", "See [[Other note]].", "![[plan.png]]",
    "[the manual][nope]", "see [it](to do)", "![it](to do.png)", r"\\(x_1\\)", r"so \(x = 1\) is", r"\[ a = b \]",
    r"a \frac{1}{2} b", "half $$ of it", "**Note: it is", "a **“b”**c", "==marked==", "words\n##heading",
    "one\n## see\n".replace("## ", "    ## "), "a ^[note] b", "words\n[x]: ./y.md", "import Tab from './tab'", "export const a = 1",
    ".. code:: python", "| a | b |", "| a | b |\n|---|", "wave :wave:", "the role :func:`x`", "{!a.md!}", "a ```b` c", "a `b c",
    "**Note: ** it is", "~~gone~ now", "[it] (https://a.example/)", "![it] (a.png)", "(it)[https://a.example/]", "####### deep",
    "• one\n• two", "-one\n-two", "1.one\n2.two", "a <!-- note\n\nnote --> b", "*[HTML]: a language", "- [x]done", "- [] done", "[xarray][nope]", '<Tab title={"a"}>',
]  # fmt: skip
"""Marks that no dialect of ours reads; what another of its rules tells of is not among them."""


@pytest.mark.parametrize("mark", LEFT)
def test_a_mark_that_stays_text_is_told_at_its_line(mark: str) -> None:
    text = f"First.\n\n{mark}\n\nLast.\n"
    lines = {line for rule, line in told(text) if rule == "foreign-syntax"}
    assert lines & {3, 4}
    assert lines <= {3, 4}


@pytest.mark.parametrize("mark", [one for one in LEFT if "`" not in one and "\n" not in one])
def test_the_same_mark_in_code_is_no_fault(mark: str) -> None:
    assert told(f"First `` {mark} ``.\n\n```\n{mark}\n```\n\n    {mark}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "grid[i][j] and `a`[b][c]", "std::io::Read at 10:30:15", r"\[x\] and \(not this\)", "2 * 3 * 4 and **kw", "a == b == c",
        "[words][ref]\n\n[ref]: https://me.example/", "x^2 and 3 | 4", "$x_{{i}}$", "- [ ] open", "C:/a/b and #tag", "[^1]\n\n[^1]: n",
        r"\{% not \%}", "import the file from home", "**bold** and *it*", "A {word} in braces", "Email @me [at home]",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_mark_is_no_fault(text: str) -> None:
    assert told(text + "\n") == []


def test_a_kind_is_told_once_with_how_many_more_there_are() -> None:
    found = faults("{% a %}\n\n" * 5 + "{% b %}\n")
    assert [(one.line, "(and 4 more places in this file)" in one.hint) for one in found] == [(1, True), (11, False)]


def test_what_many_posts_hold_is_folded_though_they_hold_it_a_different_number_of_times() -> None:
    found = [one for n in range(9) for one in faults_in(RENDERER.parse(document("{% a %}\n\n" * (n + 1))), f"{n}.md")]
    assert [one.message.partition(" (")[2] for one in told_once(found)] == ["", "", "and in 6 more files)"]


@pytest.mark.parametrize(
    "words", ["a Vec<String> b", "Vec<String>", "<username>", "as <user> you", "<pre>Vec<String></pre>"]
)
def test_an_element_that_nobody_knows_is_text_with_a_word_about_it(words: str) -> None:
    shown = "".join(words.split("<pre>")).removesuffix("</pre>").replace("<", "&lt;").replace(">", "&gt;")
    assert shown in html(f"{words}\n")
    assert told(f"{words}\n") == [("unknown-element", 1)]
    assert told(f"{words}\n", by=ESCAPING) == []
    assert told(f"{words}\n", by=SANITIZING) == [("unknown-element", 1)]
    assert shown in SANITIZING.render(document(f"{words}\n")).html


@pytest.mark.parametrize(
    "words",
    [
        "<kbd>x</kbd>", "<KBD>x</KBD>", "<svg><path d='M0'/><foreignObject>x</foreignObject></svg>", "<math><mi>x</mi></math>",
        "<my-own>x</my-own> <script>1</script>", "<!-- <String> -->", "`<String>`", "<script>a<b>c</script>", "a < b > c",
    ],
)  # fmt: skip
def test_what_a_browser_knows_passes(words: str) -> None:
    assert told(f"{words}\n") == []
    assert "&lt;/" not in html(f"{words}\n")


def test_a_path_without_a_drawing_is_a_word() -> None:
    assert "open &lt;path&gt;" in html("open <path>\n")


@given(st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{0,8}\Z"))
def test_no_name_between_angle_brackets_is_lost_in_silence(name: str) -> None:
    for text in (f"a <{name}> b\n", f"<{name}>\n", f"<div>\n<{name}>\n</div>\n", f"- x\n\n  <{name}>\n"):
        seen = f"&lt;{name}&gt;" in html(text)
        assert seen or told(text) or name.lower() in VOID_OR_ENDING


VOID_OR_ENDING = frozenset(
    """area base basefont br col embed frame hr img input link meta param source track wbr p li dt dd tr td th thead tbody
    tfoot caption colgroup option optgroup rb rt rtc rp html body head""".split()  # noqa: SIM905 - a table of words
)
"""Elements that need no end: a lone one is right as it stands."""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<details>\n\nx\n", 1), ("x\n\n</section>\n", 3), ("a <b>b\n", 1), ("a </b> b\n", 1), ("<div/>\n\nx\n", 1),
        ("type <your-name>\n", 1), ("x\n\n<!-- never\n\ny\n", 3), ("<div><span></div>\n", 1), ("<iframe src='https://x.example'>\n", 1),
        ("<svg><g></a></g></svg>\n", 1),
    ],
)  # fmt: skip
def test_what_is_not_closed_or_closes_nothing_is_told(text: str, line: int) -> None:
    assert told(text) == [("unclosed-element", line)]


@pytest.mark.parametrize(
    "text",
    [
        "<div>\n\n<p>x\n\n</div>\n", "<ul>\n<li>a\n<li>b\n</ul>\n", "a<br>b<br/>c<img src='https://x.example/a'>\n", "<b>a\n\nb</b>\n",
        "<svg><path d='M0'/><g/></svg>\n", "<table><tr><td>a<td>b</table>\n", "<script>if (a < b) { '<div>' }</script>\n",
    ],
)  # fmt: skip
def test_what_html_lets_out_is_no_fault(text: str) -> None:
    assert told(text) == []


def test_an_element_of_one_s_own_without_a_script_is_told_and_with_one_it_is_not() -> None:
    assert told("a <d-note>b</d-note> c\n") == [("undefined-element", 1)]
    assert told("a <d-note>b</d-note> c\n\n<script src='https://x.example/d.js'></script>\n") == []


@pytest.mark.parametrize(
    "inside",
    [
        "## H",
        "**b**",
        "*b*",
        "[a](https://x.example)",
        "`c`",
        "| a | b |",
        "- a",
        "```",
        "[^1]",
        "$x_1$",
        "<https://x.example>",
    ],
)
def test_markdown_in_a_block_of_html_is_told_unless_a_blank_line_parts_them(inside: str) -> None:
    assert told(f"<div>\n{inside}\n</div>\n") == [("markdown-in-html", 2)]
    assert ("markdown-in-html", 3) not in told(f"<div>\n\n{inside}\n\n</div>\n")
    assert told(f"<pre>\n{inside}\n</pre>\n") == []


def test_markdown_right_behind_html_is_told() -> None:
    assert told("<div>x</div>\n## Heading\n") == [("markdown-in-html", 2)]


@pytest.mark.parametrize("attribute", ["markdown", 'markdown="1"', "markdown=span"])
def test_the_attribute_markdown_has_no_effect(attribute: str) -> None:
    assert told(f"<div {attribute}>\n\nx\n\n</div>\n") == [("markdown-in-html", 1)]


def test_a_tag_with_a_fault_in_its_quotation_marks_is_told() -> None:
    assert told('see <a href="https://x.example"class="b"> it\n') == [("malformed-tag", 1)]


def test_a_heading_that_repeats_the_title_is_told() -> None:
    assert told("# Same!\n\nx\n", title="same") == [("repeated-title", 1)]
    assert told("## Same\n\nx\n", title="same") == []


def test_a_second_heading_of_the_first_level_is_told() -> None:
    assert told("# Other\n\nx\n") == [("second-title", 1)]
    text = RENDERER.parse(Document(path=SourcePath("a.md"), front=FrontMatter(), text="# A\n\n# B\n", first_line=1))
    assert [(one.rule, one.line) for one in faults_in(text, "a.md")] == [("second-title", 3)]


def test_the_near_name_of_a_footnote_that_is_used_already_is_named() -> None:
    found = RENDERER.parse(document("a[^momentum] b[^momemtun]\n\n[^momentum]: n\n")).findings
    assert [one.hint for one in found] == ["did you mean '[^momentum]'?"]
