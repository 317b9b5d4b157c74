"""Which destinations an event is too old for."""

from __future__ import annotations

import pytest

from littlerelay import ages, sources
from littlerelay.times import epoch

NOW = float(epoch("2026-11-23T14:00:00Z"))


@pytest.mark.parametrize(
    ("oldest", "count"),
    [
        (None, 0),
        ("2026-11-22T14:00:00.000Z", 0),
        ("2026-11-22T13:59:59.000Z", 4),  # those that go by the arrival
        ("2026-11-20T13:59:59.000Z", 5),  # and Google Analytics 4
        ("2026-11-16T13:59:59.000Z", 8),
        ("2020-01-01T00:00:00.000Z", 9),
    ],
)
def test_an_event_is_beyond_the_limits_that_are_shorter_than_its_age(
    oldest: str | None, count: int
) -> None:
    assert len(ages.exceeded(oldest, NOW)) == count


def test_events_wait_for_a_choice_from_the_shortest_limit_on() -> None:
    assert sources.OLD == ages.SHORTEST == 72 * 3600
