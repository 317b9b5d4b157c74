"""Measures the peak memory of `relay backfill` in a small and in a large shop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
RELAY = Path(sys.executable).with_name("relay")
SMALL = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: peak memory in MB, seconds of CPU and of the clock, and its output."""

    peak: float
    cpu: float
    wall: float
    events: int
    bytes: int


def run(orders: int) -> list[tuple[str, str]]:
    """Give the rows of the table for a shop of 1,000 orders and one of ``orders``."""
    small, large = backfill(SMALL), backfill(orders)
    rows = [
        (f"{count:,} orders", figures(cost)) for count, cost in ((SMALL, small), (orders, large))
    ]
    return [
        *rows,
        ("peak memory, the larger less the smaller", f"{large.peak - small.peak:.1f} MB"),
    ]


def figures(cost: Cost) -> str:
    """Write one run's figures."""
    return (
        f"peak {cost.peak:.1f} MB, {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, "
        f"{cost.events:,} events, {cost.bytes / 1e6:.1f} MB"
    )


def backfill(orders: int) -> Cost:
    """Run the real command against a shop of so many orders."""
    with tempfile.TemporaryDirectory() as folder, shop(orders) as facts:
        output = Path(folder) / "events.ndjson"
        environment = {
            **os.environ,
            "RELAY_SHOP": facts["shop"],
            "RELAY_TOKEN": facts["token"],
            "RELAY_SHOPIFY_ENDPOINT": facts["url"],
            "RELAY_STATE_DIR": folder,
        }
        command = [str(RELAY), "backfill", "--since", "2015-01-01", "--out", str(output), "--quiet"]
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, 3):
            raise RuntimeError(f"relay ended with {code}")
        with output.open("rb") as lines:
            events = sum(1 for _ in lines)
        cpu = usage.ru_utime + usage.ru_stime
        return Cost(usage.ru_maxrss / 1024, cpu, wall, events, output.stat().st_size)


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
