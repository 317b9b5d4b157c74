"""The stand-in's search: bounds to the second over hidden fractions, its traps, its lag."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from standin.api import AdminApi
from standin.asking import ask
from standin.clock import Clock
from standin.options import DEFAULTS
from standin.search import parse
from standin.server import StandIn
from standin.tiny import TinyWorld

FIND = """query Find($query: String) {
  orders(first: 250, query: $query, sortKey: CREATED_AT) { nodes { id note } }
  ordersCount(query: $query) { count }
}"""
T2 = "2026-01-01T02:00:00Z"
T4 = "2026-01-01T04:00:00Z"


@pytest.fixture
def world() -> TinyWorld:
    return TinyWorld(5)


@pytest.fixture
def shop(world: TinyWorld) -> Iterator[StandIn]:
    with StandIn(world, plan="enterprise", index_lag=0) as running:
        yield running


def numbers(answer: dict[str, Any]) -> list[int]:
    found = [int(node["id"].rpartition("/")[2]) for node in answer["data"]["orders"]["nodes"]]
    assert len(found) == answer["data"]["ordersCount"]["count"]
    return found


# Order N was created at N:00:00.500; nobody sees the half second, and search compares with it.
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3, 4, 5]),
        (f"created_at:>='{T2}'", [2, 3, 4, 5]),
        (f"created_at:>'{T2}'", [3, 4, 5]),
        (f"created_at:<'{T2}'", [1]),
        (f"created_at:<='{T2}'", [1]),
        (f"created_at:'{T2}'", [2]),
        (f"created_at:>='{T2}' created_at:<'{T4}'", [2, 3]),
        (f"created_at:>='{T2}' AND created_at:<'{T4}'", [2, 3]),
        (f'created_at:>="{T2}" created_at:<"{T4}"', [2, 3]),
        ("created_at:>='2026-01-01T03:00:00+01:00'", [2, 3, 4, 5]),
        (f"processed_at:>='{T4}'", [4, 5]),
        (f"updated_at:>='{T4}'", [4, 5]),
        (f"updated_at:>='{T2}' created_at:<'{T4}' id:>2", [3]),
        ("id:3", [3]),
        ("id:<=2", [1, 2]),
        ("name:1003", [3]),
        ("name:#1003", [3]),
        ("source_name:pos", [4]),
        ("source_name:web", []),
        ("test:true", [5]),
        ("test:false", [1, 2, 3, 4]),
        ("status:any", [1, 2, 3, 4, 5]),
        ("status:closed", [2]),
        ("status:cancelled", [3]),
        ("status:open", [1, 4, 5]),
        ("status:not_closed", [1, 3, 4, 5]),
    ],
)
def test_a_search_finds(shop: StandIn, world: TinyWorld, query: str, found: list[int]) -> None:
    world.mark(2, 2)
    world.mark(3, 4)
    world.mark(5, 1)
    for number in range(1, 6):
        world.nodes[f"gid://shopify/Order/{number}"]["sourceName"] = "pos" if number == 4 else None
    answer = ask(shop, FIND, query=query)
    assert numbers(answer) == found
    assert "search" not in answer["extensions"]
    assert not shop.problems


def test_windows_that_touch_find_every_record_once(shop: StandIn) -> None:
    edges = [f"2026-01-01T{hour:02}:00:00Z" for hour in range(7)]
    found: list[int] = []
    for start, end in pairwise(edges):
        found += numbers(ask(shop, FIND, query=f"created_at:>='{start}' created_at:<'{end}'"))
    assert found == [1, 2, 3, 4, 5]


def test_a_timestamp_without_quotes_is_cut_at_its_colons(shop: StandIn) -> None:
    answer = ask(shop, FIND, query="created_at:>=2026-01-01T02:30:00Z")
    assert numbers(answer) == [2, 3, 4, 5]
    assert answer["extensions"]["search"][0]["warnings"] == [
        {"field": "30", "message": "Invalid search field for this query.", "code": "invalid_field"}
    ]
    assert answer["extensions"]["search"][0]["path"] == ["orders"]


def test_an_unknown_field_is_ignored_so_that_everything_is_found(shop: StandIn) -> None:
    answer = ask(shop, FIND, query="creation:>='2026-01-01T02:00:00Z'")
    assert numbers(answer) == [1, 2, 3, 4, 5]
    warnings = [entry["warnings"][0]["field"] for entry in answer["extensions"]["search"]]
    assert warnings == ["creation", "creation"]


def test_customers_are_listed_by_customer_date_and_counted_by_created_at() -> None:
    assert not parse("customers", f"customer_date:>='{T2}'").warnings
    assert parse("customers", f"created_at:>='{T2}'").warnings[0]["field"] == "created_at"
    assert not parse("customersCount", f"created_at:>='{T2}'").warnings
    assert (
        parse("customersCount", f"customer_date:>='{T2}'").warnings[0]["field"] == "customer_date"
    )


@pytest.mark.parametrize("value", ["soon", "2026-02-30T00:00:00Z", "1767225600"])
def test_a_time_that_is_none_is_refused(shop: StandIn, value: str) -> None:
    answer = ask(shop, FIND, query=f"created_at:>='{value}'")
    assert answer["errors"][0] == {
        "message": "Invalid timestamp for query filter `created_at`.",
        "locations": [{"line": 2, "column": 3}],
        "path": ["orders"],
        "extensions": {"code": "BAD_REQUEST"},
    }


@pytest.mark.parametrize(
    "query",
    ["email:ada", "ada", "-test:true", "test:true OR test:false", "created_at:>='2026-01-01'"],
)
def test_what_shopify_can_search_and_the_stand_in_cannot_breaks_it(
    shop: StandIn, query: str
) -> None:
    answer = ask(shop, FIND, query=query)
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert shop.problems


def test_a_search_is_explained_on_request(world: TinyWorld) -> None:
    api = AdminApi(world, DEFAULTS, Clock(world.now, 1, lambda: 0.0))
    answer = api.answer({"query": FIND, "variables": {"query": "id:3"}}, debug_search=True)
    assert answer["extensions"]["search"][0]["parsed"] == {"field": "id", "match": "3"}


def test_a_count_stops_at_its_limit_and_says_so(shop: StandIn) -> None:
    query = """{ some: ordersCount(limit: 3) { count precision }
      all: ordersCount(limit: null) { count precision }
      just: ordersCount(limit: 5) { count precision } }"""
    assert ask(shop, query)["data"] == {
        "some": {"count": 3, "precision": "AT_LEAST"},
        "all": {"count": 5, "precision": "EXACT"},
        "just": {"count": 5, "precision": "EXACT"},
    }


class Seconds:
    """A clock that a test moves by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def lagging(world: TinyWorld, seconds: Seconds) -> AdminApi:
    return AdminApi(world, DEFAULTS, Clock(world.now, 1, seconds))


def find(api: AdminApi, query: str) -> list[tuple[int, str | None]]:
    answer = api.answer({"query": FIND, "variables": {"query": query}})
    nodes = answer["data"]["orders"]["nodes"]
    return [(int(node["id"].rpartition("/")[2]), node["note"]) for node in nodes]


def test_a_new_record_is_not_found_before_the_index_has_it(world: TinyWorld) -> None:
    seconds = Seconds()
    api = lagging(world, seconds)
    world.add(6, world.now)
    seconds.now = 6.9
    assert find(api, "id:>=5") == [(5, None)]
    assert len(find(api, "")) == 6
    seconds.now = 7.1
    assert find(api, "id:>=5") == [(5, None), (6, None)]


def test_a_changed_record_is_found_under_its_old_time_with_its_new_content(
    world: TinyWorld,
) -> None:
    seconds = Seconds()
    api = lagging(world, seconds)
    world.touch(2, world.now)
    recent = "updated_at:>='2026-01-01T06:00:00Z'"
    assert find(api, recent) == []
    assert find(api, f"updated_at:'{T2}'") == [(2, "touched")]
    seconds.now = 7.1
    assert find(api, recent) == [(2, "touched")]
    assert find(api, f"updated_at:'{T2}'") == []


def test_a_record_that_changes_twice_is_caught_up_with_step_by_step(world: TinyWorld) -> None:
    seconds = Seconds()
    api = lagging(world, seconds)
    start = world.now
    world.touch(2, start)
    world.touch(2, start + 4000)
    assert find(api, f"updated_at:'{T2}'") == [(2, "touched")]
    seconds.now = 8.0
    first = "updated_at:<'2026-01-01T06:00:03Z' updated_at:>='2026-01-01T06:00:00Z'"
    assert find(api, first) == [(2, "touched")]
    seconds.now = 11.1
    assert find(api, first) == []
