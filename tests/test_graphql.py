"""Shopify is asked at its own pace, and no answer that is not whole and meant is taken."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.patience import Patience
from littlerelay.progress import Bucket, Waiting
from littlerelay.shopify.graphql import MaxCostExceededError, QueryError
from littlerelay.shopify.queries import document
from shopify_fakes import (
    NOW,
    TOKEN,
    URL,
    FakeTime,
    Script,
    answer,
    bucket,
    error,
    fine,
    graphql,
    throttled,
)

LOST = answer({"data": None, "errors": [error("Internal error.", "INTERNAL_SERVER_ERROR")]})


def ask(*answers: httpx.Response | Exception) -> dict[str, Any]:
    return graphql(Script(*answers), FakeTime()).execute("preflight")


def test_a_query_is_posted_with_its_variables_and_the_token() -> None:
    server = Script(fine())
    data = graphql(server, FakeTime()).execute("orders_count", {"query": "it"})
    (request,) = server.requests
    assert data == {"it": "is"}
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["X-Shopify-Access-Token"] == TOKEN
    assert "Authorization" not in request.headers
    sent = {"query": document("orders_count"), "variables": {"query": "it"}}
    assert json.loads(request.content) == sent


def test_the_shop_s_clock_is_the_one_of_its_last_answer() -> None:
    body = {"data": {"it": "is"}}
    api = graphql(Script(answer(body, date=NOW + 500), answer(body, date=NOW + 777)), FakeTime())
    assert api.shop_time == NOW
    api.execute("preflight")
    assert api.shop_time == NOW + 500
    api.execute("preflight")
    assert api.shop_time == NOW + 777


def test_nothing_is_waited_for_while_the_bucket_holds_enough() -> None:
    time = FakeTime()
    api = graphql(Script(fine(100, 100)), time)
    for _ in range(5):
        api.execute("preflight")
    assert time.slept == []
    assert api.bucket == Bucket(available=100, maximum=2000, restore_rate=100)


def test_it_is_waited_just_until_the_bucket_holds_what_the_query_costs() -> None:
    time, waits = FakeTime(), list[Waiting]()
    api = graphql(Script(fine(700, 450), fine(700, 100, 200.0)), time, waits=waits)
    for _ in range(3):
        api.execute("preflight")
    assert time.slept == [2.5, 3.0]
    assert waits == [Waiting("Shopify's bucket fills", seconds) for seconds in time.slept]


def test_what_the_bucket_gained_meanwhile_is_not_waited_for() -> None:
    time = FakeTime()
    api = graphql(Script(fine(700, 450)), time)
    api.execute("preflight")
    time.seconds += 2.25
    api.execute("preflight")
    assert time.slept == [0.25]
    time.seconds += 3600
    api.execute("preflight")
    assert time.slept == [0.25]


def test_each_query_waits_for_its_own_cost_at_its_own_page_size() -> None:
    time = FakeTime()
    api = graphql(Script(fine(10, 1000), fine(900, 100), fine(300, 200)), time)
    api.execute("orders_count", {"query": "it"})
    api.execute("orders", {"first": 50})
    api.execute("orders_count", {"query": "other"})
    api.execute("orders", {"first": 25})
    assert time.slept == []
    api.execute("orders", {"first": 50})
    assert time.slept == [7.0]


def test_a_query_dearer_than_the_whole_bucket_waits_until_it_is_full_and_no_longer() -> None:
    time = FakeTime()
    api = graphql(Script(fine(5000, 1500), fine(5000, 2000)), time)
    api.execute("preflight")
    api.execute("preflight")
    assert time.slept == [5.0]


def test_a_throttled_query_waits_exactly_as_long_as_the_bucket_needs() -> None:
    time, server = FakeTime(), Script(throttled(862, 572, 200.0), fine())
    assert graphql(server, time).execute("preflight") == {"it": "is"}
    assert time.slept == [1.45]
    assert server.requests[0].content == server.requests[1].content


def test_a_storm_of_throttling_is_sat_out() -> None:
    time = FakeTime()
    server = Script(*[throttled(500, 100)] * 50, fine())
    api = graphql(server, time, patience=Patience(tries=2, seconds=10))
    assert api.execute("preflight") == {"it": "is"}
    assert time.slept == [4.0] * 50


@pytest.mark.parametrize(
    "refusal", [throttled(500, 500), answer({"errors": [error("Throttled", "THROTTLED")]})]
)
def test_throttling_without_a_reason_is_asked_once_a_second_and_not_for_ever(
    refusal: httpx.Response,
) -> None:
    time = FakeTime()
    api = graphql(Script(refusal), time, patience=Patience(seconds=30))
    with pytest.raises(UnreachableError, match="throttled though its bucket holds enough"):
        api.execute("preflight")
    assert time.slept == [1.0] * 30


def test_a_query_that_costs_too_much_asks_for_a_smaller_page() -> None:
    too_much = error("Query cost is 1293, which exceeds the limit", "MAX_COST_EXCEEDED", cost=1293)
    with pytest.raises(MaxCostExceededError):
        ask(answer({"errors": [too_much]}))


@pytest.mark.parametrize(
    "passing",
    [
        LOST,
        answer({"errors": [error("Timeout", "TIMEOUT")]}),
        answer({"data": None}),
        answer({}),
        answer(b'{"data": {"it": "i'),
        answer(b""),
        answer(b"\xff\xfe"),
        answer([]),
        answer("whole"),
        httpx.ReadTimeout("slow"),
        httpx.Response(502, text="<html>Bad gateway</html>"),
    ],
)
def test_an_answer_that_is_broken_is_asked_for_again(passing: httpx.Response | Exception) -> None:
    time, server = FakeTime(), Script(passing, passing, fine())
    assert graphql(server, time).execute("preflight") == {"it": "is"}
    assert time.slept == [0.5, 1.0]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("broken", "message"),
    [(LOST, "internal error"), (answer(b'{"data": {"it"'), "cut short")],
)
def test_an_answer_that_stays_broken_ends_as_unreachable(
    broken: httpx.Response, message: str
) -> None:
    server = Script(broken)
    with pytest.raises(UnreachableError, match=message):
        graphql(server, FakeTime(), patience=Patience(tries=3)).execute("preflight")
    assert len(server.requests) == 3


DENIED = error(
    "Access denied for retailLocation field. Required access: `read_locations` access scope.",
    "ACCESS_DENIED",
    path=["page", "nodes", 3, "location"],
)
PROTECTED = [
    error(
        f"This app is not approved to {what}. See https://partners.example.com/",
        path=["page", "nodes", 0, "customer"],
    )
    for what in ("access the Customer object", "use the email field")
]


def test_a_missing_scope_is_refused_by_path_and_scope() -> None:
    with pytest.raises(RefusedError, match=r"page\.nodes\.3\.location.*read_locations") as caught:
        ask(answer({"data": {"page": {"nodes": []}}, "errors": [DENIED]}))
    assert "Grant the scope" in caught.value.hint


@pytest.mark.parametrize("refused", PROTECTED)
def test_protected_customer_data_is_refused_by_its_path(refused: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=r"page\.nodes\.0\.customer.*not approved") as caught:
        ask(answer({"data": {"page": {"nodes": [{"customer": None}]}}, "errors": [refused]}))
    assert "protected customer data" in caught.value.hint


def test_a_refusal_is_named_even_behind_other_errors() -> None:
    with pytest.raises(RefusedError, match="read_locations"):
        ask(answer({"data": None, "errors": [error("Something else", "BAD_REQUEST"), DENIED]}))


@pytest.mark.parametrize(
    "errors",
    [
        "Not understood",
        ["Not understood"],
        {"message": "Not understood"},
        {"message": "Not understood", "extensions": None},
        [error("Not understood", "BAD_REQUEST")],
        [error("Not understood\nRequest ID: 1")],
        [{"message": "Not understood", "extensions": ["odd"]}],
        {"query": "Not understood"},
    ],
)
def test_any_other_error_stops_the_run_whatever_its_shape(errors: object) -> None:
    server = Script(answer({"data": {"it": "is"}, "errors": errors}))
    with pytest.raises(QueryError, match=r"refused relay's query: .*Not understood'?}?$"):
        graphql(server, FakeTime()).execute("preflight")
    assert len(server.requests) == 1


@pytest.mark.parametrize("errors", [[None], [{}], [""], [{"message": ""}], [{"message": None}]])
def test_an_error_that_says_nothing_stops_the_run_too(errors: object) -> None:
    with pytest.raises(QueryError):
        ask(answer({"data": {"it": "is"}, "errors": errors}))


def test_a_filter_that_shopify_ignored_stops_the_run() -> None:
    warning = {"field": "00", "message": "Invalid search field for this query."}
    search = [{"path": ["ok"]}, {"path": ["page"], "warnings": [warning]}]
    extensions = {**bucket(10, 1000), "search": search}
    with pytest.raises(RefusedError, match="00: Invalid search field"):
        ask(answer({"data": {"page": {"nodes": []}}, "extensions": extensions}))


@pytest.mark.parametrize("served", ["2026-07", "2027-01", "unstable"])
def test_another_api_version_stops_the_run(served: str) -> None:
    with pytest.raises(RefusedError, match=f"served API version {served}"):
        ask(answer({"data": {"it": "is"}}, version=served))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (301, "another address"),
        (302, "another address"),
        (308, "another address"),
        (400, "status 400"),
        (401, "refused the access token"),
        (402, "frozen"),
        (403, "forbids"),
        (404, "no such shop or API version"),
        (406, "status 406"),
        (423, "locked"),
        (430, "attack"),
        (501, "status 501"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>&amp;</html>", b'{"errors":"[API] Invalid"}'])
def test_a_refusing_status_says_what_is_wrong(status: int, message: str, body: bytes) -> None:
    server = Script(answer(body, status, version=None))
    with pytest.raises(RefusedError, match=message) as caught:
        graphql(server, FakeTime()).execute("preflight")
    assert len(server.requests) == 1
    assert caught.value.hint
    assert TOKEN not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("status", [429, 500, 503, 530, 540])
def test_a_passing_status_that_stays_ends_as_unreachable(status: int) -> None:
    with pytest.raises(UnreachableError, match=str(status)):
        ask(httpx.Response(status, json={"errors": "Exceeded 4 calls per second"}))


def test_a_web_page_in_place_of_an_answer_stops_the_run() -> None:
    with pytest.raises(RefusedError, match="Shopify's place"):
        ask(answer(b"<!DOCTYPE html>", version=None))
