"""A fulfillment becomes Fulfillment Created and one Fulfillment Updated for each known status."""

from __future__ import annotations

from typing import Any, TypeAlias

from littlerelay.events import Event, encode_part, present, timestamp, track
from littlerelay.mappers.facts import OrderFacts
from littlerelay.mappers.products import products, quantities
from littlerelay.records import Fulfillment

# How GraphQL shows a fulfillment whose shipment has no status yet.
_NO_SHIPMENT_STATUS = frozenset(
    {"fulfilled", "label_purchased", "label_voided", "marked_as_fulfilled", "submitted"}
)
_CANCELLED = frozenset({"canceled", "cancelled"})
_NOT_SHIPPED = _NO_SHIPMENT_STATUS | _CANCELLED

# The properties that all events of a fulfillment share: those before the shipment status, which is
# each event's own, and those after it.
Shared: TypeAlias = tuple[dict[str, Any], dict[str, Any]]


def fulfillment_events(fulfillment: Fulfillment, facts: OrderFacts) -> list[Event]:
    """Give what is known of one fulfillment: that it was created, and each status it reached."""
    shared = fulfilled_properties(fulfillment, facts), tracking_properties(fulfillment)
    updates = [
        fulfillment_updated(fulfillment, reached, shared, facts)
        for reached in statuses(fulfillment).items()
    ]
    return [fulfillment_created(fulfillment, shared, facts), *updates]


def fulfillment_created(fulfillment: Fulfillment, shared: Shared, facts: OrderFacts) -> Event:
    """Order fulfillment is created (including `status`, `tracking_numbers` and `tracking_urls` where the shipping integration allows)."""  # noqa: E501 - the specification's words
    fulfilled, tracking = shared
    return track(
        "Fulfillment Created",
        facts.name_of(f"fulfillments/{fulfillment['id']:d}/created"),
        timestamp(fulfillment["created_at"]),
        facts.sender,
        fulfilled | tracking,
    )


def fulfillment_updated(
    fulfillment: Fulfillment, reached: tuple[str, str], shared: Shared, facts: OrderFacts
) -> Event:
    """Order fulfillment status has changed (including `status`, `tracking_numbers` and `tracking_urls` where the shipping integration allows)."""  # noqa: E501 - the specification's words
    (status, moment), (fulfilled, tracking) = reached, shared
    shipped = {} if status in ("cancelled", "updated") else {"shipment_status": status}
    return track(
        "Fulfillment Updated",
        facts.name_of(f"fulfillments/{fulfillment['id']:d}/{encode_part(status)}"),
        timestamp(moment),
        facts.sender,
        {**fulfilled, **shipped, **tracking},
    )


def fulfilled_properties(fulfillment: Fulfillment, facts: OrderFacts) -> dict[str, Any]:
    """Give a fulfillment's properties up to the shipment status."""
    order = facts.order
    lines = quantities(fulfillment.get("line_items") or (), facts.basket)
    # fmt: off
    return present({
        "currency":       order["currency"],
        "email":          facts.email,
        "order_id":       facts.order_id,
        "products":       products(lines, facts.basket),
        "sent_from":      facts.mapping.sent_from,
        "market_handle":  facts.market,
        "fulfillment_id": str(fulfillment["id"]),
        "name":           fulfillment.get("name"),
        "status":         fulfillment.get("status"),
    })
    # fmt: on


def tracking_properties(fulfillment: Fulfillment) -> dict[str, Any]:
    """Give a fulfillment's properties after the shipment status."""
    # fmt: off
    return present({
        "tracking_company": fulfillment.get("tracking_company"),
        "tracking_numbers": fulfillment.get("tracking_numbers") or None,
        "tracking_urls":    fulfillment.get("tracking_urls") or None,
    })
    # fmt: on


def statuses(fulfillment: Fulfillment) -> dict[str, str]:
    """Give each status that a fulfillment is known to have reached, and when.

    In transit and delivered where their own times are known; the shipment status; without one,
    ``cancelled``; without anything else, ``updated`` where it was touched after it was created.
    """
    reached = {}
    if in_transit_at := fulfillment.get("in_transit_at"):
        reached["in_transit"] = in_transit_at
    if delivered_at := fulfillment.get("delivered_at"):
        reached["delivered"] = delivered_at
    created, updated = fulfillment["created_at"], fulfillment["updated_at"]
    shipped = fulfillment.get("shipment_status")
    if shipped and shipped not in _NOT_SHIPPED:
        reached.setdefault(shipped, updated)
    elif shipped in _CANCELLED or fulfillment.get("status") in _CANCELLED:
        reached["cancelled"] = updated
    elif not reached and timestamp(updated) > timestamp(created):
        reached["updated"] = updated
    return reached
