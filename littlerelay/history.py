"""Remembers what a job has given so far, run after run, and holds the job for one run at a time.

A job's folder lies under the state folder: ``history.json`` (replaced in one step), the ledger that
it names, and the lock.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from littlerelay import ledger, sealed
from littlerelay.checkpoint import Checkpoint
from littlerelay.durable import disk_errors, make_folder, open_private, open_readable, try_lock
from littlerelay.errors import LockedError, UsageError
from littlerelay.meaning import Meaning
from littlerelay.sealed import Sealed
from littlerelay.settings import Settings
from littlerelay.written import Written

_FILE = "history.json"
_REMEDY = "Move it away: the job then starts anew, and --since last needs a full run first."
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class History(Sealed):
    """What a job has given. Times are seconds since 1970.

    ``meaning`` and ``output`` are those of the run that was begun last. ``since`` and ``end`` span
    the time for which everything was given (none: no run has finished); ``cut_over`` says that the
    span was ended by hand, with ``--until``, and that no run of ``--since last`` went past that.
    ``missing_scopes`` are those that the app lacked in the run that set ``end``. ``generation``
    counts the ledgers, ``digest`` is the SHA-256 of the present one (empty: it is incomplete).
    ``written`` are outputs that are still to be sent, as far as is known; ``posts`` says that
    a run of it sent what it read.
    """

    job: str
    meaning: Meaning
    output: str
    since: int | None = None
    end: int | None = None
    cut_over: bool = False
    missing_scopes: tuple[str, ...] | None = None
    generation: int = 0
    digest: str = ""
    written: tuple[Written, ...] = ()
    posts: bool = False


def folder_of(settings: Settings, job: str | None) -> JobFolder:
    """Give a job's folder; without a name it has that of the shop. Raises UsageError."""
    return JobFolder(settings.state, job or settings.shop.partition(".")[0])


class JobFolder:
    """One job's folder. Raises UsageError for a name that is none, DiskError for the disk."""

    def __init__(self, state: Path, job: str) -> None:
        if not _NAME.fullmatch(job):
            raise UsageError(
                f"{job!r} is not a name for a job.",
                "Use up to 64 lower-case letters, digits, dots, dashes and underscores.",
            )
        self.job = job
        self._folder = state / "jobs" / job

    @property
    def spool(self) -> Path:
        """Give the folder of files that are kept until they are sent; it need not exist yet."""
        return self._folder / "spool"

    @property
    def bulk(self) -> Path:
        """Give the folder for results of bulk operations where a run has no output of its own."""
        return self._folder / "bulk"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the job; the system lets go of it whatever happens to this process.

        Raises LockedError where another run holds it.
        """
        make_folder(self._folder)
        path = self._folder / "lock"
        with disk_errors(path):
            handle = open_private(path, os.O_RDWR | os.O_CREAT)
        try:
            with disk_errors(path):
                self._take(handle)
            yield
        finally:
            os.close(handle)

    def check_free(self) -> None:
        """Refuse a job that another run holds; nothing is made or written.

        Raises LockedError.
        """
        path = self._folder / "lock"
        with disk_errors(path):
            try:
                handle = open_readable(path)
            except FileNotFoundError:
                return
            try:
                self._lock(handle)
            finally:
                os.close(handle)

    def _take(self, handle: int) -> None:
        self._lock(handle)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)

    def _lock(self, handle: int) -> None:
        if not try_lock(handle):
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            raise LockedError(
                f"Another run holds the job {self.job} (process {holder or 'unknown'}).",
                "Wait for it to end, or give this one another name with --job.",
            )

    def load(self) -> History | None:
        """Read the history; none where the job is new. Raises DiskError where it is damaged."""
        return sealed.load(self._folder / _FILE, "history", History, _REMEDY)

    def save(self, history: History) -> None:
        """Replace the history. Raises DiskError."""
        sealed.save(self._folder / _FILE, "history", history)

    def ledger(self, history: History) -> Path | None:
        """Give the path of the ledger; none where it is missing or altered."""
        path = self._ledger_path(history.generation)
        return path if history.digest and ledger.fingerprint(path) == history.digest else None

    def given(self) -> Path:
        """Give the path of the ledger, which ``last`` cannot do without. Raises UsageError."""
        history = self.load()
        path = self.ledger(history) if history else None
        if path is None:
            raise UsageError(
                "The ledger of this job is missing or altered: relay cannot tell what was given.",
                "Run once more with a date and --restart; then --since last goes on from there.",
            )
        return path

    def record(self, history: History, run: Checkpoint, output: Path) -> History:
        """Take a finished run into the ledger and the span of the job.

        Can be done again after a crash. Raises DiskError.
        """
        generation = history.generation + 1
        old = self.ledger(history)
        digest = ledger.merge(old, output, self._ledger_path(generation))
        if old is None and not _covers(history, run):
            digest = ""  # ids were lost with the old ledger: `last` must refuse until a full run
        update = {**_span(history, run), "generation": generation, "digest": digest}
        new = history.model_copy(update=update)
        self.save(new)
        with disk_errors(self._folder):
            for path in self._folder.glob("ledger-*.bin"):
                if path != self._ledger_path(generation):
                    path.unlink()
            for path in self._folder.glob(f"{ledger.SORTING}*"):
                shutil.rmtree(path)
        return new

    def _ledger_path(self, generation: int) -> Path:
        return self._folder / f"ledger-{generation}.bin"


def jobs(state: Path) -> list[str]:
    """Name the jobs that a state folder knows, sorted."""
    found = (path.parent.name for path in state.glob(f"jobs/*/{_FILE}"))
    return sorted(name for name in found if _NAME.fullmatch(name))


def _joins(history: History, run: Checkpoint) -> bool:
    """Tell whether a run gave everything from its start up to the job's span, without a gap."""
    first = history.since is None
    return run.new_since is None and (first or run.since <= (history.since or 0) <= run.until)


def _covers(history: History, run: Checkpoint) -> bool:
    """Tell whether a run gave everything that the job gave before it."""
    return _joins(history, run) and run.until >= (history.end or 0)


def _span(history: History, run: Checkpoint) -> dict[str, object]:
    """Give what changes in the span of time for which everything was given.

    A run that begins inside the span does not move its end: a record that was imported after the
    end with an older date is in neither, and ``last`` is still to find it.
    """
    joins = _joins(history, run)
    span: dict[str, object] = {"since": run.since} if joins else {}
    if (joins or run.new_since is not None) and run.until >= (history.end or 0):
        ended = run.new_since is None and (history.cut_over or run.meaning.until is not None)
        lacked = run.meaning.missing_scopes
        span |= {"end": run.until, "cut_over": ended, "missing_scopes": lacked}
    return span
