"""HTML of tables, as pandas and others show them, read as cells of plain text. None of its markup goes further.

Styles, scripts and buttons in it are for a notebook's own window, and are not read.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final, NamedTuple

MOST_CELLS: Final = 20_000
"""Of a table; what is larger is data, and no reader's."""
_UNSEEN: Final = frozenset({"style", "script", "svg", "button", "template", "title", "noscript"})
_BESIDE: Final = frozenset({"p", "small"})
"""What holds words about a table: how many rows it has, as pandas and Polars tell."""
_SPAN: Final = re.compile(r"\d{1,3}")


class Grid(NamedTuple):
    """A table: rows of one length, what spans several standing in the first of them."""

    head: list[list[str]]
    body: list[list[str]]


class Tables(NamedTuple):
    """What some HTML holds that is nothing but tables, and words in paragraphs."""

    grids: list[Grid]
    beside: list[str]
    """The words."""


class _Spot(NamedTuple):
    text: str
    across: int
    down: int


class _Reader(HTMLParser):
    """Takes the rows of tables out of HTML, and the words that stand beside them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[list[_Spot]], int]] = []
        """Each: its rows, and how many of them are its header."""
        self.beside: list[str] = []
        self.rest = False
        """Whether there is more than tables and words in paragraphs."""
        self._rows: list[list[_Spot]] | None = None
        self._headers = 0
        self._in_head = False
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._only_th = True
        self._hidden: list[str] = []
        self._paragraph: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell."""
        if self._hidden or tag in _UNSEEN:
            self._hidden.append(tag)
        elif tag == "table":
            self.rest = self.rest or self._rows is not None
            self._rows, self._headers, self._in_head = [], 0, False
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr" and self._rows is not None:
            self._close_row()
            self._rows.append([])
            self._only_th = True
        elif tag in ("td", "th") and self._rows:
            self._close_cell()
            given = dict(attrs)
            self._span = (_span(given.get("colspan")), _span(given.get("rowspan")))
            self._cell = []
            self._only_th = self._only_th and tag == "th"
        elif tag in _BESIDE and self._cell is None:
            self._paragraph = []
        elif tag in ("img", "video", "audio", "iframe", "canvas", "object", "embed", "input", "form", "figure"):
            self.rest = True
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End one."""
        if self._hidden:
            if tag in self._hidden:
                while self._hidden and self._hidden.pop() != tag:
                    pass
        elif tag in ("td", "th"):
            self._close_cell()
        elif tag == "thead":
            self._close_row()
            self._in_head = False
        elif tag == "tr":
            self._close_row()
        elif tag == "table" and self._rows is not None:
            self._close_row()
            self.tables.append((self._rows, self._headers))
            self._rows = None
        elif tag in _BESIDE and self._paragraph is not None:
            if words := " ".join("".join(self._paragraph).split()):
                self.beside.append(words)
            self._paragraph = None

    def handle_data(self, data: str) -> None:
        """Take words."""
        if self._hidden:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif self._paragraph is not None:
            self._paragraph.append(data)
        elif data.strip():
            self.rest = True

    def _close_cell(self) -> None:
        if self._cell is not None and self._rows:
            self._rows[-1].append(_Spot(" ".join("".join(self._cell).split()), *self._span))
        self._cell = None

    def _close_row(self) -> None:
        self._close_cell()
        if (
            self._rows
            and self._rows[-1]
            and (self._in_head or (self._only_th and self._headers == len(self._rows) - 1))
        ):
            self._headers = len(self._rows)


def read_tables(html: str) -> Tables | None:
    """Return the tables of some HTML; None where there is none, where one is too large, or where it says more."""
    if "<table" not in html.lower():
        return None
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        return None
    if reader.rest or not reader.tables:
        return None
    grids = []
    for rows, headers in reader.tables:
        grid = _grid(rows)
        if grid is None:
            return None
        grids.append(Grid(grid[:headers], grid[headers:]))
    return Tables(grids, reader.beside)


def _span(written: str | None) -> int:
    return max(1, min(int(written), 200)) if written and _SPAN.fullmatch(written.strip()) else 1


def _grid(rows: list[list[_Spot]]) -> list[list[str]] | None:
    """Return rows of one length, what spans several standing in the first of them; None for what is too large or empty."""
    filled: list[dict[int, str]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        for spot in row:
            while column in filled[number]:
                column += 1
            for down in range(min(spot.down, len(rows) - number)):
                for across in range(spot.across):
                    filled[number + down][column + across] = spot.text if not (down or across) else ""
            column += spot.across
    width = max((max(row, default=-1) + 1 for row in filled), default=0)
    if not width or width * len(filled) > MOST_CELLS:
        return None
    return [[row.get(column, "") for column in range(width)] for row in filled if row]
