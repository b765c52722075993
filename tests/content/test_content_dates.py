"""Days and times are read as written, wherever the computer stands."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.dates import Moment, Refusal, moment

ZONES = ["UTC", "Pacific/Auckland", "Pacific/Honolulu", "Europe/Amsterdam", "Asia/Kolkata", "Pacific/Kiritimati"]


@pytest.mark.parametrize(
    ("written", "read", "has_time"),
    [
        ("2024-01-05", "2024-01-05 00:00:00+01:00", False),
        ("2024-07-05", "2024-07-05 00:00:00+02:00", False),
        ("2015-2-5", "2015-02-05 00:00:00+01:00", False),
        ("2015-02-15 9:18:00", "2015-02-15 09:18:00+01:00", True),
        ("2015-02-15 9:18", "2015-02-15 09:18:00+01:00", True),
        ("2019-03-03T10:00:00Z", "2019-03-03 10:00:00+00:00", True),
        ("2016-01-02 10:00:00 +0800", "2016-01-02 10:00:00+08:00", True),
        ("2016-01-02T10:00:00.123456789-03:30", "2016-01-02 10:00:00.123456-03:30", True),
        ("2016-01-02 10:00:00 -08", "2016-01-02 10:00:00-08:00", True),
        ("2016-01-02 10:00 UTC", "2016-01-02 10:00:00+00:00", True),
    ],
)
def test_a_date_is_read_in_the_forms_that_blogs_have(written: str, read: str, has_time: bool) -> None:
    found = moment(written, zoneinfo.ZoneInfo("Europe/Berlin"))
    assert isinstance(found, Moment)
    assert (str(found.value), found.has_time) == (read, has_time)


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30", "0000-01-01", "2024-13-01", "2024-00-10", "2023-02-29", "2024-01-01 24:00", "2024-01-01 10:60",
        "2024-01-01T10:00:61Z", "2024-01-01T10:00:00+99:99", "2024-01-01T10:00:00+24:00", "2024-01-01T10:00:00+10:60",
        "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ZONES)
def test_an_impossible_date_is_refused_in_every_zone(written: str, zone: str) -> None:
    found = moment(written, zoneinfo.ZoneInfo(zone))
    assert isinstance(found, Refusal)
    assert found.rule == "impossible-date"


@pytest.mark.parametrize(
    "written",
    ["yesterday", "5 January 2024", "20240105", "2024-01", "2024-01-05x", "", "٢٠٢٤-٠١-٠٥", "2024-01-05 +01:00"],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    found = moment(written, dt.UTC)
    assert isinstance(found, Refusal)
    assert found.rule == "wrong-type"


def test_slashes_lead_to_the_right_form() -> None:
    found = moment("2024/1/5", dt.UTC)
    assert isinstance(found, Refusal)
    assert found.hint == "write 2024-01-05"


@given(st.dates(dt.date(2, 1, 1), dt.date(9998, 12, 31)), st.sampled_from(ZONES))
def test_a_day_is_that_day_in_its_own_zone_and_survives_other_zones(day: dt.date, zone: str) -> None:
    found = moment(day.isoformat(), zoneinfo.ZoneInfo(zone))
    assert isinstance(found, Moment)
    assert found.value.date() == day
    offset = found.value.utcoffset()
    assert offset is not None
    assert offset.total_seconds() % 60 == 0
    for other in ZONES:
        assert found.value.astimezone(zoneinfo.ZoneInfo(other)) == found.value


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(moment(text, dt.UTC), Moment | Refusal)


@given(
    st.from_regex(
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:?[0-9]{2}|Z)?)?",
        fullmatch=True,
    ),
    st.sampled_from(ZONES),
)
def test_what_looks_like_a_date_is_read_or_refused(text: str, zone: str) -> None:
    found = moment(text, zoneinfo.ZoneInfo(zone))
    if isinstance(found, Moment):
        assert moment(found.value.isoformat(" "), dt.UTC) == Moment(found.value, True)
