"""Knows which outputs of a job are still to be sent, so that no run goes on after one in silence.

A job remembers each output until its delivery to where the job sends came to its end. What went to
another source, or under other ids, does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

from littlerelay import checkpoint, deliveries, sent_before
from littlerelay.checkpoint import Checkpoint
from littlerelay.deliveries import DeliveryPaths
from littlerelay.errors import UsageError
from littlerelay.history import History, JobFolder
from littlerelay.job_status import LeftOutput
from littlerelay.places import Paths, outputs
from littlerelay.sequence import listed
from littlerelay.settings import Destination
from littlerelay.times import iso
from littlerelay.written import Written

_Whole: TypeAlias = Callable[[], frozenset[tuple[str, str, int]]]  # `sent_before.sent_whole`


def is_apart(folder: JobFolder, history: History | None, run: Checkpoint) -> bool:
    """Tell whether a run that does not send is nothing for a job that does, as it gave the same.

    If the job took it for given, ``last`` would pass over what is new in it. One without a ledger
    needs it all the same.
    """
    if history is None or not (history.posts and run.is_of_job and run.new_since is None):
        return False
    is_same = run.since < (history.end or 0) and (history.since or 0) < run.until
    return is_same and folder.ledger(history) is not None


def remembered(history: History, run: Checkpoint, output: Path, *, is_posted: bool) -> History:
    """Give a job's history with the output of a finished run, which is still to be sent.

    An earlier one of which it holds all is forgotten, unless that was begun to be sent.
    """
    new = _described(run, output)
    others = [one for one in history.written if not _is_replaced(one, new)]
    written = (*others, *([new] if new.events else ()))
    return history.model_copy(update={"written": written, "posts": history.posts or is_posted})


def waiting(spool: Path, others: Iterable[Path]) -> list[Paths]:
    """Give the outputs of runs that may not have been sent to their ends, the oldest first."""
    found = map(Paths, {*outputs(spool), *others})
    known = [paths for paths in found if paths.checkpoint.exists()]
    return sorted(known, key=lambda paths: paths.checkpoint.stat().st_mtime_ns)


def settle(folder: JobFolder, state: Path, to: Destination) -> None:
    """Forget what was sent to its end to a destination, but for what was refused of it."""
    history = folder.load()
    if history is not None:
        _keep(folder, history, _settled(history, state, to))


def check(folder: JobFolder, state: Path, to: Destination, *, skips: bool) -> None:
    """Refuse to go on after outputs that are not sent to a destination, and would be forgotten.

    Those whose delivery was begun are sent first, and those in the spool. What ``skips`` is set for
    is forgotten once and for all. Raises UsageError.
    """
    history = folder.load()
    if history is None:
        return
    settled = _settled(history, state, to)
    lost = [one for one in settled if not (one.is_sent or _goes_first(one, folder.spool, to))]
    if lost and not skips:
        raise _passed_over(lost)
    _keep(folder, history, [one for one in settled if one not in lost])


def left(history: History, state: Path) -> tuple[LeftOutput, ...]:
    """Give the earlier outputs of a job of which something is left to do, wherever they went."""
    earlier = (one for one in history.written if one.output != history.output or not _is_told(one))
    whole = cache(partial(sent_before.sent_whole, state))  # all are read once, and only if need be
    found = [_left(one, whole) for one in earlier]
    return tuple(one for one in found if one.unsent or one.refused)


def unsent(output: Path, events: int, namespace: str) -> int:
    """Give how many of a file's events are to be sent still, where most of them went.

    What went under other ids than those of its ``namespace`` does not count.
    """
    own = [one for one in deliveries.all_of(output) if one.meaning.namespace in ("", namespace)]
    if any(one.is_whole for one in own):
        return 0
    return events - max((one.events + one.left_out for one in own), default=0)


def is_there(one: Written) -> bool:
    """Tell whether an output still lies where its run wrote it."""
    return one.path.exists() and _is_told(one)


def open_refusals(output: Path) -> list[Path]:
    """Name the files of refused messages beside an output that nobody has mended and sent."""
    found = [path for path in deliveries.of_output(output) if path.suffix == ".ndjson"]
    return [path for path in found if not any(one.is_all for one in deliveries.all_of(path))]


def _left(one: Written, whole: _Whole) -> LeftOutput:
    number = unsent(one.path, one.events, one.namespace) if _is_told(one) else one.events
    is_sent = one.is_sent or (number > 0 and one.known in whole())
    files = open_refusals(one.path)
    return LeftOutput(
        output=one.output,
        events=one.events,
        unsent=0 if is_sent else number,
        refused=sum(map(_lines, files)),
        refused_files=tuple(map(str, files)),
        is_there=is_there(one),
    )


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _described(run: Checkpoint, output: Path) -> Written:
    told = sent_before.described(output, run, "")
    return Written(
        output=told.file,
        first=told.first,
        namespace=told.namespace,
        since=told.since,
        until=told.until,
        resources=told.resources,
        events=sum(run.events.values()),
        is_new=run.new_since is not None,
    )


def _is_replaced(old: Written, new: Written) -> bool:
    if old.output == new.output and (old.since, old.until) == (new.since, new.until):
        return True
    return old.is_held_by(new) and not deliveries.of_output(old.path)


def _keep(folder: JobFolder, history: History, left: Iterable[Written]) -> None:
    kept = tuple(one for one in left if not one.is_sent or open_refusals(one.path))
    if kept != history.written:
        folder.save(history.model_copy(update={"written": kept}))


def _settled(history: History, state: Path, to: Destination) -> list[Written]:
    source = DeliveryPaths(Path(), to.endpoint, to.write_key).source
    whole = cache(partial(sent_before.sent_whole, state, source))
    return [
        one.model_copy(update={"is_sent": True}) if _is_sent(one, to, whole) else one
        for one in history.written
    ]


def _is_sent(one: Written, to: Destination, whole: _Whole) -> bool:
    if one.is_sent:
        return True
    found = deliveries.load(_files(one.path, to).checkpoint) if _is_told(one) else None
    return (found is not None and found.is_all) or one.known in whole()


def _is_told(one: Written) -> bool:
    """Tell whether the checkpoint at an output's place is still that of its run."""
    run = checkpoint.load(Paths(one.path).checkpoint)
    if run is None:
        return False
    return (run.since if run.new_since is None else run.new_since, run.until) == (
        one.since,
        one.until,
    )


def _goes_first(one: Written, spool: Path, to: Destination) -> bool:
    """Tell whether an output is sent first by itself."""
    found = deliveries.load(_files(one.path, to).checkpoint)
    is_begun = found is not None and not found.is_whole
    return is_there(one) and (one.path.parent == spool or is_begun)


def _files(output: Path, to: Destination) -> DeliveryPaths:
    return DeliveryPaths(output, to.endpoint, to.write_key)


def _passed_over(lost: list[Written]) -> UsageError:
    names = listed([one.path for one in lost])
    events = sum(one.events for one in lost)
    since, until = min(one.since for one in lost), max(one.until for one in lost)
    were, them = ("was", "it") if len(lost) == 1 else ("were", "them")
    listing = " (relay status names each)" if len(lost) > 1 else ""
    back = ""
    if gone := [one.path for one in lost if not is_there(one)]:
        back = f"Put {listed(gone)} back, with the files beside it. "
    return UsageError(
        f"{names} of this job {were} not sent to this source to the end, and would be passed over: "
        f"{events:,} messages of {iso(since)} to {iso(until)}.",
        f"{back}Send {them} with relay replay {names}{listing}. What was sent by other "
        "means, or is not to be sent, --past-unsent forgets once and for all.",
    )
