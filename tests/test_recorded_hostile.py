"""No line of a recording stops the others, whatever it is."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from littlerelay import recorded
from littlerelay.errors import DiskError, UsageError
from littlerelay.recordings import beginnings, mapping
from littlerelay.recordings.store import Store
from littlerelay.settings import Mapping, RecordingsRequest
from made_bodies import Body, checkout_body, order_body
from made_recordings import (
    SHOP,
    customer_body,
    events,
    fulfillment_body,
    headers,
    names,
    order,
    orders,
    put,
    rejects,
    replay,
    replayed,
    webhook,
)

GOOD = webhook("orders/create", order(id=1))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def deep_order(depth: int) -> bytes:
    text = orjson.dumps(webhook("orders/create", order(note_attributes=[])))
    return text.replace(b'"note_attributes":[]', b'"note_attributes":' + nested(depth))


def in_a_text(body: bytes) -> Body:
    return {"headers": headers("orders/create"), "body": body.decode()}


HOSTILE: dict[str, tuple[Body | bytes, str]] = {
    "a reject without a source": (
        {"reason": "x", "detail": "y", "source": [], "id": 1, "record": 1},
        "unknown_line",
    ),
    "Pub/Sub's data beyond ASCII": (
        {"attributes": headers("orders/create"), "data": "é"},
        "not_base64",
    ),
    "Recharge's body beyond ASCII": (
        {
            "headers": {"X-Recharge-Topic": "subscription/created"},
            "body": "é",
            "isBase64Encoded": True,
        },
        "not_base64",
    ),
    "nested deeply": (nested(300), "too_deep"),
    "nested as deeply as can be written": (nested(253), "too_deep"),
    "nested too deeply to be read": (nested(5_000), "not_json"),
    "an order that is": (deep_order(260), "too_deep"),
    "an order in a text that is": (in_a_text(deep_order(260)), "too_deep"),
    "garbage with many digits": (b'oops 1234567890123456789012345 "', "not_json"),
    "half a character": (b'{"id":"\\ud800","more":1234567890123456789012345}', "not_json"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_rejected_and_the_others_are_mapped(name: str, tmp_path: Path) -> None:
    line, reason = HOSTILE[name]
    put(tmp_path / "recorded.ndjson", [line, GOOD, line])
    assert replay(tmp_path, shop=SHOP).rejected == 2
    assert [one["reason"] for one in rejects(tmp_path)] == [reason, reason]
    assert len(events(tmp_path)) == 1


def test_what_nobody_reads_may_be_nested_deeply(tmp_path: Path) -> None:
    deep = orjson.dumps(GOOD).replace(b'"line_items"', b'"new":' + nested(260) + b',"line_items"')
    assert replayed(tmp_path, [deep]) == replayed(tmp_path, [GOOD])


def test_a_fault_beside_what_is_nested_too_deeply_to_be_looked_into_is_rejected(
    tmp_path: Path,
) -> None:
    new = {"new": 0, "total_price_set": {"shop_money": {"amount": "5,00", "currency_code": "EUR"}}}
    bad = orjson.dumps(webhook("orders/create", order(**new)))
    deep = bad.replace(b'"new":0', b'"new":' + nested(1_000))
    alone = replayed(tmp_path, [GOOD])
    assert replayed(tmp_path, [deep, GOOD]) == alone
    assert [one["reason"] for one in rejects(tmp_path)] == ["too_deep"]


def test_lines_of_one_moment_that_are_nested_too_deeply_are_rejected(tmp_path: Path) -> None:
    lines = [deep_order(260), deep_order(270), orjson.dumps(GOOD)]
    alone = replayed(tmp_path, [GOOD])
    assert replayed(tmp_path, lines) == alone
    found = [(one["line"], one["reason"]) for one in rejects(tmp_path)]
    assert found == [(1, "too_deep"), (2, "too_deep")]


@pytest.mark.parametrize("value", [None, [], 5, "soon"])
def test_an_order_that_tells_not_when_it_was_made_is_rejected(
    value: object, tmp_path: Path
) -> None:
    bad = order_body(created_at=value)
    assert names(replayed(tmp_path, [webhook("orders/create", bad), GOOD])) == ["Order Completed"]
    assert len(rejects(tmp_path)) == 1


@pytest.mark.parametrize("number", [[1], {"id": 1}])
def test_an_order_with_a_part_that_has_no_number_is_rejected(
    number: object, tmp_path: Path
) -> None:
    bad = order(fulfillments=[fulfillment_body(id=number)])
    lines = [webhook(topic, bad) for topic in ("orders/create", "orders/updated")]
    assert names(replayed(tmp_path, [*lines, GOOD])) == ["Order Completed"]
    assert len(rejects(tmp_path)) == 2


@pytest.mark.parametrize("token", [{"token": "token-2"}, {"token": None, "cart_token": "cart-1"}])
def test_a_checkout_of_two_tokens_gives_each_event_once(token: Body, tmp_path: Path) -> None:
    bodies = [checkout_body(), checkout_body(**token)]
    found = replayed(tmp_path, [webhook("checkouts/update", body) for body in bodies])
    assert sorted(names(found)) == ["Checkout Started", "Checkout Step Viewed"]


def test_an_event_of_a_pixel_that_two_visitors_have_is_given_once(tmp_path: Path) -> None:
    event = {"id": "sh-1", "name": "page_viewed", "timestamp": "2026-03-01T12:00:00Z", "data": {}}
    found = replayed(tmp_path, [event | {"clientId": one} for one in ("", "b", "a")], shop=SHOP)
    ids = [one["messageId"] for one in found]
    assert len(ids) == len(set(ids))


def test_an_order_that_was_cancelled_in_the_second_it_was_made_is(tmp_path: Path) -> None:
    gone = order(cancelled_at=order()["updated_at"], cancel_reason="fraud")
    lines = [webhook("orders/cancelled", gone), webhook("orders/create", order())]
    assert sorted(names(replayed(tmp_path, lines))) == ["Order Cancelled", "Order Completed"]


def test_a_visitor_of_too_many_events_is_rejected_and_the_others_are_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "_MOST", 2_000)
    event = {"name": "page_viewed", "timestamp": "2026-03-01T12:00:00Z", "data": {}}
    many = [event | {"id": f"sh-{n}", "clientId": "b"} for n in range(50)]
    few = [event | {"id": one, "clientId": one} for one in "ac"]
    alone = replayed(tmp_path, few, shop=SHOP)
    assert replayed(tmp_path, [*many, *few], shop=SHOP) == alone
    assert [one["line"] for one in rejects(tmp_path)] == list(range(1, 51))
    assert {one["reason"] for one in rejects(tmp_path)} == {"too_many"}


def test_a_customer_who_is_rejected_does_not_hide_those_of_orders(tmp_path: Path) -> None:
    known = webhook("orders/create", order_body())
    expected = replayed(tmp_path, [known])
    assert "identify" in names(expected)
    assert replayed(tmp_path, [known, webhook("customers/update", {"id": 7001})]) == expected
    assert len(rejects(tmp_path)) == 1


def test_a_recording_whose_name_is_no_text_is_mapped(tmp_path: Path) -> None:
    name = os.fsdecode(b"lost\xff.ndjson")
    put(tmp_path / name, [GOOD, b"oops", webhook("customers/update", customer_body(created_at=5))])
    replay(tmp_path, name)
    assert names(events(tmp_path)) == ["Order Completed"]
    assert {one["source"] for one in rejects(tmp_path)} == {rf"{tmp_path}/lost\xff.ndjson"}
    assert len(rejects(tmp_path)) == 2
    assert replay(tmp_path, name).already


def test_nothing_is_written_into_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"lost\xff")
    folder.mkdir()
    put(folder / "recorded.ndjson", [GOOD])
    with pytest.raises(UsageError, match="is no name in UTF-8"):
        replay(folder)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(("pack", "left"), [(bytes, 0), (bytes, 1_000), (gzip.compress, 0)])
def test_a_recording_that_is_cut_while_it_is_read_is_not_taken_for_a_shorter_one(
    pack: Callable[[bytes], bytes], left: int, tmp_path: Path
) -> None:
    first = put(tmp_path / "a.ndjson", [GOOD])
    path = put(tmp_path / "b.ndjson", orders(200))
    path.write_bytes(pack(path.read_bytes()))
    request = RecordingsRequest((str(first), str(path)), str(tmp_path / "events.ndjson"))
    steps = recorded.replay(request, Mapping(shop=""))
    next(steps)
    os.truncate(path, left)
    with pytest.raises(DiskError, match="was cut"):
        list(steps)
    assert events(tmp_path) == []


def test_a_file_that_is_missing_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        replay(tmp_path, "missing.ndjson", kind="orders")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("own", ["", ".rejects.ndjson"])
@pytest.mark.parametrize("restart", [False, True])
def test_no_file_that_is_read_is_written(own: str, restart: bool, tmp_path: Path) -> None:
    recording = put(tmp_path / f"events.ndjson{own}", [GOOD])
    (tmp_path / "link.ndjson").hardlink_to(recording)
    for name in (recording.name, "link.ndjson"):
        with pytest.raises(UsageError, match="is one of the files that are read") as caught:
            replay(tmp_path, name, restart=restart)
        assert caught.value.hint == "Choose another --out."
    assert len(list(tmp_path.iterdir())) == 2
    assert recording.read_bytes() == orjson.dumps(GOOD) + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + orjson.dumps(GOOD),
        orjson.dumps({"reason": "not_json", "detail": "", "source": "a", "line": 1, "record": "{"}),
    ],
    ids=["a mark at the beginning", "a reject that is still none"],
)
def test_one_line_suffices_to_know_a_recording(content: bytes, tmp_path: Path) -> None:
    path = put(tmp_path / "recorded.ndjson", [content])
    assert beginnings.are_recordings([str(path)])


def test_what_is_left_of_a_run_may_be_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noted(path: Path, isolation_level: None) -> sqlite3.Connection:
        opened.append(connect(path, isolation_level=isolation_level))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    folder = tmp_path / "events.ndjson.recordings"
    folder.mkdir()
    (folder / "work.sqlite3").write_bytes(b"junk" * 1_000)
    with pytest.raises(DiskError, match="is damaged") as caught:
        Store(folder)
    assert "--restart" in caught.value.hint
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
