"""What Recharge wrote becomes records: in both versions, however it was kept, or is refused."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.mappers.shape import fault
from littlerelay.recharge.recordings import is_recharge, key_of, moment_of, recorded
from littlerelay.recharge.signatures import is_signed
from littlerelay.records import Subscription
from littlerelay.settings import Mapping
from made_bodies import checkout_body, refund_body
from made_bodies import order_body as shopify_order_body
from made_recharge import (
    CUSTOMER,
    Body,
    charge_body,
    line_body,
    old_charge_body,
    old_subscription_body,
    order_body,
    subscription_body,
    webhook,
)

MAPPING = Mapping(shop="example-shop.myshopify.com")
MADE = {"subscription": subscription_body, "charge": charge_body, "order": order_body}
OLD = {"subscription": old_subscription_body, "charge": old_charge_body}
# How recorders keep a webhook; what was sent is the same each time.
KEPT: dict[str, Callable[[str, Body], Body]] = {
    "with its headers": lambda topic, body: {
        "headers": {"x-recharge-topic": topic, "Host": "example.com"},
        "payload": body,
    },
    "with its topic": lambda topic, body: {"topic": topic, "shop": "example", "payload": body},
    "as it came": lambda topic, body: {
        "headers": {"X-Recharge-Topic": topic},
        "body": json.dumps(body),
    },
    "by a function": lambda topic, body: {
        "headers": {"HTTP_X_RECHARGE_TOPIC": topic},
        "body": b64encode(json.dumps(body).encode()).decode(),
        "isBase64Encoded": True,
    },
}


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("kind", MADE)
def test_a_webhook_gives_the_same_records_however_it_was_kept(kind: str, kept: str) -> None:
    topic, body = f"{kind}/updated", MADE[kind]()
    line = KEPT[kept](topic, {kind: body})
    assert is_recharge(line)
    assert recorded(line) == recorded(webhook(topic, body)) != []


@pytest.mark.parametrize("kind", MADE)
def test_what_was_kept_without_a_topic_is_a_state(kind: str) -> None:
    body = MADE[kind]()
    (record,) = recorded(body)
    assert record["topic"] is None
    assert [record] == recorded({kind: body}) == recorded({f"{kind}s": [body], "next_cursor": None})
    assert all(map(is_recharge, (body, {kind: body}, {f"{kind}s": [body]})))


@pytest.mark.parametrize("kind", OLD)
def test_both_versions_give_the_same_record(kind: str) -> None:
    new_body = MADE[kind]() | ({"price": "24.0"} if kind == "subscription" else {})
    (old,), (new,) = recorded({kind: OLD[kind]()}), recorded({kind: new_body})
    assert {**old, "customer": None} == {**new, "customer": None}


def test_the_versions_know_a_customer_by_different_names() -> None:
    (old,), (new,) = recorded({"charge": old_charge_body()}), recorded({"charge": charge_body()})
    assert (old["customer"]["id"], new["customer"]["id"]) == (None, 7001)
    assert old["customer"]["email"] == new["customer"]["email"] == "ada@example.com"
    assert old["customer"]["first_name"] == "Ada"


@pytest.mark.parametrize("place", [{"customer": CUSTOMER}, {"include": {"customer": CUSTOMER}}])
def test_a_subscription_may_come_with_its_customer(place: Body) -> None:
    (record,) = recorded({"subscription": subscription_body(**place)})
    assert record["customer"]["id"] == 7001
    (alone,) = recorded({"subscription": subscription_body()})
    assert alone["customer"] is None


@pytest.mark.parametrize("body", [subscription_body(), charge_body(), order_body()])
def test_a_record_has_the_shape_that_is_promised_and_its_body_stays_as_it_was(body: Body) -> None:
    before = copy.deepcopy(body)
    for record in recorded(body):
        assert fault(record, Subscription) is None
    assert body == before


def test_records_of_one_subscription_have_one_key_and_are_in_order_of_time() -> None:
    (first,), (second,) = recorded(subscription_body()), recorded(old_charge_body())
    assert key_of(first) == key_of(second) == "recharge/880001"
    assert moment_of(first) == "2026-02-10T09:00:00.000Z" < moment_of(second)


@pytest.mark.parametrize("topic", ["charge/failed", "charge/max_retries_reached"])
def test_a_webhook_of_a_failure_tells_one_whatever_its_charge_says(topic: str) -> None:
    (record,) = recorded(webhook(topic, charge_body(status="queued")))
    assert record["charges"][0]["status"] == "error"


@pytest.mark.parametrize("topic", ["charge/skipped", "order/skipped"])
def test_a_webhook_of_a_skip_tells_one(topic: str) -> None:
    kind = topic.partition("/")[0]
    (record,) = recorded(webhook(topic, MADE[kind]()))
    assert [(one["id"], one["status"]) for one in record["charges"]] == [(990001, "skipped")]


def test_an_order_that_shopify_refused_is_no_failed_charge() -> None:
    (record,) = recorded({"order": order_body(status="error")})
    assert record["charges"] == []
    assert record["customer"]["id"] == 7001


def test_an_attempt_has_its_own_time_where_that_is_told() -> None:
    tried = "2026-05-10T05:00:03+00:00"
    (record,) = recorded({"charge": charge_body(last_charge_attempt=tried)})
    assert record["charges"][0]["attempted_at"] == tried
    (dated,) = recorded({"charge": old_charge_body()})  # only the day
    assert dated["charges"][0]["attempted_at"] is None


def test_what_is_bought_once_is_no_subscription() -> None:
    assert (
        recorded({"charge": charge_body(line_items=[line_body(purchase_item_type="onetime")])})
        == []
    )
    assert recorded({"charge": charge_body(line_items=[])}) == []


@pytest.mark.parametrize("topic", ["customer/updated", "address/created", "recharge/uninstalled"])
def test_recharge_tells_of_much_that_gives_nothing(topic: str) -> None:
    line = {"headers": {"X-Recharge-Topic": topic}, "payload": {"customer": CUSTOMER}}
    assert is_recharge(line)
    assert recorded(line) == []


@pytest.mark.parametrize(
    "line",
    [
        *(None, 5, "subscription", [], {}, {"topic": "orders/create", "payload": {}}),
        *({"topic": 5, "payload": {}}, {"subscription": {}}, {"subscription": None}),
        *(
            {"order": {"id": 1, "line_items": []}},
            {"subscriptions": []},
            {"topic": "charge/failed"},
        ),
        *({"id": "sh-1", "name": "page_viewed", "clientId": "c", "data": {}},),
        *({"type": "track", "event": "Order Completed", "messageId": "m"},),
        *(shopify_order_body(), checkout_body(), refund_body()),
    ],
    ids=str,
)
def test_what_is_not_recharges_is_left_to_others(line: object) -> None:
    assert not is_recharge(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (5, "wrong_type"),
        (webhook("subscription/updated", [5]), "wrong_type"),  # type: ignore[arg-type]
        (webhook("charge/failed", charge_body(line_items={"a": 1})), "wrong_type: line_items"),
        (webhook("charge/failed", charge_body(line_items=[None])), "wrong_type: line_items"),
        ({"topic": "charge/failed", "body": "{"}, "not_json"),
        ({"topic": "charge/failed", "body": "[" * 5000}, "not_json"),
        ({"topic": "charge/failed", "body": "x", "isBase64Encoded": True}, "not_base64"),
        ({"topic": "charge/failed", "body": "/w==", "isBase64Encoded": True}, "not_base64"),
        ({"charges": [charge_body(), 5]}, "wrong_type: charge"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_broken_line_is_refused_with_a_reason(line: object, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        recorded(line)


# Every field, and what it cannot be.
@pytest.mark.parametrize("wrong", [5, "text", [5], [[]], {"a": 1}, [None], True, None, -1.5])
@pytest.mark.parametrize("kind", MADE)
def test_a_wrong_value_is_rejected_or_does_not_matter(kind: str, wrong: object) -> None:
    bodies = [MADE[kind](**{field: wrong}) for field in MADE[kind]()]
    if kind == "charge":
        bodies += [charge_body(line_items=[line_body(**{field: wrong})]) for field in line_body()]
        bodies += [charge_body(customer=CUSTOMER | {field: wrong}) for field in CUSTOMER]
    for body in bodies:
        with suppress(RecordError):  # anything else fails the test
            for record in recorded(webhook(f"{kind}/updated", body)):
                key_of(record)
                map_record("subscriptions", record, MAPPING)


SECRET, SENT = "client-secret", b'{"charge": {"id": 1}}'
PLAIN = hashlib.sha256(SECRET.encode() + SENT).hexdigest()
TIMED = hmac.new(SECRET.encode(), b"1770000000." + SENT, hashlib.sha256).hexdigest()


def test_both_signatures_of_recharge_are_known() -> None:
    headers = {"X-Recharge-Hmac-Sha256": PLAIN}
    assert is_signed(SENT, headers, SECRET) is True
    timed = {"x-recharge-webhook-signature": f"t=1770000000,v1={TIMED}"}
    assert is_signed(SENT, timed, SECRET) is True
    assert is_signed(SENT, {"Host": "example.com"}, SECRET) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Recharge-Hmac-Sha256": hmac.new(SECRET.encode(), SENT, hashlib.sha256).hexdigest()},
        {"X-Recharge-Hmac-Sha256": ""},
        {"X-Recharge-Hmac-Sha256": "ü"},
        {"X-Recharge-Webhook-Signature": f"t=1770000001,v1={TIMED}"},
        {"X-Recharge-Webhook-Signature": "v1"},
        # Whoever could forge the older one must not get around the newer one.
        {"X-Recharge-Webhook-Signature": "t=1,v1=0", "X-Recharge-Hmac-Sha256": PLAIN},
    ],
)
def test_another_signature_is_found_out(headers: dict[str, Any]) -> None:
    assert is_signed(SENT, headers, SECRET) is False
    assert is_signed(SENT + b" ", {"X-Recharge-Hmac-Sha256": PLAIN}, SECRET) is False
