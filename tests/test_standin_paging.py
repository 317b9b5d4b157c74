"""Cursor paging in the stand-in: whole, in order, and stable while records change."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from standin.asking import ask
from standin.server import StandIn
from standin.tiny import HOUR_MS, TinyWorld

PAGE = """query Page($first: Int, $after: String, $last: Int, $before: String, $query: String,
  $key: OrderSortKeys, $reverse: Boolean) {
  orders(first: $first, after: $after, last: $last, before: $before, query: $query,
    sortKey: $key, reverse: $reverse) {
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
VALID = "eyJsYXN0X2lkIjoxLCJsYXN0X3ZhbHVlIjoiMSJ9"
ALL = ["#1001", "#1002", "#1003", "#1004", "#1005"]


@pytest.fixture
def world() -> TinyWorld:
    return TinyWorld(5)


@pytest.fixture
def shop(world: TinyWorld) -> Iterator[StandIn]:
    with StandIn(world, plan="enterprise", index_lag=0) as running:
        yield running
    assert not running.problems


def page(shop: StandIn, **arguments: Any) -> tuple[list[str], dict[str, Any]]:
    found = ask(shop, PAGE, **{"key": "CREATED_AT", **arguments})["data"]["orders"]
    return [edge["node"]["name"] for edge in found["edges"]], found["pageInfo"]


def walk(shop: StandIn, **arguments: Any) -> list[str]:
    names, info = page(shop, **arguments)
    while info["hasNextPage"]:
        assert len(names) < 100, "the pages go round in circles"
        more, info = page(shop, after=info["endCursor"], **arguments)
        names += more
    return names


def message(answer: dict[str, Any]) -> str:
    error = answer["errors"][0]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    return str(error["message"])


@pytest.mark.parametrize("key", ["CREATED_AT", "UPDATED_AT", "PROCESSED_AT", "ID"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 250])
def test_pages_put_together_are_the_whole_list(shop: StandIn, key: str, size: int) -> None:
    assert walk(shop, first=size, key=key) == ALL
    assert walk(shop, first=size, key=key, reverse=True) == ALL[::-1]
    assert walk(shop, first=size, key=key, query="id:>=2") == ALL[1:]


def test_a_list_is_read_backwards_with_last_and_before(shop: StandIn) -> None:
    names, info = page(shop, last=2)
    assert names == ["#1004", "#1005"]
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (True, False)
    names, info = page(shop, last=2, before=info["startCursor"])
    assert names == ["#1002", "#1003"]
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (True, True)
    assert page(shop, last=2, before=info["startCursor"])[0] == ["#1001"]


def test_a_page_knows_what_lies_before_it(shop: StandIn) -> None:
    _, info = page(shop, first=2)
    assert not info["hasPreviousPage"]
    assert page(shop, first=2, after=info["endCursor"])[1]["hasPreviousPage"]


def test_an_empty_page_has_no_cursors(shop: StandIn) -> None:
    names, info = page(shop, first=2, query="id:>99")
    assert names == []
    assert info == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


def test_paging_goes_on_where_it_was_while_records_come_and_change(
    shop: StandIn, world: TinyWorld
) -> None:
    names, info = page(shop, first=2)
    world.add(6, world.now)
    world.touch(1, world.now)
    rest = walk(shop, first=2, key="CREATED_AT", query=None)
    assert rest == [*ALL, "#1006"]
    more, _ = page(shop, first=10, after=info["endCursor"])
    assert names + more == [*ALL, "#1006"]


def test_a_record_that_is_updated_moves_to_the_end_of_its_order(
    shop: StandIn, world: TinyWorld
) -> None:
    world.touch(2, world.now + HOUR_MS)
    assert walk(shop, first=2, key="UPDATED_AT") == ["#1001", "#1003", "#1004", "#1005", "#1002"]


def test_records_of_the_same_time_are_told_apart_by_their_ids(
    shop: StandIn, world: TinyWorld
) -> None:
    for number in (1, 2, 3, 4, 5):
        world.touch(number, world.now)
    assert walk(shop, first=2, key="UPDATED_AT") == ALL


def test_a_cursor_holds_the_last_id_and_value(shop: StandIn) -> None:
    _, info = page(shop, first=2)
    assert json.loads(base64.b64decode(info["endCursor"])) == {
        "last_id": 2,
        "last_value": "2026-01-01 02:00:00.500000",
    }
    _, info = page(shop, first=2, query="test:false")
    assert json.loads(base64.b64decode(info["endCursor"]))["last_value"] == "1767232800500"


@pytest.mark.parametrize(
    "cursor", ["", "x", "e30=", "bm90IGpzb24=", "eyJsYXN0X2lkIjoiYSJ9", f"!{VALID}"]
)
def test_a_cursor_that_is_none_is_refused(shop: StandIn, cursor: str) -> None:
    assert message(ask(shop, PAGE, first=1, after=cursor)) == "Malformed cursor"


def test_a_page_needs_a_size_and_one_alone(shop: StandIn) -> None:
    assert message(ask(shop, PAGE)) == "you must provide one of first or last"
    assert "both" in message(ask(shop, PAGE, first=1, last=1))
    nested = "{ orders(first: 1) { nodes { lineItems { nodes { id } } } } }"
    assert message(ask(shop, nested)) == "you must provide one of first or last"


@pytest.mark.parametrize(
    "fields",
    [
        "orders(first: 251) { nodes { id } }",
        "orders(first: 1) { nodes { refunds(first: 251) { id } } }",
    ],
)
def test_no_page_is_larger_than_250(shop: StandIn, fields: str) -> None:
    assert message(ask(shop, f"{{ {fields} }}")).startswith("first cannot exceed 250. To query")


def test_a_sort_key_that_is_not_built_breaks_the_server_and_does_not_sort_wrongly() -> None:
    with StandIn(TinyWorld(2)) as shop:
        ask(shop, PAGE, first=1, key="TOTAL_PRICE")
        assert "cannot sort orders by TOTAL_PRICE" in shop.problems[0]


def lines(shop: StandIn, arguments: str) -> tuple[list[str], dict[str, Any]]:
    query = f"lineItems({arguments}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }}"
    answer = ask(shop, f'{{ order(id: "gid://shopify/Order/1") {{ {query} }} }}')
    found = answer["data"]["order"]["lineItems"]
    return [node["id"].rpartition("/")[2] for node in found["nodes"]], found["pageInfo"]


def test_a_nested_connection_is_paged_too(shop: StandIn) -> None:
    ids, info = lines(shop, "first: 2")
    assert (ids, info["hasNextPage"]) == (["11", "12"], True)
    ids, info = lines(shop, f'first: 2, after: "{info["endCursor"]}"')
    assert (ids, info["hasNextPage"]) == (["13"], False)
    assert lines(shop, "first: 3, reverse: true")[0] == ["13", "12", "11"]
    assert lines(shop, "last: 1")[0] == ["13"]


def test_nested_paging_goes_on_where_it_was_when_its_last_item_is_gone(
    shop: StandIn, world: TinyWorld
) -> None:
    _, info = lines(shop, "first: 2")
    del world.nodes["gid://shopify/Order/1"]["lineItems"][1]
    assert lines(shop, f'first: 2, after: "{info["endCursor"]}"')[0] == ["13"]


def test_a_list_is_cut_by_first_without_a_sign(shop: StandIn) -> None:
    lists = "a: transactions(first: 1) { id } b: transactions { id }"
    order = ask(shop, f'{{ order(id: "gid://shopify/Order/1") {{ {lists} }} }}')["data"]["order"]
    assert (len(order["a"]), len(order["b"])) == (1, 2)


def test_nodes_come_in_the_order_of_their_ids_with_null_for_the_unknown(shop: StandIn) -> None:
    ids = ["gid://shopify/Order/2", "gid://shopify/Order/99", "gid://shopify/Customer/1"]
    query = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { name } } }"
    assert ask(shop, query, ids=ids)["data"]["nodes"] == [
        {"id": ids[0], "name": "#1002"},
        None,
        {"id": ids[2]},
    ]
    refused = ask(shop, query, ids=ids[:1] * 251)
    assert refused["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_an_id_of_another_type_or_of_none_is_refused(shop: StandIn) -> None:
    query = "query One($id: ID!) { order(id: $id) { name } }"
    for gid in ("gid://shopify/Customer/1", "1"):
        answer = ask(shop, query, id=gid)
        assert answer["data"]["order"] is None
        assert answer["errors"][0]["path"] == ["order"]
    assert ask(shop, query, id="gid://shopify/Order/99") == {
        "data": {"order": None},
        "extensions": ask(shop, query, id="gid://shopify/Order/99")["extensions"],
    }
