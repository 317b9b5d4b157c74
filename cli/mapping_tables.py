"""Writes the blocks of the README that tell of events, properties and traits."""

from __future__ import annotations

from collections.abc import Iterable

from littlerelay import catalogue
from littlerelay.catalogue import Property

# Event -> what it is made from, its time, and the fact that its messageId names.
_MADE = {
    "Order Completed": ("an order, unless from POS", "`processed_at`", "`orders/{id}/completed`"),
    "POS Order Placed": ("an order from POS", "`processed_at`", "`orders/{id}/pos`"),
    "Order Cancelled": (
        "an order with `cancelled_at`",
        "`cancelled_at`",
        "`orders/{id}/cancelled`",
    ),
    "Order Refunded": (
        "a refund that moved money",
        "`processed_at`, else `created_at`",
        "`refunds/{id}`",
    ),
    "Fulfillment Created": ("a fulfillment", "`created_at`", "`fulfillments/{id}/created`"),
    "Fulfillment Updated": (
        "a fulfillment, once for each known status",
        "`in_transit_at`, `delivered_at`, else `updated_at`",
        "`fulfillments/{id}/{status}`",
    ),
    "Customer Created": ("a customer", "`created_at`", "`customers/{id}/created`"),
    "Customer Enabled": (
        "a customer, enabled and with a verified e-mail",
        "`updated_at`, at the latest the run's end",
        "`customers/{id}/enabled`",
    ),
    "Identify": (
        "a customer, once for each distinct state",
        "`updated_at`, at the latest the run's end",
        "`customers/{id}/identify/{hash}`",
    ),
}


def blocks() -> dict[str, str]:
    """Give each block by its name, in Markdown."""
    return {"events": events(), "properties": properties(), "traits": traits()}


def events() -> str:
    """List the events that are made, each with its source, time and fact."""
    made = [name for name in _MADE if name == "Identify" or name in catalogue.CARRIED]
    rows = [(f"{name}", *_MADE[name]) for name in made]
    return table(("event", "made from", "timestamp", "fact in its messageId"), rows)


def properties() -> str:
    """List the properties of the events, then those of a product."""
    known = catalogue.EVENT_PROPERTIES + catalogue.ADDED_EVENT_PROPERTIES
    carried = {name for names in catalogue.CARRIED.values() for name in names}
    own = [entry for entry in known if entry.name in carried]
    of_product = catalogue.PRODUCT_PROPERTIES + catalogue.ADDED_PRODUCT_PROPERTIES
    unknown = {"list_id", "list_position"}  # a product in a collection's list
    return "\n\n".join(
        (
            table(("property", "type", "what it is"), _described(own)),
            "Each of the `products`:",
            table(
                ("property", "type", "what it is"),
                _described(entry for entry in of_product if entry.name not in unknown),
            ),
        )
    )


def traits() -> str:
    """List the traits of an Identify."""
    own = catalogue.TRAITS + catalogue.ADDED_TRAITS
    entries = (entry for entry in own if not catalogue.is_envelope(entry))
    return table(("trait", "type", "what it is"), _described(entries))


def table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a Markdown table."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _described(entries: Iterable[Property]) -> list[tuple[str, ...]]:
    return [
        (f"`{entry.name}`", f"{entry.kind}{', null' * entry.nullable}", entry.description)
        for entry in entries
    ]
