"""Left checkouts, read through the server: searched, sorted, paged, counted, and hidden."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from standin.access import ALL_SCOPES
from standin.api import AdminApi
from standin.asking import ask, post
from standin.clock import Clock
from standin.options import DEFAULTS
from standin.server import StandIn
from standin.world import NAMED, World
from standin.world_time import wire_time

LIST = """query List($first: Int = 250, $after: String, $query: String, $reverse: Boolean = false,
  $key: AbandonedCheckoutSortKeys = CREATED_AT) {
  abandonedCheckouts(first: $first, after: $after, query: $query, sortKey: $key, reverse: $reverse) {
    nodes { id name createdAt updatedAt completedAt }
    pageInfo { hasNextPage endCursor }
  }
  abandonedCheckoutsCount(query: $query, limit: null) { count precision }
}"""  # noqa: E501
WHOLE = """query Whole($after: String) {
  abandonedCheckouts(first: 10, after: $after, sortKey: CREATED_AT) {
    nodes {
      id name defaultCursor createdAt updatedAt completedAt abandonedCheckoutUrl note discountCodes
      taxesIncluded lineItemsQuantity
      customAttributes { key value }
      customer { id firstName defaultEmailAddress { emailAddress } }
      billingAddress { city countryCodeV2 } shippingAddress { city countryCodeV2 }
      subtotalPriceSet { shopMoney { amount } presentmentMoney { amount currencyCode } }
      totalPriceSet { shopMoney { amount currencyCode } } totalTaxSet { shopMoney { amount } }
      totalDiscountSet { shopMoney { amount } } totalLineItemsPriceSet { shopMoney { amount } }
      totalDutiesSet { shopMoney { amount } }
      taxLines { title rate priceSet { shopMoney { amount } } }
      lineItems(first: 5) {
        nodes {
          id title variantTitle sku quantity image { url } customAttributes { key value }
          product { id productType vendor } variant { id compareAtPrice }
          originalUnitPriceSet { shopMoney { amount } }
          discountedTotalPriceWithCodeDiscount { shopMoney { amount } }
          discountAllocations(first: 5) {
            nodes {
              allocatedAmountSet { shopMoney { amount } }
              discountApplication { index ... on DiscountCodeApplication { code } }
            }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
LINES = """query Lines($id: ID!, $after: String) {
  node(id: $id) {
    ... on AbandonedCheckout {
      lineItems(first: 25, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } }
    }
  }
}"""


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(plan="enterprise", time_scale=1000.0) as running:
        yield running
    assert not running.problems


def found(shop: StandIn, query: str = "", **variables: Any) -> list[dict[str, Any]]:
    answer = ask(shop, LIST, query=query, **variables)
    assert "errors" not in answer, answer["errors"]
    assert "search" not in answer["extensions"]
    nodes: list[dict[str, Any]] = answer["data"]["abandonedCheckouts"]["nodes"]
    assert answer["data"]["abandonedCheckoutsCount"] == {"count": len(nodes), "precision": "EXACT"}
    return nodes


def pages(shop: StandIn, document: str, name: str, /, **variables: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    info = {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        answer = ask(shop, document, after=info["endCursor"], **variables)
        assert "errors" not in answer, answer["errors"]
        connection = answer["data"][name]
        connection = connection.get("lineItems", connection)
        nodes, info = nodes + connection["nodes"], connection["pageInfo"]
    return nodes


def test_every_checkout_is_read_once_with_all_that_it_has(shop: StandIn) -> None:
    nodes = pages(shop, WHOLE, "abandonedCheckouts")
    assert [node["id"] for node in nodes] == [node["id"] for node in found(shop)]
    assert {node["id"] for node in nodes} >= {
        gid for name, gid in NAMED.items() if name.startswith("checkout-")
    }
    assert any(node["lineItems"]["pageInfo"]["hasNextPage"] for node in nodes)


@pytest.mark.parametrize("key", ["CREATED_AT", "ID"])
@pytest.mark.parametrize("query", ["", "id:>=1"])
@pytest.mark.parametrize("first", [1, 7])
def test_pages_put_together_are_the_whole_list(
    shop: StandIn, key: str, query: str, first: int
) -> None:
    variables = {"key": key, "query": query, "first": first}
    assert pages(shop, LIST, "abandonedCheckouts", **variables) == found(shop)
    backwards = pages(shop, LIST, "abandonedCheckouts", reverse=True, **variables)
    assert backwards == found(shop)[::-1]


def test_more_than_a_page_of_lines_is_read_from_the_checkout_itself(shop: StandIn) -> None:
    lines = pages(shop, LINES, "node", id=NAMED["checkout-sixty-lines"])
    assert len({line["id"] for line in lines}) == len(lines) == 60


def test_searches_find_by_state_id_and_times(shop: StandIn) -> None:
    everything = found(shop)
    completed = [node for node in everything if node["completedAt"]]
    rest = [node for node in everything if not node["completedAt"]]
    assert completed
    assert found(shop, "recovery_state:recovered") == found(shop, "status:closed") == completed
    assert found(shop, "recovery_state:not_recovered") == found(shop, "status:open") == rest
    number = everything[5]["id"].rpartition("/")[2]
    assert found(shop, f"id:{number}") == [everything[5]]
    assert found(shop, f"id:>{number}") == everything[6:]
    since = "2026-10-01T00:00:00Z"
    for field, name in (("created_at", "createdAt"), ("updated_at", "updatedAt")):
        late = [node for node in everything if node[name] >= since]
        assert 0 < len(late) < len(everything)
        assert found(shop, f"{field}:>='{since}'") == late
        assert len(found(shop, f"{field}:<'{since}'")) == len(everything) - len(late)


def test_windows_that_touch_find_every_checkout_once(shop: StandIn) -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    edges = [f"{start + timedelta(days=11 * step):%Y-%m-%dT%H:%M:%SZ}" for step in range(15)]
    nodes: list[dict[str, Any]] = []
    for low, high in pairwise(edges):
        nodes += found(shop, f"created_at:>='{low}' created_at:<'{high}'")
    assert nodes == found(shop)


@pytest.mark.parametrize("field", ["processed_at", "test", "name", "customer_date", "completed_at"])
def test_a_field_of_other_lists_is_ignored_with_a_warning(shop: StandIn, field: str) -> None:
    answer = ask(shop, LIST, query=f"{field}:2026")
    warnings = [entry["warnings"][0]["field"] for entry in answer["extensions"]["search"]]
    assert warnings == [field, field]
    assert len(answer["data"]["abandonedCheckouts"]["nodes"]) == len(found(shop))


@pytest.mark.parametrize("variables", [{"key": "UPDATED_AT"}, {"key": "PROCESSED_AT"}])
def test_there_is_no_sort_key_for_the_time_of_change(
    shop: StandIn, variables: dict[str, Any]
) -> None:
    assert "invalid value" in ask(shop, LIST, **variables)["errors"][0]["message"]


@pytest.mark.parametrize(
    "variables",
    [
        {"key": "TOTAL_PRICE"},
        {"query": "email_state:sent"},
        {"query": "status:any"},
        {"query": "recovery_state:maybe"},
    ],
)
def test_what_is_not_built_breaks_the_stand_in_and_does_not_pretend(
    variables: dict[str, Any],
) -> None:
    with StandIn(plan="enterprise") as shop:
        answer = ask(shop, LIST, **variables)
        assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert shop.problems


def test_a_count_stops_at_its_limit(shop: StandIn) -> None:
    query = "{ abandonedCheckoutsCount(limit: 10) { count precision } }"
    count = {"count": 10, "precision": "AT_LEAST"}
    assert ask(shop, query)["data"]["abandonedCheckoutsCount"] == count


def test_a_large_page_of_checkouts_costs_what_shopifys_figures_say(shop: StandIn) -> None:
    answer = ask(shop, WHOLE)
    cost = answer["extensions"]["cost"]
    assert 0 < cost["actualQueryCost"] <= cost["requestedQueryCost"] < 400


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def test_checkouts_need_the_scope_of_orders_and_no_other() -> None:
    gid = NAMED["checkout-codes"]
    by_id = f'{{ node(id: "{gid}") {{ id }} }}'
    without_customers = (
        "{ abandonedCheckouts(first: 1, reverse: true) { nodes { customer { id } } } }"
    )
    with StandIn(plan="enterprise") as shop:
        shop.grant_scopes("read_orders")
        assert len(found(shop)) == len(World().table("checkouts"))
        assert ask(shop, by_id)["data"]["node"] == {"id": gid}
        assert codes(ask(shop, without_customers)) == ["ACCESS_DENIED"]
        shop.grant_scopes(*(scope for scope in ALL_SCOPES if scope != "read_orders"))
        answer = ask(shop, "{ abandonedCheckouts(first: 1) { nodes { id } } }")
        assert answer["data"] is None
        assert codes(answer) == codes(ask(shop, by_id)) == ["ACCESS_DENIED"]
        assert not shop.problems


def test_faults_meet_checkouts_as_they_meet_all_lists() -> None:
    with StandIn(plan="enterprise") as shop:
        shop.faults("502", "internal", "throttled", "short")
        assert post(shop, LIST).status_code == 502
        assert codes(ask(shop, LIST)) == ["INTERNAL_SERVER_ERROR"]
        assert codes(ask(shop, LIST)) == ["THROTTLED"]
        shop.pass_time(seconds=60)
        answer = ask(shop, LIST)["data"]
        assert len(answer["abandonedCheckouts"]["nodes"]) == (
            answer["abandonedCheckoutsCount"]["count"] - 1
        )
        assert len(found(shop)) == answer["abandonedCheckoutsCount"]["count"]


def test_a_checkout_that_moves_on_is_found_late_and_a_new_one_later() -> None:
    seconds = [0.0]
    world = World()
    api = AdminApi(world, DEFAULTS, Clock(world.now, 1, lambda: seconds[0]))
    born = f"updated_at:>='{wire_time(world.now)}'"

    def names(query: str) -> list[str]:
        answer = api.answer({"query": LIST, "variables": {"query": query}})
        return [node["name"] for node in answer["data"]["abandonedCheckouts"]["nodes"]]

    everything = names("")
    for _ in range(6):
        world.stir()
    changed = {name for name in names("") if name not in everything}
    assert len(changed) == 1
    assert names("id:>=1") == everything
    assert names(born) == []
    seconds[0] = 7.1
    assert set(names(born)) > changed
    assert names("id:>=1") == names("") != everything


def test_a_checkout_that_was_removed_is_nowhere_any_more() -> None:
    with StandIn(plan="enterprise") as shop:
        shop.live(days=45)
        shop.pass_time(seconds=60)
        ids = {node["id"] for node in found(shop)}
        gone, kept = NAMED["checkout-contact"], NAMED["checkout-recovered-long-ago"]
        assert gone not in ids
        assert kept in ids
        assert gone not in {node["id"] for node in found(shop, "id:>=1")}
        assert ask(shop, f'{{ node(id: "{gone}") {{ id }} }}')["data"]["node"] is None
        assert not shop.problems


def test_markets_are_read_with_regions_in_pages_and_without_any(shop: StandIn) -> None:
    query = """query Markets($after: String) { markets(first: 3, after: $after) {
      nodes { handle status type conditions { conditionTypes regionsCondition { applicationLevel
        regions(first: 250) { nodes { id name ... on MarketRegionCountry { code } } } } } }
      pageInfo { hasNextPage endCursor } } }"""
    listed = {node["handle"]: node for node in pages(shop, query, "markets")}
    assert len(listed) == 8
    assert listed["offices"]["conditions"] == {
        "conditionTypes": ["COMPANY_LOCATION"],
        "regionsCondition": None,
    }
    assert listed["not-yet"]["conditions"] is None
    regions = """query Regions($id: ID!, $after: String) { node(id: $id) { ... on Market {
      conditions { regionsCondition { regions(first: 10, after: $after) {
        nodes { name } pageInfo { hasNextPage endCursor } } } } } } }"""
    names: list[str] = []
    after = None
    for count in (10, 10, 7):
        answer = ask(shop, regions, id="gid://shopify/Market/52000000003", after=after)
        page = answer["data"]["node"]["conditions"]["regionsCondition"]["regions"]
        assert len(page["nodes"]) == count
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert not page["pageInfo"]["hasNextPage"]
    assert len(set(names)) == 27
