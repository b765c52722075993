"""Dates as machines read them, in pages and feeds; `words` has those for people. No locale is read: the same site gives the same bytes everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def iso_date(date: dt.datetime, has_time: bool = False) -> str:
    """Return `2024-01-05`, or `2024-01-05T09:30:00+02:00` where the time is meant too (RFC 3339)."""
    return timestamp(date) if has_time else f"{date.year:04}-{date.month:02}-{date.day:02}"


def timestamp(date: dt.datetime) -> str:
    """Return the moment in full, as feeds ask for it: `2024-01-05T00:00:00+00:00` (RFC 3339).

    RFC 3339 has no seconds in an offset, which zones had before they were standardised: such a moment is given in UTC.
    """
    offset = date.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        date = date.replace(tzinfo=None) - offset
        return date.isoformat(timespec="seconds") + "+00:00"
    return date.isoformat(timespec="seconds")
