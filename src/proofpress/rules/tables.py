"""What can be wrong with tables: text of theirs that no page would show, or would show as no table."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.problems import Edit
from proofpress.rules.rule import Fault, Rule, TextRule, once_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.rules.prose import Tag, Text
    from proofpress.rules.rule import Found


class _LostCells(Rule, frozen=True):
    def beyond(self, cells: int, columns: int) -> Fault:
        return self.says(
            f"this row has {cells} cells and its table {columns} columns, so this is not shown",
            "write '\\|' for a bar inside a cell, or add a column to the header",
        )


_ROW: Final = lazy(r"[ \t]*\|.*\|[ \t]*")
_DELIMITERS: Final = lazy(r"[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*")
_SOME_DELIMITERS: Final = lazy(r"\n[ \t]*\|[ \t]*:?-")
"""A line that may be such a row, below another."""
_BAR: Final = lazy(r"(?<!\\)\|")


class _Row(NamedTuple):
    line: int
    text: str

    @property
    def delimits(self) -> bool:
        """Whether it is the row of dashes."""
        return _DELIMITERS.fullmatch(self.text) is not None

    @property
    def cells(self) -> list[str]:
        return [cell.strip() for cell in _BAR.split(self.text.strip())[1:-1]]

    @property
    def place(self) -> Place:
        bare = self.text.rstrip()
        return Place(self.line, len(bare) - len(bare.lstrip()) + 1, len(bare.strip()))


class _Table(NamedTuple):
    """Rows that were meant as one table: a header, its row of dashes, and what follows, blank lines between or not."""

    rows: tuple[_Row, ...]

    @property
    def torn(self) -> _Row | None:
        """The row in front of which a blank line keeps the table from being one."""
        return next(
            (row for row, before in zip(self.rows[1:3], self.rows, strict=False) if row.line > before.line + 1), None
        )

    def joined(self, text: Text) -> Edit | None:
        """Return what makes one table of it, each row as wide as the widest; None where its rows are indented by turns."""
        indents = {row.text[: len(row.text) - len(row.text.lstrip())] for row in self.rows}
        if len(indents) > 1:
            return None
        (indent,) = indents
        width = max(len(row.cells) for row in self.rows)
        dashes = self.rows[1].cells + ["---"] * width
        body = [row.cells for row in self.rows[2:] if not row.delimits]
        header = self.rows[0].cells
        if body and all(len(cells) == len(header) + 1 for cells in body):
            header = ["", *header]  # the first cell of each row names it
        lines = [header, dashes[:width], *body]
        rows = [
            f"{indent}| {' | '.join([*cells, *[''] * (width - len(cells))])} |".replace("|  |", "| |")
            for cells in lines
        ]
        above = "\n" if text.line(self.rows[0].line - 1).strip() else ""
        return _lines(text, self.rows[0].line, self.rows[-1].line, above + "\n".join(rows))


def _lines(text: Text, first: int, last: int, new: str) -> Edit:
    """Return the edit that puts text in place of whole lines."""
    old = "\n".join(text.line(number) for number in range(first, last + 1))
    end = len(text.line(last)) + 1
    path = text.document.path
    return Edit(path=path, line=first, column=1, end_line=last, end_column=end, old=old, text=new, safe=True)


def tables(text: Text) -> Iterator[_Table]:
    """Give what was meant as tables, by lines that begin and end with a bar; listings hold none."""
    held = {number for block in text.blocks if block.kind == "listing" for number in range(block.first, block.last + 1)}
    first = text.document.first_line
    group: list[_Row] = []
    for number in range(first, first + text.source.count("\n") + 2):
        line = text.line(number)
        if number not in held and _ROW.fullmatch(line):
            group.append(_Row(number, line))
        elif line.strip() or number in held:
            yield from _parted(group)
            group = []
    yield from _parted(group)


def _parted(rows: Sequence[_Row]) -> Iterator[_Table]:
    """Part rows into tables: each begins where a row of dashes follows one of words, behind the end of the one before."""
    begins = [
        at
        for at in range(len(rows) - 1)
        if rows[at + 1].delimits and not rows[at].delimits and (at < 2 or rows[at].line > rows[at - 1].line + 1)
    ]
    for at, begin in enumerate(begins):
        end = begins[at + 1] if at + 1 < len(begins) else len(rows)
        yield _Table(tuple(_together(rows[begin:end])))


def _together(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Give the rows up to where a blank line ends a table that has rows already, and was whole before."""
    whole = len(rows) > 2 and rows[2].line == rows[0].line + 2
    for at, row in enumerate(rows):
        if at > 2 and whole and row.line > rows[at - 1].line + 1:
            return
        yield row


class _TornTable(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each table that blank lines tear apart, with what joins it."""
        places = torn_tables(text)
        if not places:
            return
        fault = self.says(
            "blank lines tear this table apart, so its rows are shown with their bars",
            "the rows of a table stand directly under each other: take the blank lines out",
        )
        edits = {row.line: table.joined(text) for table in tables(text) for row in table.rows}
        for place in places:
            edit = edits.get(place.line)
            yield (fault.mended(edit) if edit else fault), place


def torn_tables(text: Text) -> list[Place]:
    """Return where blank lines tear tables apart: once each.

    That is a paragraph of rows which begins with the row of dashes, or which follows a table that has no row yet.
    """
    if "--" not in text.source or "|" not in text.plain:  # what no table draws is text
        return []
    found = []
    headers = {block.last for block in text.blocks if block.kind == "table" and block.last == block.first + 1}
    for run in text.runs:
        if run.kind != "paragraph" or not run.written.startswith("|"):
            continue
        rows = [row.rstrip() for row in run.written.split("\n")]
        if not all(row[:1] == "|" and _ROW.fullmatch(row) for row in rows):
            continue
        place = run.written_place(0, len(rows[0]))
        above = place.line - 1
        while above not in headers and above >= text.document.first_line and not text.line(above).strip(" \t>"):
            above -= 1
        if _DELIMITERS.fullmatch(rows[0]) or (above in headers and rows[0].count("|") > 2):
            found.append(place)
    return found


def rows_told(text: Text) -> set[int]:
    """Return the lines of the tables of which a rule of this family tells that they are shown with their bars."""
    told = {place.line for place in torn_tables(text)}
    told |= {place.line for _, place in UNDRAWN_TABLE.check(text)}
    return {row.line for table in tables(text) for row in table.rows if told & {row.line for row in table.rows}} | told


class _UndrawnTable(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each table that stands directly below a line of a list, and is taken for more of it."""
        if "--" not in text.source or "|" not in text.plain or not _BELOW_AN_ITEM.search(text.source):
            return
        drawn = {block.first for block in text.blocks if block.kind == "table"}
        for table in tables(text):
            above = text.line(table.rows[0].line - 1)
            if table.torn is None and _ITEM.match(above) and table.rows[0].line not in drawn:
                edit = _lines(text, table.rows[0].line, table.rows[0].line, "\n" + table.rows[0].text)
                fault = self.says(
                    "this table stands directly below a line of a list and is taken for more of it, with its bars",
                    "put a blank line before it",
                )
                yield fault.mended(edit), table.rows[0].place


_ITEM: Final = lazy(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_BELOW_AN_ITEM: Final = lazy(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t][^\n]*\n[ \t]*\|", re.MULTILINE)


class _SecondDelimiter(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each row of dashes below the first of a table."""
        if "|" not in text.source or len(_SOME_DELIMITERS.findall(text.source)) < 2:
            return
        for table in tables(text):
            for row in table.rows[2:] if table.torn is None else ():
                if row.delimits:
                    fault = self.says(
                        "a second row of dashes is a row of the table, and its dashes are shown", "take it out"
                    )
                    yield fault.mended(_without_line(text, row.line)), row.place


def _without_line(text: Text, number: int) -> Edit:
    """Return the edit that takes a line out that is not the last."""
    old, path = text.line(number) + "\n", text.document.path
    if number - text.document.first_line >= text.source.count("\n"):
        return _lines(text, number, number, "")
    return Edit(path=path, line=number, column=1, end_line=number + 1, end_column=1, old=old, text="", safe=True)


class _NoHeader(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first table of which no cell says what its column or row holds; one that lays pictures out is let be."""
        places = list(_headerless(text))
        if not places:
            return ()
        fault = self.says(
            "this table has no header, so who hears it can't tell what its cells are",
            "name its columns in the first row: in Markdown above the dashes, in HTML as '<th>'",
        )
        return once_each((fault, place) for place in places)


def _headerless(text: Text) -> Iterator[Place]:
    """Give the places of the tables without a header, of Markdown and of raw HTML."""
    if "|" in text.source and _EMPTY_HEADER.search(text.source):
        for block in text.blocks:
            if block.kind == "table" and _EMPTY_ROW.fullmatch(text.line(block.first)):
                body = "\n".join(text.line(number) for number in range(block.first + 2, block.last + 1))
                if _WORD.search(_PICTURE.sub("", body)):
                    row = text.line(block.first)
                    lead = len(row) - len(row.lstrip(" \t>"))
                    yield Place(block.first, lead + 1, len(row[lead:].rstrip()))
    if "<table" in text.source or "<TABLE" in text.source:
        yield from _headless(text.tags)


_EMPTY_HEADER: Final = lazy(r"^[ \t>]*\|[ \t|]*\n[ \t>]*\|?[ \t]*:?-", re.MULTILINE)
_EMPTY_ROW: Final = lazy(r"[ \t>]*\|[ \t|]*")
_PICTURE: Final = lazy(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])|<[^>\n]*>")
_WORD: Final = lazy(r"\w{2}")
_LAID_OUT: Final = frozenset({"img", "picture", "svg", "iframe", "video", "pre", "table", "input", "form"})
"""What a table is made of that only puts things beside each other."""
_NO_TABLE: Final = lazy(r"\brole\s*=\s*[\"']?(?:presentation|none)\b|\baria-hidden\s*=\s*[\"']?true", re.IGNORECASE)


def _headless(tags: Sequence[Tag]) -> Iterator[Place]:
    """Give the places of the tables in raw HTML that have rows and columns, and no cell of a header."""
    opened: list[tuple[Tag, Counter[str]]] = []
    for tag in tags:
        if tag.name == "table" and tag.closing and opened:
            table, held = opened.pop()
            several = held["tr"] > 1 and held["td"] > held["tr"]
            if several and not held["th"] and _LAID_OUT.isdisjoint(held) and not _NO_TABLE.search(table.attributes):
                yield table.place
        elif not tag.closing:
            for _, held in opened:
                held[tag.name] += 1
            if tag.name == "table":
                opened.append((tag, Counter()))


LOST_CELLS: Final = _LostCells("lost-cells", "warning", "text", precision=(5, 5))
TORN_TABLE: Final = _TornTable("torn-table", "warning", "text")
UNDRAWN_TABLE: Final = _UndrawnTable("undrawn-table", "warning", "text")
SECOND_DELIMITER: Final = _SecondDelimiter("second-delimiter", "warning", "text", checked=True)
NO_HEADER: Final = _NoHeader("no-header", "warning", "text", checked=True, precision=(5, 5))
