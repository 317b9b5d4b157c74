"""Remembers which messages a job has given: their ids, 16 bytes each, sorted, searched on disk.

A million ids are 16 MB on disk and next to nothing in memory. A ledger is never changed: the next
one is written beside it and named by the job's history, which is replaced in one step.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import mmap
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from littlerelay.durable import disk_errors, new_file, open_private, sync_folder

SIZE = 16
SORTING = "sorting-"  # begins the name of a folder that only a killed merge leaves
_CHUNK = 65_536  # ids that are sorted in memory at a time (4 MB)
_OPEN = 100  # pieces that are merged at a time: each is an open file, of 256 that macOS allows
_BUFFER = 64 * 1024  # bytes of a piece that are written at once
_MESSAGE_ID = re.compile(rb'"messageId":"([0-9a-f-]{36})"')


class Ledger:
    """An open ledger: ``message_id in ledger`` is a binary search. Raises DiskError."""

    def __init__(self, path: Path) -> None:
        with disk_errors(path), path.open("rb") as file:
            self._count = os.fstat(file.fileno()).st_size // SIZE
            self._map = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self._count else None
            )

    def __contains__(self, message_id: str) -> bool:
        """Tell whether a message was given."""
        wanted = bytes.fromhex(message_id.replace("-", ""))
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._at(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low < self._count and self._at(low) == wanted

    def close(self) -> None:
        """Let go of the file."""
        if self._map is not None:
            self._map.close()

    def _at(self, index: int) -> bytes:
        if self._map is None:
            raise IndexError(index)
        return self._map[index * SIZE : (index + 1) * SIZE]


def merge(old: Path | None, output: Path, new: Path) -> str:
    """Write at ``new`` the ids of the old ledger and of an event file, each once, sorted.

    Gives the SHA-256 of the new ledger. Raises DiskError.
    """
    digest = hashlib.sha256()
    with disk_errors(new), ExitStack() as stack:
        sorting = tempfile.TemporaryDirectory(prefix=SORTING, dir=new.parent)
        folder = Path(stack.enter_context(sorting))
        pieces = _few(_sorted_runs(_ids(output), folder), folder)
        runs = [_read(path) for path in pieces]
        if old is not None:
            runs.append(_read(old))
        handle = open_private(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(handle, "wb") as file:
            for chunk in _packed(_unique(heapq.merge(*runs))):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(new.parent)
    return digest.hexdigest()


def fingerprint(path: Path) -> str | None:
    """Give the SHA-256 of a ledger, none where it is not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _ids(output: Path) -> Iterator[bytes]:
    """Read the ids of our own event file: the first messageId of every line."""
    with _open(output) as file:
        for line in file:
            match = _MESSAGE_ID.search(line)
            if match is None:
                raise ValueError(f"a line without a messageId in {output}")
            yield bytes.fromhex(match[1].replace(b"-", b"").decode())


def _open(output: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(output, "rb") if output.suffix == ".gz" else output.open("rb")


def _sorted_runs(ids: Iterable[bytes], folder: Path) -> list[Path]:
    """Sort ids in pieces that fit into memory, a file each."""
    paths: list[Path] = []
    chunk: list[bytes] = []
    for one in ids:
        chunk.append(one)
        if len(chunk) == _CHUNK:
            paths.append(_spill(chunk, folder / str(len(paths))))
            chunk = []
    return [*paths, _spill(chunk, folder / str(len(paths)))]


def _few(paths: list[Path], folder: Path) -> list[Path]:
    """Merge pieces until few enough are left to be open at once."""
    while len(paths) > _OPEN:
        together, paths = paths[:_OPEN], paths[_OPEN:]
        merged = folder / f"{together[0].name}+"
        with new_file(merged, _BUFFER) as file:
            file.writelines(_packed(heapq.merge(*map(_read, together))))
        for path in together:
            path.unlink()
        paths.append(merged)
    return paths


def _spill(chunk: list[bytes], path: Path) -> Path:
    with new_file(path, _BUFFER) as file:
        file.write(b"".join(sorted(chunk)))
    return path


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(SIZE * 1024):
            for start in range(0, len(block), SIZE):
                yield block[start : start + SIZE]


def _unique(ids: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for one in ids:
        if one != last:
            yield one
        last = one


def _packed(ids: Iterable[bytes]) -> Iterator[bytes]:
    chunk = bytearray()
    for one in ids:
        chunk += one
        if len(chunk) >= SIZE * 4096:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)
