"""A backfill tells who people are: held against what the stand-in shop itself holds of them."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from littlerelay import jobs
from littlerelay.progress import Started
from littlerelay.settings import BackfillRequest, Mapping
from shops import FAST, SINCE, backfill, events, settings
from standin.server import StandIn

Node = dict[str, Any]
MADE_BY_ORDERS = {"Order Completed", "POS Order Placed"}
# By country, as the markets of the shop have it; the rest of the world has a market, too.
MARKETS = {"US": "us", "CA": "north-america", "DE": "eu", "FR": "eu", "IE": "eu", "JP": "japan"}


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as running:
        yield running
        assert running.problems == []


@pytest.fixture(scope="module")
def plain(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> list[Node]:
    """Gives the events of a backfill without settings."""
    return given(shop, tmp_path_factory.mktemp("plain"))


def given(shop: StandIn, folder: Path, **mapping: Any) -> list[Node]:
    """Gives the events of a backfill with some settings."""
    asked = replace(settings(shop, folder / "state"), mapping=Mapping(shop="", **mapping))
    out = folder / "events.ndjson"
    list(jobs.backfill(asked, BackfillRequest(since=SINCE, out=str(out)), FAST))
    return list(events(out))


def orders(shop: StandIn) -> Iterator[tuple[Node, Node | None]]:
    """Yields each order of the shop that is no test, with its customer."""
    for line in shop.world.books():
        if line["fact"] == "order" and not line["test"]:
            node = shop.world.node(f"gid://shopify/Order/{line['id']}")
            assert node is not None
            customer = node["customer"]
            yield node, customer() if inspect.isfunction(customer) else customer


def number(node: Node) -> str:
    return str(node["id"].rpartition("/")[2])


def visitors(node: Node) -> list[str]:
    """Gives the anonymous ids in an order's attributes, the one without underscore first."""
    notes = {note["key"]: note["value"] for note in node["customAttributes"]}
    found = [notes.get(name) for name in ("segment-clientID", "_segment-clientID")]
    return [value for value in found if value and value.lower() not in ("null", "undefined")]


def test_each_visitor_who_became_a_customer_is_aliased_once(
    shop: StandIn, plain: list[Node]
) -> None:
    told = Counter(
        (event["previousId"], event["userId"]) for event in plain if event["type"] == "alias"
    )
    held = {
        (visitors(node)[0], number(customer))
        for node, customer in orders(shop)
        if customer and visitors(node)
    }
    assert told == Counter(held)
    assert len(held) > 20


def test_each_sale_tells_the_market_of_the_buyers_country(shop: StandIn, plain: list[Node]) -> None:
    sales = [event for event in plain if event.get("event") in MADE_BY_ORDERS]
    told = {event["properties"]["order_id"]: event["properties"] for event in sales}
    seen = set()
    for node, customer in orders(shop):
        owner = customer and customer["defaultAddress"]
        addresses = [node["shippingAddress"], node["billingAddress"], owner]
        country = next((one["countryCodeV2"] for one in addresses if one), None)
        expected = country and MARKETS.get(country, "everywhere")
        assert told[node["name"]].get("market_handle") == expected
        seen.add(expected)
    assert {"us", "north-america", "eu", "everywhere", None} <= seen


def test_a_metafield_is_the_user_id_of_those_who_have_it(shop: StandIn, tmp_path: Path) -> None:
    found = given(shop, tmp_path, user_id="metafield:custom.member_id")
    told = {
        event["context"]["externalIds"][0]["id"]: event.get("userId")
        for event in found
        if "externalIds" in event["context"]
    }
    lines = [line for line in shop.world.books() if line["fact"] == "customer"]
    for line in lines:
        node = shop.world.node(f"gid://shopify/Customer/{line['id']}")
        assert node is not None
        fields = [one for one in node["metafields"] if one["key"] == "member_id"]
        values = [one["value"] for one in fields if one["namespace"] == "custom"]
        assert told[str(line["id"])] == (values[0] if values and values[0] else None)
    assert sum(user is not None for user in told.values()) > 5
    assert None in told.values()
    assert all("userId" in event or "anonymousId" in event for event in found)


def test_tracked_cookies_are_told_of_the_customers_whose_orders_hold_them(
    shop: StandIn, tmp_path: Path
) -> None:
    found = given(shop, tmp_path, cookies_to_track=("landing",))
    told = Counter(
        event["traits"]["littledata_landing"]
        for event in found
        if "littledata_landing" in event.get("traits", {})
    )
    held = Counter(
        note["value"]
        for node, customer in orders(shop)
        for note in node["customAttributes"]
        if customer and note["key"] == "littledata_landing" and note["value"]
    )
    assert told == held
    assert sum(held.values()) > 5


def test_without_the_scope_markets_are_left_out_and_named(tmp_path: Path) -> None:
    with StandIn(orders=30, plan="enterprise", time_scale=50) as shop:
        shop.grant_scopes(*(shop.app.api.scopes - {"read_markets"}))
        (started, *_) = backfill(shop, tmp_path)
        assert isinstance(started, Started)
        assert "market_handle (needs read_markets)" in started.left_out
        assert b"market_handle" not in (tmp_path / "events.ndjson").read_bytes()
