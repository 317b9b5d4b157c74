"""Sends what a run writes while it writes it: the job of `relay backfill --post`.

The run writes its file as it always does. What its checkpoint says is durable is sent from there on
a thread of its own, as `relay replay` would send it: either goes on with what the other left.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from littlerelay import checkpoint, deliveries, sent_before, sources
from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import Clock
from littlerelay.deliveries import DeliveryPaths, DeliveryState
from littlerelay.durable import disk_errors
from littlerelay.errors import UsageError
from littlerelay.files.inputs import Input, not_the_file
from littlerelay.marks import EMPTY
from littlerelay.places import Paths, forget_earlier
from littlerelay.progress import Delivering, Finished, Noted, Progress, Sent, Stalled
from littlerelay.replays import begun, planned
from littlerelay.segment.changes import NOTHING
from littlerelay.segment.lanes import Stopped
from littlerelay.sending import Listener, Outgoing, Wire, send
from littlerelay.sent_before import Memory
from littlerelay.settings import Mapping, Post, ReplayRequest
from littlerelay.sources import Plan
from littlerelay.times import epoch

_PAUSE = 0.2  # seconds between two looks at how far the run is
_TURN = 0.1  # seconds to wait for news of the delivery

_Notes: TypeAlias = list[Noted]
_News: TypeAlias = queue.SimpleQueue[Delivering]


@dataclass(frozen=True, slots=True)
class Posting:
    """The delivery of one run's file, which goes once all is accepted where it is in the spool."""

    paths: Paths
    post: Post
    mapping: Mapping
    clock: Clock
    watch: Listener
    state: Path

    def repeated(self, run: Checkpoint | None, *, resends: bool) -> str:
        """Say of what was sent from another file before that it is sent once more, else nothing.

        Raises UsageError unless that is wanted (``resends``).
        """
        new = sent_before.of_run(self.paths.output, run, self.mapping.namespace)
        old = sent_before.found(self.state, self._files(), new)
        if old is None:
            return ""
        told = sent_before.repeated(old, new)
        if not resends:
            hint = "Leave --post away, or give --restart to read and send it once more."
            raise UsageError(f"{told}.", f"{sent_before.REPEATS} {hint}")
        return f"{told}. {sent_before.REPEATS}"

    def is_left(self, run: Checkpoint, spool: Path) -> bool:
        """Tell whether a finished run's file is still to be sent to this destination.

        A file is in the spool only until all of it is accepted, wherever it was begun to be sent:
        the write key may have been changed since. Another file must have been begun there.
        """
        if run.phase != "done" or not run.is_of_job or not self.paths.output.exists():
            return False
        is_in_spool = self.paths.output.parent == spool
        return is_in_spool or (self._found() is not None and not self._is_whole())

    def check_spent(self) -> None:
        """Refuse to send a file that is gone, unless it went here. Raises UsageError."""
        if not self._is_whole():
            raise UsageError(
                f"{self.paths.output} was sent to another destination, and then removed.",
                "Give --restart to read it anew; then it is sent to this one.",
            )

    def _is_whole(self) -> bool:
        """Tell whether all of the file was sent to this destination."""
        return (found := self._found()) is not None and found.is_whole

    def _found(self) -> DeliveryState | None:
        return deliveries.load(self._files().checkpoint)

    def along(
        self, run: Iterator[Progress], spool: Path, *, resends: bool = False
    ) -> Iterator[Progress]:
        """Give what a run tells and what its delivery does, and both results at the end.

        Raises what the run raises, and after the run's end what its delivery raises.
        """
        request = self._request()
        plan = replace(planned(request, int(self.clock.now())), changes=NOTHING)
        files = self._files()
        start = begun(files, plan, request)
        known, notes = self._before(start, resends=resends)
        yield from notes
        plan = replace(plan, known=known)
        stop, news, results = threading.Event(), _News(), list[Finished | Sent]()
        pace = self.post.rate, self.post.concurrency
        source = _Following(self.paths, start, plan, stop)
        with (
            closing(source),
            Wire(self.post.destination, pace, self.clock, self.watch) as wire,
            ThreadPoolExecutor(1) as own,
        ):
            delivery = own.submit(_send, self._outgoing(start, source, known), plan, wire, news)
            try:
                for value in _interleaved(_held_after(run, source), delivery, news):
                    if isinstance(value, Finished):
                        # There is something to do where it was written before and not sent whole.
                        results.append(replace(value, already=value.already and start.is_whole))
                    elif isinstance(value, Sent):
                        results.append(value)
                    else:
                        yield value
            finally:
                stop.set()
                wire.stop()
        is_cleared = delivery.exception() is None and self.paths.output.parent == spool
        if is_cleared:
            self._clear()
        for result in sorted(results, key=lambda one: isinstance(one, Sent)):
            yield replace(result, is_cleared=is_cleared) if isinstance(result, Sent) else result
        delivery.result()

    def _before(self, start: DeliveryState, *, resends: bool) -> tuple[frozenset[bytes], _Notes]:
        """Give the marks of messages that were sent before, and what is to be said of that."""
        run = None if start.has_sent else checkpoint.load(self.paths.checkpoint)
        again = self.repeated(run, resends=resends)
        known = frozenset[bytes]() if resends else self._known()
        left = f"{len(known):,} messages of a sample were sent before, and are left out"
        told = again and f"warning: {again}", known and left
        return known, [Noted(one) for one in told if one]

    def _files(self) -> DeliveryPaths:
        destination = self.post.destination
        return DeliveryPaths(self.paths.output, destination.endpoint, destination.write_key)

    def _known(self) -> frozenset[bytes]:
        """Tell which messages went with samples of the same."""
        run = checkpoint.load(self.paths.checkpoint)
        new = sent_before.of_run(self.paths.output, run, self.mapping.namespace)
        return sent_before.sampled_of(self.state, self._files(), new)

    def _outgoing(
        self, start: DeliveryState, source: _Following, known: frozenset[bytes]
    ) -> Outgoing:
        return Outgoing(
            name=str(self.paths.output),
            paths=self._files(),
            start=start,
            fingerprint=source.fingerprint,
            position=lambda: source.position,
            size=None,
            read=source.read,
            memory=self._memory(start, known),
        )

    def _memory(self, start: DeliveryState, known: frozenset[bytes]) -> Memory:
        """Give what keeps that the file was sent; its first line is there by then."""

        def now() -> Memory:
            output, run = self.paths.output, checkpoint.load(self.paths.checkpoint)
            new = sent_before.described(output, run, self.mapping.namespace)
            return sent_before.remembering(
                self.state, self._files(), new, is_begun=start.has_sent, lists=new.is_sample
            )

        def heard(lines: list[bytes]) -> None:
            if (listing := now().heard) is not None:
                listing(lines)

        begins = checkpoint.load(self.paths.checkpoint)
        is_sample = begins is not None and begins.limit is not None
        return Memory(lambda state: now().note(state), heard if is_sample else None, known)

    def _request(self) -> ReplayRequest:
        """Give what `relay replay` would be asked to do the same."""
        return ReplayRequest(
            (str(self.paths.output),),
            integrations=self.mapping.integrations,
            namespace=self.mapping.namespace,
            rate=self.post.rate,
            concurrency=self.post.concurrency,
        )

    def _clear(self) -> None:
        """Remove a file that was accepted whole; until the next one, what tells of it says so."""
        with disk_errors(self.paths.output):
            self.paths.output.unlink(missing_ok=True)
        forget_earlier(self.paths.output)


class _Following:
    """Reads a file as far as its run's checkpoint says that it is durable, until the run ends.

    Raises Stopped once ``stop`` is set, and what `Input` and `checkpoint.load` raise.
    """

    def __init__(
        self, paths: Paths, start: DeliveryState, plan: Plan, stop: threading.Event
    ) -> None:
        self.position = start.bytes
        self._paths = paths
        self._start = start
        self._oldest = plan.oldest
        self._stop = stop
        self._end = 0
        self._is_final = False
        self._source: Input | None = None
        self._held: Input | None = None

    def hold(self) -> None:
        """Keep others from sending the file, once its run has let go of it. Raises LockedError."""
        self._held = Input(self._paths.output)

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes as soon as there are any; none after the end."""
        while self.position >= self._end:
            if self._is_final:
                return b""
            self._look()
        piece = self._opened().read(min(most, self._end - self.position))
        self.position += len(piece)
        return piece

    def fingerprint(self, position: int) -> str:
        """Say what the file is, up to a position."""
        return self._opened().fingerprint(position) if position else EMPTY.tail

    def close(self) -> None:
        """Let go of the file."""
        for opened in (self._source, self._held):
            if opened is not None:
                opened.close()

    def _look(self) -> None:
        """Look how far the run is; wait a moment where it is no further."""
        run = checkpoint.load(self._paths.checkpoint)
        if run is not None:
            if self._oldest is not None and run.first and epoch(run.first) < self._oldest:
                raise sources.too_old(run.first)
            self._is_final = run.phase == "done"
            if run.output.bytes > self._end or self._is_final:
                self._end = run.output.bytes
                return
        if self._stop.wait(_PAUSE):
            raise Stopped

    def _opened(self) -> Input:
        if self._source is None:
            source = Input(self._paths.output, is_growing=True)
            source.go_to(self._start.bytes)
            is_same = source.fingerprint(self._start.bytes) == self._start.fingerprint
            if self._start.bytes and not is_same:
                source.close()
                raise not_the_file(self._paths.output)
            self._source = source
        return self._source


def _send(outgoing: Outgoing, plan: Plan, wire: Wire, news: _News) -> None:
    batches = sources.batches(outgoing.read, outgoing.place, plan, is_own=True)
    for value in send(outgoing, batches, wire):
        news.put(value)


def _held_after(run: Iterator[Progress], source: _Following) -> Iterator[Progress]:
    yield from run
    source.hold()


def _interleaved(
    run: Iterator[Progress], delivery: Future[None], news: _News
) -> Iterator[Progress]:
    """Give what both tell, to the end of both; an error of the delivery is told once."""
    is_told = False
    for value in run:
        yield value
        while not news.empty():
            yield news.get()
        error = delivery.exception() if delivery.done() and not is_told else None
        if error is not None:
            is_told = True
            yield Stalled(str(error))
    while not (delivery.done() and news.empty()):
        with suppress(queue.Empty):
            yield news.get(timeout=_TURN)
