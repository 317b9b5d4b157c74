"""Shapes refunds, their transactions, and fulfillments: of an order's body or bodies of their own.

A transaction's plain amount is in the currency that the customer paid in, and only ``currency``
beside it says which. Where that is not the shop's, the shop's money is worked out: from what the
refund says of its lines, which is in both; else at the rate of the order's own total.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from littlerelay.shopify.bodies_parts import (
    Body,
    decimal_of,
    each,
    money_sets,
    null_where_empty,
)

_ONE = Decimal(1)
_SIDES = ("shop_money", "presentment_money")
# The lists of a refund, and where each of their lines says what it is worth.
_LINES = (
    ("refund_line_items", "subtotal_set", "total_tax_set"),
    ("refund_shipping_lines", "subtotal_amount_set", "tax_amount_set"),
)
_SHIPPING_REFUND = "shipping_refund"
_OF_LINE = {"subtotal": "subtotal_set", "total_tax": "total_tax_set"}
_OF_ADJUSTMENT = {"amount": "amount_set", "tax_amount": "tax_amount_set"}


def refund(body: Body, order: Body) -> Body:
    """Give a refund of an order; of ``order``, its body, the currencies and totals are read."""
    found = body.copy()
    currency = order.get("currency")
    each(found, "refund_line_items", _refund_line, currency)
    each(found, "order_adjustments", _adjustment, currency)
    each(found, "transactions", transaction, order)
    _shipping(found, order)
    if "total_refunded_set" not in found and (total := _total(found, order)):
        found["total_refunded_set"] = total
    null_where_empty(found, "note")
    return found


def transaction(body: Body, order: Body) -> Body:
    """Give a transaction of an order."""
    found = body.copy()
    if "amount_set" not in found and "amount" in body:
        amount_set = _in_both(body["amount"], body.get("currency"), order)
        if amount_set:
            found["amount_set"] = amount_set
    return found


def fulfillment(body: Body) -> Body:
    """Give a fulfillment."""
    found = body.copy()
    if found.get("status") == "canceled":
        found["status"] = "cancelled"
    for name in ("tracking_number", "tracking_url"):  # bodies of old have no lists
        if f"{name}s" not in found and body.get(name):
            found[f"{name}s"] = [body[name]]
    null_where_empty(found, "tracking_company")
    return found


def _refund_line(body: Body, currency: object) -> Body:
    found = body.copy()
    money_sets(found, _OF_LINE, currency)
    return found


def _adjustment(body: Body, currency: object) -> Body:
    found = body.copy()
    money_sets(found, _OF_ADJUSTMENT, currency)
    found["reason"] = body.get("kind") or body.get("reason")
    return found


def _shipping(found: Body, order: Body) -> None:
    """Tell refunded shipping by lines; an order's body, and bodies of old, have adjustments alone.

    Of its tax, a refund's own body, too, tells there alone: its lines have none.

    The adjustment is negative and its tax stands beside it; a line's amount holds the tax where the
    order's prices do.
    """
    each(found, "refund_shipping_lines", dict)  # of their own, for a tax is put into one
    adjustments = found.get("order_adjustments")
    if not isinstance(adjustments, list):
        return
    shipping = [one for one in _objects(adjustments) if one.get("reason") == _SHIPPING_REFUND]
    lines = _objects(found.get("refund_shipping_lines"))
    if not found.get("refund_shipping_lines"):
        taxed = bool(order.get("taxes_included"))
        found["refund_shipping_lines"] = [_line_of(one, taxed=taxed) for one in shipping]
    elif lines and not any("tax_amount_set" in line for line in lines):
        tax = _negated([one["tax_amount_set"] for one in shipping if one.get("tax_amount_set")])
        if tax and decimal_of(tax["shop_money"]["amount"]):
            lines[0]["tax_amount_set"] = tax


def _line_of(adjustment: Body, *, taxed: bool) -> Body:
    line: Body = {"id": None}
    cost, tax = adjustment.get("amount_set"), adjustment.get("tax_amount_set")
    if cost:
        line["subtotal_amount_set"] = _negated([cost, tax] if taxed and tax else [cost]) or cost
    if tax:
        line["tax_amount_set"] = _negated([tax]) or tax
    return line


def _negated(sets: list[Body]) -> Body | None:
    total = _summed(sets)
    return {side: _times(money, -_ONE) for side, money in total.items()} if total else None


def _total(found: Body, order: Body) -> Body | None:
    """Give what a refund in another currency gave back, where its lines account for all of it.

    None leaves it to the transactions, which are what was paid.
    """
    if order.get("presentment_currency") in (None, order.get("currency")):
        return None
    paid = _summed(
        [
            one.get("amount_set")
            for one in _objects(found.get("transactions"))
            if (one.get("kind"), one.get("status")) == ("refund", "success")
        ]
    )
    told = _summed([*_worth(found, taxed=bool(order.get("taxes_included")))])
    if paid and told and _seen(paid) == _seen(told) is not None:
        return {**paid, "shop_money": told["shop_money"]}
    return None


def _worth(refund: Body, *, taxed: bool) -> Iterator[Any]:
    """Give the money sets of a refund's lines, and what was kept back or given besides.

    A tax stands beside an adjustment's amount always, beside a line's where prices do not hold it.
    """
    for name, amount, tax in _LINES:
        for line in _objects(refund.get(name)):
            yield line.get(amount)
            if not taxed and line.get(tax):
                yield line[tax]
    for one in _objects(refund.get("order_adjustments")):
        if one.get("reason") != _SHIPPING_REFUND:
            amounts = [one[name] for name in ("amount_set", "tax_amount_set") if one.get(name)]
            yield _negated(amounts)


def _seen(total: Body) -> Decimal | None:
    """Give what the customer saw, None where it is unknown."""
    money = total.get("presentment_money")
    return decimal_of(money["amount"]) if money else None


def _in_both(amount: object, currency: object, order: Body) -> Body | None:
    """Give a plain amount in the shop's money and in the customer's, None where no rate is known.

    Without a ``currency`` of its own it is in the shop's.
    """
    money = {"amount": amount, "currency_code": currency}
    ours, theirs = order.get("currency"), order.get("presentment_currency")
    if currency in (None, ours):
        money["currency_code"] = ours
        sides = _SIDES if theirs == ours else _SIDES[:1]
        return dict.fromkeys(sides, money)
    rate = _rate(order.get("total_price_set"), currency)
    if rate is None or decimal_of(amount) is None:
        return None
    return {
        "shop_money": _times({**money, "currency_code": ours}, rate),
        "presentment_money": money,
    }


def _rate(price: object, currency: object) -> Decimal | None:
    """Give how much of the shop's money one of the customer's ``currency`` was in a price."""
    total = _summed([price])
    if not total or not _seen(total):
        return None
    if total["presentment_money"].get("currency_code") != currency:
        return None
    shop, seen = (Decimal(total[side]["amount"]) for side in _SIDES)
    return shop / seen


def _times(money: Body, factor: Decimal) -> Body:
    # Finer than any currency: an event's figure is rounded once, later.
    return {**money, "amount": f"{Decimal(money['amount']) * factor:.6f}"}


def _summed(sets: list[Any]) -> Body | None:
    """Sum money sets, in each currency that all of them tell; None where one cannot be read."""
    total: Body = {}
    for side in _SIDES:
        moneys = _objects([one.get(side) for one in _objects(sets)])
        amounts = [decimal_of(one.get("amount")) for one in moneys]
        readable = [amount for amount in amounts if amount is not None]
        if sets and len(readable) == len(sets):
            total[side] = {**moneys[0], "amount": f"{sum(readable):f}"}
    return total if "shop_money" in total else None


def _objects(values: object) -> list[Body]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
