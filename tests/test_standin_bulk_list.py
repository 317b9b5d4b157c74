"""The stand-in's list of bulk operations: its order, its pages, its filters."""

from collections.abc import Iterator
from typing import Any

import pytest

from bulk_asking import FIELDS, NAMES, cancel, ended, start
from standin.asking import ask
from standin.server import StandIn
from standin.tiny import TinyWorld

LIST = f"""query List($first: Int, $last: Int, $after: String, $query: String, $reverse: Boolean,
  $key: BulkOperationsSortKeys) {{
  bulkOperations(first: $first, last: $last, after: $after, query: $query, reverse: $reverse,
    sortKey: $key) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"""


@pytest.fixture
def shop() -> Iterator[StandIn]:
    # The clock creeps, so that only `pass_time` moves the states.
    with StandIn(TinyWorld(5), time_scale=0.001) as running:
        yield running
    assert not running.problems


def listed(shop: StandIn, **arguments: Any) -> list[str]:
    answer = ask(shop, LIST, **{"first": 10, **arguments})
    return [node["id"] for node in answer["data"]["bulkOperations"]["nodes"]]


def test_operations_are_listed_the_newest_first(shop: StandIn) -> None:
    gids = []
    for _ in range(4):
        gids.append(start(shop, NAMES))
        shop.pass_time(0.1)
    assert listed(shop) == gids[::-1]
    assert listed(shop, reverse=True) == gids
    assert listed(shop, first=None, last=1) == gids[:1]
    page = ask(shop, LIST, first=3)["data"]["bulkOperations"]
    assert page["pageInfo"]["hasNextPage"]
    assert listed(shop, after=page["pageInfo"]["endCursor"]) == gids[:1]


def test_operations_are_sorted_by_their_completion(shop: StandIn) -> None:
    stuck = start(shop, NAMES)
    cancel(shop, stuck)
    done = [ended(shop, NAMES)["id"] for _ in range(2)]
    assert listed(shop, key="COMPLETED_AT") == [*done[::-1], stuck]


def test_operations_are_searched_by_state_type_and_time(shop: StandIn) -> None:
    done = ended(shop, NAMES)
    running = start(shop, NAMES)
    assert listed(shop, query="status:completed") == [done["id"]]
    assert listed(shop, query="status:CREATED operation_type:query") == [running]
    assert listed(shop, query="operation_type:mutation") == []
    assert listed(shop, query="created_at:>='2026-01-01T06:00:30Z'") == [running]
    assert listed(shop, query=f"created_at:<='{done['completedAt']}'") == [done["id"]]


def test_an_unknown_value_finds_nothing_and_an_unknown_filter_everything(shop: StandIn) -> None:
    gid = start(shop, NAMES)
    wrong = ask(shop, LIST, first=1, query="status:EXPIRED")
    assert wrong["data"]["bulkOperations"]["nodes"] == []
    assert wrong["extensions"]["search"][0]["warnings"] == [
        {
            "field": "status",
            "message": "Input `EXPIRED` is not an accepted value.",
            "code": "invalid_value",
        }
    ]
    assert listed(shop, query="made_up:value") == [gid]


def test_a_list_without_a_page_is_refused(shop: StandIn) -> None:
    for arguments, message in [
        ("", "you must provide one of first or last"),
        ("(first: 1, last: 1)", "providing both first and last is not supported"),
        ('(first: 1, query: "created_at:x")', "Invalid timestamp for query filter `created_at`."),
    ]:
        answer = ask(shop, f"{{ bulkOperations{arguments} {{ nodes {{ id }} }} }}")
        assert answer["data"] is None
        assert answer["errors"][0]["message"] == message
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
