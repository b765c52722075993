"""A formula as plain text keeps its meaning."""

from __future__ import annotations

import pytest

from proofpress.markdown.mathematics import Converter, Formula
from proofpress.markdown.mathml import linear


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
        (r"\href{https://a.example/}{x + y} + 1", "x + y + 1"),
        (r"\overline{AB} + \boxed{\cancel{c}}", "AB̄ + c"),
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
