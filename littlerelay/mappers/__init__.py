"""Turns records into Segment's events: pure functions, one for each event, named as the event.

`map_record` gives all events of one record, whatever their time, and `map_records` those of all
records of one cart, one checkout or one visitor. A mapper asks no clock, reads no file and never
changes the record: the same record and settings give the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingABC
from operator import itemgetter
from typing import Any, TypeAlias

from littlerelay import settings
from littlerelay.errors import RecordError
from littlerelay.events import Event, MalformedError
from littlerelay.mappers.carts import cart_events
from littlerelay.mappers.checkout_course import checkout_course
from littlerelay.mappers.checkouts import map_checkout
from littlerelay.mappers.coupons import order_coupons
from littlerelay.mappers.customers import map_customer
from littlerelay.mappers.facts import OrderFacts, order_facts
from littlerelay.mappers.fulfillments import fulfillment_events
from littlerelay.mappers.orders import (
    order_cancelled,
    order_completed,
    order_table,
    pos_order_placed,
)
from littlerelay.mappers.payments import first_payment, payment_info_entered
from littlerelay.mappers.people import people_events
from littlerelay.mappers.pixels import pixel_events
from littlerelay.mappers.refunds import refund_events
from littlerelay.mappers.shape import fault, path_of
from littlerelay.mappers.subscriptions import subscription_events
from littlerelay.mappers.upsells import upsell_events
from littlerelay.records import Cart, Checkout, Customer, Order, Pixel, Subscription

_BY_TIME = itemgetter("timestamp")
# What gives the events of several records of one thing, and what these records are.
_Course: TypeAlias = Callable[[Sequence[Any], settings.Mapping], list[Event]]
_COURSES: dict[str, tuple[_Course, object]] = {
    "carts": (cart_events, list[Cart]),
    "checkouts": (checkout_course, list[Checkout]),
    "pixels": (pixel_events, list[Pixel]),
    "subscriptions": (subscription_events, list[Subscription]),
}
# What a mapper raises where a record is not what it trusts it to be.
_UNREADABLE = (MalformedError, AttributeError, KeyError, TypeError, ValueError)
# How the keys end under which a value of each kind can stand.
_NAMES = {
    "malformed_money": ("amount", "compare_at_price", "total_spent", "price"),
    "malformed_time": ("_at", "timestamp"),
    "unknown_line_item": ("id",),
}


def map_record(
    resource: str, record: MappingABC[str, Any], mapping: settings.Mapping
) -> list[Event]:
    """Give all events of one record: identify, alias, then tracks by time.

    ``resource`` is one of a run's. An order carries
    its refunds, fulfillments, transactions and agreements, a subscription its charges. A test order
    gives nothing unless the settings include it: neither do its refunds count in Shopify's figures.
    Raises RecordError for a record that cannot be mapped: ``missing_field``, ``wrong_type``,
    ``malformed_money``, ``malformed_time`` or ``unknown_line_item``, with the path of the field.
    What the settings leave out is mapped all the same: they do not decide which records are bad.
    A resource that is none is a bug of the caller: KeyError.
    """
    mapper, kind = _MAPPERS[resource]
    try:
        events = mapper(record, mapping)
    except _UNREADABLE as error:
        found = _refusal(error, record, kind)
        if found is None:
            raise
        raise found from None
    return _wanted(events, mapping)


def map_records(
    resource: str, records: Sequence[MappingABC[str, Any]], mapping: settings.Mapping
) -> list[Event]:
    """Give all events of the records of one thing, in whatever order they are.

    ``resource`` is ``carts``, ``checkouts``, ``pixels`` or ``subscriptions``.
    Raises RecordError as `map_record` does; the path begins with the record's place: ``[2].token``.
    """
    course, kind = _COURSES[resource]
    try:
        events = course(records, mapping)
    except _UNREADABLE as error:
        found = _refusal(error, [*records], kind)
        if found is None:
            raise
        raise found from None
    return _wanted(events, mapping)


def map_order(order: Order, mapping: settings.Mapping) -> list[Event]:
    """Give all events of an order and of what it carries."""
    if order.get("test") and not mapping.include_test:
        return []
    facts = order_facts(order, mapping)
    tracks = order_tracks(facts)
    for refund in order.get("refunds") or ():
        tracks += refund_events(refund, facts)
    for fulfillment in order.get("fulfillments") or ():
        tracks += fulfillment_events(fulfillment, facts)
    tracks.sort(key=_BY_TIME)
    return people_events(order, "orders", order["processed_at"], facts) + tracks


def map_subscription(record: Subscription, mapping: settings.Mapping) -> list[Event]:
    """Give all events that one record of a subscription tells by itself."""
    return subscription_events([record], mapping)


# What gives the events of one record, and what it is.
_MAPPERS: dict[str, tuple[Callable[[Any, settings.Mapping], list[Event]], object]] = {
    "customers": (map_customer, Customer),
    "orders": (map_order, Order),
    "checkouts": (map_checkout, Checkout),
    "subscriptions": (map_subscription, Subscription),
    "contracts": (map_subscription, Subscription),
}


def order_tracks(facts: OrderFacts) -> list[Event]:
    """Give the tracks of the order itself, as a buyer goes through a shop."""
    order, mapping = facts.order, facts.mapping
    table = order_table(facts)
    is_pos = order.get("source_name") == "pos" and not mapping.pos_as_order_completed
    placed = pos_order_placed(facts, table) if is_pos else order_completed(facts, table)
    tracks = [placed]
    if facts.coupon and mapping.coupon_on != "checkout":
        tracks = [*order_coupons(facts, placed["timestamp"]), placed]
    if paid := first_payment(order):
        tracks.insert(0, payment_info_entered(facts, table, paid))
    if order.get("agreements"):
        tracks += upsell_events(facts, table)
    if cancelled_at := order.get("cancelled_at"):
        tracks.append(order_cancelled(facts, table, cancelled_at))
    return tracks


def _refusal(error: Exception, record: object, kind: object) -> RecordError | None:
    """Tell what is wrong with a record that could not be mapped, None where nothing is."""
    if isinstance(error, MalformedError):
        place = path_of(error.value, _NAMES[error.reason], record)
        return RecordError(error.reason, place or "the record")
    return fault(record, kind)


def _wanted(events: list[Event], mapping: settings.Mapping) -> list[Event]:
    left_out = mapping.leave_out
    return [one for one in events if _name(one) not in left_out] if left_out else events


def _name(event: Event) -> str:
    """Give the name by which the settings leave an event out: a track's own, else its type."""
    return str(event.get("event") or event["type"].title())
