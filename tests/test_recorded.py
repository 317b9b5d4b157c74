"""Recordings become events: each fact once, whatever order and number of lines tells it."""

import base64
import gzip
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

from littlerelay.errors import CheckpointMismatch, RecordError, RelayError, UsageError
from littlerelay.recordings import signatures
from littlerelay.recordings.recognising import recognised
from littlerelay.signing_secrets import SigningSecrets
from made_bodies import Body
from made_recordings import (
    OUT,
    SHOP,
    customer_body,
    events,
    headers,
    names,
    order,
    orders,
    paid_refund,
    put,
    rejects,
    replay,
    replayed,
    webhook,
)


@pytest.mark.parametrize("seed", range(3))
def test_events_do_not_depend_on_the_order_of_lines(seed: int, tmp_path: Path) -> None:
    lines = [*orders(5), *(webhook("orders/paid", one["payload"]) for one in orders(5))]
    lines += [
        webhook("refunds/create", paid_refund()),
        webhook("customers/create", customer_body()),
    ]
    lines += [webhook("orders/updated", order(tags=tags)) for tags in "bca"]  # of one moment
    expected = replayed(tmp_path, lines)
    random.Random(seed).shuffle(lines)
    assert replayed(tmp_path, lines + lines[:4]) == expected
    assert [one["timestamp"] for one in expected] == sorted(one["timestamp"] for one in expected)


def test_garbage_stops_nothing_and_is_rejected_with_its_number(tmp_path: Path) -> None:
    lines: list[Body | bytes] = list(orders(40))
    expected = replayed(tmp_path, lines)
    lines[7:7] = [b"{", b"\xff\xfe", b"", b'{"hello": 1}']
    assert replayed(tmp_path, lines) == expected
    found = [(one["line"], one["reason"], one["record"]) for one in rejects(tmp_path)]
    assert found == [
        (8, "not_json", "{"),
        (9, "not_json", "\ufffd\ufffd"),
        (11, "unknown_line", {"hello": 1}),
    ]


def test_a_rejects_file_is_mapped_again_once_it_is_mended(tmp_path: Path) -> None:
    bad = order(line_items=[{"id": 1}])
    assert replayed(tmp_path, [webhook("orders/create", bad)]) == []
    (rejected,) = rejects(tmp_path)
    rejected["record"]["payload"] = order()
    assert names(replayed(tmp_path, [rejected])) == ["Order Completed"]


def test_a_reject_says_whose_it_is_where_its_line_does_not(tmp_path: Path) -> None:
    bad = order(line_items=[{"id": 1}])
    lines: list[Body | bytes] = [bad, b"{", webhook("orders/create", bad, shop="other." + SHOP)]
    assert replayed(tmp_path, lines, shop=SHOP) == []
    found = rejects(tmp_path)
    assert [one.get("shop") for one in found] == [SHOP, SHOP, None]
    found[0]["record"] = order()
    assert names(replayed(tmp_path, found[:1], restart=True)) == ["Order Completed"]


def test_all_that_was_read_is_counted(tmp_path: Path) -> None:
    lines: list[Body | bytes] = [
        *orders(2),
        webhook("orders/create", order(id=1, test=True)),
        webhook("products/update", {}),
        webhook("refunds/create", paid_refund(order_id=99)),
        b"?",
    ]
    put(tmp_path / "recorded.ndjson", lines)
    counts = replay(tmp_path).counts
    figures = {kind: (at.read, at.mapped, at.rejected, at.filtered) for kind, at in counts.items()}
    assert figures == {
        "orders": (3, 2, 0, 1),
        "other": (1, 0, 0, 1),
        "refunds": (1, 0, 1, 0),
        "unknown": (1, 0, 1, 0),
    }


def test_messages_go_on_as_they_are_and_each_once(tmp_path: Path) -> None:
    (made,) = replayed(tmp_path, orders(1))
    other = {**made, "messageId": "x" * 36, "extra": 1}
    found = replayed(tmp_path, [other, made, *orders(1), made])
    assert found == [made, {k: v for k, v in other.items() if k != "extra"}]


def test_a_period_takes_facts_by_their_own_time(tmp_path: Path) -> None:
    refund = paid_refund(created_at="2026-03-05T00:00:00Z")
    refunded = order(updated_at="2026-03-05T00:00:00Z", refunds=[refund])
    lines = [webhook("orders/updated", refunded)]
    assert names(replayed(tmp_path, lines, since="2026-03-02")) == ["Order Refunded"]
    assert names(replayed(tmp_path, lines, until="2026-03-02")) == ["Order Completed"]
    assert len(replayed(tmp_path, lines, since="2026-01-01", until="2027-01-01")) == 2


def packings(text: bytes) -> dict[str, bytes]:
    return {
        "a.ndjson.gz": gzip.compress(text),
        "b.ndjson.zst": zstandard.compress(text),
        "c.ndjson": b"\xef\xbb\xbf" + text,
    }


def test_inputs_may_be_packed_and_several(tmp_path: Path) -> None:
    expected = replayed(tmp_path, orders(6))
    lines = (tmp_path / "recorded.ndjson").read_bytes().splitlines(keepends=True)
    for place, name in zip((0, 2, 4), packings(b""), strict=True):
        path = tmp_path / name
        path.write_bytes(packings(b"".join(lines[place : place + 2]))[name])
    replay(tmp_path, "[abc].ndjson*", restart=True)
    assert events(tmp_path) == expected


def test_the_same_command_again_has_nothing_to_do(tmp_path: Path) -> None:
    put(tmp_path / "recorded.ndjson", orders(2))
    first, again = replay(tmp_path), replay(tmp_path)
    assert (first.already, again.already, again.counts) == (False, True, first.counts)
    assert not (tmp_path / f"{OUT}.recordings").exists()
    with pytest.raises(CheckpointMismatch, match="namespace was not set and is now other"):
        replay(tmp_path, mapping={"namespace": "other"})
    put(tmp_path / "recorded.ndjson", orders(3))
    with pytest.raises(CheckpointMismatch, match="recorded in was"):
        replay(tmp_path)
    assert replay(tmp_path, restart=True).counts["orders"].read == 3
    assert len(list(tmp_path.glob("*.old-*"))) == 2


def refusal(folder: Path, lines: list[Any], **asked: Any) -> RelayError:
    put(folder / "recorded.ndjson", lines)
    with pytest.raises(UsageError) as caught:
        replay(folder, **asked)
    assert caught.value.hint
    return caught.value


def test_the_shop_is_the_one_of_the_lines(tmp_path: Path) -> None:
    other = webhook("orders/create", order(id=1), "other.myshopify.com")
    bare = order()
    assert "No line" in str(refusal(tmp_path, [bare]))
    assert "several shops" in str(refusal(tmp_path, [*orders(1), other]))
    assert replay(tmp_path, shop="other.myshopify.com").counts["orders"].rejected == 1
    assert rejects(tmp_path)[0]["reason"] == "other_shop"
    ids = [
        replayed(tmp_path, lines, **asked)[0]["messageId"]
        for lines, asked in (([bare], {"shop": SHOP}), (orders(1), {}), ([bare, *orders(1)], {}))
    ]
    assert len(set(ids)) == 1
    replayed(tmp_path, [webhook("orders/create", bare, "shop.example.com")], shop=SHOP)
    assert rejects(tmp_path)[0]["reason"] == "unknown_shop"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"kind": "cats"}, "no kind of record"),
        ({"since": "soon"}, "not a time"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "period is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: Any, told: str, tmp_path: Path) -> None:
    assert told in str(refusal(tmp_path, orders(1), **asked))
    assert [path.name for path in tmp_path.iterdir()] == ["recorded.ndjson"]


SECRET = b"an invented secret"
_MADE = "2026-03-01T12:00:00Z"
TEXT = f'{{"id":5001,"test":true,"created_at":"{_MADE}","updated_at":"{_MADE}"}}'
# printf %s TEXT | openssl dgst -sha256 -hmac "an invented secret" -binary | base64
SIGNATURE = {"X-Shopify-Hmac-Sha256": "B2KUQxy6OhEX89lw/xwJ+ULmOwpAcSyZx+Xy0xj5fog="}


def signed(**more: Any) -> Body:
    return {"headers": headers("orders/create", **SIGNATURE), "body": TEXT, **more}


def test_only_what_shopify_signed_is_taken_where_that_is_verified(tmp_path: Path) -> None:
    packed = base64.b64encode(TEXT.encode()).decode()
    lines = [
        signed(),
        signed(body=packed, isBase64Encoded=True),
        {"attributes": signed()["headers"], "data": packed},
        signed(body=TEXT.replace("5001", "5002")),
        signed(headers=headers("orders/create")),
        signed(body=orjson.loads(TEXT)),
        order(),
    ]
    assert replayed(tmp_path, lines, secrets=SigningSecrets(SECRET), shop=SHOP) == []
    found = [(one["line"], one["reason"]) for one in rejects(tmp_path)]
    unsigned = [(line, "unsigned") for line in (5, 6, 7)]
    assert found == [(4, "wrong_signature"), *unsigned]
    other = replay(tmp_path, secrets=SigningSecrets(b"another"), shop=SHOP, restart=True)
    assert other.counts["orders"].rejected == 7


def test_an_unsigned_line_is_not_kept_in_memory() -> None:
    found = recognised(signed(headers=headers("orders/create")))
    errors = []
    for _ in range(2):
        with pytest.raises(RecordError) as caught:
            signatures.check(found, SigningSecrets(SECRET))
        errors.append(caught.value)
    assert errors[0] is not errors[1], "one error keeps what was at hand each time it is raised"


def test_what_is_refused_leaves_no_customers_data(tmp_path: Path) -> None:
    put(tmp_path / "recorded.ndjson", [webhook("orders/create", order(), shop=None)])
    with pytest.raises(UsageError, match="No line of the recordings tells the shop"):
        replay(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["recorded.ndjson"]
    replay(tmp_path, shop=SHOP)
    assert names(events(tmp_path))
