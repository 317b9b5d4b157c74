"""Keeps the work files of a comparison: for their owner alone, and only while they are needed."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from littlerelay.durable import disk_errors, new_file


class Workspace:
    """A folder below the system's folder for temporary files. Raises DiskError."""

    def __enter__(self) -> Self:
        with disk_errors(Path(tempfile.gettempdir())):
            self.path = Path(tempfile.mkdtemp(prefix="relay-diff-"))
        self._files: list[BinaryIO] = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            with suppress(OSError):  # what was not written yet has no room, and is of no use
                file.close()
        with disk_errors(self.path):
            shutil.rmtree(self.path)

    def create(self, name: str, buffer: int = 256 * 1024) -> BinaryIO:
        """Make a file and open it for writing. Raises OSError."""
        file = new_file(self.path / name, buffer)
        self._files.append(file)
        return file
