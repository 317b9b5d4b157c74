"""Writes files so that a crash or a power loss leaves either the old or the new, never half.

Every file is made readable for its owner alone: it may hold customers' data.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from littlerelay.errors import DiskError

PRIVATE = 0o600


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn an operating system's refusal into DiskError, naming ``path``."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"{path}: {error.strerror or error}.",
            "Mend that (space, permissions, the disk), then run the same command again.",
        ) from error


def as_text(path: Path) -> str:
    """Write a path as JSON can keep it: a byte of its name that is no UTF-8 is escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def open_private(path: Path, flags: int) -> int:
    """Open a file to write to it: never through a link; one that is made is its owner's alone.

    Raises OSError.
    """
    return os.open(path, flags | os.O_NOFOLLOW, PRIVATE)


def open_readable(path: Path) -> int:
    """Open a file to read it, whatever it is: a pipe that nobody writes to keeps nobody waiting.

    Raises OSError, and ValueError for what is no name.
    """
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def new_file(path: Path, buffering: int) -> BinaryIO:
    """Make a file where there is none, and open it for writing. Raises OSError."""
    handle = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    return os.fdopen(handle, "wb", buffering=buffering)


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step that survives a power loss.

    Raises DiskError; the old file is whole then.
    """
    temporary = path.with_name(path.name + ".tmp")
    with disk_errors(path):
        handle = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
        sync_folder(path.parent)


def write_all(handle: int, content: bytes | bytearray) -> None:
    """Write every byte, however little the system takes at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, and those above it, and make them durable.

    Raises DiskError.
    """
    with disk_errors(path):
        if not path.is_dir():
            if not path.parent.is_dir():
                make_folder(path.parent)
            path.mkdir(mode=0o700, exist_ok=True)
            sync_folder(path.parent)


def try_lock(handle: int) -> bool:
    """Take the lock on an open file unless another process has it; the system frees it on death."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
