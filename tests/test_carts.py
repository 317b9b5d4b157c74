"""What a buyer put into a cart and took out of it is told once, and only if it stayed."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from golden import SHOP, record_of
from littlerelay.errors import RecordError
from littlerelay.events import MAX_EVENT_BYTES, encode, message_id
from littlerelay.mappers import map_record, map_records
from littlerelay.mappers.identity import anonymous_id
from littlerelay.settings import Mapping, Markets
from made_bodies import MAPPING, Body, both
from recorded_carts import TOKEN, cart_body, events_of, line_body, told


def test_what_the_first_record_holds_was_added_then() -> None:
    assert told([cart_body(386, line_body(2))]) == [("00:00.386", "added", 2)]


def test_a_cart_that_was_never_recorded_gives_nothing() -> None:
    assert map_records("carts", [], MAPPING) == []


def test_an_event_tells_the_difference_between_two_records() -> None:
    found = [cart_body(0, line_body(1)), cart_body(40_000, line_body(4))]
    found += [cart_body(80_000, line_body(2)), cart_body(90_000)]
    assert told(found) == [
        ("00:00.000", "added", 1),
        ("00:40.000", "added", 3),
        ("01:20.000", "removed", 2),
        ("01:30.000", "removed", 2),
    ]


@pytest.mark.parametrize(
    ("stayed", "expected"),
    [
        (1, []),
        (10_000, []),
        (10_001, [("00:00.000", "added", 1), ("00:10.001", "removed", 1)]),
    ],
    ids=["at once", "ten seconds", "longer"],
)
def test_what_goes_within_ten_seconds_was_never_added(
    stayed: int, expected: list[tuple[str, str, int]]
) -> None:
    assert told([cart_body(0, line_body()), cart_body(stayed)]) == expected


def test_another_change_within_ten_seconds_takes_nothing_back() -> None:
    found = [cart_body(0, line_body()), cart_body(3_000, line_body(1, 8502), line_body())]
    assert told(found) == [("00:00.000", "added", 1), ("00:03.000", "added", 1)]


def test_of_two_additions_the_younger_is_taken_back() -> None:
    found = [cart_body(0, line_body(2)), cart_body(8_000, line_body(5))]
    found += [cart_body(9_000, line_body(4)), cart_body(14_000, line_body(1))]
    assert told(found) == [("00:00.000", "added", 2), ("00:14.000", "removed", 1)]


def test_what_is_taken_back_in_parts_is_told_by_what_stayed() -> None:
    found = [cart_body(0, line_body(5)), cart_body(2_000, line_body(3))]
    found += [cart_body(4_000, line_body(4)), cart_body(6_000, line_body(2))]
    assert told(found) == [("00:00.000", "added", 2)]


def test_what_is_taken_out_and_put_back_is_told_as_such() -> None:
    found = [cart_body(0, line_body()), cart_body(60_000), cart_body(63_000, line_body())]
    assert told(found) == [
        ("00:00.000", "added", 1),
        ("01:00.000", "removed", 1),
        ("01:03.000", "added", 1),
    ]
    assert len({event["messageId"] for event in events_of(found)}) == 3


def test_what_is_taken_back_and_put_in_again_was_added_the_second_time() -> None:
    found = [cart_body(0, line_body()), cart_body(4_000), cart_body(8_000, line_body())]
    assert told([*found, cart_body(15_000, line_body(), note="Ring twice")]) == [
        ("00:08.000", "added", 1)
    ]


def test_a_line_whose_properties_change_is_neither_removed_nor_added() -> None:
    found = [cart_body(0, line_body(3)), cart_body(60_000, line_body(3, mark="bb"))]
    found += [cart_body(70_000, line_body(1, mark="cc"), line_body(2, mark="bb"))]
    assert told(found) == [("00:00.000", "added", 3)]


def test_a_line_that_changed_is_as_old_as_it_was() -> None:
    found = [cart_body(0, line_body()), cart_body(8_000, line_body(mark="bb"))]
    assert told([*found, cart_body(9_000)]) == []
    assert told([*found, cart_body(10_001)]) == [
        ("00:00.000", "added", 1),
        ("00:10.001", "removed", 1),
    ]


def test_a_line_that_changed_into_another_makes_no_younger_one_old() -> None:
    found = [cart_body(0, line_body()), cart_body(20_000, line_body(1, mark="bb"), line_body())]
    found += [cart_body(25_000, line_body(2, mark="bb")), cart_body(28_000, line_body(mark="bb"))]
    assert told(found) == [("00:00.000", "added", 1)]


def test_a_line_can_change_and_grow_at_once() -> None:
    found = [cart_body(0, line_body()), cart_body(60_000, line_body(3, mark="bb"))]
    assert told(found) == [("00:00.000", "added", 1), ("01:00.000", "added", 2)]


def test_one_product_in_place_of_another_is_removed_and_added() -> None:
    found = [cart_body(0, line_body()), cart_body(60_000, line_body(1, 8502))]
    events = [(one["event"], one["properties"]["name"]) for one in events_of(found)]
    assert events == [
        ("Product Added", "Mug 8501"),
        ("Product Removed", "Mug 8501"),
        ("Product Added", "Mug 8502"),
    ]


def test_lines_without_a_key_are_known_by_their_variant() -> None:
    keyless = [line_body(1, key=None), line_body(2, key=None, properties={"Engraving": "Ada"})]
    found = [cart_body(0, *keyless), cart_body(60_000, keyless[0])]
    assert told(found) == [("00:00.000", "added", 3), ("01:00.000", "removed", 2)]
    path = f"carts/{TOKEN}/8501/removed/2026-09-01T10%3A01%3A00.000Z"
    assert events_of(found)[1]["messageId"] == message_id("", SHOP, path)


def test_a_fact_names_the_cart_the_line_and_the_time() -> None:
    (event,) = events_of([cart_body(386, line_body())])
    path = f"carts/{TOKEN}/8501%3Aaa/added/2026-09-01T10%3A00%3A00.386Z"
    assert event["messageId"] == message_id("", SHOP, path)


def test_of_two_records_of_one_moment_one_counts_whatever_their_order() -> None:
    found = [cart_body(0, line_body(1)), cart_body(0, line_body(2)), cart_body(30_000)]
    for order in itertools.permutations(found):
        assert told(order) == [("00:00.000", "added", 2), ("00:30.000", "removed", 2)]


def properties_of(*lines: Body, **more: Any) -> dict[str, Any]:
    """Gives the properties of the one addition."""
    (event,) = events_of([cart_body(0, *lines, **more)])
    properties: dict[str, Any] = event["properties"]
    return properties


def test_the_product_stands_among_the_events_own_properties() -> None:
    line = line_body(
        2, properties={"Engraving": "Ada", "Gift": None}, sku="MUG", vendor="Tidewater"
    )
    assert properties_of(line) == {
        "cart_id": TOKEN,
        "currency": "EUR",
        "presentment_currency": "USD",
        "sent_from": "littlerelay",
        "brand": "Tidewater",
        "name": "Mug 8501",
        "price": 20.0,
        "product_id": "8001",
        "quantity": 2,
        "product_properties": [
            {"name": "Engraving", "value": "Ada"},
            {"name": "Gift", "value": None},
        ],
        "shopify_product_id": "8001",
        "shopify_variant_id": "8501",
        "sku": "MUG",
    }


def test_the_price_is_that_before_discounts_in_the_shops_money() -> None:
    cheaper = line_body(3) | {"price": "15.00", "price_set": both("15.00", "16.80")}
    assert properties_of(cheaper)["price"] == 20.0


def test_what_a_product_can_do_without_is_left_out_of_an_event_that_is_too_long() -> None:
    (event,) = events_of([cart_body(0, line_body(properties={"Drawing": "x" * MAX_EVENT_BYTES}))])
    properties = json.loads(encode(event))["properties"]
    assert event["properties"].keys() - properties.keys() == {"product_properties"}


def test_a_body_of_old_tells_no_currency() -> None:
    line = {name: value for name, value in line_body().items() if not name.endswith("_set")}
    for body in (line, line | {"price": "15.00"}):
        told = properties_of(body)
        assert (told["price"], told.get("currency")) == (20.0, None)
    assert properties_of(line, currency="JPY")["currency"] == "JPY"


def test_the_secret_of_a_cart_is_not_told() -> None:
    told = properties_of(line_body(), token=f"{TOKEN}?key=0385163be3875d3a2117e982d9cc3517")
    assert told["cart_id"] == TOKEN
    assert properties_of(line_body(), token=None)["cart_id"] == TOKEN


def test_a_visitor_is_known_by_the_cart_alone_as_a_checkout_of_it_is() -> None:
    (event,) = events_of([cart_body(0, line_body())])
    assert event["anonymousId"] == anonymous_id(SHOP, "carts", TOKEN)
    checkout = record_of("checkouts/contact_only") | {"cart_token": TOKEN, "customer": None}
    assert map_record("checkouts", checkout, MAPPING)[0]["anonymousId"] == event["anonymousId"]


@pytest.mark.parametrize("name", ["attributes", "note_attributes"])
def test_a_visitor_that_was_noted_later_is_known_from_the_start(name: str) -> None:
    noted = {"segment-clientID": "11111111-2222-4333-8444-555555555555", "Gift": "yes"}
    found = [cart_body(0, line_body()), cart_body(900, line_body(), **{name: noted})]
    events = events_of([*found, cart_body(60_000)])
    assert {event["anonymousId"] for event in events} == {noted["segment-clientID"]}
    assert len(events) == 2


@pytest.mark.parametrize(
    ("by_country", "elsewhere", "expected"),
    [
        ({}, "international", "international"),
        ({"DE": "europe"}, "europe", "europe"),
        ({"DE": "europe"}, "international", None),
        ({"DE": "europe"}, None, None),
        ({}, None, None),
    ],
    ids=["of all", "the same", "of two", "of one country", "none"],
)
def test_the_market_of_a_cart_is_known_where_there_is_but_one(
    by_country: dict[str, str], elsewhere: str | None, expected: str | None
) -> None:
    markets = Markets(by_country, elsewhere)
    (event,) = events_of([cart_body(0, line_body())], Mapping(shop=SHOP, markets=markets))
    assert event["properties"].get("market_handle") == expected


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ((1, "updated_at"), "yesterday", "malformed_time: [1].updated_at"),
        ((1, "updated_at"), None, "wrong_type: [1].updated_at"),
        ((0, "token"), 5, "wrong_type: [0].token"),
        ((1, "line_items"), "none", "wrong_type: [1].line_items"),
        ((1, "line_items", 0, "quantity"), "2", "wrong_type: [1].line_items[0].quantity"),
        (
            (1, "line_items", 0, "price_set", "shop_money", "amount"),
            "20 €",
            "malformed_money: [1].line_items[0].price_set.shop_money.amount",
        ),
    ],
)
def test_a_record_that_cannot_be_mapped_is_named_with_the_path(
    place: tuple[Any, ...], value: object, expected: str
) -> None:
    records = record_of("carts/emptied")
    *above, last = place
    inside = records
    for step in above:
        inside = inside[step]
    inside[last] = value
    with pytest.raises(RecordError) as caught:
        map_records("carts", records, MAPPING)
    assert str(caught.value) == expected
