"""Mathematics: what is a formula, its MathML, and what is wrong with it."""

from __future__ import annotations

import re

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


@pytest.mark.parametrize(
    "text", ["$5 and $6", "$HOME/$USER", r"\$a\$", "`$a$`", "cost: 5$ or 6$", "US$5$x", "$ a $", "$5-$6", "a $$ b"]
)
def test_dollars_that_are_no_formula_are_text(text: str) -> None:
    assert "<math" not in render(text).html
    assert render(text).problems == ()


@pytest.mark.parametrize("text", ["$x$", "($x$)", "$x$-axis", "the $x$s", "the $n$th", "$`x`$", "**$x$**", "a\n$x$"])
def test_formulas_in_a_line_become_mathml(text: str) -> None:
    assert render(text).html.count("<math><mi>") == 1


@pytest.mark.parametrize(
    "text",
    [
        "$$x$$",
        "$$\nx\n$$",
        "$$ x\n$$",
        "text\n$$\nx\n$$\ntext",
        "- item\n\n  $$\n  x\n  $$",
        "> $$\n> x\n> $$",
        "```math\nx\n```",
        "$$\n\nx\n\n$$",
    ],
)
def test_formulas_on_their_own_are_displayed(text: str) -> None:
    body = render(text)
    assert '<div class="math" tabindex="0"><math display="block"><mi>x</mi></math></div>' in body.html
    assert body.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "The vector $$x$$ is short.",
        "$$x$$ begins a sentence",
        "a sentence ends in $$x$$",
        "$$x$$.",
        "two\nlines, $$x$$ in the second",
        "$$x\n$$ over two lines",
        "- $$x$$ in an item",
        "- loose\n\n- $$x$$ in an item",
        "> a quoted $$x$$",
        "| a |\n|---|\n| $$x$$ |",
        "## A heading with $$x$$",
        "- [ ] $$x$$",
        "**$$x$$**",
        "Text.[^1]\n\n[^1]: A note with $$x$$ in it.",
    ],
)
def test_formulas_between_two_dollars_each_are_set_in_the_line_where_words_stand_beside_them(text: str) -> None:
    body = render(text)
    assert re.search(r"<math><mi>x</mi></math>", body.html)
    assert 'class="math"' not in body.html
    assert body.problems == ()


@pytest.mark.parametrize(
    "text",
    ["- $$x$$", "1. $$\n   x\n   $$", "- loose\n\n- $$x$$", "term\n: $$x$$", "$$\nx $$", "Text.[^1]\n\n[^1]: $$x$$", "$$x$$\n{#eq}"],
)  # fmt: skip
def test_a_formula_alone_in_an_item_a_note_or_a_paragraph_is_displayed(text: str) -> None:
    html = render(text).html
    assert html.count('<math display="block"><mi>x</mi></math></div>') == 1
    assert "<p><math" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("so $x$, and", '<p>so <span class="nowrap"><math><mi>x</mi></math>,</span> and</p>'),
        ("($x$).", '<p>(<span class="nowrap"><math><mi>x</mi></math>).</span></p>'),
        ("$x$-dimensional", '<p><span class="nowrap"><math><mi>x</mi></math>-</span>dimensional</p>'),
        ("$x$ , $x$s", "<p><math><mi>x</mi></math> , <math><mi>x</mi></math>s</p>"),
        ("**$x$**.", "<p><strong><math><mi>x</mi></math></strong>.</p>"),
    ],
)
def test_closing_punctuation_stays_with_the_formula_before_it(text: str, html: str) -> None:
    assert render(text).html == html + "\n"


def test_punctuation_beside_a_formula_is_written_once_in_text_outline_and_title() -> None:
    body = render("# Of $x$, $y$: z\n\n## When $x$!\n\nA $x$?", title=None)
    assert body.title == "Of x, y: z"
    assert [one.text for one in body.outline] == ["When x!"]
    assert body.html.count("</math>!</span>") == 1
    assert body.html.count("?") == 1


def test_underscores_stars_and_backslashes_in_a_formula_are_tex() -> None:
    html = render("$$\n\\begin{align}\na_1 * b_2 &= c * d \\\\\n- e &= f\n\\end{align}\n$$").html
    assert "<em>" not in html
    assert html.count("<mtr>") == 2


def test_equations_are_numbered_through_the_page_and_can_be_referred_to() -> None:
    text = (
        "See $\\eqref{b}$.\n\n$$\\begin{equation}a\\end{equation}$$\n\n$$\\begin{equation}b\\label{b}\\end{equation}$$"
    )
    body = render(text)
    assert body.problems == ()
    assert re.findall(r"<mtext>\((\d)\)</mtext>", body.html) == ["1", "2"]
    assert 'href="#eq-b"' in body.html
    assert 'id="eq-b"' in body.html


def test_commands_are_shared_through_the_page_and_not_beyond() -> None:
    assert render("$$\\newcommand{\\E}{\\mathbb{E}}$$\n\n$\\E x$").problems == ()
    assert [one.rule for one in render("$\\E x$").problems] == ["math-error"]


def test_an_error_stands_at_its_line_and_column_and_the_tex_is_shown() -> None:
    body = render("Text $a + \\foo$ text.\n\n> $$\n> a\n>   + \\barr\n> $$", first_line=3)
    first, second = body.problems
    assert (first.rule, first.line, first.column) == ("math-error", 3, 11)
    assert first.message == 'this formula cannot be set: unknown command "\\foo"'
    assert (second.rule, second.line, second.column) == ("math-error", 7, 7)
    assert '<code class="language-tex">a + \\foo</code>' in body.html


@pytest.mark.parametrize(
    "tex",
    [
        r"\color{royalblue}{x}",
        r"\begin{eqnarray} a &=& b \end{eqnarray}",
        r"\mbox{a}",
        r"\small x",
        r"\text{num_params}",
        r"\prod_{\substack{a \\ b}} x",
        r"\mathop{\mathrm{argmin}}\limits_x",
    ],
)
def test_tex_that_other_renderers_take_is_set(tex: str) -> None:
    assert render(f"$$\n{tex}\n$$").problems == ()


@pytest.mark.parametrize("command", ["{", "\\sqrt{", "\\sqrt", "^", "\\frac1", "\\overline{"])
def test_a_formula_nested_too_deeply_is_a_problem_and_does_not_end_the_process(command: str) -> None:
    body = render("$$\n" + command * 6000 + "x" + "}" * (6000 if "{" in command else 0) + "\n$$")
    assert [one.rule for one in body.problems] == ["math-error"]
