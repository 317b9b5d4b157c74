"""A web-pixel event of a checkout becomes Thank You Page Viewed, and if asked for its steps.

The amounts are those that the visitor saw, in their currency. ``subtotal`` is before taxes only
where the shop's prices are: a pixel does not tell which they are.

The steps are those of `checkouts`: an address is the end of step 1 (contact), a shipping method
that of step 2, the order that of step 3 (payment). A contact alone ends none. Each step, the start
and the payment are told once for each checkout, though its visitor may come back to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from littlerelay.events import Event
from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.mappers.pixel_parts import cart_id_of, checkout_of, tail
from littlerelay.mappers.pixel_products import (
    amount,
    codes,
    currency_of,
    in_checkout,
    text,
)
from littlerelay.mappers.pixel_views import Told
from littlerelay.records import PixelCheckout, PixelMoney

_PAYMENT = 3
# Which step the events of a checkout prove done; 0 is its start.
_DONE = {
    "checkout_started": 0,
    "checkout_contact_info_submitted": 0,
    "checkout_address_info_submitted": 1,
    "checkout_shipping_info_submitted": 2,
    "payment_info_submitted": 2,
    "checkout_completed": _PAYMENT,
}


def thank_you_page_viewed(facts: PixelFacts, told: Told) -> Event:
    """User has viewed the thank you page, if available."""
    order = _order_id(checkout_of(facts.pixel) or {}, facts)
    differently = {"order_id": order, "payment_method": None, "shipping_method": None}
    return facts.track("Thank You Page Viewed", told | differently)


def course_events(facts: PixelFacts, given: set[str]) -> list[Event]:
    """Give what an event proves of its checkout's course that was not ``given`` before."""
    name = facts.pixel["name"]
    if name not in _DONE:
        return []
    table, found = checkout_told(facts), []
    if name == "checkout_started" and _is_new("started", given):
        found.append(facts.track("Checkout Started", table.copy()))
    found += _steps(facts, table, _DONE[name], given)
    if name == "payment_info_submitted" and _is_new("payment", given):
        found.append(facts.track("Payment Info Entered", table | {"step": _PAYMENT}))
    return found


def _steps(facts: PixelFacts, table: Told, done: int, given: set[str]) -> list[Event]:
    found = []
    for step in range(1, min(done + 1, _PAYMENT) + 1):
        for what in ("Viewed", "Completed") if step <= done else ("Viewed",):
            if _is_new(f"{step}/{what}", given):
                told = table | {"step": step}
                found.append(facts.track(f"Checkout Step {what}", told, f"/{step}"))
    return found


def _is_new(fact: str, given: set[str]) -> bool:
    """Tell whether a fact was not given before; from now on it was."""
    is_new = fact not in given
    given.add(fact)
    return is_new


def checkout_told(facts: PixelFacts) -> dict[str, Any]:
    """Give all properties of an event's checkout in their order, those not known as None."""
    checkout = checkout_of(facts.pixel) or {}
    total = checkout.get("totalPrice")
    currency = currency_of(total) or checkout.get("currencyCode")
    chosen = (checkout.get("delivery") or {}).get("selectedDeliveryOptions") or ()
    paid = checkout.get("transactions") or ()
    by_token = facts.mapping.checkout_id == "token"
    # fmt: off
    return {
        "affiliation":                    "Shopify" if checkout else None,
        "cart_id":                        cart_id_of(facts.pixel),
        "checkout_id":                    checkout.get("token") if by_token else None,
        "coupon":                         codes(checkout.get("discountApplications") or ()),
        "currency":                       currency,
        "discount":                       amount(checkout.get("discountsAmount")),
        "email":                          facts.email,
        "order_id":                       None,
        "payment_method":                 _joined(one.get("gateway") for one in paid),
        "presentment_currency":           currency,
        "presentment_total":              text(total),
        "products":                       in_checkout(checkout.get("lineItems"), facts.home),
        "sent_from":                      facts.mapping.sent_from,
        "shipping":                       amount(_shipping(checkout)),
        "shipping_method":                _joined(one.get("title") for one in chosen),
        "shopify_customer_id_littledata": facts.customer_id,
        "step":                           None,
        "subtotal":                       amount(checkout.get("subtotalPrice")),
        "tax":                            amount(checkout.get("totalTax")),
        "total":                          amount(total),
        "market_handle":                  facts.market,
    }
    # fmt: on


def _order_id(checkout: PixelCheckout, facts: PixelFacts) -> str | None:
    """Give the order's id, where that is what all events of an order have: a pixel has no name."""
    order = checkout.get("order")
    return tail(order.get("id")) if order and facts.mapping.order_id == "id" else None


def _shipping(checkout: PixelCheckout) -> PixelMoney | None:
    line = checkout.get("shippingLine")
    return line.get("price") if line else None


def _joined(told: Iterable[str | None]) -> str | None:
    """Join what several entries say, each once."""
    return ",".join(dict.fromkeys(filter(None, told))) or None
