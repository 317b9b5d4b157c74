"""Results of the stand-in's bulk operations: their lines, their order, and that all is there."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from bulk_asking import LINES, Json, download, ended, of_type, read, records
from standin.asking import ask
from standin.server import StandIn
from standin.tiny import TinyWorld

MONEY = "shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }"
ORDER = f"""id legacyResourceId name createdAt updatedAt note tags test email
  customer {{ id defaultEmailAddress {{ emailAddress }} }}
  customAttributes {{ key value }} totalPriceSet {{ {MONEY} }}
  transactions {{ id kind status }} refunds {{ id totalRefundedSet {{ {MONEY} }} }}
  customerJourneySummary {{ firstVisit {{ landingPage }} }}"""
LINE = f"""id title quantity variant {{ id }} originalUnitPriceSet {{ {MONEY} }}
  discountAllocations {{ allocatedAmountSet {{ {MONEY} }} }}"""
SHIPPING = f"id title originalPriceSet {{ {MONEY} }}"
CUSTOMER = "id createdAt updatedAt firstName lastName numberOfOrders amountSpent { amount }"
CHECKOUT = f"id createdAt updatedAt completedAt totalPriceSet {{ {MONEY} }} customer {{ id }}"

Asked = tuple[str, str, str, dict[str, str]]

# A root, its sort key, and what is asked of its records and of the lists in them.
ROOTS: list[Asked] = [
    ("orders", "CREATED_AT", ORDER, {"lineItems": LINE, "shippingLines": SHIPPING}),
    ("customers", "ID", CUSTOMER, {"orders": "id name"}),
    ("abandonedCheckouts", "ID", CHECKOUT, {"lineItems": "id title quantity"}),
]


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(plan="enterprise", time_scale=50) as running:
        yield running
    assert not running.problems


@pytest.fixture
def tiny() -> Iterator[StandIn]:
    with StandIn(TinyWorld(120), time_scale=0.001) as running:
        yield running
    assert not running.problems


def bulk_query(root: str, key: str, fields: str, lists: dict[str, str]) -> str:
    inner = " ".join(f"{name} {{ edges {{ node {{ {each} }} }} }}" for name, each in lists.items())
    return f"{{ {root}(sortKey: {key}) {{ edges {{ node {{ {fields} {inner} }} }} }} }}"


def paged(shop: StandIn, root: str, key: str, fields: str, lists: dict[str, str]) -> list[Json]:
    """Reads the same by pages."""
    inner = " ".join(f"{name}(first: 250) {{ nodes {{ {each} }} }}" for name, each in lists.items())
    query = f"""query Page($after: String) {{ {root}(first: 10, after: $after, sortKey: {key}) {{
      nodes {{ {fields} {inner} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    found: list[Json] = []
    after = None
    while True:
        page = ask(shop, query, after=after)["data"][root]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


def joined(lines: list[Json], lists: dict[str, str]) -> list[Json]:
    """Puts lines back where they belong: under their parents, each list in the order it came."""
    roots = [line for line in lines if "__parentId" not in line]
    below: dict[str, list[Json]] = {}
    for line in lines:
        if "__parentId" in line:
            below.setdefault(line.pop("__parentId"), []).append(line)
    kinds = {"lineItems": "LineItem/", "shippingLines": "ShippingLine/", "orders": "Order/"}
    for root in roots:
        for name in lists:
            children = below.get(root["id"], [])
            root[name] = {"nodes": [line for line in children if kinds[name] in line["id"]]}
    return roots


def parents_first(lines: list[Json]) -> bool:
    seen: set[Any] = {None}
    for line in lines:
        if line.get("__parentId") not in seen:
            return False
        seen.add(line["id"])
    return True


def beside_parents(lines: list[Json]) -> int:
    """Counts the children that stand right after their parent or a brother."""
    pairs = pairwise(lines)
    return sum(
        "__parentId" in after and after["__parentId"] in (before["id"], before.get("__parentId"))
        for before, after in pairs
    )


def within_lists(lines: list[Json]) -> dict[Any, list[str]]:
    """Gives the ids of each parent's children in their order."""
    found: dict[Any, list[str]] = {}
    for line in lines:
        found.setdefault(line.get("__parentId"), []).append(line["id"])
    return found


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("asked", ROOTS, ids=lambda asked: asked[0])
def test_the_whole_shop_is_the_same_in_bulk_and_by_pages(
    shop: StandIn, asked: Asked, grouped: bool
) -> None:
    done = ended(shop, bulk_query(*asked), grouped)
    lines = records(done["url"])
    assert len(lines) == int(done["objectCount"])
    assert sum("__parentId" not in line for line in lines) == int(done["rootObjectCount"])
    expected = paged(shop, *asked)
    assert len(expected) > 20
    assert joined(lines, asked[3]) == expected


def test_a_line_is_written_as_shopify_writes_it(tiny: StandIn) -> None:
    query = """{ orders(query: "id:1") { edges { node {
      name id totalPriceSet { shopMoney { amount } }
      lineItems { edges { node { quantity id } } } transactions { id } } } } }"""
    done = ended(tiny, query)
    body = download(done["url"]).content
    first, second = body.split(b"\n")[:2]
    assert first == (
        rb'{"name":"#1001","id":"gid:\/\/shopify\/Order\/1","totalPriceSet":{"shopMoney":'
        rb'{"amount":"25.0"}},"transactions":[{"id":"gid:\/\/shopify\/OrderTransaction\/1"},'
        rb'{"id":"gid:\/\/shopify\/OrderTransaction\/2"}]}'
    )
    assert second == (
        rb'{"quantity":1,"id":"gid:\/\/shopify\/LineItem\/11",'
        rb'"__parentId":"gid:\/\/shopify\/Order\/1"}'
    )
    assert done["fileSize"] == str(len(body))


def test_a_text_with_slashes_quotes_and_line_breaks_survives(tiny: StandIn) -> None:
    order = tiny.world.node("gid://shopify/Order/1")
    assert order is not None
    order["note"] = 'a/b \\/ "c"\n\u2028ü'
    (line,) = records(
        ended(tiny, '{ orders(query: "id:1") { edges { node { id note } } } }')["url"]
    )
    assert line["note"] == order["note"]


def test_a_nested_connection_below_an_object_is_taken_out_of_it(shop: StandIn) -> None:
    query = """{ orders(sortKey: ID, query: "id:<=5000000040") { edges { node { id
      customer { id orders { edges { node { id } } } } } } } }"""
    lines = records(ended(shop, query)["url"])
    roots = [line for line in lines if "__parentId" not in line]
    assert len(roots) == 40
    assert len(lines) > 60
    customers = [line["customer"] for line in roots if line["customer"]]
    assert customers
    assert all(list(customer) == ["id"] for customer in customers)


def test_two_levels_name_their_own_parents(shop: StandIn) -> None:
    query = """{ customers { edges { node { id orders { edges { node { id
      lineItems { edges { node { id } } } } } } } } } }"""
    for grouped in (False, True):
        lines = records(ended(shop, query, grouped)["url"])
        assert parents_first(lines)
        orders, items = of_type(lines, "Order"), of_type(lines, "LineItem")
        assert {line["__parentId"].split("/")[3] for line in orders} == {"Customer"}
        assert {line["__parentId"] for line in items} <= {line["id"] for line in orders}


def test_grouped_children_stand_right_after_their_parent(tiny: StandIn) -> None:
    lines = records(ended(tiny, LINES, grouped=True)["url"])
    assert beside_parents(lines) == 360
    assert parents_first(lines)


def test_children_come_later_but_not_beside_their_parent_where_nothing_is_grouped(
    tiny: StandIn,
) -> None:
    lines = records(ended(tiny, LINES)["url"])
    assert parents_first(lines)
    assert ["__parentId" in line for line in lines] == [False] * 120 + [True] * 360


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize(
    ("order", "first", "beside"),
    [
        ("grouped", True, (360, 360)),
        ("ungrouped", True, (240, 240)),
        ("interleaved", True, (0, 120)),
        ("children-first", False, (240, 240)),
    ],
)
def test_any_order_is_served_on_demand(
    tiny: StandIn, order: str, first: bool, beside: tuple[int, int], grouped: bool
) -> None:
    asked = records(ended(tiny, LINES)["url"])
    tiny.bulk_order = order
    lines = records(ended(tiny, LINES, grouped)["url"])
    assert within_lists(lines) == within_lists(asked)
    assert parents_first(lines) == first
    assert beside[0] <= beside_parents(lines) <= beside[1]


def test_an_order_that_is_none_is_refused(tiny: StandIn) -> None:
    with pytest.raises(ValueError, match="No such order: random"):
        tiny.bulk_order = "random"


def test_an_order_may_be_an_option_from_the_start() -> None:
    with StandIn(TinyWorld(3), bulk_order="children-first", time_scale=0.001) as shop:
        lines = records(ended(shop, LINES, grouped=True)["url"])
    assert not parents_first(lines)


def test_a_result_is_read_whole_whatever_its_texts_hold(shop: StandIn) -> None:
    # The shop's notes and titles hold what some take for the end of a line.
    done = ended(shop, bulk_query(*ROOTS[0]))
    body = download(done["url"])
    assert len(read(body.content)) == int(done["objectCount"])
    assert len(body.text.splitlines()) > int(done["objectCount"])
