"""Mathematics: which dollars are formulas, and TeX to MathML.

A formula in a line follows Pandoc's rule, with GitHub's narrowing: the opening dollar has no blank after it and no
letter or digit before it, the closing one has no blank before it and no letter or digit after it. So `$5 and $6` and
`$HOME/$USER` are text. So are a shell's `${HOME}`, a dollar alone in brackets, and the words between `$5` and `6$`. `$$…$$` on lines of its own is displayed; between words it is set in the line, as kramdown has
it, whose blogs write all their formulas so.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from math_core import LatexError, LatexToMathML

from proofpress.markdown.drawing import NOTE_CLOSES, NOTE_OPENS, drawn
from proofpress.markdown.scripts import LETTER, joins
from proofpress.markdown.tex import in_known_words, reworded
from proofpress.markdown.tex_boxes import optional_arguments
from proofpress.markdown.wording import Wording
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markdown_it.rules_block import StateBlock

    from proofpress.markdown.links import InlineText

MAX_DEPTH: Final = 1000
"""How many commands and groups may be open at once. Each takes about 2.5 kB of the converter's stack, which it does not
guard: at 4,000 the process dies (math-core 0.9, 8 MB of stack)."""

MAX_EXPANDED: Final = 2000
"""The same, for what a page's own commands can expand to."""

MAX_LENGTH: Final = 20_000
MAX_MACRO: Final = 1000

_DOLLARS: Final = lazy(r"\\.|\$+", re.DOTALL)
_ENVIRONMENT: Final = lazy(r"\\begin\{((?:equation|align|alignat|gather|multline|flalign|eqnarray|split)\*?)\}")
_SHARED: Final = lazy(
    r"\\(?:label|eqref|ref|tag)\b|\\begin\{(?:equation|align|gather|multline|flalign|alignat)\}"
    r"|\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b"
)
_DEFINES: Final = lazy(r"\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b")
_DEEPENS: Final = lazy(r"\\\\|\\[A-Za-z]+|[{}&^_]")
_VARIABLE: Final = lazy(r"\{[!#]?(?:[A-Za-z_]\w+\}(?![\^_])|[A-Za-z_]\w*[-:#%/.\[(?@=+,^~][^{}\n$\\ ]*\}(?![\^_]))")
"""What shells and templates write in braces after a dollar: `{HOME}`, `{HOME:-/root}`, `{user.name}`, `{#list}`."""

_NAME: Final = lazy(r"\{\w+\}")
_AMOUNT: Final = lazy(
    r"(?:[0-9][0-9.,]*|[A-Z_][A-Z0-9_]+|[a-z_][a-z0-9_]+|\{\w+\})(?:[-/:.,;)\]][^\s\\^{}=+<>]*)?(?=\s)"
)
"""How a price or a shell's variable begins, and where its first word ends."""

_AMOUNT_BESIDE_CJK: Final = lazy(r"[0-9][0-9.,]*|\w{2,}")
_TEX: Final = lazy(r"[\\^{}=+<>]")
_WORD: Final = lazy(r"\s[(\"']?[a-z]{2,}[,.;:)!?]?\s")
QUOTES: Final = "'\"\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
_SUFFIX: Final = lazy(r"(?:s|st|nd|rd|th|tuples?)\b")
_QUOTED: Final = lazy(r'"[^"]*"')
_IN_MACRO: Final = lazy(r"macro(\d+):\d+: (.*)\Z", re.DOTALL)
_PARAMETER: Final = lazy(r"#([1-9])")
_COMMAND: Final = lazy(r"\\[A-Za-z]")
_UNKNOWN: Final = lazy(r'[Uu]nknown command "\\([A-Za-z]+)\*?"')
_LACKING: Final = {
    "href": "a link in a formula leads to a full address, 'https://…', or to a place on its page, '#…'",
    "colorbox": "no colour has this name; write one of CSS, or '#' and six digits",
    "rule": "a rule has a width and a height in em, ex, pt, mm or the like",
}
"""What is wrong where a command is left that only some arguments of are known."""
_NOTE: Final = lazy(f"[{NOTE_OPENS}{NOTE_CLOSES}]")
_POSITION: Final = lazy(r"(\d+): (.*)\Z", re.DOTALL)


class Formula(NamedTuple):
    """A piece of TeX, and whether it is displayed."""

    tex: str
    display: bool


class MathError(NamedTuple):
    """Why a formula could not be set, and the offset in its TeX where that shows."""

    offset: int
    message: str
    own: bool = True
    """Whether what stands there is as it was written, not a mend's."""


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
        if src[start].isspace() or (pos > 0 and joins(src[pos - 1])) or _is_no_opening(src, pos):
            return False
        at = bisect_left(state.closers, 2 * (start + 1))
        if at == len(state.closers) or state.closers[at] % 2 == 0:
            return False  # the next dollar is no end, and a formula holds no dollar
        end = state.closers[at] // 2
        if end >= maximum or _is_prose(src, start, end):
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


def _is_no_opening(src: str, pos: int) -> bool:
    r"""Tell whether a dollar begins no formula by what follows it: a shell's `${HOME}`, or the end of what it stands in.

    Groups begin formulas, as in `${n \choose k}$`; a name alone in braces, or with what shells and templates put
    behind it, is a variable. `$]0,1[$` is an interval.
    """
    after = src[pos + 1]
    if after == "{":
        return _VARIABLE.match(src, pos + 1) is not None
    if after in ")}":
        return True
    before = src[pos - 1] if pos else ""
    return (
        (after == "]" and before == "[")
        or (after in QUOTES and before in QUOTES and before != "")
        or (after in ",.;:!?" and not src[pos + 2 : pos + 3].strip())
    )


def _is_prose(src: str, start: int, end: int) -> bool:
    """Tell whether words stand between the dollars of a price or a shell's variable and those of another."""
    if LETTER.search(src, start, end) is not None and _TEX.search(src, start, end) is None:
        return _AMOUNT_BESIDE_CJK.match(src, start, end) is not None
    amount = _AMOUNT.match(src, start, end)
    return (
        amount is not None
        and _TEX.search(src, amount.end(), end) is None
        and _WORD.search(src, amount.end(), end) is not None
    )


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
    follows = src[after : after + 1]
    if follows == "{":
        return _VARIABLE.match(src, after) is None and _NAME.match(src, after) is None
    return follows == "" or (not joins(follows) and follows != "_") or _SUFFIX.match(src, after) is not None


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
            if not opening:  # what two dollars open may still end within a line
                state.env.setdefault("open_formulas", []).append((startLine, closing))
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


def is_doubtful(tex: str) -> bool:
    """Tell whether what stands between two dollars may well have been meant as text: nothing in it is TeX's."""
    return _COMMAND.search(tex) is None and ("^" not in tex and "_" not in tex)


class Converter:
    """TeX to MathML. Equations are numbered, and commands defined, through a page.

    `macros` are commands that every page knows, by their names without the backslash.
    """

    def __init__(self, macros: Mapping[str, str] | None = None) -> None:
        self._given = macros or {}
        self._macros, self._unusable = _sound(self._given)
        self._latex = self._made_for(())

    def convert(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        """Return each formula's MathML, or what is wrong with it, in the order of the page."""
        results = self._converted(formulas)
        return [drawn(found) if isinstance(found, str) else found for found in results]

    def _made_for(self, bodies: Sequence[str], **options: Any) -> LatexToMathML:
        """Return a converter in which neither the site's nor a page's commands can expand beyond what it survives."""
        deepest = max(
            (len(_DEEPENS.findall(body[:MAX_LENGTH])) for body in (*bodies, *self._macros.values())), default=0
        )
        return LatexToMathML(
            fancy_error=False,
            macros=self._macros,
            allow_unreliable_rendering=True,  # `drawing` gives wide accents the characters that fonts stretch
            max_expansions=min(1000, max(10, MAX_EXPANDED // max(1, deepest))),
            **options,
        )

    def _converted(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        if not any(_SHARED.search(formula.tex) for formula in formulas):
            return [self._set(self._latex.convert_with_local_state, formula)[0] for formula in formulas]
        bodies = [body for formula in formulas for body in _DEFINES.split(formula.tex)[1:]]
        page = self._made_for(bodies, id_prefix="eq-", global_group=True)
        defaults: Mapping[str, str] = {}
        found = []
        for formula in formulas:
            defaults = optional_arguments(formula.tex, defaults)
            found.append(self._set(page.convert_with_global_state, formula, defaults))
        results = [result for result, _ in found]
        if any("ref" in formula.tex for formula in formulas):
            _set_together(page, formulas, [tex for _, tex in found], results)
        return results

    def _set(
        self, convert: Callable[..., str], formula: Formula, defaults: Mapping[str, str] | None = None
    ) -> tuple[str | MathError, str]:
        """Return the MathML of a formula, or what is wrong with it, and the TeX that was tried last."""
        tex, display = formula
        wording = reworded(tex, display, defaults) if len(tex) <= MAX_LENGTH else Wording(tex)
        refusal = _forgery(tex) or _refusal(tex) or _refusal(wording.tex)
        if refusal is not None:
            return refusal, wording.tex
        try:
            return convert(wording.tex, displaystyle=display), wording.tex
        except LatexError as error:
            first = str(error)
        other = in_known_words(wording, display)
        if other.tex == wording.tex or _refusal(other.tex) is not None:
            return self._explained(first, wording), wording.tex
        try:
            return convert(other.tex, displaystyle=display), other.tex
        except LatexError as error:
            second = self._explained(str(error), other)
        return second if second.own else self._explained(first, wording), other.tex

    def _explained(self, said: str, wording: Wording) -> MathError:
        match = _POSITION.match(said)
        offset, words = (min(int(match[1]), len(wording.tex)), match[2]) if match else (0, said)
        words = _QUOTED.sub(lambda found: found[0].replace("\\\\", "\\"), words.strip().rstrip("."))
        words = words.replace('"\\tag[*]"', '"\\tag"')
        offset, own = wording.place(offset)
        unknown = _UNKNOWN.match(words)
        if unknown is not None and unknown[1] in _LACKING:
            words = _LACKING[unknown[1]]
        if unknown is not None and unknown[1] in self._unusable:
            body = self._given[unknown[1]]  # shown, since YAML cuts a value that is not quoted at ' #'
            body = body if len(body) <= 60 else body[:59] + "…"
            words = f"the macro '\\{unknown[1]}' of site.yaml, '{body}', is wrong: {self._unusable[unknown[1]]}"
        return MathError(offset, words[:1].lower() + words[1:], own)


def _sound(macros: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part the site's macros into those that can be set and those that cannot, with the reason."""
    unusable = {name: f"longer than {MAX_MACRO} characters" for name, body in macros.items() if len(body) > MAX_MACRO}
    unusable |= {name: forged.message for name, body in macros.items() if (forged := _forgery(body)) is not None}
    sound = {name: body for name, body in macros.items() if name not in unusable}
    while True:
        bad: dict[str, str] = {}
        try:
            latex = LatexToMathML(fancy_error=False, macros=sound, max_expansions=100)
        except LatexError as error:
            match = _IN_MACRO.match(str(error))
            if match is None:
                return {}, unusable | dict.fromkeys(sound, str(error))
            bad[list(sound)[int(match[1])]] = match[2]
        else:
            for name, body in sound.items():
                arguments = "{x}" * max((int(number) for number in _PARAMETER.findall(body)), default=0)
                try:
                    latex.convert_with_local_state(f"\\{name}{arguments}", displaystyle=True)
                except LatexError as error:
                    match = _POSITION.match(str(error))
                    bad[name] = match[2] if match else str(error)
        if not bad:
            return sound, unusable
        unusable |= {name: why[:1].lower() + why[1:].rstrip(".") for name, why in bad.items()}
        sound = {name: body for name, body in sound.items() if name not in bad}


def _set_together(
    page: LatexToMathML, formulas: Sequence[Formula], words: Sequence[str], results: list[str | MathError]
) -> None:
    r"""Set all formulas as one piece, so that `\eqref` finds an equation that comes later."""
    sound = [
        number
        for number, result in enumerate(results)
        if isinstance(result, str)
        or (
            "ref" in formulas[number].tex and (_forgery(formulas[number].tex) or _refusal(formulas[number].tex)) is None
        )
    ]
    pieces = [(words[number], formulas[number].display) for number in sound]
    try:
        whole = page.convert_all(pieces)
    except LatexError:
        return
    for number, html in zip(sound, whole, strict=True):
        results[number] = html


def _forgery(tex: str) -> MathError | None:
    """Refuse the characters in which the mends tell `drawing` what to make: who wrote them could make anything."""
    found = _NOTE.search(tex)
    return MathError(found.start(), "this character of the private use area has no meaning here") if found else None


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
