"""Appends lines to files that can be cut back to where a checkpoint says.

Whatever lies behind the last mark was never promised: on resume it is cut off, so a file ends with
each line once, and none of them torn. Files are readable for their owner alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from littlerelay.durable import (
    PRIVATE,
    disk_errors,
    open_private,
    open_readable,
    sync_folder,
    try_lock,
    write_all,
)
from littlerelay.errors import AlteredError, DiskError, LockedError, UsageError
from littlerelay.marks import EMPTY, Mark, tail_of

_BUFFER = 256 * 1024


class Output(Protocol):
    """Where lines go."""

    def settle(self) -> bool:
        """After a whole record: tell whether ``sync`` would cover all that was written."""

    @property
    def written(self) -> int:
        """Give the bytes written so far."""

    def write(self, line: bytes) -> None:
        """Append one line, its newline included."""

    def sync(self) -> Mark:
        """Make everything written durable and say where it ends."""

    def finish(self) -> Mark:
        """End the file: like ``sync``, at whatever point."""

    def close(self) -> None:
        """Let go of the file."""


class PlainFile:
    """An NDJSON file that grows at its end; ``mark`` is where a checkpoint left it.

    ``is_new`` refuses a file that is there already, which somebody else may have written.
    Raises UsageError where the file cannot be opened, DiskError where it does not hold what the
    mark says or cannot be written, LockedError where another run writes it.
    """

    def __init__(self, path: Path, mark: Mark = EMPTY, *, is_new: bool = False) -> None:
        self.path = path
        self._handle = _open(path, mark, os.O_EXCL if is_new else 0)
        self._bytes = mark.bytes
        self._lines = mark.lines
        self._mark = mark
        self._buffer = bytearray()

    @property
    def written(self) -> int:
        """Give the bytes written so far."""
        return self._bytes

    def write(self, line: bytes) -> None:
        """Append one line, its newline included."""
        self._lines += 1
        self._bytes += len(line)
        self._buffer += line
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def settle(self) -> bool:
        """Tell that a mark can be made anywhere."""
        return True

    def sync(self) -> Mark:
        """Make everything written durable and say where it ends."""
        if self._bytes != self._mark.bytes:
            self._flush()
            with disk_errors(self.path):
                os.fsync(self._handle)
                self._mark = Mark(self._bytes, self._lines, tail_of(self._handle, self._bytes))
        return self._mark

    finish = sync

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _flush(self) -> None:
        with disk_errors(self.path):
            write_all(self._handle, self._buffer)
        self._buffer.clear()


class LazyFile:
    """A PlainFile that is there only once it has a line, or stays only then where it ``is_new``."""

    def __init__(self, path: Path, mark: Mark = EMPTY, *, is_new: bool = False) -> None:
        self._path = path
        at_once = is_new or mark.bytes or path.is_symlink() or path.exists()
        self._file = PlainFile(path, mark, is_new=is_new) if at_once else None

    @property
    def written(self) -> int:
        """Give the bytes written so far."""
        return self._file.written if self._file else 0

    def write(self, line: bytes) -> None:
        """Append one line, its newline included."""
        if self._file is None:
            self._file = PlainFile(self._path, is_new=True)
        self._file.write(line)

    def settle(self) -> bool:
        """Tell that a mark can be made anywhere."""
        return True

    def sync(self) -> Mark:
        """Make everything written durable and say where it ends."""
        return self._file.sync() if self._file else EMPTY

    finish = sync

    def close(self) -> None:
        """Let go of the file, and of its name where it stayed empty."""
        if self._file is not None:
            self._file.close()
            if self._file.written == 0:
                self._path.unlink()


class StreamOutput:
    """Lines on a stream such as standard output: nothing to resume, nothing to mark.

    Raises DiskError where the stream takes no more, and BrokenPipeError where its reader went away.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._bytes = 0

    @property
    def written(self) -> int:
        """Give the bytes written so far."""
        return self._bytes

    def write(self, line: bytes) -> None:
        """Hand one line on."""
        self._bytes += len(line)
        with _stream_errors():
            self._stream.write(line)

    def settle(self) -> bool:
        """Tell that a mark can be made anywhere."""
        return True

    def sync(self) -> Mark:
        """Push what was written out of the buffer."""
        with _stream_errors():
            self._stream.flush()
        return EMPTY

    finish = sync

    def close(self) -> None:
        """Leave the stream open: it is not ours."""


@contextmanager
def _stream_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # a reader may have had enough: nothing failed
        raise
    except OSError as error:
        raise DiskError(
            f"The events cannot be written out: {error.strerror or error}.",
            "Mend where they go, then run the same command again.",
        ) from error


def check_free(path: Path) -> None:
    """Refuse a file that another run writes. Raises LockedError."""
    with disk_errors(path):
        handle = open_readable(path)
    try:
        _lock(path, handle)
    finally:
        os.close(handle)


def verify(path: Path, mark: Mark) -> None:
    """Check that a finished file still holds what its mark says. Raises DiskError."""
    with disk_errors(path):
        try:
            handle = open_readable(path)
        except FileNotFoundError as error:
            raise _not_the_file(path) from error
        try:
            if os.fstat(handle).st_size != mark.bytes or tail_of(handle, mark.bytes) != mark.tail:
                raise _not_the_file(path)
        finally:
            os.close(handle)


def _open(path: Path, mark: Mark, exclusive: int) -> int:
    """Open a file for this process alone and cut it to the mark; a new one only where it is 0."""
    flags = os.O_RDWR | (0 if mark.bytes else os.O_CREAT | exclusive)
    try:
        handle = open_private(path, flags)
    except FileNotFoundError as error:
        if mark.bytes:
            raise _not_the_file(path) from error
        raise UsageError(f"The folder of {path} does not exist.", "Make it first.") from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Choose another --out."
        ) from error
    try:
        _cut(path, handle, mark)
        if not mark.bytes:  # nothing is promised yet, and whoever made it may have let others read
            os.fchmod(handle, PRIVATE)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _cut(path: Path, handle: int, mark: Mark) -> None:
    with disk_errors(path):
        if not try_lock(handle):
            hint = "Wait for it, or choose another --out."
            raise LockedError(f"Another run writes {path}.", hint)
        size = os.fstat(handle).st_size
        if size < mark.bytes or tail_of(handle, mark.bytes) != mark.tail:
            raise _not_the_file(path)
        os.ftruncate(handle, mark.bytes)
        os.lseek(handle, mark.bytes, os.SEEK_SET)
        os.fsync(handle)
        sync_folder(path.absolute().parent)


def _lock(path: Path, handle: int) -> None:
    if not try_lock(handle):
        raise LockedError(f"Another run writes {path}.", "Wait for it, or choose another --out.")


def _not_the_file(path: Path) -> AlteredError:
    return AlteredError(
        f"{path} is not the file that its checkpoint tells of: it is missing, cut or changed.",
        "Put the file back, or start anew with --restart (the old files are kept).",
    )
