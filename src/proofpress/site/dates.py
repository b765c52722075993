"""Dates as machines read them, in pages and feeds; `words` has those for people. No locale is read: the same site gives the same bytes everywhere."""

from __future__ import annotations

import datetime as dt
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def iso_date(date: dt.datetime, has_time: bool = False) -> str:
    """Return `2024-01-05`, or `2024-01-05T09:30:00+02:00` where the time is meant too (RFC 3339)."""
    return timestamp(date) if has_time else f"{date.year:04}-{date.month:02}-{date.day:02}"


def timestamp(date: dt.datetime) -> str:
    """Return the moment in full, as feeds ask for it: `2024-01-05T00:00:00+00:00` (RFC 3339).

    RFC 3339 has no seconds in an offset, which zones had before they were standardised: such a moment is given in UTC.
    """
    return _without_seconds(date).isoformat(timespec="seconds")


def rfc_822(date: dt.datetime) -> str:
    """Return the moment as RSS asks for it: `Fri, 05 Jan 2024 00:00:00 +0000` (RFC 822, the year in four digits)."""
    date = _without_seconds(date)
    day, month = _DAYS[date.weekday()], _MONTHS[date.month - 1]
    return f"{day}, {date.day:02} {month} {date.year:04} {date:%H:%M:%S %z}"


def _without_seconds(date: dt.datetime) -> dt.datetime:
    """Return the moment in UTC where its zone is some seconds off."""
    offset = date.utcoffset()
    if offset is None or not offset.total_seconds() % 60:
        return date
    return (date.replace(tzinfo=None) - offset).replace(tzinfo=dt.UTC)
