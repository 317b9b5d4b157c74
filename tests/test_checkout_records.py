"""An abandoned checkout of GraphQL becomes a record as a webhook brings it."""

from __future__ import annotations

from typing import Any

import pytest

from invented_nodes import data
from littlerelay.mappers.shape import fault
from littlerelay.records import Checkout, LineItem
from littlerelay.shopify.checkouts import checkout, tokens

Node = dict[str, Any]

HEX = "2a1ace52255252df566af0faaedfbfa7"
CART = "Z2NwLXVzLWVhc3QxOjAxSkJaTUVRSjgzNUJUN1BTNjEzRFdRUFFQ"
# What Shopify's history does not tell of a checkout; of the two tokens it tells one, or none.
ABSENT = {
    *("cart_token", "token", "email", "phone", "gateway"),
    *("source_name", "location_id", "shipping_lines"),
}


def raw(text: str | None = None, sparse: bool = False, scopes: bool = True) -> Node:
    node: Node = data("checkouts", text, sparse, scopes)["page"]["nodes"][0]
    for line in node["line_items"]["nodes"]:  # all that was invented has one and the same index
        for index, allocation in enumerate(line["discount_allocations"]["nodes"]):
            allocation["discount_application"]["index"] = 10 * (index % 2)
    return node


@pytest.mark.parametrize("sparse", [False, True])
def test_a_checkout_has_the_shape_of_a_record(sparse: bool) -> None:
    record = checkout(raw(sparse=sparse))
    assert fault(record, Checkout) is None
    assert record.keys() == Checkout.__annotations__.keys() - ABSENT
    assert record["line_items"]
    for line in record["line_items"]:
        assert line.keys() <= LineItem.__annotations__.keys()


def test_empty_texts_are_null() -> None:
    record = checkout(raw(text=""))
    (line, *_) = record["line_items"]
    assert {line["variant_title"], line["vendor"], line["sku"]} == {None}
    assert record["shipping_address"]["address1"] is None
    assert record["billing_address"]["city"] is None
    assert record["customer"]["first_name"] is None


def test_what_a_line_tells_of_its_discounts_points_to_the_applications() -> None:
    record = checkout(raw())
    assert len(record["discount_applications"]) == 2
    for line in record["line_items"]:
        places = [one["discount_application_index"] for one in line["discount_allocations"]]
        assert places == [0, 1]


def test_a_line_without_products_scope_keeps_what_is_its_own() -> None:
    (line, *_) = checkout(raw(scopes=False))["line_items"]
    assert "product_type" not in line
    assert (line["product_id"], line["vendor"], line["variant_id"]) == (None, None, None)
    assert line["title"] == "title"


def test_the_currency_is_that_of_the_shops_money() -> None:
    node = raw()
    node["total_price_set"]["shop_money"]["currency_code"] = "JPY"
    node["total_price_set"]["presentment_money"]["currency_code"] = "USD"
    record = checkout(node)
    assert (record["currency"], record["presentment_currency"]) == ("JPY", "USD")
    assert record["customer"]["currency"] == "JPY"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"/548380009/checkouts/{HEX}/recover?key=6dac", {"token": HEX}),
        (f"/checkouts/{HEX}", {"token": HEX}),
        (f"/59026964593/checkouts/ac/{CART}/recover?key=0385&locale=en-US", {"cart_token": CART}),
        (f"/checkouts/ac/{HEX}/recover?key=1", {"cart_token": HEX}),
        (f"/checkouts/cn/{CART}", {"cart_token": CART}),
        (f"/59026964593/orders/{HEX}/authenticate?key=1", {}),
        (f"/recover?to=/checkouts/{HEX}", {}),
        (f"/checkouts/xy/{HEX}/recover", {}),
        ("/checkouts/recover", {}),
        ("", {}),
    ],
)
def test_a_recovery_address_tells_the_token_of_the_checkout_or_that_of_its_cart(
    path: str, found: dict[str, str]
) -> None:
    assert tokens(f"https://shop.example.com{path}") == found
