"""Joins a bulk result, in which every node of a connection is a line of its own, to whole nodes.

Shopify gives the lines grouped (below their parent, depth first) or not; only the order of the
nodes within one connection is certain. While lines are grouped and the roots ascend, they are
joined as they are read. At the first line that breaks either, all is read anew into partitions.
Memory is bounded either way, and nothing is given before the whole file was seen to be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson

from littlerelay.durable import disk_errors
from littlerelay.shopify.bulk_lines import STAMP, BulkLines, Node, first_stamp
from littlerelay.shopify.grouped import joined_in_passing
from littlerelay.shopify.partitions import Partitions
from littlerelay.shopify.shapes import Plan, Shape
from littlerelay.shopify.workfolder import WorkFolder, merged


class Joined:
    """The whole nodes of a bulk result, on disk: close it to remove them.

    ``objects`` counts the lines that were read, ``roots`` those of them without a parent: what
    Shopify counts as ``objectCount`` and ``rootObjectCount``.
    """

    def __init__(self, lines: BulkLines, runs: list[Path], files: ExitStack) -> None:
        self.objects = lines.objects
        self.roots = lines.roots
        self._bounds = lines.lowest, lines.highest
        self._runs = runs
        self._files = files

    def __iter__(self) -> Iterator[Node]:
        """Give every node in order of (created_at, number of its id). Raises DiskError."""
        return map(orjson.loads, self.lines())

    def lines(self) -> Iterator[bytes]:
        """Give every node as a line of JSON, in the same order. Raises DiskError."""
        with disk_errors(self._runs[0].parent):
            yield from merged(self._runs, STAMP)

    def created_within(self, start: int, end: int) -> int:
        """Count the roots that were created from ``start`` up to ``end``. Raises DiskError."""
        low, high = first_stamp(start), first_stamp(end)
        if low <= self._bounds[0] and self._bounds[1] < high:  # nearly always
            return self.roots
        with disk_errors(self._runs[0].parent):
            return sum(low <= line[:STAMP] < high for line in merged(self._runs))

    def close(self) -> None:
        """Remove the work files. Raises DiskError."""
        self._files.close()


def join(path: Path, shape: Shape, folder: Path) -> Joined:
    """Join the lines of a file to the nodes that a page would give, its connections whole.

    Work files lie below ``folder`` until the answer is closed; they take about as much room as the
    file, and with two levels of connections twice as much for a while.
    A root that is there twice is refused; both have the same ``created_at``, for it never changes.
    Raises JoinError, which tells the number of a line that cannot be right, and DiskError.
    """
    plan = Plan(shape)
    lines = BulkLines(path, plan.places)
    with ExitStack() as stack:
        work = WorkFolder(folder / f"{path.name}.join")
        stack.callback(work.remove)
        runs = _streamed(lines, plan, work) or Partitions(lines, plan, work).runs()
        return Joined(lines, runs, stack.pop_all())


def _streamed(lines: BulkLines, plan: Plan, work: WorkFolder) -> list[Path]:
    """Give the one run that comes of grouped lines; none where they are not grouped."""
    run = work.path / "run"
    with disk_errors(work.path):
        with work.create(run.name) as file:
            is_grouped = joined_in_passing(lines, plan, file)
        if not is_grouped:
            run.unlink()
    return [run] if is_grouped else []
