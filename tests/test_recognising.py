"""A line of a recording tells what it is, in whatever envelope it was kept."""

from typing import Any

import orjson
import pytest

from littlerelay.errors import RecordError
from littlerelay.recordings.recognising import recognised
from littlerelay.recordings.topics import OF_RECORDS, kind_of, plain
from made_bodies import Body, checkout_body, order_body
from made_recordings import (
    DAY,
    SHOP,
    customer_body,
    fulfillment_body,
    headers,
    packed,
    paid_refund,
    webhook,
)

ORDER = order_body(updated_at=DAY.format(5))
TOPIC = "orders/create"
TEXT = orjson.dumps(ORDER).decode()

ENVELOPES: dict[str, Body] = {
    "an envelope": webhook(TOPIC, ORDER),
    "an envelope with headers": {"headers": headers(TOPIC), "payload": ORDER},
    "an envelope with the shop in a header": webhook(TOPIC, ORDER, None, headers=headers(TOPIC)),
    "an HTTP log with a text": {"headers": headers(TOPIC), "body": TEXT},
    "an HTTP log with an object": {"headers": headers(TOPIC), "body": ORDER},
    "an HTTP log in small letters": {
        "headers": {name.lower(): value for name, value in headers(TOPIC).items()},
        "body": TEXT,
    },
    "an HTTP log with lists": {
        "headers": {name: [value] for name, value in headers(TOPIC).items()},
        "body": TEXT,
    },
    "an HTTP log with pairs": {"headers": [list(p) for p in headers(TOPIC).items()], "body": TEXT},
    "an HTTP archive": {
        "headers": [{"name": n, "value": v} for n, v in headers(TOPIC).items()],
        "body": TEXT,
    },
    "a function's variables": {
        "headers": {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in headers(TOPIC).items()},
        "body": TEXT,
    },
    "a function's base64": {
        "multiValueHeaders": {name: [value] for name, value in headers(TOPIC).items()},
        "body": packed(ORDER),
        "isBase64Encoded": True,
    },
    "EventBridge": {
        "detail-type": "shopifyWebhook",
        "detail": {"metadata": headers(TOPIC), "payload": ORDER},
    },
    "EventBridge's detail": {"metadata": headers(TOPIC), "payload": ORDER},
    "Pub/Sub": {"attributes": headers(TOPIC), "data": packed(ORDER)},
    "Pub/Sub's push": {
        "message": {"attributes": headers(TOPIC), "data": packed(ORDER), "messageId": "1"},
        "subscription": "projects/example/subscriptions/orders",
    },
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_opened(name: str) -> None:
    found = recognised(ENVELOPES[name])
    told = found.recorded
    assert (told.kind, told.key, told.topic, found.shop) == ("orders", "5001", TOPIC, SHOP)
    assert told.moment.strip() == "2026-03-01T11:00:05.000Z"
    assert told.body == ORDER


def test_webhooks_of_one_second_have_the_order_in_which_they_were_caused() -> None:
    at = "2026-03-01T11:00:05.9{}1234Z"
    first, second = (
        {"headers": headers(TOPIC, **{"X-Shopify-Triggered-At": at.format(n)}), "payload": ORDER}
        for n in (1, 2)
    )
    assert recognised(first).recorded.moment < recognised(second).recorded.moment


BARE = {
    "orders": ORDER,
    "refunds": paid_refund(),
    "fulfillments": fulfillment_body(),
    "customers": customer_body(),
    "checkouts": checkout_body(abandoned_checkout_url="https://example.com/1"),
    "transactions": {
        "id": 1,
        "order_id": 5001,
        "kind": "sale",
        "gateway": "manual",
        "created_at": DAY.format(1),
    },
}


@pytest.mark.parametrize("kind", BARE)
def test_a_bare_record_is_told_by_its_fields(kind: str) -> None:
    body = {name: value for name, value in BARE[kind].items() if name != "admin_graphql_api_id"}
    assert recognised(body).recorded.kind == kind


@pytest.mark.parametrize("kind", ["orders", "customers", "fulfillments"])
def test_a_bare_record_is_told_by_what_it_calls_itself(kind: str) -> None:
    own = {"id", "order_id", "updated_at", "admin_graphql_api_id"}
    body = {name: value for name, value in BARE[kind].items() if name in own}
    assert recognised(body).recorded.kind == kind


def test_the_user_can_say_what_bare_records_are() -> None:
    body = {"id": 1, "updated_at": DAY.format(1)}
    assert recognised(body, "customers").recorded.kind == "customers"
    assert recognised(webhook(TOPIC, ORDER), "customers").recorded.kind == "orders"


@pytest.mark.parametrize("wrapped", [1, 3])
def test_a_rejected_line_is_read_again(wrapped: int) -> None:
    line: Any = webhook(TOPIC, ORDER)
    for _ in range(wrapped):
        line = {"reason": "x", "detail": "y", "source": "a.ndjson", "line": 1, "record": line}
    assert recognised(line).recorded.key == "5001"
    line = {"reason": "x", "detail": "y", "source": "a", "line": 1, "record": TEXT}
    assert recognised(line).recorded.key == "5001"


def test_a_record_that_a_backfill_rejected_is_read_again() -> None:
    line = {"reason": "x", "detail": "y", "source": "customers", "id": 1, "record": customer_body()}
    assert recognised(line).recorded.kind == "customers"


@pytest.mark.parametrize(
    "line",
    [{"type": "track", "messageId": "1"}, {"batch": []}, {"reason": "x", "message": {}}],
)
def test_a_message_for_segment_is_one(line: Body) -> None:
    assert recognised(line).recorded.kind == "events"


@pytest.mark.parametrize(
    "topic", ["orders/edited", "products/update", "customer.tags_added", "orders/delete"]
)
def test_a_topic_that_tells_no_fact_is_known(topic: str) -> None:
    found = recognised(webhook(topic, {"anything": 1}))
    assert (found.recorded.kind, found.recorded.topic) == ("other", topic)


@pytest.mark.parametrize(
    "body", [{"order_edit": {"id": 1}}, {"customerId": "gid://shopify/Customer/1", "tags": []}]
)
def test_a_body_that_tells_no_fact_is_known_without_its_topic(body: Body) -> None:
    assert recognised({**body, "occurredAt": DAY.format(1)}).recorded.kind == "other"


@pytest.mark.parametrize("topic", OF_RECORDS)
def test_a_topic_may_be_written_as_in_graphql(topic: str) -> None:
    assert plain(topic.upper().replace("/", "_")) == topic
    assert kind_of(topic) == OF_RECORDS[topic]


UNKNOWN: list[tuple[Any, str]] = [
    (5, "unknown_line"),
    ([], "unknown_line"),
    ({}, "unknown_line"),
    ({"headers": headers(TOPIC)}, "unknown_line"),
    (webhook("weather/changed", {}), "unknown_topic"),
    (webhook(TOPIC, {"id": 5001}), "missing_field"),
    (webhook(TOPIC, order_body(id="5001")), "wrong_type"),
    (webhook(TOPIC, order_body(updated_at="soon")), "malformed_time"),
    ({"headers": headers(TOPIC), "body": "{"}, "not_json"),
    ({"headers": headers(TOPIC), "body": "[1]"}, "wrong_type"),
    ({"attributes": headers(TOPIC), "data": "{}"}, "not_base64"),
    ({"attributes": headers(TOPIC), "data": "\u00e9"}, "not_base64"),
    ({"reason": "x", "detail": "y", "source": [], "id": 1, "record": 5}, "unknown_line"),
    ({"id": "gid://shopify/LineItem/1", "__parentId": "gid://shopify/Order/1"}, "bulk_line"),
    ({"id": "gid://shopify/Order/1", "name": "#1001"}, "bulk_line"),
    ({"id": "gid://shopify/Product/1", "created_at": DAY.format(1)}, "bulk_line"),
    ({"__typename": "LineItem", "__parentId": "gid://shopify/Order/1", "id": "x"}, "bulk_line"),
]


@pytest.mark.parametrize(("line", "reason"), UNKNOWN)
def test_what_is_nothing_known_is_refused_with_its_reason(line: Any, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        recognised(line)
    assert caught.value.reason == reason
