"""Joins lines that come in any order, in bounded memory: by hash partitions on disk.

Each owner (a node that holds others) and all its members go to one partition, chosen by a hash of
the owner's id; a partition is joined in memory and becomes a run, sorted by its owners' stamps. The
kinds of owners are joined deepest first: the runs of one are merged in the order of the file, which
its nodes keep in their connection, and go to the partitions of its parents. Lines were decoded and
encoded once when they were spread; from then on bytes are moved and nothing is decoded.

A record of a partition is a line. Its key is an id encoded as JSON, which holds no tab:

- of an owner: key, tab, stamp, node. The rest is a line of the run once its connections are in. The
  stamp of a root is what roots are sorted by; of another owner it is the number of its line, and
  what makes it a member of its parent: key of the parent, index, tab.
- of a member: key of the owner, index of the connection, tab, node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from zlib import crc32

import orjson

from littlerelay.durable import disk_errors
from littlerelay.shopify.bulk_lines import BulkLines
from littlerelay.shopify.shapes import Plan, whole
from littlerelay.shopify.workfolder import WorkFolder, merged

_PART = 16 * 1024 * 1024  # bytes of lines that a partition aims at
_MOST_PARTS = 192  # files open at once; some systems allow a process 256
_LARGEST = 2  # times what a partition aims at and it is split once more
_LAST_SPLIT = 1 << 20  # of the hash's 32 bits, so much may be used up
_READ = 256 * 1024
_LINE = 12  # digits of a line's number


class Scatter:
    """Spreads records over files, those of one key into one of them and in their order.

    ``used`` is by how much the hash was divided already: what is left of it chooses the file.
    """

    def __init__(self, work: WorkFolder, name: str, count: int, used: int = 1) -> None:
        self.parts = [work.path / f"{name}-{number}" for number in range(count)]
        self.used = used * count
        self._count = count
        self._divisor = used
        with ExitStack() as stack:
            files = [stack.enter_context(work.create(part.name)) for part in self.parts]
            self._files = stack.pop_all()
        self._writes = [file.write for file in files]

    def write(self, key: bytes, record: bytes) -> None:
        """Put one record, its newline included, to the others of its key."""
        self._writes[crc32(key) // self._divisor % self._count](record)

    def close(self) -> None:
        """End the files."""
        self._files.close()


class Partitions:
    """Joins the lines of one file. Use it once."""

    def __init__(self, lines: BulkLines, plan: Plan, work: WorkFolder) -> None:
        self._lines = lines
        self._plan = plan
        self._work = work

    def runs(self) -> list[Path]:
        """Give files of whole roots, one a line after its stamp, each file sorted.

        Raises JoinError, and DiskError.
        """
        owners = self._plan.owners
        with disk_errors(self._work.path), ExitStack() as stack:
            count = self._count(self._lines.size())
            scatters = [
                stack.enter_context(closing(Scatter(self._work, f"part-{number}", count)))
                for number in range(len(owners))
            ]
            self._spread(scatters)
            for number in range(len(owners) - 1, 0, -1):
                above = scatters[owners[number].place.parent]
                runs = self._runs_of(scatters[number], number)
                for record in merged(runs, _LINE):
                    above.write(_key(record), record)
                _remove(runs)
            return self._runs_of(scatters[0], 0)

    def _spread(self, scatters: list[Scatter]) -> None:
        lines, dumps = self._lines, orjson.dumps
        for place, node, parent in lines.read():
            if place.owner < 0:
                key = dumps(parent)
                record = b"%s%d\t%s\n" % (key, place.index, dumps(node))
                scatters[place.parent].write(key, record)
                continue
            if place.depth == 0:
                stamp = lines.stamp(node)
            else:
                stamp = b"%0*d%s%d\t" % (_LINE, lines.line, dumps(parent), place.index)
            key = dumps(node["id"])
            scatters[place.owner].write(key, b"%s\t%s%s\n" % (key, stamp, dumps(node)))

    def _runs_of(self, scatter: Scatter, owner: int) -> list[Path]:
        scatter.close()
        return [self._run(part, owner, scatter.used) for part in scatter.parts]

    def _run(self, part: Path, owner: int, used: int) -> Path:
        """Make a partition a run; one that grew too large is split, and its runs are merged."""
        run, parts = part.with_name(f"{part.name}-run"), list[Path]()
        if part.stat().st_size > _LARGEST * _PART and used < _LAST_SPLIT:
            parts = self._runs_of(self._split(part, used), owner)
        with self._work.create(run.name) as file:
            file.writelines(merged(parts) if parts else self._joined(part, owner))
        _remove(parts or [part])
        return run

    def _count(self, size: int) -> int:
        """Give the number of partitions for so many bytes, their share of the open files at most.

        Those of one kind of owners are read while those of another are written.
        """
        return max(1, min(_MOST_PARTS // len(self._plan.owners), -(-size // _PART)))

    def _split(self, part: Path, used: int) -> Scatter:
        count = max(2, self._count(part.stat().st_size))
        scattered = Scatter(self._work, part.name, count, used)
        with closing(scattered) as scatter, part.open("rb") as records:
            for record in records:
                scatter.write(_key(record), record)
        part.unlink()
        return scatter

    def _joined(self, part: Path, owner: int) -> Iterator[bytes]:
        """Give the whole nodes of a partition in order of their stamps."""
        openings = self._plan.owners[owner].openings
        indexes = [b"%d" % index for index in range(len(openings))]
        owners, members = self._read(part, owner)
        for key in sorted(owners, key=owners.__getitem__):
            lists = [members.pop(key + index, ()) for index in indexes]
            yield whole(owners.pop(key), openings, lists) + b"\n"
        for key in members:
            raise self._lines.orphan(_text(key), owner)

    def _read(self, part: Path, owner: int) -> tuple[dict[bytes, bytes], dict[bytes, list[bytes]]]:
        """Give the owners of a partition by key, and the members by key and index."""
        owners: dict[bytes, bytes] = {}
        members: dict[bytes, list[bytes]] = defaultdict(list)
        with part.open("rb", buffering=_READ) as records:
            for record in records:
                key, rest = record[:-1].split(b"\t", 1)
                if key[-1:] != b'"':
                    members[key].append(rest)
                elif key in owners:
                    raise self._lines.twice(_text(key), owner)
                else:
                    owners[key] = rest
        return owners, members


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink()


def _key(record: bytes) -> bytes:
    """Give the key of a record without its index: up to the quote before the first tab."""
    return record[: record.rindex(b'"', 0, record.index(b"\t")) + 1]


def _text(key: bytes) -> str:
    return str(orjson.loads(key[: key.rindex(b'"') + 1]))
