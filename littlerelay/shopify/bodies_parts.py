"""Shapes what several kinds of webhook and REST bodies hold: lines, money, addresses, attributes.

No function changes what it is given; what it makes is new, or put into the record that is being
made. What has another type than Shopify's is handed on as it is, and so is what no mapper reads: to
pick what is read costs more than to carry the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

from littlerelay.errors import RecordError

Body = dict[str, Any]
Sets = dict[str, str]  # fields of plain amounts, each with that of its money set

_OF_LINE = {"price": "price_set", "total_discount": "total_discount_set"}
_OF_SHIPPING = {"price": "price_set", "discounted_price": "discounted_price_set"}

_is_decimal = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?").fullmatch


def each(record: Body, name: str, shape: Callable[..., Body], *told: object) -> None:
    """Shape every object in a record's list, of itself and what is ``told`` beside."""
    found = record.get(name)
    if found and isinstance(found, list):
        record[name] = [shape(one, *told) if isinstance(one, dict) else one for one in found]


def part(record: Body, name: str, shape: Callable[[Body], Body]) -> None:
    """Shape an object that a record holds; an empty one says nothing."""
    found = record.get(name)
    if isinstance(found, dict):
        record[name] = shape(found) if found else None


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
    if "" not in body.values():
        return body
    return {name: None if value == "" else value for name, value in body.items()}


def money_sets(record: Body, sets: Sets, currency: object) -> None:
    """Give each field of these its money set: Shopify's own, else one of the plain amount.

    ``total_price`` has ``total_price_set``. A plain amount is in ``currency``; the customer's money
    is unknown then.
    """
    for name, own in sets.items():
        if not isinstance(record.get(own), dict) and record.get(name) is not None:
            record[own] = money_set(record[name], currency)


def money_set(amount: object, currency: object) -> Body:
    """Give a plain amount as a money set; REST writes a few as numbers."""
    return {"shop_money": {"amount": _text_of(amount), "currency_code": currency}}


def line_item(body: Body, currency: object) -> Body:
    """Give a line item of an order."""
    found = body.copy()
    money_sets(found, _OF_LINE, currency)
    each(found, "discount_allocations", _with_money, "amount", "amount_set", currency)
    each(found, "tax_lines", _with_money, "price", "price_set", currency)
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
    found = body.copy()
    if isinstance(found.get("id"), str):
        found["id"] = None
    if body.get("tax_lines") is None:
        found["tax_lines"] = []
    money_sets(found, _OF_SHIPPING, currency)
    if "discounted_price_set" not in found and "price_set" in found:
        found["discounted_price_set"] = found["price_set"]
    each(found, "discount_allocations", _with_money, "amount", "amount_set", currency)
    each(found, "tax_lines", _with_money, "price", "price_set", currency)
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


def _with_money(body: Body, name: str, own: str, currency: object) -> Body:
    """Give a part with its one money set; most have it, and are given as they are."""
    if isinstance(body.get(own), dict) or body.get(name) is None:
        return body
    return {**body, own: money_set(body[name], currency)}
