"""Gives what Recharge's webhooks and API tell the shape of a subscription's record.

Recharge has two versions of everything. 2021-01 names Shopify's ids ``shopify_product_id``, writes
numbers as texts, states in upper case and times without a zone; 2021-11 has ``external_product_id``
and mends the rest. A time without a zone is read as UTC: the newer version writes it so. Both give
the same record. A body is never changed, and a value of another type than Recharge's stays what it
is, so that whoever reads the record can name it.

A charge is for several subscriptions at once, so it becomes several records: one for each.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from littlerelay.errors import RecordError

Body = dict[str, Any]

_FAILED = frozenset({"charge/failed", "charge/max_retries_reached"})
_SKIPPED = "/skipped"
_ADDRESS = (
    *("first_name", "last_name", "company", "address1", "address2", "city", "province"),
    *("country", "country_code", "zip", "phone"),
)
_NAMES = ("first_name", "last_name", "phone", "email")

_is_zoneless = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?", re.ASCII).fullmatch
_is_time = re.compile(r"\d{4}-\d\d-\d\dT.+", re.ASCII).fullmatch
_is_number = re.compile(r"\d{1,18}", re.ASCII).fullmatch


def records(kind: str, body: object, topic: str | None = None) -> list[Body]:
    """Give the records of one ``subscription``, ``charge`` or ``order`` of Recharge's.

    ``topic`` is what its webhook was sent for; none where the API told its state.
    Raises RecordError (``wrong_type``) for what is no object, or a charge without a list of lines.
    """
    if not isinstance(body, dict):
        raise RecordError("wrong_type", kind)
    if kind == "subscription":
        return [subscription(body, topic)]
    return billed(body, topic, is_order=kind == "order")


def subscription(body: Body, topic: str | None = None) -> Body:
    """Give the record of a subscription."""
    return {
        "id": _number(body.get("id")),
        "source": "recharge",
        "topic": topic,
        "created_at": time_of(body.get("created_at")),
        "updated_at": time_of(body.get("updated_at") or body.get("created_at")),
        "cancelled_at": time_of(body.get("cancelled_at")),
        "status": _lower(body.get("status")),
        "order_interval_frequency": _number(body.get("order_interval_frequency")),
        "order_interval_unit": _lower(body.get("order_interval_unit")),
        "currency": body.get("presentment_currency") or body.get("currency") or None,
        "cancellation_reason": body.get("cancellation_reason") or None,
        "cancellation_reason_comments": body.get("cancellation_reason_comments") or None,
        "customer": customer(body),
        "items": [_item(body)],
    }


def billed(body: Body, topic: str | None = None, *, is_order: bool = False) -> list[Body]:
    """Give the records of a charge, or of an order: one for each of its subscriptions.

    An order tells who pays. That it was skipped counts for its charge; that it failed does not:
    then Shopify refused the order, whatever the charge did.
    """
    found = []
    for number, lines in _lines_of(body).items():
        one = _charge(body, topic, lines, is_order=is_order)
        found.append(
            {
                "id": number,
                "source": "recharge",
                "topic": topic,
                "updated_at": time_of(body.get("updated_at") or body.get("created_at")),
                "currency": body.get("currency") or body.get("presentment_currency") or None,
                "customer": customer(body),
                "shipping_address": _address(body.get("shipping_address")),
                "billing_address": _address(body.get("billing_address")),
                "charges": [one] if not is_order or one["status"] == "skipped" else [],
            }
        )
    return found


def customer(body: Body) -> Body | None:
    """Give whose a subscription or charge is, as far as it tells; Shopify's id is the one wanted.

    2021-11 has the customer in charges, and in subscriptions whose webhook includes them; 2021-01
    has an e-mail and names beside the rest.
    """
    included = body.get("include")
    found = body.get("customer") or (included.get("customer") if isinstance(included, dict) else {})
    told = found if isinstance(found, dict) and found else body
    known = {"id": _outer(told, "customer")} | {name: told.get(name) or None for name in _NAMES}
    return known if any(value is not None for value in known.values()) else None


def _charge(body: Body, topic: str | None, lines: list[Body], *, is_order: bool) -> Body:
    status, number = _lower(body.get("status")), body.get("id")
    if topic in _FAILED:
        status = "error"
    elif topic is not None and topic.endswith(_SKIPPED):
        status = "skipped"
    if is_order:
        own = body.get("charge")
        number = (own.get("id") if isinstance(own, dict) else body.get("charge_id")) or number
    tried = body.get("last_charge_attempt") or body.get("last_charge_attempt_date")
    return {
        "id": _number(number),
        "status": status,
        "updated_at": time_of(body.get("updated_at") or body.get("created_at")),
        "attempted_at": time_of(tried) if isinstance(tried, str) and _is_time(tried) else None,
        "attempts": _number(body.get("charge_attempts", body.get("number_times_tried"))),
        "error_type": body.get("error_type") or None,
        "items": [_item(line) for line in lines],
    }


def _lines_of(body: Body) -> dict[Any, list[Body]]:
    """Give the lines of each subscription that a charge bills, by its id."""
    lines = body.get("line_items")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise RecordError("wrong_type", "line_items")
    found: dict[Any, list[Body]] = {}
    for line in lines:
        number = _number(line.get("purchase_item_id") or line.get("subscription_id"))
        kind = line.get("purchase_item_type") or line.get("type") or "subscription"
        if type(number) is int and _lower(kind) == "subscription":
            found.setdefault(number, []).append(line)
    return found


def _item(body: Body) -> Body:
    """Give what a subscription, or a line of a charge, sends."""
    price = body.get("unit_price", body.get("price", body.get("original_price")))
    return {
        "product_id": _outer(body, "product"),
        "variant_id": _outer(body, "variant"),
        "title": body.get("product_title") or body.get("title") or None,
        "variant_title": body.get("variant_title") or None,
        "sku": body.get("sku") or None,
        "quantity": _number(body.get("quantity")),
        "price": _price(price),
        "properties": _properties(body.get("properties")),
    }


def _outer(body: Body, kind: str) -> object:
    """Give Shopify's own id of a product, variant or customer."""
    outer = body.get(f"external_{kind}_id")
    found = outer.get("ecommerce") if isinstance(outer, dict) else body.get(f"shopify_{kind}_id")
    return _number(found or None)


def _address(body: object) -> object:
    if not isinstance(body, dict):
        return None
    return {name: body.get(name) or None for name in _ADDRESS}


def _properties(found: object) -> object:
    """Give the properties of a line as texts; apps write numbers and objects, too."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return found or []
    return [{"name": one.get("name"), "value": _text(one.get("value"))} for one in found]


def _text(value: object) -> str | None:
    if isinstance(value, str | None):
        return value
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # nested too deeply
        raise RecordError("wrong_type", "the value of a property") from None


def _price(value: object) -> object:
    """Give a price as a decimal text; 2021-01 writes numbers."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _number(value: object) -> object:
    """Give a number that was written as a text."""
    return int(value) if isinstance(value, str) and _is_number(value) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def time_of(value: object) -> object:
    """Give a time its zone; what is none stays what it is."""
    if isinstance(value, str) and _is_zoneless(value):
        return f"{value[:10]}T{value[11:]}+00:00"
    return value
