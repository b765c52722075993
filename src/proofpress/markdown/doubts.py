r"""What a formula says that its writer most likely does not mean: `x\_1`, `\\{0, 1\\}`, `50%`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from proofpress.markdown.wording import EQUATIONS, Edit, Mark, marks

_MEANT_AS_SUBSCRIPT: Final = re.compile(r"\\_(?=\s*(?:\{|[A-Za-z0-9](?![A-Za-z])|\\[A-Za-z]))")
_ESCAPED: Final = "{}|,;:!_#&%$"


class Doubt(NamedTuple):
    """TeX that most likely means something else to its writer than to TeX."""

    offset: int
    length: int
    kind: str
    message: str
    hint: str
    edit: Edit | None = None
    """What is set in its place."""


_WORDS_IN: Final = re.compile(
    r"\\(?:text[a-z]*|mathrm|mathtt|mathsf|mathit|mathbf|operatorname\*?|mbox|hbox|tag\*?|label|ref|eqref)\s*\{[^{}]*\}"
)
_NAME_BEFORE: Final = re.compile(r"(?<![A-Za-z\\])(?<!\\)[A-Za-z]{2,}\Z")


def doubts(tex: str, display: bool) -> list[Doubt]:
    r"""Return what a formula says that its writer most likely does not mean, in order of place.

    Markdown that knows no mathematics takes `_`, `*` and a backslash before punctuation for its own, so that its
    writers learn to write `\_`, `\*` and `\\{`. Here, as for Pandoc and GitHub, a formula is TeX to the letter.
    """
    if "\\_" not in tex and "\\*" not in tex and "\\\\" not in tex and "%" not in tex:
        return []
    words = [(found.start(), found.end()) for found in _WORDS_IN.finditer(tex)] if "\\_" in tex else []
    found: list[Doubt] = []
    # Of the whole text, once: in each mark it would be quadratic.
    rowless, braces = r"\substack" not in tex, r"\\}" in tex
    at = done = 0
    for mark in marks(tex):
        if mark.start < done:
            continue
        while at < len(words) and words[at][1] <= mark.start:
            at += 1
        doubt = None
        match mark.text:
            case r"\*":
                said = r"'\*' is no command of TeX and is set as a star"
                edit = Edit(mark.start, mark.start + 2, "*")
                doubt = Doubt(mark.start, 2, r"\*", said, "write '*': a formula needs no escapes", edit)
            case r"\_" if not (at < len(words) and words[at][0] < mark.start):
                doubt = _underscore(tex, mark.start)
            case r"\\" if rowless and (not mark.environment or mark.environment in EQUATIONS):
                doubt = _line_end(tex, mark, display, braces=braces)
                done = mark.start + 3 if doubt is not None and doubt.edit is not None else done
            case "%":
                doubt = _comment(tex, mark, display)
        if doubt is not None:
            found.append(doubt)
    return found


def _line_end(tex: str, mark: Mark, display: bool, *, braces: bool) -> Doubt | None:
    """Return what is doubtful of two backslashes: meant for one before a mark, or a line's end where there are no lines."""
    follows = tex[mark.end : mark.end + 1]
    if follows and follows in _ESCAPED and (follows not in "{}" or braces):
        said = rf"'\\{follows}' is the end of a line to TeX; it is set as '\{follows}'"
        mend = rf"write '\{follows}': a formula needs no escapes"
        return Doubt(mark.start, 3, r"\\{", said, mend, Edit(mark.start, mark.start + 1, ""))
    if display:
        return None
    said = r"'\\' ends a line, which a formula among words does not have"
    mend = "take it out, or put the formula between two dollars each on lines of their own"
    return Doubt(mark.start, 2, mark.text, said, mend)


def _comment(tex: str, mark: Mark, display: bool) -> Doubt | None:
    """Return what is doubtful of a per cent sign: in a displayed formula it may be a comment on a line of its own."""
    end = tex.find("\n", mark.start)
    rest = tex[mark.end : end if end >= 0 else len(tex)].strip()
    if display and not (rest and tex[mark.start - 1 : mark.start].strip()):
        return None
    said = "'%' begins a comment in TeX, so the rest of this line is not shown"
    return Doubt(mark.start, 1, mark.text, said, r"write '\%' for a per cent sign")


def _underscore(tex: str, start: int) -> Doubt | None:
    if _NAME_BEFORE.search(tex, max(0, start - 40), start) and not tex.startswith("{", start + 2):
        return None  # `max\_len` is a name
    message, edit = r"'\_' is an underscore to TeX, not a subscript", None
    if start and _MEANT_AS_SUBSCRIPT.match(tex, start):
        message, edit = r"'\_' is an underscore to TeX; it is set as a subscript", Edit(start, start + 2, "_")
    return Doubt(start, 2, r"\_", message, r"write '_' for a subscript, and a name in words as '\text{max\_len}'", edit)
