"""Measures what mapping costs, against the floor: reading and writing the same lines unmapped.

The floor goes from file to file: read a line, ``orjson.loads``, ``orjson.dumps``, write it. Mapping
alone is what a run through the same file costs more when its records are mapped on the way and
nothing is encoded or written. The records are those of a stand-in shop, as relay's own pages give
them. Every way is timed in turn within one round, so that a busy machine slows all of them alike;
the median of the rounds counts. The floor runs twice (A/A): no difference smaller than theirs means
anything.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import IO

import orjson

from littlerelay import http
from littlerelay.events import encode
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.session import open_session
from littlerelay.shopify.shop import open_shop
from shops import FAST, settings
from standin.server import StandIn

ORDERS = 2_000
ROUNDS = 9
BUFFER = 256 * 1024

Files = dict[str, Path]  # resource -> its records, one on each line
Way = Callable[[Files, IO[bytes]], None]


def run() -> list[tuple[str, str]]:
    """Give the rows of the table: for orders, for customers, and for both."""
    with tempfile.TemporaryDirectory() as name:
        files = recorded(Path(name))
        return [
            *rows("orders", {"orders": files["orders"]}),
            *rows("customers", {"customers": files["customers"]}),
            *rows("both", files),
        ]


def recorded(folder: Path) -> Files:
    """Write all customers and orders of a stand-in shop, each record as a line of JSON."""
    files = {resource: folder / f"{resource}.ndjson" for resource in ("customers", "orders")}
    # Its clock is fast enough that its bucket is always full.
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1_000) as shop:
        asked, web = settings(shop, folder), http.client(FAST)
        source = open_shop(GraphQL(open_session(asked, web, FAST), web, FAST), asked.shop)
        for resource, path in files.items():
            windows = source.pages(resource, 0, source.now).windows()
            lines = (orjson.dumps(record) for window in windows for record in window.records)
            path.write_bytes(b"".join(line + b"\n" for line in lines))
        web.close()
    return files


def rows(what: str, files: Files) -> list[tuple[str, str]]:
    """Time all ways over the same files and give what they cost, against the floor."""
    floor, again, load, mapping, whole = timed([floored, floored, loaded, mapped, written], files)
    count = sum(1 for _ in records(files))
    size = sum(path.stat().st_size for path in files.values()) / count
    return [
        (f"{what}: records", f"{count:,} of {size:,.0f} bytes"),
        (f"{what}: the floor", f"{floor / count * 1e6:.1f} µs a record"),
        (f"{what}: the floor again (A/A), times the floor", f"{again / floor:.2f}"),
        (f"{what}: mapping alone, times the floor", f"{(mapping - load) / floor:.2f}"),
        (f"{what}: file of records to file of events, times the floor", f"{whole / floor:.2f}"),
        (f"{what}: the same, a CPU second", f"{count / whole:,.0f} records"),
    ]


def timed(ways: list[Way], files: Files) -> list[float]:
    """Give the median CPU seconds of each way, one after the other in every round."""
    costs: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for cost, way in zip(costs, ways, strict=True):
            with tempfile.TemporaryFile(buffering=BUFFER) as out:
                began = time.process_time()
                way(files, out)
                out.flush()
                cost.append(time.process_time() - began)
    return [median(cost) for cost in costs]


def records(files: Files) -> Iterator[tuple[str, bytes]]:
    """Read the files line by line."""
    for resource, path in files.items():
        with path.open("rb") as lines:
            for line in lines:
                yield resource, line


def floored(files: Files, out: IO[bytes]) -> None:
    """Read and write every line."""
    for _, line in records(files):
        out.write(orjson.dumps(orjson.loads(line), option=orjson.OPT_APPEND_NEWLINE))


def loaded(files: Files, _out: IO[bytes]) -> None:
    """Read every line."""
    for _, line in records(files):
        orjson.loads(line)


def mapped(files: Files, _out: IO[bytes]) -> None:
    """Read every line and map it."""
    asked = Mapping(shop="example-shop.myshopify.com")
    for resource, line in records(files):
        map_record(resource, orjson.loads(line), asked)


def written(files: Files, out: IO[bytes]) -> None:
    """Read every line, map it, and write its events."""
    asked = Mapping(shop="example-shop.myshopify.com")
    for resource, line in records(files):
        for event in map_record(resource, orjson.loads(line), asked):
            out.write(encode(event))
