"""The stand-in shop's webhook and REST bodies have the keys that Shopify's have, and no others."""

import json

import pytest

from body_keys import (
    ADDRESS,
    ADJUSTMENT,
    CHECKOUT,
    CHECKOUT_LINE,
    CHECKOUT_SHIPPING_LINE,
    CUSTOMER_OF_REST,
    CUSTOMER_OF_WEBHOOK,
    FEES,
    FULFILLMENT,
    HOME,
    LINE,
    LINE_OF_ORDER,
    NOBODY_KNOWN,
    ORDER_OF_REST,
    ORDER_OF_WEBHOOK,
    REFUND,
    REFUND_OF_ORDER,
    REFUNDED_LINE,
    SHIPPING_LINE,
    SPENDING,
    TRANSACTION,
    TRANSACTION_OF_ORDER,
)
from shop_bodies import RESOURCES, WORLD, body, children, every, kinds_of_keys, within
from standin.bodies import gids, rest, webhook
from standin.world import NAMED

EVERY_RESOURCE = pytest.mark.parametrize("resource", RESOURCES)
EVERY_KIND = pytest.mark.parametrize("kind", ["webhook", "rest"])


def test_a_webhook_of_an_order_has_all_keys_whoever_bought_it() -> None:
    assert kinds_of_keys(every("webhook", "orders")) == {frozenset(ORDER_OF_WEBHOOK)}


def test_rest_leaves_out_of_an_order_who_and_where_is_not_known() -> None:
    for order in every("rest", "orders"):
        assert ORDER_OF_REST - set(order) <= NOBODY_KNOWN, order["name"]
        assert set(order) <= ORDER_OF_REST, order["name"]
        assert None not in [order.get(name, "left out") for name in NOBODY_KNOWN], order["name"]


@EVERY_KIND
def test_a_line_of_an_order_has_the_same_keys_wherever_it_stands_in_the_order(kind: str) -> None:
    expected = LINE_OF_ORDER | ({"sales_line_item_group_id"} if kind == "webhook" else set())
    tip = expected | {"tip_payment_gateway", "tip_payment_method"}
    lines = kinds_of_keys(children(every(kind, "orders"), "line_items"))
    assert lines == {frozenset(expected), frozenset(tip)}
    for path in ("fulfillments", "line_items"), ("refunds", "refund_line_items", "line_item"):
        assert kinds_of_keys(children(every(kind, "orders"), *path)) == {frozenset(expected)}


@EVERY_KIND
def test_the_other_parts_of_an_order_have_their_keys(kind: str) -> None:
    removed = {"current_discounted_price_set"} if kind == "webhook" else set()
    expected = {
        ("shipping_lines",): SHIPPING_LINE | removed,
        ("tax_lines",): set("channel_liable price price_set rate title".split()),
        ("discount_codes",): {"amount", "code", "type"},
        ("note_attributes",): {"name", "value"},
        ("line_items", "properties"): {"name", "value"},
        ("line_items", "discount_allocations"): set(
            "amount amount_set discount_application_index".split()
        ),
        ("fulfillments",): FULFILLMENT,
        ("refunds",): REFUND_OF_ORDER,
        ("refunds", "refund_line_items"): REFUNDED_LINE,
        ("refunds", "transactions"): TRANSACTION_OF_ORDER,
        ("refunds", "order_adjustments"): ADJUSTMENT,
    }
    for path, keys in expected.items():
        assert kinds_of_keys(children(every(kind, "orders"), *path)) == {frozenset(keys)}, path


@EVERY_KIND
def test_each_type_of_discount_has_its_own_words(kind: str) -> None:
    common = set("allocation_method target_selection target_type type value value_type".split())
    words = {
        "discount_code": {"code"},
        "automatic": {"title"},
        "manual": {"title", "description"},
        "script": {"title"},
    }
    found = {
        one["type"]: set(one) - common
        for one in children(every(kind, "orders"), "discount_applications")
    }
    assert found == words


@pytest.mark.parametrize(
    ("kind", "keys"), [("webhook", CUSTOMER_OF_WEBHOOK), ("rest", CUSTOMER_OF_REST)]
)
def test_only_rest_tells_a_customers_tags_and_consents(kind: str, keys: set[str]) -> None:
    more = SPENDING | {"addresses"} if kind == "rest" else {"addresses"}
    order = body(kind, "orders", NAMED["plain"])
    assert set(order["customer"]) == keys
    found = kinds_of_keys(every(kind, "customers"))
    assert found == {frozenset(keys | more), frozenset((keys | more) - {"default_address"})}


@EVERY_KIND
def test_an_address_has_an_id_only_where_it_is_a_customers(kind: str) -> None:
    order = body(kind, "orders", NAMED["plain"])
    assert set(order["shipping_address"]) == set(order["billing_address"]) == ADDRESS
    assert set(order["customer"]["default_address"]) == HOME
    assert kinds_of_keys(children(every(kind, "customers"), "addresses")) == {frozenset(HOME)}


def test_a_refund_of_its_own_tells_more_than_within_its_order() -> None:
    assert kinds_of_keys(every("rest", "refunds")) == {frozenset(REFUND)}
    assert kinds_of_keys(every("webhook", "refunds")) == {frozenset(REFUND - FEES)}
    for kind in "rest", "webhook":
        parts = {
            ("transactions",): TRANSACTION,
            ("refund_line_items",): REFUNDED_LINE,
            ("refund_line_items", "line_item"): LINE,
            ("refund_shipping_lines",): set(
                "id shipping_line shipping_line_id subtotal_amount_set".split()
            ),
        }
        for path, keys in parts.items():
            assert kinds_of_keys(children(every(kind, "refunds"), *path)) == {frozenset(keys)}


def test_a_fulfillment_of_its_own_has_whom_it_goes_to_only_in_a_webhook() -> None:
    assert kinds_of_keys(every("rest", "fulfillments")) == {frozenset(FULFILLMENT)}
    expected = FULFILLMENT | {"destination", "email"}
    assert kinds_of_keys(every("webhook", "fulfillments")) == {frozenset(expected)}
    lines = kinds_of_keys(children(every("webhook", "fulfillments"), "line_items"))
    assert lines == {frozenset(LINE)}
    lines = kinds_of_keys(children(every("rest", "fulfillments"), "line_items"))
    assert lines == {frozenset(LINE | {"fulfillment_line_item_id"})}


def test_a_checkout_has_an_id_only_in_rest() -> None:
    assert kinds_of_keys(every("webhook", "checkouts")) == {frozenset(CHECKOUT)}
    for checkout in every("rest", "checkouts"):
        assert CHECKOUT - NOBODY_KNOWN | {"id"} <= set(checkout) <= CHECKOUT | {"id"}


@EVERY_KIND
def test_the_parts_of_a_checkout_have_their_keys(kind: str) -> None:
    expected = {
        ("line_items",): CHECKOUT_LINE,
        ("shipping_lines",): CHECKOUT_SHIPPING_LINE,
        ("discount_codes",): {"amount", "code", "type"},
        ("tax_lines",): {"channel_liable", "price", "rate", "title"},
        ("line_items", "discount_allocations"): set(
            "amount application_type created_at description discount_class id".split()
        ),
    }
    for path, keys in expected.items():
        assert kinds_of_keys(children(every(kind, "checkouts"), *path)) == {frozenset(keys)}, path
    customer = body(kind, "checkouts", NAMED["checkout-payment"])["customer"]
    assert set(customer) == CUSTOMER_OF_WEBHOOK


@EVERY_RESOURCE
@EVERY_KIND
def test_nothing_of_graphql_is_left_in_a_body(kind: str, resource: str) -> None:
    for one in every(kind, resource):
        assert json.loads(json.dumps(one)) == one
        names = {name for part in within(one) for name in part}
        assert not [name for name in names if name != name.lower() or name.startswith("__")]


@EVERY_RESOURCE
@EVERY_KIND
def test_a_body_belongs_to_the_caller(kind: str, resource: str) -> None:
    gid = next(gids(WORLD, resource))
    first, again = body(kind, resource, gid), body(kind, resource, gid)
    parts = list(within(first))
    assert len({id(part) for part in parts}) == len(parts)
    for part in parts:
        part.clear()
    assert body(kind, resource, gid) == again


@EVERY_RESOURCE
def test_every_record_of_the_shop_is_named_once(resource: str) -> None:
    named = list(gids(WORLD, resource))
    assert len(named) == len(set(named))
    assert len(named) > 30
    if resource in {"orders", "customers"}:
        numbers = [int(gid.rpartition("/")[2]) for gid in named]
        assert numbers == list(WORLD.table(resource).id)


def test_what_the_shop_does_not_have_has_no_body() -> None:
    with pytest.raises(KeyError):
        rest(WORLD, "orders", "gid://shopify/Order/1")
    with pytest.raises(KeyError):
        webhook(WORLD, "orders/eaten", NAMED["plain"])
    with pytest.raises(KeyError):
        rest(WORLD, "carts", NAMED["plain"])
    with pytest.raises(KeyError):
        next(gids(WORLD, "carts"))
