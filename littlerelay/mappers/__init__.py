"""Turns records into Segment's events: pure functions, one for each event, named as the event.

`map_record` gives all events of one record, whatever their time. A mapper asks no clock, reads no
file and never changes the record: the same record and settings give the same events.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from operator import itemgetter
from typing import Any, cast

from littlerelay import settings
from littlerelay.errors import RecordError
from littlerelay.events import Event, MalformedError
from littlerelay.mappers.customers import identify_from_order, map_customer
from littlerelay.mappers.facts import order_facts
from littlerelay.mappers.fulfillments import fulfillment_events
from littlerelay.mappers.orders import order_cancelled, order_completed, pos_order_placed
from littlerelay.mappers.refunds import refund_events
from littlerelay.mappers.shape import fault, path_of
from littlerelay.records import Customer, Order

_BY_TIME = itemgetter("timestamp")
_KINDS = {"customers": Customer, "orders": Order}
# How the keys end under which a value of each kind can stand.
_NAMES = {
    "malformed_money": ("amount", "compare_at_price", "total_spent"),
    "malformed_time": ("_at",),
    "unknown_line_item": ("id",),
}


def map_record(
    resource: str, record: MappingABC[str, Any], mapping: settings.Mapping
) -> list[Event]:
    """Give all events of a record of ``customers`` or ``orders``: identify, then tracks by time.

    An order carries its refunds, fulfillments, transactions and agreements. A test order gives
    nothing unless the settings include it: neither do its refunds count in Shopify's figures.
    Raises RecordError for a record that cannot be mapped: ``missing_field``, ``wrong_type``,
    ``malformed_money``, ``malformed_time`` or ``unknown_line_item``, with the path of the field.
    """
    try:
        if resource == "customers":
            return map_customer(cast("Customer", record), mapping)
        return map_order(cast("Order", record), mapping)
    except MalformedError as error:
        place = path_of(error.value, _NAMES[error.reason], record)
        raise RecordError(error.reason, place or "the record") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        found = fault(record, _KINDS[resource])
        if found is None:
            raise
        raise found from None


def map_order(order: Order, mapping: settings.Mapping) -> list[Event]:
    """Give all events of an order and of what it carries."""
    if order.get("test") and not mapping.include_test:
        return []
    facts = order_facts(order, mapping)
    is_pos = order.get("source_name") == "pos" and not mapping.pos_as_order_completed
    tracks = [pos_order_placed(facts) if is_pos else order_completed(facts)]
    if cancelled_at := order.get("cancelled_at"):
        tracks.append(order_cancelled(facts, cancelled_at))
    for refund in order.get("refunds") or ():
        tracks += refund_events(refund, facts)
    for fulfillment in order.get("fulfillments") or ():
        tracks += fulfillment_events(fulfillment, facts)
    tracks.sort(key=_BY_TIME)
    customer = order.get("customer")
    if customer and mapping.identify_orders:
        return [identify_from_order(customer, facts), *tracks]
    return tracks
