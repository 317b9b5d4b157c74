"""The table of what a recording can hold.

A *kind* is one sort of record, by the name that ``--as`` takes: it says how a bare record is told,
and how its entity and its time are found. A *family* makes the events of one entity of all that was
recorded of it, in order of time and without repeats: an order with its refunds, a cart's token, a
visitor. To plug a new one in, add a row to both tables:

- `KINDS`: ``marks`` are sets of fields of which a bare record has all of one; ``place`` gives the
  key of its entity and its time, and raises RecordError for a record that tells neither;
  ``named_by`` is set where the key is the number in a field, ``id`` or ``order_id``. A tool's
  own lines, which no envelope of Shopify's surrounds, are told by ``is_own`` before anything else;
  where such a line is no record itself, ``opened`` gives those that it holds, or none.
- `FAMILIES`: ``make`` is pure. It raises RecordError for a record that cannot be mapped; where
  there are several, ``alone`` says with which others each is tried to find the one at fault.
- `topics.OF_RECORDS`: the topics of Shopify's webhooks whose bodies are such records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from littlerelay.mappers import map_records
from littlerelay.recharge.recordings import is_recharge, subscribers
from littlerelay.recordings import nodes, subscriptions
from littlerelay.recordings.customers import customer_events
from littlerelay.recordings.erasures import ERASURES
from littlerelay.recordings.erasures import place_of as place_of_erasure
from littlerelay.recordings.orders import order_events, with_their_order
from littlerelay.recordings.pixels import place_of, visit_events
from littlerelay.recordings.recorded import Body, Made, Recorded, moment, number, text
from littlerelay.settings import Mapping
from littlerelay.shopify import bodies
from littlerelay.shopify.bodies_carts import cart
from littlerelay.shopify.bodies_pixels import is_pixel

EVENTS = "events"  # messages for Segment, which go on as they are
OTHER = "other"  # webhooks that tell no fact

Place = Callable[[Body], tuple[str, str]]
Make = Callable[[Sequence[Recorded], Mapping], list[Made]]
Records = Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of record, and the family that makes its events."""

    family: str
    place: Place
    marks: tuple[frozenset[str], ...]
    named_by: str = ""
    is_own: Callable[[Body], bool] | None = None
    opened: Callable[[Body], list[Body]] | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """What makes the events of one entity."""

    make: Make
    alone: Callable[[Records, Recorded], Records] = lambda _, one: [one]


def _by_id(body: Body) -> tuple[str, str]:
    return number(body, "id"), moment(body, "updated_at")


def _of_checkout(body: Body) -> tuple[str, str]:
    """Tell a checkout by its number, which names its facts; late webhooks have it in the name."""
    told = body if "id" in body else bodies.checkout(body)
    return number(told, "id"), moment(body, "updated_at")


def _of_cart(body: Body) -> tuple[str, str]:
    return text(cart(body), "token"), moment(body, "updated_at")


def _cart_events(found: Records, mapping: Mapping) -> list[Made]:
    """Give what changed between the records of one cart."""
    return [Made(map_records("carts", [cart(one.body) for one in found], mapping))]


def _checkout_events(found: Records, mapping: Mapping) -> list[Made]:
    """Give what the records of one checkout prove."""
    records = [one.body if one.form == "record" else bodies.checkout(one.body) for one in found]
    return [Made(map_records("checkouts", records, mapping), records[-1])]


def _kind(family: str, place: Place, *marks: str, named_by: str = "") -> Kind:
    return Kind(family, place, tuple(frozenset(one.split()) for one in marks), named_by)


def _child(times: str, *marks: str) -> Kind:
    """Give a kind that belongs to an order; its time is the first of these fields."""

    def place(body: Body) -> tuple[str, str]:
        return number(body, "order_id"), moment(body, *times.split())

    return _kind("orders", place, *marks, named_by="order_id")


KINDS: dict[str, Kind] = {
    "orders": _kind(
        "orders", _by_id, "line_items order_number", "line_items financial_status", named_by="id"
    ),
    "refunds": _child("processed_at created_at", "refund_line_items order_id"),
    "fulfillments": _child("updated_at", "tracking_numbers order_id", "tracking_company order_id"),
    "transactions": _child("processed_at created_at", "kind gateway order_id"),
    "customers": _kind("customers", _by_id, "verified_email created_at", named_by="id"),
    "checkouts": _kind(
        "checkouts", _of_checkout, "abandoned_checkout_url line_items", named_by="id"
    ),
    "carts": _kind("carts", _of_cart, "token line_items note updated_at"),
    "pixels": Kind("pixels", place_of, (), is_own=is_pixel),
    subscriptions.SUBSCRIBERS: Kind(
        subscriptions.SUBSCRIBERS,
        subscriptions.place_of_subscriber,
        (),
        is_own=subscriptions.is_subscriber,
        opened=subscribers,
    ),
    "subscriptions": Kind(
        "subscriptions", subscriptions.place_of, (), is_own=is_recharge, opened=subscriptions.opened
    ),
    ERASURES: _kind(ERASURES, place_of_erasure, "orders_to_redact customer"),
    **{name: _kind(family, nodes.place_of) for name, family in nodes.LINES.items()},
}
# What bare records can be said to be: the lines of an order, or of a checkout, tell it themselves.
NAMED = sorted(KINDS.keys() - nodes.LINES.keys())
FAMILIES = {
    "orders": Family(order_events, with_their_order),
    "customers": Family(customer_events),
    "checkouts": Family(_checkout_events),
    "carts": Family(_cart_events),
    "pixels": Family(visit_events),
    "subscriptions": Family(subscriptions.subscription_events),
    subscriptions.SUBSCRIBERS: Family(lambda *_: []),  # subscriptions ask for them
    ERASURES: Family(lambda *_: []),  # they make nothing, and keep others from it
}

# What a bare record calls itself: gid://shopify/Order/1.
OF_GIDS = {
    "Order": "orders",
    "Refund": "refunds",
    "Fulfillment": "fulfillments",
    "OrderTransaction": "transactions",
    "Customer": "customers",
}
