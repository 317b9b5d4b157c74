"""What GraphQL gives becomes a record as a webhook brings it, and nothing of GraphQL is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from graphql import GraphQLEnumType

import littlerelay
from invented_nodes import WHEN, data
from littlerelay import records as shapes_of
from littlerelay.records import Customer, Order
from littlerelay.shopify import records
from standin.schema import load_schema

Node = dict[str, Any]

# What a webhook calls null where nobody typed anything.
NULL_WHERE_EMPTY = set(
    """
    first_name last_name company address1 address2 city province province_code country
    country_code zip phone note variant_title vendor sku
    """.split()
)
# Only REST and webhooks carry these, or only some of a kind, or only the documents of customers.
ABSENT = {
    "checkout_id",
    "client_details",
    "customer.state",
    "customer.verified_email",
    "customer.note",
    "customer.tags",
    "customer.currency",
    "customer.email_marketing_consent",
    "customer.sms_marketing_consent",
}
ONLY_SHOP_MONEY = "_money"  # parts of an order are not asked for in the customer's currency
BY_TYPE = {"code", "title", "description"}  # of a discount application


def order(text: str | None = None, sparse: bool = False, scopes: bool = True) -> Node:
    """Makes an order's record from an answer in which all, or nothing that may be null, is null."""
    node: Node = data("orders", text, sparse, scopes)["page"]["nodes"][0]
    agreements = [] if sparse else data("order_agreements", text)["owner"]["list"]["nodes"]
    node["agreements"] = [{**one, "sales": one["sales"]["nodes"]} for one in agreements]
    return records.order(node)


def customer(text: str | None = None, sparse: bool = False) -> Node:
    return records.customer(data("customers", text, sparse)["page"]["nodes"][0])


def faults(value: object, hint: Any, path: str = "") -> Iterator[str]:
    """Yields where a value is not what the type says, or has a key that the type does not know."""
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        if value is not None or NoneType not in get_args(hint):
            (kind,) = kinds
            yield from faults(value, kind, path)
    elif get_origin(hint) is list:
        for each in value if isinstance(value, list) else [f"no list: {value!r}"]:
            yield from faults(each, get_args(hint)[0], path)
    elif is_typeddict(hint) and isinstance(value, dict):
        hints = get_type_hints(hint)
        yield from (f"{path}{key} is unknown" for key in value.keys() - hints.keys())
        yield from (f"{path}{key} is required" for key in hint.__required_keys__ - value.keys())
        for key in value.keys() & hints.keys():
            yield from faults(value[key], hints[key], f"{path}{key}.")
    elif type(value) is not hint:
        yield f"{path} is {value!r}"


def missing(value: object, hint: Any, path: str = "") -> Iterator[str]:
    """Yields the keys of a type that a record lacks."""
    if get_origin(hint) in (Union, UnionType, list):
        for kind in get_args(hint):
            for each in value if isinstance(value, list) else [value]:
                yield from missing(each, kind, path)
    elif is_typeddict(hint) and isinstance(value, dict):
        for key, kind in get_type_hints(hint).items():
            if key not in value:
                yield f"{path}{key}"
            else:
                yield from missing(value[key], kind, f"{path}{key}.")


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yields every plain value with its path."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


full = pytest.mark.parametrize(
    ("record", "hint"),
    [
        (order(), Order),
        (order(text=""), Order),
        (order(sparse=True), Order),
        (order(scopes=False), Order),
        (customer(), Customer),
        (customer(text=""), Customer),
        (customer(sparse=True), Customer),
    ],
)


@full
def test_a_record_holds_what_its_type_says_and_nothing_else(record: Node, hint: Any) -> None:
    assert set(faults(record, hint)) == set()


@full
def test_no_global_id_no_connection_and_no_enum_of_graphql_is_left(record: Node, hint: Any) -> None:
    for path, value in leaves(record):
        assert "gid:" not in str(value), path
        assert "nodes" not in path
        assert "pageInfo" not in path
        is_code = path.rpartition(".")[2] in (
            "currency", "presentment_currency", "currency_code", "country_code"
        )  # fmt: skip
        assert is_code or value == WHEN or not str(value).isupper(), path


def test_an_order_has_every_field_that_mappers_read() -> None:
    lacking = {path for path in missing(order(), Order) if not path.endswith(ONLY_SHOP_MONEY)}
    of_discounts = {f"discount_applications.{key}" for key in BY_TYPE}
    assert lacking - of_discounts == ABSENT


def test_a_customer_has_every_field_that_mappers_read() -> None:
    assert set(missing(customer(), Customer)) == set()


@pytest.mark.parametrize("record", [order(text=""), customer(text="")])
def test_an_empty_text_is_null(record: Node) -> None:
    seen = set()
    for path, value in leaves(record):
        key = path.rpartition(".")[2]
        if key in NULL_WHERE_EMPTY and not path.startswith(("phone", "customer.phone")):
            seen.add(key)
            assert value is None or key == "country_code", path
    assert {"first_name", "address1", "note"} <= seen


@pytest.mark.parametrize(
    ("gid", "number"),
    [
        ("gid://shopify/Order/1", 1),
        ("gid://shopify/MailingAddress/8796093022208?model_name=CustomerAddress", 8796093022208),
        ("gid://shopify/LineItem/12?a=b/c", 12),
        ("gid://shopify/ProductSale/007", 7),
    ],
)
def test_the_number_of_a_global_id_is_read_without_its_query(gid: str, number: int) -> None:
    assert records.number(gid) == number


def raw_order() -> Node:
    node: Node = data("orders")["page"]["nodes"][0]
    return node


def values_of(enum: str) -> list[str]:
    type_ = load_schema().type_map[enum]
    assert isinstance(type_, GraphQLEnumType)
    return list(type_.values)


SHIPMENT = set(
    """
    attempted_delivery carrier_picked_up confirmed delayed delivered failure in_transit
    label_printed not_delivered out_for_delivery picked_up ready_for_pickup
    """.split()
)


def test_only_news_of_the_carrier_is_a_shipment_status() -> None:
    seen = set()
    for status in [*values_of("FulfillmentDisplayStatus"), None]:
        node = raw_order()
        node["fulfillments"][0]["display_status"] = status
        seen.add(records.order(node)["fulfillments"][0]["shipment_status"])
    assert seen == {*SHIPMENT, None}


def test_a_canceled_fulfillment_is_cancelled_as_webhooks_say() -> None:
    statuses = set()
    for status in values_of("FulfillmentStatus"):
        node = raw_order()
        node["fulfillments"][0]["status"] = status
        statuses.add(records.order(node)["fulfillments"][0]["status"])
    assert "cancelled" in statuses
    assert "canceled" not in statuses


def test_discount_applications_stand_where_their_index_says() -> None:
    node = raw_order()
    applications = node["discount_applications"]["nodes"]
    for index, each in zip([2, 10, 0, 1], applications, strict=True):
        each["index"] = index
    lines = node["line_items"]["nodes"] + node["shipping_lines"]["nodes"]
    for line in lines:
        for allocation in line["discount_allocations"]:
            allocation["discount_application"]["index"] = 10
    order = records.order(node)
    kinds = [each["type"] for each in order["discount_applications"]]
    assert kinds == ["manual", "script", "automatic", "discount_code"]
    places = [
        allocation["discount_application_index"]
        for line in order["line_items"] + order["shipping_lines"]
        for allocation in line["discount_allocations"]
    ]
    assert set(places) == {3}, "an allocation follows its application"
    assert len(places) == sum(len(line["discount_allocations"]) for line in lines)


def test_every_kind_of_discount_is_known() -> None:
    kinds = {each["type"] for each in order()["discount_applications"]}
    assert kinds == {"discount_code", "automatic", "manual", "script"}


def test_tracking_leaves_out_what_is_not_there() -> None:
    node = raw_order()
    node["fulfillments"][0]["tracking_info"] = [
        {"company": None, "number": "", "url": None},
        {"company": "Hermes", "number": "1", "url": "https://example.com/1"},
        {"company": "Other", "number": "2", "url": None},
    ]
    shipped = records.order(node)["fulfillments"][0]
    assert shipped["tracking_company"] == "Hermes"
    assert shipped["tracking_numbers"] == ["1", "2"]
    assert shipped["tracking_urls"] == ["https://example.com/1"]


def test_a_customer_without_mail_or_phone_has_none() -> None:
    record = customer(sparse=True)
    assert record["email"] is None
    assert record["phone"] is None
    assert record["sms_marketing_consent"] is None
    assert record["default_address"] is None


def test_a_product_that_was_deleted_or_may_not_be_read_is_null() -> None:
    for line in order(sparse=True)["line_items"] + order(scopes=False)["line_items"]:
        ours = ("product_id", "variant_id", "url", "compare_at_price")
        assert [line[key] for key in ours] == [None] * 4


def test_the_type_of_a_product_is_null_where_it_was_deleted_and_absent_where_it_is_unknown() -> (
    None
):
    assert {line["product_type"] for line in order(sparse=True)["line_items"]} == {None}
    assert all("product_type" not in line for line in order(scopes=False)["line_items"])


def test_who_edited_an_order_is_absent_where_the_app_may_not_read_users() -> None:
    assert all(one["user_id"] for one in order()["agreements"])
    hidden = data("order_agreements", scopes=False)["owner"]["list"]["nodes"]
    node = raw_order()
    node["agreements"] = [{**one, "sales": one["sales"]["nodes"]} for one in hidden]
    agreements = records.order(node)["agreements"]
    assert agreements
    assert all("user_id" not in one for one in agreements)


def test_only_a_few_fields_are_kept_that_nobody_reads() -> None:
    house = Path(littlerelay.__file__).parent
    read = {
        name
        for path in house.rglob("*.py")
        if path.parent.name != "records"
        for name in re.findall(r'"(\w+)"', path.read_text())
    }
    shapes = [getattr(shapes_of, name) for name in shapes_of.__all__]
    fields = {field for shape in shapes for field in shape.__annotations__}
    unread = fields - read
    assert unread == {
        "current_quantity",
        "customer_locale",
        "original_total_additional_fees_set",
        "original_total_duties_set",
        "province_code",
        "rate",
    }
    told = shapes_of.__doc__ or ""
    assert {one for one in unread if not one.endswith("_set")} <= set(
        re.findall(r"``(\w+)``", told)
    )
