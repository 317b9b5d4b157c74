"""Tells which clicks on a storefront are Product Clicked, Product Image Clicked or Product Shared.

A click tells no more than the element: its kind of tag and where it leads to.

- A link to a network's own page for sharing is Product Shared, where the product is in the link or
  the click was on the product's page. Chats, mails and links to a shop's own profile are none.
- An image, or a link to one, on a product's page is Product Image Clicked.
- A link to another product's page is Product Clicked.

What else there is to say of the product was in the list, or on the page, that the same visitor saw
last with it.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import TypeAlias
from urllib.parse import SplitResult, parse_qsl

from littlerelay.events import Event
from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.mappers.pixel_pages import absolute, handle_of, is_image, split
from littlerelay.mappers.pixel_views import (
    Told,
    product_clicked,
    product_image_clicked,
    product_shared,
)
from littlerelay.records import PixelElement

# What was last told of each product that the visitor saw, by the product's handle.
Seen: TypeAlias = MappingABC[str, Told]

# Domain of a network, and how a path begins there under which something is shared.
_NETWORKS = (
    ("facebook.com", ("/sharer", "/share.php", "/dialog/share"), "facebook"),
    ("twitter.com", ("/intent/tweet", "/intent/post", "/share"), "twitter"),
    ("x.com", ("/intent/tweet", "/intent/post", "/share"), "twitter"),
    ("pinterest.com", ("/pin/create",), "pinterest"),
    ("linkedin.com", ("/sharing/", "/sharearticle"), "linkedin"),
    ("reddit.com", ("/submit",), "reddit"),
    ("tumblr.com", ("/share", "/widgets/share"), "tumblr"),
)
# Those that are used to talk to the shop as well: only the product in the link tells a share.
_TALKS = (
    ("wa.me", ("",), "whatsapp"),
    ("whatsapp.com", ("/send",), "whatsapp"),
    ("t.me", ("/share",), "telegram"),
)


def click_events(facts: PixelFacts, element: PixelElement, seen: Seen) -> list[Event]:
    """Give the event of a click, if it has to do with a product."""
    href, here = element.get("href") or "", facts.location.get("pathname") or ""
    if share := _share(href, here):
        product, network = share
        return [product_shared(facts, _told(product, facts, seen) | {"share_via": network})]
    if handle_of(here) and ((element.get("tagName") or "").upper() == "IMG" or is_image(href)):
        return [product_image_clicked(facts, _told(here, facts, seen))]
    if handle_of(href) and handle_of(href) != handle_of(here):
        return [product_clicked(facts, _told(href, facts, seen))]
    return []


def _told(address: str, facts: PixelFacts, seen: Seen) -> Told:
    """Give what is known of the product at an address; of one not seen before, the address."""
    known = seen.get(handle_of(address) or "")
    return known or {"url": absolute(address.partition("?")[0], facts.home)}


def _share(href: str, here: str) -> tuple[str, str] | None:
    """Give the address of the product that a link shares, and through which network."""
    link = split(href)
    if network := _network(link, _NETWORKS):
        product = _product_in(link) or (here if handle_of(here) else None)
    else:
        network = "email" if link.scheme == "mailto" else _network(link, _TALKS)
        product = _product_in(link) if network else None
    return (product, network) if product and network else None


def _network(link: SplitResult, known: tuple[tuple[str, tuple[str, ...], str], ...]) -> str | None:
    host, path = f".{link.hostname or ''}", link.path.lower()
    for domain, paths, name in known:
        if host.endswith(f".{domain}") and path.startswith(paths):
            return name
    return None


def _product_in(link: SplitResult) -> str | None:
    """Give the product's address in a link's query, where it stands alone or within a text."""
    words = (word for _, value in parse_qsl(link.query) for word in value.split())
    return next((word for word in words if handle_of(word)), None)
