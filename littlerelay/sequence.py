"""Puts files in the order in which runs wrote them, whatever the order of their names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from littlerelay import checkpoint
from littlerelay.places import Paths
from littlerelay.recordings import RECORDED


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Put those that runs wrote in the order in which they read the shop; others stay in place.

    Of one messageId the later file has the newer state, and is to come last. Recordings do not say
    how new they are. Raises what `checkpoint.load` raises.
    """
    given = list(paths)
    read = {path: moment for path in given if (moment := _moment(path)) is not None}
    sorted_ones = iter(sorted(read, key=read.__getitem__))
    return [next(sorted_ones) if path in read else path for path in given]


def _moment(path: Path) -> int | None:
    """Give up to when a file's run read, in seconds since 1970; none where nothing tells."""
    run = checkpoint.load(Paths(path).checkpoint)
    return None if run is None or RECORDED in run.meaning else run.frozen_end
