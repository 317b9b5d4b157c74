"""Says how far a file is durable."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in a file: bytes and lines before it, and a SHA-256 of the last 64 KiB before it."""

    bytes: int = 0
    lines: int = 0
    tail: str = hashlib.sha256(b"").hexdigest()


EMPTY = Mark()


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive, with records of one resource, and how far it is durable.

    ``unpacked`` counts the bytes of its lines as they are before they are compressed.
    """

    name: str
    resource: str
    mark: Mark = EMPTY
    unpacked: int = 0


def tail_of(handle: int, end: int) -> str:
    """Hash the last 64 KiB before ``end`` of an open file."""
    start = max(0, end - _TAIL)
    return hashlib.sha256(os.pread(handle, end - start, start)).hexdigest()
