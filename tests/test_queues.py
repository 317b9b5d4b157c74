"""A line that a consumer of a queue kept is what was sent, whatever is around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from littlerelay.errors import RecordError
from littlerelay.recordings.beginnings import are_recordings
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
    put,
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

TRACK = {
    "type": "track",
    "event": "Signed Up",
    "userId": "7001",
    "messageId": "m-1",
    "timestamp": "2026-03-01T12:00:00Z",
}

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
    "an event of Amazon MSK": {
        "eventSource": "aws:kafka",
        "eventSourceArn": "arn:x",
        "bootstrapServers": "b-1.x:9092",
        "records": {"shop-orders-0": [{**KAFKA, "timestamp": 1, "value": packed(SENT)}]},
    },
    "a topic in the headers of MSK": {
        "eventSource": "aws:kafka",
        "records": {
            "shop-orders-0": [
                {
                    **KAFKA,
                    "value": packed(order()),
                    "headers": [{name: list(told.encode())} for name, told in NAMED.items()],
                }
            ]
        },
    },
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


def test_all_partitions_of_an_event_of_msk_are_taken(tmp_path: Path) -> None:
    held = [[{**KAFKA, "value": packed(one)}] for one in orders(2)]
    line = {"eventSource": "aws:kafka", "records": dict(zip(("a-0", "a-1"), held, strict=True))}
    assert names(replayed(tmp_path, [line])) == ["Order Completed"] * 2
    strange: list[Any] = [{}, {"a-0": []}, {"a-0": 1}, [1], "x", {"a-0": [1]}]
    for records in strange:
        assert replayed(tmp_path, [{**line, "records": records}]) == []
        assert [one["reason"] for one in rejects(tmp_path)] == ["unknown_line"]


def test_a_webhook_that_was_kept_with_an_id_stays_one() -> None:
    for kept in ({"headers": NAMED}, {"topic": "orders/create", "shop": SHOP}):
        found = recognised({**kept, "messageId": "1", "body": json.dumps(order())})
        assert (found.recorded.topic, found.shop) == ("orders/create", SHOP)


def test_all_messages_of_a_line_are_taken(tmp_path: Path) -> None:
    other = webhook("app/uninstalled", {"id": 1})
    line = {"Messages": [{"Body": json.dumps(one)} for one in (*orders(2), other)]}
    assert names(replayed(tmp_path, [line])) == ["Order Completed"] * 2


@pytest.mark.parametrize(
    "line",
    [
        {"MessageId": "1", "Body": json.dumps(TRACK)},
        {"Records": [{"messageId": "1", "body": json.dumps({"batch": [TRACK]})}]},
        {**KAFKA, "value": TRACK},
        {"Messages": [{"Body": json.dumps(one)} for one in (TRACK, webhook("themes/update", {}))]},
        {"reason": "malformed_time", "detail": "", "source": "a", "line": 1, "record": TRACK},
    ],
)
def test_a_message_for_segment_goes_on_out_of_what_holds_it(line: Body, tmp_path: Path) -> None:
    assert replayed(tmp_path, [line]) == [TRACK]
    assert rejects(tmp_path) == []


def test_several_messages_for_segment_go_on_out_of_one_line(tmp_path: Path) -> None:
    both = [TRACK, TRACK | {"messageId": "m-2"}]
    line = {"Messages": [{"Body": json.dumps(one)} for one in both]}
    assert replayed(tmp_path, [line]) == both


def test_a_message_that_lost_digits_on_its_way_is_rejected(tmp_path: Path) -> None:
    number = {"properties": {"n": 10**30}}
    text = json.dumps(TRACK | number)
    for line in ({**KAFKA, "value": TRACK | number}, {**KAFKA, "value": text}):
        assert replayed(tmp_path, [json.dumps(line).encode()]) == []
        assert [one["reason"] for one in rejects(tmp_path)] == ["long_number"]


def test_a_queue_of_messages_for_segment_is_a_recording(tmp_path: Path) -> None:
    kept = put(tmp_path / "kept.ndjson", [{"MessageId": "1", "Body": json.dumps(TRACK)}])
    plain = put(tmp_path / "plain.ndjson", [TRACK])
    assert are_recordings([str(kept)])
    assert not are_recordings([str(plain)])


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
        ({"Messages": [{"Body": json.dumps(one)} for one in (TRACK, SENT)]}, "unknown_line"),
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
