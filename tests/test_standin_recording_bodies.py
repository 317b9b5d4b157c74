"""The bodies of a recorded afternoon have the keys that Shopify's and Recharge's have."""

import re
from typing import Any

import pytest

from afternoons import payloads, recorded
from body_keys import (
    CHECKOUT,
    CHECKOUT_LINE,
    CHECKOUT_SHIPPING_LINE,
    CUSTOMER_OF_WEBHOOK,
    FEES,
    FULFILLMENT,
    ORDER_OF_WEBHOOK,
    REFUND,
    TRANSACTION,
)
from shop_bodies import children, kinds_of_keys

CART = {"created_at", "id", "line_items", "note", "token", "updated_at"}
CART_LINE = set(
    """
    discounted_price discounted_price_set discounts gift_card grams id key line_price line_price_set
    original_line_price original_line_price_set original_price price price_set product_id properties
    quantity sku taxable title total_discount total_discount_set variant_id vendor
    """.split()
)
SUBSCRIPTION = set(
    """
    address_id analytics_data cancellation_reason cancellation_reason_comments cancelled_at
    charge_interval_frequency created_at customer_id expire_after_specific_number_of_charges
    external_product_id external_variant_id has_queued_charges id is_prepaid is_skippable
    is_swappable max_retries_reached next_charge_scheduled_at order_day_of_month order_day_of_week
    order_interval_frequency order_interval_unit presentment_currency price product_title
    properties quantity sku sku_override status updated_at variant_title
    """.split()
)
UTC_MS = re.compile(r"2026-11-02T\d\d:\d\d:\d\d\.\d{3}Z")
SHOPS = re.compile(r"2026-11-02T\d\d:\d\d:\d\d-05:00")


def test_carts_have_the_keys_and_the_values_of_shopifys() -> None:
    carts = list(payloads("carts/create", "carts/update"))
    assert kinds_of_keys(carts) == {frozenset(CART)}
    lines = list(children(carts, "line_items"))
    assert kinds_of_keys(lines) == {frozenset(CART_LINE)}
    for cart in carts:
        assert cart["id"] == cart["token"]
        assert UTC_MS.fullmatch(cart["created_at"])
        assert UTC_MS.fullmatch(cart["updated_at"])
    for line in lines:
        assert line["id"] == line["variant_id"]
        assert re.fullmatch(rf"{line['variant_id']}:[0-9a-f]{{32}}", line["key"])
        assert isinstance(line["properties"], dict)
        assert re.fullmatch(r"\d+\.\d\d", line["price"])
        assert float(line["line_price"]) == float(line["price"]) * line["quantity"]
        for name in CART_LINE:
            if name.endswith("_set"):
                money = line[name]["shop_money"]
                assert float(money["amount"]) == float(line[name.removesuffix("_set")])
                assert money == line[name]["presentment_money"]


def test_a_cart_is_created_once_and_its_first_record_says_so() -> None:
    created = list(payloads("carts/create"))
    assert len({cart["token"] for cart in created}) == len(created)
    assert all(cart["created_at"] == cart["updated_at"] for cart in created)
    began = {cart["token"]: cart["created_at"] for cart in created}
    for cart in payloads("carts/update"):
        assert cart["created_at"] == began[cart["token"]]
        assert cart["updated_at"] > cart["created_at"]


@pytest.mark.parametrize(
    ("topics", "keys"),
    [
        (("orders/create", "orders/updated", "orders/cancelled"), ORDER_OF_WEBHOOK),
        (("refunds/create",), REFUND - FEES),
        (("fulfillments/create", "fulfillments/update"), FULFILLMENT),
        (("order_transactions/create",), TRANSACTION),
        (("checkouts/create", "checkouts/update"), CHECKOUT),
    ],
    ids=["orders", "refunds", "fulfillments", "transactions", "checkouts"],
)
def test_records_have_all_keys_of_their_kind(topics: tuple[str, ...], keys: set[str]) -> None:
    bodies = list(payloads(*topics))
    assert all(set(body) >= keys for body in bodies)
    assert len(kinds_of_keys(bodies)) == 1


def test_checkouts_have_lines_and_shipping_lines_as_they_are_known() -> None:
    checkouts = list(payloads("checkouts/create", "checkouts/update"))
    assert kinds_of_keys(children(checkouts, "line_items")) == {frozenset(CHECKOUT_LINE)}
    shipped = kinds_of_keys(children(checkouts, "shipping_lines"))
    assert shipped == {frozenset(CHECKOUT_SHIPPING_LINE)}
    for checkout in checkouts:
        assert SHOPS.fullmatch(checkout["updated_at"])
        assert re.fullmatch(r"[0-9a-f]{32}", checkout["token"])
        assert checkout["shipping_address"] or not checkout["shipping_lines"]
        assert checkout["email"] or not checkout["shipping_address"]


def test_customers_are_told_without_what_webhooks_lost() -> None:
    for body in payloads("customers/create", "customers/update", "customers/enable"):
        assert set(body) <= CUSTOMER_OF_WEBHOOK | {"addresses"}
        assert SHOPS.fullmatch(body["updated_at"])


def test_an_edit_names_lines_by_number_and_who_made_it() -> None:
    for body in payloads("orders/edited"):
        edit = body["order_edit"]
        assert (edit["app_id"] is None) != (edit["user_id"] is None)
        for one in edit["line_items"]["additions"]:
            assert set(one) == {"id", "delta"}
            assert one["delta"] > 0
        assert edit["line_items"]["removals"] == []


def test_tags_of_a_customer_are_told_in_the_words_of_graphql() -> None:
    (body,) = payloads("customer.tags_added")
    assert body["customerId"].startswith("gid://shopify/Customer/")
    assert body["tags"] == ["met at the fair"]


def test_recharge_writes_times_in_utc_and_ids_of_the_shop_as_texts() -> None:
    topics = ("created", "updated", "skipped", "cancelled")
    for body in payloads(*(f"subscription/{topic}" for topic in topics)):
        assert set(body) == {"subscription"}
        told = body["subscription"]
        assert set(told) == SUBSCRIPTION
        assert re.fullmatch(r"2026-11-02T\d\d:\d\d:\d\d\+00:00", told["updated_at"])
        assert told["external_variant_id"]["ecommerce"].isdecimal()
    (body,) = payloads("charge/failed")
    assert body["charge"]["status"] == "error"
    assert body["charge"]["total_price"] == body["charge"]["line_items"][0]["total_price"]


def test_everybody_is_invented_and_at_example_com() -> None:
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, str):
            found.update(re.findall(r"[\w.+-]+@[\w.-]+", value))
        for one in value.values() if isinstance(value, dict) else ():
            look(one)
        for one in value if isinstance(value, list) else ():
            look(one)

    look(recorded().lines)
    assert len(found) > 5
    assert all(address.lower().endswith("@example.com") for address in found)
