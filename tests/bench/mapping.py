"""Measures what mapping costs, against the floor: reading and writing the same lines unmapped.

The records are those of a stand-in shop, as relay's own pages give them. Every way is timed in turn
within one round, so that a busy machine slows all of them alike; the median of the rounds counts.
The floor runs twice (A/A): no difference smaller than theirs means anything.
"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import orjson

from littlerelay import http
from littlerelay.events import Event, encode
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.session import open_session
from littlerelay.shopify.shop import open_shop
from shops import FAST, settings
from standin.server import StandIn

ORDERS = 2_000
ROUNDS = 9

Line = tuple[str, bytes]
Way = Callable[[list[Line]], Iterator[object]]


def run() -> list[tuple[str, str]]:
    """Give the rows of the table: for orders, for customers, and for both."""
    with tempfile.TemporaryDirectory() as state:
        customers, orders = records(Path(state))
    return [
        *rows("orders", orders),
        *rows("customers", customers),
        *rows("customers and orders", customers + orders),
    ]


def records(state: Path) -> tuple[list[Line], list[Line]]:
    """Give all customers and orders of a stand-in shop, each record as a line of JSON."""
    # Its clock is fast enough that its bucket is always full.
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1_000) as shop:
        asked, web = settings(shop, state), http.client(FAST)
        source = open_shop(GraphQL(open_session(asked, web, FAST), web, FAST), asked.shop)
        customers, orders = (
            [
                (resource, orjson.dumps(record))
                for window in source.pages(resource, 0, source.now).windows()
                for record in window.records
            ]
            for resource in ("customers", "orders")
        )
        web.close()
    return customers, orders


def rows(what: str, lines: list[Line]) -> list[tuple[str, str]]:
    """Time all ways over the same lines and give what they cost, against the floor."""
    floor, again, load, mapping, whole = timed([floored, floored, loaded, mapped, written], lines)
    size = sum(len(line) for _, line in lines) / len(lines)
    return [
        (f"{what}: records", f"{len(lines):,} of {size:,.0f} bytes"),
        (f"{what}: floor, loads + dumps", f"{floor / len(lines) * 1e6:.1f} µs a record"),
        (f"{what}: the floor again (A/A), times the floor", f"{again / floor:.2f}"),
        (f"{what}: mapping alone, times the floor", f"{(mapping - load) / floor:.2f}"),
        (f"{what}: loads + map + dumps, times the floor", f"{whole / floor:.2f}"),
        (f"{what}: loads + map + dumps, a CPU second", f"{len(lines) / whole:,.0f} records"),
    ]


def timed(ways: list[Way], lines: list[Line]) -> list[float]:
    """Give the median CPU seconds of each way, one after the other in every round."""
    costs: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for cost, way in zip(costs, ways, strict=True):
            began = time.process_time()
            deque(way(lines), maxlen=0)
            cost.append(time.process_time() - began)
    return [median(cost) for cost in costs]


def floored(lines: list[Line]) -> Iterator[bytes]:
    """Read and write every line."""
    return (orjson.dumps(orjson.loads(line)) for _, line in lines)


def loaded(lines: list[Line]) -> Iterator[object]:
    """Read every line."""
    return (orjson.loads(line) for _, line in lines)


def mapped(lines: list[Line]) -> Iterator[list[Event]]:
    """Read every line and map it."""
    asked = Mapping(shop="example-shop.myshopify.com")
    return (map_record(resource, orjson.loads(line), asked) for resource, line in lines)


def written(lines: list[Line]) -> Iterator[bytes]:
    """Read every line, map it, and write its events."""
    return (encode(event) for events in mapped(lines) for event in events)


if __name__ == "__main__":
    for name, figure in run():
        print(f"{figure:>24}  {name}")
