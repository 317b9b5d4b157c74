"""Keeps whom a shop had to forget out of the events.

The webhook customers/redact names a customer who was erased, and orders of theirs. What was
recorded before must not bring them back: their orders stay, as in Shopify, and are nobody's; what
else tells of them gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from littlerelay.errors import RecordError
from littlerelay.recordings.recorded import Body, Recorded, number

ERASURES = "erasures"

# What an order tells of a person, and what it says where nobody is known.
_PEOPLE: Body = {
    "customer": None,
    "email": None,
    "contact_email": None,
    "phone": None,
    "billing_address": None,
    "shipping_address": None,
    "note": None,
    "note_attributes": [],
    "browser_ip": None,
    "client_details": None,
}
# Where a record tells which customer it is of; an event of a pixel may do so in two places.
_PLACES = {
    "customers": (("id",),),
    "checkouts": (("customer", "id"),),
    "subscriptions": (("customer", "id"),),
    "pixels": (
        ("init", "data", "customer", "id"),
        ("data", "checkout", "order", "customer", "id"),
        ("event", "init", "data", "customer", "id"),
        ("event", "data", "checkout", "order", "customer", "id"),
    ),
}


def place_of(body: Body) -> tuple[str, str]:
    """Give the customer of an erasure, which tells no time itself. Raises RecordError."""
    customer = body.get("customer")
    if not isinstance(customer, dict):
        raise RecordError("missing_field" if customer is None else "wrong_type", "customer")
    return number(customer, "id"), ""


class Erased(NamedTuple):
    """Those who were erased, and orders of theirs, by their numbers as texts."""

    customers: frozenset[str]
    orders: frozenset[str]

    def without(self, one: Recorded) -> Recorded | None:
        """Give a record that is of nobody who was erased; None where none of it is left."""
        if not self.customers and not self.orders:
            return one
        if one.kind == "orders":
            is_theirs = self._has_erased(one.body, ("customer", "id"))
            is_named = _number(one.body.get("id")) in self.orders
            return one._replace(body=_of_nobody(one.body)) if is_theirs or is_named else one
        places = _PLACES.get(one.kind, ())
        return None if any(self._has_erased(one.body, place) for place in places) else one

    def _has_erased(self, body: Body, place: tuple[str, ...]) -> bool:
        return _number(_at(body, place)) in self.customers


def erased(bodies: Iterable[Body]) -> Erased:
    """Give those whom these bodies of customers/redact name."""
    customers: set[str] = set()
    orders: set[str] = set()
    for body in bodies:
        customers.add(_number(body["customer"]["id"]))
        named = body.get("orders_to_redact")
        orders.update(map(_number, named if isinstance(named, list) else ()))
    return Erased(frozenset(customers - {""}), frozenset(orders - {""}))


def _of_nobody(order: Body) -> Body:
    lines = order.get("line_items")
    told = lines if isinstance(lines, list) else []
    bare = [{**one, "properties": []} if isinstance(one, dict) else one for one in told]
    return {**order, **_PEOPLE, "line_items": bare if told else lines}


def _at(body: object, place: tuple[str, ...]) -> object:
    for name in place:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _number(value: object) -> str:
    """Write a number as a text, which a pixel's is already; an empty one for what is none."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
