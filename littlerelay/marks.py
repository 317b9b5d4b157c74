"""Says how far a file is durable."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in a file: bytes and lines before it, and a SHA-256 of the last 64 KiB before it."""

    bytes: int = 0
    lines: int = 0
    tail: str = hashlib.sha256(b"").hexdigest()


EMPTY = Mark()
