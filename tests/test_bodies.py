"""Bodies of webhooks and of REST become records, and a body stays what it was."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest

from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.shopify import bodies
from made_bodies import (
    MAPPING,
    WHEN,
    Body,
    both,
    checkout_body,
    foreign_order,
    line_body,
    order_body,
    paid_back,
    refund_body,
)
from recorded_carts import cart_body

SHAPES = {
    "orders": bodies.order,
    "customers": bodies.customer,
    "checkouts": bodies.checkout,
    "carts": bodies.cart,
}


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("orders", order_body()),
        ("orders", foreign_order(refunds=[refund_body(transactions=[paid_back("8.00", "USD")])])),
        ("customers", order_body()["customer"]),
        ("checkouts", checkout_body()),
        ("carts", cart_body(0, line_body(properties={}) | {"price": "15.00"}, attributes={"a": 1})),
    ],
)
def test_a_body_is_never_changed(resource: str, body: Body) -> None:
    before = copy.deepcopy(body)
    SHAPES[resource](body)
    assert body == before


# Every field that an adapter shapes, and what it cannot be.
@pytest.mark.parametrize("wrong", [5, "text", [5], [[]], {"a": 1}, [None], True])
@pytest.mark.parametrize("field", sorted(foreign_order() | refund_body()))
def test_a_wrong_value_is_rejected_or_does_not_matter(field: str, wrong: object) -> None:
    refund = refund_body(transactions=[paid_back("8.00", "USD")])
    for body in (
        foreign_order(refunds=[refund]) | {field: wrong},
        foreign_order(refunds=[refund | {field: wrong}]),
        foreign_order(line_items=[line_body() | {field: wrong}]),
    ):
        with suppress(RecordError):  # anything else fails the test
            map_record("orders", bodies.order(body), MAPPING)


def test_a_field_that_is_wrong_is_named_with_its_path() -> None:
    body = order_body(line_items=[line_body(), line_body(price=5, quantity=[2])])
    with pytest.raises(RecordError, match=r"wrong_type: line_items\[1\]\.quantity"):
        map_record("orders", bodies.order(body), MAPPING)


def test_an_orders_number_is_the_one_of_its_name() -> None:
    assert bodies.order(order_body())["number"] == 1001


def test_what_nobody_typed_is_null() -> None:
    record = bodies.order(order_body(billing_address={"city": "", "zip": "10115"}))
    (line,) = record["line_items"]
    assert [record["email"], record["note"], record["customer"]["first_name"]] == [None] * 3
    assert [line["variant_title"], line["vendor"], line["sku"]] == [None] * 3
    assert record["billing_address"] == {"city": None, "zip": "10115"}


def test_a_checkout_that_tells_no_id_has_it_in_its_name() -> None:
    nameless = {name: value for name, value in checkout_body().items() if name != "id"}
    assert bodies.checkout(nameless | {"name": "#3001"})["id"] == 3001
    assert bodies.checkout(checkout_body(name="#17"))["id"] == 3001
    assert "id" not in bodies.checkout(nameless | {"name": "#D17"})


def test_tags_are_written_with_one_comma_and_one_space() -> None:
    record = bodies.order(order_body())
    assert (record["tags"], record["customer"]["tags"]) == ("vip, first order", "b, a")


def test_a_customer_without_tags_or_totals_keeps_them_unknown() -> None:
    record = bodies.customer({"id": 7001, "created_at": WHEN, "updated_at": WHEN})
    assert record.keys() == {"id", "created_at", "updated_at"}


def test_a_plain_amount_is_in_the_shops_money() -> None:
    record = bodies.order(order_body())
    expected = {"shop_money": {"amount": "40.00", "currency_code": "EUR"}}
    assert record["total_price_set"] == expected
    assert record["line_items"][0]["price_set"]["shop_money"]["amount"] == "20.00"


def test_a_money_set_is_preferred_to_the_plain_amount_beside_it() -> None:
    body = order_body(total_price_set=both("40.00", "43.00"))
    assert bodies.order(body)["total_price_set"] == both("40.00", "43.00")


@pytest.mark.parametrize(
    "told",
    [
        [{"name": "gift", "value": "yes"}, {"name": "size", "value": 5}],
        {"gift": "yes", "size": 5},
    ],
)
def test_attributes_are_names_with_texts_however_they_came(told: object) -> None:
    record = bodies.order(order_body(note_attributes=told))
    assert record["note_attributes"] == [
        {"name": "gift", "value": "yes"},
        {"name": "size", "value": "5"},
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), (True, "true"), (1.5, "1.5"), ({"a": [1]}, '{"a":[1]}'), ("", "")],
)
def test_an_attributes_value_is_a_text_or_null(value: object, text: str | None) -> None:
    record = bodies.order(order_body(note_attributes=[{"name": "x", "value": value}]))
    assert record["note_attributes"][0]["value"] == text


@pytest.mark.parametrize("none", [None, {}, []])
def test_no_properties_are_an_empty_list(none: object) -> None:
    record = bodies.order(order_body(line_items=[line_body(properties=none)]))
    assert record["line_items"][0]["properties"] == []


def test_a_removed_shipping_line_is_none() -> None:
    lines = [
        {"id": 1, "title": "Old", "price": "9.00", "is_removed": True},
        {"id": 2, "title": "New", "price": "4.90", "discounted_price": "2.90"},
    ]
    (line,) = bodies.order(order_body(shipping_lines=lines))["shipping_lines"]
    assert line["discounted_price_set"]["shop_money"]["amount"] == "2.90"


def test_a_fulfillment_tells_its_lines_by_id_and_quantity() -> None:
    body = {"id": 1, "status": "canceled", "line_items": [line_body()], "tracking_number": "EX1"}
    record = bodies.fulfillment(body)
    assert [(line["id"], line["quantity"]) for line in record["line_items"]] == [(9001, 2)]
    assert (record["status"], record["tracking_numbers"]) == ("cancelled", ["EX1"])


def test_a_checkouts_amounts_are_in_the_customers_currency_and_say_so() -> None:
    record = bodies.checkout(checkout_body())
    assert record["currency"] == "USD"
    assert record["total_price_set"] == both("43.00", "43.00", "USD USD")
    assert record["line_items"][0]["price_set"]["shop_money"]["currency_code"] == "USD"


def test_a_checkouts_lines_are_known_by_their_place() -> None:
    record = bodies.checkout(checkout_body(line_items=[line_body(id="a"), line_body(id="b")]))
    assert [line["id"] for line in record["line_items"]] == [1, 2]


@pytest.mark.parametrize(("line", "count"), [({"title": "Post", "price": "0.00"}, 1), (None, 0)])
def test_a_checkouts_one_shipping_line_is_a_list(line: object, count: int) -> None:
    record = bodies.checkout(checkout_body(shipping_line=line))
    assert len(record["shipping_lines"]) == count


@pytest.mark.parametrize("total", [None, "x", {}, [], 5])
def test_a_checkouts_total_that_is_no_money_is_rejected_or_unknown(total: object) -> None:
    body = checkout_body(total_price_set=total)
    with suppress(RecordError):  # anything else fails the test
        map_record("checkouts", bodies.checkout(body), MAPPING)


def test_an_attribute_that_is_nested_too_deeply_is_rejected() -> None:
    deep: list[Any] = []
    for _ in range(600):
        deep = [deep]
    with pytest.raises(RecordError, match="wrong_type"):
        bodies.order(order_body(note_attributes=[{"name": "a", "value": deep}]))
