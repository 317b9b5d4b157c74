"""Whoever a shop had to forget is in no event, wherever a recording tells of the erasure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from made_bodies import Body, line_body, order_body
from made_recordings import DAY, OUT, customer_body, names, replayed, webhook

ADA, BOB = 7001, 7002
WHO = {"id": ADA, "email": "ada@example.com", "first_name": "Ada", "created_at": DAY.format(0)}
HOME = {"first_name": "Ada", "address1": "1 Elm Road", "country_code": "GB"}


def sale(customer: Body | None = WHO, **more: Any) -> Body:
    """Makes an order that tells a lot of a person."""
    told = {
        "customer": customer,
        "email": "ada@example.com",
        "browser_ip": "192.0.2.77",
        "billing_address": HOME,
        "note_attributes": [{"name": "segment-clientID", "value": "visitor-77"}],
        "line_items": [line_body(properties=[{"name": "Engraving", "value": "For Ada"}])],
    }
    return order_body(**{**told, **more})


def erasure(*orders: int) -> Body:
    body = {
        "shop_id": 1,
        "shop_domain": "acme.myshopify.com",
        "customer": {"id": ADA, "email": "ada@example.com", "phone": None},
        "orders_to_redact": list(orders),
    }
    return webhook("customers/redact", body)


def left_cart() -> Body:
    body = {
        "id": 31,
        "token": "c0ffee",
        "customer": WHO,
        "email": "ada@example.com",
        "created_at": DAY.format(0),
        "updated_at": DAY.format(1),
        "currency": "USD",
        "line_items": [],
        "abandoned_checkout_url": "https://acme.example.com/1/checkouts/c0ffee/recover",
    }
    return webhook("checkouts/create", body)


def page_view() -> Body:
    return {
        "id": "e-1",
        "name": "page_viewed",
        "clientId": "visitor-78",
        "timestamp": "2026-03-01T11:00:00.000Z",
        "context": {"document": {"location": {"href": "https://acme.example.com/"}}},
        "data": {},
        "init": {"data": {"customer": {"id": str(ADA), "email": "ada@example.com"}}},
    }


@pytest.mark.parametrize("place", [0, 4])
def test_nothing_brings_back_who_was_erased(place: int, tmp_path: Path) -> None:
    lines = [
        webhook("orders/create", sale()),
        webhook("customers/create", customer_body()),
        left_cart(),
        page_view(),
    ]
    assert len(names(replayed(tmp_path, lines))) > 6
    lines.insert(place, erasure())
    (tmp_path / "again").mkdir()
    (found,) = replayed(tmp_path / "again", lines)
    assert found["event"] == "Order Completed"
    assert found["properties"]["total"] == 40.0
    told = (tmp_path / "again" / OUT).read_text()
    for mark in ("ada", "Ada", str(ADA), "visitor-", "192.0.2.77", "Elm", "Engraving"):
        assert mark not in told


def test_an_order_that_an_erasure_names_is_nobodys(tmp_path: Path) -> None:
    guest = sale(customer=None)
    (found,) = replayed(tmp_path, [erasure(guest["id"]), webhook("orders/create", guest)])
    assert "email" not in found["properties"]
    assert found["anonymousId"] != "visitor-77"


def test_others_stay_who_they_are(tmp_path: Path) -> None:
    other = sale(customer={**WHO, "id": BOB}, id=5009)
    alone = replayed(tmp_path, [webhook("orders/create", other)])
    (tmp_path / "again").mkdir()
    beside = [erasure(5001), webhook("orders/create", other)]
    assert replayed(tmp_path / "again", beside) == alone
    assert any(one.get("userId") == str(BOB) for one in alone)
