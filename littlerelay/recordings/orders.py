"""Makes the events of an order of all that was recorded of it.

An order's latest webhook tells of it what a backfill would: its refunds and fulfillments are in it.
What it cost when it was placed, before any edit, its first one tells.
Webhooks of their own add what it does not hold (transactions are never in it), and what came later.
Earlier ones add the statuses that a shipment has left since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from littlerelay.errors import RecordError
from littlerelay.events import Event, timestamp
from littlerelay.mappers import map_record
from littlerelay.recordings.recorded import Body, Made, Recorded
from littlerelay.settings import Mapping
from littlerelay.shopify import bodies

# The lists of an order, named as the kinds of record that their entries are by themselves.
_PARTS = ("refunds", "fulfillments", "transactions")
# What an edit changes.
_FIGURES = (
    "line_items",
    "shipping_lines",
    "discount_codes",
    "discount_applications",
    "subtotal_price_set",
    "total_price_set",
    "total_discounts_set",
    "total_shipping_price_set",
    "total_tax_set",
)


def order_events(found: Sequence[Recorded], mapping: Mapping) -> list[Made]:
    """Give the events of one order, of its records in order of time.

    Raises RecordError: ``needs_order`` where none of them is the order itself.
    """
    orders = sorted((one for one in found if one.kind == "orders"), key=_course)
    if not orders:
        raise RecordError("needs_order", "the order itself is not in the recordings")
    latest = _with_edits(orders)
    if len(found) == 1:
        record = _record(latest)
        return [Made(map_record("orders", record, mapping), record)]
    parts = {name: told for name in _PARTS if (told := _latest(found, name))}
    record = _record(latest, parts)
    events = _as_placed(orders, record, map_record("orders", record, mapping), mapping)
    return [Made([*events, *_earlier(found, record, events, mapping)], record)]


def _record(one: Recorded, parts: Body | None = None) -> Body:
    """Give the record of an order; ``parts`` take the place of its own lists of them."""
    told = parts or {}
    if one.form == "record" and not told:
        return one.body
    shaped = bodies.order(one.body | told)
    return shaped if one.form != "record" else one.body | {name: shaped[name] for name in told}


def _with_edits(orders: list[Recorded]) -> Recorded:
    """Give an order's latest record, with the agreements, which no webhook has, of any that has."""
    latest = orders[-1]
    told = (one.body.get("agreements") for one in reversed(orders))
    agreements = next(filter(None, told), None)
    return latest._replace(body=latest.body | {"agreements": agreements}) if agreements else latest


def _course(order: Recorded) -> tuple[str, bool]:
    """Tell what comes after what; an order that is cancelled in the second it is made stays so."""
    return order.moment, bool(order.body.get("cancelled_at"))


def with_their_order(found: Sequence[Recorded], one: Recorded) -> Sequence[Recorded]:
    """Give what to try a record with, to learn whether it is at fault: with its order."""
    if one.kind == "orders":
        return [one]
    orders = [other for other in found if other.kind == "orders"]
    return [*orders[-1:], one]


def _as_placed(
    orders: list[Recorded], record: Body, events: list[Event], mapping: Mapping
) -> list[Event]:
    """Give the events with the figures of the order as it was placed, where it was edited since.

    An order's agreements tell them best; without any, its first record does.
    """
    if len(orders) == 1 or record.get("agreements") or _lines(orders[0]) == _lines(orders[-1]):
        return events
    first = _record(orders[0])
    placed = {name: first[name] for name in _FIGURES if name in first}
    whole = {**record, "refunds": [], "fulfillments": [], **placed}
    told = {event["messageId"]: event for event in map_record("orders", whole, mapping)}
    return [told.get(event["messageId"], event) for event in events]


def _lines(one: Recorded) -> list[object]:
    """Give which lines an order has, and how many of each were ordered."""
    lines = one.body.get("line_items")
    if not isinstance(lines, list):
        return []
    return [(line.get("id"), line.get("quantity")) for line in lines if isinstance(line, dict)]


def _latest(found: Sequence[Recorded], name: str) -> list[Any]:
    """Give the latest of each of an order's refunds, fulfillments or transactions.

    Of the same time that of GraphQL, which knows more of them.
    """
    latest: dict[str, Body] = {}
    for body in _told(sorted(found, key=lambda one: one.form == "record"), name):
        own = repr(body.get("id"))  # which may be anything
        if own not in latest or _updated(body) >= _updated(latest[own]):
            latest[own] = body
    return list(latest.values())


def _earlier(
    found: Sequence[Recorded], record: Body, events: list[Any], mapping: Mapping
) -> Iterator[Any]:
    """Give the events of statuses that fulfillments had before, by the latest record of each."""
    if not events:
        return
    last = {_status(body) for body in record.get("fulfillments") or ()}
    before: dict[object, Body] = {}
    for body in sorted(map(bodies.fulfillment, _told(found, "fulfillments")), key=_updated):
        if (status := _status(body)) not in last:
            before[status] = body
    if not before:
        return
    told = {event["messageId"] for event in events}
    whole = {**record, "refunds": [], "fulfillments": list(before.values())}
    for event in map_record("orders", whole, mapping):
        if event["messageId"] not in told:
            told.add(event["messageId"])
            yield event


def _told(found: Iterable[Recorded], name: str) -> Iterator[Body]:
    """Give every state of an order's parts that was recorded, in the order of the records."""
    for one in found:
        if one.kind == name:
            yield one.body
        elif one.kind == "orders" and isinstance(listed := one.body.get(name), list):
            yield from (part for part in listed if isinstance(part, dict))


def _status(fulfillment: Body) -> tuple[object, ...]:
    return tuple(repr(fulfillment.get(name)) for name in ("id", "status", "shipment_status"))


def _updated(body: Body) -> str:
    moment = body.get("updated_at")
    return timestamp(moment) if isinstance(moment, str) and moment else ""
