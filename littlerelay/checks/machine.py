"""Checks what this machine brings: its clock, the disk, the job, and the place of the output."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from littlerelay import periods, runs
from littlerelay.checks.lines import skipped, tried
from littlerelay.durable import disk_errors
from littlerelay.errors import DiskError, RelayError, UsageError
from littlerelay.history import History, JobFolder
from littlerelay.meaning import Meaning
from littlerelay.places import Paths, check_place
from littlerelay.progress import Checked
from littlerelay.settings import BackfillRequest
from littlerelay.settings import Mapping as MappingSettings
from littlerelay.shopify.shop import Shop

CLOCK = "clock"
DISK = "disk"
JOB = "job"
OUTPUT = "output"

_MOST_OFF = 60.0  # seconds
# Bytes of events that a record becomes, as those of the stand-in shop (fixtures/standin) do.
_BYTES = {"customers": 2_100, "orders": 8_700, "checkouts": 9_900}
_COMPRESSED = 4  # times smaller, at the least, is a compressed output


def clock(ahead: float | None, *, is_standin: bool) -> Checked:
    """Check this machine's clock: Segment shifts every event by as much as it is wrong."""
    if is_standin:
        return skipped(CLOCK, "a stand-in shop has a time of its own")
    if ahead is None:
        return skipped(CLOCK, "no answer told Shopify's time")
    way = "ahead of" if ahead >= 0 else "behind"
    off = f"{abs(ahead):,.0f} s {way} Shopify's"
    if abs(ahead) <= _MOST_OFF:
        return Checked(CLOCK, "ok", off)
    return Checked(
        CLOCK,
        "failed",
        f"This machine's clock is {off}.",
        "Set the clock, and keep it right by NTP: Segment dates events by it.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run would work: its job's folder, its request, and the shop where it was met."""

    folder: JobFolder | RelayError | None
    request: BackfillRequest
    mapping: MappingSettings
    shop: Shop | None
    history: History | RelayError | None

    def lines(self) -> Iterator[Checked]:
        """Check the job, and what lies at the place of the output; nothing is made."""
        if self.folder is None:
            yield skipped(JOB, "it is named after the shop, and no shop is known")
        else:
            yield tried(JOB, self._job)
        if self.request.out == "-":
            yield skipped(OUTPUT, "the events go to standard output")
        elif self.request.out is None:
            is_last = self.request.since == periods.LAST
            own = "--since last names its own" if is_last else "--post without --out names its own"
            yield skipped(OUTPUT, own)
        else:
            now = self.shop.now if self.shop else 0
            yield tried(OUTPUT, lambda: self._output(Paths(runs.output(self.request, now))))

    def _job(self) -> str:
        folder = self._known_folder()
        folder.check_free()
        if isinstance(self.history, RelayError):
            raise self.history
        if self.shop is not None and self.request.since:
            runs.check_job(self.history, self._meant(self.shop))
        state = "new" if self.history is None else "known"
        return f"{folder.job}, {state}; no other run holds it"

    def _output(self, paths: Paths) -> str:
        check_place(paths)
        found = runs.told(paths)
        if self.shop is not None and self.request.since:
            self._check_begun(paths, self.shop)
        if found is None:
            return f"{paths.output} can be written"
        if found.limit is not None:
            return f"{paths.output} is a sample, which a run writes anew"
        if found.phase == "done":
            return f"{paths.output} is finished"
        return f"{paths.output} is half done, and the command that began it goes on"

    def _check_begun(self, paths: Paths, shop: Shop) -> None:
        """Refuse an output that this run cannot go on with, nor begin. Raises UsageError."""
        history = None if isinstance(self.history, RelayError) else self.history
        if self.request.since == periods.LAST and runs.unfinished(history) is not None:
            return  # that run is finished first, wherever its output is
        meant = self._meant(shop)
        if runs.begun(paths, self.request, self._known_folder().job, meant) is None:
            runs.check_unfinished(history, paths)

    def _known_folder(self) -> JobFolder:
        """Give the job's folder. Raises UsageError where the job's name is none."""
        if isinstance(self.folder, JobFolder):
            return self.folder
        raise self.folder or UsageError("No job is named.", "Give --job NAME.")

    def _meant(self, shop: Shop) -> Meaning:
        return runs.meaning(self.request, self.mapping, shop)


def disk(out: str | None, counts: Mapping[str, int]) -> Checked:
    """Check that the disk holds as much as the records become; ``counts`` is empty if unknown."""
    if out == "-":
        return skipped(DISK, "the events go to standard output")
    folder = Path(out or ".") if runs.is_folder(out or ".") else Path(out or ".").parent
    if not counts:
        return skipped(DISK, "how many records there are is not known")
    if not folder.is_dir():
        return skipped(DISK, f"{folder} is no folder")
    return tried(DISK, lambda: _room(folder, _needed(Path(out or ""), counts)))


def _needed(out: Path, counts: Mapping[str, int]) -> int:
    """Estimate the bytes that are still to be written; those of a run half done are there."""
    needed = sum(_BYTES[name] * count for name, count in counts.items())
    if out.suffix == ".gz":
        needed //= _COMPRESSED
    return max(0, needed - (out.stat().st_size if out.is_file() else 0))


def _room(folder: Path, needed: int) -> str:
    with disk_errors(folder):
        free = shutil.disk_usage(folder).free
    told = f"{_size(free)} are free, and the events need about {_size(needed)}"
    if free < needed:
        raise DiskError(f"{told}.", "Make room, or choose a place on another disk with --out.")
    return told


def _size(octets: int) -> str:
    return f"{octets / 1e9:,.1f} GB" if octets >= 1e9 else f"{octets / 1e6:,.1f} MB"
