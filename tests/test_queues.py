"""A line that a consumer of a queue kept is what was sent, whatever is around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from littlerelay.errors import RecordError
from littlerelay.recordings.recognising import recognised
from littlerelay.signing_secrets import SigningSecrets
from made_bodies import Body
from made_recordings import (
    SHOP,
    customer_body,
    headers,
    names,
    order,
    orders,
    packed,
    rejects,
    replayed,
    webhook,
)

SENT = webhook("orders/create", order())
TEXT = json.dumps(SENT)
NOTICE = {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:x", "Message": TEXT}
KAFKA = {"topic": "shop-orders", "partition": 0, "offset": 17}
BUS = {"detail": {"metadata": headers("orders/create"), "payload": order()}}
NAMED = headers("orders/create")

SHAPES: dict[str, Body] = {
    "a message of SQS": {"MessageId": "1", "ReceiptHandle": "r", "Body": TEXT},
    "messages of SQS": {"Messages": [{"MessageId": "1", "Body": TEXT}]},
    "a message of SQS in a function": {"messageId": "1", "body": TEXT, "attributes": {}},
    "an event of SQS": {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": TEXT}]},
    "one from EventBridge": {"Records": [{"messageId": "1", "body": json.dumps(BUS)}]},
    "a topic in attributes": {
        "MessageId": "1",
        "Body": json.dumps(order()),
        "MessageAttributes": {name: {"StringValue": told} for name, told in NAMED.items()},
    },
    "a notification of SNS": NOTICE,
    "a notification in a message": {"MessageId": "2", "Body": json.dumps(NOTICE)},
    "an event of SNS": {"Records": [{"EventSource": "aws:sns", "Sns": NOTICE}]},
    "an event of Kinesis": {"Records": [{"kinesis": {"data": packed(SENT)}}]},
    "records of Kinesis": {"Records": [{"Data": packed(SENT), "PartitionKey": "1"}]},
    "a record of Kafka": {**KAFKA, "value": SENT},
    "a text of Kafka": {**KAFKA, "value": TEXT},
    "bytes of Kafka": {**KAFKA, "value": packed(SENT)},
    "a payload of Kafka": {**KAFKA, "payload": SENT},
    "a topic in Kafka's headers": {
        **KAFKA,
        "value": json.dumps(order()),
        "headers": [{"key": name, "value": told} for name, told in NAMED.items()],
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_is_what_was_sent(shape: str) -> None:
    found = recognised(SHAPES[shape])
    assert found.recorded == recognised(SENT).recorded
    assert found.shop == SHOP


def test_kafkas_topic_is_none_of_shopifys() -> None:
    bare = recognised({**KAFKA, "topic": "orders", "value": order()})
    assert (bare.recorded.kind, bare.recorded.topic) == ("orders", "")
    own = {"topic": "orders/create", "shop": SHOP, "partition": 0, "offset": 1, "payload": order()}
    assert recognised(own).recorded.topic == "orders/create"


def test_a_webhook_that_was_kept_with_an_id_stays_one() -> None:
    for kept in ({"headers": NAMED}, {"topic": "orders/create", "shop": SHOP}):
        found = recognised({**kept, "messageId": "1", "body": json.dumps(order())})
        assert (found.recorded.topic, found.shop) == ("orders/create", SHOP)


def test_all_messages_of_a_line_are_taken(tmp_path: Path) -> None:
    other = webhook("app/uninstalled", {"id": 1})
    line = {"Messages": [{"Body": json.dumps(one)} for one in (*orders(2), other)]}
    assert names(replayed(tmp_path, [line])) == ["Order Completed"] * 2


def test_who_was_erased_stays_so_wherever_that_stands_in_a_line(tmp_path: Path) -> None:
    redact = {"customer": {"id": 7001}, "orders_to_redact": [], "shop_domain": SHOP}
    bodies = [webhook("customers/create", customer_body()), webhook("customers/redact", redact)]
    line = {"Messages": [{"Body": json.dumps(one)} for one in bodies]}
    assert replayed(tmp_path, [line]) == []
    assert rejects(tmp_path) == []


def test_each_message_of_a_line_must_be_signed(tmp_path: Path) -> None:
    line = {"Messages": [{"Body": json.dumps(one)} for one in orders(2)]}
    secrets = SigningSecrets(b"an-invented-secret")
    assert replayed(tmp_path, [line], secrets=secrets, shop=SHOP) == []
    assert [one["reason"] for one in rejects(tmp_path)] == ["unsigned"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"MessageId": "1", "Body": "hello"}, "not_json"),
        ({"Records": [{"kinesis": {"data": "ü"}}]}, "not_base64"),
        ({**KAFKA, "value": "ü"}, "not_base64"),
        ({"Records": [{"s3": {"object": {}}}]}, "unknown_line"),
        ({"Messages": []}, "unknown_line"),
        ({"Messages": [{"Body": json.dumps({"type": "track"})}] * 2}, "unknown_line"),
        (
            {"Messages": [{"Body": json.dumps({**SENT, "shop": one})} for one in (SHOP, "b.x")]},
            "other_shop",
        ),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_reason(line: Any, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        recognised(line)
    assert caught.value.reason == reason
