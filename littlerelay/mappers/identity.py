"""Tells whom a record's messages are about, and what surrounds them.

A message has the user id that the shop chose, an anonymous id where one was recovered from the note
attributes, and a fallback anonymous id where there is neither. A guest's context tells what the
order or checkout itself knows of them: its e-mail, its phone, its billing (else shipping) address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias, cast

from littlerelay import __version__
from littlerelay.errors import RecordError
from littlerelay.events import Sender, encode_part, message_id, present
from littlerelay.mappers.attributes import integrations_of, notes_of, recovered_id
from littlerelay.records import (
    Address,
    Cart,
    Checkout,
    Customer,
    KnownPerson,
    Order,
    Person,
    Subscription,
    SubscriptionCustomer,
    Visitor,
)
from littlerelay.settings import Mapping, metafield

LIBRARY = {"name": "littlerelay", "version": __version__}
CONSENT = ("Analytics", "Advertising", "Functional", "DataSharing")

# What an anonymous id is made from where none was recovered: the checkout's token, else the cart's,
# else the kind of the record with its own id. An order has the token of the checkout it came from.
_Keys: TypeAlias = tuple[str | None, str | None, str]


def order_sender(order: Order, email: str | None, mapping: Mapping) -> Sender:
    """Give whom an order's messages are about; ``email`` is that of `email_of`."""
    return _sender(order, _keys_of(order), email, mapping)


def checkout_sender(checkout: Checkout, email: str | None, mapping: Mapping) -> Sender:
    """Give whom a checkout's messages are about; ``email`` is that of `email_of`.

    Without any id it is about the same nobody as the order that came of the checkout.
    """
    keys = checkout.get("token"), checkout.get("cart_token"), "checkouts"
    return _sender(checkout, keys, email, mapping)


def cart_sender(cart: Cart, mapping: Mapping) -> Sender:
    """Give whom a cart's messages are about: a visitor, of whom no cart tells more."""
    notes = notes_of(cart)
    visitor = recovered_id(notes, mapping) or anonymous_id(mapping.shop, "carts", cart["token"])
    # fmt: off
    return present({
        "anonymousId":  visitor,
        "context":      _context(None, None, mapping),
        "integrations": integrations_of(notes, mapping),
    })
    # fmt: on


def redacted_sender(order: Order, mapping: Mapping) -> Sender:
    """Give whom the messages of an order without its customer are about: nobody known."""
    # fmt: off
    return present({
        "anonymousId":  _fallback(order["id"], _keys_of(order), mapping),
        "context":      _context(None, None, mapping),
        "integrations": integrations_of({}, mapping),
    })
    # fmt: on


def customer_sender(customer: Customer, address: dict[str, str] | None, mapping: Mapping) -> Sender:
    """Give whom a customer's messages are about; ``address`` is that of `address_traits`."""
    email = customer.get("email") or None
    user = user_id(customer, email, mapping)
    fallback = None if user else anonymous_id(mapping.shop, "customers", str(customer["id"]))
    traits = _customer_traits(customer, email, address)
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  fallback,
        "context":      _context(traits, customer, mapping),
        "integrations": integrations_of({}, mapping),
    })
    # fmt: on


def subscription_sender(record: Subscription, mapping: Mapping) -> Sender:
    """Give whom the messages of a subscription are about.

    Not every record tells Shopify's id of its customer. Somebody without a user id is the nobody
    of the subscription, or of the customer where that is known.
    """
    told: SubscriptionCustomer = record.get("customer") or {}
    email, number = told.get("email") or None, told.get("id")
    known: KnownPerson | None = None if number is None else {"id": number}
    user = user_id(known, email, mapping)
    kind, key = ("customers", str(number)) if known else ("subscriptions", _key_of(record))
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  None if user else anonymous_id(mapping.shop, kind, key),
        "context":      _context(_customer_traits(told, email, None), known, mapping),
        "integrations": integrations_of({}, mapping),
    })
    # fmt: on


def user_id(customer: KnownPerson | None, email: str | None, mapping: Mapping) -> str | None:
    """Give the user id that the shop chose, None where this person has none.

    Raises RecordError for an e-mail that is no text.
    """
    choice = mapping.user_id
    if choice == "shopify_customer_id":
        return None if customer is None else str(customer["id"])
    if place := metafield(choice):
        return _metafield(customer, *place) if customer else None
    if choice == "none" or not email:
        return None
    if not isinstance(email, str):
        raise RecordError("wrong_type", "email")
    if choice == "email":
        return email
    # The e-mail exactly as Shopify holds it: other sources of the shop hash it so.
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


def anonymous_id(shop: str, kind: str, key: str) -> str:
    """Give the anonymous id of somebody of whom only a token, or a record, is known.

    It is the messageId of the fact ``anonymous/{kind}/{key}`` without a namespace: a person is the
    same person in a test source and in production.
    """
    return message_id("", shop, f"anonymous/{kind}/{encode_part(key)}")


def email_of(record: Order | Checkout | Visitor) -> str | None:
    """Give the customer's e-mail, else the order's or the checkout's."""
    customer = record.get("customer")
    return (customer and customer.get("email")) or record.get("email") or None


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


def _sender(record: Order | Checkout, keys: _Keys, email: str | None, mapping: Mapping) -> Sender:
    notes, customer = notes_of(record), record.get("customer")
    user = user_id(customer, email, mapping)
    anonymous = recovered_id(notes, mapping) if notes else None
    if user is None and anonymous is None:
        anonymous = _fallback(record["id"], keys, mapping)
    traits = traits_of(record, email)
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  anonymous,
        "context":      _context(traits, customer, mapping, record),
        "integrations": integrations_of(notes, mapping) if notes or mapping.integrations else None,
    })
    # fmt: on


def _context(
    traits: dict[str, Any] | None,
    customer: KnownPerson | None,
    mapping: Mapping,
    record: Order | Checkout | None = None,
) -> dict[str, Any]:
    """Give a message's context; consent only where it was configured.

    ``record`` tells from which device somebody came. ``historical`` lets a destination filter hold
    the past back.
    """
    device = cast("Order", record or {})  # a checkout has neither field
    details = device.get("client_details")
    # fmt: off
    return present({
        "library":     LIBRARY,
        "ip":          device.get("browser_ip"),
        "userAgent":   details.get("user_agent") if details else None,
        "traits":      traits or None,
        "externalIds": external_ids(customer) if customer else None,
        "consent":     configured_consent(mapping) if mapping.consent else None,
        "historical":  True,
    })
    # fmt: on


def configured_consent(mapping: Mapping) -> dict[str, Any]:
    """Give the consent that the settings tell of everybody."""
    told = dict(mapping.consent)
    return {"categoryPreferences": {name: told[name] for name in CONSENT if name in told}}


def traits_of(record: Order | Checkout | Visitor, email: str | None) -> dict[str, Any]:
    """Give what a record tells of its customer, else of its guest; ``email`` is `email_of`'s."""
    if customer := record.get("customer"):
        address = address_traits(customer.get("default_address"))
        return _customer_traits(customer, email, address)
    return _guest_traits(record, email)


def _customer_traits(
    customer: Person, email: str | None, address: dict[str, str] | None
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


def _guest_traits(record: Order | Checkout | Visitor, email: str | None) -> dict[str, Any]:
    address: Address = record.get("billing_address") or record.get("shipping_address") or {}
    # fmt: off
    return present({
        "email":     email,
        "firstName": address.get("first_name"),
        "lastName":  address.get("last_name"),
        "phone":     record.get("phone") or address.get("phone"),
        "address":   address_traits(address),
    })
    # fmt: on


def external_ids(customer: KnownPerson) -> list[dict[str, str]]:
    """Give the ids that a customer has elsewhere: Shopify's."""
    # fmt: off
    return [{
        "id":         str(customer["id"]),
        "type":       "shopify_customer_id",
        "collection": "users",
        "encoding":   "none",
    }]
    # fmt: on


def _metafield(customer: KnownPerson, namespace: str, key: str) -> str | None:
    """Give the customer's value of a metafield, None where it is empty or missing."""
    for field in customer.get("metafields") or ():
        if field["key"] == key and _is_namespace(namespace)(field["namespace"]):
            return field["value"] or None
    return None


@lru_cache
def _is_namespace(asked: str) -> Callable[[str], object]:
    """Give the test for a namespace: Shopify writes an app's own ``$app:x`` as ``app--17--x``."""
    start, colon, rest = asked.partition(":")
    if start != "$app":
        return asked.__eq__
    return re.compile(r"app--\d+" + re.escape(f"--{rest}" if colon else "")).fullmatch


def _key_of(record: Subscription) -> str:
    return f"{record['source']}/{record['id']:d}"


def _keys_of(order: Order) -> _Keys:
    return order.get("checkout_token"), order.get("cart_token"), "orders"


def _fallback(record_id: int, keys: _Keys, mapping: Mapping) -> str:
    """Give an anonymous id to somebody of whom nothing else is known."""
    checkout, cart, kind = keys
    tried = ("checkouts", checkout), ("carts", cart), (kind, str(record_id))
    return next(anonymous_id(mapping.shop, about, key) for about, key in tried if key)
