"""Counts what a run would give, as far as Shopify's documented filters can tell it.

What is counted are records; that each gives its event takes that it can be mapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from littlerelay.checkpoint import Checkpoint
from littlerelay.events import timestamp
from littlerelay.previews import Figure
from littlerelay.settings import Mapping
from littlerelay.shopify.paging import exact_count
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.spans import Spans, first_placed
from littlerelay.times import iso

# Facts of which no filter tells anything.
_OF_ORDERS = (
    "Order Refunded",
    "Fulfillment Created",
    "Fulfillment Updated",
    "Post Purchase Upsell",
)


class Bounds(NamedTuple):
    """How many of one event a run gives: from ``low`` up to ``high`` (none: nobody knows).

    ``resource`` is the one whose records alone give it, empty where several do.
    """

    resource: str
    low: int = 0
    high: int | None = None

    def hold(self, figure: Figure) -> Figure:
        """Give the figure within the bounds that is nearest to an estimate."""
        most = figure.number if self.high is None else min(figure.number, self.high)
        number = max(self.low, most)
        if self.low == self.high:
            return Figure(number)
        width = figure.margin if self.high is None else self.high - self.low
        return Figure(number, is_exact=False, margin=min(figure.margin, width))


def counted(shop: Shop, run: Checkpoint, mapping: Mapping) -> dict[str, Bounds]:
    """Give the bounds of each event, or type, of which counts tell any. Raises what Spans does."""
    given = {"customers": _customers, "orders": _orders, "checkouts": _checkouts}
    found: dict[str, Bounds] = {}
    for name in run.resources:
        spans = shop.spans(name, run.updated_since, run.frozen_end)
        found |= dict(given[name](spans, run, mapping))
    left_out = {
        name if name not in ("Identify", "Alias") else name.lower() for name in mapping.leave_out
    }
    return {name: bounds for name, bounds in found.items() if name not in left_out}


def earliest(shop: Shop, run: Checkpoint, mapping: Mapping) -> str | None:
    """Give the timestamp of the first order that was placed in the period, none without any.

    What was imported may be much older than its neighbours by creation. Raises what
    GraphQL.execute raises.
    """
    if "orders" not in run.resources:
        return None
    spans = shop.spans("orders", run.updated_since, run.frozen_end)
    first = first_placed(shop.api, _placed(spans, run, mapping))
    return timestamp(first) if first else None


def _customers(spans: Spans, run: Checkpoint, mapping: Mapping) -> Iterator[tuple[str, Bounds]]:
    """A customer is told of who was created in the period, or changed in it."""
    created = spans.count(run.since, run.until)
    yield "Customer Created", Bounds("customers", created, created)
    yield "Customer Enabled", Bounds("customers", 0, created)
    before = f"{_span('updated_at', run.since, run.until)} created_at:<'{iso(run.since)}'"
    changed = _count(spans, before)
    told = created + changed
    # With cookies orders and checkouts tell of people, too, and no filter knows of those.
    is_told_elsewhere = mapping.cookies_to_track and len(run.resources) > 1
    yield "identify", Bounds("", told) if is_told_elsewhere else Bounds("customers", told, told)


def _orders(spans: Spans, run: Checkpoint, mapping: Mapping) -> Iterator[tuple[str, Bounds]]:
    placed = _placed(spans, run, mapping)
    every = _count(spans, placed)
    in_stores = 0 if mapping.pos_as_order_completed else _count(spans, f"{placed} source_name:pos")
    yield "Order Completed", Bounds("orders", every - in_stores, every - in_stores)
    yield "POS Order Placed", Bounds("orders", in_stores, in_stores)
    yield (
        "Order Cancelled",
        _cancelled(spans, run, f"{_read(spans, run, mapping)} status:cancelled"),
    )
    for name in _OF_ORDERS:
        yield name, Bounds("orders")


def _placed(spans: Spans, run: Checkpoint, mapping: Mapping) -> str:
    """Write the search for orders that were placed in the period, of those that the run reads."""
    return f"{_read(spans, run, mapping)} {_span('processed_at', run.since, run.until)}"


def _read(spans: Spans, run: Checkpoint, mapping: Mapping) -> str:
    test = "" if mapping.include_test else " test:false"
    return f"{spans.search(None, run.frozen_end)}{test}"


def _cancelled(spans: Spans, run: Checkpoint, cancelled: str) -> Bounds:
    """No filter knows when an order was cancelled: not before it was created, nor after its change.

    So what was created and last changed in the period was cancelled in it for certain.
    """
    since, until = iso(run.since), iso(run.until)
    surely = f"{cancelled} created_at:>='{since}' updated_at:<'{until}'"
    maybe = f"{cancelled} updated_at:>='{since}' created_at:<'{until}'"
    return Bounds("orders", _count(spans, surely), _count(spans, maybe))


def _checkouts(spans: Spans, run: Checkpoint, _: Mapping) -> Iterator[tuple[str, Bounds]]:
    started = spans.count(run.since, run.until)
    yield "Checkout Started", Bounds("checkouts", started, started)
    yield "Checkout Step Viewed", Bounds("checkouts", started)  # the first step, at the start
    yield "Checkout Step Completed", Bounds("checkouts")


def _count(spans: Spans, search: str) -> int:
    return exact_count(spans.api, spans.resource.name, search)


def _span(field: str, start: int, end: int) -> str:
    return f"{field}:>='{iso(start)}' {field}:<'{iso(end)}'"
