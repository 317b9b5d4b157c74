"""Proves that all of an order, or of a checkout, is there.

A result that was cut short, or whose rest lies in another file, tells so nowhere. What was left of
an order would look like a smaller order, so its lines are held to its own figures. They are the
lines' sums to the minor unit of each piece, for the price of a piece can be a rounded one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import orjson

from littlerelay.errors import RecordError
from littlerelay.mappers.money import ZERO, minor_unit, shop_decimal, total
from littlerelay.recordings.recorded import Body

_CUT = "the result was cut short, or the rest lies in another file"


def check_ends(node: Body) -> None:
    """Refuse a node whose lists were not read to their ends, or which lies too deep in itself.

    Raises RecordError.
    """
    try:
        text = orjson.dumps([[node]])  # what is made of it has it inside
    except orjson.JSONEncodeError:
        raise RecordError("too_deep", "the node") from None
    if b'"hasNextPage":true' in text:  # as nothing within a text can stand
        raise RecordError("missing_lines", "a list of it goes on in another page")


def check_lines(kind: str, record: Body) -> None:
    """Refuse an order or a checkout some of whose lines are missing. Raises RecordError."""
    lines = record["line_items"]
    if not lines:
        raise RecordError("missing_lines", "none of its line items is in the recordings")
    try:
        _check_units(record)
        slack = sum(line["quantity"] for line in lines) * minor_unit(record["currency"])
        for sums in (_goods(record), *(_of_order(record) if kind == "orders" else ())):
            _check(sums, slack, is_exact=kind == "checkouts")
    except (AttributeError, KeyError, TypeError, ValueError):
        raise RecordError("wrong_type", "line_items") from None


def _check_units(record: Body) -> None:
    """Hold the units to what the order says of them, in which free lines count as well."""
    units = sum(line["quantity"] for line in record["line_items"])
    if units < record.get("subtotal_quantity", 0):
        raise RecordError(
            "missing_lines",
            f"its line items come to {units} units, and its subtotal_quantity is "
            f"{record['subtotal_quantity']}: {_CUT}",
        )


class _Sums(NamedTuple):
    """What lines come to, and what the record says under a field."""

    what: str
    field: str
    lines: Decimal
    told: Decimal


def _check(sums: _Sums, slack: Decimal, *, is_exact: bool) -> None:
    """Refuse lines that come to less than the record says.

    An order may have lines that count no longer. A checkout has none, and what its lines exceed the
    subtotal by is a discount, which lies on a line of its own.
    """
    is_less, is_more = sums.lines + slack < sums.told, sums.lines - slack > sums.told
    if is_less or (is_exact and is_more):
        less = "less" if is_less else "more"
        raise RecordError(
            "missing_lines",
            f"the {sums.what} that are there come to {less} than its {sums.field}: {_CUT}",
        )


def _goods(record: Body) -> _Sums:
    """Hold the line items, less their discounts, to the subtotal; a tip is a line, too."""
    lines, tip = record["line_items"], record.get("total_tip_received_set")
    goods = sum((shop_decimal(line["price_set"]) * line["quantity"] for line in lines), ZERO)
    goods -= _discounts(lines) + (shop_decimal(tip) if tip else ZERO)
    return _sums("line items", "subtotal_price_set", goods, record)


def _of_order(order: Body) -> tuple[_Sums, _Sums]:
    """Hold the shipping lines to what shipping cost, and all discounts to their sum.

    What shipping cost may be told before its discounts or after them.
    """
    shipping = order["shipping_lines"]
    cost = total(line["price_set"] for line in shipping)
    discounts = _discounts([*order["line_items"], *shipping])
    return (
        _sums("shipping lines", "total_shipping_price_set", cost, order),
        _sums("discounts of its lines", "total_discounts_set", discounts, order),
    )


def _discounts(lines: list[Body]) -> Decimal:
    return total(part["amount_set"] for line in lines for part in line["discount_allocations"])


def _sums(what: str, field: str, lines: Decimal, record: Body) -> _Sums:
    told = record[field]
    return _Sums(what, field, lines, lines if told is None else shop_decimal(told))
