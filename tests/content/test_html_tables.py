"""Tables that libraries show as HTML are read as cells of text, and nothing else of them goes further."""

from __future__ import annotations

import pytest

from proofpress.content.html_tables import Grid, read_tables

PANDAS = (
    "<div><style scoped>td {}</style><table><thead><tr><th></th><th>n</th></tr></thead>"
    "<tbody><tr><th>a &lt; b</th><td>1<script>alert(1)</script></td></tr></tbody></table><p>1 rows × 1 columns</p></div>"
)
POLARS = "<div><small>shape: (1, 1)</small><table><thead><tr><th>n</th></tr><tr><td>i64</td></tr></thead><tbody><tr><td>1</td></tr></tbody></table></div>"
SPANS = "<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td colspan=2>c</td></tr></table>"


@pytest.mark.parametrize(
    ("html", "grid", "beside"),
    [
        (PANDAS, Grid([["", "n"]], [["a < b", "1"]]), ["1 rows × 1 columns"]),
        (POLARS, Grid([["n"], ["i64"]], [["1"]]), ["shape: (1, 1)"]),
        (SPANS, Grid([], [["a", "b", ""], ["", "c", ""]]), []),
    ],
)
def test_a_table_is_cells_of_text(html: str, grid: Grid, beside: list[str]) -> None:
    assert read_tables(html) == ([grid], beside)


@pytest.mark.parametrize(
    "html",
    [
        "<p>no table</p>",
        "<table></table>",
        "<table><tr><td>1</td></tr></table><img src=x>",
        "<table><tr><td>1</td></tr></table> and more",
        "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
        f"<table>{'<tr><td colspan=200>1</td></tr>' * 101}</table>",
    ],
)
def test_what_says_more_than_tables_is_not_taken_for_one(html: str) -> None:
    assert read_tables(html) is None
