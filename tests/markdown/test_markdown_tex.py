"""TeX in the words of other renderers, and what is made of it."""

from __future__ import annotations

import pytest

from proofpress.markdown.tex import in_known_words


@pytest.mark.parametrize(
    ("tex", "known"),
    [
        (r"\color{#ff8001}x", r"\color[RGB]{255,128,1}x"),
        (r"\textcolor{#Ff8001}{x} y", r"{\color[RGB]{255,128,1}x} y"),
        (r"\textcolor { Orange } {x}", r"{\color[RGB]{255,165,0}x}"),
        (r"\color{orange}{x}", r"\color[RGB]{255,165,0}{x}"),
        (r"\sum_{\substack{a \\ b}} x", r"\sum_{{\begin{subarray}{c}a \\ b\end{subarray}}} x"),
        (r"\substack{a_{1} \\ b_{2}} c", r"{\begin{subarray}{c}a_{1} \\ b_{2}\end{subarray}} c"),
        (
            r"\substack{\substack{a} b}",
            r"{\begin{subarray}{c}{\begin{subarray}{c}a\end{subarray}} b\end{subarray}}",
        ),
        (r"\substack{a}\substack{}", r"{\begin{subarray}{c}a\end{subarray}}{\begin{subarray}{c}\end{subarray}}"),
        (r"\Huge\large x\tiny", " x"),
        (r"\mbox{a_b}\hbox{c}\textnormal{d}", r"\text{a\_b}\text{c}\text{d}"),
        (r"\text{a_b_c} x_1", r"\text{a\_b\_c} x_1"),
        (r"\textbf {a_b}", r"\textbf {a\_b}"),
        (r"\mathop{\rm argmax}\limits_x", r"\operatorname*{argmax}_x"),
        (r"\mathop {\mathrm{arg min}}_x", r"\operatorname*{arg min}_x"),
        (r"\DeclareMathOperator{\Tr}{Tr} \Tr", r"\newcommand{\Tr}{\operatorname{Tr}} \Tr"),
        (r"\DeclareMathOperator*\argmax{arg max}", r"\newcommand{\argmax}{\operatorname*{arg max}}"),
        (r"a \\ [2pt] \hdashline b \\[1em]\hline", r"a \\ \hdashline b \\ \hline"),
        (r"\begin{eqnarray*}a&=&b\end{eqnarray*}", r"\begin{array}{rcl}a&=&b\end{array}"),
        (r"\begin{eqnarray}a&=&b\end{eqnarray}", r"\begin{array}{rcl}a&=&b\end{array}"),
        (r"\begin{split}a\end{split}", r"\begin{aligned}a\end{aligned}"),
    ],
)
def test_a_command_that_other_renderers_know_is_put_in_words_that_ours_knows(tex: str, known: str) -> None:
    assert in_known_words(tex) == known


@pytest.mark.parametrize(
    "tex",
    [
        "x^2", r"\textcolor{orange} x", r"\textcolor{red}{x}", r"\color{#ff80}x", r"\color{#ff80011}x", r"\substack{a",
        r"\substack{a_{1}", r"\tinyx \mboxes", r"a \\[2pt] b", r"\text{$a_b$}", r"\colorful{orange}",
    ],
)  # fmt: skip
def test_what_is_no_such_command_stays_as_it_is(tex: str) -> None:
    assert in_known_words(tex) == tex
