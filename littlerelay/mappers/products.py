"""A line item becomes a product of an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from littlerelay.events import MalformedError, present
from littlerelay.mappers.money import money, money_text
from littlerelay.records import Checkout, LineItem, Order, QuantityOfLine, RefundLineItem


class Basket(NamedTuple):
    """Holds what the products of one order, or of one checkout, share.

    ``lines`` are its line items by id, ``codes`` its discount codes by the index of their
    application. ``redacted`` keeps line properties back: customers write their names there.
    ``made`` holds the products made so far by line item, quantity and position: the events of one
    record mostly list the same ones.
    """

    lines: dict[int, LineItem]
    codes: dict[int, str]
    currency: str
    redacted: bool
    made: dict[tuple[int, int, int], dict[str, Any]]


def basket(record: Order | Checkout, *, redacted: bool) -> Basket:
    """Give what the products of an order or a checkout share."""
    lines = {line["id"]: line for line in record["line_items"]}
    return Basket(lines, _codes(record), record["currency"], redacted, {})


def products(lines: Iterable[tuple[LineItem, int]], shared: Basket) -> list[dict[str, Any]]:
    """Give the products of lines, each with the quantity that stands beside it."""
    made = shared.made
    found = []
    for position, (line, quantity) in enumerate(lines, 1):
        key = (line["id"], quantity, position)
        if key not in made:
            made[key] = product(line, quantity, position, shared)
        found.append(made[key])
    return found


def product(line: LineItem, quantity: int, position: int | None, shared: Basket) -> dict[str, Any]:
    """Give one product; of a deleted one, what the line itself still holds.

    One that stands in no list has no position.
    """
    product_id, variant_id = line.get("product_id"), line.get("variant_id")
    product_text = None if product_id is None else str(product_id)
    compare_at = line.get("compare_at_price")
    # fmt: off
    return present({
        "brand":              line.get("vendor"),
        "category":           _category(line),
        "compare_at_price":   money_text(compare_at, shared.currency) if compare_at else None,
        "coupon":             _coupon(line, shared.codes) if shared.codes else None,
        "image_url":          line.get("image_url"),
        "name":               line["title"],
        "price":              money(line["price_set"]),
        "product_id":         product_text,
        "quantity":           quantity,
        "product_properties": None if shared.redacted else line.get("properties") or None,
        "shopify_product_id": product_text,
        "shopify_variant_id": None if variant_id is None else str(variant_id),
        "sku":                line.get("sku"),
        "url":                line.get("url"),
        "variant":            line.get("variant_title"),
        "position":           position,
    })
    # fmt: on


def quantities(parts: Iterable[QuantityOfLine], shared: Basket) -> list[tuple[LineItem, int]]:
    """Find the lines of a fulfillment with what was fulfilled of each."""
    found = []
    for part in parts:
        line, count = _known(part["id"], shared), part.get("quantity")
        found.append((line, line["quantity"] if count is None else count))
    return found


def refunded_quantities(
    parts: Iterable[RefundLineItem], shared: Basket
) -> list[tuple[LineItem, int]]:
    """Find the lines of a refund with what was refunded of each."""
    return [(_known(part["line_item_id"], shared), part["quantity"]) for part in parts]


def _category(line: LineItem) -> str | None:
    """Give the product's type, ``all`` where it has none; none where the source does not tell."""
    return (line["product_type"] or "all") if "product_type" in line else None


def _known(line_id: int, shared: Basket) -> LineItem:
    line = shared.lines.get(line_id)
    if line is None:
        raise MalformedError("unknown_line_item", line_id)
    return line


def _codes(record: Order | Checkout) -> dict[int, str]:
    applications = record.get("discount_applications")
    if not applications:
        return {}
    return {
        index: application["code"]
        for index, application in enumerate(applications)
        if application["type"] == "discount_code" and application.get("code")
    }


def _coupon(line: LineItem, codes: dict[int, str]) -> str | None:
    """Join the codes that lowered a line's price, in the order in which they were applied."""
    allocations = line.get("discount_allocations")
    if not allocations:
        return None
    indexes = sorted({part["discount_application_index"] for part in allocations})
    return ",".join([codes[index] for index in indexes if index in codes]) or None
