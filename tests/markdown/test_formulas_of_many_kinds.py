r"""Four hundred formulas, of each kind that KaTeX's list of functions and blogs on technical matters have.

`formulas.txt` has one on each line, and behind a tab how it reads as plain text, or `!` where it is refused. So a letter
that is lost, or an option that is printed, shows there: none is wrong in silence.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from proofpress.config.values import HighlightOptions, MarkdownOptions
from proofpress.markdown.mathematics import Converter, Formula, MathError
from proofpress.markdown.mathml import linear
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath

LINES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "formulas.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
SET = [(tex, text) for tex, text in LINES if text != "!"]
REFUSED = [tex for tex, text in LINES if text == "!"]
CORPORA = os.environ.get("PROOFPRESS_CORPORA", "")


def test_there_are_four_hundred_and_nine_of_ten_are_set() -> None:
    assert len(LINES) >= 400
    assert len({tex for tex, _ in LINES}) == len(LINES)
    assert len(SET) >= 0.9 * len(LINES)


@pytest.mark.parametrize(("tex", "text"), SET)
def test_a_formula_is_set_and_reads_as_it_is_meant(tex: str, text: str) -> None:
    for display in (True, False):
        (result,) = Converter().convert([Formula(tex, display)])
        if isinstance(result, MathError):
            assert not display, result
            continue  # an environment that stands on lines of its own alone
        assert ET.fromstring(result.replace("&ApplyFunction;", "")).tag == "math"
        assert "style=" not in result.replace("displaystyle=", "")
        assert not re.search("[\ue000-\uf8ff]", result)
        if display:
            assert linear(result) == text


@pytest.mark.parametrize("tex", REFUSED)
def test_what_is_not_set_is_a_problem_at_its_place_and_its_tex_is_shown(tex: str) -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions())
    text = f"a\n\n$$\n{tex}\n$$\n"
    body = renderer.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))
    problem = next(one for one in body.problems if one.rule == "math-error")
    assert problem.line in {4, 5}
    assert '<code class="language-tex">' in body.html


def test_pieces_of_formulas_in_any_order_are_set_or_refused_at_a_place_that_is_there() -> None:
    pieces = [piece for tex, _ in LINES for piece in re.findall(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?|\[[^\]]*\]|.", tex)]
    chance = random.Random(7)
    for _ in range(4000):
        first, second = chance.choice(LINES)[0], chance.choice(LINES)[0]
        tex = first[: chance.randint(0, len(first))] + second[chance.randint(0, len(second)) :]
        if chance.random() < 0.5:
            tex = "".join(chance.choices(pieces, k=chance.randint(1, 14)))
        (result,) = Converter().convert([Formula(tex, chance.random() < 0.5)])
        if isinstance(result, MathError):
            assert 0 <= result.offset <= len(tex), tex
        else:
            assert ET.fromstring(re.sub(r"&\w+;", "", result)).tag == "math", tex
            assert "style=" not in result.replace("displaystyle=", ""), tex
            assert not re.search("[\ue000\ue001]", result), tex


@pytest.mark.skipif(not CORPORA, reason="PROOFPRESS_CORPORA names no folder of blogs")
def test_of_the_formulas_of_real_blogs_one_in_a_thousand_is_refused_at_most() -> None:
    renderer = Renderer(MarkdownOptions(), HighlightOptions())
    formulas = refused = 0
    for path in sorted(Path(CORPORA).rglob("*.md")):
        text = path.read_text("utf-8", errors="replace")
        if "$" not in text:
            continue
        body = renderer.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))
        formulas += body.html.count("<math")
        refused += sum(one.rule == "math-error" for one in body.problems)
    assert formulas > 0
    assert refused <= max(1, formulas // 1000)
