"""The stand-in's own books: kept from what was agreed on, and right about what its pages show."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from standin import world_order
from standin.asking import ask
from standin.server import StandIn
from standin.tiny import TinyWorld
from standin.world import World
from standin.world_ledger import entries
from standin.world_sums import sums
from standin.world_time import DAY, wire_time

# What a page calls each figure, by its name in the books.
SHOWN = {
    "total": "originalTotalPriceSet",
    "tax": "totalTaxSet",
    "shipping": "totalShippingPriceSet",
    "discounts": "totalDiscountsSet",
    "refunded": "totalRefundedSet",
}


@pytest.fixture(scope="module")
def world() -> World:
    world = World(orders=400)
    world.live(3)
    return world


def booked(world: World) -> dict[int, dict[str, Any]]:
    return {fact["id"]: fact for fact in world.books() if fact["fact"] == "order"}


def amount(node: dict[str, Any], key: str) -> Decimal:
    return Decimal(node[key]["shopMoney"]["amount"])


def differences(world: World) -> list[tuple[str, str]]:
    """Gives the orders whose page shows a figure that is not the books', with its name."""
    facts = booked(world)
    nodes = [world.order(row) for row in range(len(world.tables.orders))]
    return [
        (node["name"], name)
        for node in nodes
        for name, key in SHOWN.items()
        if amount(node, key) != Decimal(facts[int(node["legacyResourceId"])][name])
    ]


def test_pages_show_the_figures_of_the_books(world: World) -> None:
    assert differences(world) == []
    kinds = Counter(key for fact in booked(world).values() for key in fact if fact[key] == "0.0")
    assert all(kinds[name] < len(booked(world)) for name in SHOWN), "a figure that is never there"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("total", "original"),
        ("tax", "tax"),
        ("shipping", "freight_price"),
        ("discounts", "discounts"),
        ("refunded", "paid_back"),
    ],
)
def test_a_page_that_is_a_cent_wrong_does_not_change_the_books(
    monkeypatch: pytest.MonkeyPatch, name: str, field: str
) -> None:
    def wrong(state: Any) -> Any:
        whole = sums(state)
        pair = getattr(whole, field)
        return whole._replace(**{field: pair._replace(shop=pair.shop + (state.plan.row == 250))})

    world = World(orders=300)
    facts = booked(world)
    monkeypatch.setattr(world_order, "sums", wrong)
    assert differences(world) == [(world.order(250)["name"], name)]
    assert booked(world) == facts


def test_what_an_order_adds_to_the_ledger_is_what_it_comes_to_now(world: World) -> None:
    """Gift cards, tips and rounded cash are part of an order's total, and no sales."""
    seen = 0
    for row in range(len(world.tables.orders)):
        state, node = world.state(row), world.order(row)
        types = {sale.line_type for one in state.agreements for sale in one.sales}
        if types & {"GIFT_CARD", "TIP"} or state.plan.cash_rounding:
            continue
        seen += 1
        cents = sum(entry.amount for entry in entries(state) if entry.column != "orders")
        assert Decimal(cents) / 100 == amount(node, "currentTotalPriceSet"), node["name"]
    assert seen > 300


def test_the_ledger_dates_a_refund_and_an_edit_when_they_were_made() -> None:
    world = World(orders=300)
    row = next(
        row
        for row in range(280, 0, -1)
        if len(world.state(row).lines) == 1 and not world.state(row).refunds
    )
    gid, placed = world.order(row)["id"], world.tables.orders.processed_ms[row]
    before = list(entries(world.state(row)))
    assert {entry.at for entry in before} == {placed}
    world.advance_to(world.now + DAY)
    world.change_order(gid, "edit", {"by": "staff", "add": (("NOTE-DOT", 1),)})
    world.advance_to(world.now + DAY)
    world.change_order(gid, "refund", {"lines": "one"})
    later = [entry for entry in entries(world.state(row)) if entry.at > placed]
    columns = {at: {entry.column for entry in later if entry.at == at} for at, *_ in later}
    assert columns == {
        world.now - DAY: {"gross_sales", "discounts", "taxes"},
        world.now: {"sales_reversals", "taxes"},
    }
    assert [entry for entry in entries(world.state(row)) if entry.at == placed] == before


def test_test_orders_and_deleted_ones_are_not_in_the_ledger() -> None:
    world = World(orders=300)
    flags = world.tables.orders.flags
    count = sum(entry.column == "orders" for entry in world.ledger(0, world.now + 1))
    assert count == sum(not flag & 1 for flag in flags) < len(flags)
    row = next(row for row, flag in enumerate(flags) if not flag & 1)
    world.change_order(world.order(row)["id"], "delete", {})
    assert sum(entry.column == "orders" for entry in world.ledger(0, world.now + 1)) == count - 1


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=1.0) as running:
        yield running
    assert not running.problems


def count_of(shop: StandIn, root: str, search: str) -> dict[str, Any]:
    query = f"query ($q: String) {{ {root}(query: $q, limit: null) {{ count precision }} }}"
    found: dict[str, Any] = ask(shop, query, q=search)["data"][root]
    return found


@pytest.mark.parametrize(("field", "key"), [("created_at", "created"), ("processed_at", "at")])
def test_orders_are_counted_as_they_are_in_the_books(shop: StandIn, field: str, key: str) -> None:
    start, end = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
    search = f"{field}:>='{start}' {field}:<'{end}' test:false"
    inside = [
        fact
        for fact in shop.world.books()
        if fact["fact"] == "order" and start <= fact[key] < end and not fact["test"]
    ]
    assert count_of(shop, "ordersCount", search) == {"count": len(inside), "precision": "EXACT"}
    assert len(inside) > 50


def test_customers_are_counted_as_they_are_in_the_books(shop: StandIn) -> None:
    start = "2025-01-01T00:00:00Z"
    inside = [
        fact for fact in shop.world.books() if fact["fact"] == "customer" and fact["at"] >= start
    ]
    found = count_of(shop, "customersCount", f"created_at:>='{start}'")
    assert found == {"count": len(inside), "precision": "EXACT"}


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        (10_000, {"count": 10_000, "precision": "EXACT"}),
        (10_001, {"count": 10_000, "precision": "AT_LEAST"}),
    ],
)
def test_a_count_that_names_no_limit_stops_at_10_000(orders: int, expected: Any) -> None:
    with StandIn(TinyWorld(orders), plan="enterprise") as shop:
        roots = "ordersCount { count precision } customersCount { count precision }"
        answer = ask(shop, f"{{ {roots} }}")["data"]
        assert answer == {"ordersCount": expected, "customersCount": expected}


DELETED = """query ($q: String!, $first: Int!, $after: String) {
  events(first: $first, after: $after, query: $q, sortKey: CREATED_AT) {
    nodes { __typename action createdAt ... on BasicEvent { subjectId subjectType } }
    pageInfo { hasNextPage endCursor }
  }
}"""
ORDERS_ALONE = "action:destroy subject_type:ORDER"


def test_events_tell_of_deleted_orders_for_a_year() -> None:
    with StandIn(orders=300, plan="enterprise") as shop:
        number = shop.world.table("orders").id[120]
        first, second = (f"gid://shopify/Order/{number + place}" for place in (0, 1))
        assert ask(shop, DELETED, q=ORDERS_ALONE, first=5)["data"]["events"]["nodes"] == []
        shop.change_order(first, "delete")
        shop.pass_time(86_400)
        shop.change_order(second, "delete")
        at = wire_time(shop.world.now)
        page = ask(shop, DELETED, q=ORDERS_ALONE, first=1)["data"]["events"]
        assert page["pageInfo"]["hasNextPage"]
        assert page["nodes"][0]["subjectId"] == first
        cursor = page["pageInfo"]["endCursor"]
        rest = ask(shop, DELETED, q=ORDERS_ALONE, first=1, after=cursor)["data"]["events"]
        assert rest["nodes"] == [
            {
                "__typename": "BasicEvent",
                "action": "destroy",
                "createdAt": at,
                "subjectId": second,
                "subjectType": "ORDER",
            }
        ]
        since = f"{ORDERS_ALONE} created_at:>='{at}'"
        assert ask(shop, DELETED, q=since, first=5)["data"]["events"]["nodes"] == rest["nodes"]
        shop.pass_time(364 * 86_400 + 60)
        assert (
            ask(shop, DELETED, q=ORDERS_ALONE, first=5)["data"]["events"]["nodes"]
            == (rest["nodes"])
        )
        assert not shop.problems


def test_other_events_are_not_kept_and_a_test_that_asks_for_them_fails() -> None:
    with StandIn(orders=300, plan="enterprise") as shop:
        ask(shop, DELETED, q="action:destroy subject_type:PRODUCT", first=1)
        assert any("deleted orders" in problem for problem in shop.problems)
