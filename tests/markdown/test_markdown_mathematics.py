"""Mathematics: what is a formula, its MathML, and what is wrong with it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.mathml import linear
from proofpress.markdown.renderer import Renderer
from proofpress.markdown.tex import in_known_words, reworded
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from types import FrameType

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6", "$HOME/$USER", r"\$a\$", "`$a$`", "cost: 5$ or 6$", "US$5$x", "$ a $", "$5-$6", "a $$ b",
        "${HOME}/${USER} first", "${a}/${b}", "${x} and ${y}", "${HOME:-/root}/x$", "${user.name} of ${items[0]}",
        "now ($) or later ($), please", "[$] or [$]", "'$' or '$'", "the $, the pound and the $.", "$? is one of $?",
        "$5, he paid 6$ more", "$FOO and pay 5$", "$a_b or $_", "$1,000 a month or 2,000$.",
    ],
)  # fmt: skip
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


def test_an_equation_counts_once_though_it_was_tried_twice_and_not_at_all_where_it_is_wrong() -> None:
    mended = "$$\\begin{align} a &= b \\\\ c &= \\mathllap{d} \\end{align}$$"
    wrong = "$$\\begin{gather} a \\\\ \\nope{b} \\end{gather}$$"
    body = render(f"{mended}\n\n{wrong}\n\n$$\\begin{{equation}}e\\end{{equation}}$$\n\n{mended}")
    assert re.findall(r"<mtext>\((\d)\)</mtext>", body.html) == ["1", "2", "3", "4", "5"]
    assert [one.rule for one in body.problems] == ["math-error"]


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


@pytest.mark.parametrize(
    "text",
    [
        "${25 \\choose 3}$", "${X_1, \\dots, X_p}$", "${}^{14}C$", "$]0,1[$", "${x}^2$", "${a + b}$", "$10 km$", "$AB$",
        "$SO(3)$", "$20-30$", "$.5$", "$!n$", "$x \\text{ and then } y$", "$PV = nRT$", "$a, b, c$",
    ],
)  # fmt: skip
def test_a_formula_may_begin_as_prices_and_variables_do(text: str) -> None:
    body = render(text)
    assert "<math>" in body.html
    assert "$" not in body.html


def test_a_formula_that_is_tagged_has_its_number_and_can_be_referred_to() -> None:
    body = render("$$\nE = mc^2 \\tag{7}\\label{e}\n$$\n\n$$a \\label{b}$$\n\nSee $\\eqref{e}$ and $\\eqref{b}$.")
    assert body.problems == ()
    assert re.findall(r"<mtext>\((\d)\)</mtext>", body.html) == ["7", "1"]
    assert re.findall(r'href="#(eq-\w)">(?:<mtext>)?\((\d)\)', body.html) == [("eq-e", "7"), ("eq-b", "1")]


@pytest.mark.parametrize(
    ("tex", "room"),
    [
        (r"\begin{cases} a & b \\[0.5em] c & d \end{cases}", ["5"]),
        (r"\begin{align*} a &= b \\[1ex] c &= d \\*[-2pt] e \end{align*}", ["4", "-2"]),
        (r"\begin{matrix} a \\ [ 10pt ] b \end{matrix}", ["10"]),
        (r"a \\[.5\baselineskip] b", ["6"]),
        (r"\bf a \\[1em] b", ["10"]),
        (r"\begin{array}{c} a \\[2pt]\hline b \end{array}", ["2"]),
    ],
)
def test_the_length_after_the_end_of_a_row_is_room_and_no_text(tex: str, room: list[str]) -> None:
    body = render(f"$$\n{tex}\n$$")
    assert body.problems == ()
    assert "[" not in body.html
    assert re.findall(r"\bgap(-?\d+)\b", body.html) == room
    assert not re.search("[\ue000-\uf8ff]", body.html)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{bmatrix}[cc|c] 1 & 2 & 3 \end{bmatrix}", r"\begin{array}{rCl} a & = & b \end{array}",
        r"\begin{array}{r@{}l|p{2cm}*{2}{c}} a & b & c & d & e \end{array}",
        r"\begin{IEEEeqnarray*}{rCl} a & = & b \\ c & = & d \end{IEEEeqnarray*}",
        r"\begin{eqnarray} a &=& b \label{q} \\ c &=& d \nonumber \end{eqnarray}",
        r"\begin{alignat}{2} a &= b & c &= d \end{alignat}", r"\begin{smallmatrix} a & b \end{smallmatrix}",
        r"\text{if $x_{1} > 0$}", r"\epsilon*x", r"\theta_i^' ", r"\require{cancel} \cancel{a}", r"a \hspace*{1em} b",
        r"\newcommand{\sin}[1]{x#1} \sin a", r"\DeclarePairedDelimiter{\norm}{\lVert}{\rVert} \norm{x}",
        r"\begin{aligned}[t] a &= b \end{aligned}", r"\mathds{1}", r"\pmb{x}",
    ],
)  # fmt: skip
def test_what_math_core_refuses_or_prints_is_set_as_other_renderers_set_it(tex: str) -> None:
    body = render(f"$$\n{tex}\n$$")
    assert body.problems == ()
    assert '<mo stretchy="false">[</mo>' not in body.html


def test_a_command_that_a_post_defines_holds_from_there_on_though_its_name_is_known() -> None:
    body = render("$\\R$ before.\n\nLet $\\newcommand{\\R}{\\mathbf{R}} f: \\R \\to \\R$.\n\n$\\R$ after.")
    assert body.problems == ()
    first, second, third = re.findall(r"<math>(.*?)</math>", body.html)
    assert "ℝ" in first
    assert second.count("𝐑") == 2
    assert "𝐑" in third


def test_a_command_with_an_optional_argument_has_its_default_through_the_page_until_it_is_defined_anew() -> None:
    formulas = (
        r"\newcommand{\E}[2][p]{E_{#1}(#2)} \E{x} + \E[q]{y}", r"\E[a_{[1]}]{z} + \Eta \E w",
        r"\renewcommand{\E}[1]{F(#1)} \E{x}", r"\E{y} [z]",
    )  # fmt: skip
    body = render("\n\n".join(f"${tex}$" for tex in formulas))
    assert body.problems == ()
    assert [linear(found) for found in re.findall(r"<math>.*?</math>", body.html)] == [
        "E_p(x) + E_q(y)", "E_(a_([1]))(z) + ΗE_p(w)", "F(x)", "F(y)[z]",
    ]  # fmt: skip


def test_macros_of_the_settings_hold_in_every_post_and_a_wrong_one_is_named_where_it_is_used() -> None:
    options = MarkdownOptions(
        macros={"R": r"\mathbf{R}", "norm": r"\lVert #1 \rVert", "wrong": r"\nope", "torn": r"\frac{"}
    )
    renderer = Renderer(options, HighlightOptions())
    text = "$\\R$ and $\\norm{x + y}$.\n\n$$\\newcommand{\\R}{\\mathbb{R}} \\R$$\n\n$\\wrong$ $\\torn$"
    body = renderer.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))
    assert "𝐑" in body.html
    assert "ℝ" in body.html
    assert body.html.count("∥") + body.html.count("‖") == 2
    refused = "this formula cannot be set: the macro "
    assert [one.message for one in body.problems] == [
        refused + "'\\wrong' of site.yaml, '\\nope', is wrong: unknown command \"\\nope\"",
        refused + "'\\torn' of site.yaml, '\\frac{', is wrong: expected closing token \"}\", but reached end of input",
    ]


@pytest.mark.parametrize("body", [r"\a\a", r"\a", "{" * 900, "{" * 1500, r"\frac" * 400])
def test_macros_that_grow_without_end_are_problems_and_do_not_end_the_process(body: str) -> None:
    renderer = Renderer(MarkdownOptions(macros={"a": body, "b": r"\a\a\a\a"}), HighlightOptions())
    document = Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=r"$\b$ and $\a$ and $x$")
    found = renderer.render(document)
    assert {one.rule for one in found.problems} == {"math-error"}
    assert "<mi>x</mi>" in found.html


def test_an_error_in_a_formula_that_was_put_in_other_words_stands_where_it_was_written() -> None:
    text = "$$\n\\begin{bmatrix}[c|c] a \\\\[1em] b & \\nope \\end{bmatrix}\n$$\n\n$$x \\tag{1} \\sum_{\\substack{a \\\\ b}} \\nope$$"
    first, second = render(text).problems
    assert (first.line, first.column) == (2, 36)
    assert (second.line, second.column) == (5, 38)


def test_an_error_speaks_of_dollars_only_where_nothing_in_the_formula_is_tex() -> None:
    assert render("$\\nope{x}$").problems[0].hint == ""
    assert "dollar" in render("$5 # 6$").problems[0].hint


def test_escapes_in_formulas_are_told_once_for_each_kind_with_their_count() -> None:
    body = render("A $x\\_1$ and $x\\_2$, $y \\in \\\\{0, 1\\\\}$.\n\n$$\nx\\_{3}\n$$", first_line=3)
    told = [(one.rule, one.severity, one.line, one.column) for one in body.problems]
    assert told == [
        ("doubtful-tex", "warning", 3, 5), ("doubtful-tex", "warning", 3, 29),
    ]  # fmt: skip
    assert "(3 times in this text)" in body.problems[0].message
    assert body.html.count("<msub>") == 3
    assert "{</mo>" in body.html


def test_a_last_end_of_a_row_makes_no_row_and_no_number() -> None:
    html = render("$$\n\\begin{align}\na &= b \\\\\nc &= d \\\\\n\\end{align}\n$$").html
    assert html.count("<mtr>") == 2
    assert "(3)" not in html


WORK = """\
import sys
from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.markdown.tex import in_known_words, reworded
from proofpress.model import Document, FrontMatter

def work(text):
    lines = 0
    def count(frame, event, argument):
        nonlocal lines
        lines += 1
        return count
    renderer = Renderer(MarkdownOptions(), HighlightOptions())
    document = Document(path="content/a.md", front=FrontMatter(title="t"), text=text, first_line=1)
    renderer.render(document)
    sys.settrace(count)
    renderer.render(document)
    sys.settrace(None)
    return lines

piece = sys.argv[1].encode().decode("unicode_escape")
print(work(piece * 150), work(piece * 300))
"""


@pytest.mark.parametrize(
    "piece",
    [
        r"\\begin{align}\n", r"> \\begin{align}\n", r"- \\begin{align}\n", r"\\begin{align}\n\\begin{gather}\n", r"$$\n",
        r"$$ a\n", r"$$\na $$ b\n", r"\\begin{align}\n\n", r"${a", r"${HOME}/", r"$5 ab ", r"$ \\$", r"$x\\_1$ ", r"$`a ",
        r"$a$ $\\def\\a{\\a}$ ", r"$$\n\\substack{\n$$\n\n", r"$$ \\$$ ",
    ],
)  # fmt: skip
def test_twice_the_marks_of_formulas_are_at_most_about_twice_the_work(piece: str) -> None:
    said = subprocess.run([sys.executable, "-c", WORK, piece], capture_output=True, text=True, check=True)
    once, twice = map(int, said.stdout.split())
    assert twice < 2.6 * once


@pytest.mark.parametrize(
    "piece", ["\\substack{", "\\text{", "a\\_", "\\\\{", "a \\\\[1em] ", "\\begin{bmatrix}[c|c] ", "&", "{", "$"]
)
def test_a_formula_as_long_as_one_may_be_is_reworded_in_steps_that_grow_with_it(piece: str) -> None:
    def work(times: int) -> int:
        lines = 0

        def count(frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG001 - as sys.settrace asks
            nonlocal lines
            lines += 1
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            in_known_words(reworded(piece * times + "\\x", display=True), display=True)
        finally:
            sys.settrace(before)
        return lines

    assert work(600) < 2.6 * work(300) + 100


def test_an_environment_that_is_not_closed_in_its_paragraph_is_told() -> None:
    body = render("Text\n\n  \\begin{align}\na &= b\n\n\\end{align}\n\n- \\begin{align}\n", first_line=3)
    (told,) = body.problems
    assert (told.rule, told.line, told.column, told.length) == ("doubtful-tex", 5, 3, 13)
    assert "(2 times in this text)" in told.message


def test_a_run_of_unclosed_environments_is_one_problem() -> None:
    assert len(render("\\begin{align}\n" * 50).problems) == 1
    assert render("```tex\n\\begin{align}\n```\n\n    \\begin{align}\n\n`\\begin{align}`").problems == ()
