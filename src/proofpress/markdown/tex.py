r"""TeX that other renderers of mathematics take, in the words that math-core knows.

MathJax and KaTeX accept commands of plain TeX and of old packages, and blogs use them. What math-core does not do for a
formula is mended here, and each mend is a line of one of two tables: of what it sets wrongly without a word, which is
put into other words before it is tried, and of what it refuses, which is tried as it is written first. An edit keeps
its place, so that an error is told where a person wrote it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.markdown.doubts import doubts
from proofpress.markdown.tex_boxes import (
    PLAIN_COLOURS,
    UNITS,
    boxes,
    flush_equations,
    last_lines,
    nice_fractions,
    noted,
    operators,
    plain_tables,
    rgb,
    rules,
    sizes,
    struck_limits,
    tight_columns,
    with_defaults,
)
from proofpress.markdown.tex_chemistry import chemistry
from proofpress.markdown.tex_tables import part_lines, worded_tables, words_between
from proofpress.markdown.wording import Edit, Wording, marks
from proofpress.patterns import lazy

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping


class Mend(NamedTuple):
    """What is done for a formula that math-core does not set as TeX says."""

    reason: str
    edits: Callable[[str], list[Edit]]
    displayed: bool = False
    """Whether it is for displayed formulas alone."""


_COLOUR: Final = lazy(r"\\(textcolor|color)\s*\{\s*(#?\w+)\s*\}(\s*\{)?")
_GAP: Final = lazy(
    r"\*?[ \t]*\[\s*(-?\s*(?:\d+\.?\d*|\.\d+)?)\s*(em|ex|pt|pc|bp|px|mu|cm|mm|in|\\jot|\\(?:normal)?baselineskip)\s*\]"
)
_POSITIONED: Final = lazy(r"(\\begin\{(?:aligned|alignedat|gathered|split|array|subarray)\}\s*)\[\s*[tbc]\s*\]")
_MATRIX: Final = lazy(r"(?:[pbBvV]?matrix)\*?\Z")
_MATRIX_COLUMNS: Final = lazy(r"\[([lcr|:\s]+)\]")
_FENCES: Final = {
    "": ("", ""),
    "p": (r"\left(", r"\right)"),
    "b": (r"\left[", r"\right]"),
    "B": (r"\left\{", r"\right\}"),
    "v": (r"\left|", r"\right|"),
    "V": (r"\left\|", r"\right\|"),
}
_NEWCOMMAND: Final = lazy(
    r"\\(?:re|provide)?newcommand\*?\s*(?:\{\s*(\\(?:[A-Za-z]+|[^A-Za-z\s]))\s*\}|(\\(?:[A-Za-z]+|[^A-Za-z\s])))"
)
_DECLARED: Final = lazy(r"\\DeclareMathOperator(\*?)\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))\s*\{([^{}]*)\}")
_PAIRED: Final = lazy(
    r"\\DeclarePairedDelimiter\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))\s*\{([^{}]*)\}\s*\{([^{}]*)\}"
)


def _rows(tex: str) -> list[Edit]:
    r"""Hand the length of `\\[1em]` on as a mark in its row, and take the star of `\\*`, which forbids a page break."""
    edits = []
    for match in _row_ends(tex):
        gap = _GAP.match(tex, match + 2)
        if gap is not None:
            amount = gap[1].replace(" ", "")
            number = float(amount) if amount not in {"", "-"} else float(amount + "1")
            words = noted("gap", f"{number * UNITS[gap[2]]:.3g}") + r"\\ "
            edits.append(Edit(match, gap.end(), words))
        elif tex.startswith("*", match + 2):
            edits.append(Edit(match + 2, match + 3, " "))
    return edits


def _last_rows(tex: str) -> list[Edit]:
    r"""Drop `\\` before the end of a table, where it opens a row that is empty and in some tables has a number."""
    edits = []
    last = None
    for mark in marks(tex) if r"\\" in tex else ():
        if last is not None and mark.text.startswith(r"\end"):
            gap = _GAP.match(tex, last.end)
            if not tex[gap.end() if gap else last.end : mark.start].strip():
                edits.append(Edit(last.start, mark.start, " "))
        last = mark if mark.text == r"\\" else None
    return edits


def _row_ends(tex: str) -> list[int]:
    return [mark.start for mark in marks(tex) if mark.text == r"\\"] if r"\\" in tex else []


def _matrices(tex: str) -> list[Edit]:
    r"""Write a matrix with columns of its own, `\begin{bmatrix}[cc|c]`, as an array between its fences."""
    if "matrix" not in tex:
        return []
    edits: list[Edit] = []
    opened: list[tuple[str, Edit | None, int]] = []  # name, its beginning in other words, most columns of a row
    columns: list[int] = []
    for mark in marks(tex):
        if mark.text == "&" and columns:
            columns[-1] += 1
        elif mark.text == r"\\" and opened:
            name, begin, most = opened[-1]
            opened[-1], columns[-1] = (name, begin, max(most, columns[-1])), 0
        elif mark.text.startswith(r"\begin") and "{" in mark.text:
            name = mark.text[mark.text.index("{") + 1 : -1]
            given = _MATRIX_COLUMNS.match(tex, mark.end) if _MATRIX.match(name) else None
            starred = _MATRIX.match(name) is not None and name.endswith("*")
            begin = None
            if given is not None or starred:
                begin = Edit(mark.start, given.end() if given else mark.end, given[1].strip() if given else "c")
            opened.append((name, begin, 0))
            columns.append(0)
        elif mark.text.startswith(r"\end") and "{" in mark.text and opened:
            name, begin, most = opened.pop()
            most = max(most, columns.pop())
            if begin is not None and mark.text.endswith(f"{{{name}}}"):
                letters = begin.words * (most + 1) if len(begin.words) == 1 else begin.words
                left, right = _FENCES[name[: name.index("matrix")]]
                edits.append(begin._replace(words=rf"{left}\begin{{array}}{{{letters}}}"))
                edits.append(Edit(mark.start, mark.end, rf"\end{{array}}{right}"))
    return edits


def _positions(tex: str) -> list[Edit]:
    """Drop on which of its rows a table stands in the line: MathML Core has no word for it."""
    return [Edit(found.end(1), found.end(), "") for found in _POSITIONED.finditer(tex)]


def _definitions(tex: str) -> list[Edit]:
    r"""Let `\newcommand` define a name that is known, as KaTeX's and MathJax's own macros do; TeX's other ways, too."""
    if "command" not in tex and "Declare" not in tex:
        return []
    edits = []
    for found in _NEWCOMMAND.finditer(tex):
        name = found[1] or found[2]
        if found[0].startswith(r"\newcommand"):
            edits.append(Edit(found.start(), found.end(), rf"\providecommand{{{name}}}{{}}\renewcommand{{{name}}}"))
        elif "*" in found[0]:
            edits.append(Edit(found.start(), found.end(), found[0].replace("*", "", 1)))
    for found in _DECLARED.finditer(tex):
        name = found[2] or found[3]
        words = rf"\providecommand{{{name}}}{{}}\renewcommand{{{name}}}{{\operatorname{found[1]}{{{found[4]}}}}}"
        edits.append(Edit(found.start(), found.end(), words))
    for found in _PAIRED.finditer(tex):
        name = found[1] or found[2]
        words = rf"\providecommand{{{name}}}{{}}\renewcommand{{{name}}}[1]{{\left{found[3]} #1\right{found[4]} }}"
        edits.append(Edit(found.start(), found.end(), words))
    return edits


def _tags(tex: str) -> list[Edit]:
    r"""Put a displayed formula with `\tag` or `\label` into the environment that both belong to."""
    if r"\tag" not in tex and r"\label" not in tex:
        return []
    outer = [mark for mark in marks(tex) if mark.depth == 0 and not mark.environment]
    names = {mark.text for mark in outer}
    if not names & {r"\tag", r"\label"}:
        return []
    name = ("gather" if r"\\" in names else "equation") + ("*" if r"\tag" in names else "")
    last = len(tex.rstrip())
    return [Edit(0, 0, rf"\begin{{{name}}}"), Edit(last, last, rf"\end{{{name}}}")]


def _lines(tex: str) -> list[Edit]:
    r"""Give the lines of a displayed formula, parted by `\\` outside of any environment, one that has rows."""
    if r"\\" not in tex:
        return []
    ends = [mark.start for mark in marks(tex) if mark.text == r"\\" and mark.depth == 0 and not mark.environment]
    if not ends or not tex[ends[0] :].replace(r"\\", "").strip():
        return []
    last = len(tex.rstrip())
    return [Edit(0, 0, r"\begin{gathered}"), Edit(last, last, r"\end{gathered}")]


def _escapes(tex: str) -> list[Edit]:
    """Undo what Markdown that knows no mathematics made its writers do; `doubts` tells of each."""
    return [doubt.edit for doubt in doubts(tex, display=True) if doubt.edit is not None]


SILENT: Final = (
    Mend(r"`\_`, `\*` and `\\{` are escapes of a Markdown without mathematics", _escapes),
    Mend(r"math-core sets an empty row after a last `\\ \hline`, below its line", last_lines),
    Mend(r"math-core sets an empty row after a last `\\`, and numbers it", _last_rows),
    Mend(r"math-core prints the length of `\\[1em]` and the star of `\\*`", _rows),
    Mend("math-core prints the columns of a matrix, `[cc|c]`, and knows none with a star", _matrices),
    Mend("math-core prints the position of `\\begin{aligned}[t]`", _positions),
    Mend(r"math-core refuses `\newcommand` of a name that it knows", _definitions),
    Mend(r"math-core sets the limits of `\mathop` beside it", operators),
    Mend("math-core centres `flalign`", flush_equations),
    Mend(r"math-core refuses `\intertext`, and has counted the equations before it by then", words_between),
    Mend(r"math-core takes `\tag` and `\label` in numbered environments alone", _tags, displayed=True),
    Mend(r"math-core drops `\\` outside of environments", _lines, displayed=True),
)
"""What is set wrongly without a word, and what means more than one formula. In this order."""

_NAMES: Final = {
    r"\begin{eqnarray}": r"\begin{array}{rcl}",
    r"\end{eqnarray}": r"\end{array}",
    r"\begin{eqnarray*}": r"\begin{array}{rcl}",
    r"\end{eqnarray*}": r"\end{array}",
    r"\begin{IEEEeqnarray}": r"\begin{array}",
    r"\end{IEEEeqnarray}": r"\end{array}",
    r"\begin{IEEEeqnarray*}": r"\begin{array}",
    r"\end{IEEEeqnarray*}": r"\end{array}",
    r"\begin{split}": r"\begin{aligned}",
    r"\end{split}": r"\end{aligned}",
    r"\begin{smallmatrix}": r"\begin{subarray}{cccccccccc}",
    r"\end{smallmatrix}": r"\end{subarray}",
    r"\end{alignedat}": r"\end{aligned}",
    r"\end{alignat}": r"\end{align}",
    r"\end{alignat*}": r"\end{align*}",
    r"\begin{flalign}": r"\begin{align}",
    r"\end{flalign}": r"\end{align}",
    r"\begin{flalign*}": r"\begin{align*}",
    r"\end{flalign*}": r"\end{align*}",
    r"\mathds": r"\mathbb",
    r"\mathbbm": r"\mathbb",
    r"\begin{psmallmatrix}": r"\left(\begin{subarray}{cccccccccc}",
    r"\end{psmallmatrix}": r"\end{subarray}\right)",
    r"\begin{bsmallmatrix}": r"\left[\begin{subarray}{cccccccccc}",
    r"\end{bsmallmatrix}": r"\end{subarray}\right]",
    r"\varlimsup": r"\overline{\lim}",
    r"\varliminf": r"\underline{\lim}",
    r"\smallint": r"\int",
    r"\cr": r"\\ ",
    r"\ensuremath": "",
    r"\mathnormal": "",
    r"\noindent": "",
    r"\centering": "",
    r"\xspace": "",
    r"\Tilde": r"\tilde",
    r"\Bar": r"\bar",
    r"\Hat": r"\hat",
    r"\Vec": r"\vec",
    r"\Dot": r"\dot",
    r"\Ddot": r"\ddot",
    r"\textup": r"\textrm",
    r"\textsl": r"\textit",
    r"\textmd": r"\text",
    r"\mathellipsis": r"\ldots",
    r"\textellipsis": r"\ldots",
    r"\hdots": r"\ldots",
    r"\dotsc": r"\ldots",
    r"\dotso": r"\ldots",
    r"\dotsb": r"\cdots",
    r"\dotsm": r"\cdots",
    r"\dotsi": r"\cdots",
    r"\pmb": r"\boldsymbol",
    r"\vcenter": "",
    r"\textnormal": r"\text",
    r"\mbox": r"\text",
    r"\hbox": r"\text",
}
"""Commands and environments by the names that math-core has for the like."""

_NAME: Final = lazy(r"\\\\|\\(?:begin|end)\{[^{}\\]*\}|\\[A-Za-z]+")
_IN_TEXT: Final = lazy(r"(\\text(?:rm|bf|it|tt|sf|normal)?\s*\{|\\[mh]box\s*\{)([^{}$\\]*)\}")
_MATH_IN_TEXT: Final = lazy(r"(\\text(?:rm|bf|it|tt|sf|normal)?|\\[mh]box)\s*\{((?:[^{}]|\{[^{}]*\})*+)\}")
_DOLLAR: Final = lazy(r"(?<!\\)\$")
_OPERATOR: Final = lazy(r"\\mathop\s*\{\s*\\(?:mathrm|rm|text|operatorname)\s*\{?([A-Za-z ]+)\}\s*\}?(?:\s*\\limits)?")
_ALIGNAT: Final = lazy(r"\\begin\{align(at\*?|edat)\}\s*\{\s*\d+\s*\}")
_ANGLE: Final = lazy(r"(\\(?:left|right|middle|[bB]igg?[lrm]?)\s*)([<>])")
_STARRED: Final = lazy(r"(?<!\\)\\(?!operatorname|tag|begin|end)([A-Za-z]+)\*")
_ROOT: Final = lazy(r"\\root\s*\{?([^{}\\]*)\}?\s*\\of(?![A-Za-z])")
_MODELLED: Final = lazy(r"\\textcolor\s*(\[[A-Za-z]+\])\s*(\{[^{}]*\})\s*\{")
_REQUIRE: Final = lazy(r"\\require\s*\{[^{}]*\}")
_PRIMED: Final = lazy(r"\^(?='+(?![\w{\\]))")
_COLUMNS: Final = lazy(r"\\begin\{(?:array|IEEEeqnarray\*?)\}\s*\{")
_REPEATED: Final = lazy(r"\*\s*\{\s*(\d{1,2})\s*\}\s*\{([^{}]*)\}")
_GIVEN_COLUMNS: Final = lazy(r"\s*\{[^{}]*\}")
_BETWEEN_COLUMNS: Final = lazy(
    r"[@!]\s*\{(?:[\s~]|\\[,;:! ]|\\q?quad|\\hspace\*?\{[^{}]*\}|\\hskip\s*[\d.]+\s*[a-z]+)*\}"
    r"|[><]\s*\{(?:\s|\\centering|\\ragged(?:right|left)|\\arraybackslash)*\}"
)
"""What stands between columns or before them that is room alone; what has words is left, and refused."""

_WIDE_COLUMN: Final = lazy(r"[pmbX]\s*\{[^{}]*\}|[pmbLXs]")


def _replacing(pattern: re.Pattern[str], words: Callable[[re.Match[str]], str]) -> Callable[[str], list[Edit]]:
    def edits(tex: str) -> list[Edit]:
        found = ((match, words(match)) for match in pattern.finditer(tex))
        return [Edit(match.start(), match.end(), other) for match, other in found if other != match[0]]

    return edits


def _columns(tex: str) -> list[Edit]:
    """Write the columns of an array with the letters that math-core reads: `{r@{}l}`, `{*{3}{c}}`, `{rCl}`."""
    edits = []
    for found in _COLUMNS.finditer(tex):
        depth, at = 1, found.end()
        while at < len(tex) and depth:
            depth += {"{": 1, "}": -1}.get(tex[at], 0)
            at += 1
        given = tex[found.end() : at - 1]
        known = _REPEATED.sub(lambda one: one[2] * int(one[1]), given)
        known = _WIDE_COLUMN.sub("l", _BETWEEN_COLUMNS.sub("", known)).replace("C", "c").replace("R", "r")
        if known != given and not depth:
            edits.append(Edit(found.end(), at - 1, known))
    return edits


def _labelled_eqnarrays(tex: str) -> list[Edit]:
    """Write an `eqnarray` whose rows are labelled as `align`, which numbers them: `a &=& b` as `a &= b`."""
    if "eqnarray" not in tex or (r"\label" not in tex and r"\tag" not in tex):
        return []
    edits = []
    seen = 0
    for mark in marks(tex):
        if "{eqnarray" in mark.text or "{IEEEeqnarray" in mark.text:
            star = "*" if mark.text.endswith("*}") else ""
            begins = mark.text.startswith(r"\begin")
            given = _GIVEN_COLUMNS.match(tex, mark.end) if begins and "IEEE" in mark.text else None
            words = rf"\{'begin' if begins else 'end'}{{align{star}}}"
            edits.append(Edit(mark.start, given.end() if given else mark.end, words))
            seen = 0
        elif mark.text == r"\\":
            seen = 0
        elif mark.text == "&" and mark.environment.endswith(("eqnarray", "eqnarray*")):
            seen += 1
            if seen > 1:
                edits.append(Edit(mark.start, mark.end, " "))
    return edits


def _parted_text(found: re.Match[str]) -> str:
    r"""Write `\text{if $x$ holds}` as words and formulas beside each other."""
    pieces = _DOLLAR.split(found[2])
    if len(pieces) == 1 or len(pieces) % 2 == 0:
        return found[0]
    return "".join(piece if number % 2 else rf"{found[1]}{{{piece}}}" for number, piece in enumerate(pieces) if piece)


def _aligned(found: re.Match[str]) -> str:
    return rf"\begin{{align{found[1].replace('at', '')}}}"


def _colour(found: re.Match[str]) -> str:
    colour = None if found[2] in PLAIN_COLOURS else rgb(found[2])
    if colour is None:
        return found[0]
    value = ",".join(map(str, colour))
    if found[1] == "color":
        return rf"\color[RGB]{{{value}}}{found[3] or ''}"
    return rf"{{\color[RGB]{{{value}}}" if found[3] else found[0]


def _substacks(tex: str) -> list[Edit]:
    r"""Write each `\substack{…}` as the environment behind it."""
    edits: list[Edit] = []
    opened: list[int] = []  # depths at which a substack closes
    depth = 0
    for one, after in pairwise([*marks(tex), None]):
        assert one is not None
        if (
            one.text == r"\substack"
            and after is not None
            and after.text == "{"
            and not tex[one.end : after.start].strip()
        ):
            edits.append(Edit(one.start, after.end, r"{\begin{subarray}{c}"))
            opened.append(depth)
        if one.text == "{":
            depth += 1
        elif one.text == "}":
            depth -= 1
            if opened and opened[-1] == depth:
                opened.pop()
                edits.append(Edit(one.start, one.end, r"\end{subarray}}"))
    return [] if opened else edits


REFUSED: Final = (
    Mend(r"`\ce`", chemistry),
    Mend(r"`\cline`", part_lines),
    Mend("`tabular` and `cases*`", worded_tables),
    Mend(r"`\large`", sizes),
    Mend(r"`\label` in `eqnarray`", _labelled_eqnarrays),
    Mend(r"`\rule`", rules),
    Mend(r"`\smash`, `\mathllap`, `\href`, `\colorbox`", boxes),
    Mend(r"`\nicefrac`", nice_fractions),
    Mend(r"`\cancelto`", struck_limits),
    Mend(r"`\pmatrix{…}` of plain TeX", plain_tables),
    Mend(r"`\root 3 \of x`", _replacing(_ROOT, lambda found: rf"\sqrt[{found[1].strip()}]")),
    Mend(r"`\textcolor[RGB]`", _replacing(_MODELLED, lambda found: rf"{{\color{found[1]}{found[2]}")),
    Mend(r"`\left<`", _replacing(_ANGLE, lambda found: found[1] + (r"\langle " if found[2] == "<" else r"\rangle "))),
    Mend("`@{}` beside columns", tight_columns),
    Mend("columns of an array beyond l, c, r and bars", _columns),
    Mend(r"`\substack`", _substacks),
    Mend(r"`\begin{alignat}{2}`", _replacing(_ALIGNAT, _aligned)),
    Mend(r"dollars in `\text`", _replacing(_MATH_IN_TEXT, _parted_text)),
    Mend(
        r"underscores in `\text`",
        _replacing(_IN_TEXT, lambda found: found[1] + found[2].replace("_", r"\_") + "}"),
    ),
    Mend(r"`\mathop{\rm argmax}`", _replacing(_OPERATOR, lambda found: rf"\operatorname*{{{found[1]}}}")),
    Mend(
        r"`\epsilon*x`, whose star math-core takes for a part of the name",
        _replacing(_STARRED, lambda found: rf"\{found[1]} *" if found[1] != "hspace" else r"\hspace"),
    ),
    Mend(r"`\require{cancel}`, which loads what is here", _replacing(_REQUIRE, lambda _: "")),
    Mend("`x^'`", _replacing(_PRIMED, lambda _: "")),
    Mend("other names", _replacing(_NAME, lambda found: _NAMES.get(found[0], found[0]))),
    Mend("colours of CSS", _replacing(_COLOUR, _colour)),
)
"""What is refused as it is written. In this order."""


def reworded(tex: str, display: bool, defaults: Mapping[str, str] | None = None) -> Wording:
    """Return a formula in words that math-core sets as they mean.

    `defaults` are the commands of the page that have an optional argument, and what it is where none is given.
    """
    wording = Wording(tex)
    if defaults:
        wording = wording.edited(with_defaults(defaults)(tex))
    return _mended(wording, SILENT, display)


def in_known_words(wording: Wording, display: bool) -> Wording:
    """Return TeX that means the same, in commands that math-core is more likely to know."""
    return _mended(wording, REFUSED, display)


def _mended(wording: Wording, mends: tuple[Mend, ...], display: bool) -> Wording:
    if "\\" not in wording.tex and "^'" not in wording.tex and "%" not in wording.tex:
        return wording
    for mend in mends:
        if display or not mend.displayed:
            wording = wording.edited(mend.edits(wording.tex))
    return wording
