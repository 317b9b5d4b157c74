"""Keeps the work files of a join: for their owner alone, and only while they are needed."""

from __future__ import annotations

import heapq
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from littlerelay.durable import disk_errors, new_file

_WRITTEN = 256 * 1024  # bytes at a time
_READ = 128 * 1024


class WorkFolder:
    """A folder for the work files of one join; what a killed run left in it is removed first.

    Raises DiskError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with disk_errors(path):
            if path.exists():
                shutil.rmtree(path)
            path.mkdir(mode=0o700)

    def create(self, name: str) -> BinaryIO:
        """Make a file and open it for writing. Raises OSError."""
        return new_file(self.path / name, _WRITTEN)

    def remove(self) -> None:
        """Remove the folder and all that is in it, if it is still there. Raises DiskError."""
        with disk_errors(self.path):
            if self.path.exists():
                shutil.rmtree(self.path)


def merged(runs: Iterable[Path], width: int = 0) -> Iterator[bytes]:
    """Give the lines of sorted files in order, without the first ``width`` bytes of each.

    Raises OSError.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(run.open("rb", buffering=_READ)) for run in runs]
        for line in heapq.merge(*files):
            yield line[width:]
