"""Sends files of events to Segment, each from where it was sent before: the job of `relay replay`.

Nothing is sent before everything that can be refused was looked at: the files, the choice of
destinations, the write key. A delivery may be left at any point, or killed, and goes on when the
same command is given again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeGuard
from zoneinfo import ZoneInfo

from littlerelay import deliveries, sent_before, sources
from littlerelay.clock import SYSTEM, Clock
from littlerelay.deliveries import DeliveryMeaning, DeliveryPaths, DeliveryState
from littlerelay.errors import LockedError, UsageError
from littlerelay.files.inputs import Input, StreamInput, not_the_file
from littlerelay.marks import EMPTY
from littlerelay.patience import unwatched
from littlerelay.places import check_stream, named, set_files_aside
from littlerelay.probing import check
from littlerelay.progress import Delivering, Sent
from littlerelay.recordings import beginnings
from littlerelay.segment.batches import MAX_EVENTS, START
from littlerelay.segment.changes import Changes
from littlerelay.segment.choice import Choice
from littlerelay.sending import Listener, Outgoing, Wire, send, summed_up
from littlerelay.sent_before import FORGETFUL, Memory, SentFile
from littlerelay.sequence import in_order
from littlerelay.settings import Destination, ReplayRequest
from littlerelay.sources import OLD, Own, Plan
from littlerelay.times import epoch, read


def replay(
    request: ReplayRequest,
    destination: Destination,
    clock: Clock = SYSTEM,
    watch: Listener = unwatched,
    stream: BinaryIO | None = None,
) -> Generator[Delivering, None, None]:
    """Send files to Segment, giving progress after every batch; ``stream`` is what ``-`` reads.

    ``watch`` hears of waits while they happen, and of a stop how far it came. A request that names
    an output is `rewrites.rewrite`'s.
    Raises the errors of ``littlerelay.errors``; what was accepted before is remembered.
    """
    if request.out is not None:
        raise UsageError(
            "What is sent is not written: an output goes with rewriting alone.", "Leave out away."
        )
    now = int(clock.now())
    plan = planned(request, now)
    paths = in_order(named(request.inputs))
    check_stream(stream, is_named=not paths)
    if request.max_duration is not None and not paths:
        what = "Standard input cannot be gone on with, so --max-duration is not for it."
        raise UsageError(what, "Leave --max-duration away, or name a file.")
    beside: list[SentFile] = []
    files = [prepared(path, plan, request, destination, beside) for path in paths]
    is_done = bool(files) and all(file.is_done for file in files)
    if request.check_key and not is_done:
        check(destination, clock, watch)
    pace = request.rate, request.concurrency
    with Wire(destination, pace, clock, watch) as wire, wire.at_most(request.max_duration):
        if stream is not None:
            yield from _send_stream(stream, plan, destination, wire)
        for file in files:
            yield from _send_file(file, wire, again_at=now if request.again else None)


def planned(request: ReplayRequest, now: int) -> Plan:
    """Say what becomes of the messages. Raises UsageError for what cannot be meant."""
    utc = ZoneInfo("UTC")
    since = None if request.since is None else read(request.since, now, utc)
    until = None if request.until is None else read(request.until, now, utc)
    if until is not None and until <= (since or 0):
        raise UsageError("The period is empty.", "Give a --since before --until.")
    choice = Choice(
        since or None,
        until,
        frozenset(name.casefold() for name in request.events),
        frozenset(request.users),
        request.where,
    )
    return Plan(
        choice=choice,
        changes=Changes(request.integrations, request.namespace),
        oldest=None if sources.is_choice(request.integrations) else now - OLD,
        limit=request.limit,
        lanes=request.concurrency,
        most=max(1, min(MAX_EVENTS, int(request.rate))),
    )


@dataclass(frozen=True, slots=True)
class File:
    """One file before it is sent, with its plan, and where an earlier delivery left it.

    ``own`` is set where a run of relay wrote it. ``is_done`` tells that nothing is left to send.
    """

    paths: DeliveryPaths
    plan: Plan
    own: Own | None
    start: DeliveryState
    is_done: bool = False
    memory: Memory = FORGETFUL

    def present(self) -> list[Path]:
        """Give the files that tell of its delivery."""
        return [path for path in (self.paths.checkpoint, self.paths.refused) if path.exists()]

    def source(self) -> Input:
        """Open the file where it was left. Raises DiskError where it is not the same."""
        source = Input(self.paths.file)
        try:
            source.go_to(self.start.bytes)
            if source.fingerprint(self.start.bytes) != self.start.fingerprint and self.start.bytes:
                raise not_the_file(self.paths.file)
        except BaseException:
            source.close()
            raise
        return source

    def outgoing(self, source: Input) -> Outgoing:
        """Give what `send` needs to know."""
        end = self.own.end if self.own else None
        bounded = source.read
        if end is not None:
            bounded = sources.Bounded(source.read, end - self.start.bytes).read
        ending = sources.Ending(bounded, self.start.bytes)
        return Outgoing(
            name=str(self.paths.file),
            paths=self.paths,
            start=self.start,
            fingerprint=source.fingerprint,
            position=lambda: source.raw_position,
            size=source.raw_size,
            unfinished=self.own is not None and self.own.is_unfinished,
            limit=self.plan.limit,
            is_end=ending.is_end,
            read=ending.read,
            memory=self.memory,
        )


def prepared(
    path: Path,
    plan: Plan,
    request: ReplayRequest,
    destination: Destination,
    beside: list[SentFile],
) -> File:
    """Look at a file before anything is sent: what it is, and whether it may be sent.

    It is added to ``beside``, the files that are sent before it.

    Raises UsageError, LockedError, DiskError, and RefusedError for old events without a choice of
    destinations.
    """
    with closing(Input(path)) as source:
        own = sources.own(source, path)
        beginnings.check_events(path, source.read(sources.HEAD))
        plan = replace(sources.of_own(plan, own), leaves_torn=own is None and source.is_plain)
    namespace = plan.changes.namespace  # with another one it is another delivery
    paths = DeliveryPaths(path, destination.endpoint, destination.write_key, namespace)
    start = begun(paths, plan, request)
    plan = replace(plan, choice=replace(plan.choice, since=start.since, until=start.until))
    run = own.run if own else None
    memory = sent_before.noting(paths, run, request, beside, start)
    plan = replace(plan, known=memory.known)
    file = File(paths, plan, own, start, memory=memory)
    with closing(file.source()) as source:
        file = replace(file, is_done=_is_done(file, source))
        if not file.is_done and plan.oldest is not None:
            _check_ages(file, source, plan.oldest)
    return file


def begun(paths: DeliveryPaths, plan: Plan, request: ReplayRequest) -> DeliveryState:
    """Give where an earlier delivery stands, or a new one's beginning.

    One that sent nothing binds nobody to its options: they may have been mistyped.
    """
    meant = _meaning(request)
    found = None if request.again else deliveries.load(paths.checkpoint)
    if found is not None and (found.has_sent or found.meaning == meant):
        deliveries.check_same(paths.checkpoint, found.meaning, meant)
        return found
    if not request.again and found is None and paths.refused.exists():
        raise UsageError(
            f"{paths.refused} exists, and no checkpoint tells of it.",
            "Move it away, or give --again: it is kept under another name.",
        )
    choice = plan.choice
    return DeliveryState(
        endpoint=paths.endpoint, meaning=meant, since=choice.since, until=choice.until
    )


def _meaning(request: ReplayRequest) -> DeliveryMeaning:
    return DeliveryMeaning(
        since=request.since,
        until=request.until,
        event=request.events,
        user=request.users,
        where=request.where,
        integrations=request.integrations,
        namespace=request.namespace,
    )


def _is_done(file: File, source: Input) -> bool:
    limit = file.plan.limit
    if limit is not None and file.start.events >= limit:
        return True
    end = file.own.end if file.own else None
    last = source.raw_size if end is None else end
    return file.start.is_whole and (not source.is_plain or file.start.bytes == last)


def _check_ages(file: File, source: Input, oldest: int) -> None:
    """Refuse a file that holds a message from before ``oldest`` (seconds since 1970)."""
    if file.own is not None and file.plan.takes_bytes:
        first = file.own.run.first
        if first is not None and epoch(first) < oldest:
            raise sources.too_old(first)
        return
    place = file.outgoing(source).place
    for _ in sources.taken(file.outgoing(source).read, place, file.plan):
        pass  # each line is looked at, and an old message raises


def _send_file(file: File, wire: Wire, *, again_at: int | None) -> Iterator[Delivering]:
    with closing(file.source()) as source:
        if again_at is not None:
            set_files_aside(file.present(), again_at)
        else:
            _check_still(file)  # now that nobody else can send it
        outgoing = file.outgoing(source)
        if file.is_done:
            yield replace(summed_up(outgoing, file.start, wire.host), already=True)
            return
        is_own = file.own is not None
        batches = sources.batches(outgoing.read, outgoing.place, file.plan, is_own=is_own)
        for told in send(outgoing, batches, wire):
            yield replace(told, unfinished=_is_torn(file, source)) if _is_end(told) else told


def _is_end(told: Delivering) -> TypeGuard[Sent]:
    return isinstance(told, Sent) and not (told.unfinished or told.sample)


def _is_torn(file: File, source: Input) -> bool:
    """Tell whether a last line was left that somebody may still be writing."""
    found = deliveries.load(file.paths.checkpoint)
    return file.plan.leaves_torn and found is not None and found.bytes < source.raw_size


def _check_still(file: File) -> None:
    """Refuse to go on from a place that somebody else has left meanwhile. Raises LockedError."""
    found, start = deliveries.load(file.paths.checkpoint), file.start
    if found is None or not (found.has_sent or found.meaning == start.meaning):
        return
    if found.events > start.events:
        raise LockedError(
            f"{file.paths.file} was sent further by another command meanwhile.",
            "Run the same command again: it goes on from there.",
        )


def _send_stream(
    stream: BinaryIO, plan: Plan, destination: Destination, wire: Wire
) -> Iterator[Delivering]:
    """Send what comes once: nothing is remembered, and old messages are found on the way."""
    source = StreamInput(stream)
    beginnings.check_stream(source.peek(sources.HEAD))
    ending = sources.Ending(source.read, 0)
    outgoing = Outgoing(
        name="standard input",
        paths=deliveries.of_stream(destination.endpoint, destination.write_key),
        start=DeliveryState(endpoint=destination.endpoint, meaning=DeliveryMeaning()),
        fingerprint=lambda _: EMPTY.tail,
        position=lambda: source.raw_position,
        size=None,
        read=ending.read,
        remembers=False,
        limit=plan.limit,
        is_end=ending.is_end,
    )
    yield from send(outgoing, sources.batches(ending.read, START, plan, is_own=False), wire)
