"""Days and times as people write them in front matter, made aware without asking the computer for its time zone."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from proofpress.patterns import lazy

_WRITTEN: Final = lazy(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"[ \t]*(?P<offset>[Zz]|UTC|GMT|[+-][0-9]{1,2}(?::?[0-9]{2})?)?)?"
)
_SLASHED: Final = lazy(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_MARGIN: Final = dt.timedelta(days=2)  # no two places on earth are further apart in time


class Moment(NamedTuple):
    """An aware date-time, and whether a time was written."""

    value: dt.datetime
    has_time: bool


class Refusal(NamedTuple):
    """Why text is no date: a rule, a message about it, and what to write."""

    rule: str
    message: str
    hint: str


def moment(text: str, zone: dt.tzinfo) -> Moment | Refusal:
    """Read a day (`2024-01-05`) or a day and a time (RFC 3339, and what blogs make of it) in the site's time zone.

    The result has a fixed offset of whole minutes, as RFC 3339 (section 5.6) can say no other; the day and the time
    of day are those written. A day on which some place on earth could be outside the years 1 to 9999 is refused.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        slashed = _SLASHED.fullmatch(text.strip())
        example = "{}-{:0>2}-{:0>2}".format(*slashed.groups()) if slashed else "2024-01-05 or 2024-01-05 09:30"
        return Refusal("wrong-type", "is not a date", f"write {example}")
    try:
        naive = dt.datetime(  # noqa: DTZ001 - the zone follows
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["fraction"] or "0")[:6].ljust(6, "0")),
        )
        offset = _offset(found["offset"]) if found["offset"] else _offset_in(zone, naive)
        aware = naive.replace(tzinfo=dt.timezone(offset))
        _ = (naive - _MARGIN, naive + _MARGIN)
    except (ValueError, OverflowError):
        return Refusal(
            "impossible-date", "is no day or time that exists", "write a day that exists, such as 2024-02-29"
        )
    return Moment(aware, found["hour"] is not None)


def _offset(text: str) -> dt.timedelta:
    if text in ("Z", "z", "UTC", "GMT"):
        return dt.timedelta(0)
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def _offset_in(zone: dt.tzinfo, naive: dt.datetime) -> dt.timedelta:
    """Return a zone's offset at a local time, in whole minutes (before 1900 zones kept local mean time, to the second)."""
    offset = naive.replace(tzinfo=zone).utcoffset() or dt.timedelta(0)
    return dt.timedelta(minutes=round(offset.total_seconds() / 60))
