"""An order becomes Order Completed or POS Order Placed, and Order Cancelled."""

from __future__ import annotations

from typing import Any

from littlerelay.errors import RecordError
from littlerelay.events import Event, present, timestamp, track
from littlerelay.mappers.amounts import figures
from littlerelay.mappers.facts import OrderFacts
from littlerelay.mappers.money import money, text_of
from littlerelay.mappers.products import products
from littlerelay.mappers.totals import totals_of_order
from littlerelay.records import Order
from littlerelay.settings import Mapping

# Revenue stands on sales alone, so that summing it over all events counts every order once.
NO_REVENUE = {"revenue": None, "subscription_revenue": None}


def order_completed(facts: OrderFacts, table: dict[str, Any]) -> Event:
    """Customer has completed an order."""
    order = facts.order
    return track(
        "Order Completed",
        facts.name_of(f"orders/{order['id']:d}/completed"),
        timestamp(order["processed_at"]),
        facts.sender,
        present(table.copy()),
    )


def pos_order_placed(facts: OrderFacts, table: dict[str, Any]) -> Event:
    """User has placed an order via Shopify POS."""
    order = facts.order
    return track(
        "POS Order Placed",
        facts.name_of(f"orders/{order['id']:d}/pos"),
        timestamp(order["processed_at"]),
        facts.sender,
        present(table.copy()),
    )


def order_cancelled(facts: OrderFacts, table: dict[str, Any], cancelled_at: str) -> Event:
    """Admin has cancelled an order (including the `cancel_reason`)."""
    order = facts.order
    reason = {"cancel_reason": order.get("cancel_reason")}
    return track(
        "Order Cancelled",
        facts.name_of(f"orders/{order['id']:d}/cancelled"),
        timestamp(cancelled_at),
        facts.sender,
        present(table | NO_REVENUE | reason),
    )


def order_table(facts: OrderFacts) -> dict[str, Any]:
    """Give all properties of an order as it was placed, in their order, those not known as None.

    The order's events share it: each takes a copy, with what it tells otherwise.
    """
    order, mapping = facts.order, facts.mapping
    placed = figures(order, mapping)
    price = order.get("original_total_price_set") or order["total_price_set"]
    presented = price.get("presentment_money")
    customer = order.get("customer")
    totals = totals_of_order(order, mapping)
    # fmt: off
    return {
        "affiliation":                    order.get("tags") or "Shopify",
        "cart_id":                        order.get("cart_token"),
        "checkout_id":                    checkout_id(order, mapping),
        "coupon":                         facts.coupon,
        "currency":                       order["currency"],
        "discount":                       placed.discount,
        "email":                          facts.email,
        "lifetime_revenue_littledata":    totals.lifetime_revenue,
        "location_id":                    order.get("location_id"),
        "order_id":                       facts.order_id,
        "payment_method":                 payment_method(order),
        "presentment_currency":           presented["currency_code"] if presented else None,
        "presentment_total":              text_of(presented) if presented else None,
        "products":                       products(placed.lines, facts.basket),
        "purchase_count_littledata":      totals.purchase_count,
        "revenue":                        placed.revenue,
        "sent_from":                      mapping.sent_from,
        "shipping":                       placed.shipping,
        "shipping_method":                shipping_method(order),
        "shopify_customer_id_littledata": customer["id"] if customer else None,
        "source_name":                    order.get("source_name"),
        "step":                           None,
        "subscription_revenue":           placed.subscription_revenue,
        "subtotal":                       placed.subtotal,
        "tax":                            placed.tax,
        "total":                          money(price),
        "cancel_reason":                  None,
        "market_handle":                  facts.market,
    }
    # fmt: on


def checkout_id(order: Order, mapping: Mapping) -> str | None:
    """Give the checkout's token, or REST's number of it as a text; a draft has had no checkout.

    Raises RecordError where the settings ask for the number and the record cannot tell it.
    """
    if mapping.checkout_id == "token":
        return order.get("checkout_token")
    if "checkout_id" not in order:
        raise RecordError("missing_field", "checkout_id")
    number = order["checkout_id"]
    return None if number is None else str(number)


def payment_method(order: Order) -> str | None:
    """Join the names of an order's payment gateways."""
    return ",".join(order.get("payment_gateway_names") or ()) or None


def shipping_method(order: Order) -> str | None:
    """Join the titles of an order's shipping lines."""
    return ",".join([line["title"] for line in order.get("shipping_lines") or ()]) or None
