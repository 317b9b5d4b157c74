"""Keeps every record that a run reads, before it is mapped, in the parts of an archive.

Records are durable before the checkpoint that covers them is saved. What a run that was stopped
wrote after its last checkpoint is cut off when it goes on, so that each record is there once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from littlerelay import archives
from littlerelay.archives import Archive, ArchivePaths
from littlerelay.checkpoint import Checkpoint
from littlerelay.durable import disk_errors, make_folder
from littlerelay.errors import Bug, UsageError
from littlerelay.events import Event
from littlerelay.files.parts import PartFile
from littlerelay.marks import Part
from littlerelay.pipeline import Record, Rules

Save = Callable[[Checkpoint], None]


class Kept:
    """Keeps no record: what a run without an archive has in the place of one."""

    def keeping(self, rules: Rules) -> Rules:
        """Give rules that also keep each record that they are shown."""
        return rules

    def saving(self, save: Save) -> Save:
        """Give what saves a checkpoint once the records that it covers are durable."""
        return lambda at: save(self.covered(at))

    def covered(self, at: Checkpoint) -> Checkpoint:
        """Make all records durable, and give a checkpoint that says how far they go."""
        return at

    def close(self) -> None:
        """Let go of the files."""


NOTHING = Kept()


class KeptInParts(Kept):
    """Appends records to the parts of an archive; ``parts`` are those of the checkpoint."""

    def __init__(self, paths: ArchivePaths, archive: Archive, parts: tuple[Part, ...]) -> None:
        self._folder = paths.folder
        self._paths = paths
        self._head = {"shop": archive.shop, "api_version": archive.api_version}
        self._parts = list(parts)
        self._open = PartFile(paths.folder, parts[-1]) if parts else None

    def keeping(self, rules: Rules) -> Rules:
        """Give rules that also keep each record that they are shown.

        A record comes to the mapper once, when it is counted, whatever then becomes of it.
        """

        def mapper(resource: str, record: Record) -> list[Event]:
            self._keep(resource, record)
            return rules.mapper(resource, record)

        return replace(rules, mapper=mapper)

    def covered(self, at: Checkpoint) -> Checkpoint:
        """Make all records durable, and give a checkpoint that says how far they go."""
        self._sync()
        return at.model_copy(update={"archive": tuple(self._parts)})

    def close(self) -> None:
        """Let go of the files."""
        if self._open is not None:
            self._open.close()

    def _keep(self, resource: str, record: Record) -> None:
        line = {"source": resource, **self._head, "record": record}
        self._part_of(resource).write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _part_of(self, resource: str) -> PartFile:
        """Give the part in which the next record goes, a new one where the last is full."""
        if self._open is None or not self._open.takes(resource):
            self._sync()
            self.close()
            number = sum(part.resource == resource for part in self._parts)
            self._parts.append(Part(self._paths.part(resource, number), resource))
            self._open = None  # what cannot be opened is not closed once more
            self._open = PartFile(self._folder, self._parts[-1])
        return self._open

    def _sync(self) -> None:
        if self._open is not None:
            self._parts[-1] = self._open.sync()


@dataclass(frozen=True, slots=True)
class Keeper:
    """The archive of one run: its files, and what it says of itself."""

    paths: ArchivePaths
    archive: Archive

    def opened(self, start: Checkpoint) -> Kept:
        """Open the archive, cut to where a checkpoint left it.

        Raises DiskError where it does not hold what the checkpoint says, and UsageError where it
        is another run's.
        """
        make_folder(self.paths.folder)
        found = archives.load(self.paths.about)
        if found is not None and not found.is_of_same_run(self.archive):
            raise UsageError(
                f"{self.paths.about} tells of another run's archive.",
                "Move that archive away, or start anew with another --archive and --restart.",
            )
        self.paths.verify(start.archive[:-1])
        kept = KeptInParts(self.paths, self.archive, start.archive)
        self._remove_later({part.name for part in start.archive})
        archives.save(self.paths.about, self.archive)
        return kept

    def complete(self, end: Checkpoint) -> None:
        """Say that the archive is whole.

        Raises DiskError where it is not what the checkpoint says, Bug for a bug.
        """
        self.paths.verify(end.archive)
        kept = sum(part.mark.lines for part in end.archive)
        if kept != sum(at.read for at in end.resources.values()):
            raise Bug(f"{self.paths.about} would tell of {kept} records, not of all")
        done = {"phase": "done", "parts": end.archive}
        archives.save(self.paths.about, self.archive.model_copy(update=done))

    def _remove_later(self, names: set[str]) -> None:
        """Remove the parts that were begun after the checkpoint was saved."""
        for path in self.paths.present():
            if path != self.paths.about and path.name not in names:
                with disk_errors(path):
                    path.unlink()


def keeper(run: Checkpoint, output: Path, shop: str, zone: ZoneInfo) -> Keeper | None:
    """Give what keeps a run's records, none where it keeps none."""
    paths = archives.of_output(output, run.meaning)
    return Keeper(paths, archives.of_run(run, shop, zone.key)) if paths else None
