"""TeX in the words of other renderers, and what is made of it."""

from __future__ import annotations

import pytest

from proofpress.markdown.doubts import doubts
from proofpress.markdown.tex import in_known_words, reworded
from proofpress.markdown.tex_boxes import noted
from proofpress.markdown.wording import Edit, Wording


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
        (
            r"\Huge\large x\tiny",
            rf"\boxed{{{noted('size', '2.488')}}}\boxed{{{noted('size', '1.2')}x}}\boxed{{{noted('size', '0.5')}}}",
        ),
        (r"\text{\small a} b", r"\text{a} b"),
        (r"\begin{cases*}x & if $x$\end{cases*}", r"\begin{cases}x & \text{if }x\end{cases}"),
        (r"\ce{H2O}", r"{\mathrm{H}_{2}\mathrm{O}}"),
        (r"\mbox{a_b}\hbox{c}\textnormal{d}", r"\text{a\_b}\text{c}\text{d}"),
        (r"\text{a_b_c} x_1", r"\text{a\_b\_c} x_1"),
        (r"\textbf {a_b}", r"\textbf {a\_b}"),
        (r"\mathop{\rm argmax}\limits_x", r"\operatorname*{argmax}_x"),
        (r"\mathop {\mathrm{arg min}}_x", r"\operatorname*{arg min}_x"),
        (r"\begin{eqnarray*}a&=&b\end{eqnarray*}", r"\begin{array}{rcl}a&=&b\end{array}"),
        (r"\begin{eqnarray}a&=&b\end{eqnarray}", r"\begin{array}{rcl}a&=&b\end{array}"),
        (r"\begin{split}a\end{split}", r"\begin{aligned}a\end{aligned}"),
    ],
)
def test_a_command_that_other_renderers_know_is_put_in_words_that_ours_knows(tex: str, known: str) -> None:
    assert in_known_words(Wording(tex), display=True).tex == known


@pytest.mark.parametrize(
    "tex",
    [
        "x^2", r"\textcolor{orange} x", r"\textcolor{red}{x}", r"\color{#ff80}x", r"\color{#ff80011}x", r"\substack{a",
        r"\substack{a_{1}", r"\tinyx \mboxes", r"a \\[2pt] b", r"\text{$a_b}", r"\colorful{orange}", r"a \\large",
    ],
)  # fmt: skip
def test_what_is_no_such_command_stays_as_it_is(tex: str) -> None:
    assert in_known_words(Wording(tex), display=True).tex == tex


@pytest.mark.parametrize(
    ("tex", "meant"),
    [
        (r"\begin{bmatrix}[cc|c]1&2&3\end{bmatrix}", r"\left[\begin{array}{cc|c}1&2&3\end{array}\right]"),
        (r"\begin{pmatrix*}[r]1&-2\\3\end{pmatrix*}", r"\left(\begin{array}{rr}1&-2\\3\end{array}\right)"),
        (r"\begin{vmatrix*}1\end{vmatrix*}", r"\left|\begin{array}{c}1\end{array}\right|"),
        (
            r"\begin{pmatrix}\begin{bmatrix}[l]1&2\end{bmatrix}\end{pmatrix}",
            r"\begin{pmatrix}\left[\begin{array}{ll}1&2\end{array}\right]\end{pmatrix}",
        ),
        (r"\begin{aligned}[t]a\end{aligned}", r"\begin{aligned}a\end{aligned}"),
        (r"\newcommand{\R}{r}", r"\providecommand{\R}{}\renewcommand{\R}{r}"),
        (r"\newcommand*\R[1]{r}", r"\providecommand{\R}{}\renewcommand{\R}[1]{r}"),
        (
            r"\DeclareMathOperator{\Tr}{Tr} \Tr",
            r"\providecommand{\Tr}{}\renewcommand{\Tr}{\operatorname{Tr}} \Tr",
        ),
        (
            r"\DeclareMathOperator*\argmax{arg max}",
            r"\providecommand{\argmax}{}\renewcommand{\argmax}{\operatorname*{arg max}}",
        ),
        (r"E \tag{7}", r"\begin{equation*}E \tag{7}\end{equation*}"),
        (r"E \label{a} ", r"\begin{equation}E \label{a}\end{equation} "),
        (r"\begin{align}a \\ b \\[1em] \end{align}", r"\begin{align}a \\ b  \end{align}"),
        (r"a \\ b", r"\begin{gathered}a \\ b\end{gathered}"),
    ],
)
def test_what_math_core_would_set_wrongly_without_a_word_is_put_in_other_words(tex: str, meant: str) -> None:
    assert reworded(tex, display=True).tex == meant


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{equation}E \tag{7}\end{equation}", r"\begin{matrix}[a, b] & c\end{matrix}", r"a \\", r"a \\\\ ", r"x [1em]",
        r"\begin{bmatrix}[cc|c]1&2&3", r"\begin{cases}a \\ b\end{cases}", r"\begin{cases}a \\ [0, 1] & b\end{cases}",
        r"\{a\} \| x_1", r"\text{a\_b}", r"\operatorname{max\_len}", r"max\_len", r"50\%",
    ],
)  # fmt: skip
def test_tex_that_is_right_is_not_reworded(tex: str) -> None:
    assert reworded(tex, display=True).tex == tex


@pytest.mark.parametrize(
    ("tex", "display", "kinds", "meant"),
    [
        (r"x\_1", False, [r"\_"], "x_1"),
        (r"\sum\_{p \in S} p", True, [r"\_"], r"\sum_{p \in S} p"),
        (r"d\_model", True, [r"\_"], r"d\_model"),
        (r"a\*b", False, [r"\*"], "a*b"),
        (r"y \in \\{0, 1\\}", False, [r"\\{", r"\\{"], r"y \in \{0, 1\}"),
        (r"\begin{equation}\\{0\\}\end{equation}", True, [r"\\{", r"\\{"], r"\begin{equation}\{0\}\end{equation}"),
        (r"\\|x\\|", False, [r"\\{", r"\\{"], r"\|x\|"),
        (r"100\\%", False, [r"\\{"], r"100\%"),
        (r"a \\ b", False, [r"\\"], r"a \\ b"),
        ("50% of x", False, ["%"], "50% of x"),
        ("x % a remark\n+ y", True, [], "x % a remark\n+ y"),
        (r"\begin{cases}{a} \\{b}\end{cases}", True, [], r"\begin{cases}{a} \\{b}\end{cases}"),
    ],
)
def test_escapes_of_a_markdown_without_mathematics_are_told_and_set_as_they_are_meant(
    tex: str, display: bool, kinds: list[str], meant: str
) -> None:
    assert [doubt.kind for doubt in doubts(tex, display)] == kinds
    assert reworded(tex, display).tex == meant


def test_a_wording_knows_where_each_piece_was_written() -> None:
    wording = Wording("abcdef").edited([Edit(1, 2, "XYZ"), Edit(4, 5, "")]).edited([Edit(0, 0, "__")])
    assert wording.tex == "__aXYZcdf"
    places = [wording.place(offset) for offset in range(len(wording.tex) + 1)]
    assert places == [
        (0, False), (0, False), (0, True), (1, False), (1, False), (1, False), (2, True), (3, True), (5, True), (6, True),
    ]  # fmt: skip
