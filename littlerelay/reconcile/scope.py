"""Says what files of events can be held to: the period, the settings, and what was read for them.

A run's checkpoint beside a file tells all of it. Of a file that has none, the user says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from littlerelay import sources
from littlerelay.checkpoint import Checkpoint
from littlerelay.compare.sides import File
from littlerelay.errors import UsageError
from littlerelay.files.inputs import Input
from littlerelay.meaning import differences
from littlerelay.reconcile.comparable import check_kinds
from littlerelay.reconcile.given import FACTS
from littlerelay.reconcile.values import HEEDED, KINDS, Kind
from littlerelay.settings import Choices, Mapping
from littlerelay.times import iso, resolve

_NOT_READ = "the run did not read them"

READ_FROM: dict[Kind, str] = {
    "orders": "orders",
    "refunds": "orders",
    "fulfillments": "orders",
    "customers": "customers",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run gave: facts from ``since`` up to ``until`` of records created before ``freeze``.

    Times are seconds since 1970.
    """

    resources: frozenset[str]
    since: int
    until: int
    freeze: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared, and how files of events were made. Times are seconds since 1970.

    Facts from ``since`` up to ``until`` are compared, as the ``readings`` gave them. ``left_out``
    are events by name. ``kinds`` are those that can be compared, ``notes`` say why the others
    cannot.
    """

    since: int
    until: int
    readings: tuple[Reading, ...]
    kinds: tuple[Kind, ...]
    notes: tuple[str, ...]
    namespace: str
    left_out: frozenset[str]
    include_test: bool
    refund_zero: bool
    pos_as_completed: bool
    shipping_has_tax: bool

    @property
    def first_freeze(self) -> int:
        """Give the end of the first reading: what happened before it, all files know."""
        return min(one.freeze for one in self.readings)

    @property
    def last_freeze(self) -> int:
        """Give the end of the last reading: of what was created later no file knows."""
        return max(one.freeze for one in self.readings)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asked for: the period as typed, and resources (none: what the files hold).

    ``settings`` are the names of those that were typed with the command.
    """

    since: str | None = None
    until: str | None = None
    resources: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()


def scope(files: Sequence[File], asked: Asked, mapping: Mapping, now: int, zone: ZoneInfo) -> Scope:
    """Find out what files can be held to.

    ``mapping`` are the settings of whoever asks, which serve where no run says its own; ``now`` and
    ``zone`` are the shop's. A file without a checkpoint, as a plan of `relay diff`, adds to what
    those with one hold. Raises UsageError where they contradict each other or do not suffice, and
    where they can be held to nothing.
    """
    meant = _meant(files, mapping, asked.settings)
    runs = _telling(files)
    _check_told(files, asked)
    since, until, span = _period(files, asked, now, zone)
    notes = [*_altered(files)]
    if span and (added := _bare(files)):
        notes.append(f"{added} adds to the files of runs: no checkpoint says what it holds")
    everything = Reading(frozenset(READ_FROM.values()), since, until, until)
    left_out = frozenset(meant.leave_out)
    unread = _unread(runs if span else [], since, until) | _unrecorded(files)
    kinds = tuple(_kinds(unread, asked, left_out, notes))
    check_kinds(kinds, notes)
    return Scope(
        since=since,
        until=until,
        readings=tuple(map(_reading, runs)) if span else (everything,),
        kinds=kinds,
        notes=tuple(notes),
        namespace=meant.namespace,
        left_out=left_out,
        include_test=meant.include_test,
        refund_zero=meant.refund_zero,
        pos_as_completed=meant.pos_as_order_completed,
        shipping_has_tax=meant.amounts == "shopify",
    )


def _meant(files: Sequence[File], mapping: Mapping, typed: frozenset[str]) -> Choices:
    """Give the settings with which all files were written. Raises UsageError where they differ."""
    told = [(file.path, file.run.meaning.settings) for file in files if file.run is not None]
    if not told:
        return mapping
    settings = told[0][1]
    for path, others in told:
        if other := differences(settings, others, HEEDED | {"shop"}):
            raise UsageError(
                f"{path} was written with other settings: {other}.",
                "Reconcile files of other settings each on its own.",
            )
    if other := differences(settings, mapping, typed):
        raise UsageError(
            f"The files were written with other settings than are given: {other}.",
            "Leave these options away: the checkpoint beside a file tells its settings.",
        )
    return settings


def _telling(files: Sequence[File]) -> list[Checkpoint]:
    """Give the runs that say for which time they gave everything."""
    return [file.run for file in files if file.run and not _is_recorded(file.run)]


def _bare(files: Sequence[File]) -> str:
    """Name the files beside which nothing says for which time they hold everything."""
    bare = (file.path for file in files if file.run is None or _is_recorded(file.run))
    return ", ".join(map(str, bare))


def _is_recorded(run: Checkpoint) -> bool:
    """Tell whether a run mapped recordings: nobody says from when to when these are whole."""
    return bool(run.meaning.recorded_in)


def _check_told(files: Sequence[File], asked: Asked) -> None:
    """Refuse events of recordings where the user does not say their time. Raises UsageError."""
    for file in files:
        if file.run and _is_recorded(file.run) and None in (asked.since, asked.until):
            raise UsageError(
                f"{file.path} is of recordings, which do not say for which time they are whole.",
                "Give --since and --until.",
            )


def _reading(run: Checkpoint) -> Reading:
    return Reading(frozenset(run.resources), run.since, run.until, run.frozen_end)


def _span(runs: Sequence[Checkpoint]) -> tuple[int, int]:
    """Give the time for which several runs gave everything. Raises UsageError for a gap."""
    since, until = min(map(_start, runs)), max(run.until for run in runs)
    gap = _gap(runs, since, until)
    if gap is not None:
        raise UsageError(
            f"Nothing holds what happened from {iso(gap[0])} to {iso(gap[1])}.",
            "Name the file of that time, too, or reconcile each file on its own.",
        )
    return since, until


def _gap(runs: Iterable[Checkpoint], since: int, until: int) -> tuple[int, int] | None:
    """Give the first part of a period for which no run gave everything."""
    for run in sorted(runs, key=_start):
        if since >= until or _start(run) > since:
            break
        since = max(since, run.until)
    starts = (_start(run) for run in runs if _start(run) > since)
    return (since, min(starts, default=until)) if since < until else None


def _start(run: Checkpoint) -> int:
    return run.since if run.new_since is None else run.new_since


def _period(
    files: Sequence[File], asked: Asked, now: int, zone: ZoneInfo
) -> tuple[int, int, tuple[int, int] | None]:
    """Give the period, and the time for which runs gave everything, if it says what is held."""
    since = None if asked.since is None else resolve(asked.since, now, zone)
    until = None if asked.until is None else resolve(asked.until, now, zone)
    runs, bare = _telling(files), _bare(files)
    is_whole = not bare or any(run.new_since is None for run in runs)
    span = None
    if bare and since is not None and until is not None:
        # Whoever gives both dates answers for what no run says.
        first, last = since, until
        span = None if _gap(runs, first, last) else (first, last)
    elif is_whole:
        first, last = span = _span(runs)
    else:
        raise UsageError(
            f"No checkpoint of a run is beside {bare}: nothing says for which time the files hold "
            "everything.",
            "Give --since and --until, or put the checkpoint back beside its file.",
        )
    since, until = first if since is None else since, last if until is None else until
    if since < first or until > last:
        raise UsageError(
            f"The files hold what happened from {iso(first)} to {iso(last)}, and more is asked.",
            "Leave --since and --until away, or choose a part of that.",
        )
    if since >= until:
        raise UsageError(
            f"The period from {iso(since)} to {iso(until)} is empty.", "Give a --since before it."
        )
    return since, until, span


def _unread(runs: list[Checkpoint], since: int, until: int) -> dict[str, str]:
    """Say of each resource that no run read, or none in a part of the period, why so."""
    found: dict[str, str] = {}
    for name in sorted({*READ_FROM.values()}) if runs else ():
        readers = [run for run in runs if name in run.resources]
        gap = _gap(readers, since, until)
        if not readers:
            found[name] = _NOT_READ
        elif gap is not None:
            found[name] = f"no run read those from {iso(gap[0])} to {iso(min(gap[1], until))}"
    return found


def _unrecorded(files: Sequence[File]) -> dict[str, str]:
    """Say of each resource that it is in none of the recordings, where there is nothing else."""
    runs = [file.run for file in files if file.run and _is_recorded(file.run)]
    if len(runs) < len(files):
        return {}
    read = {name for run in runs for name in run.resources}
    return dict.fromkeys(sorted({*READ_FROM.values()} - read), _NOT_READ)


def _kinds(
    unread: dict[str, str], asked: Asked, left_out: frozenset[str], notes: list[str]
) -> Iterable[Kind]:
    """Give what can be compared, and note why the rest cannot."""
    notes += [f"{name} are not compared: {why}" for name, why in unread.items()]
    for kind in KINDS:
        source = READ_FROM[kind]
        events = {name for name, of in FACTS.items() if of == kind}
        if source in unread or source not in (asked.resources or (source,)):
            continue
        if events <= left_out:
            names = " and ".join(sorted(events))
            notes.append(f"{kind} are not compared: the setting leave_out leaves out {names}")
            continue
        yield kind


def _altered(files: Sequence[File]) -> Iterable[str]:
    for file in files:
        if file.run is not None:
            with closing(Input(file.path, is_growing=True)) as source:
                if sources.own(source, file.path) is None:
                    yield f"{file.path} is not as its run left it: it was altered since"
