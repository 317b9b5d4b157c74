"""The stand-in Recharge is as strict as Recharge is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from standin.recharge import StandInRecharge

VERSION = {"X-Recharge-Version": "2021-11"}
WINDOW = {
    "created_at_min": "2024-07-01T00:00:00+00:00",
    "created_at_max": "2026-01-01T00:00:00+00:00",
}


@pytest.fixture
def store() -> Iterator[StandInRecharge]:
    with StandInRecharge(30, time_scale=0.001) as running:
        yield running


def ask(store: StandInRecharge, path: str, asked: Any = None, **headers: str) -> httpx.Response:
    named = {**VERSION, "X-Recharge-Access-Token": store.token, **headers}
    return httpx.get(f"{store.url}/{path}", params=asked, headers=named)


def ids(answer: httpx.Response, path: str = "subscriptions") -> list[int]:
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()[path]]


def test_pages_follow_each_other_to_the_end(store: StandInRecharge) -> None:
    asked = {**WINDOW, "limit": "2", "sort_by": "id-asc"}
    whole = ids(ask(store, "subscriptions", {**WINDOW, "limit": "250"}))
    answer = ask(store, "subscriptions", asked)
    found = ids(answer)
    assert answer.json()["previous_cursor"] is None
    while cursor := answer.json()["next_cursor"]:
        answer = ask(store, "subscriptions", {"limit": "2", "cursor": cursor})
        found += ids(answer)
    assert found == whole
    assert 4 < len(whole) < 30


def test_bounds_of_time_are_exclusive(store: StandInRecharge) -> None:
    created = store.books.rows("subscriptions")[1]["created_at"]
    for bound in WINDOW:
        found = ids(ask(store, "subscriptions", {bound: created, "limit": "250"}))
        assert store.books.rows("subscriptions")[1]["id"] not in found


def test_charges_are_found_by_their_lines_and_status(store: StandInRecharge) -> None:
    failed = [one for one in store.books.rows("charges") if one["status"] == "error"]
    wanted = failed[0]["line_items"][0]["purchase_item_id"]
    asked = {"purchase_item_ids": f"{wanted},5", "status": "error"}
    assert failed[0]["id"] in ids(ask(store, "charges", asked), "charges")
    asked["status"] = "queued"
    assert failed[0]["id"] not in ids(ask(store, "charges", asked), "charges")


def test_customers_are_found_by_their_ids(store: StandInRecharge) -> None:
    assert ids(ask(store, "customers", {"ids": "66001,66003,1"}), "customers") == [66001, 66003]


@pytest.mark.parametrize(
    "asked",
    [
        *({"limit": "251"}, {"limit": "0"}, {"limit": "many"}, {"sort_by": "price-asc"}),
        *({"colour": "red"}, {"created_at_min": "2025-01-01T00:00:00"}, {"ids": "a,b"}),
        *({"cursor": "xyz"}, {"cursor": "e30="}, [("limit", "1"), ("limit", "2")]),
    ],
    ids=str,
)
def test_what_is_not_documented_is_refused(store: StandInRecharge, asked: Any) -> None:
    answer = ask(store, "subscriptions", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_nothing_goes_with_a_cursor_but_the_size_of_a_page(store: StandInRecharge) -> None:
    cursor = ask(store, "subscriptions", {"limit": "2"}).json()["next_cursor"]
    mixed = {"cursor": cursor, "created_at_min": WINDOW["created_at_min"]}
    assert ask(store, "subscriptions", mixed).status_code == 422
    assert ask(store, "charges", {"cursor": cursor}).status_code == 422  # of another list


def test_whoever_may_not_ask_is_refused(store: StandInRecharge) -> None:
    assert ask(store, "subscriptions", **{"X-Recharge-Access-Token": "no"}).status_code == 401
    assert ask(store, "subscriptions", **{"X-Recharge-Version": "2021-01"}).status_code == 426
    assert ask(store, "orders").status_code == 404
    store.app.scopes = frozenset({"read_subscriptions"})
    assert ask(store, "charges").status_code == 403
    store.app.is_frozen = True
    assert ask(store, "subscriptions").status_code == 402


def test_a_token_has_forty_requests_and_two_a_second(store: StandInRecharge) -> None:
    answers = [ask(store, "customers", {"ids": "1"}) for _ in range(44)]
    assert answers[0].headers["X-Recharge-Limit"] == "1/40"
    assert 429 in [one.status_code for one in answers[40:]]
    assert {one.status_code for one in answers[:40]} == {200}
    assert store.app.throttled >= 1


def test_an_unknown_fault_is_refused(store: StandInRecharge) -> None:
    with pytest.raises(ValueError, match="No such fault: rain"):
        store.app.faults("429", "rain")
