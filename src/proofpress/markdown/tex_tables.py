r"""Tables of TeX that math-core lacks: lines below some of the columns, tables of words, and words between equations.

Each is written as a table that math-core knows, cell by cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from proofpress.markdown.tex_boxes import noted
from proofpress.markdown.wording import Edit, Mark, marks
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLINE: Final = lazy(r"\\cline\s*\{\s*(\d{1,2})\s*-\s*(\d{1,2})\s*\}")
_RULES: Final = lazy(r"\s*(?:\\h(?:dash)?line(?![A-Za-z])\s*|\\cline\s*\{[^{}]*\}\s*)*")
_BEGINS: Final = lazy(
    r"\\begin\s*\{(tabular\*?|cases\*|rcases\*|dcases\*)\}\s*(?:\[[tbc]\])?\s*(?:\{[^{}]*\}(?=\s*\{))?"
)
_COLUMNS: Final = lazy(r"\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_INTERTEXT: Final = lazy(r"\\(?:short)?intertext\s*\{((?:[^{}]|\{[^{}]*\})*+)\}\s*")
_ROW_BEGINS: Final = lazy(r"(?:\\\\\s*(?:\[[^\]]*\])?|\\begin\s*\{(?:align|gather|flalign|aligned|gathered)\*?\})\s*\Z")
_DOLLAR: Final = lazy(r"(?<!\\)\$")


class Table(msgspec.Struct):
    """A table as far as it is read: the cells of each row, by where they begin and end."""

    name: str
    begin: Mark
    inner: int
    """Where its first row begins."""
    level: int
    """How many braces are open around its rows."""
    rows: list[list[tuple[int, int]]]
    at: int
    """Where the open cell begins."""
    end: Mark | None = None


class _Line(NamedTuple):
    """Columns with a line, and where that is written."""

    first: int
    last: int
    start: int
    end: int


def tables(tex: str) -> Iterator[Table]:
    """Give every table of a formula that ends, the inner ones first."""
    opened: list[Table] = []
    level = 0
    for mark in marks(tex):
        if mark.text == "{":
            level += 1
        elif mark.text == "}":
            level -= 1
        elif mark.text.startswith(r"\begin") and "{" in mark.text:
            name = mark.text[mark.text.index("{") + 1 : -1]
            given = _COLUMNS.match(tex, mark.end) if name.startswith(("array", "tabular")) else None
            begins = _BEGINS.match(tex, mark.start) if name.startswith("tabular") else None
            if begins is not None:
                given = _COLUMNS.match(tex, begins.end())
            inner = given.end() if given else mark.end
            opened.append(Table(name, mark, inner, level, [[]], inner))
        elif opened and level == opened[-1].level and mark.text in {"&", r"\\"}:
            table = opened[-1]
            table.rows[-1].append((table.at, mark.start))
            table.at = mark.end
            if mark.text != "&":
                table.rows.append([])
        elif opened and mark.text.startswith(r"\end") and "{" in mark.text:
            table = opened.pop()
            table.rows[-1].append((table.at, mark.start))
            table.end = mark
            yield table


def part_lines(tex: str) -> list[Edit]:
    r"""Draw `\cline{1-2}` at the cells below it, or above it where it is the table's last line."""
    if r"\cline" not in tex:
        return []
    edits: list[Edit] = []
    for table in tables(tex):
        for number, row in enumerate(table.rows):
            begin = row[0][0]
            rules = _RULES.match(tex, begin)
            assert rules is not None, "it matches nothing, too"
            lines = [
                _Line(int(one[1]), int(one[2]), one.start(), one.end())
                for one in _CLINE.finditer(tex, begin, rules.end())
            ]
            last = number == len(table.rows) - 1 and not tex[rules.end() : row[-1][1]].strip() and number > 0
            cells, word = (table.rows[number - 1], "under") if last else (row, "over")
            if last and lines:
                edits.append(Edit(cells[-1][1], begin, " "))  # the end of the row, which would open an empty one
            for line in lines:
                edits.append(Edit(line.start, line.end, ""))
                for cell in cells[line.first - 1 : line.last]:
                    at = rules.end() if cell[0] == begin else _behind_rules(tex, cell[0])
                    edits.append(Edit(at, at, noted(word)))
    return edits


def _behind_rules(tex: str, at: int) -> int:
    found = _RULES.match(tex, at)
    return found.end() if found else at


def worded_tables(tex: str) -> list[Edit]:
    r"""Write `tabular`, whose cells are words, and `cases*`, whose conditions are, as tables of formulas."""
    edits: list[Edit] = []
    for table in tables(tex) if _BEGINS.search(tex) else ():
        name, end = table.name.rstrip("*"), table.end
        if _BEGINS.match(tex, table.begin.start) is None or end is None:
            continue
        is_tabular = name == "tabular"
        columns = tex[table.begin.start : table.inner]
        given = columns[columns.rindex("{") :] if is_tabular and columns.endswith("}") else ""
        edits.append(Edit(table.begin.start, table.inner, rf"\begin{{{'array' if is_tabular else name}}}{given}"))
        for row in table.rows:
            for cell in row if is_tabular else row[1:2]:
                start = _behind_rules(tex, cell[0])
                words = tex[start : cell[1]].rstrip()
                if words:
                    edits += [Edit(start, start, r"\text{"), Edit(start + len(words), start + len(words), "}")]
        edits.append(Edit(end.start, end.end, rf"\end{{{'array' if is_tabular else name}}}"))
    return edits


def words_between(tex: str) -> list[Edit]:
    r"""Write `\intertext{so that}`, words at the left between rows of equations, as a row of its own without a number.

    Words that do not stand where a row begins are left, and refused.
    """
    if "intertext" not in tex:
        return []
    edits: list[Edit] = []
    begin = 0
    for found in _INTERTEXT.finditer(tex):
        opens = noted("words") + rf"\boxed{{{noted('rlap')}\text{{"
        closes = r"}} \notag " + ("" if tex.startswith(r"\end", found.end()) else r"\\ ")
        if begin == found.start() > 0 or _ROW_BEGINS.search(tex, begin, found.start()) is not None:
            edits.append(Edit(found.start(), found.start(1), opens))
            dollars = [one.start() for one in _DOLLAR.finditer(found[1])]
            for number, at in enumerate(dollars if len(dollars) % 2 == 0 else ()):
                place = found.start(1) + at
                edits.append(Edit(place, place + 1, r"\text{" if number % 2 else "}"))
            edits.append(Edit(found.end(1), found.end(), closes))
            begin = found.end()
    return edits
