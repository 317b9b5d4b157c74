"""One order of the stand-in shop can be changed, or deleted."""

from typing import Any

import httpx
import pytest

from standin.server import StandIn
from standin.world import World
from standin.world_time import DAY, wire_time


def test_a_deleted_order_leaves_nothing_and_all_others_as_they_are() -> None:
    shop, other = World(seed=1), World(seed=1)
    customer = next(
        row for row in range(len(shop.tables.customers)) if len(shop.tables.orders_of(row)) > 2
    )
    orders = shop.tables.orders_of(customer)
    gid = shop.order(orders[1])["id"]
    number = shop.tables.orders.id[orders[1]]
    shop.change_order(gid, "delete", {})
    assert shop.node(gid) is None
    assert shop.tables.orders_of(customer) == [orders[0], *orders[2:]]
    left = [fact for fact in other.books() if fact["order"] != number and fact["id"] != number]
    assert [fact for fact in shop.books() if fact["fact"] != "checkout"] == [
        fact for fact in left if fact["fact"] != "checkout"
    ]
    assert [change.kind for change in shop.drain_changes()] == ["customers"]
    with pytest.raises(ValueError, match="there is no order"):
        shop.change_order(gid, "tag", {"tag": "vip"})
    for row in (orders[-1], orders[0]):
        shop.change_order(shop.order(row)["id"], "delete", {})
    assert shop.tables.orders_of(customer) == orders[2:-1]


def test_something_can_happen_to_one_order() -> None:
    shop = World(seed=1)
    shop.advance_to(shop.now + DAY)
    gid = shop.order(120)["id"]
    shop.change_order(gid, "tag", {"tag": "vip"})
    order = shop.node(gid)
    assert order is not None
    assert "vip" in order["tags"]
    assert order["updatedAt"] == wire_time(shop.now)


@pytest.mark.parametrize(
    ("kind", "args", "said"),
    [
        ("cancel", {}, "cancel needs reason in args"),
        ("cancel", {"reason": "BORED"}, "'BORED' is no reason of cancel"),
        ("cancel", {"reason": "OTHER", "notes": ""}, "takes reason, note, refund in args"),
        ("status", {"display": "LOST"}, "'LOST' is no display of status"),
        ("edit", {"by": "app", "add": {"NO-SKU": 1}}, "is no add of edit"),
        ("refund", {"lines": [1]}, "[1] is no lines of refund"),
        ("tag", "vip", "args is an object"),
        ("explode", {}, "kind is one of tag, cancel"),
    ],
)
def test_what_cannot_happen_to_an_order_is_refused_with_a_sentence(
    kind: str, args: object, said: str
) -> None:
    with StandIn(orders=20) as shop:
        words = {"id": "gid://shopify/Order/1", "kind": kind, "args": args}
        refused = httpx.post(f"{shop.url}/_standin/order", json=words)
        assert (refused.status_code, said in refused.json()["error"]) == (400, True), refused.text
        assert httpx.post(f"{shop.url}/_standin/order", json=[]).status_code == 400
        assert shop.problems == []


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("cancel", {"reason": "FRAUD", "note": "x", "refund": True}),
        ("refund", {"lines": "one", "note": "x", "restock": "RETURN", "shipping": True}),
        ("edit", {"by": "app", "add": {"NOTE-DOT": 2}, "paid": True}),
        ("fulfill", {"lines": "first", "company": "UPS", "numbers": 1}),
        ("status", {"display": "DELIVERED"}),
        ("close", {}),
    ],
)
def test_what_can_happen_to_an_order_leaves_one_that_is_read(kind: str, args: Any) -> None:
    with StandIn(orders=300) as shop:
        gid = f"gid://shopify/Order/{shop.world.table('orders').id[120]}"
        words = {"id": gid, "kind": kind, "args": args}
        assert httpx.post(f"{shop.url}/_standin/order", json=words).json() == {"id": gid}
        assert shop.world.node(gid) is not None


def test_the_control_endpoint_reaches_one_order() -> None:
    with StandIn(orders=300) as shop:
        gid = f"gid://shopify/Order/{shop.world.table('orders').id[120]}"
        words = {"id": gid, "kind": "delete"}
        assert httpx.post(f"{shop.url}/_standin/order", json=words).json() == {"id": gid}
        assert shop.world.node(gid) is None
        assert httpx.post(f"{shop.url}/_standin/order", json=words).status_code == 400
