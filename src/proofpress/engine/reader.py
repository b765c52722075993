"""Reading big values from the store while another process holds it for writing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Reader:
    """A second way into a store's file, for a worker: it sees what was committed when it reads."""

    def __init__(self, path: Path) -> None:
        """Open the file for reading alone."""
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30.0)

    def big(self, kind: str, key: str) -> bytes:
        """Return the big value of an entry. Raises KeyError where there is none."""
        row = self._connection.execute("SELECT data FROM big WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        if row is None:
            raise KeyError(key)
        data: bytes = row[0]
        return data
