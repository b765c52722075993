"""Cells that a table can't show: GitHub's tables drop what a row has beyond the header's columns (GFM 0.29, 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKS: Final = lazy(r"(?:[\s>]|[-*+]\s|\d+[.)]\s)*")
"""What may stand before a row: indentation, and the marks of quotes and lists."""

_BAR: Final = lazy(r"(?<!\\)\|")


class Lost(NamedTuple):
    """The cells of a row that are not shown. `row` counts from the table's header, `column` from 0 in the line."""

    row: int
    column: int
    length: int
    cells: int
    columns: int


def lost_cells(lines: Sequence[str]) -> Iterator[Lost]:
    """Give the rows of a table, from its lines of source, that have more cells than the header has columns."""
    columns = len(cells_of(lines[0])) if lines else 0
    for row, line in enumerate(lines):
        cells = cells_of(line)
        if row > 1 and len(cells) > columns:
            start, end = cells[columns][0], cells[-1][1]
            text = line[start:end]
            if text.strip():
                yield Lost(row, end - len(text.lstrip()), len(text.strip()), len(cells), columns)


def cells_of(line: str) -> list[tuple[int, int]]:
    """Return where each cell of a row begins and ends; the bars at the row's edges hold none."""
    begin = _MARKS.match(line)
    start, end = begin.end() if begin else 0, len(line.rstrip())
    bars = [found.start() for found in _BAR.finditer(line, start, end)]
    starts = [start, *(bar + 1 for bar in bars)]
    ends = [*bars, end]
    cells = list(zip(starts, ends, strict=True))
    if bars and bars[0] == start:
        cells = cells[1:]
    if len(cells) > 1 and bars and bars[-1] == end - 1:
        cells = cells[:-1]
    return cells
