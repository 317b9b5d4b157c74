"""Runs every benchmark and prints what it found: ratios within one run, and peak memory.

    python tests/bench/run.py [--orders 100000]

Figures are of this machine and this hour; ratios travel, absolute figures do not.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "fixtures")]

from bench import mapping, memory  # noqa: E402  the path comes first


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000, help="for the memory of a backfill")
    orders = parser.parse_args().orders
    show("Mapping, CPU against the floor (orjson.loads + dumps of the same lines)", mapping.run())
    show("A backfill of the stand-in shop, whole process", memory.run(orders))


def show(title: str, rows: list[tuple[str, str]]) -> None:
    """Print one table."""
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {figure}" for name, figure in rows]
    sys.stdout.write("\n".join(["", title, "-" * len(title), *lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
