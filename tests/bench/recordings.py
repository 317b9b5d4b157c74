"""Measures what mapping recordings costs, against mapping the same records of an archive.

A backfill of the stand-in shop keeps its records, which are mapped again; the same shop's webhooks,
one of each record, are mapped beside. Every way is timed in turn within one round, so that a busy
machine slows all of them alike, and the median of the rounds counts. An order's webhook has less in
it than its record (no transactions, no agreements), and more names that nobody reads.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import orjson

from littlerelay import jobs, recorded, remaps
from littlerelay.settings import BackfillRequest, Mapping, RecordingsRequest, RemapRequest
from shops import FAST, settings
from standin.bodies import gids, webhook
from standin.server import StandIn
from standin.world import World

ROUNDS = 9
_TOPICS = {"customers": "customers/update", "orders": "orders/updated"}


def run(orders: int) -> list[tuple[str, str]]:
    """Give the rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep(orders, folder)
        record(orders, folder / "webhooks.ndjson")
        gc.collect()
        gc.freeze()  # the shop is no part of what is measured
        archived, archived_again, told = timed([remapped, remapped, replayed], folder)
        lines = sum(1 for _ in (folder / "webhooks.ndjson").open("rb"))
    return [
        ("records", f"{lines:,}"),
        ("records of an archive", f"{lines / archived:,.0f} a CPU second"),
        ("the same again (A/A), times that", f"{archived_again / archived:.2f}"),
        ("webhooks", f"{lines / told:,.0f} a CPU second"),
        ("webhooks, times the archive", f"{told / archived:.2f}"),
    ]


def keep(orders: int, folder: Path) -> None:
    """Read a stand-in shop into an archive."""
    with StandIn(orders=orders, plan="enterprise", time_scale=1_000) as shop:
        request = BackfillRequest(
            since="2015-01-01", out=str(folder / "whole.ndjson"), archive=str(folder / "kept")
        )
        for _ in jobs.backfill(settings(shop, folder), request, FAST):
            pass


def record(orders: int, path: Path) -> None:
    """Write the webhooks of the same shop, one of each record."""
    world = World(orders=orders)
    with path.open("wb") as file:
        for resource, topic in _TOPICS.items():
            for gid in gids(world, resource):
                body = webhook(world, topic, gid)
                line = {"topic": topic, "shop": "littlerelay-demo.myshopify.com", "payload": body}
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def timed(ways: list[Callable[[Path], None]], folder: Path) -> list[float]:
    """Give the CPU seconds of each way: the median of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        times = []
        for way in ways:
            began = time.process_time()
            way(folder)
            times.append(time.process_time() - began)
        rounds.append(times)
    return [median(times) for times in zip(*rounds, strict=True)]


def remapped(folder: Path) -> None:
    """Map the archive."""
    request = RemapRequest(
        folder / "kept" / "whole.archive.json", str(folder / "again.ndjson"), restart=True
    )
    _unlinked(folder, "again")
    for _ in remaps.remap(request, Mapping(shop="")):
        pass


def replayed(folder: Path) -> None:
    """Map the webhooks."""
    request = RecordingsRequest((str(folder / "webhooks.ndjson"),), str(folder / "told.ndjson"))
    _unlinked(folder, "told")
    for _ in recorded.replay(request, Mapping(shop="")):
        pass


def _unlinked(folder: Path, name: str) -> None:
    for path in folder.glob(f"{name}.ndjson*"):
        path.unlink()
