"""From a place in a notebook's transcript back to its file: the line where an editor finds it, and the cell that people see."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.notebooks.json_places import offset_in
from proofpress.content.notebooks.transcript import Transcript, transcript_of
from proofpress.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.problems import Problem

_FOR_OUTPUTS: Final = {"no-alternative": "begin the cell with the line '#| fig-alt: …', which says what it shows"}
"""What to do, by rules, about what a cell gave, which nobody writes by hand."""


def placed(problems: Sequence[Problem], data: bytes) -> list[Problem]:
    """Return the problems of one notebook at their lines in its file, each with its cell and the line of that.

    Its excerpt is the cell's own text. No edit stays: what mends a line of Markdown does not mend one of JSON.
    """
    transcript = transcript_of(data, problems[0].path, Findings(problems[0].path))
    lines = transcript.text.split("\n")
    ends = _line_starts(transcript.source)
    return [_placed(one, transcript, lines, ends) for one in problems]


def _placed(found: Problem, transcript: Transcript, lines: Sequence[str], starts: Sequence[int]) -> Problem:
    if not found.line:
        return msgspec.structs.replace(found, edits=())
    if not transcript.origins:
        begin = starts[found.line - 1] if found.line <= len(starts) else len(transcript.source)
        end = transcript.source.find("\n", begin)
        line = transcript.source[begin : end if end >= 0 else len(transcript.source)].rstrip("\r")
        return msgspec.structs.replace(found, excerpt=line, edits=())
    at = min(found.line, len(transcript.origins)) - 1
    origin = transcript.origins[at]
    begin, end = origin.at, origin.at + 1
    if origin.line:
        begin = offset_in(transcript.source, origin.at, origin.before + found.column - 1)
        end = max(begin + 1, offset_in(transcript.source, origin.at, origin.before + found.column - 1 + found.length))
    number = bisect_right(starts, begin)
    column = begin - starts[number - 1] + 1
    inside = f"cell {origin.cell}"
    if origin.line:
        inside += f", line {origin.line}"
    elif origin.output:
        inside += f", output {origin.output}"
    return msgspec.structs.replace(
        found,
        line=number,
        column=column,
        length=end - begin,
        excerpt=lines[at] if origin.own is None else origin.own,
        excerpt_column=found.column,
        excerpt_length=found.length,
        inside=inside,
        edits=(),
        hint=_FOR_OUTPUTS.get(found.rule, found.hint) if origin.output else found.hint,
    )


def _line_starts(text: str) -> list[int]:
    """Return the offset of each line."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
