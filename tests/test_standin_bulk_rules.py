"""Which queries the stand-in runs in bulk, and what it says to the others, word for word."""

from collections.abc import Iterator

import pytest

from bulk_asking import LINES, NAMES, ended, of_type, records, run
from standin.access import ALL_SCOPES
from standin.asking import ask
from standin.server import StandIn
from standin.tiny import TinyWorld

NO_NODES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', "
    "e.g: 'orders { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection "
    "fields: 'orders'."
)
NO_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias "
    "and must be of 'ID' return type. Connection fields without 'id': orders."
)
NONE = "Bulk queries must contain at least one connection."
TOO_MANY = "Bulk queries cannot contain more than 5 connections."
TOO_DEEP = "Bulk queries cannot contain connections with a nesting depth greater than 2."
IN_A_LIST = (
    "Queries that contain a connection field within a list field are not currently supported."
)
NO_QUERY = "Invalid operation type. Only `query` operations are supported."

LINE_IDS = "lineItems { edges { node { id } } }"
FIVE_MORE = " ".join(f"{alias}: {LINE_IDS}" for alias in "abcde")
SIX = f"{{ orders {{ edges {{ node {{ id {FIVE_MORE} }} }} }} }}"
DEPTH_3 = """{ customers { edges { node { id orders { edges { node { id
  customer { id orders { edges { node { id lineItems { edges { node { id } } } } } } }
  } } } } } } }"""

REFUSED = [
    ("{ orders { nodes { id } } }", NO_NODES),
    ("{ orders { pageInfo { hasNextPage } } }", NO_NODES),
    (SIX, TOO_MANY),
    (DEPTH_3, TOO_DEEP),
    ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }", NO_ID),
    ("{ orders { edges { node { a: id lineItems { edges { node { id } } } } } } }", NO_ID),
    ("{ orders { edges { node { id: name lineItems { edges { node { id } } } } } } }", NO_ID),
    ("{ shop { name } }", NONE),
    (
        f"{{ orders {{ edges {{ node {{ id refunds {{ {LINE_IDS} }} }} }} }} }}".replace(
            "lineItems", "refundLineItems"
        ),
        IN_A_LIST,
    ),
    ('mutation { productCreate(product: {title: "x"}) { product { id } } }', NO_QUERY),
    ("", "Invalid bulk query: syntax error, unexpected end of file"),
    ("{ orders { edges {", "Invalid bulk query: syntax error, unexpected end of file"),
    ("{ orders } }", "Invalid bulk query: syntax error, Unexpected '}'."),
    (
        "{ orders { edges { node { id colour } } } }",
        "Invalid bulk query: Field 'colour' doesn't exist on type 'Order'",
    ),
    (
        "query All { orders(query: $query) { edges { node { id } } } }",
        "Invalid bulk query: Variable $query is used by All but not declared",
    ),
    (
        "query ($query: String!) { orders(query: $query) { edges { node { id } } } }",
        "Invalid bulk query: Variable $query of type String! was provided invalid value",
    ),
    (
        "query A { orders { edges { node { id } } } } query B { orders { edges { node { id } } } }",
        "Invalid bulk query: An operation name is required",
    ),
]


@pytest.fixture
def world() -> TinyWorld:
    return TinyWorld(5)


@pytest.fixture
def shop(world: TinyWorld) -> Iterator[StandIn]:
    with StandIn(world, time_scale=0.001, plan="enterprise") as running:
        yield running
    assert not running.problems


def messages(shop: StandIn, query: str) -> list[str]:
    payload = run(shop, query)
    assert payload["bulkOperation"] is None
    assert all(error["field"] == ["query"] for error in payload["userErrors"])
    assert all(error["code"] == "INVALID" for error in payload["userErrors"])
    return [error["message"] for error in payload["userErrors"]]


@pytest.mark.parametrize(("query", "message"), REFUSED)
def test_a_query_that_breaks_one_rule_is_refused_in_shopifys_words(
    shop: StandIn, query: str, message: str
) -> None:
    assert messages(shop, query) == [message]
    assert shop.stats["bulk started"] == 0


def test_a_single_node_is_refused_twice_over(shop: StandIn) -> None:
    top = "Bulk queries cannot contain a top level `node` field."
    assert messages(shop, '{ node(id: "gid://shopify/Order/1") { id } }') == [top, NONE]


def test_every_rule_that_is_broken_is_named(shop: StandIn) -> None:
    query = """{ orders { edges { node { id lineItems { nodes { id } }
      refunds { refundLineItems { nodes { id } } } } } } }"""
    nodes = NO_NODES.replace("'orders {", "'lineItems {")
    nodes = nodes.replace("'orders'", "'lineItems', 'refundLineItems'")
    assert messages(shop, query) == [nodes, IN_A_LIST]


def test_a_query_is_measured_as_it_is_in_json(shop: StandIn) -> None:
    rest = len(NAMES) + len('# "')
    largest = f'{NAMES}# "{"ü" * ((65_535 - rest - 1) // 2)}'
    size = len(largest.encode()) + 1
    assert run(shop, largest)["userErrors"] == []
    assert messages(shop, f'{largest}""') == [
        f"Query is too large ({size + 4} bytes; maximum is 65535 bytes)"
    ]


def test_pages_are_ignored(shop: StandIn) -> None:
    query = """{ orders(first: 2, after: "nonsense", sortKey: CREATED_AT) {
      edges { cursor node { id lineItems(first: 1) { edges { cursor node { id } } } } }
      pageInfo { hasNextPage } } }"""
    lines = records(ended(shop, query)["url"])
    assert len(of_type(lines, "Order")) == 5
    assert len(of_type(lines, "LineItem")) == 15
    assert all("cursor" not in line for line in lines)


def test_five_connections_two_levels_deep_are_run(shop: StandIn) -> None:
    query = """{ orders { edges { node { id
      customer { id }
      a: lineItems { edges { node { id } } } b: lineItems { edges { node { id } } }
      c: lineItems { edges { node { id } } }
      discountApplications { edges { node { __typename } } } } } } }"""
    done = ended(shop, query)
    assert (done["objectCount"], done["rootObjectCount"]) == ("55", "5")


def test_a_connection_without_ids_is_a_leaf(shop: StandIn) -> None:
    query = """{ orders(query: "id:1") { edges { node { id
      discountApplications { edges { node { __typename ... on DiscountCodeApplication { code } } } }
    } } } }"""
    order, discount = records(ended(shop, query)["url"])
    assert order == {"id": "gid://shopify/Order/1"}
    assert discount == {
        "__typename": "DiscountCodeApplication",
        "code": "TEN",
        "__parentId": "gid://shopify/Order/1",
    }


def test_fragments_are_followed(shop: StandIn) -> None:
    query = """query { orders { edges { ...Edge } } }
      fragment Edge on OrderEdge { node { ...Order } }
      fragment Order on Order { id ... on Order { lineItems { edges { node { id } } } } }"""
    assert ended(shop, query)["objectCount"] == "20"


def test_a_search_works_as_in_an_ordinary_list(shop: StandIn, world: TinyWorld) -> None:
    def found(search: str) -> list[str]:
        query = f'{{ orders(query: "{search}") {{ edges {{ node {{ id name }} }} }} }}'
        return [line["name"] for line in records(ended(shop, query)["url"])]

    assert found("created_at:>='2026-01-01T03:00:00Z' created_at:<'2026-01-01T05:00:00Z'") == [
        "#1003",
        "#1004",
    ]
    assert len(found("made_up:value")) == 5
    # The index has not seen it yet; the list without a search has.
    world.add(6, shop.now_ms)
    assert len(found("id:>=1")) == 5
    assert len(found("id:>=1")) == 6, "a minute later it has"


def test_an_order_that_was_sorted_and_reversed_stays_so(shop: StandIn) -> None:
    query = "{ orders(sortKey: ID, reverse: true) { edges { node { id name } } } }"
    names = [line["name"] for line in records(ended(shop, query)["url"])]
    assert names == ["#1005", "#1004", "#1003", "#1002", "#1001"]


def test_without_read_all_orders_old_orders_are_left_out_silently(shop: StandIn) -> None:
    shop.grant_scopes(*(scope for scope in ALL_SCOPES if scope != "read_all_orders"))
    shop.live(days=60)
    done = ended(shop, NAMES)
    assert (done["status"], done["objectCount"]) == ("COMPLETED", "1")


@pytest.mark.parametrize(
    ("scope", "query"),
    [
        ("read_orders", NAMES),
        ("read_products", LINES.replace("quantity", "product { id }")),
    ],
)
def test_a_field_without_its_scope_fails_the_operation_when_it_runs(
    shop: StandIn, scope: str, query: str
) -> None:
    shop.grant_scopes(*(each for each in ALL_SCOPES if each != scope))
    failed = ended(shop, query)
    assert (failed["status"], failed["errorCode"]) == ("FAILED", "ACCESS_DENIED")
    assert failed["url"] is failed["partialDataUrl"] is None
    assert failed["objectCount"] == "0"


def test_protected_data_fails_the_operation_too() -> None:
    with StandIn(TinyWorld(2), approval="level1") as shop:
        failed = ended(shop, "{ orders { edges { node { id email } } } }")
    assert (failed["status"], failed["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_a_search_that_shopify_refuses_fails_when_it_runs(shop: StandIn) -> None:
    query = NAMES.replace("(", "(query: \"created_at:>'yesterday'\", ")
    failed = ended(shop, query)
    assert (failed["status"], failed["errorCode"]) == ("FAILED", "INTERNAL_SERVER_ERROR")


def test_a_query_that_is_not_built_breaks_the_server_and_does_not_pretend() -> None:
    with StandIn(TinyWorld(1)) as shop:
        payload = ask(
            shop,
            'mutation { bulkOperationRunQuery(query: "{ shop { name } orders '
            '{ edges { node { id } } } }") { userErrors { message } } }',
        )
        assert payload["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "queries of one list" in shop.problems[0]


def test_a_field_that_the_world_left_out_breaks_the_server() -> None:
    with StandIn(TinyWorld(1)) as shop:
        failed = ended(shop, "{ orders { edges { node { id confirmed } } } }")
        assert failed["status"] == "FAILED"
        assert "Order.confirmed" in shop.problems[0]
