"""Gives how many orders a customer has placed and how much they have spent.

Shopify keeps today's figures alone. An event of 2021 that carried them would be wrong, so it tells
what is known of its own time: the order's place among the customer's orders. Today's figures stand
in Identify, and in events where ``customer_totals = "current"`` asks for them.
"""

from __future__ import annotations

from typing import NamedTuple

from littlerelay.mappers.money import money_text
from littlerelay.records import Customer, Order
from littlerelay.settings import Mapping


class Totals(NamedTuple):
    """Holds a customer's totals; what may not be told is None."""

    purchase_count: int | None
    lifetime_revenue: str | None


_UNKNOWN = Totals(None, None)


def totals_of_order(order: Order, mapping: Mapping) -> Totals:
    """Give an order's customer's totals, as of the order or of today."""
    customer = order.get("customer")
    if mapping.customer_totals == "current":
        return _current(customer, order["currency"]) if customer else _UNKNOWN
    journey = order.get("customer_journey_summary")
    if journey and journey.get("ready"):
        return Totals(journey.get("customer_order_index"), None)
    return _UNKNOWN


def totals_of_customer(customer: Customer, mapping: Mapping) -> Totals:
    """Give a customer's totals of today, where they are asked for."""
    if mapping.customer_totals == "current":
        return _current(customer, currency_of(customer))
    return _UNKNOWN


def currency_of(customer: Customer) -> str:
    """Give the currency of a customer's totals; an unknown one is taken to have hundredths."""
    return customer.get("currency") or ""


def _current(customer: Customer, currency: str) -> Totals:
    spent = customer.get("total_spent")
    revenue = None if spent is None else money_text(spent, currency)
    return Totals(customer.get("orders_count"), revenue)
