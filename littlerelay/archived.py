"""Reads the records of an archive in windows, as a run takes them, with no network.

What is not as the archive's run wrote it is an error, never an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from littlerelay.archives import REMEDY, Archive
from littlerelay.errors import DiskError
from littlerelay.files.inputs import Input
from littlerelay.files.lines import lines
from littlerelay.marks import Part
from littlerelay.pipeline import Record
from littlerelay.times import epoch

_BATCH = 100  # records that are given together
_LONGEST = 1 << 29  # bytes of a line

Place = tuple[int, int]  # when a record was created, and its id


@dataclass(frozen=True, slots=True)
class _Window:
    end: int
    records: list[Record]


class Archived:
    """Reads one resource of an archive that lies in a folder. Raises DiskError for damage."""

    def __init__(self, folder: Path, archive: Archive, resource: str) -> None:
        self._folder = folder
        self._archive = archive
        self._parts = [part for part in archive.parts if part.resource == resource]
        self._head = {
            "source": resource,
            "shop": archive.shop,
            "api_version": archive.api_version,
        }

    def total(self) -> int:
        """Count the records."""
        return sum(part.mark.lines for part in self._parts)

    def windows(self, read: int) -> Iterator[_Window]:
        """Give every window after so many records, which were read before."""
        batch: list[Record] = []
        for (created, _), record in self._in_order(read):
            if len(batch) >= _BATCH:
                yield _Window(created, batch)
                batch = []
            batch.append(record)
        yield _Window(self._archive.frozen_end, batch)

    def _in_order(self, read: int) -> Iterator[tuple[Place, Record]]:
        before = (-1, 0)
        for part in self._parts:
            if read >= part.mark.lines:
                read -= part.mark.lines
                continue
            for text in self._lines(part, read):
                place, record = self._record(part, text)
                if not before < place < (self._archive.frozen_end, 0):
                    raise self._damaged(part)
                yield place, record
                before = place
            read = 0

    def _lines(self, part: Part, read: int) -> Iterator[bytes | None]:
        """Give the lines of a part, but for the first so many."""
        count = 0
        # Others may read the same archive: nobody writes to one that is done.
        with closing(Input(self._folder / part.name, is_growing=True)) as source:
            for _, text in lines(source.read, _LONGEST):
                count += 1
                if count > read:
                    yield text
        if count != part.mark.lines:
            raise self._damaged(part)

    def _record(self, part: Part, text: bytes | None) -> tuple[Place, Record]:
        """Read one line. Raises DiskError for one that no archive of this run has."""
        try:
            line: Any = orjson.loads(text or b"")
            record = line.pop("record")
            place = epoch(record["created_at"]), record["id"]
            is_ours = (
                line == self._head
                and isinstance(place[1], int)
                and epoch(record["updated_at"]) >= 0
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            is_ours = False
        if not is_ours:
            raise self._damaged(part)
        return place, record

    def _damaged(self, part: Part) -> DiskError:
        return DiskError(
            f"{self._folder / part.name} does not hold what its archive tells of.",
            REMEDY,
        )
