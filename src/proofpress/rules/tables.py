"""What can be wrong with tables: text of theirs that no page would show, or would show as no table."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _LostCells(Rule, frozen=True):
    def beyond(self, cells: int, columns: int) -> Fault:
        return self.says(
            f"this row has {cells} cells and its table {columns} columns, so this is not shown",
            "write '\\|' for a bar inside a cell, or add a column to the header",
        )


LOST_CELLS: Final = _LostCells("lost-cells", "warning", "text")
TORN_TABLE: Final = Rule("torn-table", "warning", "text")
