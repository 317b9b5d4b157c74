"""Reads what Shopify's own events tell of carts, lists and products, as properties of ours."""

from __future__ import annotations

from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.mappers.pixel_parts import cart_id_of, tail
from littlerelay.mappers.pixel_products import (
    Spot,
    amount,
    currency_of,
    currency_of_variants,
    found,
    in_cart,
    listed,
    product,
)
from littlerelay.mappers.pixel_views import Told
from littlerelay.records import PixelCart, PixelCartLine, PixelCollection, PixelSearch, PixelVariant


def of_cart(cart: PixelCart, facts: PixelFacts) -> Told:
    """Give what a cart tells."""
    price = (cart.get("cost") or {}).get("totalAmount")
    lines = cart.get("lines")
    variants = [line.get("merchandise") or {} for line in lines or ()]
    return {
        "cart_id": tail(cart.get("id")),
        "currency": currency_of(price) or currency_of_variants(variants),
        "products": in_cart(lines, facts.home),
        "total": amount(price),
    }


def of_cart_line(line: PixelCartLine, facts: PixelFacts) -> Told:
    """Give what one line of a cart tells, and which cart it is."""
    variant = line.get("merchandise") or {}
    told = product(variant, Spot(quantity=line.get("quantity")), facts.home)
    return told | {
        "cart_id": cart_id_of(facts.pixel),
        "currency": currency_of(variant.get("price")),
    }


def of_collection(collection: PixelCollection, facts: PixelFacts) -> Told:
    """Give what a collection tells."""
    return {
        "currency": currency_of_variants(collection.get("productVariants")),
        "products": listed(collection, facts.home),
        "list_id": tail(collection.get("id")),
        "category": collection.get("title") or None,
    }


def of_search(search: PixelSearch, facts: PixelFacts) -> Told:
    """Give what a search tells."""
    variants = search.get("productVariants")
    return {
        "currency": currency_of_variants(variants),
        "products": found(variants, facts.home),
        "query": search.get("query"),
    }


def of_variant(variant: PixelVariant, facts: PixelFacts) -> Told:
    """Give what a variant tells."""
    told = product(variant, Spot(), facts.home)
    return told | {"currency": currency_of(variant.get("price"))}
