"""The whole invented shop, read through the server: complete, and the same for every reader."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import pytest

from standin.asking import ask, post
from standin.options import Options
from standin.server import StandIn

ORDERS = """query Orders($first: Int!, $after: String, $query: String) {
  page: orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
    nodes {
      id name createdAt updatedAt processedAt test cancelledAt note tags
      customer { id firstName defaultEmailAddress { emailAddress } lastOrder { id } }
      originalTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount } }
      lineItems(first: 250) { nodes { id product { id } variant { id } } }
      refunds { id order { id } refundLineItems(first: 50) { nodes { lineItem { id } } } }
      fulfillments { id order { id } }
      agreements(first: 50) { nodes { __typename sales(first: 50) { nodes { __typename id } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
  counted: ordersCount(query: $query, limit: null) { count precision }
}"""
CUSTOMERS = """query Customers($first: Int!, $after: String, $query: String) {
  page: customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id createdAt updatedAt state numberOfOrders defaultAddress { city } }
    pageInfo { hasNextPage endCursor }
  }
  counted: customersCount(query: $query, limit: null) { count precision }
}"""


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=1000.0) as running:
        yield running
    assert not running.problems


def read(
    shop: StandIn, query: str, first: int, search: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        answer = ask(shop, query, first=first, after=after, query=search)
        assert "errors" not in answer, answer["errors"]
        page = answer["data"]["page"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes, answer["data"]["counted"]["count"]
        after = page["pageInfo"]["endCursor"]


def test_every_order_is_read_once_in_order_of_creation_and_counted(shop: StandIn) -> None:
    nodes, count = read(shop, ORDERS, first=20)
    assert len({node["id"] for node in nodes}) == len(nodes) == count
    assert count >= 300
    times = [node["createdAt"] for node in nodes]
    assert times == sorted(times)


def test_every_customer_is_read_once(shop: StandIn) -> None:
    nodes, count = read(shop, CUSTOMERS, first=50)
    assert len({node["id"] for node in nodes}) == len(nodes) == count
    assert count > 50


def test_the_months_of_the_shop_put_together_are_the_whole_shop(shop: StandIn) -> None:
    whole, count = read(shop, ORDERS, first=20)
    months = [
        f"{year}-{month:02}-01T00:00:00Z"
        for year in (2023, 2024, 2025, 2026)
        for month in range(1, 13)
    ]
    edges = ["2000-01-01T00:00:00Z", *months, "2030-01-01T00:00:00Z"]
    found: list[dict[str, Any]] = []
    for start, end in pairwise(edges):
        search = f"created_at:>='{start}' created_at:<'{end}'"
        nodes, counted = read(shop, ORDERS, 20, search)
        assert len(nodes) == counted
        found += nodes
    assert found == whole
    assert len(found) == count


def test_readers_at_the_same_time_read_the_same(shop: StandIn) -> None:
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda size: read(shop, CUSTOMERS, size)[0], (13, 29, 100, 250)))
    assert all(reading == readings[0] for reading in readings)


def test_the_books_hold_every_order(shop: StandIn) -> None:
    nodes, _ = read(shop, ORDERS, first=20)
    ids = {int(node["id"].rpartition("/")[2]) for node in nodes}
    assert {fact["id"] for fact in shop.world.books() if fact["fact"] == "order"} == ids


def test_a_shop_that_lives_on_has_new_orders_and_changed_ones() -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=1000.0) as shop:
        before, _ = read(shop, ORDERS, first=20)
        shop.live(days=2)
        shop.pass_time(seconds=60)
        after, count = read(shop, ORDERS, 20, "id:>=1")
        changed, _ = read(shop, ORDERS, 20, "updated_at:>='2026-11-01T00:00:00Z'")
        assert not shop.problems
    old = {node["id"]: node["updatedAt"] for node in before}
    assert len(after) == count > len(before)
    moved = {node["id"] for node in after if old.get(node["id"]) != node["updatedAt"]}
    assert {node["id"] for node in changed} == moved
    assert moved & set(old)
    assert moved - set(old)


def patiently(shop: StandIn, **variables: Any) -> dict[str, Any]:
    """Asks again and again, as a client must that wants the answer."""
    for _ in range(20):
        try:
            answer = post(shop, ORDERS, **variables)
            body: dict[str, Any] = answer.json()
        except (httpx.TransportError, json.JSONDecodeError):
            continue
        if answer.status_code == 200 and "errors" not in body:
            return body
    raise AssertionError("The shop never answered.")


@pytest.mark.torture
def test_a_busy_shop_that_fails_often_is_still_read_whole() -> None:
    options: Options = {
        "plan": "enterprise",
        "time_scale": 1000.0,
        "busy": True,
        "faults": 0.5,
        "fault_seed": 7,
        "slow_seconds": 0.01,
    }
    ids: list[str] = []
    after = None
    more = True
    with StandIn(**options) as shop:
        while more:
            page = patiently(shop, first=10, after=after)["data"]["page"]
            ids += [node["id"] for node in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert not shop.problems
        faults = {name for name in shop.stats if name.startswith("fault ")}
    assert len(set(ids)) == len(ids) >= 300
    assert len(faults) >= 5
