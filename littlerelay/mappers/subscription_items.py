"""What a subscription sends each time becomes the items of its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from littlerelay.events import present
from littlerelay.mappers.money import ZERO, decimal, number, number_of
from littlerelay.records import SubscriptionItem


def items_of(items: Sequence[SubscriptionItem], currency: str | None) -> list[dict[str, Any]]:
    """Give the items, with the names of a product's properties.

    A currency that is not known has hundredths, as most have.
    """
    return [_item(item, position, currency or "") for position, item in enumerate(items, 1)]


def value_of(items: Sequence[SubscriptionItem], currency: str | None) -> float:
    """Give what the items cost, each as often as it is sent, before discounts and taxes."""
    amounts = (decimal(item["price"]) * item["quantity"] for item in items)
    return number(sum(amounts, ZERO), currency or "")


def _item(item: SubscriptionItem, position: int, currency: str) -> dict[str, Any]:
    product_id, variant_id = item.get("product_id"), item.get("variant_id")
    product_text = None if product_id is None else str(product_id)
    # fmt: off
    return present({
        "name":               item.get("title"),
        "price":              number_of(item["price"], currency),
        "product_id":         product_text,
        "quantity":           item["quantity"],
        "product_properties": item.get("properties") or None,
        "shopify_product_id": product_text,
        "shopify_variant_id": None if variant_id is None else str(variant_id),
        "sku":                item.get("sku"),
        "variant":            item.get("variant_title"),
        "position":           position,
    })
    # fmt: on
