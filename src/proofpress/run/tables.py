"""An HTML table, as pandas and others show one, read as cells of plain text. None of its markup goes further."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from proofpress.recorded.values import Table

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 100
_SILENT: Final = frozenset({"style", "script", "template", "title"})


def table_in(html: str) -> Table | None:
    """Return the first table of some HTML; None where there is none, or more than a page could show."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    rows = [*reader.head, *reader.body]
    if not rows or len(rows) > MOST_ROWS or reader.spilt:
        return None
    width = max(len(row) for row in rows)
    if not width:
        return None
    head, body = reader.head, reader.body
    if not head and reader.first_is_head:
        head, body = body[:1], body[1:]
    return Table(_header(head, width), tuple(_filled(row, width) for row in body))


def _header(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """Return one row for all rows of a head: what stands above each other in one cell, each word once."""
    filled = [_filled(row, width) for row in rows]
    columns = (dict.fromkeys(row[at] for row in filled if row[at]) for at in range(width))
    return tuple(" / ".join(column) for column in columns)


def _filled(row: list[str], width: int) -> tuple[str, ...]:
    return (*row, *[""] * (width - len(row)))


class _Reader(HTMLParser):
    """Reads the cells of the first table; a cell that spans others stands in the first place alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.head: list[list[str]] = []
        self.body: list[list[str]] = []
        self.first_is_head = False
        self.spilt = False
        """Whether it is wider than a page could show."""
        self._depth = 0
        self._done = False
        self._in_head = False
        self._silent = ""
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._below: dict[int, int] = {}
        """Columns that a cell of a row above reaches into, and into how many rows more."""
        self._spans = (1, 1)
        self._heads = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
        if self._done or self._depth != 1:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._end_row()
            self._row, self._heads = [], True
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._reach()
            self._cell = []
            self._heads = self._heads and tag == "th"
            given = dict(attrs)
            self._spans = (_count(given.get("rowspan")), _count(given.get("colspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        if tag == "table" and self._depth:
            self._depth -= 1
            if not self._depth:
                self._end_row()
                self._done = True
        if self._done or self._depth != 1:
            return
        if tag == "thead":
            self._end_row()
            self._in_head = False
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent and not self._done:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_row()

    def _reach(self) -> None:
        """Leave places free into which cells above reach."""
        row = self._row
        while row is not None and self._below.get(len(row), 0) > 0 and len(row) < MOST_COLUMNS:
            self._below[len(row)] -= 1
            row.append("")

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        rows, columns = self._spans
        at = len(self._row)
        self._row += [" ".join("".join(self._cell).split()), *[""] * (columns - 1)]
        self.spilt = self.spilt or len(self._row) > MOST_COLUMNS
        if rows > 1:
            self._below.update(dict.fromkeys(range(at, at + columns), rows - 1))
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._reach()
            if not self.head and not self.body:
                self.first_is_head = self._heads
            (self.head if self._in_head else self.body).append(self._row)
        self._row = None


def _count(written: str | None) -> int:
    return min(MOST_COLUMNS, max(1, int(written))) if written and written.isdecimal() and len(written) < 5 else 1
