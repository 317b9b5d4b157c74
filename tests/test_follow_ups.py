"""What a bulk operation leaves out is asked for by id, in batches, and only where it is needed."""

from __future__ import annotations

from typing import Any

import pytest

from littlerelay.errors import UnreachableError
from littlerelay.shopify.drain import FollowUps
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables
from littlerelay.shopify.spans import Node


class Shop(GraphQL):
    """Gives the lists of every id but those that are ``gone``, of at most ``most`` at once."""

    def __init__(self, gone: set[str] | None = None, most: int = 250) -> None:
        self.gone = gone or set()
        self.most = most
        self.asked: list[tuple[str, list[str]]] = []

    def execute(self, name: str, variables: Variables | None = None) -> dict[str, Any]:
        """Answers ``fulfillments``, ``refunds`` and ``order_shipping_lines``."""
        assert variables is not None
        if name == "order_shipping_lines":
            return {"owner": None if variables["id"] in self.gone else {"list": {}}}
        assert name in ("fulfillments", "refunds")
        self.asked.append((name, variables["ids"]))
        if len(variables["ids"]) > self.most:
            raise MaxCostExceededError
        return {"nodes": [self._lists(name, gid) for gid in variables["ids"]]}

    def _lists(self, name: str, gid: str) -> Node | None:
        return None if gid in self.gone else {"id": gid, "lists": f"{name} of {gid}"}


def order(gid: str, fulfillments: int = 0, refunds: int = 0) -> Node:
    return {
        "id": gid,
        "fulfillments": [{"id": f"{gid}/fulfillment/{at}"} for at in range(fulfillments)],
        "refunds": [{"id": f"{gid}/refund/{at}"} for at in range(refunds)],
    }


def test_every_refund_and_fulfillment_gets_its_lists() -> None:
    orders = [order("A", fulfillments=2), order("B"), order("C", fulfillments=1, refunds=2)]
    assert FollowUps(Shop()).orders(orders) == orders
    for each in orders:
        for key in ("fulfillments", "refunds"):
            assert all(one["lists"] == f"{key} of {one['id']}" for one in each[key])


def test_orders_without_any_cost_no_question() -> None:
    shop = Shop()
    assert len(FollowUps(shop).orders([order("A"), order("B")])) == 2
    assert shop.asked == []


def test_many_are_asked_for_together() -> None:
    shop = Shop()
    FollowUps(shop).orders([order(f"{at}", fulfillments=1) for at in range(250)])
    assert [len(ids) for _, ids in shop.asked] == [100, 100, 50]


def test_a_batch_that_costs_too_much_is_halved_for_good() -> None:
    shop = Shop(most=30)
    follow_ups = FollowUps(shop)
    orders = [order(f"{at}", refunds=1) for at in range(60)]
    assert all("lists" in each["refunds"][0] for each in follow_ups.orders(orders))
    assert [len(ids) for _, ids in shop.asked] == [60, 50, 25, 25, 10]
    follow_ups.orders([order(f"{at}", refunds=1) for at in range(60, 110)])
    assert [len(ids) for _, ids in shop.asked[5:]] == [25, 25]


def test_one_that_costs_too_much_by_itself_ends_the_run() -> None:
    with pytest.raises(MaxCostExceededError):
        FollowUps(Shop(most=0)).orders([order("A", refunds=1)])


def test_an_order_that_was_deleted_meanwhile_is_left_out() -> None:
    shop = Shop(gone={"B", "B/refund/0"})
    orders = [order("A", refunds=1), order("B", refunds=1), order("C", refunds=1)]
    assert [each["id"] for each in FollowUps(shop).orders(orders)] == ["A", "C"]


def test_a_part_that_vanished_from_an_order_that_is_there_ends_the_run() -> None:
    with pytest.raises(UnreachableError, match="vanished"):
        FollowUps(Shop(gone={"A/fulfillment/0"})).orders([order("A", fulfillments=1)])


def test_an_answer_with_fewer_than_were_asked_for_is_an_error() -> None:
    class Short(Shop):
        def execute(self, name: str, variables: Variables | None = None) -> dict[str, Any]:
            return {"nodes": super().execute(name, variables)["nodes"][1:]}

    with pytest.raises(UnreachableError):
        FollowUps(Short()).orders([order("A", refunds=2)])
