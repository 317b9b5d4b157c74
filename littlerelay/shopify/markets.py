"""Reads which market holds which country.

A market counts where it is active and where the region alone decides who belongs to it: of a buyer
of the past nothing tells the company location. Where several hold a country, the one with the
fewest countries does, then the one with the lowest id. A market that holds but a part of a country
(a state, say) does not hold the country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from littlerelay.settings import Markets
from littlerelay.shopify.graphql import GraphQL, Variables, expected
from littlerelay.shopify.paging import pages
from littlerelay.shopify.records import number

Node = dict[str, Any]


class _Market(NamedTuple):
    """An active market, in the order in which markets are asked for a country."""

    size: int
    id: int
    handle: str
    countries: frozenset[str]
    is_for_all: bool


def read_markets(api: GraphQL) -> Markets:
    """Give the shop's active markets by country. Raises what GraphQL.execute raises."""
    read = list(pages(lambda after: _page(api, after), "markets"))
    markets = sorted(_market(api, node) for nodes in read for node in nodes if _counts(node))
    by_country: dict[str, str] = {}
    for market in markets:
        for country in sorted(market.countries):
            by_country.setdefault(country, market.handle)
    elsewhere = next((market.handle for market in markets if market.is_for_all), None)
    return Markets(by_country, elsewhere)


def _counts(node: Node) -> bool:
    with expected("markets"):
        conditions = node["conditions"] or {}
        alone = conditions.get("types") == ["REGION"] and conditions["regions"] is not None
        return alone and node["status"] == "ACTIVE"


def _market(api: GraphQL, node: Node) -> _Market:
    gid = node["id"]
    with expected("markets"):
        regions = node["conditions"]["regions"]
        countries = frozenset(_countries(api, gid, regions["list"]))
        is_for_all = regions["level"] == "ALL"
        return _Market(len(countries), number(gid), str(node["handle"]), countries, is_for_all)


def _countries(api: GraphQL, gid: str, first: Node) -> Iterator[str]:
    """Give the codes of a market's countries; ``first`` is the first page of its regions."""

    def page(after: str | None) -> Node:
        return _regions(api, {"id": gid, "after": after})

    for regions in pages(page, "market_regions", first):
        for region in regions:
            if "code" in region:  # else it is a part of a country
                yield str(region["code"])


def _page(api: GraphQL, after: str | None) -> Node:
    answer = api.execute("markets", {"after": after})
    with expected("markets"):
        return dict(answer["page"])


def _regions(api: GraphQL, asked: Variables) -> Node:
    answer = api.execute("market_regions", asked)
    with expected("market_regions"):
        return dict(answer["owner"]["conditions"]["regions"]["list"])
