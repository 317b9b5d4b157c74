"""An afternoon is the same in whatever shape it is kept, signed as Shopify and Recharge sign."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from typing import Any

import pytest

from afternoons import recorded
from standin.recording import ndjson
from standin.recording_shapes import RECHARGE_SECRET, SHAPES
from standin.recording_spoils import spoiled
from standin.tokens import CLIENT_SECRET

SHOPIFY_HEADERS = {
    *("Content-Type", "X-Shopify-API-Version", "X-Shopify-Event-Id", "X-Shopify-Hmac-Sha256"),
    *("X-Shopify-Shop-Domain", "X-Shopify-Topic", "X-Shopify-Triggered-At"),
    "X-Shopify-Webhook-Id",
}


def body_of(line: Any) -> Any:
    """Returns the body that a line of whatever shape holds."""
    if isinstance(line.get("message"), dict):
        return json.loads(base64.b64decode(line["message"]["data"]))
    if "detail" in line:
        return line["detail"]["payload"]
    if "body" in line:
        return json.loads(line["body"])
    return line.get("payload", line)


def headers_of(line: Any) -> dict[str, str]:
    """Returns the headers that a line holds, as they were sent; none of a bare line."""
    if isinstance(line.get("message"), dict):
        return dict(line["message"]["attributes"])
    if "detail" in line:
        return dict(line["detail"]["metadata"])
    return dict(line.get("headers", {}))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_holds_the_same_bodies(shape: str) -> None:
    bodies = [body_of(line) for line in recorded(shape).lines]
    assert bodies == [body_of(line) for line in recorded("bare").lines]
    assert recorded(shape).facts == recorded().facts


@pytest.mark.parametrize("shape", ["headers", "eventbridge", "pubsub"])
def test_shapes_with_headers_have_all_of_shopifys(shape: str) -> None:
    sent = [headers_of(line) for line in recorded(shape).lines]
    shopifys = [headers for headers in sent if "X-Shopify-Topic" in headers]
    assert len(shopifys) > 150
    assert {frozenset(headers) for headers in shopifys} == {frozenset(SHOPIFY_HEADERS)}
    ids = Counter(headers["X-Shopify-Webhook-Id"] for headers in shopifys)
    assert set(ids.values()) == {1}


def test_a_log_of_requests_has_lower_case_headers_and_the_body_as_it_came() -> None:
    logged = [line for line in recorded("http").lines if "body" in line]
    for line in logged:
        assert {name.lower() for name in line["headers"]} == set(line["headers"])
    shopifys = [line for line in logged if "x-shopify-topic" in line["headers"]]
    assert {frozenset(line["headers"]) for line in shopifys} == {
        frozenset(name.lower() for name in SHOPIFY_HEADERS)
    }


def test_every_body_of_shopify_is_signed_with_the_secret_of_the_app() -> None:
    checked = 0
    for line in recorded("http").lines:
        told = line.get("headers", {}).get("x-shopify-hmac-sha256")
        if told:
            made = hmac.new(CLIENT_SECRET.encode(), line["body"].encode(), hashlib.sha256)
            assert base64.b64decode(told) == made.digest()
            checked += 1
    assert checked > 150


def test_recharge_signs_by_a_plain_hash_of_secret_and_body() -> None:
    checked = 0
    for line in recorded("http").lines:
        told = line.get("headers", {}).get("x-recharge-hmac-sha256")
        if told:
            whole = RECHARGE_SECRET.encode() + line["body"].encode()
            assert told == hashlib.sha256(whole).hexdigest()
            checked += 1
    assert checked > 8


@pytest.mark.parametrize("shape", ["eventbridge", "pubsub"])
def test_what_comes_through_no_bus_is_kept_as_it_came(shape: str) -> None:
    rest = [
        line
        for line in recorded(shape).lines
        if "detail" not in line and not isinstance(line.get("message"), dict)
    ]
    kinds = Counter(
        "pixel" if "clientId" in line else "recharge" if "body" in line else "record"
        for line in rest
    )
    assert set(kinds) == {"pixel", "recharge", "record"}
    assert kinds["record"] == 2


@pytest.mark.parametrize("shape", ["envelope", "http"])
def test_a_spoiled_recording_still_holds_every_line(shape: str) -> None:
    lines = recorded(shape).lines
    bad = spoiled(lines, seed=5)
    whole = Counter(ndjson(lines).splitlines())
    found = Counter(
        ndjson([json.loads(line)]).strip()
        for number, line in enumerate(bad.lines, 1)
        if number not in bad.garbage
    )
    assert found.keys() == whole.keys()
    assert max(found.values()) == 2
    assert [line for line in found if found[line] > 1]
    assert len(bad.garbage) >= len(lines) // 100


def test_a_spoiled_recording_is_out_of_order_and_the_same_each_time() -> None:
    lines = recorded().lines
    bad = spoiled(lines, seed=5)
    assert bad == spoiled(lines, seed=5)
    assert bad != spoiled(lines, seed=6)
    clean = spoiled(lines, seed=5, repeats=0, garbage=0, late=0)
    assert [json.loads(line) for line in clean.lines] == lines
    assert clean.garbage == []
    mixed = spoiled(lines, seed=5, repeats=0, garbage=0)
    assert [json.loads(line) for line in mixed.lines] != lines
    assert mixed.content.count(b"\n") == len(lines)


def test_the_first_garbage_lines_are_all_of_different_kinds() -> None:
    bad = spoiled(recorded().lines, garbage=0.03)
    kinds = [bad.lines[number - 1] for number in bad.garbage[:8]]
    assert len(set(kinds)) == 8
    readable = 0
    for line in kinds:
        try:
            readable += isinstance(json.loads(line), dict | list | None)
        except ValueError:
            continue
    assert readable == 4
