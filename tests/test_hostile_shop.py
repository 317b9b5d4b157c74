"""Whatever a shop answers, nothing is lost in silence and no bad record stops a run."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from littlerelay import http
from littlerelay.checkpoint import Checkpoint
from littlerelay.errors import RecordError, RefusedError, UnreachableError
from littlerelay.rules import rules
from littlerelay.settings import Mapping
from littlerelay.shopify.graphql import expected
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.records import UNREADABLE, number
from littlerelay.shopify.spans import Node, Resource, Spans
from meanings import MEANING
from shop_in_memory import Faults, Row, ShopInMemory, pages
from shopify_fakes import TOKEN, FakeTime, Script, answer, error, graphql, web

DAY = 86_400
START = 1_700_000_000
END = START + 100 * DAY
ROWS = [Row(START + number * DAY, number, START + number * DAY) for number in range(1, 9)]


def numbers(found: Pages) -> list[int]:
    return [record["id"] for window in found.windows() for record in window.records]


def test_a_list_that_answers_other_dates_is_not_a_smaller_success() -> None:
    shop = ShopInMemory(ROWS)
    others = [row._replace(created=row.created - 1000 * DAY) for row in ROWS]
    shop.rows, page = ROWS, shop._page

    def of_other_dates(rows: list[Row], variables: dict[str, Any]) -> Node:
        by_number = {row.number: row for row in others}
        found = page(rows, variables)
        given = [by_number[number(node["id"])] for node in found["nodes"]]
        found["nodes"] = [row.node() for row in given]
        return found

    shop._page = of_other_dates  # type: ignore[method-assign]
    with pytest.raises(UnreachableError, match="counts 8 orders"):
        numbers(pages(shop, 0, END))


def test_an_oldest_record_that_is_not_the_oldest_hides_nothing() -> None:
    shop = ShopInMemory(ROWS)
    asked = shop.execute

    def late(name: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        if name == "orders_oldest":
            return {"page": {"nodes": [{"created_at": "2023-11-20T00:00:00Z"}]}}
        return asked(name, variables)

    shop.execute = late  # type: ignore[method-assign]
    assert len(numbers(pages(shop, 0, END))) == 8


def test_a_list_that_names_no_oldest_record_hides_nothing() -> None:
    shop = ShopInMemory(ROWS)
    asked = shop.execute

    def none(name: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"page": {"nodes": []}} if name == "orders_oldest" else asked(name, variables)

    shop.execute = none  # type: ignore[method-assign]
    assert len(numbers(pages(shop, 0, END))) == 8


def test_cursors_that_go_round_in_a_circle_are_an_error() -> None:
    shop = ShopInMemory(ROWS)
    turns = {"n": 0}

    def circle(rows: list[Row], variables: dict[str, Any]) -> Node:
        turns["n"] += 1
        assert turns["n"] < 20, "it goes on for ever"
        info = {"hasNextPage": True, "endCursor": "AB"[turns["n"] % 2]}
        return {"nodes": [row.node() for row in rows[:2]], "pageInfo": info}

    shop._page = circle  # type: ignore[method-assign]
    with pytest.raises(UnreachableError, match="same page of orders twice"):
        numbers(pages(shop, 0, END))


@pytest.mark.parametrize("written", ["2023-11-20T01:00:00+01:00", "2023-11-20T00:00:00.5Z"])
def test_records_are_in_order_of_time_however_it_is_written(written: str) -> None:
    shop = ShopInMemory([Row(1_700_438_400, 1, START), Row(1_700_438_401, 2, START)])
    page = shop._page

    def rewritten(rows: list[Row], variables: dict[str, Any]) -> Node:
        found = page(rows, variables)
        found["nodes"][0]["created_at"] = written
        return found

    shop._page = rewritten  # type: ignore[method-assign]
    assert numbers(pages(shop, 0, END)) == [1, 2]


def unreadable() -> dict[str, Any]:
    def broken(node: Node) -> Node:
        raise KeyError(node["id"])

    shop = ShopInMemory(ROWS[:1])
    found = Pages(Spans(shop, Resource("orders", 50, broken, {}, lambda _: True), 0, END))
    (record,) = [record for window in found.windows() for record in window.records]
    return record


def test_a_record_that_cannot_be_read_is_rejected_and_stops_nothing() -> None:
    record = unreadable()
    assert record["id"] == 1
    assert record[UNREADABLE]["created_at"] == record["created_at"]
    run = Checkpoint(
        job="acme",
        meaning=MEANING,
        since=0,
        until=END,
        frozen_end=END,
        updated_since=0,
        new_since=None,
        limit=None,
        left_out=[],
        resources={},
    )
    made = rules(run, Mapping(shop="acme.myshopify.com"), lambda _: False, Path("none"))
    with pytest.raises(RecordError, match="another shape"):
        made.lines("orders", record)


def test_an_answer_of_another_shape_is_told_without_its_values() -> None:
    with pytest.raises(UnreachableError, match="another shape") as caught, expected("preflight"):
        int("ada@example.com")
    assert "ada" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_half_a_character_does_not_stop_a_run() -> None:
    content = b'{"data":{"note":"a\\ud800b \\ud83d\\ude00 \xff"}}'
    headers = dict(answer({}).headers)
    api = graphql(Script(httpx.Response(200, headers=headers, content=content)), FakeTime())
    assert api.execute("preflight") == {"note": "a\ufffdb \U0001f600 \ufffd"}


def test_a_token_that_shopify_echoes_is_not_shown() -> None:
    denied = error(f"Access denied for {TOKEN} {'x' * 5000}", "ACCESS_DENIED")
    with pytest.raises(RefusedError) as caught:
        graphql(Script(answer({"errors": [denied]})), FakeTime()).execute("preflight")
    assert TOKEN not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_bucket_that_fills_at_once_but_always_throttles_is_not_asked_in_a_hot_loop() -> None:
    time = FakeTime()
    cost = {
        "requestedQueryCost": 500,
        "actualQueryCost": None,
        "throttleStatus": {"maximumAvailable": 1e9, "currentlyAvailable": 0, "restoreRate": 1e7},
    }
    storm = answer({"errors": [error("Throttled", "THROTTLED")], "extensions": {"cost": cost}})
    server = Script(storm)
    with pytest.raises(UnreachableError):
        graphql(server, time).execute("preflight")
    assert len(server.requests) < 2000


def test_an_honest_storm_ends_after_an_hour() -> None:
    time = FakeTime()
    cost = {
        "requestedQueryCost": 500,
        "actualQueryCost": None,
        "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 0, "restoreRate": 100},
    }
    storm = answer({"errors": [error("Throttled", "THROTTLED")], "extensions": {"cost": cost}})
    with pytest.raises(UnreachableError, match="an hour"):
        graphql(Script(storm), time).execute("preflight")
    assert 3600 <= time.seconds < 3700


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_LARGEST_ANSWER", 1000)
    time = FakeTime()
    with pytest.raises(UnreachableError, match="DecodingError"):
        web(lambda _: httpx.Response(200, content=b"x" * 1001), time).get("http://it")
    assert web(lambda _: httpx.Response(200, content=b"x" * 1000), time).get("http://it").content


def test_an_answer_that_drips_is_given_up() -> None:
    time = FakeTime()

    def drip() -> Any:
        while True:
            time.seconds += 100
            yield b"x"

    with pytest.raises(UnreachableError, match="ReadTimeout"):
        web(lambda _: httpx.Response(200, content=drip()), time).get("http://it")


def test_a_count_that_was_higher_at_the_start_is_counted_again() -> None:
    shop = ShopInMemory(ROWS, Faults())
    asked, told = shop.execute, {"n": 0}

    def one_more_at_first(name: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        found = asked(name, variables)
        if name == "orders_count":
            told["n"] += 1
            found["counted"]["count"] += told["n"] == 1
        return found

    shop.execute = one_more_at_first  # type: ignore[method-assign]
    assert numbers(pages(shop, 0, END)) == [row.number for row in ROWS]
