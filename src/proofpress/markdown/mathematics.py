"""Mathematics: which dollars are formulas, and TeX to MathML.

A formula in a line follows Pandoc's rule, with GitHub's narrowing: the opening dollar has no blank after it and no
letter or digit before it, the closing one has no blank before it and no letter or digit after it. So `$5 and $6` and
`$HOME/$USER` are text. `$$…$$` on lines of its own is displayed; between words it is set in the line, as kramdown has
it, whose blogs write all their formulas so.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from math_core import LatexError, LatexToMathML

from proofpress.markdown.mathml import with_styles_apart
from proofpress.markdown.tex import in_known_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.rules_block import StateBlock

    from proofpress.markdown.links import InlineText

MAX_DEPTH: Final = 1000
"""How many commands and groups may be open at once. Each takes about 2.5 kB of the converter's stack, which it does not
guard: at 4,000 the process dies (math-core 0.9, 8 MB of stack)."""

MAX_EXPANDED: Final = 2000
"""The same, for what a page's own commands can expand to."""

MAX_LENGTH: Final = 20_000

_DOLLARS: Final = re.compile(r"\\.|\$+", re.DOTALL)
_ENVIRONMENT: Final = re.compile(r"\\begin\{((?:equation|align|alignat|gather|multline|flalign|eqnarray|split)\*?)\}")
_SHARED: Final = re.compile(
    r"\\(?:label|eqref|ref|tag)\b|\\begin\{(?:equation|align|gather|multline|flalign|alignat)\}"
    r"|\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b"
)
_DEFINES: Final = re.compile(r"\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b")
_DEEPENS: Final = re.compile(r"\\\\|\\[A-Za-z]+|[{}&^_]")
_SUFFIX: Final = re.compile(r"(?:s|st|nd|rd|th|tuples?)\b")
_QUOTED: Final = re.compile(r'"[^"]*"')
_POSITION: Final = re.compile(r"(\d+): (.*)\Z", re.DOTALL)


class Formula(NamedTuple):
    """A piece of TeX, and whether it is displayed."""

    tex: str
    display: bool


class MathError(NamedTuple):
    """Why a formula could not be set, and the offset in its TeX where that shows."""

    offset: int
    message: str


def math(state: InlineText, silent: bool) -> bool:
    """Read `$…$` or `$$…$$` in a line of text."""
    src, pos, maximum = state.src, state.pos, state.posMax
    if state.closers is None:
        state.closers = _closers(src)
    double = src.startswith("$$", pos)
    start = pos + 2 if double else pos + 1
    if start >= maximum or src[start] == "$" or (pos > 0 and src[pos - 1] == "$"):
        return _dollars(state, silent)
    if double:
        end = src.find("$$", start, maximum)
        while end > 0 and _escaped(src, end):
            end = src.find("$$", end + 1, maximum)
        if end < 0 or not src[start:end].strip():
            return _dollars(state, silent)
        stop = end + 2
    else:
        if src[start].isspace() or (pos > 0 and src[pos - 1].isalnum()):
            return False
        at = bisect_left(state.closers, 2 * (start + 1))
        if at == len(state.closers) or state.closers[at] % 2 == 0:
            return False  # the next dollar is no end, and a formula holds no dollar
        end = state.closers[at] // 2
        if end >= maximum:
            return False
        stop = end + 1
        if src[start] == "`" and src[end - 1] == "`" and end - start > 2:  # GitHub's $`…`$
            start, end = start + 1, end - 1
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = src[start:end]
        token.markup = "$$" if double else "$"
        token.meta = {"at": start}
    state.pos = stop
    return True


def _dollars(state: InlineText, silent: bool) -> bool:
    """Take a run of dollars as text, whole, so that none of it is looked at again."""
    end = state.pos
    while end < state.posMax and state.src[end] == "$":
        end += 1
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _escaped(src: str, pos: int) -> bool:
    count = 0
    while pos - count > 0 and src[pos - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _closers(src: str) -> array[int]:
    """Return each run of dollars as twice its offset, plus one where it can close a formula."""
    found = array("q")
    for match in _DOLLARS.finditer(src):
        at = match.start()
        if match[0][0] == "$":
            closes = match[0] == "$" and at > 0 and not src[at - 1].isspace() and _ends_well(src, at + 1)
            found.append(2 * at + closes)
    return found


def _ends_well(src: str, after: int) -> bool:
    """Tell whether a dollar may close a formula by what follows it: no letter or digit, but `$x$s` and `$n$th` do."""
    return not src[after : after + 1].isalnum() or _SUFFIX.match(src, after) is not None


def math_block(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    r"""Read a displayed formula on lines of its own: `$$` to `$$`, or a TeX environment such as `\begin{align}`."""
    src = state.src
    begin = state.bMarks[startLine] + state.tShift[startLine]
    first = src[begin : state.eMarks[startLine]].rstrip()
    if state.is_code_block(startLine):
        return False
    if first.startswith("$$"):
        opening, closing = "$$", "$$"
        rest = first[2:]
        if rest.startswith("$"):
            return False
        at = rest.find("$$")
        if at >= 0 and (at != len(rest) - 2 or not rest[:-2].strip()):
            return False  # text follows on the line: the inline rule takes it
        closed = at >= 0
    elif (environment := _ENVIRONMENT.match(first)) is not None:
        opening, closing = "", rf"\end{{{environment[1]}}}"
        rest = first
        closed = first.endswith(closing)
    else:
        return False
    line = startLine + 1
    if not closed:
        beside = bool(rest.strip())
        # Where the search for an end came to nothing, it does so from every line that it has seen: asked at each of
        # them, as a paragraph is, it would look at the rest of the text again and again.
        vain = state.env.setdefault("unclosed_math", {})
        place = (closing, beside, state.blkIndent, state.level, endLine)
        seen = vain.get(place)
        if seen is not None and seen[0] <= startLine < seen[1]:
            return False
        while line < endLine and not closed:
            at = state.bMarks[line] + state.tShift[line]
            text = src[at : state.eMarks[line]].rstrip()
            if at < state.eMarks[line] and state.sCount[line] < state.blkIndent:
                break
            if not text and beside:
                break  # a formula that begins beside its dollars ends with its paragraph
            closed = text.endswith(closing)
            if not closed and "$$" in text:
                break
            line += 1
        if not closed:
            vain[place] = (startLine, line)
            return False
    if silent:
        return True
    token = state.push("math_block", "math", 0)
    token.map = [startLine, line]
    lines = state.getLines(startLine, line, state.sCount[startLine], False).rstrip()
    skipped = len(opening)
    body = lines.lstrip(" \t")[skipped : len(lines) if not opening else -2]
    token.content = body
    token.markup = opening
    state.line = line
    return True


class Converter:
    """TeX to MathML. Equations are numbered, and commands defined, through a page."""

    def __init__(self) -> None:
        self._latex = LatexToMathML(fancy_error=False)

    def convert(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        """Return each formula's MathML, or what is wrong with it, in the order of the page."""
        results = self._converted(formulas)
        return [with_styles_apart(found) if isinstance(found, str) else found for found in results]

    def _converted(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        if not any(_SHARED.search(formula.tex) for formula in formulas):
            return [_set(self._latex.convert_with_local_state, formula) for formula in formulas]
        bodies = [body for formula in formulas for body in _DEFINES.split(formula.tex)[1:]]
        defined = max((len(_DEEPENS.findall(body[:MAX_LENGTH])) for body in bodies), default=0)
        page = LatexToMathML(
            fancy_error=False,
            id_prefix="eq-",
            global_group=True,
            max_expansions=min(1000, max(10, MAX_EXPANDED // max(1, defined))),
        )
        results = [_set(page.convert_with_global_state, formula) for formula in formulas]
        if any("ref" in formula.tex for formula in formulas):
            _set_together(page, formulas, results)
        return results


def _set(convert: Callable[..., str], formula: Formula) -> str | MathError:
    refusal = _refusal(formula.tex)
    if refusal is not None:
        return refusal
    try:
        return convert(formula.tex, displaystyle=formula.display)
    except LatexError as error:
        said = error
    mended = in_known_words(formula.tex)
    if mended != formula.tex and _refusal(mended) is None:
        try:
            return convert(mended, displaystyle=formula.display)
        except LatexError:
            pass
    return _explained(str(said), formula.tex)


def _set_together(page: LatexToMathML, formulas: Sequence[Formula], results: list[str | MathError]) -> None:
    r"""Set all formulas as one piece, so that `\eqref` finds an equation that comes later."""
    sound = [
        number
        for number, result in enumerate(results)
        if isinstance(result, str) or ("ref" in formulas[number].tex and _refusal(formulas[number].tex) is None)
    ]
    pieces = [(in_known_words(formulas[number].tex), formulas[number].display) for number in sound]
    try:
        whole = page.convert_all(pieces)
    except LatexError:
        return
    for number, html in zip(sound, whole, strict=True):
        results[number] = html


def _refusal(tex: str) -> MathError | None:
    """Refuse what could overflow the converter's stack."""
    if len(tex) > MAX_LENGTH:
        return MathError(0, f"the formula is longer than {MAX_LENGTH} characters")
    if len(tex) <= MAX_DEPTH:
        return None
    depth = 0
    open_groups: list[int] = []
    for match in _DEEPENS.finditer(tex):
        mark = match[0]
        if mark in {"}", "\\end"}:
            depth = open_groups.pop() if open_groups else 0
        elif mark in {"&", "\\\\"}:
            depth = open_groups[-1] + 1 if open_groups else 0
        elif mark in {"{", "\\begin"}:
            open_groups.append(depth)
            depth += 1
        else:
            depth += 1
        if depth > MAX_DEPTH:
            return MathError(match.start(), "the formula is nested too deeply")
    return None


def _explained(said: str, tex: str) -> MathError:
    match = _POSITION.match(said)
    offset, words = (min(int(match[1]), len(tex)), match[2]) if match else (0, said)
    words = _QUOTED.sub(lambda found: found[0].replace("\\\\", "\\"), words.strip().rstrip("."))
    return MathError(offset, words[:1].lower() + words[1:])
