"""Measures the peak memory of `relay backfill` in a small and in a large shop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.costs import Cost, measured

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RELAY = Path(sys.executable).with_name("relay")
SMALL = 1_000
MODES = ("pages", "bulk")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run cost, and its output."""

    cost: Cost
    events: int
    bytes: int


def run(orders: int) -> list[tuple[str, str]]:
    """Give the rows of the table for a shop of 1,000 orders and one of ``orders``."""
    return [row for mode in MODES for row in rows(orders, mode)]


def rows(orders: int, mode: str) -> list[tuple[str, str]]:
    """Give the rows of one mode of reading."""
    small, large = backfill(SMALL, mode), backfill(orders, mode)
    more = f"{large.cost.peak - small.cost.peak:.1f} MB"
    return [
        (f"{mode}: {SMALL:,} orders", figures(small)),
        (f"{mode}: {orders:,} orders", figures(large)),
        (f"{mode}: peak memory, the larger less the smaller", more),
    ]


def figures(run: Run) -> str:
    """Write one run's figures."""
    cost = run.cost
    return (
        f"peak {cost.peak:.1f} MB, {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, "
        f"{run.events:,} events, {run.bytes / 1e6:.1f} MB"
    )


def backfill(orders: int, mode: str) -> Run:
    """Run the real command against a shop of so many orders."""
    with tempfile.TemporaryDirectory() as folder, shop(orders) as facts:
        output = Path(folder) / "events.ndjson"
        environment = {
            "RELAY_SHOP": facts["shop"],
            "RELAY_TOKEN": facts["token"],
            "RELAY_SHOPIFY_ENDPOINT": facts["url"],
            "RELAY_STATE_DIR": folder,
        }
        asked = ["--since", "2015-01-01", "--out", str(output), "--mode", mode, "--quiet"]
        command = [str(RELAY), "backfill", *asked]
        cost = measured(command, environment, Path(folder), codes=(0, 3))
        with output.open("rb") as lines:
            events = sum(1 for _ in lines)
        return Run(cost, events, output.stat().st_size)


@contextmanager
def shop(orders: int) -> Iterator[dict[str, str]]:
    """Run a stand-in shop whose clock is fast enough that its bucket is always full."""
    options = ["--orders", str(orders), "--plan", "enterprise", "--time-scale", "1000"]
    server = subprocess.Popen(
        [sys.executable, "-m", "standin", *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(FIXTURES)},
    )
    try:
        yield json.loads(server.stdout.readline() if server.stdout else b"")
    finally:
        server.terminate()
        server.communicate()
