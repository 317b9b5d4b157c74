"""Shopify's own subscription contracts become records of subscriptions."""

from __future__ import annotations

import copy
from typing import Any

from littlerelay.mappers import map_record
from littlerelay.mappers.shape import fault
from littlerelay.records import Subscription
from littlerelay.settings import Mapping
from littlerelay.shopify.contracts import contract

MAPPING = Mapping(shop="example-shop.myshopify.com", frozen_end="2026-07-01T00:00:00.000Z")
GID = "gid://shopify"


def attempt(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": f"{GID}/SubscriptionBillingAttempt/{number}",
        "created_at": "2026-04-10T05:00:00Z",
        "completed_at": "2026-04-10T05:00:09Z",
        "state": {"__typename": "SubscriptionBillingAttemptSuccessState"},
        **changed,
    }


def failed_by(**error: str) -> dict[str, Any]:
    return {"__typename": "SubscriptionBillingAttemptFailedState", "error": error}


def node(**changed: Any) -> dict[str, Any]:
    """Returns a contract as the document asks for it."""
    line = {
        "title": "Green tea",
        "variant_title": "",
        "sku": "TEA-GREEN",
        "quantity": 2,
        "product_id": f"{GID}/Product/3302",
        "variant_id": f"{GID}/ProductVariant/4402",
        "price": {"amount": "24.0"},
        "properties": [{"name": "grind", "value": "whole leaf"}],
    }
    return {
        "id": f"{GID}/SubscriptionContract/91",
        "created_at": "2026-02-10T09:00:00Z",
        "updated_at": "2026-06-01T08:00:00Z",
        "status": "ACTIVE",
        "currency": "EUR",
        "customer": {
            "id": f"{GID}/Customer/7001",
            "email": {"emailAddress": "ada@example.com"},
            "phone": None,
            "first_name": "Ada",
            "last_name": "",
        },
        "delivery": {"interval": "MONTH", "count": 1},
        "items": {"nodes": [line, line | {"product_id": None, "variant_id": None}]},
        "attempts": {"nodes": []},
        **changed,
    }


def events(**changed: Any) -> list[dict[str, Any]]:
    return map_record("subscriptions", contract(node(**changed)), MAPPING)


def test_a_contract_has_the_shape_that_is_promised() -> None:
    attempts = {"nodes": [attempt(1, state=failed_by(payment="EXPIRED_CARD"))]}
    record = contract(copy.deepcopy(node(attempts=attempts)))
    assert fault(record, Subscription) is None
    assert set(record) <= set(Subscription.__annotations__)


def test_a_contract_tells_that_it_was_created() -> None:
    (event,) = events()
    assert (event["event"], event["userId"]) == ("Subscription Created", "7001")
    properties = event["properties"]
    assert (properties["value"], properties["currency"]) == (96.0, "EUR")
    assert [item.get("product_id") for item in properties["items"]] == ["3302", None]
    assert (properties["order_interval_frequency"], properties["order_interval_unit"]) == (
        *(1, "month"),
    )


def test_each_attempt_that_failed_is_an_event_and_one_under_way_is_none() -> None:
    attempts = [
        attempt(1, state=failed_by(payment="EXPIRED_CARD")),
        attempt(2),
        attempt(3, state=failed_by(general="CUSTOMER_INVALID"), completed_at=None),
        attempt(4, state={"__typename": "SubscriptionBillingAttemptActionRequiredState"}),
        attempt(5, state={"__typename": "SubscriptionBillingAttemptPendingState"}),
        attempt(6, state=failed_by(), completed_at="2026-04-12T05:00:00Z"),
    ]
    _, *failed = events(attempts={"nodes": attempts})
    assert [(one["timestamp"], one["properties"]["error_type"]) for one in failed] == [
        ("2026-04-10T05:00:00.000Z", "customer_invalid"),
        ("2026-04-10T05:00:09.000Z", "expired_card"),
        ("2026-04-12T05:00:00.000Z", "unexpected"),
    ]


def test_only_a_cancellation_ends_a_contract() -> None:
    assert [one["event"] for one in events(status="CANCELLED")] == [
        *("Subscription Created", "Subscription Cancelled")
    ]
    for status in ("ACTIVE", "PAUSED", "EXPIRED", "FAILED"):
        assert [one["event"] for one in events(status=status)] == ["Subscription Created"]


def test_a_contract_of_nobody_is_of_the_nobody_of_the_subscription() -> None:
    (event,) = events(customer=None)
    assert "userId" not in event
    assert event["anonymousId"]
