"""Compares events with earlier ones, and sends nothing: the public API of `relay diff`."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from littlerelay import ages
from littlerelay.clock import SYSTEM, Clock
from littlerelay.compare.comparison import Comparison, Wanted
from littlerelay.compare.plans import Plan
from littlerelay.compare.sides import File, check_naming
from littlerelay.compare.values import Compared, Comparing, Difference
from littlerelay.compare.workspace import Workspace
from littlerelay.errors import DamagedError, UsageError
from littlerelay.meaning import OF_JOB, SETTINGS, differences
from littlerelay.places import STDIN, check_new, named
from littlerelay.progress import Noted
from littlerelay.sequence import in_order
from littlerelay.settings import DiffRequest

Told = Noted | Comparing | Difference | Compared


def diff(request: DiffRequest, new: str, clock: Clock = SYSTEM) -> Generator[Told, None, None]:
    """Compare a file with earlier ones, giving progress, then messages, then what it came to.

    First it notes the settings that make all of it differ. Raises those of ``littlerelay.errors``.
    """
    began = clock.monotonic()
    wanted = wanted_of(request)
    with whole_files():
        old, files = opened(request.old), opened([new])
        check_naming(old, files[0].naming, new)
        yield from _other_settings(old, files[0])
        with Workspace() as work:
            compared = yield from Comparison(old, files, work, wanted).run()
    yield finished(compared, began, clock)


def finished(compared: Compared, began: float, clock: Clock) -> Compared:
    """Give a result with what a clock tells of it: how long it took, and how old its events are."""
    preview = compared.preview
    if preview is not None:
        preview = replace(preview, limits=ages.exceeded(preview.first, clock.now()))
    return replace(compared, elapsed=clock.monotonic() - began, preview=preview)


def _other_settings(old: Sequence[File], new: File) -> Iterator[Noted]:
    """Note the settings with which the runs of both sides wrote, where they differ."""
    for file in old:
        if file.run is None or new.run is None:
            continue
        then, now = file.run.meaning, new.run.meaning
        names = OF_JOB if then.resources and now.resources else SETTINGS & OF_JOB
        changed = differences(then, now, names)
        if changed:
            yield Noted(
                f"{file.path} was written with other settings than {new.path}: {changed}; what is "
                "new, changed or gone may come from that alone"
            )


@contextmanager
def whole_files() -> Iterator[None]:
    """Call a compressed file that is not whole what it is here: the wrong file."""
    try:
        yield
    except DamagedError as error:
        raise UsageError(str(error), "Fetch it once more.") from error


def wanted_of(request: DiffRequest) -> Wanted:
    """Say what is to be compared. Raises UsageError for what cannot be meant."""
    try:
        ZoneInfo(request.zone)
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(
            f"{request.zone!r} is no time zone.", "Give one as in Europe/Berlin, or UTC."
        ) from error
    events = frozenset(name.casefold() for name in request.events)
    plan = _plan(request)
    return Wanted(
        events, request.outcomes, request.most, request.zone, plan=plan, rate=request.rate
    )


def _plan(request: DiffRequest) -> Plan | None:
    """Give the plan that is to be written. Raises UsageError where it cannot be."""
    if request.save is None:
        if request.resend is not None:
            raise UsageError(
                "--resend gives fresh ids to what --save writes.", "Give --save FILE, too."
            )
        return None
    path = Path(request.save)
    if request.save == STDIN:
        raise UsageError(
            "A plan is a file: what is found goes to standard output.",
            "Name one: --save plan.ndjson.",
        )
    if path.suffix in (".gz", ".zst"):
        raise UsageError("A plan is a plain file.", "Name it without .gz, and compress it later.")
    check_new(path, "--save")
    return Plan(path, request.resend)


def opened(names: Sequence[str], *, may_be_cut: bool = False) -> list[File]:
    """Look at files of events, as `File` does, in the order in which runs wrote them.

    Raises UsageError for what cannot be compared.
    """
    paths = in_order(named(names))
    if not paths:
        raise UsageError("Standard input cannot be compared: it is read twice.", "Name a file.")
    return [File(Path(path), may_be_cut=may_be_cut) for path in paths]
