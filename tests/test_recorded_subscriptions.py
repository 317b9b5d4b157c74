"""A recording of Recharge's webhooks becomes the events of its subscriptions."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from afternoons import moment, recorded
from littlerelay.signing_secrets import SigningSecrets
from made_bodies import Body
from made_recharge import CUSTOMER, charge_body, line_body, subscription_body, webhook
from made_recordings import events, names, put, rejects, replay, replayed

SHOP = "acme.myshopify.com"
SECRET = b"an-invented-secret"
ENDED = {"status": "cancelled", "cancelled_at": "2026-05-20T10:00:00+00:00"}
LIFE = [
    webhook("charge/failed", charge_body()),
    webhook("subscription/created", subscription_body()),
    webhook(
        "subscription/cancelled", subscription_body(updated_at="2026-05-20T10:00:01Z", **ENDED)
    ),
]


def told(found: list[Any]) -> list[tuple[str, str]]:
    return [
        (event["event"].removeprefix("Subscription "), event["properties"]["subscriptionId"])
        for event in found
        if event.get("event", "").startswith("Subscription ")
    ]


def test_lines_in_any_order_give_the_life_of_a_subscription(tmp_path: Path) -> None:
    found = replayed(tmp_path, LIFE, shop=SHOP)
    assert told(found) == [
        ("Created", "880001"),
        ("Charge Failed", "880001"),
        ("Cancelled", "880001"),
    ]
    assert {event["userId"] for event in found} == {"7001"}


def test_who_subscribed_is_who_another_line_says_wherever_it_stands(tmp_path: Path) -> None:
    born = "2026-02-10T08:00:00+00:00"
    nobody = {**CUSTOMER, "external_customer_id": {"ecommerce": None}, "updated_at": born}
    someone = {**CUSTOMER, "updated_at": "2026-02-10T09:00:00+00:00"}
    other = {**someone, "id": 66002, "external_customer_id": {"ecommerce": "7002"}}
    lines = [
        webhook("customer/created", nobody),
        *LIFE[1:],
        webhook("customer/updated", someone),
        webhook("customer/created", other),
    ]
    for told in (lines, lines[::-1]):
        found = replayed(tmp_path, told, shop=SHOP)
        assert [event.get("userId") for event in found] == ["7001", "7001"]


def test_pages_of_the_api_tell_who_subscribed(tmp_path: Path) -> None:
    born = {"created_at": "2026-02-10T08:00:00+00:00", "updated_at": "2026-02-10T08:00:00+00:00"}
    other = {**CUSTOMER, **born, "id": 66002, "external_customer_id": {"ecommerce": "7002"}}
    second = subscription_body(id=880002, customer_id=66002)
    lines: list[Body | bytes] = [
        {"subscriptions": [subscription_body(), second], "next_cursor": None},
        {"customers": [{**CUSTOMER, **born}, other], "next_cursor": "x", "previous_cursor": None},
    ]
    for told in (lines, lines[::-1]):
        found = replayed(tmp_path, told, shop=SHOP)
        assert sorted(event["userId"] for event in found) == ["7001", "7002"]
    assert rejects(tmp_path) == []


def test_a_page_of_customers_who_are_not_recharges_is_none_of_its(tmp_path: Path) -> None:
    assert replayed(tmp_path, [{"customers": [{"id": 7001, "email": "a@example.com"}]}]) == []
    assert [one["reason"] for one in rejects(tmp_path)] == ["unknown_line"]


@pytest.mark.parametrize("wrong", [{"email": 5}, {"external_customer_id": {"ecommerce": [7]}}])
def test_a_customer_who_is_not_as_recharge_tells_is_rejected_and_nothing_else(
    wrong: dict[str, Any], tmp_path: Path
) -> None:
    line = webhook("customer/updated", {**CUSTOMER, "updated_at": "2026-02-10T09:00:00Z", **wrong})
    found = replayed(tmp_path, [LIFE[1], line], shop=SHOP, mapping={"user_id": "email"})
    assert told(found) == [("Created", "880001")]
    assert [one["reason"] for one in rejects(tmp_path)] == ["wrong_type"]


def test_who_was_erased_is_not_brought_back_by_recharge(tmp_path: Path) -> None:
    someone = webhook("customer/created", {**CUSTOMER, "updated_at": "2026-02-10T09:00:00Z"})
    erased = {"topic": "customers/redact", "shop": SHOP, "payload": {"customer": {"id": 7001}}}
    assert replayed(tmp_path, [LIFE[1], someone, erased], shop=SHOP) == []


def test_a_charge_of_two_subscriptions_tells_of_both(tmp_path: Path) -> None:
    lines = [line_body(), line_body(purchase_item_id=880002)]
    charge = webhook("charge/failed", charge_body(line_items=lines))
    assert sorted(told(replayed(tmp_path, [charge, charge, LIFE[1]], shop=SHOP))) == [
        *(("Charge Failed", "880001"), ("Charge Failed", "880002"), ("Created", "880001")),
    ]


def test_a_line_that_cannot_be_mapped_is_rejected_with_its_path_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    bad = [
        webhook("subscription/updated", subscription_body(price="much", updated_at="2026-03-01Z")),
        webhook("subscription/updated", subscription_body(price="much")),
        webhook("subscription/updated", subscription_body(quantity=[])),
        webhook("charge/failed", charge_body(line_items=5)),
    ]
    fine = tmp_path / "fine"
    fine.mkdir()
    put(tmp_path / "recorded.ndjson", [*bad, *LIFE])
    replay(tmp_path, shop=SHOP)
    assert told(events(tmp_path)) == told(replayed(fine, LIFE, shop=SHOP))
    assert sorted(
        (one["reason"], one["detail"].rpartition(".")[2]) for one in rejects(tmp_path)
    ) == [
        ("malformed_money", "price"),
        ("malformed_time", "a value cannot be read"),
        ("wrong_type", "line_items"),
        ("wrong_type", "quantity"),
    ]


def test_an_afternoon_gives_what_its_books_say_of_subscriptions(tmp_path: Path) -> None:
    found = {
        (event["event"], moment(event["timestamp"]), event["properties"]["subscriptionId"])
        for event in replayed(tmp_path, recorded().lines)
        if event.get("event", "").startswith("Subscription ")
    }
    assert found == {
        (fact["event"], moment(fact["at"]), str(fact["subscription"]))
        for fact in recorded().facts
        if fact["event"].startswith("Subscription ")
    }
    assert len({name for name, *_ in found}) == 5


def signed(topic: str, body: Body, **more: Any) -> Body:
    """Keeps a webhook as Recharge sent it."""
    sent = orjson.dumps(body)
    made = hashlib.sha256(SECRET + sent).hexdigest()
    headers = {"X-Recharge-Topic": topic, "X-Recharge-Hmac-Sha256": made}
    return {"headers": headers, "body": sent.decode(), **more}


def test_only_what_recharge_signed_is_taken_where_that_is_verified(tmp_path: Path) -> None:
    one = {"subscription": subscription_body()}
    whole = signed("subscription/created", one)
    packed = base64.b64encode(whole["body"].encode()).decode()
    without = {name: value for name, value in whole["headers"].items() if "Topic" in name}
    lines = [
        whole,
        {**whole, "body": packed, "isBase64Encoded": True},
        {**whole, "headers": {name.lower(): [told] for name, told in whole["headers"].items()}},
        {**whole, "body": whole["body"] + " "},
        {**whole, "headers": without},
        {**whole, "body": one},
        one,
        {"subscriptions": [subscription_body()]},
    ]
    both = SigningSecrets(b"another", SECRET)
    assert names(replayed(tmp_path, lines, secrets=both, shop=SHOP)) == ["Subscription Created"]
    found = [(one["line"], one["reason"]) for one in rejects(tmp_path)]
    assert found == [(4, "wrong_signature"), *((line, "unsigned") for line in (5, 6, 7, 8))]
    for secrets, reason in {
        SigningSecrets(SECRET): "unsigned",
        SigningSecrets(SECRET, b"another"): "wrong_signature",
    }.items():
        assert replayed(tmp_path, [whole], secrets=secrets, shop=SHOP, restart=True) == []
        assert [one["reason"] for one in rejects(tmp_path)] == [reason]
