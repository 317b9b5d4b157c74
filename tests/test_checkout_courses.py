"""The records of one checkout tell each step once, when the first of them proves it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import CASES, SHOP, record_of, settings_of
from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.mappers import map_record, map_records
from littlerelay.settings import Mapping

Record = dict[str, Any]

MAPPING = Mapping(shop=SHOP, coupon_on="both", identify_orders=True)
ALONE = [case for case in CASES if case.startswith("checkouts/")]
COURSES = [case for case in CASES if case.startswith("checkouts-course/")]
ORDER = [(step, what) for step in (1, 2, 3) for what in ("Viewed", "Completed")]

# What a buyer has not come to yet at each stage: nobody, contact, address, code, shipping, payment.
MISSING: list[Record] = [
    {"email": None, "customer": None, "shipping_address": None},
    {"shipping_address": None},
    {"discount_codes": []},
    {"shipping_lines": []},
    {"gateway": None},
    {},
]
DONE = {"completed_at": "2026-09-01T10:30:00Z"}


def at(stage: int, second: int, **more: Any) -> Record:
    """Makes the record of a checkout that has come to a stage so long after ten o'clock."""
    record = record_of("checkouts/webhook_gateway")
    for missing in MISSING[stage:]:
        record |= missing
    time = f"2026-09-01T10:{second // 60:02}:{second % 60:02}Z"
    return {**record, "updated_at": time, **more}


def events_of(*records: Record, mapping: Mapping = MAPPING) -> list[Event]:
    return map_records("checkouts", records, mapping)


def tracks(events: list[Event]) -> list[Event]:
    return [event for event in events if event["type"] == "track"]


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Gives minute and second, and what happened then."""
    names = [
        event["event"].removeprefix("Checkout Step ")
        + (f" {event['properties']['step']}" if "Step" in event["event"] else "")
        for event in tracks(events)
    ]
    return [
        (event["timestamp"][14:19], name) for event, name in zip(tracks(events), names, strict=True)
    ]


def steps(events: list[Event]) -> list[tuple[int, str]]:
    return [
        (event["properties"]["step"], event["event"].removeprefix("Checkout Step "))
        for event in tracks(events)
        if event["event"].startswith("Checkout Step")
    ]


def test_each_step_is_dated_by_the_record_that_first_proves_it() -> None:
    found = [at(stage, 60 * stage) for stage in range(6)]
    assert told(events_of(*found)) == [
        ("00:00", "Checkout Started"),
        ("00:00", "Viewed 1"),
        ("02:00", "Completed 1"),
        ("02:00", "Viewed 2"),
        ("03:00", "Coupon Applied"),
        ("04:00", "Completed 2"),
        ("04:00", "Viewed 3"),
        ("05:00", "Payment Info Entered"),
    ]


def test_codes_and_payment_of_a_checkout_that_was_completed_are_its_orders() -> None:
    found = [*(at(stage, 60 * stage) for stage in range(6)), at(5, 1_900, **DONE)]
    names = {name for _, name in told(events_of(*found))}
    assert {"Coupon Applied", "Payment Info Entered"}.isdisjoint(names)
    assert told(events_of(*found))[-1] == ("30:00", "Completed 3")


def test_no_step_is_later_than_a_completion_that_was_told_afterwards() -> None:
    early = {"completed_at": "2026-09-01T10:03:00Z"}
    found = [at(0, 0), at(2, 120), at(4, 240), at(5, 300, **early)]
    assert told(events_of(*found))[2:] == [
        ("02:00", "Completed 1"),
        ("02:00", "Viewed 2"),
        ("03:00", "Completed 2"),
        ("03:00", "Viewed 3"),
        ("03:00", "Completed 3"),
    ]


def test_a_beginning_that_changes_puts_no_step_before_another() -> None:
    found = [at(0, 0), at(2, 60, created_at="2026-09-01T10:20:00Z"), at(4, 120)]
    times = [time for time, _ in told(events_of(*found))]
    assert times == ["00:00", "00:00", "20:00", "20:00", "20:00", "20:00", "20:00"]


def test_a_clock_that_went_wrong_puts_no_step_before_the_start() -> None:
    found = [at(2, 60), at(5, 120, completed_at="2026-09-01T09:30:00Z")]
    assert {time for time, _ in told(events_of(*found))} == {"00:00"}


def test_a_record_that_proves_less_takes_nothing_back_and_repeats_nothing() -> None:
    found = [at(2, 60), at(1, 120), at(2, 180)]
    assert events_of(*found) == events_of(found[0])


def test_a_step_is_told_with_what_was_known_by_then() -> None:
    first, *_, last = tracks(events_of(at(0, 0), at(2, 60)))
    assert "email" not in first["properties"]
    assert "userId" not in first
    assert (last["properties"]["email"], last["userId"]) == ("ada@example.com", "7301")


def test_a_code_that_was_taken_off_again_was_applied() -> None:
    events = events_of(at(3, 60), at(3, 90, discount_codes=[{"code": "MORE"}]), at(2, 120))
    applied = [one for one in tracks(events) if one["event"] == "Coupon Applied"]
    assert [one["properties"]["coupon"] for one in applied] == ["WELCOME10", "MORE"]


def test_a_customer_is_told_once_as_the_last_record_knows_them() -> None:
    customer = at(2, 0)["customer"]
    other = {**customer, "id": 7302, "first_name": "Mary"}
    found = [
        at(2, 60),
        at(2, 90, customer={**customer, "first_name": "Augusta"}),
        at(2, 120, customer=other),
    ]
    kinds = [event["type"] for event in events_of(*found)]
    assert kinds[:2] == ["identify", "identify"]
    assert set(kinds[2:]) == {"track"}
    names = [event["traits"]["firstName"] for event in events_of(*found)[:2]]
    assert names == ["Augusta", "Mary"]


def test_every_alias_comes_after_every_identify_and_each_pair_once() -> None:
    noted = {"note_attributes": [{"name": "segment-clientID", "value": "visitor-5"}]}
    other = {**at(2, 0)["customer"], "id": 7302}
    events = events_of(at(2, 60, **noted), at(2, 90, **noted), at(2, 120, customer=other, **noted))
    aliases = [(one["previousId"], one["userId"]) for one in events if one["type"] == "alias"]
    assert aliases == [("visitor-5", "7301"), ("visitor-5", "7302")]
    kinds = [event["type"] for event in events]
    assert kinds == sorted(kinds, key=["identify", "alias", "track"].index)


def test_a_checkout_without_records_gives_nothing() -> None:
    assert events_of() == []


def test_a_record_that_cannot_be_mapped_is_named_with_the_path() -> None:
    broken = at(2, 60)
    broken["line_items"][0]["price_set"]["shop_money"]["amount"] = "18 €"
    with pytest.raises(RecordError) as caught:
        events_of(at(0, 0), broken)
    expected = "malformed_money: [1].line_items[0].price_set.shop_money.amount"
    assert str(caught.value) == expected


@pytest.mark.parametrize("case", ALONE)
def test_one_record_gives_what_it_gives_alone(case: str) -> None:
    record, mapping = record_of(case), settings_of(case)
    assert map_records("checkouts", [record], mapping) == map_record("checkouts", record, mapping)


@pytest.mark.parametrize("case", COURSES)
def test_the_order_of_records_in_a_file_does_not_matter(case: str) -> None:
    records, mapping = record_of(case), settings_of(case)
    events = map_records("checkouts", records, mapping)
    assert map_records("checkouts", [*records[::-1], *records], mapping) == events


stages = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0, 1, 60, 600])), max_size=8)


def course(found: list[tuple[int, int]]) -> list[Record]:
    """Makes records of stages, each so long after the one before."""
    records, second = [], 0
    for stage, wait in found:
        second += wait
        records.append(at(stage, second % 3600))
    return records


@given(stages, st.booleans())
def test_steps_are_told_once_in_order_and_never_go_back_in_time(
    found: list[tuple[int, int]], is_done: bool
) -> None:
    records = [*course(found), *([at(5, 700, **DONE)] if is_done else [])]
    events = events_of(*records)
    assert steps(events) == ORDER[: len(steps(events))]
    assert all(one["timestamp"] <= other["timestamp"] for one, other in pairwise(tracks(events)))
    assert len({event["messageId"] for event in events}) == len(events)


@given(stages)
def test_every_fact_is_told_as_the_first_record_tells_it_that_proves_it(
    found: list[tuple[int, int]],
) -> None:
    records = sorted(course(found), key=lambda one: (one["updated_at"], one["gateway"] or ""))
    first: dict[str, Event] = {}
    if len({one["updated_at"] for one in records}) < len(records):
        return  # of one moment, which is the first is another test's
    for record in records:
        for event in tracks(map_record("checkouts", record, MAPPING)):
            first.setdefault(event["messageId"], event)
    assert tracks(events_of(*records)) == [*first.values()]


@given(stages, st.booleans(), st.randoms(use_true_random=False))
def test_duplicates_and_disorder_change_nothing(
    found: list[tuple[int, int]], is_done: bool, random: Any
) -> None:
    records = [*course(found), *([at(5, 700, **DONE)] if is_done else [])]
    shuffled = [*records, *records[::2]]
    random.shuffle(shuffled)
    assert events_of(*shuffled) == events_of(*records)
