"""Measures what `relay diff` costs, against reading both files twice, and its peak memory.

The floor reads both files line by line, twice, and does nothing else; beside it stands decoding
each line once (``orjson.loads``). Each way is a process of its own, whole, and the floor runs twice
(A/A): no difference smaller than theirs means anything. Of a thousand events one is changed, one
new and one gone; the new file has them in another order. Once more a tenth of all is each of these.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.costs import Cost, measured
from segment_process import RELAY
from sent_files import line, message

READER = """
import sys
for _ in range(2):
    for name in sys.argv[1:]:
        with open(name, "rb", 1 << 18) as lines:
            for line in lines:
                pass
"""
DECODER = """
import sys, orjson
for name in sys.argv[1:]:
    with open(name, "rb", 1 << 18) as lines:
        for line in lines:
            orjson.loads(line)
"""
PRODUCTS = 4  # an event has some 1,300 bytes then, as in a shop's history
STEP = 7_919  # a prime: steps of its size meet every event once

Row = tuple[str, str]


def run(most: int) -> list[Row]:
    """Give the rows of the table for two files of ``most`` events."""
    with tempfile.TemporaryDirectory() as name:
        few, (size, cost) = figures(Path(name), most // 10)[1], figures(Path(name), most)
        floor = cost["read"]
        return [
            ("events in each file", f"{most:,}, {size / 1e9:.2f} GB"),
            ("reading both twice", f"{floor.cpu:.1f} s of CPU, {floor.wall:.1f} s"),
            ("the same again (A/A)", times(cost["again"], floor)),
            ("decoding each line once, times that", times(cost["decode"], floor)),
            ("relay diff, times that", times(cost["diff"], floor)),
            ("with a tenth of all changed, new and gone", times(cost["tenth"], floor)),
            ("peak memory", f"{cost['diff'].peak:.1f} MB"),
            (f"the same, {most // 10:,} events", f"{few['diff'].peak:.1f} MB"),
        ]


def times(cost: Cost, floor: Cost) -> str:
    return f"{cost.cpu / floor.cpu:.2f} ({cost.cpu:.1f} s of CPU, {cost.wall:.1f} s)"


def figures(folder: Path, count: int) -> tuple[int, dict[str, Cost]]:
    """Give the size of a file, and what each way costs."""
    old, new, tenth = (str(folder / name) for name in ("old", "new", "tenth"))
    write(old, (event(number) for number in range(count)))
    write(new, changed(count, 1_000))
    write(tenth, changed(count, 10))
    ways = {
        "read": [sys.executable, "-c", READER, old, new],
        "diff": [RELAY, "diff", old, new, "--quiet"],
        "decode": [sys.executable, "-c", DECODER, old, new],
        "tenth": [RELAY, "diff", old, tenth, "--quiet"],
        "again": [sys.executable, "-c", READER, old, new],
    }
    environment = {"TMPDIR": str(folder)}
    costs = {name: measured(way, environment, folder, (0, 10)) for name, way in ways.items()}
    return os.path.getsize(old), costs  # noqa: PTH202  a text is enough


def write(path: str, lines: Iterator[bytes]) -> None:
    with Path(path).open("wb", buffering=1 << 20) as file:
        file.writelines(lines)


def event(number: int, total: float = 12.5) -> bytes:
    found = message(number, 0)
    found["properties"] |= {"total": total, "products": [product(one) for one in range(PRODUCTS)]}
    return line(found)


def product(number: int) -> dict[str, object]:
    """Give a product of an order."""
    return {
        "brand": "Example Works",
        "category": "Kettles",
        "image_url": f"https://example.com/files/ex-{number}.jpg?v=1",
        "name": f"Kettle {number}",
        "price": 40.5,
        "product_id": f"800{number}",
        "quantity": number,
        "sku": f"EX-{number}",
        "url": f"https://example.com/products/ex-{number}",
        "variant": "Blue",
        "position": number,
    }


def changed(count: int, every: int) -> Iterator[bytes]:
    """Give the events in another order; of ``every`` one is changed, one new and one gone."""
    for step in range(count):
        number = step * STEP % count
        place = number % every
        if place == 1:
            yield event(number, 49.0)
        elif place == 2:
            yield event(count + number)
        else:
            yield event(number)
