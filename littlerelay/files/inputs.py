"""Reads files of events as plain bytes: as they are, from gzip, from Zstandard, from a stream.

Which of these a file is, its first bytes say, not its name. A position in it counts bytes as they
are when unpacked. A compressed file that ends before its own end is an error, never an end.
"""

from __future__ import annotations

import io
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Protocol

from littlerelay.durable import disk_errors, open_readable, try_lock
from littlerelay.errors import DamagedError, DiskError, LockedError, UsageError
from littlerelay.files.unpackers import HEAD, Unpacker, unpacker
from littlerelay.marks import tail_of


class Input:
    """One file that is read from its beginning to its end.

    Raises UsageError where it is missing or no file, LockedError where a run writes it (unless it
    is known to grow), DiskError where it cannot be read or is compressed and cut.
    """

    def __init__(self, path: Path, *, is_growing: bool = False) -> None:
        self.path = path
        with ExitStack() as stack:  # what is refused is not left open
            self._raw = stack.enter_context(_opened(path))
            self._handle = self._raw.fileno()
            with disk_errors(path):
                self.raw_size = os.fstat(self._handle).st_size
                self._unpacker = unpacker(os.pread(self._handle, HEAD, 0), str(path))
            self._reader = _Reader(self._raw, self._unpacker, str(path))
            if not is_growing:
                self.lock()
            stack.pop_all()

    def lock(self) -> None:
        """Keep others from writing or sending the file. Raises LockedError where one does."""
        if not try_lock(self._handle):
            raise LockedError(f"Another run writes or sends {self.path}.", "Wait for it to end.")

    @property
    def is_plain(self) -> bool:
        """Tell whether the file holds its lines as they are."""
        return self._unpacker is None

    @property
    def raw_position(self) -> int:
        """Give how many bytes of the file itself were read."""
        return self._reader.taken

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes; fewer only at the end, none after it."""
        with disk_errors(self.path):
            return self._reader.read(most)

    def read_at(self, position: int, size: int) -> bytes:
        """Give bytes of a plain file from a place that was read before."""
        with disk_errors(self.path):
            return os.pread(self._handle, size, position)

    def go_to(self, position: int) -> None:
        """Go on from an unpacked position that was read before. Raises DiskError past the end."""
        if self.is_plain:
            with disk_errors(self.path):
                self._raw.seek(position)
            self._reader.taken = position
            return
        left = position
        while left:
            passed = len(self.read(min(left, 1 << 20)))
            if not passed:
                raise not_the_file(self.path)
            left -= passed

    def fingerprint(self, position: int) -> str:
        """Say what the file is, up to an unpacked position: a hash of the last 64 KiB before it.

        A plain file may grow after that; a compressed one is known by its own end.
        """
        end = position if self.is_plain else self.raw_size
        with disk_errors(self.path):
            return tail_of(self._handle, end)

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()


class StreamInput:
    """Lines that come once, as from standard input: nothing to go back to, nothing to resume."""

    is_plain = True
    raw_size: int | None = None
    raw_position = 0

    def __init__(self, stream: BinaryIO) -> None:
        head = _whole_read(stream, HEAD)
        source = _Rejoined(head, stream)
        unpacks = unpacker(head, "standard input")
        self._reader: _Reader | _Rejoined = _Reader(source, unpacks, "standard input")

    def peek(self, size: int) -> bytes:
        """Give the first bytes, which are read once more."""
        head = self._reader.read(size)
        self._reader = _Rejoined(head, self._reader)
        return head

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes; fewer only at the end, none after it."""
        return self._reader.read(most)

    def close(self) -> None:
        """Leave the stream open: it is not ours."""


class _Rejoined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO | _Reader | _Rejoined) -> None:
        self._head = head
        self._rest = rest

    def read(self, most: int) -> bytes:
        if self._head:
            piece, self._head = self._head[:most], self._head[most:]
            return piece
        return self._rest.read(most)


class _Source(Protocol):
    def read(self, most: int, /) -> bytes | None: ...


class _Reader:
    """Fills reads from a source, through an unpacker where there is one."""

    def __init__(self, source: _Source, unpacker: Unpacker | None, name: str) -> None:
        self._source = source
        self._unpacker = unpacker
        self._name = name
        self._rest = b""
        self.taken = 0

    def read(self, most: int) -> bytes:
        pieces, size = [], 0
        while size < most and (piece := self._piece(most - size)):
            pieces.append(piece)
            size += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, most: int) -> bytes:
        if self._unpacker is None:
            return self._take(most)
        piece = self._rest
        while not piece:
            hungry = self._unpacker.is_hungry
            packed = self._take(self._unpacker.portion) if hungry else b""
            piece = self._unpacker.unpack(packed, most)
            if hungry and not packed and not piece:
                self._check_end(self._unpacker)
                return b""
        piece, self._rest = piece[:most], piece[most:]
        return piece

    def _take(self, most: int) -> bytes:
        piece = self._source.read(most) or b""
        self.taken += len(piece)
        return piece

    def _check_end(self, unpacker: Unpacker) -> None:
        if not unpacker.is_whole:
            raise DamagedError(
                f"{self._name} is compressed and ends too early: it was cut.",
                "Fetch it once more; what was read before the cut is kept.",
            )


def _opened(path: Path) -> io.FileIO:
    hint = "Name a file of events."
    try:
        handle = open_readable(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise UsageError(f"{path} cannot be read: {reason}.", hint) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
            files = f"Name the files in it, as in '{path}/*.ndjson'."
            raise UsageError(f"{path} is not a plain file.", files if is_folder else hint)
        return io.FileIO(handle, "r")
    except BaseException:
        os.close(handle)
        raise


def _whole_read(stream: BinaryIO, size: int) -> bytes:
    head = b""
    while len(head) < size and (piece := stream.read(size - len(head))):
        head += piece
    return head


def not_the_file(path: Path) -> DiskError:
    """Say that a file changed since it was sent from."""
    return DiskError(
        f"{path} is not the file that was sent from before: it is shorter or changed.",
        "Put the file back, or send it from the start with --again.",
    )
