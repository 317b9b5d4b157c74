"""Takes what was sent out of the messages of queues and streams, as consumers keep them.

- Amazon SQS's ``{"Body"}`` or ``{"body"}``, one with its id, or several in ``{"Messages": [...]}``;
- a Lambda function's ``{"Records": [...]}`` of SQS (``body``), SNS (``Sns.Message``) and Kinesis
  (``kinesis.data``, base64), or what Kinesis itself gives (``Data``);
- an SNS notification, ``{"Type": "Notification", "Message"}``;
- Kafka's ``{"topic", "partition", "offset", "value"}`` or ``"payload"``, as its REST proxy and
  Connect write them. The topic is Kafka's own, and tells nothing of Shopify's;
- a Lambda function's ``{"eventSource": "aws:kafka", "records": {"topic-0": [...]}}`` of Amazon MSK:
  Kafka's records by partition, with values in base64 and headers in bytes.

What was sent is a line as any other: an envelope, a bare record, or a message in a message. Where
the topic stands among the message's attributes or headers, these are the webhook's headers.
"""

from __future__ import annotations

from base64 import b64decode

from littlerelay.errors import RecordError
from littlerelay.recordings.envelopes import Body, headers_of, read_json

_LISTS = ("Messages", "Records")
_IDS = ("MessageId", "messageId", "ReceiptHandle", "receiptHandle")
_MARKS = frozenset({*_LISTS, *_IDS, "Type", "kinesis", "partition", "eventSource"})
_OTHERS = frozenset({"type", "topic", "headers"})  # of Segment's messages, and of webhooks
_TOPICS = ("shopify-topic", "recharge-topic")
_ATTRIBUTES = ("MessageAttributes", "messageAttributes")
_VALUES = ("StringValue", "stringValue", "Value")
_WHAT = "the message"


def messages(line: Body) -> list[object] | None:
    """Give what the messages of a line hold; None for a line that is no queue's.

    Raises RecordError (``not_json``, ``too_deep``, ``not_base64``) for one that cannot be read.
    """
    if _MARKS.isdisjoint(line):
        return None
    for found in (*map(line.get, _LISTS), _of_partitions(line.get("records"))):
        if ones := _dicts(found):
            held = [_held(one, is_listed=True) for one in ones]
            return None if None in held else held
    one = _held(line, is_listed=False)
    return None if one is None else [one]


def _dicts(found: object) -> list[Body]:
    """Give the messages of a list; none where it is no list of messages alone."""
    ones = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return ones if isinstance(found, list) and len(ones) == len(found) else []


def _of_partitions(records: object) -> list[object] | None:
    """Give the records of all partitions, as a function has them from Kafka; None for no such."""
    if not isinstance(records, dict) or not all(isinstance(one, list) for one in records.values()):
        return None
    return [one for partition in records.values() for one in partition]


def _held(one: Body, *, is_listed: bool) -> object | None:
    """Give what one message holds; None for what is none."""
    notice = one.get("Sns")
    if isinstance(notice, dict) and is_listed:
        return _opened(notice, notice.get("Message"))
    if one.get("Type") == "Notification":
        return _opened(one, one.get("Message"))
    stream = one.get("kinesis")
    data = (
        stream.get("data") if isinstance(stream, dict) else one.get("Data") if is_listed else None
    )
    if isinstance(data, str):
        return read_json(_unpacked(data), _WHAT)
    if {"partition", "offset"} <= one.keys():
        return _of_kafka(one)
    if _OTHERS.isdisjoint(one) and (is_listed or any(name in one for name in _IDS)):
        return _opened(one, one.get("Body", one.get("body")))
    return None


def _of_kafka(one: Body) -> object | None:
    """Give a record's value; a topic with a slash is a webhook's: Kafka allows none."""
    value, topic = one.get("value", one.get("payload")), one.get("topic")
    if isinstance(topic, str) and "/" in topic:
        return None
    headers = headers_of(_readable(one.get("headers")))
    is_packed = isinstance(value, str) and value.lstrip()[:1] != "{"
    if any(name in headers for name in _TOPICS):
        return {"headers": headers, "body": value, "isBase64Encoded": is_packed}
    if not isinstance(value, str):
        return value
    return read_json(_unpacked(value) if is_packed else value.encode(), _WHAT)


def _readable(headers: object) -> object:
    """Give headers of which each is an object of its own, with its value in bytes, as texts."""
    if not isinstance(headers, list):
        return headers
    pairs = [pair for one in headers if isinstance(one, dict) for pair in one.items()]
    are_bytes = bool(pairs) and all(isinstance(value, list) for _, value in pairs)
    return {name: _text(value) for name, value in pairs} if are_bytes else headers


def _text(values: list[object]) -> str:
    octets = (one % 256 for one in values if isinstance(one, int))  # of Java they may be negative
    return bytes(octets).decode(errors="replace")


def _opened(message: Body, held: object) -> object | None:
    """Give what a message's text says, below its attributes where they tell a webhook's topic."""
    attributes = next((message[name] for name in _ATTRIBUTES if name in message), None)
    if isinstance(attributes, dict):
        named = {name: _value(one) for name, one in attributes.items()}
        if any(name in headers_of(named) for name in _TOPICS):
            return {"headers": named, "body": held}
    return read_json(held.encode(), _WHAT) if isinstance(held, str) else held


def _value(attribute: object) -> object:
    if not isinstance(attribute, dict):
        return attribute
    return next((attribute[name] for name in _VALUES if name in attribute), None)


def _unpacked(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError:  # binascii.Error, and a character beyond ASCII
        raise RecordError("not_base64", _WHAT) from None
