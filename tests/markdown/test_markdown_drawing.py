"""What math-core writes is set in MathML that browsers draw and both its standards allow, without an inline style."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from proofpress.markdown.drawing import drawn
from proofpress.markdown.mathematics import Converter, Formula, MathError


def converted(tex: str, *, display: bool = True) -> str:
    (result,) = Converter().convert([Formula(tex, display)])
    assert isinstance(result, str), result
    return result


@pytest.mark.parametrize(
    ("core", "both"),
    [
        ('<mfrac displaystyle="true"><mi>a</mi><mi>b</mi></mfrac>',
         '<mstyle displaystyle="true"><mfrac><mi>a</mi><mi>b</mi></mfrac></mstyle>'),
        ('<mrow displaystyle="true" scriptlevel="0"><mi>a</mi></mrow>',
         '<mstyle displaystyle="true" scriptlevel="0"><mi>a</mi></mstyle>'),
        ('<mrow><mtable displaystyle="true" scriptlevel="0" style="width: 100%"><mtr></mtr></mtable></mrow>',
         '<mrow><mstyle scriptlevel="0"><mtable displaystyle="true" class="numbered"><mtr></mtr></mtable></mstyle></mrow>'),
        ('<math display="block"><mi>a</mi></math>', '<math display="block"><mi>a</mi></math>'),
    ],
)  # fmt: skip
def test_style_attributes_move_to_an_element_that_may_bear_them(core: str, both: str) -> None:
    assert drawn(core) == both


@pytest.mark.parametrize(
    ("style", "says"),
    [
        ('<mrow style="color:#FF0000;"></mrow>', '<mrow mathcolor="#FF0000"></mrow>'),
        ('<mtext style="font-size:90%">a</mtext>', '<mtext mathsize="90%">a</mtext>'),
        ('<mspace style="width:3.6rem"/>', '<mspace width="3.6em"/>'),
        ('<mpadded voffset="0.2rem"></mpadded>', '<mpadded voffset="0.2em"></mpadded>'),
        ('<mspace style="margin-left:-0.16666667em;"/>', '<mspace class="thin-back"/>'),
        ('<mspace style="margin-left:-1.2rem;"/>',
         '<mspace class="back"/><mspace class="thin-back"/><mspace class="hair-back"/>'),
        ('<mpadded style="padding-left:0.2778em;padding-right:0;"><mi>R</mi></mpadded>',
         '<mrow><mspace width="0.2778em"/><mrow><mi>R</mi></mrow></mrow>'),
        ('<mpadded style="padding-right:0.1667em;"><mi>R</mi></mpadded>',
         '<mrow><mrow><mi>R</mi></mrow><mspace width="0.1667em"/></mrow>'),
        ('<mtd style="border-top: 0.05em dashed currentcolor;text-align: right;justify-items: end;"></mtd>',
         '<mtd class="dashes-top right"></mtd>'),
        ('<mrow style="math-shift:compact;"></mrow>', '<mrow class="cramped"></mrow>'),
        ('<mfrac style="padding-top: 0.1667em"></mfrac>', '<mfrac class="continued"></mfrac>'),
        ('<mtd id="eq-theorem" style="width: 50%"></mtd>', '<mtd id="eq-theorem"></mtd>'),
        ('<mi style="unheard: of">a</mi>', "<mi>a</mi>"),
    ],
)  # fmt: skip
def test_a_style_is_said_by_attributes_and_classes(style: str, says: str) -> None:
    assert drawn(style) == says


STYLED = [
    r"\dfrac{a}{b}", r"\begin{align} a &= b \\[0.5em] c &= d \end{align}", r"\textstyle\sum_i x", r"\cramped{x^2}",
    r"\begin{array}{|c:r|} \hline a & b \\ \hdashline c & d \\ \hline \end{array}", r"\begin{multline} a \\ b \end{multline}",
    r"\begin{cases} a & b \\ c & d \end{cases}", r"\cfrac{1}{\cfrac{1}{2}}", r"a\!b\hspace{-2em}c\kern-3pt d\hspace{36pt}",
    r"\mathrel{R}\mathop{X}\mathbin{\mathrm{op}}\mathpunct{x}", r"\color{red} x \textcolor{#123456}{y}", r"\raisebox{2pt}{a}",
    r"\text{\small a} \text{\textsc{b}\textsf{c}}", r"\begin{flalign} a &= b \end{flalign}", r"\sum_{\substack{a \\ b}}",
    r"\cancel{a}\bcancel{b}\xcancel{c}\sout{d}\boxed{e}\phase{f}\angl{n}", r"\nicefrac{1}{2}", r"\rule[-1pt]{1em}{2em}",
    r"\href{https://a.example/?a=1&b}{x}", r"\colorbox{yellow}{$x$}", r"\mathllap{a}\mathrlap{b}\mathclap{c}\smash[t]{d}",
    r"\left(\begin{smallmatrix} a & b \end{smallmatrix}\right)", r"\begin{array}{@{}r@{}l@{}} a & b \end{array}",
]  # fmt: skip


@pytest.mark.parametrize("tex", STYLED)
def test_no_formula_has_an_inline_style_or_a_note_or_an_attribute_where_mathml_3_has_none(tex: str) -> None:
    mathml = converted(tex)
    ET.fromstring(mathml.replace("&ApplyFunction;", ""))
    assert "style=" not in mathml.replace("displaystyle=", "")
    assert not re.search("[\ue000-\uf8ff]", mathml)
    assert "rem" not in mathml
    assert not re.search(r"<(?!mstyle|mtable|math)\w+[^>]* displaystyle=", mathml)
    assert not re.search(r"<(?!mstyle)\w+[^>]* scriptlevel=", mathml)


def test_every_class_that_a_formula_may_bear_is_in_the_style_sheet_of_mathematics(math_css: str) -> None:
    written = {
        name for tex in STYLED for names in re.findall(r'class="([^"]*)"', converted(tex)) for name in names.split()
    }
    assert {name for name in written if f".{name}" not in math_css} == set()
    assert len(written) > 20


def test_room_below_a_row_joins_the_classes_that_its_cell_has() -> None:
    mark = f"<mtext>\ue000gap:{b'1'.hex()}\ue001</mtext>"
    cell = '<mtd style="text-align: left;justify-items: start;">'
    assert drawn(f"<mtable><mtr>{cell}<mi>a</mi>{mark}</mtd><mtd>{mark}</mtd></mtr></mtable>{mark}") == (
        '<mtable><mtr><mtd class="left gap10"><mi>a</mi></mtd><mtd class="gap10"></mtd></mtr></mtable>'
    )


@pytest.mark.parametrize(
    ("tex", "displayed", "inline"),
    [
        (r"\mathop{\mathbf{E}}_{x}", "munder", "msub"),
        (r"\mathop{X+Y}\limits_a^b", "munderover", "munderover"),
        (r"\mathop{X+Y}\nolimits_a^b", "msubsup", "msubsup"),
        (r"\frac{\mathop{X_1}_a}{2}", "msub", "msub"),
        (r"\frac{\displaystyle\mathop{X}_a}{2}", "munder", "munder"),
        (r"a^{\mathop{X}^b}", "msup", "msup"),
    ],
)
def test_limits_of_an_operator_stand_above_and_below_it_in_display_style(tex: str, displayed: str, inline: str) -> None:
    of_operator = re.compile(r"<(\w+)><mrow>(?:<mspace [^>]*>|<mrow>)*<(?:mi|msub)\b")
    for display, name in ((True, displayed), (False, inline)):
        assert name in re.findall(r"<(m(?:sub|sup|subsup|under|over|underover))>", converted(tex, display=display))
        assert of_operator.search(converted(tex, display=display)) is not None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", " java\tscript:x", "vbscript:x", "/about/", "about.html", "#1", "//x.example", "file:///etc"],
)  # fmt: skip
def test_a_formula_is_a_link_to_full_addresses_that_run_nothing(address: str) -> None:
    (result,) = Converter().convert([Formula(rf"x + \href{{{address}}}{{y}}", False)])
    assert isinstance(result, MathError)
    assert result.offset == 4
    assert "full address" in result.message


def test_a_link_in_a_formula_is_one_of_html_and_holds_no_other() -> None:
    html = converted(r"\href{https://a.example/?q=a\%20b&c\_d}{\href{#top}{x} + y}")
    assert re.findall(r'<a href="([^"]*)">', html) == ["https://a.example/?q=a%20b&amp;c_d"]


@pytest.mark.parametrize("depth", [10, 300])
def test_boxes_in_boxes_are_drawn_without_recursion(depth: int) -> None:
    tex = r"\smash{" * depth + "x" + "}" * depth
    assert converted(tex).count("<mpadded") == depth


def test_what_the_mends_tell_each_other_is_no_word_of_a_writer() -> None:
    said = f"link:{b'javascript:alert(1)'.hex()}"
    forged = f"\\boxed{{\\text{{\ue000{said}\ue001}}x}}"
    for converter, tex in (
        (Converter(), forged),
        (Converter({"a": forged}), r"\a"),
        (Converter(), f"\\ref{{a}} {forged}"),
    ):
        (result,) = converter.convert([Formula(tex, True)])
        assert isinstance(result, MathError)
        assert "private use" in result.message or "ref" in tex


@pytest.mark.parametrize(
    "tex",
    [
        rf"\begin{{matrix}} a \\[{'9' * 400}em] b \end{{matrix}}", rf"\rule{{{'9' * 400}em}}{{1em}}", r"\sout[t]{a}",
        rf"a\hspace{{-{'9' * 50}em}}b", rf"a\kern-{'9' * 30}em b", r"\smash", r"\href", r"\colorbox{red}", r"\rule{1em}",
        r"\begind{smallmatrix}", r"\begin{matrix - x", r"a \\ \begin", r"\smash \clap{c}", r"\smash\clap c", r"\href{#a}\smash{b}",
        r"\mathop{a", r"\mathop{}_a", r"\nicefrac{1}", r"\begin{array}{@{}", r"\begin{array}{@{}c", r"\href{https://a.example}",
    ],
)  # fmt: skip
def test_any_measure_and_any_half_of_a_command_is_set_or_refused(tex: str) -> None:
    (result,) = Converter().convert([Formula(tex, True)])
    if isinstance(result, MathError):
        assert 0 <= result.offset <= len(tex)
    else:
        assert ET.fromstring(result).tag == "math"
