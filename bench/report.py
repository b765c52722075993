"""Figures as Markdown, ready to be pasted into docs/performance.md, and where and when they were measured."""

from __future__ import annotations

import datetime as dt
import platform
from typing import TYPE_CHECKING

from proofpress.engine.parallel import cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column is text, the others are figures."""
    lines = [" | ".join(head), "|".join(["---", *(["---:"] * (len(head) - 1))]), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" if index != 1 else f"|{line}|" for index, line in enumerate(lines))


def where_and_when() -> str:
    """Return the day and the machine, in one line."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return f"{today}, {platform.system()} {platform.machine()}, {cores()} cores, Python {platform.python_version()}"


def megabytes(value: float) -> str:
    """Return an amount of memory as it is printed."""
    return f"{value:,.0f} MB"
