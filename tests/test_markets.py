"""Which market a country belongs to: read once, page by page, and by one rule."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from littlerelay.errors import UnreachableError
from littlerelay.mappers.market import market_of
from littlerelay.records import Address
from littlerelay.settings import Markets
from littlerelay.shopify.graphql import GraphQL, Variables
from littlerelay.shopify.markets import read_markets
from littlerelay.shopify.shop import Shop
from shopify_fakes import NOW, SHOP

Node = dict[str, Any]


def page(nodes: list[Any], after: int, size: int) -> Node:
    """Gives the nodes after a cursor, as a connection does."""
    end = after + size
    info = {"hasNextPage": end < len(nodes), "endCursor": str(end)}
    return {"nodes": nodes[after:end], "pageInfo": info}


def market(number: int, *countries: str, **changed: Any) -> Node:
    """Makes a market; ``changed`` are its ``status``, ``types``, ``level`` or ``regions``."""
    regions = changed.get("regions", [{"code": code} for code in countries])
    conditions = {
        "types": changed.get("types", ["REGION"]),
        "regions": {"level": changed.get("level", "SPECIFIED"), "list": regions},
    }
    return {
        "id": f"gid://shopify/Market/{number}",
        "handle": f"market-{number}",
        "status": changed.get("status", "ACTIVE"),
        "conditions": changed.get("conditions", conditions),
    }


class Marketplace(GraphQL):
    """Stands in for the endpoint of a shop with markets, in small pages."""

    def __init__(self, *markets: Node, size: int = 2) -> None:
        self.markets = list(markets)
        self.size = size
        self.asked: list[str] = []

    def execute(self, name: str, variables: Variables | None = None) -> Node:
        """Answers ``markets`` and ``market_regions``."""
        assert variables is not None
        self.asked.append(name)
        after = int(variables["after"] or 0)
        if name == "markets":
            found = page(self.markets, after, self.size)
            return {"page": {**found, "nodes": [self._shown(node, 0) for node in found["nodes"]]}}
        assert name == "market_regions"
        (node,) = (one for one in self.markets if one["id"] == variables["id"])
        return {"owner": {"conditions": self._shown(node, after)["conditions"]}}

    def _shown(self, node: Node, after: int) -> Node:
        conditions = node["conditions"]
        if conditions is None or conditions["regions"] is None:
            return node
        regions = conditions["regions"]
        shown = {**regions, "list": page(regions["list"], after, self.size)}
        return {**node, "conditions": {**conditions, "regions": shown}}


def of_country(country: str, *markets: Node) -> str | None:
    """Reads the markets and gives the one of a country."""
    return market_of(read_markets(Marketplace(*markets)), {"country_code": country})


def test_a_country_belongs_to_the_market_that_holds_it() -> None:
    markets = market(1, "US"), market(2, "DE", "FR", "IT", "ES", "PT")
    assert of_country("US", *markets) == "market-1"
    assert of_country("PT", *markets) == "market-2"
    assert of_country("JP", *markets) is None


def test_all_pages_of_markets_and_of_regions_are_read() -> None:
    markets = [market(number, *(f"{number}{letter}" for letter in "ABCDE")) for number in range(5)]
    shop = Marketplace(*markets)
    found = read_markets(shop)
    assert len(found.by_country) == 25
    assert shop.asked.count("markets") == 3
    assert shop.asked.count("market_regions") == 10


def test_of_several_markets_the_one_with_the_fewest_countries_counts() -> None:
    markets = market(1, "US", "CA"), market(2, "US"), market(3, "US", "CA", "MX")
    assert of_country("US", *markets) == "market-2"
    assert of_country("CA", *markets) == "market-1"


def test_of_two_of_the_same_size_the_one_with_the_lowest_id_counts() -> None:
    assert of_country("US", market(20, "US"), market(3, "US"), market(100, "US")) == "market-3"


@pytest.mark.parametrize(
    "other",
    [
        market(1, "US", status="DRAFT"),
        market(1, "US", types=["REGION", "COMPANY_LOCATION"]),
        market(1, "US", types=["CHANNEL"]),
        market(1, conditions={"types": ["COMPANY_LOCATION"], "regions": None}),
        market(1, conditions=None),
        market(1, regions=[{}]),
    ],
    ids=["draft", "also a company", "a channel", "no regions", "no conditions", "part of it"],
)
def test_a_market_that_does_not_decide_by_the_country_does_not_count(other: Node) -> None:
    assert of_country("US", other) is None
    assert of_country("US", other, market(2, "US", "CA")) == "market-2"


def test_a_market_for_all_regions_takes_every_other_country() -> None:
    markets = market(1, level="ALL"), market(2, "US")
    assert of_country("US", *markets) == "market-2"
    assert of_country("JP", *markets) == "market-1"
    assert of_country("JP", market(9, level="ALL"), market(4, level="ALL")) == "market-4"
    assert of_country("JP", market(1, level="ALL", status="DRAFT")) is None


def test_a_page_that_comes_twice_is_refused() -> None:
    shop = Marketplace(market(1, "US"), market(2, "CA"), size=0)
    with pytest.raises(UnreachableError, match="same page of markets twice"):
        read_markets(shop)


def test_an_answer_of_another_shape_is_refused() -> None:
    with pytest.raises(UnreachableError, match="another shape"):
        read_markets(Marketplace(market(1, "US") | {"id": None}))


@pytest.mark.parametrize(("scopes", "read"), [({"read_markets"}, True), (set(), False)])
def test_markets_are_read_only_with_their_scope(scopes: set[str], read: bool) -> None:
    api = Marketplace(market(1, "US"))
    shop = Shop(api, SHOP, ZoneInfo("UTC"), NOW, frozenset(scopes))
    assert shop.markets() == (Markets({"US": "market-1"}) if read else Markets())
    assert bool(api.asked) is read
    assert ("market_handle (needs read_markets)" in shop.left_out()) is not read


@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        (["US", "DE", "FR"], "us"),
        ([None, "DE", "US"], "eu"),
        (["", "DE"], "eu"),
        (["JP", "US"], "rest"),
        ([None, None], None),
        ([], None),
    ],
)
def test_the_first_address_that_has_a_country_decides(
    countries: list[str | None], expected: str | None
) -> None:
    markets = Markets({"US": "us", "DE": "eu", "FR": "eu"}, "rest")
    addresses: list[Address] = [{"country_code": code} for code in countries]
    assert market_of(markets, None, *addresses) == expected
