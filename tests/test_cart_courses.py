"""What holds of the events of every cart, however it is filled and emptied."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import CASES, record_of, settings_of
from golden import events_of as golden_events
from littlerelay.mappers import map_records
from made_bodies import Body
from recorded_carts import cart_body, events_of, line_body

CARTS = [case for case in CASES if case.startswith("carts/")]
# What is in a cart, again and again: how long after the time before, and how many of each line.
KEYS = [(8501, "aa"), (8501, "bb"), (8502, "aa")]
courses = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 3_000, 10_000, 10_001, 60_000]),
        st.lists(st.integers(0, 3), min_size=3, max_size=3),
    ),
    max_size=12,
)


def carts(course: list[tuple[int, list[int]]]) -> list[Body]:
    """Gives the bodies of a course."""
    found, moment = [], 0
    for wait, quantities in course:
        moment += wait
        lines = [
            line_body(quantity, variant, mark)
            for quantity, (variant, mark) in zip(quantities, KEYS, strict=True)
            if quantity
        ]
        found.append(cart_body(moment, *lines))
    return found


def summed(found: list[Body], by: str) -> Counter[str]:
    """Sums what was added, less what was removed."""
    counted: Counter[str] = Counter()
    for event in events_of(found):
        sign = 1 if event["event"] == "Product Added" else -1
        counted[event["properties"][by]] += sign * event["properties"]["quantity"]
    return +counted


@given(courses)
def test_what_was_added_less_what_was_removed_is_in_the_cart_at_the_end(
    course: list[tuple[int, list[int]]],
) -> None:
    dense = [(max(wait, 1), quantities) for wait, quantities in course]
    found = carts(dense)
    last = found[-1]["line_items"] if found else []
    held: Counter[str] = Counter()
    for line in last:
        held[str(line["variant_id"])] += line["quantity"]
    assert summed(found, "shopify_variant_id") == held


@given(courses, st.randoms(use_true_random=False))
def test_duplicates_and_disorder_change_nothing(
    course: list[tuple[int, list[int]]], random: Any
) -> None:
    found = carts(course)
    shuffled = [*found, *found[::2]]
    random.shuffle(shuffled)
    assert events_of(shuffled) == events_of(found)


@given(courses)
def test_events_come_in_order_of_time_and_each_has_an_id_of_its_own(
    course: list[tuple[int, list[int]]],
) -> None:
    events = events_of(carts(course))
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    assert len({event["messageId"] for event in events}) == len(events)
    assert all(event["properties"]["quantity"] > 0 for event in events)


@given(courses)
def test_what_stays_for_longer_than_ten_seconds_each_time_is_told_change_by_change(
    course: list[tuple[int, list[int]]],
) -> None:
    """Slow enough that nothing is taken back: the sums are those of the differences."""
    found = carts([(10_001 + wait, quantities) for wait, quantities in course])
    variants = ("8501", "8502")
    before = dict.fromkeys(variants, 0)
    more = fewer = 0
    for body in found:
        now = dict.fromkeys(variants, 0)
        for line in body["line_items"]:
            now[str(line["variant_id"])] += line["quantity"]
        more += sum(max(0, now[one] - before[one]) for one in variants)
        fewer += sum(max(0, before[one] - now[one]) for one in variants)
        before = now
    counted: Counter[str] = Counter()
    for event in events_of(found):
        counted[event["event"]] += event["properties"]["quantity"]
    assert (counted["Product Added"], counted["Product Removed"]) == (more, fewer)


@pytest.mark.parametrize("case", CARTS)
def test_the_order_of_records_in_a_file_does_not_matter(case: str) -> None:
    records, mapping = record_of(case), settings_of(case)
    events = map_records("carts", records, mapping)
    assert map_records("carts", [*records[::-1], *records], mapping) == events
    assert [event["messageId"] for event in events] == [
        event["messageId"] for event in golden_events(case)
    ]
