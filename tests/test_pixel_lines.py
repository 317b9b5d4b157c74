"""Whatever was recorded, how often and in which order, gives the same or is refused."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import SHOP, record_of
from littlerelay.errors import RecordError
from littlerelay.events import encode
from littlerelay.mappers import map_records
from littlerelay.segment.messages import read
from littlerelay.settings import Mapping
from pixel_records import (
    ADA,
    CLIENT,
    VISIT,
    at_page,
    clicked,
    mapped,
    one,
    pixel,
    visitors,
    with_init,
)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(12.5, "EUR", 12.5), (30, "EUR", 30.0), (0.1 + 0.2, "EUR", 0.3), (55.4, "JPY", 55.0)],
)
def test_money_is_rounded_to_the_units_of_its_currency(
    amount: float, currency: str, expected: float
) -> None:
    variant = {"price": {"amount": amount, "currencyCode": currency}}
    event = one("Product Viewed", mapped(pixel("product_viewed", data={"productVariant": variant})))
    assert event["properties"]["price"] == expected


@pytest.mark.parametrize("amount", [1e300, -1e16])
def test_a_number_that_no_money_can_be_is_told_with_its_place(amount: float) -> None:
    variant = {"price": {"amount": amount, "currencyCode": "EUR"}}
    with pytest.raises(RecordError, match=r"malformed_money: \[1\]\.data\.productVariant\.price"):
        mapped(pixel("page_viewed"), pixel("product_viewed", data={"productVariant": variant}))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": 5}, "wrong_type: [0].name"),
        ({"name": None}, "wrong_type: [0].name"),
        ({"id": None}, "wrong_type: [0].id"),
        ({"clientId": 7}, "wrong_type: [0].clientId"),
        ({"timestamp": "yesterday"}, "malformed_time: [0].timestamp"),
        ({"timestamp": 1}, "wrong_type: [0].timestamp"),
        ({"seq": "1"}, "wrong_type: [0].seq"),
        ({"init": []}, "wrong_type: [0].init"),
        (
            {"init": {"data": {"customer": {"email": 5}}}},
            "wrong_type: [0].init.data.customer.email",
        ),
        ({"context": "/"}, "wrong_type: [0].context"),
    ],
)
def test_what_is_no_pixel_event_is_refused_with_its_place(
    changed: dict[str, Any], reason: str
) -> None:
    found = [pixel("page_viewed") | changed, pixel("page_viewed", "10:01:00")]
    with pytest.raises(RecordError) as raised:
        mapped(*found)
    assert str(raised.value) == reason


SHUFFLED = [*VISIT, *record_of("pixels/ids_told_late")]


@given(st.integers(0, 2**32), st.lists(st.sampled_from(SHUFFLED), max_size=20))
def test_the_order_of_lines_and_how_often_they_stand_there_do_not_matter(
    seed: int, repeated: list[dict[str, Any]]
) -> None:
    mapping = Mapping(shop=SHOP, pixel_server_events=True, identify_orders=True)
    lines = [*SHUFFLED, *copy.deepcopy(repeated)]
    random.Random(seed).shuffle(lines)
    assert map_records("pixels", lines, mapping) == map_records("pixels", SHUFFLED, mapping)


def test_of_two_records_of_one_event_the_fuller_counts() -> None:
    full = with_init(customer=ADA)
    bare = {name: value for name, value in full.items() if name != "init"}
    assert visitors(bare, full) == visitors(full, bare) == [("7101", CLIENT)]


@pytest.mark.parametrize("case", ["visit", "in_a_checkout", "nulls", "theme_events"])
def test_segment_takes_every_message(case: str) -> None:
    for event in map_records("pixels", record_of(f"pixels/{case}"), Mapping(shop=SHOP)):
        (message,) = read(encode(event))
        assert getattr(message, "event", None) == event


def test_a_huge_text_neither_hangs_nor_is_cut() -> None:
    huge = "/" + "products/%" * 100_000
    page = pixel("page_viewed", context=at_page(huge))
    click = clicked(f"https://x.com/intent/tweet?{'text=a&' * 10_000}", path=huge)
    events = mapped(page, click, pixel(huge, "10:10:00"))
    assert one("Page Viewed", events)["properties"]["path"] == huge
    with pytest.raises(RecordError, match="too_large"):
        encode(events[1])
