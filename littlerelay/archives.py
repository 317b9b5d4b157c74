"""Names the files of an archive: the records that a run read, kept as they are before any mapping.

An archive is a folder's ``<stem>.archive.json``, which tells what it holds, and its parts:
``<stem>-orders-00000.ndjson.gz`` and so on, each of one resource, with a record on each line. The
stem is that of the run's output, so that several runs can share a folder.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from littlerelay import checkpoint, sealed
from littlerelay.checkpoint import Checkpoint
from littlerelay.durable import as_text, disk_errors
from littlerelay.errors import DiskError, UsageError
from littlerelay.files.ndjson import verify
from littlerelay.marks import Part
from littlerelay.meaning import Meaning
from littlerelay.places import Paths
from littlerelay.sealed import Sealed
from littlerelay.settings import Markets, metafield

ABOUT = ".archive.json"
REMEDY = (
    "Put the file back as it was; else read the shop once more with --archive and --restart (the "
    "old files are kept)."
)


class Archive(Sealed):
    """What an archive holds, and all that mapping its records needs. Times are as in a Checkpoint.

    ``metafield`` is the customers' one whose values the records carry, none where none was read.
    ``resources`` are Shopify's counts at the run's start. ``parts`` are there once the run is done.
    """

    shop: str
    zone: str
    api_version: str
    job: str
    since: int
    until: int
    frozen_end: int
    updated_since: int
    new_since: int | None
    limit: int | None
    metafield: str | None
    left_out: list[str]
    markets: Markets
    resources: dict[str, int]
    phase: Literal["reading", "done"] = "reading"
    parts: tuple[Part, ...] = ()

    def is_of_same_run(self, other: Archive) -> bool:
        """Tell whether both are of one run."""
        mine, others = (
            (one.shop, one.job, one.since, one.until, one.frozen_end, one.limit)
            for one in (self, other)
        )
        return mine == others


def of_run(run: Checkpoint, shop: str, zone: str) -> Archive:
    """Say what a run's archive will hold, as the run begins."""
    field = metafield(run.meaning.settings.user_id)
    return Archive(
        shop=shop,
        zone=zone,
        api_version=run.meaning.api_version,
        job=run.job,
        since=run.since,
        until=run.until,
        frozen_end=run.frozen_end,
        updated_since=run.updated_since,
        new_since=run.new_since,
        limit=run.limit,
        metafield=".".join(field) if field else None,
        left_out=run.left_out,
        markets=run.markets,
        resources={name: at.total for name, at in run.resources.items()},
    )


def save(path: Path, archive: Archive) -> None:
    """Replace what tells of an archive. Raises DiskError."""
    sealed.save(path, "archive", archive)


def load(path: Path) -> Archive | None:
    """Read what tells of an archive; none where there is nothing.

    Raises DiskError for a file that is damaged, UsageError for one of another format.
    """
    return sealed.load(path, "archive", Archive, REMEDY)


@dataclass(frozen=True, slots=True)
class ArchivePaths:
    """The files of one archive."""

    folder: Path
    stem: str

    @property
    def about(self) -> Path:
        """Give the file that tells what the archive holds."""
        return self.folder / f"{self.stem}{ABOUT}"

    def part(self, resource: str, number: int) -> str:
        """Name a part."""
        return f"{self.stem}-{resource}-{number:05}.ndjson.gz"

    def present(self) -> list[Path]:
        """Give those that exist. Raises DiskError."""
        own = re.compile(
            rf"{re.escape(self.stem)}(?:-[a-z]+-[0-9]{{5,}}\.ndjson\.gz|{re.escape(ABOUT)})"
        )
        with disk_errors(self.folder):
            if not self.folder.is_dir():
                return []
            return sorted(path for path in self.folder.iterdir() if own.fullmatch(path.name))

    def verify(self, parts: Iterable[Part]) -> None:
        """Check that parts are what their marks say. Raises DiskError."""
        for part in parts:
            verify(self.folder / part.name, part.mark)


def of_output(output: Path, meaning: Meaning) -> ArchivePaths | None:
    """Give the files of a run's archive by its output and its meaning, none where it keeps none."""
    stem = re.sub(r"(?:\.ndjson)?(?:\.gz)?$", "", output.name, count=1) or output.name
    return ArchivePaths(Path(meaning.archive), stem) if meaning.archive else None


def of_about(path: Path) -> ArchivePaths:
    """Give the files of an archive by the one that tells of it."""
    return ArchivePaths(path.parent, path.name.removesuffix(ABOUT))


def named(inputs: Iterable[str]) -> Path | None:
    """Give what tells of the archive that is meant: by its own name or its folder's.

    None where no archive is meant. Raises UsageError for more than one, and for one among others.
    """
    given = {one: _fitting(one) for one in inputs}
    found = sorted({path for paths in given.values() for path in paths})
    if not found:
        return None
    if not all(given.values()):
        raise UsageError("An archive goes with no other file.", "Map it alone, with --out FILE.")
    if len(found) > 1:
        raise UsageError(
            f"These are {len(found)} archives, and relay maps one at a time.",
            f"Name one of them, such as {found[0]}.",
        )
    return found[0]


def _fitting(name: str) -> list[Path]:
    if os.path.isdir(name):  # noqa: PTH112  a name that cannot be is none, and no error here
        return list(Path(name).glob(f"*{ABOUT}"))
    is_pattern = glob.has_magic(name) and not os.path.exists(name)  # noqa: PTH110  as above
    names = glob.glob(name, recursive=True) if is_pattern else [name]  # noqa: PTH207
    every = [Path(one) for one in names]
    return every if all(one.name.endswith(ABOUT) for one in every) else []


def told(paths: Paths) -> list[Path]:
    """Give the archive's files that the checkpoint of an output tells of.

    A checkpoint that cannot be read tells of none.
    """
    try:
        run = checkpoint.load(paths.checkpoint)
    except (DiskError, UsageError):
        return []
    archive = of_output(paths.output, run.meaning) if run else None
    return archive.present() if archive else []


def check_whole(run: Checkpoint | None, output: Path) -> None:
    """Check that the archive of a run that is done is what it was then. Raises DiskError."""
    archive = of_output(output, run.meaning) if run else None
    if archive and run and run.phase == "done":
        archive.verify(run.archive)


def check_new(archive: ArchivePaths | None, known: Iterable[Path]) -> None:
    """Refuse a place where files of an archive lie that are not ``known``. Raises UsageError."""
    strange = [path for path in archive.present() if path not in {*known}] if archive else []
    if strange:
        raise UsageError(
            f"{strange[0]} exists, and no checkpoint beside the output tells of it.",
            "Move it away, or give another --archive.",
        )


def check_folder(folder: str | None, out: str | None) -> None:
    """Refuse an archive that cannot be kept, before anything is asked. Raises UsageError."""
    if folder is None:
        return
    if out == "-":
        raise UsageError(
            "--out - remembers nothing, so no archive can be kept beside it.",
            "Give --out FILE, or leave --archive away.",
        )
    wanted = Path(folder).absolute()
    if as_text(wanted) != str(wanted):
        raise UsageError(f"{str(wanted)!r} is no name in UTF-8.", "Choose another --archive.")
    nearest = next(path for path in (wanted, *wanted.parents) if os.path.lexists(path))
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(
            f"{nearest} is no folder that relay can write to.", "Choose another --archive."
        )
