"""Keeps which messages of a sample were accepted, so that the whole is sent without them.

Of each message there are 16 bytes of a hash of its messageId, one after the other.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import orjson

from littlerelay.durable import disk_errors, make_folder, open_private
from littlerelay.events import Event

_SIZE = 16


def mark(event: Event) -> bytes:
    """Give what stands for a message."""
    return hashlib.sha256(event["messageId"].encode()).digest()[:_SIZE]


def add(path: Path, lines: Iterable[bytes]) -> None:
    """Add messages, each a line of JSON, to those that are kept. Raises DiskError."""
    make_folder(path.parent)
    with disk_errors(path):
        handle = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with os.fdopen(handle, "ab") as file:
            end = os.fstat(handle).st_size
            os.truncate(handle, end - end % _SIZE)  # a crash may have left a piece of one
            file.write(b"".join(mark(orjson.loads(line)) for line in lines))
            file.flush()
            os.fsync(file.fileno())


def load(path: Path) -> frozenset[bytes]:
    """Give what stands for all that are kept; a piece that a crash cut off is none."""
    with disk_errors(path):
        content = path.read_bytes() if path.exists() else b""
    whole = len(content) - len(content) % _SIZE
    return frozenset(content[start : start + _SIZE] for start in range(0, whole, _SIZE))
