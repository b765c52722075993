"""MathML is valid for those who know MathML 3 and for those who know MathML Core."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from proofpress.markdown.mathematics import Converter, Formula
from proofpress.markdown.mathml import with_styles_apart


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
