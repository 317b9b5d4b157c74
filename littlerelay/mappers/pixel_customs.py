"""A theme's own event becomes the event of that name: ``product_clicked``, ``Product Clicked`` ...

Spelling does not count: letters in whatever case, whatever stands between the words. What the theme
says of it (``customData``) is read under the names of properties, as ``product_id`` or ``list_id``,
and under ``productVariant`` in Shopify's own shape. A value of another type than its property's is
left out: a theme's data is nothing that Shopify answers for.

Session Started is none of them: a session is what the pauses between events tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.mappers.money import amount_text, decimal, number
from littlerelay.mappers.pixel_checkouts import checkout_told, thank_you_page_viewed
from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.mappers.pixel_pages import absolute
from littlerelay.mappers.pixel_parts import tail
from littlerelay.mappers.pixel_standard import of_variant
from littlerelay.mappers.pixel_views import (
    Told,
    cart_viewed,
    page_call,
    page_viewed,
    product_clicked,
    product_image_clicked,
    product_list_viewed,
    product_shared,
    product_viewed,
    products_searched,
    registration_viewed,
)
from littlerelay.mappers.shape import fault
from littlerelay.records import PixelVariant

_others = re.compile(r"[\W_]+")
_is_integer = re.compile(r"[0-9]{1,18}").fullmatch

_TEXTS = (
    *("cart_id", "brand", "category", "coupon", "list_id", "name", "product_id"),
    *("shopify_product_id", "shopify_variant_id", "sku", "variant", "query", "share_via"),
)
_IDS = ("cart_id", "list_id", "product_id", "shopify_product_id", "shopify_variant_id")
_ADDRESSES = ("image_url", "url")
_INTEGERS = ("list_position", "quantity")
_NUMBERS = ("price", "total")

_EVENTS: dict[str, Callable[[PixelFacts, Told], Event]] = {
    "cartviewed": cart_viewed,
    "productlistviewed": product_list_viewed,
    "productclicked": product_clicked,
    "productviewed": product_viewed,
    "productimageclicked": product_image_clicked,
    "productshared": product_shared,
    "productssearched": products_searched,
}


def custom_events(facts: PixelFacts) -> list[Event]:
    """Give the event that a theme's event is by its name, none for another name."""
    key = _others.sub("", facts.pixel["name"]).lower()
    if key == "pageviewed":
        return [page_call(facts), page_viewed(facts)]
    if key == "registrationviewed":
        return [registration_viewed(facts)]
    if key == "thankyoupageviewed":
        return [thank_you_page_viewed(facts, checkout_told(facts))]
    return [_EVENTS[key](facts, custom_told(facts))] if key in _EVENTS else []


def custom_told(facts: PixelFacts) -> Told:
    """Give the properties that a theme's event tells."""
    data = facts.pixel.get("customData")
    if not isinstance(data, dict):
        return {}
    currency = data.get("currency") if isinstance(data.get("currency"), str) else None
    told: Told = {name: _text(data.get(name)) for name in _TEXTS}
    told |= {name: absolute(_text(data.get(name)), facts.home) for name in _ADDRESSES}
    told |= {name: _integer(data.get(name)) for name in _INTEGERS}
    told |= {name: _money(data.get(name), currency, number) for name in _NUMBERS}
    told["compare_at_price"] = _money(data.get("compare_at_price"), currency, amount_text)
    told["currency"] = currency
    told["product_id"] = told["product_id"] or told["shopify_product_id"]
    told["shopify_product_id"] = told["shopify_product_id"] or told["product_id"]
    told |= {name: tail(told[name]) for name in _IDS}
    return _variant(data, facts) | {
        name: value for name, value in told.items() if value is not None
    }


def _variant(data: dict[Any, Any], facts: PixelFacts) -> Told:
    variant = data.get("productVariant")
    is_one = isinstance(variant, dict) and fault(variant, PixelVariant) is None
    return of_variant(cast("PixelVariant", variant), facts) if is_one else {}


def _text(value: object) -> str | None:
    """Give a text, also of a number that is an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _integer(value: object) -> int | None:
    text = _text(value)
    return int(text) if text and _is_integer(text) else None


def _money(
    value: object, currency: str | None, form: Callable[[Decimal, str], float | str]
) -> float | str | None:
    """Give an amount that a theme wrote as a number or a text; without a currency in hundredths."""
    is_one = isinstance(value, int | float | str) and not isinstance(value, bool)
    try:
        return form(decimal(str(value)), currency or "") if is_one else None
    except RecordError:
        return None
