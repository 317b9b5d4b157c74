"""A period is what the user meant by it, in the shop's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay.errors import UsageError
from littlerelay.times import epoch, iso, iso_ms, resolve
from shopify_fakes import NOW

DAY = 86_400
ROME = ZoneInfo("Europe/Rome")
LAST_SECOND = 253_402_300_799  # of the year 9999


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("zone", "day", "midnight"),
    [
        ("UTC", "2024-01-31", "2024-01-31T00:00:00+00:00"),
        ("Europe/Rome", "2024-01-31", "2024-01-30T23:00:00+00:00"),
        ("America/Los_Angeles", "2024-07-04", "2024-07-04T07:00:00+00:00"),
        ("Asia/Kathmandu", "2024-07-04", "2024-07-03T18:15:00+00:00"),
        ("Pacific/Kiritimati", "2024-02-29", "2024-02-28T10:00:00+00:00"),
        # The clocks change on these days, and the next one starts an hour sooner or later.
        ("Europe/Rome", "2024-03-31", "2024-03-30T23:00:00+00:00"),
        ("Europe/Rome", "2024-04-01", "2024-03-31T22:00:00+00:00"),
        ("Europe/Rome", "2024-10-27", "2024-10-26T22:00:00+00:00"),
        ("Europe/Rome", "2024-10-28", "2024-10-27T23:00:00+00:00"),
        # The day began at one o'clock: there was no midnight.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),
        # Midnight came twice: the day began at the first.
        ("America/Havana", "2024-11-03", "2024-11-03T04:00:00+00:00"),
    ],
)
def test_a_date_is_its_first_moment_in_the_shop(zone: str, day: str, midnight: str) -> None:
    assert resolve(day, NOW, ZoneInfo(zone)) == at(midnight)


@pytest.mark.parametrize(("text", "days"), [("0d", 0), ("1d", 1), ("30d", 30), (" 007d ", 7)])
def test_days_are_24_hours_each_even_where_clocks_change(text: str, days: int) -> None:
    april = at("2024-04-01T12:00:00+02:00")
    assert resolve(text, april, ROME) == april - days * DAY


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31T09:15:00Z", "2024-01-31T09:15:00+00:00"),
        ("2024-01-31T09:15:00+05:45", "2024-01-31T03:30:00+00:00"),
        ("2024-01-31T23:15:00-08:00", "2024-02-01T07:15:00+00:00"),
        ("2024-01-31 09:15Z", "2024-01-31T09:15:00+00:00"),
        ("2024-01-31T09:15:00.999999Z", "2024-01-31T09:15:00+00:00"),
        ("2024-01-31T09:15:00.1234567Z", "2024-01-31T09:15:00+00:00"),
    ],
)
def test_a_timestamp_is_taken_by_its_own_zone_and_whole_seconds(text: str, moment: str) -> None:
    assert resolve(text, NOW, ROME) == at(moment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "yesterday",
        "d",
        "-1d",
        "1.5d",
        "30 d",
        "30D",
        "30days",
        "123456d",
        "1700000000",
        "2024",
        "2024-1-31",
        "2024-02-30",
        "2023-02-29",
        "31.01.2024",
        "01/31/2024",
        "2024-01-31T09:15:00",
        "2024-01-31T25:00:00Z",
        "2024-01-31T09:15:00+99:00",
        "2024-01-31\n2024-02-01",
        "0000-01-01",
        "10000-01-01",
        "２０２４-01-31",
    ],
)
def test_what_is_no_time_is_refused_with_examples_of_what_is(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time") as caught:
        resolve(text, NOW, ROME)
    assert "2024-01-31T09:15:00Z" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["9999-12-31", "9999-12-31T23:59:59-23:59", "2026-12-01", "2100-01-01T00:00:00Z"]
)
def test_the_future_is_refused_and_says_what_time_it_is(text: str) -> None:
    with pytest.raises(UsageError, match="lies in the future") as caught:
        resolve(text, NOW, ROME)
    assert iso(NOW) in str(caught.value)


def test_this_very_second_is_not_the_future_and_the_next_one_is() -> None:
    assert resolve(iso(NOW), NOW, ROME) == NOW
    with pytest.raises(UsageError):
        resolve(iso(NOW + 1), NOW, ROME)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:00Z", "1969-07-20", "99999d", "0001-01-02", "0001-01-01T00:00Z"]
)
def test_what_no_shop_can_remember_is_1970(text: str, zone: str) -> None:
    assert iso(resolve(text, NOW, ZoneInfo(zone))) == "1970-01-01T00:00:00Z"


def test_a_moment_before_the_first_year_is_1970_too() -> None:
    assert resolve("0001-01-01T00:00:00+05:00", NOW, ROME) == 0


@given(st.integers(0, LAST_SECOND))
def test_a_second_that_is_written_is_read_back(seconds: int) -> None:
    assert epoch(iso(seconds)) == seconds
    assert epoch(iso_ms(seconds)) == seconds


@given(st.integers(0, LAST_SECOND), st.integers(0, LAST_SECOND))
def test_written_times_sort_as_the_times_do(one: int, other: int) -> None:
    assert (iso(one) < iso(other)) == (one < other)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.timezones())  # noqa: DTZ001
)
def test_a_fraction_is_cut_off_and_never_rounded_up(moment: datetime) -> None:
    seconds = epoch(moment.isoformat())
    exact = moment.astimezone(UTC)
    assert datetime.fromtimestamp(seconds, UTC) == exact.replace(microsecond=0)


@pytest.mark.parametrize("text", ["", "now", "2024-01-31T09:15:00", "2024-01-31"])
def test_a_record_s_time_without_a_zone_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|isoformat"):
        epoch(text)
