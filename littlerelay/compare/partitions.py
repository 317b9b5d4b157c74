"""Spreads records of fixed width over files, so that each file fits into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct

from littlerelay.compare.workspace import Workspace

# What a message names, a hash of what it says, where its line lies (position and size), which of
# the line's messages it is, and the number of its event and month.
ENTRY = Struct("<36sqQIII")
# A message (position, size, number), and another of the same fact. Records sort by the position.
FINDING = Struct(">QIIQII")

_BUFFER = 16 * 1024
_MOST_PARTS = 128  # files open at once; some systems allow a process 256
_PART = 4_000_000  # bytes of lines that a partition is for
_RANGES = 32
_READ = 1 << 20

Entry = tuple[bytes, int, int, int, int, int]
Finding = tuple[int, int, int, int, int, int]


class Partitions:
    """The entries of one side, those of one key in one file and in their order."""

    def __init__(self, work: Workspace, name: str, count: int) -> None:
        self._paths = [work.path / f"{name}-{number}" for number in range(count)]
        self._files = [work.create(path.name, _BUFFER) for path in self._paths]
        self.writes: list[Callable[[bytes], object]] = [file.write for file in self._files]
        self.entries = 0  # once they have ended

    def close(self) -> None:
        """End the files. Raises OSError."""
        for file in self._files:
            self.entries += file.tell() // ENTRY.size
            file.close()

    def latest(self, number: int) -> dict[bytes, Entry]:
        """Give the last entry of each key in one file, which is removed. Raises OSError."""
        path = self._paths[number]
        found: dict[bytes, Entry] = {}
        with path.open("rb", buffering=0) as file:
            while piece := file.read(ENTRY.size * (_READ // ENTRY.size)):
                found.update({entry[0]: entry for entry in ENTRY.iter_unpack(piece)})
        path.unlink()
        return found


def parts_for(size: int) -> int:
    """Give how many partitions so many bytes of lines need."""
    return max(1, min(_MOST_PARTS, size // _PART))


class Findings:
    """Findings that come in any order and are given in that of their positions below ``end``."""

    def __init__(self, work: Workspace, name: str, end: int) -> None:
        self._paths = [work.path / f"{name}-{number}" for number in range(_RANGES)]
        self._files = [work.create(path.name, _BUFFER) for path in self._paths]
        self._writes = [file.write for file in self._files]
        self._width = end // _RANGES + 1

    def add(self, place: tuple[int, ...], other: tuple[int, ...]) -> None:
        """Take one finding. Raises OSError."""
        self._writes[place[0] // self._width](FINDING.pack(*place, *other))

    def close(self) -> None:
        """End the files. Raises OSError."""
        for file in self._files:
            file.close()

    def __iter__(self) -> Iterator[Finding]:
        """Give all of them in order. Raises OSError."""
        for path in self._paths:
            held = path.read_bytes()
            width = FINDING.size
            for record in sorted(held[at : at + width] for at in range(0, len(held), width)):
                yield FINDING.unpack(record)
