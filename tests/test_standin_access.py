"""What an app may read in the stand-in: scopes, old orders, protected customer data."""

from collections.abc import Iterator
from typing import Any

import pytest

from standin.access import ALL_SCOPES
from standin.asking import ask
from standin.server import StandIn
from standin.tiny import TinyWorld

ORDER = "gid://shopify/Order/1"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(TinyWorld(3), plan="enterprise") as running:
        yield running
    assert not running.problems


def without(shop: StandIn, *scopes: str) -> None:
    shop.grant_scopes(*(scope for scope in ALL_SCOPES if scope not in scopes))


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def test_a_root_without_its_scope_is_denied(shop: StandIn) -> None:
    without(shop, "read_customers")
    answer = ask(shop, "{ customers(first: 1) { nodes { id } } }")
    assert answer["data"] is None
    assert answer["errors"] == [
        {
            "message": "Access denied for customers field. Required access: "
            "`read_customers` access scope.",
            "locations": [{"line": 1, "column": 3}],
            "path": ["customers"],
            "extensions": {
                "code": "ACCESS_DENIED",
                "documentation": "https://shopify.dev/api/usage/access-scopes",
                "requiredAccess": "`read_customers` access scope.",
            },
        }
    ]


def test_a_field_without_its_scope_is_null_and_the_rest_is_there(shop: StandIn) -> None:
    without(shop, "read_products")
    lines = "lineItems(first: 1) { nodes { id product { id } } }"
    query = f"{{ orders(first: 2) {{ nodes {{ name {lines} }} }} }}"
    answer = ask(shop, query)
    nodes = answer["data"]["orders"]["nodes"]
    assert [node["name"] for node in nodes] == ["#1001", "#1002"]
    assert nodes[0]["lineItems"]["nodes"] == [{"id": "gid://shopify/LineItem/11", "product": None}]
    assert codes(answer) == ["ACCESS_DENIED", "ACCESS_DENIED"]
    assert answer["errors"][0]["path"] == ["orders", "nodes", 0, "lineItems", "nodes", 0, "product"]


def test_one_of_several_scopes_is_enough_and_writing_implies_reading(shop: StandIn) -> None:
    query = f'{{ order(id: "{ORDER}") {{ name }} }}'
    for scopes in (("read_all_orders", "read_marketplace_orders"), ("write_orders",)):
        shop.grant_scopes("read_all_orders", *scopes)
        assert ask(shop, query)["data"]["order"] == {"name": "#1001"}
    shop.grant_scopes("read_all_orders", "read_products")
    assert codes(ask(shop, query)) == ["ACCESS_DENIED"]


@pytest.mark.parametrize("root", ["node(id: $id)", "nodes(ids: [$id])"])
def test_a_record_by_its_id_needs_the_scope_of_its_type(shop: StandIn, root: str) -> None:
    without(shop, "read_customers")
    query = f"query One($id: ID!) {{ {root} {{ id }} }}"
    assert codes(ask(shop, query, id="gid://shopify/Customer/1")) == ["ACCESS_DENIED"]
    assert "errors" not in ask(shop, query, id=ORDER)


COUNTED = """query Counted($query: String) {
  orders(first: 9, query: $query, sortKey: CREATED_AT) { nodes { name } }
  ordersCount(query: $query) { count }
}"""


@pytest.mark.parametrize("query", ["", "created_at:>='2020-01-01T00:00:00Z'"])
def test_without_read_all_orders_old_orders_are_left_out_without_a_word(
    shop: StandIn, query: str
) -> None:
    shop.live(days=70)
    without(shop, "read_all_orders")
    answer = ask(shop, COUNTED, query=query)
    if query:
        shop.live(days=1)
        answer = ask(shop, COUNTED, query=query)
    assert "#1001" not in str(answer["data"])
    assert answer["data"]["ordersCount"]["count"] == len(answer["data"]["orders"]["nodes"]) == 1
    assert "errors" not in answer
    assert "search" not in answer["extensions"]


@pytest.mark.parametrize(
    "query",
    [
        f'{{ found: order(id: "{ORDER}") {{ id }} }}',
        f'{{ found: node(id: "{ORDER}") {{ id }} }}',
        '{ found: refund(id: "gid://shopify/Refund/1") { id } }',
    ],
)
def test_an_old_order_is_not_there_by_its_id_either(shop: StandIn, query: str) -> None:
    shop.world.nodes["gid://shopify/Refund/1"] = shop.world.nodes[ORDER]["refunds"][0]  # type: ignore[attr-defined]
    assert ask(shop, query)["data"]["found"]
    shop.live(days=70)
    without(shop, "read_all_orders")
    assert ask(shop, query)["data"]["found"] is None


def test_an_old_order_is_hidden_behind_its_customer_too(shop: StandIn) -> None:
    query = '{ customer(id: "gid://shopify/Customer/1") { id lastOrder { id } } }'
    assert ask(shop, query)["data"]["customer"]["lastOrder"] == {"id": ORDER}
    shop.live(days=70)
    without(shop, "read_all_orders")
    assert ask(shop, query)["data"]["customer"]["lastOrder"] is None


READ = f'{{ order(id: "{ORDER}") {{ name email customer {{ id firstName }} }} }}'


def test_an_app_of_level_1_reads_customers_without_their_names() -> None:
    with StandIn(TinyWorld(1), approval="level1") as shop:
        answer = ask(shop, READ)
    assert answer["data"]["order"] == {
        "name": "#1001",
        "email": None,
        "customer": {"id": "gid://shopify/Customer/1", "firstName": None},
    }
    assert answer["errors"][0]["message"].startswith("This app is not approved to use the email ")
    assert [error["path"] for error in answer["errors"]] == [
        ["order", "email"],
        ["order", "customer", "firstName"],
    ]


def test_an_app_that_is_not_approved_reads_no_customers() -> None:
    with StandIn(TinyWorld(1), approval="none") as shop:
        answer = ask(shop, READ)
        by_id = ask(shop, '{ node(id: "gid://shopify/Customer/1") { id } }')
    assert answer["data"]["order"]["customer"] is None
    message = "This app is not approved to access the Customer object. See https://"
    assert answer["errors"][1]["message"].startswith(message)
    assert by_id["data"]["node"] is None


def test_a_metafield_is_found_by_its_namespace_and_key(shop: StandIn) -> None:
    query = """query Meta($key: String!, $namespace: String) {
      customer(id: "gid://shopify/Customer/1") {
        metafield(namespace: $namespace, key: $key) { key }
      }
    }"""
    found = {"customer": {"metafield": {"key": "id"}}}
    assert ask(shop, query, namespace="custom", key="id")["data"] == found
    assert ask(shop, query, key="custom.id")["data"] == found
    assert (
        ask(shop, query, namespace="custom", key="other")["data"]["customer"]["metafield"] is None
    )
