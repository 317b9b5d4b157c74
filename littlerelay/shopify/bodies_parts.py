"""Shapes what several kinds of webhook and REST bodies hold: lines, money, addresses, attributes.

Every function gives something new, or puts it into the record that is being made. What has another
type than Shopify's is handed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

from littlerelay import records
from littlerelay.errors import RecordError

Body = dict[str, Any]

_is_decimal = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?").fullmatch


def known(body: Body, kind: type) -> Body:
    """Give the fields that a record of that kind has."""
    return {name: body[name] for name in kind.__annotations__ if name in body}


def each(record: Body, name: str, shape: Callable[[Body], Body]) -> None:
    """Shape every object in a record's list."""
    if isinstance(record.get(name), list):
        record[name] = [shape(one) if isinstance(one, dict) else one for one in record[name]]


def part(record: Body, name: str, shape: Callable[[Body], Body]) -> None:
    """Shape an object that a record holds; an empty one says nothing."""
    if isinstance(record.get(name), dict):
        record[name] = shape(record[name]) if record[name] else None


def null_where_empty(record: Body, *names: str) -> None:
    """Put null where nobody typed anything."""
    for name in names:
        if record.get(name) == "":
            record[name] = None


def tags(record: Body) -> None:
    """Write the tags with one comma and one space between any two."""
    if isinstance(record.get("tags"), str):
        record["tags"] = ", ".join(filter(None, map(str.strip, record["tags"].split(","))))


def attributes(record: Body, name: str) -> None:
    """Make a list of ``{name, value}`` of attributes, which can be an object, or null.

    A value is a text or null; apps write numbers, truths and objects too.
    """
    if name not in record:
        return
    found = record[name] or []
    if isinstance(found, dict):
        found = [{"name": key, "value": value} for key, value in found.items()]
    record[name] = found
    each(record, name, _attribute)


def address(body: Body) -> Body:
    """Give an address."""
    found = known(body, records.Address)
    null_where_empty(found, *found)
    return found


def code(body: Body) -> Body:
    """Give a discount code; its amount stands in the allocations."""
    return known(body, records.DiscountCode)


def money_sets(body: Body, names: tuple[str, ...], currency: object) -> Body:
    """Give the money set of each field: Shopify's own, else of the plain amount beside it.

    ``total_price`` has ``total_price_set``. A plain amount is in ``currency``; the customer's money
    is unknown then.
    """
    sets = {}
    for name in names:
        key = f"{name}_set"
        if isinstance(body.get(key), dict):
            sets[key] = body[key]
        elif body.get(name) is not None:
            sets[key] = money_set(body[name], currency)
        elif key in body:
            sets[key] = body[key]
    return sets


def money_set(amount: object, currency: object) -> Body:
    """Give a plain amount as a money set; REST writes a few as numbers."""
    return {"shop_money": {"amount": _text_of(amount), "currency_code": currency}}


def line_item(body: Body, currency: object) -> Body:
    """Give a line item of an order."""
    found = known(body, records.LineItem)
    found |= money_sets(body, ("price", "total_discount"), currency)
    each(found, "discount_allocations", lambda one: _allocation(one, currency))
    each(found, "tax_lines", lambda one: _tax_line(one, currency))
    attributes(found, "properties")
    null_where_empty(found, "variant_title", "vendor", "sku")
    return found


def checkout_line(body: Body, place: int, currency: object) -> Body:
    """Give a line item of a checkout, which has a key but no id: its place tells it apart.

    What lowered its price is told by a code's name alone, so it has no allocations.
    """
    found = line_item(body, currency)
    found["id"] = place
    found.pop("discount_allocations", None)
    return found


def shipping_line(body: Body, currency: object) -> Body:
    """Give a shipping line. A checkout's has a price alone, and an id that is no number."""
    found = known(body, records.ShippingLine)
    if isinstance(found.get("id"), str):
        found["id"] = None
    if body.get("tax_lines") is None:
        found["tax_lines"] = []
    found |= money_sets(body, ("price", "discounted_price"), currency)
    if "discounted_price_set" not in found and "price_set" in found:
        found["discounted_price_set"] = found["price_set"]
    each(found, "discount_allocations", lambda one: _allocation(one, currency))
    each(found, "tax_lines", lambda one: _tax_line(one, currency))
    return found


def decimal_of(amount: object) -> Decimal | None:
    """Read a plain decimal number, None for what is none."""
    return Decimal(amount) if isinstance(amount, str) and _is_decimal(amount) else None


def _attribute(one: Body) -> Body:
    value = one.get("value")
    if not isinstance(value, str | None):
        try:
            value = orjson.dumps(value).decode()
        except orjson.JSONEncodeError:  # nested too deeply
            raise RecordError("wrong_type", "the value of an attribute") from None
    return {"name": one.get("name"), "value": value}


def _text_of(amount: object) -> object:
    """Give a number as its shortest text, from which it was read."""
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    return str(amount) if is_number else amount


def _allocation(body: Body, currency: object) -> Body:
    return known(body, records.DiscountAllocation) | money_sets(body, ("amount",), currency)


def _tax_line(body: Body, currency: object) -> Body:
    return known(body, records.TaxLine) | money_sets(body, ("price",), currency)
