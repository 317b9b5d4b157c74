"""Lines of events are read as Segment would take them, or refused with the reason; none is lost."""

import json
from typing import Any

import orjson
import pytest

from littlerelay.segment.messages import Message, Refusal, read
from sent_files import line
from small_messages import GOOD, TIME, event, good, one, reason

NUMBERS = b'"traits":{"a":12.50,"b":1e2,"c":123456789012345678901234567890,"d":-0,"e":1E-7}}'
MARK = b"\xef\xbb\xbf"


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


LONG = b'{"type":"track","event":"E","messageId":"m","timestamp":"%s",' % TIME.encode()
WHOLE = LONG + b'"userId":"7001","properties":{"n":%s}}'


@pytest.mark.parametrize("digits", [b"18446744073709551616", b"-9223372036854775809", b"9" * 300])
@pytest.mark.parametrize(
    "around", [b'{"sentAt":"x",%s', b'{"batch":[%s]}', b'{"reason":"r","message":%s}']
)
def test_digits_that_a_rewritten_message_would_lose_are_refused_and_kept(
    digits: bytes, around: bytes
) -> None:
    message = WHOLE % digits
    text = around % (message[1:] if b"sentAt" in around else message)
    assert reason(text) == ("long_number", "a whole number of more than 64 bits would lose digits")
    refused = one(text)
    assert isinstance(refused, Refusal)
    assert digits in refused.line()
    mended = refused.line().replace(digits, b'"%s"' % digits)
    assert event(mended)["properties"] == {"n": digits.decode()}


@pytest.mark.parametrize("digits", [b"18446744073709551615", b"-9223372036854775808", b"1e30"])
def test_digits_that_are_kept_are_not_refused(digits: bytes) -> None:
    text = b'{"sentAt":"x","note":"%s",%s' % (b"9" * 30, (WHOLE % digits)[1:])
    assert event(text)["properties"] == {"n": orjson.loads(digits)}


def test_digits_of_a_refused_message_are_kept() -> None:
    refused = one(LONG + b'"properties":{"n":123456789012345678901234567890}}')
    assert isinstance(refused, Refusal)
    assert refused.reason == "missing_id"
    assert b'{"n":123456789012345678901234567890}' in refused.line()


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
