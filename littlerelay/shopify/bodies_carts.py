"""Gives the body of a cart's webhook (``carts/create``, ``carts/update``) the shape of a record.

A line's prices stand there in the shop's money and in the customer's; webhooks of old have plain
amounts alone, and no currency beside them.
"""

from __future__ import annotations

from littlerelay.shopify.bodies_parts import (
    Body,
    attributes,
    decimal_of,
    each,
    line_item,
    money_set,
)


def cart(body: Body) -> Body:
    """Give the record of a cart.

    A token of the storefront holds the cart's secret behind a question mark (``hWN6c...?key=...``),
    while an order and a checkout have what stands before it.
    """
    found = body.copy()
    token = body.get("token") or body.get("id")
    if token is not None:
        found["token"] = token.partition("?")[0] if isinstance(token, str) else token
    if "note_attributes" not in body and "attributes" in body:
        found["note_attributes"] = body["attributes"]
    attributes(found, "note_attributes")
    each(found, "line_items", _line, body.get("currency") or "")
    return found


def _line(body: Body, currency: object) -> Body:
    """Give a line of a cart; an unknown currency is an empty text.

    Its discounts have amounts and names, but nothing tells whether a name is a code.
    """
    found = line_item(body, currency)
    for name in ("discount_allocations", "tax_lines", "total_discount_set"):
        found.pop(name, None)
    if "original_price" in body and body["original_price"] != body.get("price"):
        found["price_set"] = _original(body, currency)
    return found


def _original(body: Body, currency: object) -> Body:
    """Give the price of one unit before discounts: in both currencies where the line's has them."""
    whole, quantity = body.get("original_line_price_set"), body.get("quantity")
    if isinstance(whole, dict) and isinstance(quantity, int) and quantity > 0:
        return {side: _divided(money, quantity) for side, money in whole.items()}
    return money_set(body["original_price"], currency)


def _divided(money: object, count: int) -> object:
    if not isinstance(money, dict) or (amount := decimal_of(money.get("amount"))) is None:
        return money
    # Finer than any currency: an event's figure is rounded once, later.
    return {**money, "amount": f"{amount / count:.6f}"}
