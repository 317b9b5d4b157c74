"""Keeps the work files of a comparison or a proof: for their owner alone, while they are needed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from littlerelay.durable import disk_errors, new_file, try_lock

_PREFIX = "relay-diff-"
_LOCK = ".lock"


class Workspace:
    """A folder below the system's folder for temporary files. Raises DiskError.

    Those that killed comparisons left there are removed first: their locks are free.
    """

    def __enter__(self) -> Self:
        place = Path(tempfile.gettempdir())
        _sweep(place)
        self._files: list[BinaryIO] = []
        with disk_errors(place):
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            try:
                self._lock = _locked(self.path)
            except BaseException:
                shutil.rmtree(self.path)
                raise
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
        with disk_errors(self.path), self._lock:
            shutil.rmtree(self.path)

    def create(self, name: str, buffer: int = 256 * 1024) -> BinaryIO:
        """Make a file and open it for writing. Raises OSError."""
        file = new_file(self.path / name, buffer)
        self._files.append(file)
        return file


def _locked(folder: Path) -> BinaryIO:
    """Lock a folder: its lock has its name once it is taken, so that nobody finds it free."""
    unnamed = folder / ".lock-to-be"
    lock = new_file(unnamed, 0)
    try_lock(lock.fileno())
    unnamed.rename(folder / _LOCK)
    return lock


def _sweep(place: Path) -> None:
    """Remove what this user's killed comparisons left; what cannot be removed stays."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                continue
            with (folder / _LOCK).open("rb") as lock:
                if try_lock(lock.fileno()):
                    shutil.rmtree(folder)
