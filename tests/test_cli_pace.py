"""The pace of a run is measured over the last minute, and by a clock that is handed in."""

from __future__ import annotations

import pytest

from command import STARTED, FakeTime, advanced, part


def test_the_pace_is_that_of_the_last_minute() -> None:
    time = FakeTime()
    meter = part("meter").Meter(STARTED, time.clock().monotonic)
    read = 0
    for speed in [10] * 200 + [500] * 100:
        meter.take(advanced(read))
        read += speed
        time.seconds += 1
    meter.take(advanced(read))
    assert meter.rate() == pytest.approx(500)
    assert meter.eta() == pytest.approx((98_000 - read) / 500)


def test_slow_pages_have_a_pace_too() -> None:
    time = FakeTime()
    meter = part("meter").Meter(STARTED, time.clock().monotonic)
    for page in range(5):
        meter.take(advanced(250 * page))
        time.seconds += 90
    assert meter.rate() == pytest.approx(250 / 90, rel=0.5)


def test_an_unmeasured_run_has_no_pace() -> None:
    meter = part("meter").Meter(STARTED, FakeTime().clock().monotonic)
    assert (meter.rate(), meter.eta()) == (None, None)
    meter.take(advanced(250))
    assert (meter.rate(), meter.eta()) == (None, None)


def test_the_pace_is_that_of_one_resource() -> None:
    time = FakeTime()
    meter = part("meter").Meter(STARTED, time.clock().monotonic)
    for resource, read in (("customers", 500), ("orders", 100), ("orders", 200)):
        time.seconds += 10
        meter.take(advanced(read, resource))
    assert meter.rate() == pytest.approx(10)
