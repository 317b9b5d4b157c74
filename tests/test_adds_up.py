"""The figures of every order of a shop add up to its total, and its upsells are those it booked.

The shop is the stand-in with all its odd orders: edited, with taxes inside, in other currencies,
with tips, duties, fees and rounded cash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from littlerelay.events import Event, message_id
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping
from littlerelay.shopify.shop import open_shop
from shops import endpoint, settings
from standin.server import StandIn

ORDERS = 400
SALES = ("Order Completed", "POS Order Placed")
# What an order can cost beside its goods, its shipping and its taxes: no event tells it.
BESIDES = (
    "total_tip_received_set",
    "original_total_duties_set",
    "original_total_additional_fees_set",
    "total_cash_rounding_payment_adjustment_set",
)


class Books(NamedTuple):
    """All orders of a shop, each with its events, and the shop's own books."""

    shop: str
    orders: list[tuple[dict[str, Any], list[Event]]]
    lines: list[dict[str, Any]]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1_000) as shop:
        asked = settings(shop, tmp_path_factory.mktemp("shop"))
        mapping = Mapping(shop=asked.shop, include_test=True)
        orders = [(one, map_record("orders", one, mapping)) for one in records(shop, asked.state)]
        return Books(asked.shop, orders, list(shop.world.books()))


def records(shop: StandIn, state: Path) -> Iterator[dict[str, Any]]:
    """Yields every order of a shop as a page of it gives it."""
    with endpoint(shop, state) as api:
        source = open_shop(api, settings(shop, state).shop)
        for window in source.pages("orders", 0, source.now).windows():
            yield from window.records


def besides(order: dict[str, Any]) -> dict[str, Decimal]:
    """Returns what an order costs beside what its events tell, by field."""
    found = {name: order[name] for name in BESIDES if order[name]}
    return {name: Decimal(one["shop_money"]["amount"]) for name, one in found.items()}


def parts(properties: dict[str, Any], *names: str) -> Decimal:
    return sum((Decimal(str(properties[name])) for name in names), Decimal(0))


def test_the_figures_of_every_order_add_up_to_its_total(books: Books) -> None:
    assert len(books.orders) >= ORDERS
    for order, events in books.orders:
        (sale,) = (event["properties"] for event in events if event.get("event") in SALES)
        told = parts(sale, "subtotal", "shipping", "tax")
        untold = sum(besides(order).values(), Decimal(0))
        assert told + untold == parts(sale, "total"), order["name"]


def test_the_shop_has_orders_of_every_odd_kind(books: Books) -> None:
    """Without these the test above would say little."""
    kinds: Counter[str] = Counter()
    for order, _ in books.orders:
        kinds.update(name for name, amount in besides(order).items() if amount)
        kinds["edited"] += order["edited"]
        kinds["taxes inside"] += order["taxes_included"]
        kinds["edited, taxes inside"] += order["edited"] and order["taxes_included"]
        kinds["another currency"] += order["currency"] != order["presentment_currency"]
    assert min(kinds.values()) > 0
    assert len(kinds) == 4 + len(BESIDES)


def test_an_upsell_is_what_the_shop_booked_as_an_edit_by_an_app(books: Books) -> None:
    edits = [line for line in books.lines if line["fact"] == "edit" and line["by"] == "app"]
    booked = {
        message_id("", books.shop, f"orders/{line['order']}/upsell/{line['id']}"): (
            line["at"],
            Decimal(line["total"]),
        )
        for line in edits
    }
    given = {
        event["messageId"]: (
            f"{event['timestamp'][:19]}Z",
            parts(event["properties"], "subtotal", "tax"),
        )
        for _, events in books.orders
        for event in events
        if event.get("event") == "Post Purchase Upsell"
    }
    assert given == booked
    assert any(line["by"] != "app" for line in books.lines if line["fact"] == "edit")
