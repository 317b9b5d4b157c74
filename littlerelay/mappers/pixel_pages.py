"""Tells from the address of a storefront's page what is shown there, and makes addresses whole.

A path may begin with a market's prefix (``/en-ca/products/mug``), so what counts is how it ends.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from littlerelay.records import PixelContext, PixelLocation, PixelShop

_NOWHERE = urlsplit("")
_THANK_YOU = ("thank_you", "thank-you")
_is_order_token = re.compile(r"[0-9a-f]{16,64}").fullmatch
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


def location_of(context: PixelContext | None) -> PixelLocation:
    """Give where a page is, empty where its context does not tell."""
    document = context.get("document") if context else None
    return (document.get("location") if document else None) or {}


def split(url: str) -> SplitResult:
    """Take an address apart; of one that cannot be, nothing is left."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NOWHERE


def is_registration(path: str) -> bool:
    """Tell whether a path is that of the page where visitors register."""
    return _parts(path)[-2:] == ["account", "register"]


def is_thank_you(path: str) -> bool:
    """Tell whether a path is a checkout's thank-you page, or the status page of one order.

    The status page is ``/{shop id}/orders/{token}``. An order that a customer looks up in their
    account is not one: it may be years old.
    """
    parts = _parts(path)
    if len(parts) < 2:
        return False
    if parts[-1] in _THANK_YOU:
        return "checkouts" in parts
    if parts[-1] == "authenticate":
        parts.pop()
    is_status = parts[-2:-1] == ["orders"] and "account" not in parts
    return is_status and bool(_is_order_token(parts[-1]))


def handle_of(url: str) -> str | None:
    """Give the handle of the product whose page an address is.

    >>> handle_of("https://example.com/collections/all/products/mug?variant=1")
    'mug'
    """
    parts = _parts(split(url).path)
    return parts[-1] if parts[-2:-1] == ["products"] else None


def is_image(url: str) -> bool:
    """Tell whether an address is that of an image."""
    return split(url).path.lower().endswith(_IMAGES)


def home_of(location: PixelLocation, shop: PixelShop | None, domain: str) -> str:
    """Give the address of the storefront, without a slash at its end.

    That of the page where it tells one, else what the shop says, else its own domain.
    """
    told = location.get("origin") or (shop.get("storefrontUrl") if shop else None)
    return told.rstrip("/") if told else f"https://{domain}"


def absolute(url: str | None, home: str) -> str | None:
    """Give the whole address of what a page names in short."""
    if not url:
        return None
    if url.startswith("//"):
        return f"https:{url}"
    return home + url if url.startswith("/") else url


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")
