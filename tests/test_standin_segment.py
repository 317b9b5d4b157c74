"""The stand-in Segment: what it takes, what it refuses, and what it drops without a word."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import httpx
import pytest

from segment_posts import basic, batch, post, send, squeezed, track, zipped
from standin.segment import StandInSegment
from standin.segment_body import BATCH_BYTES, EVENT_BYTES


@pytest.fixture
def segment() -> Iterator[StandInSegment]:
    with StandInSegment() as running:
        yield running


def of_size(size: int, **fields: object) -> dict[str, object]:
    """Returns an event whose compact JSON has so many bytes, with letters of two bytes in it."""
    event = track("big", properties={"it": "é"}, **fields)
    rest = size - len(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
    event["properties"] = {"it": "é" + "x" * rest}
    return event


def refusal(answer: httpx.Response) -> str:
    """Returns the code of a refused post."""
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message"}
    return str(answer.json()["code"])


def test_a_batch_is_taken_and_kept_in_its_order(segment: StandInSegment) -> None:
    answer = post(segment, track("b"), track("a", userId=None, anonymousId="x"))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert list(segment.order) == ["b", "a"]
    assert json.loads(segment.accepted["b"]) == track("b")
    assert not segment.dropped


def test_every_kind_of_call_is_taken(segment: StandInSegment) -> None:
    kinds = ["identify", "page", "screen", "group"]
    alias = {"type": "alias", "userId": "new", "previousId": "old", "messageId": "alias"}
    post(segment, *[track(kind, type=kind, event=None) for kind in kinds], alias)
    assert list(segment.order) == [*kinds, "alias"]


def test_gzip_is_decoded_and_its_decoded_bytes_are_counted(segment: StandInSegment) -> None:
    body = batch(segment, [track("a")])
    assert zipped(segment, squeezed(body)).status_code == 200
    assert list(segment.accepted) == ["a"]
    assert segment.requests[0].encoded
    assert segment.requests[0].bytes == len(json.dumps(body))


@pytest.mark.parametrize("left", [5, 30])
def test_gzip_that_is_truncated_is_refused(segment: StandInSegment, left: int) -> None:
    whole = squeezed(batch(segment, [track("a")]))
    assert refusal(zipped(segment, whole[:left])) == "invalid_encoding"
    assert refusal(zipped(segment, b"not gzip")) == "invalid_encoding"
    assert not segment.accepted


def test_an_encoding_that_is_unknown_is_refused(segment: StandInSegment) -> None:
    body = batch(segment, [track("a")])
    assert refusal(send(segment, body, {"Content-Encoding": "br"})) == "invalid_encoding"


def test_500_kb_are_taken_and_a_byte_more_is_refused(segment: StandInSegment) -> None:
    body = json.dumps(batch(segment, [track("a")])).encode()
    assert send(segment, body.ljust(BATCH_BYTES)).status_code == 200
    assert refusal(send(segment, body.ljust(BATCH_BYTES + 1))) == "payload_too_large"
    squeezed_spaces = squeezed(batch(segment, [" " * BATCH_BYTES]))
    assert refusal(zipped(segment, squeezed_spaces)) == "payload_too_large"


def test_an_event_of_32_kb_spoils_its_batch_and_one_of_a_byte_less_does_not(
    segment: StandInSegment,
) -> None:
    assert refusal(post(segment, track("a"), of_size(EVENT_BYTES))) == "event_too_large"
    assert not segment.accepted
    assert post(segment, track("a"), of_size(EVENT_BYTES - 1)).status_code == 200
    assert len(segment.accepted["big"]) == EVENT_BYTES - 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"{}", b'{"batch":{}}', b'{"batch":"\xff"}']
)
def test_what_is_no_batch_is_refused(segment: StandInSegment, body: bytes) -> None:
    assert refusal(send(segment, body)) == "invalid_json"
    assert segment.requests[0].events == 0


@pytest.mark.parametrize("key", ["", "abc123", None, 12345678])
def test_a_write_key_that_can_be_none_is_refused(segment: StandInSegment, key: object) -> None:
    assert refusal(post(segment, track("a"), writeKey=key)) == "invalid_write_key"


def test_a_wrong_write_key_is_answered_like_the_right_one_and_nothing_is_kept(
    segment: StandInSegment,
) -> None:
    answer = post(segment, track("a"), track("b"), writeKey="another-write-key")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not segment.accepted
    assert segment.dropped == {"wrong_key": 2}
    assert segment.dropped_ids["wrong_key"] == ["a", "b"]


def test_the_write_key_may_come_in_a_basic_header(segment: StandInSegment) -> None:
    send(segment, {"batch": [track("a")]}, basic(segment.write_key))
    send(segment, {"batch": [track("b")]}, basic("another-write-key"))
    assert list(segment.order) == ["a"]
    assert [seen.authorization for seen in segment.requests] == ["basic", "basic"]


def test_events_past_2500_of_a_batch_are_dropped(segment: StandInSegment) -> None:
    assert post(segment, *[track(str(number)) for number in range(2502)]).status_code == 200
    assert len(segment.accepted) == 2500
    assert segment.dropped_ids == {"past_2500": ["2500", "2501"]}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"userId": None}, "no_user_anon_id"),
        ({"userId": "", "anonymousId": ""}, "no_user_anon_id"),
        ({"type": "alias"}, "no_user_anon_id"),
        ({"type": "alias", "previousId": "p", "userId": ""}, "no_user_anon_id"),
        ({"event": ""}, "no_event_name"),
        ({"event": None}, "no_event_name"),
        ({"type": "trak"}, "unknown_type"),
        ({"type": None}, "unknown_type"),
        ({"messageId": "x" * 100}, "long_message_id"),
    ],
)
def test_an_event_that_lacks_something_is_dropped_alone(
    segment: StandInSegment, fields: dict[str, object], reason: str
) -> None:
    dropped = track("dropped", **fields) if "messageId" not in fields else {**track(""), **fields}
    assert post(segment, dropped, track("kept")).status_code == 200
    assert list(segment.order) == ["kept"]
    assert segment.dropped_ids == {reason: [dropped["messageId"]]}


def test_what_is_no_object_is_dropped_as_an_event_of_no_type(segment: StandInSegment) -> None:
    assert post(segment, "text", None, track("kept")).status_code == 200
    assert segment.dropped == {"unknown_type": 2}


def test_a_message_id_of_99_characters_is_taken(segment: StandInSegment) -> None:
    post(segment, track("x" * 99))
    assert list(segment.order) == ["x" * 99]


def test_an_event_without_a_message_id_is_taken_under_one_that_is_made_up(
    segment: StandInSegment,
) -> None:
    post(segment, track(""), track(""))
    assert segment.without_id == 2
    assert len({uuid.UUID(name) for name in segment.accepted}) == 2
    assert not segment.dropped


def test_a_suppressed_user_is_dropped() -> None:
    with StandInSegment(suppressed={"gone"}) as segment:
        post(segment, track("a", userId="gone"), track("b"))
        assert list(segment.order) == ["b"]
        assert segment.dropped_ids == {"suppressed": ["a"]}


def test_a_repeat_is_dropped_for_a_day_and_taken_again_after_it(segment: StandInSegment) -> None:
    post(segment, track("a", n=1), track("a", n=2))
    segment.pass_time(86_399 - 60)
    post(segment, track("a", n=3))
    assert segment.dropped_ids == {"repeat": ["a", "a"]}
    assert json.loads(segment.accepted["a"])["n"] == 1
    segment.pass_time(61)
    post(segment, track("a", n=4))
    assert list(segment.order) == ["a", "a"]
    assert json.loads(segment.accepted["a"])["n"] == 1


def test_repeats_are_taken_where_nothing_is_remembered() -> None:
    with StandInSegment(dedupe_seconds=None) as segment:
        post(segment, track("a"), track("a"))
        assert list(segment.order) == ["a", "a"]


def test_a_batch_that_comes_again_is_noted_whole(segment: StandInSegment) -> None:
    post(segment, track("a"), track("b"))
    post(segment, track("a"))
    post(segment, track("a"), track("b"))
    assert segment.repeats == [("a", "b")]


def test_a_batch_that_holds_poison_is_refused_whole() -> None:
    with StandInSegment(poison={"bad"}) as segment:
        assert refusal(post(segment, track("a"), track("bad"))) == "invalid_event"
        assert post(segment, track("a")).status_code == 200
        assert list(segment.order) == ["a"]


def test_poison_may_be_a_question_about_an_event() -> None:
    with StandInSegment(poison=lambda event: event["userId"] == "bad") as segment:
        assert refusal(post(segment, "text", track("a", userId="bad"))) == "invalid_event"
        assert post(segment, track("b")).status_code == 200


def test_what_a_batch_says_for_all_is_merged_into_each_event(segment: StandInSegment) -> None:
    shared = {"context": {"a": 1, "b": 1}, "integrations": {"All": False}}
    post(segment, track("one", context={"b": 2}), track("two", context="odd"), **shared)
    one, two = (json.loads(text) for text in segment.accepted.values())
    assert one["context"] == {"a": 1, "b": 2}
    assert two["context"] == "odd"
    assert one["integrations"] == two["integrations"] == {"All": False}


def test_the_settings_of_a_source_tell_whether_there_is_one(segment: StandInSegment) -> None:
    answer = httpx.get(f"{segment.url}/v1/projects/{segment.write_key}/settings")
    known = {"apiKey": segment.write_key, "apiHost": "api.segment.io/v1"}
    assert answer.json() == {"integrations": {"Segment.io": known}}
    unknown = httpx.get(f"{segment.url}/v1/projects/another-write-key/settings")
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "not_found"


@pytest.mark.parametrize("host", ["events.eu1.segmentapis.com/v1", None])
def test_the_settings_name_the_host_that_is_asked_for_or_none(host: str | None) -> None:
    with StandInSegment(api_host=host) as segment:
        answer = httpx.get(f"{segment.url}/v1/projects/{segment.write_key}/settings").json()
        assert answer["integrations"]["Segment.io"].get("apiHost") == host


def test_an_address_that_is_none_is_not_found(segment: StandInSegment) -> None:
    assert httpx.get(f"{segment.url}/v1/batch").status_code == 404
    assert httpx.post(f"{segment.url}/v1/track").status_code == 404
    assert httpx.post(f"{segment.url}/token").status_code == 404, "it has no tokens"
    assert not segment.requests
