"""Whatever a line holds, it becomes messages that Segment takes, or refusals that can be read."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from littlerelay.recordings.beginnings import check_events
from littlerelay.segment.batches import START
from littlerelay.segment.messages import (
    LONGEST_LINE,
    Message,
    Refusal,
    is_message,
    is_record,
    read,
)
from littlerelay.sources import Plan, taken
from sent_files import line, message
from small_messages import GOOD, TIME, event, good, one, reason
from standin.segment_body import EVENT_BYTES
from standin.segment_rules import TYPES, drop_reason

MARK = b"\xef\xbb\xbf"


def nested(depth: int) -> bytes:
    return b'"properties":{"a":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize("depth", [260, 900])
@pytest.mark.parametrize(
    "rest", [line(GOOD)[:-2], b'{"type":"none"', b'{"type":"page","userId":"u","timestamp":"%s"']
)
def test_a_message_too_deep_to_be_written_again_is_refused_as_text(depth: int, rest: bytes) -> None:
    text = rest + b"," + nested(depth) + b"}"
    refused = one(text)
    assert isinstance(refused, Refusal)
    assert refused.reason == "too_deep"
    assert orjson.loads(refused.line())["message"] == text.decode()


def test_a_deep_message_that_can_be_written_again_is_sent() -> None:
    text = line(GOOD)[:-2] + b"," + nested(200) + b"}"
    assert event(text)["messageId"] == "m"


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_a_message_has_less_than_32_kb_of_bytes(letter: str) -> None:
    bare = len(line(good(properties={"note": "", "rest": ""}))) - 1
    many, rest = divmod(EVENT_BYTES - 1 - bare, len(letter.encode()))
    fits = good(properties={"note": letter * many, "rest": "x" * rest})
    assert len(line(fits)) - 1 == 32_767
    assert event(fits) == fits
    fits["properties"]["rest"] += "x"
    assert reason(fits) == ("too_large", "it has 32,768 bytes; Segment takes under 32,768")


def test_a_message_is_too_large_only_by_what_it_says_not_by_how_it_is_written() -> None:
    found = good(properties={"note": "é" * 10_000, "list": [1] * 5_000})
    written = json.dumps(found).encode()
    assert len(written) > 60_000
    assert event(written) == found


def test_what_a_batch_adds_counts_for_the_size() -> None:
    half = {"note": "x" * 20_000}
    assert reason({"context": half, "batch": [good(properties=half)]})[0] == "too_large"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("first", ["type", "anonymousId", "context", "channel"])
def test_a_byte_order_mark_hides_no_message(end: bytes, first: str) -> None:
    found = good(anonymousId="a", context={}, channel="server")
    text = MARK + line({first: found[first], **found}).rstrip() + end
    check_events(Path("events.ndjson"), text)
    parts = iter([text, b""])
    (read_line,) = taken(lambda _: next(parts), START, Plan())
    assert read_line.end.bytes == len(text)
    assert len(read_line.messages) == 1


def test_records_are_told_from_messages() -> None:
    record = line({"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1"})
    reject = line({"resource": "orders", "reason": "missing_field", "record": {}})
    assert [is_record(record), is_record(reject), is_record(line(GOOD))] == [True, True, False]
    assert [is_message(record), is_message(reject)] == [False, False]
    whole = [GOOD, {"batch": []}, {"reason": "", "detail": "", "message": None}, message(1)]
    assert all(is_message(line(found)) for found in whole)
    assert is_message(b'{"batch":[' + line(GOOD))


TEXTS = st.sampled_from(["", "x", "E", TIME, "2024-03-05", "x" * 100, "é\u2028", *TYPES])
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(width=32) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
FIELDS = {
    "type": st.sampled_from(TYPES),
    "messageId": TEXTS,
    "timestamp": st.just(TIME),
    "userId": TEXTS | st.integers(0, 2**40),
    "previousId": TEXTS,
    "groupId": TEXTS,
    "event": TEXTS,
}
FOREIGN = ("anonymousId", "originalTimestamp", "context", "properties", "traits", "name", "sentAt")
LIKELY = st.builds(
    lambda sure, more: sure | more,
    st.fixed_dictionaries({}, optional=FIELDS),
    st.dictionaries(st.sampled_from([*FIELDS, *FOREIGN]), VALUES, max_size=2),
)
BATCHES = st.fixed_dictionaries(
    {"batch": st.lists(LIKELY | VALUES, max_size=3)},
    optional={"context": VALUES, "integrations": VALUES},
)
REFUSED = st.fixed_dictionaries({"reason": TEXTS, "message": LIKELY | VALUES})
LINES = st.one_of(
    st.one_of(LIKELY, LIKELY, BATCHES, REFUSED, VALUES).map(lambda one: json.dumps(one).encode()),
    st.binary(max_size=40),
)


@settings(max_examples=150)
@given(LINES)
def test_whatever_a_line_holds_is_a_message_that_segment_takes_or_is_refused(text: bytes) -> None:
    found = list(read(text))
    messages = [one for one in found if isinstance(one, Message)]
    refusals = [one for one in found if isinstance(one, Refusal)]
    assert len(messages) + len(refusals) == len(found)
    for sent in messages:
        told = orjson.loads(sent.content)
        assert told == sent.event
        assert drop_reason(told) == ""
        assert told["messageId"]
        assert len(sent.content) < EVENT_BYTES
        assert b"\n" not in sent.content
    for refused in refusals:
        again = list(read(refused.line()))
        assert len(again) == 1 or orjson.loads(refused.line())["message"] == refused.message


def test_the_longest_line_holds_more_than_the_largest_batch() -> None:
    assert LONGEST_LINE > 32 * 500 * 1024
