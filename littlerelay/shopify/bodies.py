"""Gives the body of a webhook, or one resource of REST, the shape of a record.

A record has their names already, so most fields are taken over. What differs is mended here and in
the modules beside this one: money without its ``_set``, empty texts, attributes as an object, parts
that say more than a record holds. A body is never changed: who reads it may want it for the
rejects.

A value of another type than Shopify's stays what it is, so that the mapper, which knows the path,
names it in the reject; only a body that is no object is refused here.
"""

from __future__ import annotations

import re
from itertools import count

from littlerelay import records
from littlerelay.errors import RecordError
from littlerelay.shopify.bodies_carts import cart
from littlerelay.shopify.bodies_parts import (
    Body,
    address,
    attributes,
    checkout_line,
    code,
    each,
    known,
    line_item,
    money_sets,
    null_where_empty,
    part,
    shipping_line,
    tags,
)
from littlerelay.shopify.bodies_refunds import fulfillment, refund, transaction

__all__ = ["cart", "checkout", "customer", "fulfillment", "order", "record", "refund"]

_CONSENTS = ("email_marketing_consent", "sms_marketing_consent")
_ADDRESSES = ("billing_address", "shipping_address")
_ORDER_TOTALS = (
    "subtotal_price",
    "total_price",
    "total_discounts",
    "total_tax",
    "total_tip_received",
)
_CHECKOUT_TOTALS = ("subtotal_price", "total_price", "total_discounts", "total_tax")
_is_name = re.compile(r"#(\d{1,18})", re.ASCII).fullmatch


def record(resource: str, body: object) -> Body:
    """Give the record of a body: of ``orders``, ``customers``, ``checkouts`` or ``carts``.

    Raises RecordError (``wrong_type``) for a body that is no object.
    """
    if not isinstance(body, dict):
        raise RecordError("wrong_type", "the record")
    shapes = {"orders": order, "customers": customer, "checkouts": checkout, "carts": cart}
    return shapes[resource](body)


def order(body: Body) -> Body:
    """Give the record of an order; its refunds and fulfillments are in it."""
    found = known(body, records.Order)
    currency = body.get("currency")
    found |= money_sets(body, _ORDER_TOTALS, currency)
    if "order_number" in body:  # what the name is made of; REST's own `number` counts from 1
        found["number"] = body["order_number"]
    each(found, "discount_codes", code)
    each(found, "discount_applications", lambda one: known(one, records.DiscountApplication))
    each(found, "line_items", lambda one: line_item(one, currency))
    each(found, "transactions", lambda one: transaction(one, body))
    each(found, "fulfillments", fulfillment)
    each(found, "refunds", lambda one: refund(one, body))
    part(found, "client_details", lambda one: known(one, records.ClientDetails))
    _shipping(found, currency)
    _people(found)
    tags(found)
    null_where_empty(found, "note", "email", "phone", "browser_ip")
    return found


def customer(body: Body) -> Body:
    """Give the record of a customer, whole or as an order carries it."""
    found = known(body, records.Customer)
    part(found, "default_address", address)
    for name in _CONSENTS:
        part(found, name, lambda one: known(one, records.Consent))
    tags(found)
    null_where_empty(found, "first_name", "last_name", "note", "email", "phone")
    return found


def checkout(body: Body) -> Body:
    """Give the record of a checkout.

    All its money is in the customer's currency, while ``currency`` is the shop's: a record must not
    claim that an amount in the one is in the other. So where they differ, the record's currency is
    the customer's.
    """
    found = known(body, records.Checkout)
    if "id" not in body and (number := _is_name(str(body.get("name")))):
        found["id"] = int(number[1])  # webhooks of late tell it by the name alone
    currency = body.get("presentment_currency") or body.get("currency")
    found["currency"] = found["presentment_currency"] = currency
    for name, total in money_sets(body, _CHECKOUT_TOTALS, currency).items():
        is_told = isinstance(total, dict) and "shop_money" in total
        found[name] = {"presentment_money": total["shop_money"], **total} if is_told else total
    if "shipping_lines" not in body and "shipping_line" in body:
        found["shipping_lines"] = [body["shipping_line"]] if body["shipping_line"] else []
    places = count(1)
    each(found, "line_items", lambda one: checkout_line(one, next(places), currency))
    each(found, "discount_codes", code)
    _shipping(found, currency)
    _people(found)
    null_where_empty(found, "email", "phone", "gateway")
    return found


def _shipping(found: Body, currency: object) -> None:
    """Shape the shipping lines; one that was removed is listed still, and is none."""
    each(found, "shipping_lines", lambda one: {} if one.get("is_removed") else one)
    if isinstance(found.get("shipping_lines"), list):
        found["shipping_lines"] = [line for line in found["shipping_lines"] if line != {}]
    each(found, "shipping_lines", lambda one: shipping_line(one, currency))


def _people(found: Body) -> None:
    """Shape who ordered, where they live, and what a storefront noted of them."""
    attributes(found, "note_attributes")
    for name in _ADDRESSES:
        part(found, name, address)
    part(found, "customer", customer)
