"""MathML is valid for those who know MathML 3 and for those who know MathML Core."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from proofpress.markdown.mathematics import Converter, Formula
from proofpress.markdown.mathml import linear, with_row_gaps, with_styles_apart


@pytest.mark.parametrize(
    ("core", "both"),
    [
        ('<mfrac displaystyle="true"><mi>a</mi><mi>b</mi></mfrac>',
         '<mstyle displaystyle="true"><mfrac><mi>a</mi><mi>b</mi></mfrac></mstyle>'),
        ('<mrow displaystyle="true" scriptlevel="0"><mi>a</mi></mrow>',
         '<mstyle displaystyle="true" scriptlevel="0"><mi>a</mi></mstyle>'),
        ('<mtable displaystyle="true" scriptlevel="0" style="x"><mtr></mtr></mtable>',
         '<mstyle scriptlevel="0"><mtable displaystyle="true" style="x"><mtr></mtr></mtable></mstyle>'),
        ('<math display="block"><mi>a</mi></math>', '<math display="block"><mi>a</mi></math>'),
    ],
)  # fmt: skip
def test_style_attributes_move_to_an_element_that_may_bear_them(core: str, both: str) -> None:
    assert with_styles_apart(core) == both


@pytest.mark.parametrize("tex", [r"\dfrac{a}{b}", r"\begin{align} a &= b \\ c &= d \end{align}", r"\textstyle\sum_i x"])
def test_what_the_converter_makes_has_style_attributes_only_where_mathml_3_allows_them(tex: str) -> None:
    (mathml,) = Converter().convert([Formula(tex, True)])
    assert isinstance(mathml, str)
    ET.fromstring(mathml)
    assert not re.search(r"<(?!mstyle|mtable|math)\w+[^>]* displaystyle=", mathml)
    assert not re.search(r"<(?!mstyle)\w+[^>]* scriptlevel=", mathml)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Q \in \mathbb{R}^{n \times d}", "Q ∈ ℝ^(n×d)"),
        ("x^2 + y_1^{10}", "x^2 + y_1^10"),
        ("x_iy_j", "x_i y_j"),
        ("E = mc^2", "E = mc^2"),
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"2\frac{1}{\beta}", "2 1/β"),
        (r"\sqrt{x} + \sqrt{x+1} + \sqrt[3]{x}", "√x + √(x + 1) + x^(1/3)"),
        (r"f'(x), -\alpha", "f′(x), −α"),
        (r"\sum_{i=1}^n x_i", "∑_(i=1)^n x_i"),
        (r"\sin x \le 1", "sin x ≤ 1"),
        (r"{n \choose k}", "(n over k)"),
        (r"\hat{x} \to \bar y", "x̂ → ȳ"),
        (r"{(a+b)}^2", "((a + b))^2"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & -4 \end{pmatrix}", "(1 2; 3 −4)"),
        (r"\begin{cases} 1 & \text{if } x > 0 \\ 0 \end{cases}", "{1 if x &gt; 0; 0"),
        (r"\underbrace{a+b}_{n}", "(a + b)_n"),
        (r"a\tag{7}", "a (7)"),
        (r"a\phantom{b}c", "ac"),
    ],
)
def test_a_formula_as_plain_text_keeps_its_meaning(tex: str, text: str) -> None:
    (mathml,) = Converter().convert([Formula(tex, True)])
    assert isinstance(mathml, str)
    assert linear(mathml) == text


@pytest.mark.parametrize(
    "html", ["<math", "<math><mi>", "</mi><mi>x", "<mi>a</mo></mi>", "<msup><mi>x", "<mfrac/>" * 5]
)
def test_any_text_can_be_read_as_a_formula(html: str) -> None:
    assert "<" not in linear(html)


def test_a_formula_of_many_levels_is_read_without_recursion() -> None:
    assert linear("<mrow>" * 5000 + "<mi>x</mi>" + "</mrow>" * 5000) == "x"


def test_room_below_a_row_joins_the_styles_that_its_cell_has() -> None:
    mark = "<mtext>\ue0001\ue001</mtext>"
    assert with_row_gaps(f'<mtd style="x"><mi>a</mi>{mark}</mtd><mtd>{mark}</mtd>{mark}') == (
        '<mtd style="padding-bottom: max(0px, calc(0.5ex + 1em));x"><mi>a</mi></mtd>'
        '<mtd style="padding-bottom: max(0px, calc(0.5ex + 1em));"></mtd>'
    )
