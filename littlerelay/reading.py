"""Reads a shop's records into a run, wherever that writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from littlerelay.checkpoint import Checkpoint
from littlerelay.pipeline import Rules, Run
from littlerelay.progress import Advanced
from littlerelay.shopify.ways import Ways
from littlerelay.shopify.windows import limited
from littlerelay.writing import advances


def read_shop(ways: Ways, run: Run, start: Checkpoint, made: Rules) -> Iterator[Advanced]:
    """Read every resource from where it stands; a sample is too small for any way but pages."""
    shop = ways.shop
    if start.limit is not None:
        ways = replace(ways, mode="pages")
    for name, position in start.resources.items():
        if position.done:
            continue
        windows = ways.reader(name, start.updated_since, start.frozen_end).windows(position.time)
        if name == "orders":
            windows = shop.within_reach(windows, start.new_since or start.since)
        if start.limit is not None:
            windows = limited(windows, start.limit)
        yield from advances(run, name, windows, made, lambda: shop.api.bucket)
