"""Which dollars are formulas.

A formula in a line follows Pandoc's rule, with GitHub's narrowing: the opening dollar has no blank after it and no
letter or digit before it, the closing one has no blank before it and no letter or digit after it. So `$5 and $6` and
`$HOME/$USER` are text. So are a shell's `${HOME}`, a dollar alone in brackets, and the words between `$5` and `6$`.
`$$…$$` on lines of its own is displayed; between words it is set in the line, as kramdown has it, whose blogs write all
their formulas so.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from proofpress.markdown.scripts import LETTER, joins
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

    from proofpress.markdown.links import InlineText

_DOLLARS: Final = lazy(r"\\.|\$+", re.DOTALL)
_ENVIRONMENT: Final = lazy(r"\\begin\{((?:equation|align|alignat|gather|multline|flalign|eqnarray|split)\*?)\}")
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
_COMMAND: Final = lazy(r"\\[A-Za-z]")


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
