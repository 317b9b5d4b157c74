"""Gives runs and checkpoints the form in which they are shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from littlerelay import checkpoint, deliveries, unsent
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.errors import DiskError, UsageError
from littlerelay.history import History, JobFolder
from littlerelay.job_status import JobStatus
from littlerelay.meaning import text
from littlerelay.places import Paths
from littlerelay.progress import Counts, Finished, Reached, Started
from littlerelay.times import iso
from littlerelay.uncounted import UNCOUNTED


def started(run: Checkpoint, job: str, shop: str, output: str) -> Started:
    """Show a run that begins, or goes on where something was read before."""
    is_resumed = any(at.read for at in run.resources.values())
    return Started(
        job=job,
        shop=shop,
        output=output,
        since=iso(run.since),
        until=iso(run.until),
        totals={name: _total(run, name, at) for name, at in run.resources.items()},
        new_since=_moment(run.new_since),
        resumed=is_resumed,
        reached=_reached(run) if is_resumed else None,
        left_out=tuple(run.left_out),
    )


def finished(run: Checkpoint, job: str, output: str, rejects: str) -> Finished:
    """Show a run that is done."""
    return Finished(
        job=job,
        output=output,
        rejects=rejects,
        since=iso(run.since),
        until=iso(run.until),
        counts={
            name: Counts(at.read, at.mapped, at.rejected, at.filtered)
            for name, at in run.resources.items()
        },
        events=run.events,
        first=run.first,
        last=run.last,
        bytes=run.output.bytes,
        sample=run.limit is not None,
        new_since=_moment(run.new_since),
        archive=run.meaning.archive,
        mapped_from=tuple(filter(None, [run.meaning.mapped_from])),
    )


def of_job(folder: JobFolder, state: Path) -> JobStatus:
    """Show where the latest run of a job stands; a job whose files are damaged says so."""
    try:
        history = folder.load()
        if history is not None:
            return replace(status(history), left=unsent.left(history, state))
    except (DiskError, UsageError):
        pass
    return JobStatus(folder.job, output="", phase="damaged")


def status(history: History) -> JobStatus:
    """Show where the latest run of a job stands. Raises DiskError for a damaged checkpoint."""
    paths = Paths(Path(history.output))
    run = checkpoint.load(paths.checkpoint)
    reached = _moment(history.end)
    if run is None:
        cut_over = history.cut_over
        return JobStatus(
            history.job, history.output, "missing", reached=reached, is_cut_over=cut_over
        )
    chosen = run.meaning.settings
    return JobStatus(
        job=history.job,
        output=history.output,
        phase=_phase(run, paths.output),
        since=iso(run.since),
        until=iso(run.until),
        resources={name: _progress(name, at) for name, at in run.resources.items()},
        events=sum(run.events.values()),
        rejected=sum(at.rejected for at in run.resources.values()),
        saved=iso(int(paths.checkpoint.stat().st_mtime)),
        reached=reached,
        unsent=unsent.unsent(paths.output, sum(run.events.values()), chosen.namespace),
        is_removed=deliveries.is_spent(paths.output),
        new_since=_moment(run.new_since),
        shop=chosen.shop,
        integrations=text(chosen.integrations),
        sent=_sent(paths.output),
        is_cut_over=history.cut_over,
    )


def _phase(run: Checkpoint, output: Path) -> str:
    """Give where a run stands; one that is done has its output, whole by its size."""
    if run.limit is not None:
        return "sample"
    if run.phase != "done" or deliveries.is_spent(output):
        return run.phase
    try:
        size = output.stat().st_size
    except OSError:
        return "missing"
    return "done" if size == run.output.bytes else "damaged"


def _sent(output: Path) -> tuple[tuple[str, str, str, int, int, int], ...]:
    """Give what became of the messages of each delivery of which some were sent."""
    return tuple(
        (
            urlsplit(one.endpoint).hostname or "",
            digits,
            one.meaning.namespace,
            one.accepted,
            one.refused.lines,
            one.left_out,
        )
        for digits, one in deliveries.by_digits(output).items()
        if one.has_sent
    )


def _reached(run: Checkpoint) -> Reached | None:
    """Give the place in the first resource that is not read to its end."""
    left = (
        Reached(name, at.read, _moment(at.time))
        for name, at in run.resources.items()
        if not at.done
    )
    return next(left, None)


def _total(run: Checkpoint, name: str, at: Position) -> int | None:
    if name in UNCOUNTED:
        return None
    return at.total if run.limit is None else min(at.total, run.limit)


def _progress(name: str, at: Position) -> tuple[int, int | None, str | None]:
    return at.read, None if name in UNCOUNTED else at.total, _moment(at.time)


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else iso(seconds)
