"""A line in which anything is anything else gives its events or goes to the rejects."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afternoons import recorded
from made_recordings import OUT, events, put, rejects, replay

SHOP = "littlerelay-demo.myshopify.com"
ANYTHING: tuple[Any, ...] = (
    *(None, True, 5, -1, 1.5, "", "x", "\u00e9", [], {}, [None], [[]], {"a": 1}, 2**63, {"id": []}),
    *("2026-13-01T00:00:00Z", "gid://shopify/Order/1"),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the path of everything in a line."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in inner:
        yield (*path, name)
        if isinstance(part, dict | list):
            yield from places(part, (*path, name))


def tampered(line: Any, draw: random.Random) -> Any:
    """Gives a line in which one thing is missing, or another one: nearer its top more often."""
    found = copy.deepcopy(line)
    every = list(places(found))
    near = [path for path in every if len(path) <= 3]
    *way, last = draw.choice(draw.choice([every, near]))
    part = found
    for name in way:
        part = part[name]
    if draw.random() < 0.2:
        del part[last]
    else:
        part[last] = copy.deepcopy(draw.choice(ANYTHING))
    return found


@pytest.mark.parametrize("shape", ["envelope", "http", "pubsub", "bare"])
def test_lines_that_were_tampered_with_stop_nothing(shape: str, tmp_path: Path) -> None:
    draw = random.Random(f"tampered {shape}")
    lines = [tampered(line, draw) for line in recorded(shape).lines]
    lines += [
        {"reason": "x", "detail": "y", "source": draw.choice(ANYTHING), "id": 1, "record": line}
        for line in recorded(shape).lines[:40]
    ]
    put(tmp_path / "recorded.ndjson", lines)
    counts = replay(tmp_path, shop=SHOP, since="2026-11-01").counts
    assert sum(at.read for at in counts.values()) == len(lines)
    assert sum(at.rejected for at in counts.values()) == len(rejects(tmp_path))
    assert len(events(tmp_path)) > 100
    assert not (tmp_path / f"{OUT}.recordings").exists()
