"""Maps the records of an archive again, with today's settings: `relay replay DIR --out FILE`.

It is a run like that of a backfill, with another source: its period and all that the shop told are
in the archive. No job remembers it, and nothing is asked of anybody.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from littlerelay import __version__, archives, checkpoint, runs
from littlerelay.archived import Archived
from littlerelay.archives import REMEDY, Archive
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.clock import SYSTEM, Clock
from littlerelay.durable import as_text
from littlerelay.errors import CheckpointMismatch, DiskError, UsageError
from littlerelay.files.ndjson import verify
from littlerelay.meaning import OF_SHOP, Meaning, differences
from littlerelay.pipeline import Run
from littlerelay.places import Paths, check_place, set_files_aside
from littlerelay.progress import Progress
from littlerelay.rules import rules
from littlerelay.settings import Mapping, RemapRequest, metafield
from littlerelay.shopify.session import API_VERSION
from littlerelay.times import iso
from littlerelay.writing import Writing, advances


def remap(
    request: RemapRequest, mapping: Mapping, clock: Clock = SYSTEM
) -> Generator[Progress, None, None]:
    """Map an archive into an event file, giving progress after every window.

    The same request again goes on with a run that was stopped, and says so of a finished one.
    Raises the errors of ``littlerelay.errors``.
    """
    archive = _whole(request.archive)
    _check_mapping(archive, mapping, request.shop)
    paths = Paths(Path(request.out))
    check_place(paths)
    job = _Remap(request, archive, replace(mapping, shop=archive.shop), paths, clock)
    yield from job.run()


@dataclass(frozen=True, slots=True)
class _Remap:
    """One invocation: an archive that is whole, and where its events go."""

    request: RemapRequest
    archive: Archive
    mapping: Mapping
    paths: Paths
    clock: Clock

    def run(self) -> Iterator[Progress]:
        """Go on with the run of this request, or begin it."""
        meant = self._meaning()
        start = self._begun(meant) or self._begin(meant)
        writing = Writing(self.paths, start, self.archive.shop, self.clock, lambda _: None)
        if start.phase != "reading":
            verify(self.paths.output, start.output)
        if start.phase == "done":
            yield replace(writing.finished(start), already=True)
            return
        yield from writing.told(lambda run, _: self._read(run, start))

    def _meaning(self) -> Meaning:
        """Give everything that shapes the events."""
        return Meaning(
            settings=self.mapping.choices,
            relay=__version__,
            api_version=self.archive.api_version,
            since=iso(self.archive.since),
            until=iso(self.archive.until),
            resources=tuple(self.archive.resources),
            mapped_from=as_text(self.request.archive.absolute()),
            read_up_to=iso(self.archive.frozen_end),
        )

    def _begun(self, meant: Meaning) -> Checkpoint | None:
        """Give the checkpoint of the run that the same command began before, none for a new one.

        Raises UsageError where the file is not one of an archive's events.
        """
        try:
            found = checkpoint.load(self.paths.checkpoint)
        except (DiskError, UsageError):
            if self.request.restart:
                return None
            raise
        if found is not None and found.meaning.mapped_from is None:
            raise UsageError(
                f"{self.paths.output} holds what a backfill wrote.", "Choose another --out."
            )
        if self.request.restart:
            return None
        found = runs.told(self.paths)
        changed = differences(found.meaning, meant, OF_SHOP) if found else ""
        if changed:
            raise CheckpointMismatch(
                f"{self.paths.checkpoint} tells of other settings: {changed}.",
                "Choose another --out, give the same options again, or --restart (the old files "
                "are kept).",
            )
        return found

    def _begin(self, meant: Meaning) -> Checkpoint:
        """Begin the run; the checkpoint is the first of its files."""
        archive = self.archive
        totals = {name: self._records(name).total() for name in archive.resources}
        start = Checkpoint(
            job=archive.job,
            meaning=meant,
            since=archive.since,
            until=archive.until,
            frozen_end=archive.frozen_end,
            updated_since=archive.updated_since,
            new_since=archive.new_since,
            limit=archive.limit,
            left_out=archive.left_out,
            markets=archive.markets,
            resources={name: Position(total=total) for name, total in totals.items()},
        )
        set_files_aside(self.paths.present(), int(self.clock.now()))
        checkpoint.save(self.paths.checkpoint, start)
        return start

    def _records(self, resource: str) -> Archived:
        return Archived(self.request.archive.parent, self.archive, resource)

    def _read(self, run: Run, start: Checkpoint) -> Iterator[Progress]:
        """Read every resource from where it stands."""
        made = rules(start, self.mapping, lambda _: False, self.paths.output)
        for name, position in start.resources.items():
            if not position.done:
                windows = self._records(name).windows(position.read)
                yield from advances(run, name, windows, made, lambda: None)


def _whole(path: Path) -> Archive:
    """Read what tells of an archive, which must be whole, and of this relay's API version.

    Raises UsageError for another one, DiskError for one that is damaged.
    """
    archive = archives.load(path)
    if archive is None:
        raise UsageError(f"There is no archive {path}.", "Name a folder that holds one.")
    if archive.phase != "done":
        raise UsageError(
            f"The run that writes the archive {path} is not finished.",
            "Finish it with the command that began it.",
        )
    if archive.api_version != API_VERSION:
        raise UsageError(
            f"{path} holds records of Shopify's API version {archive.api_version}, and this relay "
            f"maps those of {API_VERSION}.",
            "Map it with the relay that read it, or read the shop once more.",
        )
    if archive.new_since is not None:
        raise UsageError(
            f"{path} is of a run of --since last: it cannot tell what the runs before it gave.",
            "Name the archive of a run with a date, such as the job's first one.",
        )
    try:
        archives.of_about(path).verify(archive.parts)
    except DiskError as error:
        raise DiskError(f"A part of {path} is missing, cut or changed.", REMEDY) from error
    return archive


def _check_mapping(archive: Archive, mapping: Mapping, shop: str | None) -> None:
    """Refuse settings that the archive's records cannot serve. Raises UsageError."""
    if shop is not None and shop != archive.shop:
        raise UsageError(
            f"The archive is of {archive.shop}, and the settings are for {shop}.",
            "Give the settings of the archive's shop.",
        )
    field = metafield(mapping.user_id)
    if field is not None and ".".join(field) != archive.metafield:
        raise UsageError(
            f"user_id asks for the metafield {'.'.join(field)}, which the archive's records do not "
            "carry.",
            "Choose another user_id, or read the shop once more with this one.",
        )
    runs.check_resources(tuple(archive.resources), mapping)
