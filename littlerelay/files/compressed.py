"""Appends lines to a gzip file that can be cut back to where a checkpoint says."""

from __future__ import annotations

import zlib
from pathlib import Path

from littlerelay.files.ndjson import PlainFile
from littlerelay.marks import EMPTY, Mark

MEMBER = 8_000_000  # uncompressed bytes at which a member is full


class GzipFile:
    """Appends as `PlainFile` does: members that each end with the first record after 8 MB.

    Where members end depends on the records alone, never on time or on interruptions, and only
    there is a mark: so the bytes are those of a run that was never stopped.
    """

    def __init__(self, path: Path, mark: Mark = EMPTY, *, is_new: bool = False) -> None:
        self._file = PlainFile(path, mark, is_new=is_new)
        self._lines = mark.lines
        self._member = Member()

    @property
    def written(self) -> int:
        """Give the compressed bytes written so far."""
        return self._file.written

    def write(self, line: bytes) -> None:
        """Append one line, its newline included."""
        self._lines += 1
        self._put(self._member.add(line))

    def settle(self) -> bool:
        """End the member if it is full, and tell whether one has just ended."""
        if self._member.bytes >= MEMBER:
            self._end_member()
        return self._member.bytes == 0

    def sync(self) -> Mark:
        """Make the ended members durable; a member under way is not covered."""
        mark = self._file.sync()
        return Mark(mark.bytes, self._lines, mark.tail)

    def finish(self) -> Mark:
        """End the last member and make all durable; no line at all is an empty member."""
        if self._member.bytes or not self.written:
            self._end_member()
        return self.sync()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _end_member(self) -> None:
        self._put(self._member.end())
        self._member = Member()

    def _put(self, piece: bytes) -> None:
        if piece:
            self._file.write(piece)


class Member:
    """One gzip member without a time in its header."""

    def __init__(self) -> None:
        self.bytes = 0
        self._zlib = zlib.compressobj(1, zlib.DEFLATED, 31)

    def add(self, line: bytes) -> bytes:
        """Take a line in, and give what can be written."""
        self.bytes += len(line)
        return self._zlib.compress(line)

    def end(self) -> bytes:
        """Give what is left to be written."""
        return self._zlib.flush()


def open_output(path: Path, mark: Mark = EMPTY, *, is_new: bool = False) -> PlainFile | GzipFile:
    """Open an output by its name: ``.gz`` is compressed."""
    kind = GzipFile if path.suffix == ".gz" else PlainFile
    return kind(path, mark, is_new=is_new)
