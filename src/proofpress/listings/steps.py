"""Listings that build one file on: what a step makes of the file before it, and which of its lines are new.

The first step is the file's beginning, or all of it. Each later one is the whole file as it is by then, a diff, or a part
whose place is named: behind a line or a block, in place of one, or at the end. Pure: a file is its lines, and each line
knows which listing wrote it, and where in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from proofpress.listings.fences import is_diff
from proofpress.listings.marks import headers, show

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from proofpress.listings.fences import Info, Step

_GOES_ON: Final = re.compile(r"[)\]}]|(?:end|else|elif|elsif|except|finally|catch|rescue|ensure|then|fi|done|esac)\b")
"""What stands at the indent of a block's first line and belongs to the block."""
_ABOVE: Final = ("@", "#[")
"""What stands above a definition and belongs to it: decorators and attributes."""
_REGION: Final = re.compile(r"region[ \t]+(\S.*)")
_REGION_ENDS: Final = re.compile(r"\W*#?endregion\b.*")
_MOST_COMPARED: Final = 250_000
"""Pairs of lines up to which two versions are laid side by side; beyond, a line is new that was nowhere before."""
_MOST_BLANK: Final = 2
_NEAR: Final = 0.5
"""How alike a line has to be, to be shown as the nearest."""


class Line(NamedTuple):
    """A line of a file, and the listing that wrote it."""

    text: str
    listing: int
    """The number of the step's listing among those of its text, from 0."""
    at: int
    """Where in that listing's code it begins; before it, where the line was indented for its place."""


class Row(NamedTuple):
    """A line of a step's listing."""

    number: int
    """As it is shown, from 1."""
    mark: Literal[" ", "+", "-", "@"]
    """What a diff says of it: that it stays, is added, is taken out, or is none of the file's."""
    line: Line


class Applied(NamedTuple):
    """A file after a step."""

    lines: tuple[Line, ...]
    new: frozenset[int] = frozenset()
    """The numbers of the listing's lines that the file did not have; none where all are new, or a diff says it itself."""
    begins_anew: bool = False
    """Whether no line of the file before is left, as if a part had been taken for the whole."""


class Misfit(NamedTuple):
    """Why a step can't be applied, and where that stands: an offset in its info string, or in its code."""

    why: Literal["first", "no line", "lines", "no end", "no lines", "many", "no context", "no change"]
    in_info: bool
    at: int
    length: int
    words: str = ""
    """What was looked for."""
    near: tuple[Line, ...] = ()
    """The lines that may be meant."""


def rows_of(info: Info, code: str, notes: Container[int], listing: int) -> tuple[Row, ...]:
    """Return the lines of a step's listing as they are shown; those that are deleted are none of the file's."""
    diff = is_diff(info)
    shown = show(info._replace(over="text") if diff and not info.over else info, code, notes)
    deleted = shown.lines.get("deleted", set())
    inserted = shown.lines.get("inserted", set()) if diff else set()
    written = code.split("\n")
    beside = headers(written) if diff else ()
    starts = [0]
    for line in written:
        starts.append(starts[-1] + len(line) + 1)
    rows = []
    for number, text in enumerate(shown.code.removesuffix("\n").split("\n"), 1):
        row = shown.rows[number - 1] if shown.rows else number - 1
        at = starts[row] + (not written[row].startswith(text))  # behind the mark of a diff
        mark: Literal[" ", "+", "-", "@"] = "+" if number in inserted else "-" if number in deleted else " "
        if diff and beside[row]:
            mark = "@"
        rows.append(Row(number, mark, Line(text, listing, at)))
    return tuple(rows)


def apply(step: Step, rows: Sequence[Row], before: tuple[Line, ...] | None, *, diff: bool) -> Applied | Misfit:
    """Return a file after a step, from what it was before; None before the first."""
    if before is None:
        if diff or step.how != "whole":
            return Misfit("first", True, step.at, step.length)
        return Applied(_part(rows))
    if diff:
        return _patched(rows, before)
    part = _part(rows)
    if step.how == "whole":
        new = _new(before, part)
        is_new = bool(before) and all(line.text.strip() == "" or at in new for at, line in enumerate(part))
        return Applied(part, _numbers(rows, new), begins_anew=is_new)
    if step.how == "append":
        return Applied(_inserted(before, part, len(before), several=_ends_block(before)))
    found = _named(before, step.words)
    if len(found) != 1:
        near = tuple(before[at] for at in found) or _nearest(before, step.words)
        return Misfit("lines" if found else "no line", True, step.at, step.length, step.words, near)
    region = _REGION.fullmatch(step.words) is not None
    span = _region(before, found[0]) if region else _block(before, found[0])
    if span is None:
        return Misfit("no end", True, step.at, step.length, step.words, (before[found[0]],))
    begin, end = span
    part = _indented(part, before[found[0]].text)
    if step.how == "after":
        return Applied(_inserted(before, part, end, several=end - begin > 1))
    if region:
        begin, end = begin + 1, end - 1
    new = _new(before[begin:end], part)
    return Applied((*before[:begin], *part, *before[end:]), _numbers(rows, new))


def _part(rows: Sequence[Row]) -> tuple[Line, ...]:
    """Return the lines that a listing gives the file, without blank ones at the end."""
    lines = [row.line for row in rows if row.mark != "-"]
    while lines and not lines[-1].text.strip():
        lines.pop()
    return tuple(lines)


def _numbers(rows: Sequence[Row], new: set[int]) -> frozenset[int]:
    """Return the numbers of the rows of those lines of a part that are new; none where that says nothing."""
    kept = [row for row in rows if row.mark != "-"]
    old = any(kept[at].line.text.strip() for at in range(len(kept)) if at not in new)
    return frozenset(kept[at].number for at in new if kept[at].line.text.strip()) if old else frozenset()


def _new(before: Sequence[Line], after: Sequence[Line]) -> set[int]:
    """Return which lines of the later version are new, from 0."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - most texts have no steps

    one, other = [line.text.rstrip() for line in before], [line.text.rstrip() for line in after]
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    one, other = one[head : len(one) - tail], other[head : len(other) - tail]
    if len(one) * len(other) > _MOST_COMPARED:
        had = set(one)
        return {head + at for at, text in enumerate(other) if text not in had}
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return {head + at for kind, _, _, begin, end in steps if kind in {"replace", "insert"} for at in range(begin, end)}


# ---------------------------------------------------------------- where a part goes


def _named(lines: Sequence[Line], words: str) -> list[int]:
    """Return the lines that begin with some words, and those alone of a region where it is called one."""
    if region := _REGION.fullmatch(words):
        begins = re.compile(rf"\W*#?region[ \t]+{re.escape(region[1].strip())}\W*")
        return [at for at, line in enumerate(lines) if begins.fullmatch(line.text)]
    wanted = " ".join(words.split())
    ends_word = re.compile(re.escape(wanted) + (r"(?!\w)" if re.match(r"\w", wanted[-1:]) else ""))
    return [at for at, line in enumerate(lines) if ends_word.match(" ".join(line.text.split()))]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _block(lines: Sequence[Line], at: int) -> tuple[int, int]:
    """Return where the block begins and ends that a line opens, by its indent; it alone where it opens none."""
    indent = _indent(lines[at].text)
    begin, end = at, at + 1
    while begin and _is_above(lines[begin - 1].text, indent):
        begin -= 1
    while end < len(lines) and _is_above(lines[end - 1].text, indent):
        end += 1
    if end < len(lines) and lines[end].text.lstrip().startswith("{") and _indent(lines[end].text) == indent:
        end += 1
    for place in range(end, len(lines)):
        text = lines[place].text
        if not text.strip():
            continue
        if not (_indent(text) > indent or (_indent(text) == indent and _GOES_ON.match(text, indent))):
            break
        end = place + 1
    return begin, end


def _is_above(text: str, indent: int) -> bool:
    return _indent(text) == indent and text.lstrip().startswith(_ABOVE)


def _region(lines: Sequence[Line], at: int) -> tuple[int, int] | None:
    """Return where a region begins and ends, with its two comments; None where it has no end."""
    end = next((place for place in range(at + 1, len(lines)) if _REGION_ENDS.fullmatch(lines[place].text)), None)
    return None if end is None else (at, end + 1)


def _indented(part: Sequence[Line], place: str) -> tuple[Line, ...]:
    """Return a part that is written from the margin with the indent of its place."""
    indent = place[: _indent(place)]
    if not indent or not any(_indent(line.text) == 0 and line.text.strip() for line in part):
        return tuple(part)
    return tuple(
        Line(indent + line.text, line.listing, line.at - len(indent)) if line.text.strip() else line for line in part
    )


def _inserted(lines: Sequence[Line], part: tuple[Line, ...], at: int, *, several: bool) -> tuple[Line, ...]:
    """Return a file with a part behind a block that ends there, apart from its neighbours as others in the file are."""
    if not part:
        return tuple(lines)
    while at and not lines[at - 1].text.strip():
        at -= 1
    rest = list(lines[at:])
    blank = 0
    while blank < len(rest) and not rest[blank].text.strip():
        blank += 1
    first = next((line for line in part if line.text.strip()), part[0])
    indent = _indent(first.text)
    gap = _gap(lines, indent) if several or _opens_block(part) else 0
    before = gap if part[0].text.strip() and at else 0
    following = rest[blank:]
    after = max(0, gap - blank) if following and _indent(following[0].text) == indent else 0
    empty = Line("", first.listing, first.at)
    return (*lines[:at], *[empty] * before, *part, *[empty] * after, *rest)


def _gap(lines: Sequence[Line], indent: int) -> int:
    """Return how many blank lines set blocks of an indent apart: the most that do, and at the margin at least one."""
    most = run = 0
    for line in lines:
        if not line.text.strip():
            run += 1
            continue
        if _indent(line.text) == indent:
            most = max(most, run)
        run = 0
    return min(_MOST_BLANK, most) or int(indent == 0)


def _ends_block(lines: Sequence[Line]) -> bool:
    """Tell whether a file ends with a block of several lines."""
    last = next((line.text for line in reversed(lines) if line.text.strip()), "")
    return _indent(last) > 0 or _GOES_ON.match(last) is not None


def _opens_block(part: Sequence[Line]) -> bool:
    """Tell whether a part begins with a block of several lines."""
    written = [line.text for line in part if line.text.strip()][:2]
    return len(written) > 1 and (_indent(written[1]) > _indent(written[0]) or written[0].lstrip().startswith(_ABOVE))


def _nearest(lines: Sequence[Line], words: str) -> tuple[Line, ...]:
    """Return the line that is most like some words; none where none is."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - for faults alone

    wanted = " ".join(words.split())
    best, found = _NEAR, None
    judge = SequenceMatcher(None, b=wanted)
    for line in lines[:5000]:
        text = " ".join(line.text.split())[: len(wanted) + 10]
        judge.set_seq1(text)
        if text and judge.quick_ratio() > best and (alike := judge.ratio()) > best:
            best, found = alike, line
    return () if found is None else (found,)


# ---------------------------------------------------------------- diffs


def _patched(rows: Sequence[Row], before: tuple[Line, ...]) -> Applied | Misfit:
    """Return a file after a diff: each hunk in its turn, where its lines are found exactly once."""
    changes = next((row for row in rows if row.mark in "+-"), None)
    if changes is None:
        return Misfit("no change", False, rows[0].line.at, len(rows[0].line.text))
    lines = before
    for hunk in _hunks(rows):
        old = [row for row in hunk if row.mark != "+"]
        first = hunk[0].line
        if not any(row.line.text.strip() for row in old):
            return Misfit("no context", False, first.at, len(first.text))
        found = _where([row.line.text for row in old], lines)
        if len(found) != 1:
            if not found:
                return _unfound(old, lines)
            near = tuple(lines[at] for at in found)
            return Misfit("many", False, old[0].line.at, len(old[0].line.text), old[0].line.text.strip(), near)
        at = found[0]
        made: list[Line] = []
        for row in hunk:
            if row.mark == "+":
                made.append(row.line)
                continue
            if row.mark == " ":
                made.append(lines[at])
            at += 1
        lines = (*lines[: found[0]], *made, *lines[at:])
    return Applied(lines)


def _hunks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Give the lines of each hunk; blank ones at its ends, which a fence may have, are none of it."""
    hunk: list[Row] = []
    for row in (*rows, None):
        if row is not None and row.mark != "@":
            hunk.append(row)
            continue
        while hunk and hunk[-1].mark == " " and not hunk[-1].line.text.strip():
            hunk.pop()
        while hunk and hunk[0].mark == " " and not hunk[0].line.text.strip():
            hunk.pop(0)
        if hunk:
            yield hunk
        hunk = []


def _where(wanted: Sequence[str], lines: Sequence[Line]) -> list[int]:
    """Return where lines follow each other in a file, blanks at their ends aside."""
    text = "\n" + "".join(f"{line.text.rstrip()}\n" for line in lines)
    sought = "\n" + "".join(f"{line.rstrip()}\n" for line in wanted)
    found: list[int] = []
    at = text.find(sought)
    while at >= 0 and len(found) < 100:
        found.append(text.count("\n", 0, at))
        at = text.find(sought, at + 1)
    return found


def _unfound(old: Sequence[Row], lines: Sequence[Line]) -> Misfit:
    """Tell of lines that a file has not: the first that differs where most of the others fit, and what stands there."""
    fits: dict[int, int] = {}
    if len(old) * len(lines) <= _MOST_COMPARED:
        texts = [line.text.rstrip() for line in lines]
        for offset, row in enumerate(old):
            wanted = row.line.text.rstrip()
            for at, text in enumerate(texts):
                if text == wanted and text:
                    fits[at - offset] = fits.get(at - offset, 0) + 1
    differs = old[0]
    near: tuple[Line, ...] = ()
    if fits:
        begin = min(fits, key=lambda at: (-fits[at], at))
        for offset, row in enumerate(old):
            place = begin + offset
            here = lines[place] if 0 <= place < len(lines) else None
            if here is None or here.text.rstrip() != row.line.text.rstrip():
                differs, near = row, () if here is None else (here,)
                break
    else:
        near = _nearest(lines, old[0].line.text)
    return Misfit("no lines", False, differs.line.at, len(differs.line.text), differs.line.text.strip(), near)
