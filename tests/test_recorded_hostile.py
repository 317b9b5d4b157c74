"""No line of a recording stops the others, whatever it is."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from made_recordings import SHOP, Body, events, headers, order, put, rejects, replay, webhook

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
