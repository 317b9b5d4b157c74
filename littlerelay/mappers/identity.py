"""Tells whom a record's messages are about, and what surrounds them.

A message has the user id that the shop chose, an anonymous id where one was recovered from the
order's note attributes, and a fallback anonymous id where there is neither. A guest's context tells
what the order itself knows of them: its e-mail, its phone, its billing (else shipping) address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping as MappingABC
from typing import Any

from littlerelay import __version__
from littlerelay.events import Sender, encode_part, message_id, present
from littlerelay.records import Address, Customer, Order
from littlerelay.settings import Mapping

_LIBRARY = {"name": "littlerelay", "version": __version__}
_CONSENT = ("Analytics", "Advertising", "Functional", "DataSharing")

# Note attribute, with or without a leading underscore; the destination and its option.
_CLIENT_IDS = (
    ("google-clientID", "_google-clientID", "Google Analytics", "clientId"),
    ("ga4session-clientID", "_ga4session-clientID", "Google Analytics", "sessionId"),
    ("fbp-clientID", "_fbp-clientID", "Facebook Pixel", "fbp"),
    ("fbc-clientID", "_fbc-clientID", "Facebook Pixel", "fbc"),
    ("ttp-clientID", "_ttp-clientID", "TikTok Pixel", "ttp"),
    ("ttclid-clientID", "_ttclid-clientID", "TikTok Pixel", "ttclid"),
)

# What a broken storefront script writes instead of an id. Segment advises to block these: they
# would make one person of all its visitors.
_is_no_id = re.compile(r"[0-]*|-1|anonymous|null|none|undefined", re.IGNORECASE).fullmatch


def order_sender(order: Order, email: str | None, mapping: Mapping) -> Sender:
    """Give whom an order's messages are about; ``email`` is that of `email_of`."""
    attributes, customer = order.get("note_attributes"), order.get("customer")
    notes = {note["name"]: note["value"] for note in attributes} if attributes else {}
    user = user_id(customer["id"] if customer else None, email, mapping)
    anonymous = _recovered(notes, mapping) if notes else None
    if user is None and anonymous is None:
        anonymous = _fallback_of(order, mapping)
    traits = _traits_of(order, email)
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  anonymous,
        "context":      _context(traits, customer, mapping, order),
        "integrations": _integrations(notes, mapping) if notes or mapping.integrations else None,
    })
    # fmt: on


def redacted_sender(order: Order, mapping: Mapping) -> Sender:
    """Give whom the messages of an order without its customer are about: nobody known."""
    # fmt: off
    return present({
        "anonymousId":  _fallback_of(order, mapping),
        "context":      _context(None, None, mapping),
        "integrations": _integrations({}, mapping),
    })
    # fmt: on


def customer_sender(customer: Customer, address: dict[str, str] | None, mapping: Mapping) -> Sender:
    """Give whom a customer's messages are about; ``address`` is that of `address_traits`."""
    email = customer.get("email") or None
    user = user_id(customer["id"], email, mapping)
    fallback = None if user else anonymous_id(mapping.shop, "customers", str(customer["id"]))
    traits = _customer_traits(customer, email, address)
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  fallback,
        "context":      _context(traits, customer, mapping),
        "integrations": _integrations({}, mapping),
    })
    # fmt: on


def user_id(customer_id: int | None, email: str | None, mapping: Mapping) -> str | None:
    """Give the user id that the shop chose, None where this person has none."""
    if mapping.user_id == "shopify_customer_id":
        return None if customer_id is None else str(customer_id)
    if mapping.user_id == "none" or not email:
        return None
    if mapping.user_id == "email":
        return email
    # The e-mail exactly as Shopify holds it: other sources of the shop hash it so.
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


def anonymous_id(shop: str, kind: str, key: str) -> str:
    """Give the anonymous id of somebody of whom only a token, or a record, is known.

    It is the messageId of the fact ``anonymous/{kind}/{key}`` without a namespace: a person is the
    same person in a test source and in production.
    """
    return message_id("", shop, f"anonymous/{kind}/{encode_part(key)}")


def email_of(order: Order) -> str | None:
    """Give the customer's e-mail, else the order's."""
    customer = order.get("customer")
    return (customer and customer.get("email")) or order.get("email") or None


def is_redacted(order: Order) -> bool:
    """Tell whether the order's customer was erased: nobody, no e-mail, and not sold in a store."""
    return not (order.get("customer") or order.get("email") or order.get("source_name") == "pos")


def address_traits(address: Address | None) -> dict[str, str] | None:
    """Give an address as Segment's readers know it, None where nothing of it is known."""
    if not address:
        return None
    street, more = address.get("address1"), address.get("address2")
    if street and more:
        street = f"{street}, {more}"
    # fmt: off
    return present({
        "street":     street or more,
        "city":       address.get("city"),
        "postalCode": address.get("zip"),
        "state":      address.get("province"),
        "country":    address.get("country"),
    }) or None
    # fmt: on


def _context(
    traits: dict[str, Any] | None,
    customer: Customer | None,
    mapping: Mapping,
    order: Order | None = None,
) -> dict[str, Any]:
    """Give a message's context; consent only where it was configured.

    ``order`` tells from which device somebody came. ``historical`` lets a destination filter hold
    the past back.
    """
    details = order.get("client_details") if order else None
    # fmt: off
    return present({
        "library":     _LIBRARY,
        "ip":          order.get("browser_ip") if order else None,
        "userAgent":   details.get("user_agent") if details else None,
        "traits":      traits or None,
        "externalIds": _external_ids(customer) if customer else None,
        "consent":     _consent(mapping) if mapping.consent else None,
        "historical":  True,
    })
    # fmt: on


def _consent(mapping: Mapping) -> dict[str, Any]:
    told = dict(mapping.consent)
    return {"categoryPreferences": {name: told[name] for name in _CONSENT if name in told}}


def _traits_of(order: Order, email: str | None) -> dict[str, Any]:
    if customer := order.get("customer"):
        address = address_traits(customer.get("default_address"))
        return _customer_traits(customer, email, address)
    return _guest_traits(order, email)


def _customer_traits(
    customer: Customer, email: str | None, address: dict[str, str] | None
) -> dict[str, Any]:
    # fmt: off
    return present({
        "email":     email,
        "firstName": customer.get("first_name"),
        "lastName":  customer.get("last_name"),
        "phone":     customer.get("phone"),
        "address":   address,
    })
    # fmt: on


def _guest_traits(order: Order, email: str | None) -> dict[str, Any]:
    address: Address = order.get("billing_address") or order.get("shipping_address") or {}
    # fmt: off
    return present({
        "email":     email,
        "firstName": address.get("first_name"),
        "lastName":  address.get("last_name"),
        "phone":     order.get("phone") or address.get("phone"),
        "address":   address_traits(address),
    })
    # fmt: on


def _external_ids(customer: Customer) -> list[dict[str, str]]:
    # fmt: off
    return [{
        "id":         str(customer["id"]),
        "type":       "shopify_customer_id",
        "collection": "users",
        "encoding":   "none",
    }]
    # fmt: on


def _recovered(notes: MappingABC[str, str | None], mapping: Mapping) -> str | None:
    """Give the first anonymous id among the attributes that the settings name, in their order."""
    for name in mapping.anonymous_id_attributes:
        value = notes.get(name)
        if value is not None and not _is_no_id(value):
            return value
    return None


def _fallback_of(order: Order, mapping: Mapping) -> str:
    """Give an anonymous id from the checkout's token, else the cart's, else the order's own id."""
    if token := order.get("checkout_token"):
        return anonymous_id(mapping.shop, "checkouts", token)
    if token := order.get("cart_token"):
        return anonymous_id(mapping.shop, "carts", token)
    return anonymous_id(mapping.shop, "orders", str(order["id"]))


def _integrations(notes: MappingABC[str, str | None], mapping: Mapping) -> dict[str, Any] | None:
    """Give what the run was told, and the client ids of destinations that are on.

    Segment reads an object as "on", so an id must not stand for a destination that is off.
    """
    told = dict(mapping.integrations)
    recovered: dict[str, dict[str, str]] = {}
    for name, underscored, destination, option in _CLIENT_IDS:
        value = notes.get(name) or notes.get(underscored)
        if value and not _is_no_id(value) and told.get(destination, told.get("All", True)):
            recovered.setdefault(destination, {})[option] = value
    return {**told, **recovered} or None
