"""A table that a listing shows as HTML, as a table of outputs: its first, where a page could show it."""

from __future__ import annotations

from typing import Final

from proofpress.content.html_tables import read_tables
from proofpress.recorded.values import Table

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 100


def table_in(html: str) -> Table | None:
    """Return the first table of some HTML; None where there is none, or more than a page could show."""
    found = read_tables(html)
    if found is None:
        return None
    head, body = found.grids[0]
    if len(head) + len(body) > MOST_ROWS or len((head or body)[0]) > MOST_COLUMNS:
        return None
    header = tuple(" / ".join(dict.fromkeys(filter(None, column))) for column in zip(*head, strict=True))
    return Table(header or ("",) * len(body[0]), tuple(map(tuple, body)))
