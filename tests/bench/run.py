"""Runs every benchmark and prints what it found: ratios within one run, and peak memory.

    python tests/bench/run.py [--orders 100000] [--events 1000000]
        [--join-orders 1000000] [--diff-events 1000000] [--recorded-orders 5000]
        [mapping memory delivery joining diff recordings]

Figures are of this machine and this hour; ratios travel, absolute figures do not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "fixtures")]

from bench import delivery, diff, joining, mapping, memory, recordings  # noqa: E402  the path comes first

Table = Callable[[], list[tuple[str, str]]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", help="which are printed: all, if none is named")
    parser.add_argument("--orders", type=int, default=100_000, help="for the memory of a backfill")
    parser.add_argument("--events", type=int, default=1_000_000, help="for the memory of a replay")
    parser.add_argument("--join-orders", type=int, default=1_000_000, help="for a bulk result")
    parser.add_argument("--diff-events", type=int, default=1_000_000, help="of each file")
    parser.add_argument("--recorded-orders", type=int, default=5_000, help="as webhooks")
    asked = parser.parse_args()
    tables: dict[str, tuple[str, Table]] = {
        "mapping": (
            "Mapping, CPU against the floor (orjson.loads + dumps of the same lines)",
            mapping.run,
        ),
        "memory": (
            "A backfill of the stand-in shop, whole process",
            lambda: memory.run(asked.orders),
        ),
        "delivery": (
            "Sending a file to the stand-in Segment, whole process",
            lambda: delivery.run(asked.events),
        ),
        "joining": (
            "Joining a bulk result, CPU of the whole process against the floor (loads + dumps)",
            lambda: joining.run(asked.join_orders),
        ),
        "diff": (
            "Comparing two files of events, CPU of the whole process",
            lambda: diff.run(asked.diff_events),
        ),
        "recordings": (
            "Mapping recorded webhooks, CPU against mapping an archive of the same records",
            lambda: recordings.run(asked.recorded_orders),
        ),
    }
    for name in asked.tables or tables:
        title, rows = tables[name]
        show(title, rows())


def show(title: str, rows: list[tuple[str, str]]) -> None:
    """Print one table."""
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {figure}" for name, figure in rows]
    sys.stdout.write("\n".join(["", title, "-" * len(title), *lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
