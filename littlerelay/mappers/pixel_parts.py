"""Reads a web-pixel event: its cart and checkout, its page, and who its visitor is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from littlerelay.events import present
from littlerelay.mappers.pixel_pages import location_of
from littlerelay.records import (
    Address,
    Attribute,
    KnownPerson,
    Pixel,
    PixelAddress,
    PixelAttribute,
    PixelCheckout,
    PixelContext,
    PixelInit,
    PixelInitData,
    Visitor,
)

_is_number = re.compile(r"[0-9]{1,18}").fullmatch
_NO_INIT: PixelInit = {}
_NO_DATA: PixelInitData = {}


def init_of(pixel: Pixel) -> PixelInit:
    """Give what the event's pixel was handed, empty where the recorder did not keep it."""
    return pixel.get("init") or _NO_INIT


def checkout_of(pixel: Pixel) -> PixelCheckout | None:
    """Give the checkout that an event tells of, else the one in whose course it happened."""
    data = pixel.get("data")
    return (data and data.get("checkout")) or init_data_of(pixel).get("checkout")


def cart_id_of(pixel: Pixel) -> str | None:
    """Give the token of the cart that an event tells of, or that there was."""
    data = pixel.get("data")
    cart = (data and data.get("cart")) or init_data_of(pixel).get("cart")
    return tail(cart.get("id")) if cart else None


def init_data_of(pixel: Pixel) -> PixelInitData:
    """Give what was there when the page was opened."""
    return init_of(pixel).get("data") or _NO_DATA


def context_of(pixel: Pixel) -> PixelContext | None:
    """Give an event's context; one of the DOM has only that of its pixel."""
    return pixel.get("context") or init_of(pixel).get("context")


def page_of(pixel: Pixel) -> dict[str, Any] | None:
    """Give the page as Segment's context has it, None where the event does not tell of it."""
    context = context_of(pixel)
    document = context.get("document") if context else None
    if not document:
        return None
    location = location_of(context)
    url = location.get("href")
    # fmt: off
    return present({
        "path":     location.get("pathname"),
        "referrer": document.get("referrer"),
        "search":   location.get("search"),
        "title":    document.get("title"),
        "url":      url.partition("#")[0] if url else None,
    }) or None
    # fmt: on


def person_of(pixel: Pixel) -> Visitor:
    """Give what an event tells of its visitor."""
    checkout: PixelCheckout = checkout_of(pixel) or {}
    # fmt: off
    return {
        "note_attributes":  noted(pixel),
        "customer":         _customer(pixel, checkout),
        "email":            checkout.get("email") or None,
        "phone":            checkout.get("phone") or None,
        "billing_address":  address_of(checkout.get("billingAddress")),
        "shipping_address": address_of(checkout.get("shippingAddress")),
    }
    # fmt: on


def _customer(pixel: Pixel, checkout: PixelCheckout) -> KnownPerson | None:
    """Give the customer's record: who is logged in, else whom the checkout's order has."""
    known = init_data_of(pixel).get("customer") or {}
    order = checkout.get("order")
    bought = (order and order.get("customer")) or {}
    number = number_of_id(known.get("id")) or number_of_id(bought.get("id"))
    if number is None:
        return None
    # fmt: off
    return {
        "id":         number,
        "email":      known.get("email") or None,
        "first_name": known.get("firstName") or None,
        "last_name":  known.get("lastName") or None,
        "phone":      known.get("phone") or None,
    }
    # fmt: on


def noted(pixel: Pixel) -> list[Attribute]:
    """Give the attributes of the cart, then those of the checkout, as a record has them."""
    data, before = pixel.get("data"), init_data_of(pixel)
    cart, checkout = (data and data.get("cart")) or before.get("cart"), checkout_of(pixel)
    notes = attributes(cart.get("attributes")) if cart else []
    return notes + (attributes(checkout.get("attributes")) if checkout else [])


def attributes(told: Iterable[PixelAttribute] | None) -> list[Attribute]:
    """Give attributes as a record has them, those without a name or a value left out."""
    pairs = [(one.get("key"), one.get("value")) for one in told or ()]
    return [{"name": key, "value": value} for key, value in pairs if key and value is not None]


def address_of(address: PixelAddress | None) -> Address | None:
    """Give an address as a record has it."""
    if not address:
        return None
    # fmt: off
    return {
        "first_name":   address.get("firstName") or None,
        "last_name":    address.get("lastName") or None,
        "address1":     address.get("address1") or None,
        "address2":     address.get("address2") or None,
        "city":         address.get("city") or None,
        "province":     address.get("province") or None,
        "country":      address.get("country") or None,
        "country_code": address.get("countryCode") or None,
        "zip":          address.get("zip") or None,
        "phone":        address.get("phone") or None,
    }
    # fmt: on


def number_of_id(text: str | None) -> int | None:
    """Give the number in an id of Shopify's, a ``gid`` or the number itself; None of another."""
    digits = tail(text)
    return int(digits) if digits and _is_number(digits) else None


def tail(text: str | None) -> str | None:
    """Give an id without what is before and behind it in a ``gid``.

    >>> tail("gid://shopify/Cart/c1-77aa?key=1"), tail("7101")
    ('c1-77aa', '7101')
    """
    return text.rpartition("/")[2].partition("?")[0] or None if text else None
