"""The dialect of real posts: containers, titles of alerts, attributes of blocks, dashes, CJK, definitions, templates' braces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.model import Body

RENDERER = Renderer(MarkdownOptions(anchors=False), HighlightOptions())


def render(text: str, renderer: Renderer = RENDERER) -> Body:
    return renderer.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))


def html(text: str) -> str:
    body = render(text)
    assert body.problems == ()
    return body.html


def told(text: str) -> list[tuple[str, int, int, int]]:
    return [(found.rule, found.line, found.column, found.length) for found in render(text).problems]


# Containers


@pytest.mark.parametrize("opening", [":::note", "::: note", ":::Note", "::::: note :::::"])
def test_a_container_with_an_alerts_name_is_an_alert(opening: str) -> None:
    colons = opening[: len(opening) - len(opening.lstrip(":"))]
    assert html(f"{opening}\nText.\n{colons}\n") == (
        '<div class="alert alert-note" role="note"><p class="alert-title">Note</p>\n<p>Text.</p>\n</div>\n'
    )


@pytest.mark.parametrize("title", ["Mind *this*", "[Mind *this*]"])
def test_a_container_has_a_title_of_its_own(title: str) -> None:
    space = "" if title.startswith("[") else " "
    assert '<p class="alert-title">Mind <em>this</em></p>' in html(f":::danger{space}{title}\nText.\n:::\n")


def test_another_name_is_a_class_and_its_title_is_seen() -> None:
    assert html(":::table-wrapper\n| a |\n|---|\n| 1 |\n:::\n").startswith(
        '<div class="table-wrapper">\n<div class="table"'
    )
    assert html("::: sidebar On *pears*\nRipe.\n:::\n") == (
        '<div class="sidebar">\n<p class="title">On <em>pears</em></p>\n<p>Ripe.</p>\n</div>\n'
    )


def test_braces_give_a_container_its_classes_and_id() -> None:
    assert html("::: {.wide #data}\nx\n:::\n") == '<div class="wide" id="data">\n<p>x</p>\n</div>\n'


def test_containers_nest_by_order_and_by_length() -> None:
    inner = '<div class="b">\n<p>x</p>\n</div>\n<p>y</p>\n'
    assert html(":::a\n:::b\nx\n:::\ny\n:::\n") == f'<div class="a">\n{inner}</div>\n'
    assert html("::::a\n:::b\nx\n:::\ny\n::::\n") == f'<div class="a">\n{inner}</div>\n'


def test_details_and_figures_are_the_elements_that_they_are_called() -> None:
    assert (
        html(":::details Why `x`?\nSo.\n:::\n")
        == "<details>\n<summary>Why <code>x</code>?</summary>\n<p>So.</p>\n</details>\n"
    )
    figure = html("::: figure The *time*\n![a plot](plot.svg)\n:::\n")
    assert figure.count("<figure") == 1
    assert figure.endswith("<figcaption>The <em>time</em></figcaption>\n</figure>\n")


def test_a_container_holds_its_place_in_lists_and_quotes() -> None:
    assert "<li>a\n<div" in html("- a\n  :::tip\n  b\n  :::\n- c\n")
    assert html("> :::x\n> b\n> :::\n") == '<blockquote>\n<div class="x">\n<p>b</p>\n</div>\n</blockquote>\n'


def test_colons_in_a_listing_end_no_container() -> None:
    assert html(":::x\n```\n:::\n```\nafter\n:::\n").endswith("<p>after</p>\n</div>\n")


def test_a_container_that_nothing_closes_is_told_where_it_opens() -> None:
    assert told("a\n\n  ::::note\nb\n:::\nc\n") == [("unclosed-fence", 3, 3, 4)]


def test_colons_without_a_name_are_text() -> None:
    assert html(":::\n\n::: 5 apples\n") == "<p>:::</p>\n<p>::: 5 apples</p>\n"


def test_ten_thousand_open_containers_are_read_in_one_pass() -> None:
    assert render(":::note\n" * 10_000).problems
    assert render("::: a :::::x " * 20_000).html


# Alerts


def test_an_alert_has_a_title_of_its_own() -> None:
    assert html("> [!NOTE] Before you *start*\n> Read on.\n") == (
        '<div class="alert alert-note" role="note"><p class="alert-title">Before you <em>start</em></p>\n'
        "<p>Read on.</p>\n</div>\n"
    )


@pytest.mark.parametrize(("sign", "opened"), [("-", ""), ("+", ' open=""')])
def test_an_alert_can_be_folded(sign: str, opened: str) -> None:
    body = html(f"> [!TIP]{sign} More\n> Text.\n")
    assert body.startswith(f'<details class="alert alert-tip"{opened}')
    assert body.endswith('<summary class="alert-title">More</summary>\n<p>Text.</p>\n</details>\n')
    assert '<summary class="alert-title">Tip</summary>' in html(f"> [!tip]{sign}\n> Text.\n")


def test_words_of_other_tools_are_the_nearest_alert_under_their_own_name() -> None:
    assert html("> [!info]\n> Text.\n").startswith(
        '<div class="alert alert-note" role="note"><p class="alert-title">Info</p>'
    )


def test_a_title_of_an_alert_is_told_of_at_its_place() -> None:
    assert told("> [!NOTE] See [x](javascript:y)\n> b\n") == [("unsafe-url", 1, 19, 12)]


# Attributes


@pytest.mark.parametrize(
    ("block", "tag"),
    [
        ("para\n", '<p class="x" id="y">'),
        ("# Head\n", '<h1 id="y" class="x">'),
        ("- a\n- b\n", '<ul class="x" id="y">'),
        ("1. a\n2. b\n", '<ol class="x" id="y">'),
        ("> q\n", '<blockquote class="x" id="y">'),
        ("| a |\n|---|\n| 1 |\n", '<table class="x" id="y">'),
        ("```python\nx\n```\n", '<div class="listing x" data-language="python" id="y">'),
        ("> [!NOTE]\n> x\n", '<div class="alert alert-note x" id="y" role="note">'),
        ("$$x$$\n", '<div class="math x" id="y" tabindex="0">'),
        (":::z\nx\n:::\n", '<div class="z x" id="y">'),
        ("***\n", '<hr class="x" id="y">'),
    ],
)
@pytest.mark.parametrize("line", ["{: .x #y}", "{.x #y}"])
def test_a_line_of_attributes_describes_the_block_above_it(block: str, tag: str, line: str) -> None:
    body = html(f"{block}{line}\n\nafter\n")
    assert tag in body
    assert "{" not in body


def test_a_line_of_attributes_describes_the_block_below_where_none_is_above() -> None:
    assert html("a\n\n{.x}\n- b\n").endswith('<ul class="x">\n<li>b</li>\n</ul>\n')
    assert html("{: .x}\nb\n") == '<p class="x">b</p>\n'


def test_the_paragraph_of_a_tight_list_gives_its_attributes_to_the_item() -> None:
    assert html("- a\n  {#one .x}\n- b\n") == '<ul>\n<li id="one" class="x">a</li>\n<li>b</li>\n</ul>\n'
    assert html("- {: .x} a\n- b\n") == '<ul>\n<li class="x">a</li>\n<li>b</li>\n</ul>\n'


def test_a_line_of_attributes_that_describes_nothing_is_seen() -> None:
    assert html("a\n\n{: .x}\n\nb\n") == "<p>a</p>\n<p>{: .x}</p>\n<p>b</p>\n"
    assert html("a\n{.x}\nb\n") == "<p>a\n{.x}\nb</p>\n"


def test_emphasis_takes_attributes() -> None:
    assert html("*a*{: .x} **b**{.y} ~~c~~{#z}") == (
        '<p><em class="x">a</em> <strong class="y">b</strong> <s id="z">c</s></p>\n'
    )


def test_sizes_styles_and_what_links_say_of_themselves_are_taken() -> None:
    body = html(
        '![p](https://x.example/p.svg){width=50%}{.x}\n\n![p](https://x.example/p.svg){:width="80px", style="padding: 1em"} a'
    )
    assert 'class="width-50 x"' in body
    assert 'width="80" style="padding:1em"' in body
    assert html("[l](https://x.example){target=_blank rel=nofollow}") == (
        '<p><a href="https://x.example" target="_blank" rel="noopener nofollow">l</a></p>\n'
    )


@pytest.mark.parametrize(
    "item",
    [
        "onclick=x", 'style="position: fixed"', 'style="color: red; background: url(//x)"', "src=x", "target=top", "width=5q",
        'style="margin: -9em"', 'style="width: expression(1)"', "alt=x",
    ],
)  # fmt: skip
def test_what_is_not_taken_of_attributes_is_told_at_its_place(item: str) -> None:
    assert told(f"a [l](https://x.example){{.x {item}}}\n") == [("unused-attribute", 1, 29, len(item))]
    assert told(f"## a {{.x {item}}}\n") == [("unused-attribute", 1, 10, len(item))]
    assert told(f"> - a\n>   {{: .x {item}}}\n") == [("unused-attribute", 2, 11, len(item))]
    assert told(f"*a*{{.x {item}}}\n") == [("unused-attribute", 1, 8, len(item))]
    assert told(f"::: {{.x {item}}}\nb\n:::\n") == [("unused-attribute", 1, 9, len(item))]


def test_a_size_a_target_and_a_folded_alert_pass_the_sanitiser() -> None:
    sanitising = Renderer(MarkdownOptions(anchors=False, html="sanitize"), HighlightOptions())
    body = render(
        "> [!TIP]+ T\n> ![p](https://x.example/a.png){width=50%} [l](https://x.example){target=_blank}\n", sanitising
    )
    assert body.html.startswith('<details class="alert alert-tip" open')
    assert 'class="width-50"' in body.html
    assert 'target="_blank"' in body.html


def test_an_id_that_two_blocks_ask_for_is_given_once() -> None:
    assert html("- a\n{: #x}\n\n> b\n{: #x}\n").count('id="x"') == 1


# Dashes and ellipses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it was -- so", "it was – so"),
        ("it was---so", "it was—so"),
        ("it was--so", "it was–so"),
        ("pages 3--7", "pages 3–7"),
        ("I -- *and* -- you", "I – <em>and</em> – you"),
        ("`--x` -- an option", "<code>--x</code> – an option"),
        ("done-- and more", "done– and more"),
        ("-- Ada Vale", "– Ada Vale"),
        ("Wait... what", "Wait… what"),
        ("one, two, ...", "one, two, …"),
        ("wait...that", "wait…that"),
        ('"so" -- "it"', "“so” – “it”"),
        ('he said--"so"', "he said–“so”"),
        ("do I 'use'---it", "do I ‘use’—it"),
    ],
)
def test_dashes_and_ellipses_are_set_in_prose(text: str, shown: str) -> None:
    assert html(text) == f"<p>{shown}</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "use --flag here", "i-- and --i", "a --> b", "x <-- y", "cargo clippy -- -A all", "-rw-r--r-- 1 root", "----", "a ---- b",
        "...args and f(...)", "0...9", "for...of", "./...", "see a/b--c", "x_y--z", r"a \-- b", r"a \... b", "....", "a <!-- b",
    ],
)  # fmt: skip
def test_marks_that_are_code_stay_as_they_are_typed(text: str) -> None:
    shown = text.replace("\\", "").replace("<", "&lt;").replace(">", "&gt;")
    assert render(text).html in {f"<p>{shown}</p>\n", "<hr>\n"}


@pytest.mark.parametrize(
    "text", ["<https://x.example/a--b--c>", "https://x.example/aa--bb", "`a -- b`", "<code>aa -- bb...</code>"]
)
def test_addresses_and_code_have_no_dashes_set(text: str) -> None:
    assert not set("–—…") & set(html(text))


def test_dashes_in_a_heading_leave_its_id_as_on_github() -> None:
    assert html("## One -- two...\n") == '<h2 id="one----two">One – two…</h2>\n'


def test_dashes_are_an_option_of_their_own() -> None:
    plain = Renderer(MarkdownOptions(dashes=False), HighlightOptions())
    assert render('a -- "b"...', plain).html == "<p>a -- “b”...</p>\n"


# Quotation marks and raw HTML


@pytest.mark.parametrize("tag", ["code", "kbd", "samp", "tt", "CODE"])
def test_quotation_marks_in_raw_code_stay_straight(tag: str) -> None:
    body = html(f"'a' <{tag} class=\"x\">ls \"<b>my 'dir'</b>\"</{tag}> 'b'")
    assert "&quot;<b>my 'dir'</b>&quot;" in body
    assert body.startswith("<p>‘a’")
    assert body.endswith("‘b’</p>\n")


def test_quotation_marks_beside_tags_are_set_as_beside_emphasis() -> None:
    text = 'See <a href="https://x.example">"tea"</a>, "<em>milk</em>" and <abbr>GPU</abbr>\'s.<br>"So"'
    for part in ("“tea”", "“<em>milk</em>”", "</abbr>’s", "“So”"):
        assert part in html(text)


@pytest.mark.parametrize(
    "text", ['{{ "x" | y }}', "{{name}}", "{% tag 'a--b' %}", "{{ *a* }} {{ *b* }}", "{{$x}} {{$y}}"]
)
def test_what_template_languages_put_in_braces_is_left_alone(text: str) -> None:
    assert html(text) == "<p>" + text.replace('"', "&quot;") + "</p>\n"


# Chinese, Japanese, Korean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**변수(variable)**는 값이다.", "<strong>변수(variable)</strong>는 값이다."),
        ("他说*“好。”*然后走了。", "他说<em>“好。”</em>然后走了。"),
        ("**注意：**本文", "<strong>注意：</strong>本文"),
        ("これは**「重要」**です", "これは<strong>「重要」</strong>です"),
        ("は~~`x`~~の", "は<s><code>x</code></s>の"),
        ("**注意：**text", "<strong>注意：</strong>text"),
        ("2 * 3 * 4 は", "2 * 3 * 4 は"),
    ],
)
def test_emphasis_ends_beside_letters_without_blanks(text: str, shown: str) -> None:
    assert html(text) == f"<p>{shown}</p>\n"


def test_emphasis_elsewhere_is_as_in_commonmark() -> None:
    assert html("**a(b)**c") == "<p>**a(b)**c</p>\n"
    plain = Renderer(MarkdownOptions(cjk=False), HighlightOptions())
    assert render("**변수(variable)**는", plain).html == "<p>**변수(variable)**는</p>\n"


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("説明は https://x.example/doc。次", "https://x.example/doc"),
        ("「https://x.example/top」を見る。", "https://x.example/top"),
        ("见 https://x.example/g，谢谢", "https://x.example/g"),
        ("見るhttps://x.example/docを", "https://x.example/doc"),
        ("보라 https://x.example/doc는", "https://x.example/doc"),
        ("访问https://x.example/a查看", "https://x.example/a"),
        ("访问https://x.example查看", "https://x.example"),
        ("（www.x.example/a）", "http://www.x.example/a"),
        ("https://ja.example/wiki/東京 を", "https://ja.example/wiki/東京"),
        ("これは https://ja.example/wiki/C言語 の", "https://ja.example/wiki/C言語"),
    ],
)
def test_an_address_ends_where_the_prose_goes_on(text: str, href: str) -> None:
    from urllib.parse import unquote  # noqa: PLC0415

    assert f'href="{href}"' in unquote(html(text))


def test_a_formula_stands_beside_letters_without_blanks() -> None:
    assert html("设$x$为实数").count("<math>") == 1
    assert html("값은 $x$는 a").count("<math>") == 1
    assert "<math>" not in html("花了$5美元，还有$6")
    assert "<math>" not in html("从$HOME到别的$，等")


# Footnotes and definitions


def test_footnotes_are_found_whatever_the_case_of_their_labels() -> None:
    body = html("One[^Note] and two[^note].\n\n[^NOTE]: words below\n")
    assert body.count('href="#fn1"') == 2
    assert "[^" not in body


def test_two_footnotes_that_differ_by_case_are_told_as_written() -> None:
    assert told("a[^N]\n\n[^N]: b\n\n[^n]: c\n") == [("unused-footnote", 5, 1, 4)]


def test_a_colon_alone_begins_a_definition() -> None:
    assert html("Term\n: one\n: two\n") == "<dl>\n<dt>Term</dt>\n<dd>one</dd>\n<dd>two</dd>\n</dl>\n"
    assert html("It took\n~ 5 minutes.\n") == "<p>It took\n~ 5 minutes.</p>\n"
    assert html("Term\n: one\n~ 5 more\n") == "<dl>\n<dt>Term</dt>\n<dd>one\n~ 5 more</dd>\n</dl>\n"


@pytest.mark.parametrize("mark", ["~", ":"])
def test_what_stands_four_blanks_in_is_code(mark: str) -> None:
    assert f"{mark} % php\n</code>" in html(f"To see:\n\n    {mark} % php\n")
