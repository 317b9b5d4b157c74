"""Orders' own figures are those in the shop's books, all of them, and so are its deleted orders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from littlerelay.shopify.figures import (
    Bounds,
    DeletedOrder,
    OrderFigures,
    OrderSearch,
    count_customers,
    count_orders,
    deleted_orders,
    order_figures,
)
from littlerelay.shopify.graphql import GraphQL
from littlerelay.times import epoch, iso
from shops import endpoint
from standin.server import StandIn

Node = dict[str, Any]

EVERYTHING = OrderSearch()


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=1_000, index_lag=0) as running:
        running.live(3)
        yield running
    assert not running.problems


@pytest.fixture(scope="module")
def api(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphQL]:
    with endpoint(shop, tmp_path_factory.mktemp("state")) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(api: GraphQL) -> list[OrderFigures]:
    return list(order_figures(api, EVERYTHING))


def facts(shop: StandIn, kind: str) -> list[Node]:
    return [fact for fact in shop.world.books() if fact["fact"] == kind]


def test_every_orders_figures_are_those_of_the_books(
    shop: StandIn, found: list[OrderFigures]
) -> None:
    booked = {
        fact["id"]: (
            fact["created"],
            fact["at"],
            fact["test"],
            fact["edited"],
            fact["source"],
            *(Decimal(fact[key]) for key in ("total", "tax", "shipping", "discounts", "refunded")),
        )
        for fact in facts(shop, "order")
    }
    read = {
        one.id: (
            one.created,
            one.processed,
            one.test,
            one.edited,
            one.source_name,
            one.total,
            one.tax,
            one.shipping,
            one.discount,
            one.refunded,
        )
        for one in found
    }
    assert read == booked
    assert len(found) == len(booked)
    assert {one.currency for one in found} == {"USD"}


def test_refunds_and_fulfillments_are_those_of_the_books(
    shop: StandIn, found: list[OrderFigures]
) -> None:
    refunds = [(one.id, *refund) for one in found for refund in one.refunds]
    parcels = [(one.id, *parcel) for one in found for parcel in one.fulfillments]
    assert sorted(refunds) == sorted(
        (fact["order"], fact["id"], fact["at"], Decimal(fact["total"]))
        for fact in facts(shop, "refund")
    )
    assert sorted(parcels) == sorted(
        (fact["order"], fact["id"], fact["at"]) for fact in facts(shop, "fulfillment")
    )
    assert min(len(refunds), len(parcels)) > 10


def test_orders_come_in_the_order_of_their_creation_whatever_the_page(
    api: GraphQL, found: list[OrderFigures]
) -> None:
    assert [one.created for one in found] == sorted(one.created for one in found)
    assert list(order_figures(api, EVERYTHING, first=70)) == found


MIDDLE = Bounds(epoch("2025-01-01T00:00:00Z"), epoch("2026-01-01T00:00:00Z"))


@pytest.mark.parametrize(
    "search",
    [
        pytest.param(OrderSearch(created=MIDDLE), id="created"),
        pytest.param(OrderSearch(processed=MIDDLE), id="processed"),
        pytest.param(OrderSearch(updated=MIDDLE), id="updated"),
        pytest.param(OrderSearch(test=True), id="test orders"),
        pytest.param(OrderSearch(test=False), id="no test orders"),
        pytest.param(OrderSearch(MIDDLE, Bounds(MIDDLE.start), test=False), id="all of them"),
    ],
)
def test_a_search_finds_and_counts_what_it_means(
    api: GraphQL, found: list[OrderFigures], search: OrderSearch
) -> None:
    meant = [one for one in found if search.holds(one)]
    assert list(order_figures(api, search)) == meant
    assert count_orders(api, search) == len(meant)
    assert 0 < len(meant) < len(found)


def test_customers_are_counted_by_when_they_were_created(shop: StandIn, api: GraphQL) -> None:
    booked = facts(shop, "customer")
    inside = [one for one in booked if MIDDLE.holds(one["at"])]
    assert count_customers(api) == len(booked)
    assert count_customers(api, created=MIDDLE) == len(inside) > 0


def test_a_search_quotes_its_times_and_says_each_bound_once() -> None:
    whole = OrderSearch(Bounds(60, 120), Bounds(180), Bounds(end=240), test=False)
    assert whole.text() == (
        f"updated_at:<'{iso(240)}' created_at:>='{iso(60)}' created_at:<'{iso(120)}' "
        f"processed_at:>='{iso(180)}' test:false"
    )
    assert EVERYTHING.text() == ""


def test_deleted_orders_are_told_with_their_time(tmp_path: Path) -> None:
    with StandIn(orders=300, plan="enterprise") as shop, endpoint(shop, tmp_path) as api:
        numbers = list(shop.world.table("orders").id)[100:102]
        assert list(deleted_orders(api)) == []
        gone = []
        for number in numbers:
            shop.pass_time(86_400)
            shop.change_order(f"gid://shopify/Order/{number}", "delete")
            gone.append(DeletedOrder(number, iso(shop.world.now // 1000)))
        assert list(deleted_orders(api)) == gone
        last = epoch(gone[1].deleted)
        assert list(deleted_orders(api, Bounds(start=last))) == gone[1:]
        assert list(deleted_orders(api, Bounds(end=last))) == gone[:1]
        assert not {one.id for one in order_figures(api, EVERYTHING)} & set(numbers)
