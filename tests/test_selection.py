"""A run gives the events that belong to its period, and adjacent runs give each fact once."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay.errors import RecordError
from littlerelay.events import Event, encode
from littlerelay.selection import Once, Selection
from littlerelay.times import iso, iso_ms

DAY = 86_400
FIRST = 1_700_000_000
# The period of most cases: days 10 (inclusive) to 20.
START, END = 10, 20


def at(day: float) -> str:
    return iso_ms(FIRST + int(day * DAY))


def record(created: float, updated: float) -> dict[str, Any]:
    times = (iso(FIRST + int(day * DAY)) for day in (created, updated))
    return dict(zip(("created_at", "updated_at"), times, strict=True))


def track(name: str, day: float, number: int = 0) -> Event:
    return {
        "type": "track",
        "event": name,
        "timestamp": at(day),
        "messageId": f"{name} {day} {number}",
    }


def identify(customer: str, day: float = 0) -> Event:
    context = {"externalIds": [{"id": customer, "type": "shopify_customer_id"}]}
    return {
        "type": "identify",
        "timestamp": at(day),
        "messageId": f"who {customer}",
        "context": context,
    }


def alias(day: float) -> Event:
    return {"type": "alias", "timestamp": at(day), "messageId": "alias"}


PERIOD = Selection(at(START), at(END))


def names(chosen: list[Event]) -> list[str]:
    return [event.get("event") or event["type"] for event in chosen]


MOMENTS = [(9.99, False), (10, True), (15, True), (19.99, True), (20, False), (21, False)]


@pytest.mark.parametrize(("day", "inside"), MOMENTS)
@pytest.mark.parametrize("created", [1, 10, 15, 25])
def test_a_fact_is_chosen_by_its_own_time_alone(created: int, day: float, inside: bool) -> None:
    chosen = PERIOD.choose(record(created, 30), [track("Order Refunded", day)])
    assert bool(chosen) == inside


def test_a_refund_of_this_period_is_in_and_the_order_of_last_year_is_not() -> None:
    facts = [track("Order Completed", -300), track("Order Refunded", 12)]
    assert names(PERIOD.choose(record(-300, 12), facts)) == ["Order Refunded"]


STATES = {
    "created in the period": (12, 30, [], True),
    "updated in the period": (1, 10, [], True),
    "gives a fact": (1, 30, [15], True),
    "older": (1, 9, [5], False),
    "newer": (20, 20, [20], False),
    "older, and changed later": (1, 20, [5, 20], False),
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_comes_with_its_record(case: str) -> None:
    created, updated, days, wanted = STATES[case]
    facts = [track("Customer Created", day) for day in days]
    chosen = PERIOD.choose(record(created, updated), [identify("7"), alias(5), *facts])
    assert ("identify" in names(chosen), "alias" in names(chosen)) == (wanted, wanted)


@pytest.mark.parametrize(("created", "inside"), MOMENTS)
def test_customer_enabled_is_chosen_by_the_creation_of_the_customer(
    created: float, inside: bool
) -> None:
    for day in (5, 15, 25):
        chosen = PERIOD.choose(record(created, 30), [track("Customer Enabled", day)])
        assert bool(chosen) == inside


def test_events_stay_in_their_order() -> None:
    events = [identify("7"), track("A", 11), track("B", 5), track("C", 12), alias(12)]
    assert names(PERIOD.choose(record(11, 12), events)) == ["identify", "A", "C", "alias"]


def test_a_time_that_is_none_rejects_the_record() -> None:
    with pytest.raises(RecordError, match="malformed_time"):
        PERIOD.choose({"created_at": "yesterday", "updated_at": at(12)}, [])


days = st.integers(0, 40)


@given(
    bounds=st.lists(days, min_size=2, max_size=6, unique=True).map(sorted),
    created=days,
    facts=st.lists(st.tuples(st.sampled_from(["Order Completed", "Customer Enabled"]), days)),
)
def test_adjacent_periods_give_every_fact_exactly_once(
    bounds: list[int], created: int, facts: list[tuple[str, int]]
) -> None:
    events = [track(name, day, number) for number, (name, day) in enumerate(facts)]
    whole = Selection(at(bounds[0]), at(bounds[-1]))
    parts = [Selection(at(first), at(last)) for first, last in pairwise(bounds)]
    told = record(created, 45)
    given_in_parts = [event["messageId"] for part in parts for event in part.choose(told, events)]
    given_at_once = [event["messageId"] for event in whole.choose(told, events)]
    assert sorted(given_in_parts) == sorted(given_at_once)


# `--since last`: the job's first run began on day 10, its last one ended on day 20.
LAST = Selection(at(10), at(30), new_since=at(20))


@pytest.mark.parametrize(
    ("created", "day", "inside"),
    [
        (25, 25, True),  # new
        (5, 25, True),  # new, of an old record
        (15, 12, True),  # in the span, and not given before
        (15, 5, False),  # older than the job, of a record that was known
        (20, -900, True),  # imported since the last run, with its old date
        (19, -900, False),  # imported before
        (25, 30, False),  # later than the run's end
    ],
)
def test_last_gives_what_is_new(created: int, day: int, inside: bool) -> None:
    facts = [track("Order Completed", day)]
    assert bool(LAST.choose(record(created, 29), facts)) == inside


@pytest.mark.parametrize(("created", "enabled"), [(9, False), (10, True), (19, True), (25, True)])
def test_last_welcomes_no_customer_of_before_the_job(created: int, enabled: bool) -> None:
    chosen = LAST.choose(record(created, 29), [track("Customer Enabled", 29)])
    assert bool(chosen) == enabled


def test_last_gives_the_state_of_records_that_changed_since() -> None:
    assert names(LAST.choose(record(1, 20), [identify("7")])) == ["identify"]
    assert LAST.choose(record(1, 19), [identify("7")]) == []


def test_what_was_given_before_is_not_given_again() -> None:
    events = [identify("7"), track("A", 22), track("B", 23)]
    known = {events[0]["messageId"], events[1]["messageId"]}
    selection = Selection(at(10), at(30), at(20), known.__contains__)
    assert names(selection.choose(record(21, 23), events)) == ["B"]


def test_a_known_fact_brings_no_state_of_its_record() -> None:
    events = [identify("7"), track("A", 12)]
    selection = Selection(at(10), at(30), at(20), {events[1]["messageId"]}.__contains__)
    assert selection.choose(record(12, 15), events) == []


def test_a_customer_is_introduced_once_and_only_when_the_line_was_written() -> None:
    once = Once(introducing=True)
    first = once.choose([identify("7"), track("A", 1)])
    assert names(first) == ["identify", "A"]
    assert names(once.choose([identify("7")])) == ["identify"]
    once.note(first)
    assert once.choose([identify("7"), track("A", 1)]) == [track("A", 1)]
    assert names(once.choose([identify("8")])) == ["identify"]


def test_where_customers_are_read_every_identify_is_let_through() -> None:
    once = Once(introducing=False)
    once.note([identify("7")])
    assert names(once.choose([identify("7")])) == ["identify"]


@pytest.mark.parametrize("introducing", [True, False])
def test_an_identify_with_cookies_is_let_through_and_introduces(introducing: bool) -> None:
    once = Once(introducing=introducing)
    with_cookies = identify("7") | {"traits": {"email": "a@example.com", "littledata_landing": "/"}}
    once.note([identify("7"), with_cookies])
    assert names(once.choose([with_cookies])) == ["identify"]
    fresh = Once(introducing=introducing)
    fresh.note([with_cookies])
    assert names(fresh.choose([identify("7")])) == ([] if introducing else ["identify"])


@pytest.mark.parametrize("introducing", [True, False])
def test_an_alias_is_given_once_and_only_when_the_line_was_written(introducing: bool) -> None:
    once = Once(introducing=introducing)
    first = once.choose([alias(5), track("A", 1)])
    assert names(first) == ["alias", "A"]
    assert names(once.choose([alias(6)])) == ["alias"]
    once.note(first)
    assert names(once.choose([alias(6), track("A", 1)])) == ["A"]
    assert names(once.choose([alias(6) | {"messageId": "other"}])) == ["alias"]


@pytest.mark.parametrize("introducing", [True, False])
def test_what_was_told_is_read_from_the_file(introducing: bool) -> None:
    told = (identify("7"), alias(2), track("A", 1), identify("9"))
    once = Once([encode(event) for event in told], introducing=introducing)
    again = once.choose([identify("9"), identify("8"), alias(3), track("A", 1)])
    assert names(again) == ["identify", "A"] if introducing else ["identify", "identify", "A"]


def test_an_alias_that_an_earlier_run_gave_is_not_given_again() -> None:
    selection = Selection(at(10), at(30), at(20), {"alias"}.__contains__)
    assert selection.choose(record(21, 23), [alias(5)]) == []
    assert names(LAST.choose(record(21, 23), [alias(5)])) == ["alias"]
