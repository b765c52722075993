"""Titles, headings, summaries, alerts, tasks, footnotes and the other blocks of the dialect."""

from __future__ import annotations

import re

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.quotes import marks_for
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.rules.texts import faults_in

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


def ids(text: str) -> list[str]:
    return [heading.id for heading in render(text).outline]


def test_the_first_level_one_heading_is_the_title_and_leaves_the_body() -> None:
    body = render("text\n\n# The *title* `x`\n\n# Next", title=None)
    assert body.title == "The title x"
    assert [heading.text for heading in body.outline] == ["Next"]
    assert "The" not in body.html


def test_a_title_in_the_front_matter_keeps_the_heading() -> None:
    body = render("# Heading")
    assert (body.title, len(body.outline)) == (None, 1)


def test_a_heading_in_a_quote_is_no_title() -> None:
    assert render("> # Quoted", title=None).title is None


def test_a_heading_has_an_id_and_a_link_to_itself() -> None:
    assert render("## Install").html == (
        '<h2 id="install">Install <a class="anchor" href="#install" aria-label="Link to this section: Install">#</a></h2>\n'
    )


def test_ids_are_unique_stable_and_never_empty() -> None:
    assert ids("# A\n# A\n# A-1\n# A") == ["a", "a-1", "a-1-1", "a-2"]
    assert ids("# A-1\n# A\n# A\n# A") == ["a-1", "a", "a-2", "a-3"]
    assert ids("# 🎉\n# 🎉") == ["section", "section-1"]
    assert ids("# constructor\n# __proto__") == ["constructor", "proto"]
    assert ids("# Größe & 数学 `f(x)`") == ["größe--数学-fx"]


def test_ids_keep_clear_of_footnotes_attributes_and_raw_html() -> None:
    assert ids("# fn1\n# fnref1\n# fn1") == ["section-fn1", "section-fnref1", "section-fn1-1"]
    assert ids('# A\n# B {#a}\n\n<b id="c">x</b>\n\n# C') == ["a-1", "a", "c-1"]


def test_an_id_that_is_asked_for_twice_is_unique_in_the_html() -> None:
    body = render("# A {#x}\n# B {#x}\n\n`c`{#x}")
    assert re.findall(r'id="([^"]*)"', body.html) == ["x", "x-1", "x-2"]
    assert body.anchors == ("x", "x-1", "x-2")


def test_ids_and_names_in_raw_html_are_anchors() -> None:
    assert render('<div id="a"></div>\n\ntext <a name=b></a> <!-- <p id="no"> -->').anchors == ("a", "b")


def test_the_outline_has_no_links_images_or_footnote_marks() -> None:
    (heading,) = render("## See [`x`](y.md) ![i](z.png)[^1] & *w*\n\n[^1]: n").outline
    assert heading.html.split() == ["See", "<code>x</code>", "&amp;", "<em>w</em>"]


def test_only_plain_attributes_are_taken() -> None:
    html = render(
        "![a](https://x.example/y.png){#i .c onclick=x style=y src=z title='T' data-a=b lang=de width=3px} x"
    ).html
    assert html == (
        '<p><img src="https://x.example/y.png" alt="a" id="i" class="c" title="T" data-a="b" lang="de" width="3"> x</p>\n'
    )


def test_braces_that_are_no_attributes_are_text() -> None:
    assert render("`a`{x} {{ y }} {% z %}").html == "<p><code>a</code>{x} {{ y }} {% z %}</p>\n"


def test_a_paragraph_takes_attributes_from_a_line_of_its_own() -> None:
    assert render("{.lead}\ntext").html == render("text\n{.lead}").html == '<p class="lead">text</p>\n'


@pytest.mark.parametrize("mark", ["<!-- more -->", "<!--more-->", "<!--truncate-->", "<!-- MORE -->"])
def test_the_summary_is_what_stands_before_the_mark(mark: str) -> None:
    body = render(f"One [two](x.md)[^1].\n\n- three\n\n{mark}\n\nfour\n\n[^1]: n")
    assert body.summary == "<p>One two.</p>\n<ul>\n<li>three</li>\n</ul>"
    assert body.summary_text == "One two. three"
    assert body.has_more
    assert "<!--" not in body.html


def test_without_a_mark_the_summary_is_the_first_paragraph_with_text() -> None:
    body = render("![x](y.png)\n\n> quoted\n\nThe *first* `<one>`.\n\nThe second.")
    assert body.summary == "<p>The <em>first</em> <code>&lt;one&gt;</code>.</p>"
    assert body.summary_text == "The first <one>."
    assert not body.has_more


def test_a_summary_closes_what_raw_html_opened() -> None:
    assert render("<div>\n\ntext <b>bold\n\n<!-- more -->\n\n</div>").summary.endswith("<b>bold</b></p></div>")


def test_words_count_text_and_code_and_no_markup() -> None:
    assert render('one *two* `three`\n\n```\nfour five\n```\n\n<b title="not this">six</b>').words == 6


def test_an_alert_says_its_kind() -> None:
    assert render("> [!WARNING]\n> Hot.").html == (
        '<div class="alert alert-warning" role="note"><p class="alert-title">Warning</p>\n<p>Hot.</p>\n</div>\n'
    )


@pytest.mark.parametrize("kind", ["NOTE", "Tip", "important", "WARNING", "CAUTION"])
def test_each_of_githubs_alerts_is_one(kind: str) -> None:
    body = render(f"> [!{kind}]\n> Text.")
    assert body.problems == ()
    assert body.html.startswith(f'<div class="alert alert-{kind.lower()}" role="note">')


def test_an_unknown_alert_stays_a_quote_with_a_warning() -> None:
    body = render("> text\n\n> [!WARNIN]\n> Hot.")
    (found,) = body.problems
    assert (found.rule, found.line, found.column, found.hint) == ("unknown-alert", 3, 3, "did you mean 'WARNING'?")
    assert body.html.count("<blockquote>") == 2


def test_tasks_have_boxes() -> None:
    html = render("- [ ] one\n- [x] two\n- three").html
    assert html.startswith(
        '<ul class="tasks">\n<li class="task"><input type="checkbox" disabled aria-label="To do"> one</li>'
    )
    assert '<input type="checkbox" disabled aria-label="Done" checked> two' in html
    assert "<li>three</li>" in html


def test_a_table_is_wrapped_and_its_cells_aligned() -> None:
    html = render("a | b\n--|-:\n1 | 2").html
    assert html.startswith('<div class="table" tabindex="0"><table>\n<thead>')
    assert '<td style="text-align:right">2</td>' in html
    assert html.endswith("</tbody>\n</table></div>\n")


def test_footnotes_are_numbered_as_they_are_met_and_lead_back() -> None:
    html = render("x[^b] y[^a] z[^b]\n\n[^a]: A\n[^b]: B[^a]\n[^c]: never").html
    assert '<sup class="footnote-ref"><a href="#fn1" id="fnref1">1</a></sup>' in html
    assert '<li id="fn1"><p>B' in html
    assert 'href="#fnref1-2" aria-label="Back to reference 1-2">' in html
    assert "never" not in html
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r'id="([^"]*)"', html))


def test_a_footnote_that_is_not_defined_is_text_and_a_warning() -> None:
    body = render("a[^x] b")
    (found,) = body.problems
    assert (found.rule, found.line, found.column, found.length) == ("undefined-footnote", 1, 2, 4)
    assert body.html == "<p>a[^x] b</p>\n"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("[^x](https://me.example/)", []),
        ("[^x]: https://me.example/\n", [1]),
        ("[a [^x] b](https://me.example/)", [4]),
        ("![a [^x] b](https://me.example/)", [5]),
        ("*a [^x]* and [b [^y]]", [4, 17]),
        ("[^x] [^x]", [1, 6]),
        ("`[^x]` \\[^x]", []),
    ],
)
def test_a_mark_without_a_footnote_is_told_once_and_what_is_no_mark_never(text: str, columns: list[int]) -> None:
    assert [one.column for one in render(text).problems] == columns


def test_a_definition_list_has_terms_and_definitions() -> None:
    assert render("Term\n: One\n: Two").html == "<dl>\n<dt>Term</dt>\n<dd>One</dd>\n<dd>Two</dd>\n</dl>\n"


def test_an_image_alone_is_a_figure_and_its_title_the_caption() -> None:
    assert render('![cat](https://x.example/c.png "A & b")').html == (
        '<figure><img src="https://x.example/c.png" alt="cat" loading="lazy" decoding="async">'
        "<figcaption>A &amp; b</figcaption></figure>\n"
    )


@pytest.mark.parametrize(
    ("language", "curled"),
    [("en", "“a ‘b’ c”"), ("de", "„a ‚b‘ c“"), ("fr", "«\u202fa ‹\u202fb\u202f› c\u202f»"), ("de-CH", "«a ‹b› c»")],
)
def test_quotation_marks_are_those_of_the_language(language: str, curled: str) -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions(), language)
    document = Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text="\"a 'b' c\"")
    assert renderer.render(document).html == f"<p>{curled}</p>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("don't", "don’t"),
        ("the '90s aren't 'it'", "the ’90s aren’t ‘it’"),
        ('"*em*" and "`code`"', "“<em>em</em>” and “<code>code</code>”"),
        ('"`code` and *em*"', "“<code>code</code> and <em>em</em>”"),
        ('"$x$ is so"', "“<math><mi>x</mi></math> is so”"),
        ('say "so', "say &quot;so"),
        ('a "b *c* d', "a &quot;b <em>c</em> d"),
        ('5" by 3"', "5&quot; by 3&quot;"),
        ('--flag (c) ... -> `"x"`', "--flag (c) … -&gt; <code>&quot;x&quot;</code>"),
        (r"\"plain\"", "&quot;plain&quot;"),
        ('("x"), "y."', "(“x”), “y.”"),
    ],
)
def test_quotation_marks_are_curled_and_code_is_not(text: str, html: str) -> None:
    assert render(text).html == f"<p>{html}</p>\n"


LANGUAGES = [
    "bg", "cs", "da", "de", "de-CH", "el", "en", "es", "et", "fi", "fr", "fr-CH", "hr", "hu", "is", "it", "ja", "lt",
    "nb", "nl", "nn", "no", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "uk", "xx",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_marks_for_both_ends_of_a_quotation_and_of_one_within(language: str) -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions(), language)
    document = Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text="\"a 'b' c\" it's")
    html = renderer.render(document).html
    found = re.fullmatch(r"<p>(\W+)a (\W+)b(\W+) c(\W+) it’s</p>\n", html)
    assert found is not None, html
    outer, inner, inner_end, outer_end = found.groups()
    assert outer != inner
    assert outer_end != inner_end
    assert not {"'", '"'} & set(html)


def test_a_language_is_known_by_its_tag_in_any_spelling_and_by_its_first_part() -> None:
    def first(language: str) -> str:
        return marks_for(language)[0]

    assert [first(tag) for tag in ("de", "DE", "de-AT", "de_DE", "de-ch", "de_CH")] == ["„", "„", "„", "„", "«", "«"]
    assert marks_for("tlh") == marks_for("en") == marks_for("")


@pytest.mark.parametrize("short", ["90s", "45", "n", "em", "til", "tis", "twas", "cause", "TWAS"])
def test_the_apostrophe_of_a_word_cut_short_opens_no_quotation(short: str) -> None:
    end = "'" if short == "n" else ""
    word, curled = f"'{short}{end}", f"’{short}{'’' if end else ''}"
    assert render(f"'say {word} so'").html == f"<p>‘say {curled} so’</p>\n"
    assert render(f'"say {word}"').html == f"<p>“say {curled}”</p>\n"
    assert render(f"say {word} 'so'").html == f"<p>say {curled} ‘so’</p>\n"


@pytest.mark.parametrize("word", ["emily", "tilt", "1990s", "100", "causes"])
def test_a_word_that_only_begins_like_one_cut_short_can_be_quoted(word: str) -> None:
    assert render(f"say '{word}' so").html == f"<p>say ‘{word}’ so</p>\n"


@pytest.mark.parametrize("letter", ["語", "が", "ア", "㐀", "豈"])
def test_of_a_script_without_blanks_two_letters_count_as_a_word(letter: str) -> None:
    assert render(letter * 440).words - render(letter * 220).words == 110
    assert render(f"{letter * 40}\n\none two").words == render(letter * 40).words + 2


def test_words_between_blanks_count_once_whatever_their_letters() -> None:
    assert [render(text).words for text in ("one two three", "naïve café Ж", "")] == [3, 3, 0]


def test_templates_in_a_post_are_text() -> None:
    assert render("{{ x }} {% raw %}").html == "<p>{{ x }} {% raw %}</p>\n"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A.[^a]\n\n[^a]: shown", []),
        ("A.\n\n[^a]: lost", [(3, 1, "nothing in the text refers to '[^a]', so this footnote is not shown")]),
        ("A.[^a]\n\n[^a]: one\n\n> [^a]: two", [(5, 3, "a footnote '[^a]' is defined above, so this one is not shown")]),
        ("A.[^a]\n\n[^a]: see[^b]\n[^b]: shown", []),
        ("A.\n\n[^a]: see[^b]\n\n[^b]: lost", [(3, 1, "nothing in the text refers to '[^a]', so this footnote is not shown"),
                                             (5, 1, "nothing in the text refers to '[^b]', so this footnote is not shown")]),
    ],
)  # fmt: skip
def test_a_footnote_whose_words_are_not_shown_is_reported_where_it_stands(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    problems = render(text).problems
    assert [(one.line, one.column, one.message) for one in problems] == places
    assert {one.rule for one in problems} <= {"unused-footnote"}


def test_a_mark_without_a_footnote_names_the_one_that_nothing_refers_to() -> None:
    hints = {one.rule: one.hint for one in render("A.[^kernel][^kernl1]\n\n[^kernel]: k\n\n[^kernels1]: k").problems}
    assert hints["undefined-footnote"] == "did you mean '[^kernels1]'?"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", []),
        ("| a | b |\n\n| --- | :-: |\n\n| 1 | 2 |\n\n| 3 | 4 |", [3]),
        ("| a | b |\n\n|---|---|\n| 1 | 2 |", [3]),
        ("| a | b |\n|---|---|\n\n| 1 | 2 |\n\n| 3 | 4 |", [4]),
        ("- | a | b |\n\n  |---|---|\n\n  | 1 | 2 |", [3]),
        ("| a |\n\n|---|\n\n| 1 |\n\n| b |\n\n|---|\n\n| 2 |", [3, 9]),
        ("| a | b |\n|---|---|\n\n|x| is positive, |y| too", []),
        ("    |---|---|", []),
        ("# |---|---|", []),
        ("|---|---|\n===", []),
        ("```\n|---|---|\n```", []),
        ("- |---|---|", [1]),
        ("|--- and text", []),
    ],
)
def test_a_table_that_blank_lines_tear_apart_is_reported_once(text: str, lines: list[int]) -> None:
    assert render(text).problems == ()
    document = Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text=text)
    found = faults_in(RENDERER.parse(document), "a.md")
    assert [(one.rule, one.line) for one in found if one.rule == "torn-table"] == [
        ("torn-table", line) for line in lines
    ]
