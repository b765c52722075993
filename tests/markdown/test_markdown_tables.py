"""Cells that a table can't show are reported where they stand."""

from __future__ import annotations

import pytest

from proofpress.markdown.tables import Lost, lost_cells


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        (["| a | b |", "|---|---|", "| 1 | 2 |"], []),
        (["| a | b |", "|---|---|", "| 1 | 2 | three |"], [Lost(2, 10, 5, 3, 2)]),
        (["a | b", "--|--", "1 | 2 | 3 | 4"], [Lost(2, 8, 5, 4, 2)]),
        (["| a |", "|---|", "| `x\\|y` |"], []),
        (["> | a |", "> |---|", "> | x | y |"], [Lost(2, 8, 1, 2, 1)]),
        (["| a | b |", "|---|---|", "| 1 |"], []),
        (["| a |", "|---|", "| 1 | |"], []),
    ],
)
def test_cells_beyond_the_headers_columns_are_found(lines: list[str], lost: list[Lost]) -> None:
    assert list(lost_cells(lines)) == lost
