"""Figures that are short, odd, too dear or of other orders are noticed, and prove nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.shopify.figures import (
    Bounds,
    DeletedOrder,
    OrderSearch,
    count_customers,
    count_orders,
    deleted_orders,
    order_figures,
)
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables
from littlerelay.times import iso
from shopify_fakes import NOW, FakeTime, Script, answer, bucket, graphql, throttled

Node = dict[str, Any]

EVERYTHING = OrderSearch()


def money(amount: str) -> Node:
    return {"shop_money": {"amount": amount, "currency_code": "USD"}}


def node(number: int, created: int = NOW, **changed: Any) -> Node:
    """Makes what a page holds of an order."""
    times = dict.fromkeys(("created_at", "processed_at", "updated_at"), iso(created))
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        **times,
        "test": False,
        "edited": False,
        "taxes_included": False,
        "source_name": None,
        "total": money("54.0"),
        "subtotal": money("54.0"),
        "tax": None,
        "shipping": money("0.0"),
        "current_shipping": money("0.0"),
        "refunded_shipping": money("0.0"),
        "discount": money("0.0"),
        "tip": money("0.0"),
        "duties": None,
        "fees": None,
        "rounding": {"payment": money("0.0")},
        "refunded": money("0.0"),
        "refunds": [],
        "fulfillments": [],
        **changed,
    }


def page(*nodes: Any, after: str | None = None) -> httpx.Response:
    info = {"hasNextPage": after is not None, "endCursor": after}
    data = {"page": {"nodes": list(nodes), "pageInfo": info}}
    return answer({"data": data, "extensions": bucket(35, 1900)})


def count(number: int, precision: str = "EXACT") -> httpx.Response:
    counted = {"counted": {"count": number, "precision": precision}}
    return answer({"data": counted, "extensions": bucket(10, 1900)})


def read(*answers: httpx.Response, search: OrderSearch = EVERYTHING) -> list[int]:
    """Reads figures from prepared answers and gives the orders' numbers."""
    server = Script(*answers)
    numbers = [one.id for one in order_figures(graphql(server, FakeTime()), search)]
    assert len(server.requests) == len(answers)
    return numbers


def test_what_was_not_asked_for_does_not_count() -> None:
    search = OrderSearch(created=Bounds(NOW, NOW + 1), test=False)
    strays = [node(2, NOW - 1), node(3, NOW + 1), node(4, test=True)]
    assert read(count(1), page(*strays, node(1)), search=search) == [1]


def test_an_order_that_is_given_twice_is_one() -> None:
    pages = page(node(1), node(2), after="x"), page(node(2), node(3))
    assert read(count(3), *pages) == [1, 2, 3]


def test_fewer_orders_than_are_counted_twice_prove_nothing() -> None:
    with pytest.raises(UnreachableError, match="counts 2 orders and gives the figures of 1"):
        read(count(2), page(node(1)), count(2))


def test_an_order_that_is_deleted_while_they_are_read_is_no_fault() -> None:
    assert read(count(2), page(node(1)), count(1)) == [1]


def test_more_orders_than_were_counted_are_no_fault() -> None:
    assert read(count(0), page(node(1))) == [1]


def test_a_count_that_says_at_least_is_refused() -> None:
    api = graphql(Script(count(10_000, "AT_LEAST")), FakeTime())
    with pytest.raises(UnreachableError, match="would not count the orders"):
        count_orders(api, EVERYTHING)
    with pytest.raises(UnreachableError, match="would not count the orders"):
        next(order_figures(api, EVERYTHING))
    with pytest.raises(UnreachableError, match="would not count the customers"):
        count_customers(api)


def test_a_list_that_goes_round_in_a_circle_is_left() -> None:
    with pytest.raises(UnreachableError, match="same page of order_figures twice"):
        read(count(1), page(node(1), after="x"), page(node(1), after="x"))


def test_a_page_that_is_throttled_is_waited_for() -> None:
    time = FakeTime()
    server = Script(count(1), throttled(35, 5), page(node(1)))
    assert [one.id for one in order_figures(graphql(server, time), EVERYTHING)] == [1]
    assert time.slept == [pytest.approx(0.3)]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({**node(1), "total": None}, id="no total"),
        pytest.param({**node(1), "tax": money("many")}, id="no number"),
        pytest.param({**node(1), "created_at": "soon"}, id="no time"),
        pytest.param({"id": "gid://shopify/Order/1"}, id="nothing else"),
        pytest.param(None, id="null"),
    ],
)
def test_figures_of_another_shape_are_refused(odd: Any) -> None:
    search = OrderSearch(created=Bounds(end=NOW + 1))
    with pytest.raises(UnreachableError, match="another shape"):
        read(count(1), page(odd), search=search)


def test_a_filter_that_shopify_ignored_is_refused() -> None:
    warning = {"field": "processed_at", "message": "Invalid search field for this query."}
    ignored = {**bucket(10, 1900), "search": [{"warnings": [warning]}]}
    counted = {"counted": {"count": 1, "precision": "EXACT"}}
    with pytest.raises(RefusedError, match="ignored a filter"):
        read(answer({"data": counted, "extensions": ignored}))


class DearShop(GraphQL):
    """Stands in for an endpoint where a page of more than ``dearest`` orders costs too much."""

    def __init__(self, orders: int, dearest: int) -> None:
        self.nodes = [node(number) for number in range(1, orders + 1)]
        self.dearest = dearest
        self.sizes: list[int] = []

    def execute(self, name: str, variables: Variables | None = None) -> Node:
        """Answers ``order_figures`` and ``orders_count``."""
        assert variables is not None
        if name == "orders_count":
            return {"counted": {"count": len(self.nodes), "precision": "EXACT"}}
        self.sizes.append(variables["first"])
        if variables["first"] > self.dearest:
            raise MaxCostExceededError
        start = int(variables["after"] or 0)
        end = start + variables["first"]
        info = {"hasNextPage": end < len(self.nodes), "endCursor": str(end)}
        return {"page": {"nodes": self.nodes[start:end], "pageInfo": info}}


def test_a_page_that_costs_too_much_is_halved_for_good() -> None:
    shop = DearShop(orders=300, dearest=130)
    assert [one.id for one in order_figures(shop, EVERYTHING)] == list(range(1, 301))
    assert shop.sizes == [250, 125, 125, 125]


def test_a_single_order_that_costs_too_much_is_not_halved_for_ever() -> None:
    shop = DearShop(orders=1, dearest=0)
    with pytest.raises(MaxCostExceededError):
        list(order_figures(shop, EVERYTHING))
    assert shop.sizes == [250, 125, 62, 31, 15, 7, 3, 1]


def event(number: int, action: str = "destroy", subject: str = "ORDER") -> Node:
    return {
        "action": action,
        "created_at": iso(NOW),
        "subject_id": f"gid://shopify/Order/{number}",
        "subject_type": subject,
    }


def test_events_of_another_kind_are_no_deleted_orders() -> None:
    comment = {"action": "destroy", "created_at": iso(NOW)}
    others = [event(2, "create"), event(3, subject="PRODUCT"), comment]
    server = Script(page(*others, event(1)))
    assert list(deleted_orders(graphql(server, FakeTime()))) == [DeletedOrder(1, iso(NOW))]
    assert server.asked()[0]["query"] == "action:destroy subject_type:ORDER"
