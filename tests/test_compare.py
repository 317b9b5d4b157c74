"""What two files of events have in common is found, whatever the order and the form of lines."""

from __future__ import annotations

import gzip
import random
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

from compared_files import changes, compared, counts, of_lines
from littlerelay.compare import partitions
from littlerelay.compare.values import ABSENT
from littlerelay.errors import UsageError
from sent_files import line, message, messages, put, put_own

TOTAL = {"order_id": "#1", "total": 49.0, "note": ""}


def person(user: str, message_id: str, **traits: Any) -> dict[str, Any]:
    return {
        "type": "identify",
        "messageId": message_id,
        "timestamp": "2024-03-05T14:30:00.000Z",
        "userId": user,
        "context": {"historical": True},
        "traits": traits,
    }


def test_what_is_new_changed_the_same_and_gone_is_counted_and_told() -> None:
    old = [message(1, 300), message(2), message(3)]
    new = [message(1, 300, properties=TOTAL), message(3), message(4)]
    result = of_lines(old, new)
    assert counts(result) == (1, 1, 1, 1)
    assert changes(result) == [("properties.total", 12.5, 49.0)]
    told = [(one.outcome, one.message["messageId"][-1]) for one in result[1]]
    assert told == [("new", "4"), ("changed", "1"), ("gone", "2")]


def test_neither_the_order_of_lines_nor_that_of_keys_nor_spaces_matter() -> None:
    lines = messages(500)
    mixed = [orjson.dumps(dict(reversed(orjson.loads(one).items()))) + b"\n" for one in lines[:250]]
    spaced = [one.replace(b'","', b'" , "') for one in lines[250:]]
    shuffled = mixed + spaced
    random.Random(3).shuffle(shuffled)
    result = compared(put(Path("old.ndjson"), lines), put(Path("new.ndjson"), shuffled))
    assert counts(result) == (0, 0, 500, 0)


def test_equal_numbers_are_equal_however_they_are_written_but_true_is_not_1() -> None:
    old = message(1, properties={"whole": 54, "flag": True, "list": [1, {"a": 2}], "none": None})
    new = message(1, properties={"whole": 54.0, "flag": 1, "list": [1, {"a": 3}, 4]})
    assert changes(of_lines([old], [new])) == [
        ("properties.flag", True, 1),
        ("properties.list.1.a", 2, 3),
        ("properties.list.2", ABSENT, 4),
        ("properties.none", None, ABSENT),
    ]


def test_what_a_post_adds_and_the_version_of_the_library_do_not_count() -> None:
    posted = message(
        1,
        sentAt="2024-03-05T14:30:09.000Z",
        receivedAt="2024-03-05T14:30:10.000Z",
        writeKey="canary",
        context={"library": {"name": "littlerelay", "version": "9.9.9"}},
    )
    assert counts(of_lines([message(1)], [posted])) == (0, 0, 1, 0)
    other = message(1, context={"library": {"name": "analytics-node", "version": "0.1.0"}})
    assert changes(of_lines([message(1)], [other])) == [
        ("context.library.name", "littlerelay", "analytics-node")
    ]


def test_files_of_two_versions_are_compared_without_decoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = messages(50)
    later = [one.replace(b'"version":"0.1.0"', b'"version":"0.2.0"') for one in lines]
    monkeypatch.setattr("littlerelay.compare.sides.read", None)
    result = compared(put(Path("old.ndjson"), lines), put(Path("new.ndjson"), later), outcomes=())
    assert counts(result) == (0, 0, 50, 0)


def test_the_last_line_of_a_message_counts() -> None:
    first = message(1, properties=TOTAL)
    assert counts(of_lines([first, message(1)], [message(1)])) == (0, 0, 1, 0)
    result = of_lines([message(1)], [message(1), message(2), first])
    assert counts(result) == (1, 1, 0, 0)
    assert changes(result)[0] == ("properties.total", 12.5, 49.0)


def test_an_identify_is_compared_with_that_of_the_same_user() -> None:
    old = [person("7001", "a" * 36, email="ada@example.com"), person("7002", "b" * 36, city="X")]
    moved = person("7002", "b" * 36, city="X")
    new = [
        person("7001", "c" * 36, email="ada.b@example.com"),
        moved | {"timestamp": "2025-01-01T00:00:00.000Z"},
    ]
    result = of_lines(old, new)
    assert counts(result) == (0, 1, 1, 0)
    assert changes(result) == [("traits.email", "ada@example.com", "ada.b@example.com")]


def test_an_identify_with_cookies_is_an_orders_and_hides_no_change_of_the_customers() -> None:
    order = person("7001", "o" * 36, littledata_utm="x")
    old = [person("7001", "a" * 36, state="disabled"), order]
    new = [person("7001", "b" * 36, state="enabled"), order]
    assert counts(of_lines(old, new)) == (0, 1, 1, 0)


def test_a_user_and_an_anonymous_visitor_of_the_same_name_are_two() -> None:
    known, visitor = person("x", "a" * 36), person("x", "b" * 36)
    visitor["anonymousId"] = visitor.pop("userId")
    assert counts(of_lines([known], [visitor])) == (1, 0, 0, 1)


@pytest.mark.parametrize("event", ["Customer Enabled", "Order Completed"])
def test_the_time_of_a_state_does_not_count_and_that_of_a_fact_does(event: str) -> None:
    old = message(1, event=event)
    new = {**old, "timestamp": "2024-04-05T14:30:00.000Z"}
    result = of_lines([old], [new])
    assert counts(result) == ((0, 0, 1, 0) if event == "Customer Enabled" else (0, 1, 0, 0))


def test_ids_of_others_are_compared_whatever_their_length() -> None:
    old = [message(0, messageId=name) for name in ("a", "b" * 99)]
    new = [message(0, messageId=name) for name in ("a", "b" * 98)]
    assert counts(of_lines(old, new)) == (1, 0, 1, 1)


def test_messages_of_one_batch_are_told_apart() -> None:
    old = [{"batch": [message(1), message(2)], "writeKey": "canary"}]
    new = [message(2), message(1, properties=TOTAL)]
    result = of_lines(old, new)
    assert counts(result) == (0, 1, 1, 0)
    assert changes(result)[0] == ("properties.total", 12.5, 49.0)


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_compressed_files_are_compared_whatever_they_are_called(kind: str) -> None:
    lines = messages(300)
    pack = gzip.compress if kind == "gz" else zstandard.compress
    old, new = Path("old.ndjson"), Path("new.ndjson")
    old.write_bytes(pack(b"".join(lines)))
    new.write_bytes(pack(b"".join([line(message(7, properties=TOTAL)), *lines[100:]])))
    result = compared(old, new)
    assert counts(result) == (0, 1, 200, 99)
    assert [one.message["messageId"] for one in result[1] if one.outcome == "gone"] == [
        orjson.loads(one)["messageId"] for one in lines[:5]
    ]
    assert ("properties.total", 12.5, 49.0) in changes(result)


@pytest.mark.parametrize("parts", [1, 7, 128])
def test_however_many_partitions_there_are_the_result_is_the_same(
    parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("littlerelay.compare.comparison.parts_for", lambda _: parts)
    old = [message(number) for number in range(400)]
    new = [message(number) for number in range(10, 430)]
    for one in new[8::9]:
        one["properties"] = TOTAL
    random.Random(1).shuffle(new)
    result = of_lines(old, new, most=None)
    assert counts(result) == (30, 43, 347, 10)
    told = [one.message["messageId"] for one in result[1] if one.outcome in ("new", "changed")]
    order = [one["messageId"] for one in new]
    assert [one.outcome for one in result[1]] == ["new"] * 30 + ["changed"] * 43 + ["gone"] * 10
    assert told[:30] == sorted(told[:30], key=order.index)
    assert told[30:] == sorted(told[30:], key=order.index)


def test_partitions_grow_with_the_files_up_to_what_may_be_open() -> None:
    sizes = (0, 3_999_999, 40_000_000, 10**12)
    assert [partitions.parts_for(size) for size in sizes] == [1, 1, 10, 128]


def test_counts_are_given_by_event_and_by_month_of_a_zone() -> None:
    old = [message(1, timestamp="2024-01-31T23:30:00.000Z"), message(2, event="Order Refunded")]
    new = [*old, message(3, timestamp="2024-02-01T01:30:00.000+02:00")]
    utc, _ = of_lines(old, new)
    berlin, _ = of_lines(old, new, zone="Europe/Berlin")
    assert {name: found["same"] for name, found in utc.events.items()} == {
        "Order Completed": 1,
        "Order Refunded": 1,
    }
    assert {name: found["new"] for name, found in utc.months.items()} == {
        "2024-01": 1,
        "2024-03": 0,
    }
    assert {name: found["new"] for name, found in berlin.months.items()} == {
        "2024-02": 1,
        "2024-03": 0,
    }


def test_events_can_be_chosen_by_name_or_type_in_any_case() -> None:
    old = [message(1), message(2, event="Order Refunded"), person("7001", "a" * 36)]
    assert counts(of_lines(old, [], events=("ORDER refunded", "identify"))) == (0, 0, 0, 2)


def test_of_each_outcome_no_more_are_told_than_are_asked_for() -> None:
    result = of_lines([], [message(number) for number in range(9)], most=2)
    assert [one.message["messageId"][-1] for one in result[1]] == ["0", "1"]
    same = of_lines([message(1)], [message(1), message(2)], outcomes=("same",))
    assert [one.message["messageId"][-1] for one in same[1]] == ["1"]


def test_nothing_is_left_behind_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    of_lines([message(1)], [message(2)])
    with pytest.raises(UsageError):
        of_lines([message(1)], [{"type": "track"}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"id":7,"line_items":[]}\n', "new.ndjson holds a recording, and events"),
        (b"order,total\n1,2\n", "new.ndjson holds no events."),
        (b"".join(messages(3))[:-20], "no event in the line at byte"),
        (messages(1)[0] + b'{"type":"track"}\n', "it has no userId"),
        (gzip.compress(b"".join(messages(300)))[:-300], "it was cut"),
        (gzip.compress(b"a" * 9_000, mtime=0)[:20] + b"x" * 60, "compressed and damaged"),
    ],
)
def test_what_is_no_whole_file_of_events_is_refused(content: bytes, told: str) -> None:
    put(Path("new.ndjson"), [content])
    with pytest.raises(UsageError, match=told) as caught:
        compared(put(Path("old.ndjson"), messages(3)), Path("new.ndjson"))
    assert caught.value.hint


def test_a_file_that_its_run_has_not_finished_or_that_was_cut_is_refused() -> None:
    new = put(Path("new.ndjson"), messages(3))
    with pytest.raises(UsageError, match=r"run that writes old\.ndjson is not finished"):
        compared(put_own(Path("old.ndjson"), messages(9), is_done=False), new)
    cut = put_own(Path("cut.ndjson"), messages(9))
    put(cut, messages(8))
    with pytest.raises(UsageError, match="shorter than its checkpoint says"):
        compared(cut, new)


@pytest.mark.parametrize("named", ["shop", "namespace"])
def test_files_of_two_shops_or_namespaces_are_refused(named: str) -> None:
    other: dict[str, Any] = {named: "other"}
    old = put_own(Path("old.ndjson"), messages(3))
    new = put_own(Path("new.ndjson"), messages(3), **other)
    with pytest.raises(UsageError, match=f"was written with the {named}"):
        compared(old, new)
    assert counts(compared(old, put(Path("foreign.ndjson"), messages(3)))) == (0, 0, 3, 0)


def test_sides_without_anything_in_common_are_strange() -> None:
    assert of_lines([message(1)], [message(2)])[0].is_strange
    assert not of_lines([message(1)], [message(1), message(2)])[0].is_strange
    assert not of_lines([], [message(2)])[0].is_strange


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="is no time zone"):
        of_lines([], [], zone=zone)


def test_standard_input_and_missing_files_are_refused() -> None:
    there = put(Path("there.ndjson"), messages(1))
    with pytest.raises(UsageError, match="Standard input"):
        compared(there, Path("-"))
    with pytest.raises(UsageError, match="cannot be read"):
        compared(Path("missing.ndjson"), there)
