"""Keeps the work files of a comparison: for their owner alone, and only while they are needed."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from littlerelay.durable import PRIVATE, disk_errors

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


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
        file = os.fdopen(os.open(self.path / name, _NEW, PRIVATE), "wb", buffering=buffer)
        self._files.append(file)
        return file
