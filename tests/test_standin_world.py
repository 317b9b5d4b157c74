"""The stand-in shop's records: complete by Shopify's schema, the same from the same seed."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_required_argument,
)

from standin.world import NAMED, World

FIXTURES = Path(__file__).parents[1] / "fixtures"
WIRE: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: isinstance(value, str),
    "ID": lambda value: isinstance(value, str) and value.startswith("gid://shopify/"),
    "Int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, float),
    "Boolean": lambda value: isinstance(value, bool),
    "DateTime": lambda value: len(value) == 20 and value.endswith("Z") and value[10] == "T",
    "Decimal": lambda value: isinstance(value, str) and float(value) == float(value),
    "Money": lambda value: isinstance(value, str) and float(value) >= 0,
    "UnsignedInt64": lambda value: isinstance(value, str) and value.isdecimal(),
    "URL": lambda value: value.startswith("https://"),
    "HTML": lambda value: isinstance(value, str),
    "FormattedString": lambda value: isinstance(value, str),
    "JSON": lambda value: isinstance(value, str),
}

# What the shop has at least one of.
KINDS = {
    "AbandonedCheckout",
    "AbandonedCheckoutLineItem",
    "AdditionalFee",
    "AdditionalFeeSale",
    "AdjustmentSale",
    "App",
    "AutomaticDiscountApplication",
    "Customer",
    "CustomerEmailAddress",
    "CustomerPhoneNumber",
    "CustomerVisit",
    "DiscountCodeApplication",
    "Duty",
    "DutySale",
    "Fulfillment",
    "GiftCardSale",
    "Location",
    "ManualDiscountApplication",
    "MarketRegionCountry",
    "MarketingEvent",
    "Metafield",
    "Order",
    "OrderAdjustment",
    "OrderAgreement",
    "OrderEditAgreement",
    "OrderTransaction",
    "Product",
    "ProductSale",
    "ProductVariant",
    "PurchasingCompany",
    "Refund",
    "RefundAgreement",
    "RefundShippingLine",
    "Return",
    "ScriptDiscountApplication",
    "ShippingLineSale",
    "Shop",
    "StaffMember",
    "TipSale",
}


@cache
def schema() -> GraphQLSchema:
    return build_schema((FIXTURES / "shopify-admin-2026-10.graphql").read_text())


@cache
def world() -> World:
    return World()


def everything(shop: World) -> Iterator[dict[str, Any]]:
    yield shop.shop
    yield from shop.markets()
    for row in range(len(shop.table("orders"))):
        yield shop.order(row)
    for row in range(len(shop.table("customers"))):
        yield shop.customer(row)
    yield from left_checkouts(shop)


def left_checkouts(shop: World) -> Iterator[dict[str, Any]]:
    for row in range(len(shop.table("checkouts"))):
        checkout = shop.checkout(row)
        assert checkout is not None
        yield checkout


def faults(node: Mapping[str, Any], seen: set[str], path: str = "") -> Iterator[str]:
    """Yields what is wrong with an object and with all that it holds; records by gid once."""
    if node.get("id") in seen:
        return
    seen |= {node["__typename"], node.get("id") or ""} - {""}
    kind = schema().type_map.get(node["__typename"])
    path = f"{path}/{node['__typename']}"
    if not isinstance(kind, GraphQLObjectType):
        yield f"{path}: no such type"
        return
    names = {name.partition("(")[0] for name in node} - {"__typename"}
    yield from (f"{path}.{name}: no such field" for name in sorted(names - set(kind.fields)))
    for name, field in kind.fields.items():
        if name in node:
            yield from value_faults(node[name], field.type, seen, f"{path}.{name}")
        elif is_needed(field):
            yield f"{path}.{name}: missing"


def is_needed(field: GraphQLField) -> bool:
    asks = any(is_required_argument(argument) for argument in field.args.values())
    needed = isinstance(field.type, GraphQLNonNull)
    return needed and not asks and field.deprecation_reason is None


def value_faults(value: Any, wanted: Any, seen: set[str], path: str) -> Iterator[str]:
    value = value() if callable(value) else value
    if isinstance(wanted, GraphQLNonNull):
        wanted = wanted.of_type
        if value is None:
            yield f"{path}: null"
    if value is None:
        return
    items = wanted.of_type if isinstance(wanted, GraphQLList) else nodes_of(wanted)
    if items is None:
        yield from leaf_faults(value, wanted, seen, path)
    elif isinstance(value, list):
        for item in value:
            yield from value_faults(item, items, seen, path)
    else:
        yield f"{path}: not a list"


def nodes_of(wanted: Any) -> Any:
    """Returns the type of a connection's nodes, None when it is no connection."""
    if isinstance(wanted, GraphQLObjectType) and wanted.name.endswith("Connection"):
        return get_named_type(wanted.fields["nodes"].type)
    return None


def leaf_faults(value: Any, wanted: Any, seen: set[str], path: str) -> Iterator[str]:
    if isinstance(wanted, GraphQLEnumType):
        if value not in wanted.values:
            yield f"{path}: {value!r} is no {wanted.name}"
    elif isinstance(wanted, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        if value["__typename"] not in possible_names(wanted):
            yield f"{path}: {value['__typename']} is no {wanted.name}"
        yield from faults(value, seen, path)
    elif not WIRE[wanted.name](value):
        yield f"{path}: {value!r} is no {wanted.name}"


def possible_names(kind: Any) -> set[str]:
    if isinstance(kind, GraphQLObjectType):
        return {kind.name}
    return {possible.name for possible in schema().get_possible_types(kind)}


def test_every_record_of_the_shop_is_complete_by_shopifys_schema() -> None:
    seen: set[str] = set()
    found = [fault for node in everything(world()) for fault in faults(node, seen)]
    assert sorted({f.rsplit("/", 1)[-1] for f in found}) == []
    assert seen >= KINDS


def test_the_check_by_schema_finds_planted_faults() -> None:
    order = dict(World(orders=40).order(12))
    order["closed"] = "yes"
    order["cancelReason"] = "BORED"
    order["colour"] = "red"
    del order["transactions"]
    found = {fault.rsplit("/", 1)[-1] for fault in faults(order, set())}
    assert found == {
        "Order.closed: 'yes' is no Boolean",
        "Order.cancelReason: 'BORED' is no OrderCancelReason",
        "Order.colour: no such field",
        "Order.transactions: missing",
    }


def test_ids_of_the_shop_are_unique() -> None:
    owners: dict[str, int] = {}
    for row in range(len(world().table("orders"))):
        for gid in children(world().order(row)):
            assert owners.setdefault(gid, row) == row, gid
    for row, checkout in enumerate(left_checkouts(world())):
        for gid in distinct(line["id"] for line in checkout["lineItems"]):
            assert owners.setdefault(gid, -1 - row) == -1 - row, gid


def children(order: Mapping[str, Any]) -> Iterator[str]:
    for name in ("lineItems", "shippingLines", "transactions", "refunds", "fulfillments"):
        yield from distinct(child["id"] for child in order[name])
    for parent, name in (("refunds", "refundLineItems"), ("fulfillments", "fulfillmentLineItems")):
        yield from distinct(child["id"] for node in order[parent] for child in node[name])
    yield from distinct(s["id"] for agreement in order["agreements"]() for s in agreement["sales"])


def distinct(gids: Iterator[str]) -> list[str]:
    listed = list(gids)
    assert len(set(listed)) == len(listed), listed
    return listed


@pytest.mark.parametrize("name", NAMED)
def test_a_named_record_is_found_by_its_gid(name: str) -> None:
    node = world().node(NAMED[name])
    assert node is not None
    assert node["id"] == NAMED[name]


def test_children_and_what_is_always_there_are_found_by_their_gids() -> None:
    order = world().node(NAMED["refund-full"])
    assert order is not None
    for name in ("lineItems", "fulfillments", "refunds", "returns", "transactions"):
        for child in order[name]:
            assert world().node(child["id"]) is child
    checkout = world().node(NAMED["checkout-codes"])
    assert checkout is not None
    for line in checkout["lineItems"]:
        assert world().node(line["id"]) == line
    market = world().markets()[0]
    assert world().node(market["id"]) == market
    assert order["refunds"][0]["order"]() is order


@pytest.mark.parametrize(
    "gid",
    [
        "gid://shopify/Order/1",
        "gid://shopify/Order/9000000000",
        "gid://shopify/Refund/17000999990000",
        "gid://shopify/Refund/3",
        "gid://shopify/Unicorn/1",
        "gid://shopify/AbandonedCheckout/1",
        "gid://shopify/AbandonedCheckoutLineItem/28000999990000",
        "gid://shopify/Order/5000000001x",
        "nonsense",
        "",
    ],
)
def test_an_unknown_gid_gives_nothing(gid: str) -> None:
    assert world().node(gid) is None
