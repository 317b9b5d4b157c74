"""Lines of events are read as Segment would take them, or refused with the reason; none is lost."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from littlerelay.segment.batches import START
from littlerelay.segment.messages import (
    LONGEST_LINE,
    Message,
    Refusal,
    is_message,
    is_record,
    read,
)
from littlerelay.sources import Plan, check_kind, taken
from sent_files import line, message
from standin.segment_body import EVENT_BYTES
from standin.segment_rules import TYPES, drop_reason

TIME = "2024-03-05T14:30:00.000Z"
GOOD = {"type": "track", "event": "E", "messageId": "m", "timestamp": TIME, "userId": "7001"}
NUMBERS = b'"traits":{"a":12.50,"b":1e2,"c":123456789012345678901234567890,"d":-0,"e":1E-7}}'
MARK = b"\xef\xbb\xbf"


def good(**more: Any) -> dict[str, Any]:
    """Makes a small message; what is None is left out of it."""
    return {name: value for name, value in {**GOOD, **more}.items() if value is not None}


def one(found: object) -> Message | Refusal:
    """Reads the one message of a line."""
    (only,) = read(found if isinstance(found, bytes) else line(found))
    return only


def event(found: object) -> dict[str, Any]:
    """Reads one message, which has to be good, and gives what is sent of it."""
    only = one(found)
    assert isinstance(only, Message)
    assert orjson.loads(only.content) == only.event
    return only.event


def reason(found: object) -> tuple[str, str]:
    """Reads one message, which has to be refused, and tells why."""
    only = one(found)
    assert isinstance(only, Refusal)
    return only.reason, only.detail


@pytest.mark.parametrize(
    "text",
    [
        b'{"userId":"u","type":"track","event":"E","messageId":"m","timestamp":"%s"}',
        b'{ "type": "page", "messageId": "m", "timestamp": "%s", "anonymousId": "a" }',
        b'{"type":"group","groupId":"g","userId":"u","messageId":"m","timestamp":"%s",' + NUMBERS,
        b'{"type":"alias","previousId":"p","userId":"u","messageId":"\\u006d","timestamp":"%s"}',
        b'{"type":"identify","userId":"u","messageId":"m","timestamp":"%s","traits":null}',
        '{"type":"screen","name":"\u2028\u00e9","userId":"u","messageId":"m","timestamp":"%s"}'.encode(),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b" \t\r\n"])
def test_a_message_that_needs_no_change_is_sent_byte_for_byte(text: bytes, end: bytes) -> None:
    text %= TIME.encode()
    only = one(text + end)
    assert isinstance(only, Message)
    assert only.content == text


@pytest.mark.parametrize("blank", [b"", b"\n", b"\r\n", b"  \t\n"])
def test_a_blank_line_has_no_message(blank: bytes) -> None:
    assert not list(read(blank))


@pytest.mark.parametrize(
    "foreign", ["receivedAt", "sentAt", "_metadata", "writeKey", "version", "channel", "projectId"]
)
def test_what_was_added_on_the_way_is_left_out(foreign: str) -> None:
    assert event(good(**{foreign: "2024-03-05T14:30:09.000Z"})) == GOOD


def test_an_export_of_segments_is_sent_at_the_time_that_it_had() -> None:
    other = "2024-03-05T14:30:07.000Z"
    exported = good(originalTimestamp=other, receivedAt=TIME, sentAt=TIME, context={"ip": "::1"})
    assert event(exported)["timestamp"] == TIME
    sent = event({**exported, "timestamp": None})
    assert sent == good(timestamp=other, context={"ip": "::1"})


@pytest.mark.parametrize("name", ["userId", "anonymousId", "previousId", "groupId"])
@pytest.mark.parametrize("number", [0, 7, -1, 2**53 + 1, 2**64 - 1])
def test_an_id_that_is_a_number_becomes_a_text(name: str, number: int) -> None:
    assert event(good(**{name: number}))[name] == str(number)


@pytest.mark.parametrize("value", [True, False, 1.5, 10**30, [], {}])
@pytest.mark.parametrize("name", ["userId", "anonymousId", "previousId", "groupId"])
def test_any_other_id_is_refused(name: str, value: object) -> None:
    text = json.dumps(good(**{name: value})).encode()
    assert reason(text) == ("wrong_type", f"{name} is no text")


@pytest.mark.parametrize("given", [None, "", 0])
def test_a_message_without_an_id_gets_one_that_its_content_gives(given: object) -> None:
    named = event({**GOOD, "messageId": given})["messageId"]
    assert len(named) == 36
    assert named == event({**GOOD, "messageId": given})["messageId"]
    others = ({"userId": "7002"}, {"timestamp": "2024-03-05T14:30:00.001Z"}, {"event": "F"})
    made = {event({**GOOD, "messageId": given, **other})["messageId"] for other in others}
    assert len(made - {named}) == 3


def test_a_derived_id_depends_neither_on_the_order_of_keys_nor_on_what_is_left_out() -> None:
    without = good(messageId=None)
    turned = dict(reversed(without.items()))
    assert event(without)["messageId"] == event(turned)["messageId"]
    assert event(without)["messageId"] == event({**turned, "sentAt": TIME})["messageId"]


def test_the_messages_of_a_batch_are_read_one_by_one() -> None:
    batch = {"batch": [good(messageId="a"), "no message", good(messageId="b")], "sentAt": TIME}
    first, second, third = read(line({**batch, "writeKey": "a-write-key"}))
    assert isinstance(first, Message)
    assert isinstance(third, Message)
    assert (first.event, third.event) == (good(messageId="a"), good(messageId="b"))
    assert isinstance(second, Refusal)
    assert (second.reason, second.message) == ("not_a_message", "no message")


def test_what_a_batch_says_for_all_holds_where_a_message_says_nothing_itself() -> None:
    shared = {"context": {"ip": "::1", "page": {"url": "x"}}, "integrations": {"All": False}}
    own = {"context": {"ip": "::2"}, "integrations": None}
    first, second, third = read(
        line({**shared, "batch": [good(), {**GOOD, **own}, good(context=[])]})
    )
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert isinstance(third, Message)
    assert first.event == {**GOOD, **shared}
    assert second.event["context"] == {"ip": "::2", "page": {"url": "x"}}
    assert second.event["integrations"] == {"All": False}
    assert third.event["context"] == shared["context"]


@pytest.mark.parametrize("shared", [{"context": None}, {"context": []}, {"integrations": 1}, {}])
def test_what_a_batch_says_in_no_object_is_passed_over(shared: dict[str, Any]) -> None:
    assert event({**shared, "batch": [GOOD]}) == GOOD


def test_an_own_value_that_is_no_object_is_refused_in_a_batch_too() -> None:
    assert reason({"context": {"a": 1}, "batch": [good(context=7)]}) == (
        "wrong_type",
        "context is no object",
    )


def test_a_batch_without_messages_has_none() -> None:
    assert not list(read(b'{"batch":[]}\n'))


@pytest.mark.parametrize("batch", [b'{"batch":{}}', b'{"batch":null}', b"{}"])
def test_a_batch_that_is_no_list_is_a_message_that_is_none(batch: bytes) -> None:
    assert reason(batch)[0] == "wrong_type"


def test_a_refused_line_is_read_back_once_it_is_mended() -> None:
    refused = one(good(userId=None))
    assert isinstance(refused, Refusal)
    told = orjson.loads(refused.line())
    assert told == {
        "reason": "missing_id",
        "detail": "it has no userId and no anonymousId",
        "message": good(userId=None),
    }
    assert reason(refused.line())[0] == "missing_id"
    told["message"]["userId"] = "7001"
    assert event(told) == GOOD


@pytest.mark.parametrize(
    ("changed", "code", "detail"),
    [
        ({"type": None}, "wrong_type", "type is none of track, identify, alias, page, screen"),
        ({"type": "Track"}, "wrong_type", "type is none of"),
        ({"type": ["track"]}, "wrong_type", "type is none of"),
        ({"type": {"track": 1}}, "wrong_type", "type is none of"),
        ({"context": []}, "wrong_type", "context is no object"),
        ({"integrations": "All"}, "wrong_type", "integrations is no object"),
        ({"properties": 1}, "wrong_type", "properties is no object"),
        ({"traits": False}, "wrong_type", "traits is no object"),
        ({"event": 1}, "wrong_type", "event is no text"),
        ({"name": {}}, "wrong_type", "name is no text"),
        ({"category": 1.5}, "wrong_type", "category is no text"),
        ({"event": ""}, "missing_event", "track has no event"),
        ({"event": None}, "missing_event", "track has no event"),
        ({"userId": ""}, "missing_id", "it has no userId and no anonymousId"),
        ({"userId": "", "anonymousId": ""}, "missing_id", "it has no userId and"),
        ({"type": "group"}, "missing_id", "group has no groupId"),
        ({"type": "alias"}, "missing_id", "alias has no previousId"),
        ({"type": "alias", "userId": "", "previousId": "p"}, "missing_id", "alias has no userId"),
        ({"timestamp": None}, "missing_timestamp", "it has no timestamp and would count as of"),
        ({"timestamp": ""}, "missing_timestamp", "it has no timestamp"),
        ({"timestamp": 1709649000}, "malformed_time", "timestamp is no text"),
        ({"timestamp": "2024-03-05"}, "malformed_time", "timestamp is no ISO 8601 time with"),
        ({"timestamp": "2024-03-05T14:30:00"}, "malformed_time", "timestamp is no ISO 8601"),
        ({"timestamp": "2024-02-30T14:30:00Z"}, "malformed_time", "timestamp is no ISO 8601"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "malformed_time", "timestamp is no ISO"),
        ({"messageId": 7}, "wrong_type", "messageId is no text"),
        ({"messageId": "é" * 100}, "wrong_type", "messageId has 100 characters, 100 or more"),
    ],
)
def test_what_segment_would_drop_or_misread_is_refused(
    changed: dict[str, Any], code: str, detail: str
) -> None:
    found = {**GOOD, **changed}
    refused = one(found)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.message) == (code, found)
    assert refused.detail.startswith(detail)


@pytest.mark.parametrize("found", [b"1", b'"text"', b"null", b"true", b"[]", b"[[]]"])
def test_json_that_is_no_object_is_no_message(found: bytes) -> None:
    assert reason(found) == ("not_a_message", "it is no JSON object")


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"{} {}",
        b"NaN",
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\t"}',
        MARK + b"{}",
        b"[" * 5_000 + b"]" * 5_000,
    ],
)
def test_a_line_that_is_no_json_is_kept_as_text(text: bytes) -> None:
    refused = one(text + b"\n")
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_json"
    assert orjson.loads(refused.line())["message"] == text.decode("utf-8", "replace")


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
    check_kind(Path("events.ndjson"), text)
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
