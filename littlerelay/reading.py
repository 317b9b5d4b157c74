"""Reads a shop's records into a run, wherever that writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import Clock
from littlerelay.patience import Follow
from littlerelay.pipeline import Rules, Run
from littlerelay.progress import Advanced, Bucket
from littlerelay.settings import Mode
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.ways import Ways
from littlerelay.shopify.windows import limited
from littlerelay.writing import advances


@dataclass(frozen=True, slots=True)
class Reading:
    """How the records of one opened shop are read; see `Ways` for the fields."""

    shop: Shop
    mode: Mode
    folder: Path
    clock: Clock
    watch: Follow
    is_local: bool

    def told(self, run: Run, start: Checkpoint, made: Rules) -> Iterator[Advanced]:
        """Read every resource from where it stands."""
        ways = self._ways(start)
        for name, position in start.resources.items():
            if position.done:
                continue
            reader = ways.reader(name, start.updated_since, start.frozen_end)
            windows = reader.windows(position.time)
            if name == "orders":
                windows = self.shop.within_reach(windows, start.new_since or start.since)
            if start.limit is not None:
                windows = limited(windows, start.limit)
            yield from advances(run, name, windows, made, self._bucket)

    def _bucket(self) -> Bucket | None:
        return self.shop.api.bucket

    def _ways(self, start: Checkpoint) -> Ways:
        """Give the ways to the records: a sample is too small for any but pages."""
        mode = self.mode if start.limit is None else "pages"
        return Ways(self.shop, mode, self.folder, self.clock, self.watch, is_local=self.is_local)
