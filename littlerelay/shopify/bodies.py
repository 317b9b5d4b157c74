"""Gives the body of a webhook, or one resource of REST, the shape of a record.

A record has their names already, so most fields are taken over. What differs is mended here and in
the modules beside this one: money without its ``_set``, empty texts, attributes as an object, parts
that say more than a record holds. A body is never changed: who reads it may want it for the
rejects.

A value of another type than Shopify's stays what it is, so that the mapper, which knows the path,
names it in the reject. A body is an object: whoever reads it has looked.
"""

from __future__ import annotations

import re
from itertools import count

from littlerelay.shopify.bodies_carts import cart
from littlerelay.shopify.bodies_parts import (
    Body,
    address,
    attributes,
    checkout_line,
    each,
    line_item,
    money_sets,
    null_where_empty,
    part,
    shipping_line,
    tags,
)
from littlerelay.shopify.bodies_refunds import fulfillment, refund, transaction

__all__ = ["cart", "checkout", "customer", "fulfillment", "order", "refund"]

_CONSENTS = ("email_marketing_consent", "sms_marketing_consent")
_ADDRESSES = ("billing_address", "shipping_address")
_TOTALS = {
    "subtotal_price": "subtotal_price_set",
    "total_price": "total_price_set",
    "total_discounts": "total_discounts_set",
    "total_tax": "total_tax_set",
}
_ORDER_TOTALS = {**_TOTALS, "total_tip_received": "total_tip_received_set"}
_is_name = re.compile(r"#(\d{1,18})", re.ASCII).fullmatch


def order(body: Body) -> Body:
    """Give the record of an order; its refunds and fulfillments are in it."""
    found = body.copy()
    currency = body.get("currency")
    money_sets(found, _ORDER_TOTALS, currency)
    if "order_number" in body:  # what the name is made of; REST's own `number` counts from 1
        found["number"] = body["order_number"]
    each(found, "line_items", line_item, currency)
    each(found, "transactions", transaction, body)
    each(found, "fulfillments", fulfillment)
    each(found, "refunds", refund, body)
    part(found, "client_details", dict)
    _shipping(found, currency)
    _people(found)
    tags(found)
    null_where_empty(found, "note", "email", "phone", "browser_ip")
    return found


def customer(body: Body) -> Body:
    """Give the record of a customer, whole or as an order carries it."""
    found = body.copy()
    part(found, "default_address", address)
    for name in _CONSENTS:
        part(found, name, dict)
    tags(found)
    null_where_empty(found, "first_name", "last_name", "note", "email", "phone")
    return found


def checkout(body: Body) -> Body:
    """Give the record of a checkout.

    All its money is in the customer's currency, while ``currency`` is the shop's: a record must not
    claim that an amount in the one is in the other. So where they differ, the record's currency is
    the customer's.
    """
    found = body.copy()
    if "id" not in body and (number := _is_name(str(body.get("name")))):
        found["id"] = int(number[1])  # webhooks of late tell it by the name alone
    currency = body.get("presentment_currency") or body.get("currency")
    found["currency"] = found["presentment_currency"] = currency
    money_sets(found, _TOTALS, currency)
    for name in _TOTALS.values():
        total = found.get(name)
        if isinstance(total, dict) and "shop_money" in total:
            found[name] = {"presentment_money": total["shop_money"], **total}
    if "shipping_lines" not in body and "shipping_line" in body:
        found["shipping_lines"] = [body["shipping_line"]] if body["shipping_line"] else []
    places = count(1)
    each(found, "line_items", lambda one: checkout_line(one, next(places), currency))
    _shipping(found, currency)
    _people(found)
    null_where_empty(found, "email", "phone", "gateway")
    return found


def _shipping(found: Body, currency: object) -> None:
    """Shape the shipping lines; one that was removed is listed still, and is none."""
    lines = found.get("shipping_lines")
    if lines and isinstance(lines, list):
        found["shipping_lines"] = [line for line in lines if not _is_removed(line)]
        each(found, "shipping_lines", shipping_line, currency)


def _is_removed(line: object) -> bool:
    return isinstance(line, dict) and bool(line.get("is_removed", not line))


def _people(found: Body) -> None:
    """Shape who ordered, where they live, and what a storefront noted of them."""
    attributes(found, "note_attributes")
    for name in _ADDRESSES:
        part(found, name, address)
    part(found, "customer", customer)
