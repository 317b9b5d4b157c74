"""Says what becomes of refunds and fulfillments that a bulk operation tells without their lists.

Shopify's bulk operations give no connection within a list: neither what was refunded nor what was
shipped. A webhook of the same refund tells all of it, and one of the same fulfillment tells its
lines, which never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from littlerelay.errors import RecordError
from littlerelay.events import MalformedError, timestamp
from littlerelay.mappers.money import shop_decimal
from littlerelay.recordings.nodes import PARTS, bare, number_of
from littlerelay.recordings.recorded import Body, Recorded
from littlerelay.settings import Mapping

_EVENTS = {
    "refunds": ("Order Refunded",),
    "fulfillments": ("Fulfillment Created", "Fulfillment Updated"),
}
_TIMES = {
    "refunds": ("processed_at", "created_at"),
    "fulfillments": ("created_at", "updated_at", "in_transit_at", "delivered_at"),
}
_LISTS = {"refunds": "refund_line_items", "fulfillments": "line_items"}  # of a webhook
_WHY = (
    "{name}.{list}: no bulk operation gives it, so the order comes without its {name}; add its "
    "webhooks, read the shop with `relay backfill --archive`, and map that, or leave out {events}"
)

# Refunds and fulfillments whose lists are known, by kind and number.
Known = dict[str, dict[str, Body]]


class Wanted(NamedTuple):
    """Says which events are given: by the settings, and from ``since`` up to ``until``."""

    mapping: Mapping
    since: str = ""
    until: str = "~"


def lists_known(found: Iterable[Recorded]) -> Known:
    """Give the refunds and the fulfillments that these records tell whole."""
    known: Known = {name: {} for name in PARTS}
    for one in found:
        for name, parts in known.items():
            parts |= {
                str(body.get("id")): body
                for body in _told(one, name)
                if isinstance(body, dict) and isinstance(body.get(_LISTS[name]), list)
            }
    return known


def completed(order: Body, known: Known) -> Body:
    """Give the refunds and the fulfillments of an order's node that can be told whole.

    A fulfillment takes its lines from another record of it; a refund is left to the other record.
    Raises RecordError for an order that tells no lists of them.
    """
    found = {name: [one for one in _listed(order, name) if PARTS[name] in one] for name in PARTS}
    for one in bare(order, "fulfillments"):
        other = known["fulfillments"].get(number_of(one.get("id")))
        if other is not None:
            found["fulfillments"].append({**one, PARTS["fulfillments"]: _connection(other)})
    return found


def not_told(part: Recorded, known: Known, wanted: Wanted) -> RecordError | None:
    """Say what an order's node does not tell of its refunds, or its fulfillments, if it matters."""
    name, order = part.kind, part.body
    if set(_EVENTS[name]) <= set(wanted.mapping.leave_out):
        return None
    if order.get("test") and not wanted.mapping.include_test:
        return None
    for one in bare(order, name):
        if number_of(one.get("id")) not in known[name] and _gives_events(name, one, wanted):
            events = " and ".join(_EVENTS[name])
            return RecordError(
                "missing_field", _WHY.format(name=name, list=PARTS[name], events=events)
            )
    return None


def _listed(order: Body, name: str) -> list[Body]:
    listed = order[name]
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise RecordError("wrong_type", name)
    return listed


def _told(one: Recorded, name: str) -> list[object]:
    """Give what a record tells of an order's refunds, or of its fulfillments."""
    if one.kind == name:
        return [one.body]
    listed = one.body.get(name) if one.kind == "orders" else None
    return listed if isinstance(listed, list) else []


def _gives_events(name: str, part: Body, wanted: Wanted) -> bool:
    """Tell whether a refund, or a fulfillment, would give an event of the period."""
    if not any(wanted.since <= moment < wanted.until for moment in _moments(name, part)):
        return False
    if name == "fulfillments" or wanted.mapping.refund_zero:
        return True
    try:
        return bool(shop_decimal(part["total_refunded_set"]))
    except (KeyError, TypeError, MalformedError):
        return True


def _moments(name: str, part: Body) -> Iterator[str]:
    """Give the times at which events may be, the least where one cannot be read."""
    found = [told for time in _TIMES[name] if isinstance(told := part.get(time), str) and told]
    for told in found[:1] if name == "refunds" else found:
        try:
            yield timestamp(told)
        except MalformedError:
            yield ""


def _connection(fulfillment: Body) -> Body:
    """Give the lines of a webhook's fulfillment as a node has them."""
    lines = [one for one in fulfillment["line_items"] if isinstance(one, dict)]
    nodes = [
        {
            "line_item": {"id": f"gid://shopify/LineItem/{one.get('id')}"},
            "quantity": one.get("quantity"),
        }
        for one in lines
    ]
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False}}
