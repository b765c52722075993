"""A table that is stored as HTML, as pandas writes it, to a table of Markdown: the text of its cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.content.html_tables import read_tables

if TYPE_CHECKING:
    from proofpress.content.html_tables import Grid

_NUMBER: Final = re.compile(r"[-+\u2212]?[$€£]?\d[\d,_ ]*(?:\.\d*)?(?:[eE][-+]?\d+)?%?|NaN|nan|-?inf|None|<NA>|NaT|\s*")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>|$~&!#^=+@:'\"-])|(?<=\.)(\.)")


def tables_in(html: str) -> list[str] | None:
    """Return the lines of Markdown that say what HTML of tables says; None where it says more, or less."""
    found = read_tables(html)
    if found is None:
        return None
    lines: list[str] = []
    for grid in found.grids:
        lines += [*([""] if lines else []), *_table(grid)]
    for words in found.beside:
        lines += ["", escaped(words)]
    return lines


def escaped(text: str) -> str:
    """Return text so that Markdown takes it for that."""
    return _MARKS.sub(lambda found: "\\" + (found[1] or found[2]), text)


def _table(grid: Grid) -> list[str]:
    """Return a table as lines. A header of several rows becomes one; numbers stand at the right."""
    body = grid.body
    head = [" ".join(filter(None, column)) for column in zip(*grid.head, strict=True)] or [""] * len(body[0])
    right = [
        any(row[column].strip() for row in body) and all(_NUMBER.fullmatch(row[column]) for row in body)
        for column in range(len(head))
    ]
    rows = [head, *body]
    written = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
    written.insert(1, "|" + "|".join(" ---: " if one else " --- " for one in right) + "|")
    return written
