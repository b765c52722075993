"""Cells of a notebook as IPython reads them: magics and commands of a shell have their own colours, all else is Python."""

from __future__ import annotations

import pytest

from proofpress.listings.highlight import Highlighter
from proofpress.listings.words import text_in


@pytest.fixture(scope="module")
def highlighter() -> Highlighter:
    return Highlighter()


def coloured(highlighter: Highlighter, code: str) -> str:
    lexer = highlighter.lexer("ipython")
    assert lexer is not None
    return highlighter.colour(code, lexer)


@pytest.mark.parametrize(
    ("code", "has"),
    [
        ("%matplotlib inline\n", '<span class="nd">%matplotlib</span> <span class="sx">inline</span>'),
        ("import os\n%%time\n", '<span class="nd">%%time</span>'),
        ("!pip install -q 'x'\n", '<span class="o">!</span>pip install -q <span class="s1">'),
        ("files = !ls | wc\n", '<span class="o">!</span>ls <span class="p">|</span> wc'),
        ("t = %timeit f(1)\n", '<span class="nd">%timeit</span>'),
        ("os.path?\n", '<span class="n">os.path</span><span class="o">?</span>'),
        ("a = b % c\n", '<span class="o">%</span>'),
        ("if a != b: pass\n", '<span class="o">!=</span>'),
        ('s = """\n%no magic\n"""\n', "\n%no magic\n"),
    ],
)
def test_what_ipython_reads_has_its_colours(highlighter: Highlighter, code: str, has: str) -> None:
    html = coloured(highlighter, code)
    assert has in html
    assert text_in(html) == code
    assert 'class="err"' not in html


def test_only_ipython_has_magics(highlighter: Highlighter) -> None:
    lexer = highlighter.lexer("python")
    assert lexer is not None
    assert 'class="nd"' not in highlighter.colour("%matplotlib inline\n", lexer)
