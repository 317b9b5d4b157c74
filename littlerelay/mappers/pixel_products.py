"""A product of a web-pixel event: seen in a list, on its page, in a cart or in a checkout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from littlerelay.events import MalformedError, present
from littlerelay.mappers.money import amount_text, decimal, number
from littlerelay.mappers.pixel_pages import absolute
from littlerelay.mappers.pixel_parts import attributes, tail
from littlerelay.records import (
    Attribute,
    PixelAllocation,
    PixelCartLine,
    PixelCollection,
    PixelDiscount,
    PixelLineItem,
    PixelMoney,
    PixelVariant,
)

Product = dict[str, Any]

_CODE = "DISCOUNT_CODE"
_UNNAMED = "Default Title"  # the variant of a product that has but one


class Spot(NamedTuple):
    """Tells where a product stands, and what a line says of it beside its variant."""

    position: int | None = None
    list_id: str | None = None
    list_position: int | None = None
    quantity: int | None = None
    coupon: str | None = None
    name: str | None = None
    properties: list[Attribute] | None = None


def product(variant: PixelVariant | None, spot: Spot, home: str) -> Product:
    """Give one product; ``home`` is the storefront, which makes its addresses whole."""
    variant = variant or {}
    parent, image = variant.get("product"), variant.get("image")
    known, title = parent or {}, variant.get("title")
    product_id = tail(known.get("id"))
    # fmt: off
    return present({
        "brand":              known.get("vendor") or None,
        "category":           (known.get("type") or "all") if parent else None,
        "coupon":             spot.coupon,
        "image_url":          absolute(image.get("src"), home) if image else None,
        "list_id":            spot.list_id,
        "list_position":      spot.list_position,
        "name":               spot.name or known.get("title") or None,
        "price":              amount(variant.get("price")),
        "product_id":         product_id,
        "quantity":           spot.quantity,
        "product_properties": spot.properties or None,
        "shopify_product_id": product_id,
        "shopify_variant_id": tail(variant.get("id")),
        "sku":                variant.get("sku") or None,
        "url":                absolute(known.get("url"), home),
        "variant":            title if title and title != _UNNAMED else None,
        "position":           spot.position,
    })
    # fmt: on


def listed(collection: PixelCollection, home: str) -> list[Product] | None:
    """Give the products of a collection, each with the list and its place there."""
    list_id, variants = tail(collection.get("id")), collection.get("productVariants")
    if variants is None:
        return None
    return [
        product(variant, Spot(place, list_id, place), home)
        for place, variant in enumerate(variants, 1)
    ]


def found(variants: Iterable[PixelVariant] | None, home: str) -> list[Product] | None:
    """Give the products that a search found."""
    if variants is None:
        return None
    return [
        product(variant, Spot(position=place), home) for place, variant in enumerate(variants, 1)
    ]


def in_cart(lines: Iterable[PixelCartLine] | None, home: str) -> list[Product] | None:
    """Give the products of a cart."""
    if lines is None:
        return None
    return [
        product(line.get("merchandise"), Spot(position=place, quantity=line.get("quantity")), home)
        for place, line in enumerate(lines, 1)
    ]


def in_checkout(lines: Iterable[PixelLineItem] | None, home: str) -> list[Product] | None:
    """Give the products of a checkout."""
    if lines is None:
        return None
    return [
        product(line.get("variant"), _spot(line, place), home)
        for place, line in enumerate(lines, 1)
    ]


def codes(discounts: Iterable[PixelDiscount | None]) -> str | None:
    """Join the codes among discounts, each once and in their order."""
    named = [
        one.get("title") for one in discounts if one and (one.get("type") or "").upper() == _CODE
    ]
    return ",".join(dict.fromkeys(filter(None, named))) or None


def currency_of(*amounts: PixelMoney | None) -> str | None:
    """Give the currency of the first amount that tells one."""
    return next((one["currencyCode"] for one in amounts if one and one.get("currencyCode")), None)


def currency_of_variants(variants: Sequence[PixelVariant] | None) -> str | None:
    """Give the currency in which a list has its prices."""
    return currency_of(*(variant.get("price") for variant in variants or ()))


def amount(money: PixelMoney | None) -> float | None:
    """Give an amount as a number in its currency's minor units, None where it is not whole.

    Raises MalformedError (``malformed_money``) for a number that no money can be.
    """
    told, currency = _told(money)
    return None if told is None else number(_decimal(told), currency)


def text(money: PixelMoney | None) -> str | None:
    """Give an amount as a text in its currency's minor units, None where it is not whole."""
    told, currency = _told(money)
    return None if told is None else amount_text(_decimal(told), currency)


def _told(money: PixelMoney | None) -> tuple[float | None, str]:
    currency = money.get("currencyCode") if money else None
    return (money.get("amount"), currency) if money and currency else (None, "")


def _decimal(told: float) -> Decimal:
    """Read a number; a sum that a browser made can end in digits that no price has."""
    try:
        return decimal(f"{Decimal(str(told)):.12f}")
    except (InvalidOperation, MalformedError):  # the text stands nowhere in the record
        raise MalformedError("malformed_money", told) from None


def _spot(line: PixelLineItem, place: int) -> Spot:
    parts: Iterable[PixelAllocation] = line.get("discountAllocations") or ()
    return Spot(
        position=place,
        quantity=line.get("quantity"),
        coupon=codes(part.get("discountApplication") for part in parts),
        name=line.get("title"),
        properties=attributes(line.get("properties")),
    )
