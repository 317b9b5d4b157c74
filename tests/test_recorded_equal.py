"""Webhooks and a backfill of the same orders give equal events of every fact that both hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from littlerelay import jobs
from littlerelay.settings import BackfillRequest
from made_recordings import OUT, events, names, put, replay, webhook
from shops import FAST, settings
from standin import bodies
from standin.server import StandIn
from standin.world import World

ORDERS = 150
SHOP = "littlerelay-demo.myshopify.com"
TOPICS = ("orders/updated", "customers/update", "refunds/create", "fulfillments/update")

# What only GraphQL tells of a product, and what only webhooks do: a deleted one's number.
OF_PRODUCTS = {"category", "compare_at_price", "image_url", "url", "shopify_product_id"}
# What else one of the two lacks: markets, counts and plans are GraphQL's, the browser is the
# webhook's, and a fulfillment has a name of its own in each.
LACKING = {
    "context.userAgent",
    "properties.market_handle",
    "properties.purchase_count_littledata",
    "properties.subscription_revenue",
    "properties.name",
    *(f"properties.products[].{name}" for name in OF_PRODUCTS),
}
# What an edit changes, which only an order's agreements, or its earlier webhooks, can tell apart.
EDITED = (
    "properties.products",
    *(
        f"properties.{name}"
        for name in ("discount", "presentment_total", "subtotal", "tax", "total")
    ),
)
# Facts that one of the two does not hold: an order's webhook has no transactions and no agreements,
# it knows the last status of a shipment alone, and a customer's knows no totals, so that each of
# their states is another one.
ONLY_BACKFILL = {"Payment Info Entered", "Post Purchase Upsell", "Fulfillment Updated", "identify"}
ONLY_WEBHOOKS = {"identify"}

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> World:
    return World(orders=ORDERS)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Gives the events of a backfill by their ids."""
    folder = tmp_path_factory.mktemp("read")
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1000) as shop:
        request = BackfillRequest(since="2015-01-01", out=str(folder / OUT))
        for _ in jobs.backfill(settings(shop, folder), request, FAST):
            pass
        assert shop.problems == []
    return by_id(folder)


@pytest.fixture(scope="module")
def recorded(world: World, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Gives the events of the same shop's webhooks by their ids."""
    folder = tmp_path_factory.mktemp("recorded")
    put(folder / "recorded.ndjson", webhooks(world))
    assert replay(folder).rejected == 0
    return by_id(folder)


def webhooks(world: World) -> Iterator[Any]:
    for topic in TOPICS:
        for gid in bodies.gids(world, bodies.TOPICS[topic]):
            yield webhook(topic, bodies.webhook(world, topic, gid), SHOP)


def by_id(folder: Path) -> Facts:
    found = {event["messageId"]: event for event in events(folder)}
    assert len(found) == len(events(folder))
    return found


def told(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yields everything that an event says, by its path."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from told(f"{path}.{name}" if path else name, part)
    elif isinstance(value, list):
        for part in value:
            yield from told(f"{path}[]", part)
    else:
        yield path, orjson.dumps(value).decode()


def differing(one: Any, other: Any) -> set[str]:
    """Names the paths at which two events differ."""
    first, second = (Counter(told("", event)) for event in (one, other))
    return {path for path, _ in (first - second) | (second - first)}


def edited(world: World) -> set[str]:
    """Names the orders that were edited."""
    nodes = map(world.node, bodies.gids(world, "orders"))
    return {node["name"] for node in nodes if node and node["edited"]}


def test_the_same_facts_have_the_same_ids(read: Facts, recorded: Facts) -> None:
    assert set(names(read[one] for one in read.keys() - recorded.keys())) == ONLY_BACKFILL
    assert set(names(recorded[one] for one in recorded.keys() - read.keys())) == ONLY_WEBHOOKS
    both = Counter(names(read[one] for one in read.keys() & recorded.keys()))
    assert min(both[name] for name in ("Order Completed", "Order Refunded", "alias")) > 15
    assert both["Fulfillment Created"] > 100


def test_the_same_facts_are_the_same_events(world: World, read: Facts, recorded: Facts) -> None:
    changed = edited(world)
    for one in read.keys() & recorded.keys():
        found = differing(read[one], recorded[one]) - LACKING
        if read[one].get("properties", {}).get("order_id") in changed:
            found = {path for path in found if not path.startswith(EDITED)}
        assert found == set(), read[one]
