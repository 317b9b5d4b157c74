"""A refund becomes Order Refunded, as part of its order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from littlerelay.errors import RecordError
from littlerelay.events import Event, present, timestamp, track
from littlerelay.mappers.facts import OrderFacts
from littlerelay.mappers.money import number, presented, shop_decimal, total
from littlerelay.mappers.products import products, refunded_quantities
from littlerelay.records import MoneySet, Refund


class Refunded(NamedTuple):
    """Holds what a refund gave back: in the shop's currency, and as the customer saw it."""

    amount: Decimal
    presentment_total: str | None
    presentment_currency: str | None


def refund_events(refund: Refund, facts: OrderFacts) -> list[Event]:
    """Give the event of a refund that moved money, or of any where the settings say so."""
    back = refunded(refund)
    if back.amount or facts.mapping.refund_zero:
        return [order_refunded(refund, back, facts)]
    return []


def order_refunded(refund: Refund, back: Refunded, facts: OrderFacts) -> Event:
    """An order has been refunded, in part or in full."""
    return track(
        "Order Refunded",
        facts.name_of(f"refunds/{refund['id']:d}"),
        timestamp(_moment(refund)),
        facts.sender,
        refund_properties(refund, back, facts),
    )


def refund_properties(refund: Refund, back: Refunded, facts: OrderFacts) -> dict[str, Any]:
    """Give what was refunded, under the same ``order_id`` as the order's other events.

    The note of a redacted order stays behind: it may name the customer.
    """
    order = facts.order
    lines = refunded_quantities(refund.get("refund_line_items") or (), facts.basket)
    # fmt: off
    return present({
        "affiliation":          order.get("tags") or "Shopify",
        "coupon":               facts.coupon,
        "currency":             order["currency"],
        "email":                facts.email,
        "order_id":             facts.order_id,
        "presentment_currency": back.presentment_currency,
        "presentment_total":    back.presentment_total,
        "products":             products(lines, facts.basket),
        "sent_from":            facts.mapping.sent_from,
        "shipping":             number(_shipping(refund, facts), order["currency"]),
        "tax":                  number(_tax(refund), order["currency"]),
        "total":                number(back.amount, order["currency"]),
        "market_handle":        facts.market,
        "refund_id":            str(refund["id"]),
        "reason":               None if facts.basket.redacted else refund.get("note"),
    })
    # fmt: on


def refunded(refund: Refund) -> Refunded:
    """Give what a refund gave back: Shopify's total, else its transactions' that succeeded."""
    whole = refund.get("total_refunded_set")
    if whole is not None:
        return Refunded(shop_decimal(whole), *presented([whole]))
    amounts = [
        transaction["amount_set"]
        for transaction in refund.get("transactions") or ()
        if transaction["kind"] == "refund" and transaction["status"] == "success"
    ]
    return Refunded(total(amounts), *presented(amounts))


def _moment(refund: Refund) -> str:
    moment = refund.get("processed_at") or refund.get("created_at")
    if not moment:
        raise RecordError("missing_field", "refunds.created_at")
    return moment


def _tax(refund: Refund) -> Decimal:
    lines = (line.get("total_tax_set") for line in refund.get("refund_line_items") or ())
    shipping = (line.get("tax_amount_set") for line in refund.get("refund_shipping_lines") or ())
    return _total_of_known([*lines, *shipping])


def _shipping(refund: Refund, facts: OrderFacts) -> Decimal:
    """Sum refunded shipping as the order's own was told: without the tax inside, or with it."""
    lines = refund.get("refund_shipping_lines") or []
    cost = total(line["subtotal_amount_set"] for line in lines)
    if not facts.order.get("taxes_included") or facts.mapping.amounts == "shopify":
        return cost
    return cost - _total_of_known(line.get("tax_amount_set") for line in lines)


def _total_of_known(amounts: Iterable[MoneySet | None]) -> Decimal:
    return total(amount for amount in amounts if amount is not None)
