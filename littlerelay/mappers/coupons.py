"""A discount code becomes Coupon Applied: one for each code of an order or a checkout."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from littlerelay.events import Event, encode_part, present, track
from littlerelay.mappers.facts import Facts, OrderFacts
from littlerelay.mappers.money import number, total
from littlerelay.mappers.orders import checkout_id
from littlerelay.records import Checkout, DiscountAllocation, Order


class Couponed(NamedTuple):
    """Holds an order or a checkout as its codes' events tell it.

    ``path`` begins the names of its facts: ``orders/1`` or ``checkouts/1``. ``moment`` is the
    timestamp of all of them. A checkout has no ``order_id``.
    """

    record: Order | Checkout
    facts: Facts
    path: str
    moment: str
    checkout_id: str | None
    order_id: str | None = None


def order_coupons(facts: OrderFacts, placed: str) -> list[Event]:
    """Give the events of an order's codes; ``placed`` is the timestamp of its own event."""
    order = facts.order
    path, checkout = f"orders/{order['id']:d}", checkout_id(order, facts.mapping)
    return coupon_events(Couponed(order, facts, path, placed, checkout, facts.order_id))


def coupon_events(used: Couponed) -> list[Event]:
    """Give one event for each code; codes that differ only in case are one, as in Shopify."""
    codes: dict[str, str] = {}
    for entry in used.record.get("discount_codes") or ():
        if code := entry["code"]:
            codes.setdefault(_key(code), code)
    return [coupon_applied(used, key, code) for key, code in codes.items()]


def coupon_applied(used: Couponed, key: str, code: str) -> Event:
    """User has applied a coupon. Sent with Checkout Step Completed or Order Completed."""
    return track(
        "Coupon Applied",
        used.facts.name_of(f"{used.path}/coupon/{key}"),
        used.moment,
        used.facts.sender,
        coupon_properties(used, key, code),
    )


def coupon_properties(used: Couponed, key: str, code: str) -> dict[str, Any]:
    """Give the properties of one code."""
    record, facts = used.record, used.facts
    customer = record.get("customer")
    # fmt: off
    return present({
        "cart_id":                        record.get("cart_token"),
        "checkout_id":                    used.checkout_id,
        "coupon":                         code,
        "currency":                       record["currency"],
        "discount":                       _discount(record, key),
        "email":                          facts.email,
        "order_id":                       used.order_id,
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": customer["id"] if customer else None,
        "source_name":                    record.get("source_name"),
        "market_handle":                  facts.market,
    })
    # fmt: on


def _key(code: str) -> str:
    """Give what all spellings of a code have in common, as its fact names it."""
    return encode_part(code.lower())


def _discount(record: Order | Checkout, key: str) -> float | None:
    """Sum what one code took off the lines and the shipping, None where the record cannot tell."""
    applications = cast("Order", record).get("discount_applications") or ()  # none of a checkout
    indexes = {
        index
        for index, application in enumerate(applications)
        if application["type"] == "discount_code" and _key(application.get("code") or "") == key
    }
    parts = _allocations(record)
    if not indexes or parts is None:
        return None
    cut = [part["amount_set"] for part in parts if part["discount_application_index"] in indexes]
    return number(total(cut), record["currency"])


def _allocations(record: Order | Checkout) -> list[DiscountAllocation] | None:
    """Give all parts of all discounts, None where a line does not tell its own."""
    found: list[DiscountAllocation] = []
    for line in (*record["line_items"], *(record.get("shipping_lines") or ())):
        if "discount_allocations" not in line:
            return None
        found += line["discount_allocations"]
    return found
