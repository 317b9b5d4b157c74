"""One order of the stand-in shop can be changed, or deleted."""

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


def test_the_control_endpoint_reaches_one_order() -> None:
    with StandIn(orders=300) as shop:
        gid = f"gid://shopify/Order/{shop.world.table('orders').id[120]}"
        words = {"id": gid, "kind": "delete"}
        assert httpx.post(f"{shop.url}/_standin/order", json=words).json() == {"id": gid}
        assert shop.world.node(gid) is None
        assert httpx.post(f"{shop.url}/_standin/order", json=words).status_code == 400
