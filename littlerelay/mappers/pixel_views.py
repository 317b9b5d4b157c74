"""What a visitor looked at becomes the views of a storefront: carts, pages, lists, products.

``told`` holds what an event itself tells under the names of properties: of one of Shopify's own
events what `pixel_standard` reads out of it, of a theme's event what the theme wrote there.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from littlerelay.events import Event, page, present
from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.mappers.pixel_parts import page_of

Told: TypeAlias = dict[str, Any]


def session_started(facts: PixelFacts) -> Event:
    """User has started a session."""
    return facts.track("Session Started", visitor(facts))


def page_viewed(facts: PixelFacts) -> Event:
    """User has viewed a page."""
    return facts.track("Page Viewed", _on_page(facts))


def page_call(facts: PixelFacts) -> Event:
    """Give the page message of a viewed page, as a call of analytics.js would have sent it."""
    told = present({"sent_from": facts.mapping.sent_from, **(page_of(facts.pixel) or {})})
    return page(facts.name_of(f"{facts.path}/page"), facts.moment, facts.sender, told)


def registration_viewed(facts: PixelFacts) -> Event:
    """User has viewed the /account/register page."""
    return facts.track("Registration Viewed", _on_page(facts))


def cart_viewed(facts: PixelFacts, told: Told) -> Event:
    """User has viewed the /cart page."""
    # fmt: off
    return facts.track("Cart Viewed", {
        "cart_id":                        told.get("cart_id"),
        "currency":                       told.get("currency"),
        "email":                          facts.email,
        "products":                       told.get("products"),
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": facts.customer_id,
        "total":                          told.get("total"),
        "market_handle":                  facts.market,
    })
    # fmt: on


def product_list_viewed(facts: PixelFacts, told: Told) -> Event:
    """User has viewed a product as they scroll down the collection page."""
    # fmt: off
    return facts.track("Product List Viewed", {
        "currency":                       told.get("currency"),
        "email":                          facts.email,
        "products":                       told.get("products"),
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": facts.customer_id,
        "market_handle":                  facts.market,
        "list_id":                        told.get("list_id"),
        "category":                       told.get("category"),
    })
    # fmt: on


def products_searched(facts: PixelFacts, told: Told) -> Event:
    """User has searched for products (with search query)."""
    # fmt: off
    return facts.track("Products Searched", {
        "currency":                       told.get("currency"),
        "email":                          facts.email,
        "products":                       told.get("products"),
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": facts.customer_id,
        "market_handle":                  facts.market,
        "query":                          told.get("query"),
    })
    # fmt: on


def product_viewed(facts: PixelFacts, told: Told) -> Event:
    """User has viewed a product page."""
    return facts.track("Product Viewed", of_product(facts, told))


def product_clicked(facts: PixelFacts, told: Told) -> Event:
    """User has clicked a product within a product list."""
    return facts.track("Product Clicked", of_product(facts, told))


def product_image_clicked(facts: PixelFacts, told: Told) -> Event:
    """User has clicked a product image."""
    return facts.track("Product Image Clicked", of_product(facts, told))


def product_shared(facts: PixelFacts, told: Told) -> Event:
    """User has shared a product via social links."""
    via = {"share_via": told.get("share_via")}
    return facts.track("Product Shared", of_product(facts, told) | via)


def of_product(facts: PixelFacts, told: Told) -> dict[str, Any]:
    """Give the properties of an event about one product, which stand beside the others."""
    # fmt: off
    return {
        "cart_id":                        told.get("cart_id"),
        "coupon":                         told.get("coupon"),
        "currency":                       told.get("currency"),
        "email":                          facts.email,
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": facts.customer_id,
        "brand":                          told.get("brand"),
        "category":                       told.get("category"),
        "compare_at_price":               told.get("compare_at_price"),
        "image_url":                      told.get("image_url"),
        "list_id":                        told.get("list_id"),
        "list_position":                  told.get("list_position"),
        "name":                           told.get("name"),
        "price":                          told.get("price"),
        "product_id":                     told.get("product_id"),
        "quantity":                       told.get("quantity"),
        "product_properties":             told.get("product_properties"),
        "shopify_product_id":             told.get("shopify_product_id"),
        "shopify_variant_id":             told.get("shopify_variant_id"),
        "sku":                            told.get("sku"),
        "url":                            told.get("url"),
        "variant":                        told.get("variant"),
        "market_handle":                  facts.market,
    }
    # fmt: on


def visitor(facts: PixelFacts) -> dict[str, Any]:
    """Give the properties that tell who was there, and no more."""
    # fmt: off
    return {
        "email":                          facts.email,
        "sent_from":                      facts.mapping.sent_from,
        "shopify_customer_id_littledata": facts.customer_id,
        "market_handle":                  facts.market,
    }
    # fmt: on


def _on_page(facts: PixelFacts) -> dict[str, Any]:
    return visitor(facts) | (page_of(facts.pixel) or {})
