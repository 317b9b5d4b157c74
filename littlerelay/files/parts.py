"""Appends lines to gzip files that can be cut back to wherever they were made durable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from littlerelay.files.compressed import Member
from littlerelay.files.ndjson import PlainFile
from littlerelay.marks import Part

FULL = 128_000_000  # uncompressed bytes after which another part begins


class PartFile:
    """One part of an archive in a folder, whose members end where it was made durable.

    So its bytes depend on when that was, and its lines do not. Raises what PlainFile raises.
    """

    def __init__(self, folder: Path, part: Part) -> None:
        self._part = part
        self._file = PlainFile(folder / part.name, part.mark, is_new=not part.mark.bytes)
        self._lines = part.mark.lines
        self._unpacked = part.unpacked
        self._member = Member()

    def takes(self, resource: str) -> bool:
        """Tell whether a line of this resource belongs into this part."""
        return resource == self._part.resource and self._unpacked < FULL

    def write(self, line: bytes) -> None:
        """Append one line, its newline included."""
        self._lines += 1
        self._unpacked += len(line)
        self._put(self._member.add(line))

    def sync(self) -> Part:
        """Make all lines durable, and say how far the part goes."""
        if self._member.bytes:
            self._put(self._member.end())
            self._member = Member()
        mark = replace(self._file.sync(), lines=self._lines)
        return replace(self._part, mark=mark, unpacked=self._unpacked)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _put(self, piece: bytes) -> None:
        if piece:
            self._file.write(piece)
