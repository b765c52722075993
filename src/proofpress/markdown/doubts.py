r"""What a formula says that its writer most likely does not mean: `x\_1`, `\\{0, 1\\}`, `50%`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from proofpress.markdown.wording import EQUATIONS, Edit, marks

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
    braces = r"\\}" in tex
    rowless = r"\substack" not in tex
    at = done = 0
    for mark in marks(tex):
        start, text = mark.start, mark.text
        if start < done:
            continue
        while at < len(words) and words[at][1] <= start:
            at += 1
        if text == r"\*":
            edit = Edit(start, start + 2, "*")
            found.append(
                Doubt(
                    start,
                    2,
                    text,
                    r"'\*' is no command of TeX and is set as a star",
                    "write '*': a formula needs no escapes",
                    edit,
                )
            )
        elif text == r"\_" and not (at < len(words) and words[at][0] < start):
            doubt = _underscore(tex, start)
            if doubt is not None:
                found.append(doubt)
        elif text == r"\\" and rowless and (not mark.environment or mark.environment in EQUATIONS):
            follows = tex[mark.end : mark.end + 1]
            if follows and follows in _ESCAPED and (follows not in "{}" or braces):
                edit = Edit(start, start + 1, "")
                done = start + 3
                said = rf"'\\{follows}' is the end of a line to TeX; it is set as '\{follows}'"
                found.append(Doubt(start, 3, r"\\{", said, rf"write '\{follows}': a formula needs no escapes", edit))
            elif not display:
                said = r"'\\' ends a line, which a formula among words does not have"
                found.append(
                    Doubt(
                        start,
                        2,
                        text,
                        said,
                        "take it out, or put the formula between two dollars each on lines of their own",
                    )
                )
        elif text == "%" and (tex[start - 1 : start].strip() if display else True):
            end = tex.find("\n", start)
            rest = tex[mark.end : end if end >= 0 else len(tex)].strip()
            if rest or not display:
                found.append(
                    Doubt(
                        start,
                        1,
                        text,
                        "'%' begins a comment in TeX, so the rest of this line is not shown",
                        r"write '\%' for a per cent sign",
                    )
                )
    return found


def _underscore(tex: str, start: int) -> Doubt | None:
    if _NAME_BEFORE.search(tex, max(0, start - 40), start) and not tex.startswith("{", start + 2):
        return None  # `max\_len` is a name
    message, edit = r"'\_' is an underscore to TeX, not a subscript", None
    if start and _MEANT_AS_SUBSCRIPT.match(tex, start):
        message, edit = r"'\_' is an underscore to TeX; it is set as a subscript", Edit(start, start + 2, "_")
    return Doubt(start, 2, r"\_", message, r"write '_' for a subscript, and a name in words as '\text{max\_len}'", edit)
