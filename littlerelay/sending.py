"""Sends one file of events to Segment, and remembers how far it came.

What was refused is written first, then the place that covers it: whatever stops a delivery, it goes
on from there, with each refused message written once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from littlerelay import deliveries, http
from littlerelay.clock import Clock
from littlerelay.deliveries import DeliveryPaths, DeliveryState
from littlerelay.errors import AlteredError, Bug, RefusedError, StoppedError
from littlerelay.files.ndjson import LazyFile
from littlerelay.places import set_files_aside
from littlerelay.progress import Delivering, Sending, Sent, Waiting
from littlerelay.segment.access import Access
from littlerelay.segment.batches import Batch, Place
from littlerelay.segment.delivery import Delivery, Pacer, Refusals
from littlerelay.segment.lanes import Brake, Lanes, Stopped
from littlerelay.segment.posting import AllRefusedError, Poster
from littlerelay.sent_before import FORGETFUL, Memory
from littlerelay.settings import Destination
from littlerelay.sockets import Sockets

# Hears of waits while they happen, and how far a delivery came that was stopped.
Listener = Callable[[Waiting | Sending], None]

_LATE = 20 * 3600  # seconds after which Segment may soon have forgotten what it was sent
_GRACE = 5.0  # seconds for a batch under way to be answered when relay is stopped


class Wire:
    """The way to one destination: its connections, its lanes, its pace."""

    def __init__(
        self, destination: Destination, pace: tuple[float, int], clock: Clock, watch: Listener
    ) -> None:
        rate, lanes = pace
        self.clock = clock
        self.watch = watch
        self.host = urlsplit(destination.endpoint).hostname or destination.endpoint
        self.most = lanes
        self._brake = Brake(clock)
        self._sockets = Sockets()
        waits = self._brake.clock
        with ExitStack() as stack:  # what is refused is not left open
            web = stack.enter_context(closing(http.client(waits, watch, sockets=self._sockets)))
            access = Access(destination, web, waits)
            way = stack.enter_context(closing(http.transport(waits, watch, sockets=self._sockets)))
            self._open = stack.pop_all()
        poster = Poster(destination, access, way, clock)
        self.lanes: Lanes[Batch, Refusals] = Lanes(lanes, poster.post, self._brake)
        self.pacer = Pacer(rate, self._brake.clock)

    @contextmanager
    def at_most(self, seconds: float | None) -> Iterator[None]:
        """Begin nothing more, and wait for nothing, after so long. Raises StoppedError then."""
        alarm = threading.Timer(seconds or 0.0, self._brake.pull)
        alarm.daemon = True
        if seconds is not None:
            alarm.start()
        try:
            yield
        except Stopped:
            raise StoppedError(
                "Stopped: --max-duration is over.", "The same command goes on from here."
            ) from None
        finally:
            alarm.cancel()

    def stop(self) -> None:
        """Let what is under way end, for a moment, and then cut it off; nothing more is begun."""
        self.lanes.stop(_GRACE)
        self._sockets.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._open.close()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One file before it is sent: where it was left (``start``), and what its source can tell.

    ``fingerprint``, ``position`` and ``read`` are of the source: what it is up to a place, how many
    of its ``size`` bytes were read, and what comes next; ``is_end`` whether nothing comes after a
    place that a ``limit`` of messages led to; ``memory`` keeps elsewhere, too, how far it was
    sent. Where ``remembers`` is false there is no checkpoint.
    ``unfinished`` is that of `Sent`.
    """

    name: str
    paths: DeliveryPaths
    start: DeliveryState
    fingerprint: Callable[[int], str]
    position: Callable[[], int]
    size: int | None
    read: Callable[[int], bytes]
    remembers: bool = True
    unfinished: bool = False
    limit: int | None = None
    is_end: Callable[[int], bool] = lambda _: True
    memory: Memory = FORGETFUL

    @property
    def place(self) -> Place:
        """Give the place from which it is sent."""
        start = self.start
        return Place(start.bytes, start.lines, start.events, start.left_out)

    def is_at_limit(self, now: DeliveryState) -> bool:
        """Tell whether no more messages are to be taken."""
        return self.limit is not None and now.events >= self.limit

    def late(self, now: float) -> float | None:
        """Give the hours since something was accepted, where that is long ago."""
        seconds = now - (self.start.acked or now)
        return seconds / 3600 if seconds > _LATE else None


def send(outgoing: Outgoing, batches: Iterable[Batch], wire: Wire) -> Iterator[Delivering]:
    """Send the batches of a file, giving progress after each step that is remembered.

    Raises what posting raises; all that was accepted until then is remembered.
    """
    began = wire.clock.monotonic()
    _set_aside(outgoing, wire.clock)
    with closing(_refusals(outgoing)) as refused:
        keeper = _Keeper(outgoing, refused, wire.clock)
        keeper.begin()
        yield keeper.sending(wire.host, begins=True)
        delivery = Delivery(outgoing.place, wire.lanes, wire.most, outgoing.memory.heard)
        try:
            for _ in delivery.run(batches, wire.pacer):
                keeper.keep(delivery)
                yield keeper.sending(wire.host)
        except BaseException as error:
            wire.stop()
            if delivery.is_sound and keeper.is_sound:
                delivery.settle()
                keeper.keep(delivery)
                keeper.note()
                wire.watch(keeper.sending(wire.host))
                if isinstance(error, AllRefusedError):
                    raise keeper.told_why(error) from error
            raise
        keeper.finish(delivery)
    yield keeper.sent(wire.host, delivery.batches, wire.clock.monotonic() - began)


def _set_aside(outgoing: Outgoing, clock: Clock) -> None:
    """Keep what a delivery with other options refused, which sent nothing: it may be mended."""
    paths = outgoing.paths
    earlier = deliveries.load(paths.checkpoint) if outgoing.remembers else None
    is_anew = earlier is not None and earlier.refused.lines and not outgoing.start.refused.lines
    if is_anew and paths.refused.exists():
        set_files_aside([paths.refused], int(clock.now()))


def _refusals(outgoing: Outgoing) -> LazyFile:
    """Open the file of refused messages where the delivery left it. Raises DiskError."""
    try:
        return LazyFile(outgoing.paths.refused, outgoing.start.refused)
    except AlteredError as error:
        hint = "Put the file back, or start anew with --again (the old files are kept)."
        raise AlteredError(str(error), hint) from error


class _Keeper:
    """Writes down what a delivery came to; while ``is_sound``, nothing is half written."""

    def __init__(self, outgoing: Outgoing, refused: LazyFile, clock: Clock) -> None:
        self.is_sound = True
        self._is_noted = False
        self._outgoing = outgoing
        self._refused = refused
        self._clock = clock
        self._now = outgoing.start

    def begin(self) -> None:
        """Remember that the delivery has begun, before anything is sent. Raises DiskError."""
        self._save(is_whole=False)

    def keep(self, delivery: Delivery) -> None:
        """Make refusals durable, then the place that covers them. Raises DiskError."""
        self.is_sound = False
        news = delivery.acknowledged()
        for refusal in news.refused:
            self._refused.write(refusal.line())
        place = news.place
        self._save(
            bytes=place.bytes,
            lines=place.lines,
            events=place.events,
            left_out=place.left_out,
            fingerprint=self._outgoing.fingerprint(place.bytes),
            refused=self._refused.sync(),
            acked=int(self._clock.now()) if delivery.sent else self._now.acked,
        )
        delivery.kept(place)
        self.is_sound = True
        if delivery.sent and not self._is_noted:
            self.note()

    def note(self) -> None:
        """Keep elsewhere, too, how far it was sent, once something was. Raises DiskError."""
        if self._now.has_sent:
            self._outgoing.memory.note(self._now)
            self._is_noted = True

    def told_why(self, error: AllRefusedError) -> RefusedError:
        """Write down why all is refused, and say where. Raises DiskError.

        It stands behind what is remembered: the message is not done with, and whoever goes on cuts
        it off.
        """
        self._refused.write(error.refusal.line())
        self._refused.sync()
        place = self._outgoing.paths.refused
        return RefusedError(str(error), f"{error.hint} Segment's own words are in {place}.")

    def finish(self, delivery: Delivery) -> None:
        """Remember the end, once the counts agree. Raises Bug where they do not."""
        self.keep(delivery)
        start, now = self._outgoing.start, self._now
        if delivery.sent + delivery.refused_unsent != now.events - start.events:
            raise Bug(
                f"{delivery.sent} messages were sent and {delivery.refused_unsent} refused unsent, "
                f"of {now.events - start.events}: that does not add up"
            )
        is_cut = self._outgoing.is_at_limit(now) and not self._outgoing.is_end(now.bytes)
        if not (self._outgoing.unfinished or is_cut):
            self._save(is_whole=True)
        self.note()

    def sending(self, target: str, *, begins: bool = False) -> Sending:
        """Tell how far it is."""
        outgoing, now = self._outgoing, self._now
        return Sending(
            file=outgoing.name,
            target=target,
            position=outgoing.position(),
            size=outgoing.size,
            accepted=now.accepted,
            refused=now.refused.lines,
            left_out=now.left_out,
            begins=begins,
            late=outgoing.late(self._clock.now()) if begins else None,
        )

    def sent(self, target: str, batches: int, elapsed: float) -> Sent:
        """Tell what it came to."""
        told = summed_up(self._outgoing, self._now, target)
        return replace(told, batches=batches, elapsed=elapsed)

    def _save(self, **news: object) -> None:
        self._now = self._now.model_copy(update=news)
        if self._outgoing.remembers:
            deliveries.save(self._outgoing.paths.checkpoint, self._now)


def summed_up(outgoing: Outgoing, now: DeliveryState, target: str) -> Sent:
    """Tell what a delivery came to by now."""
    return Sent(
        file=outgoing.name,
        target=target,
        accepted=now.accepted,
        accepted_before=outgoing.start.accepted,
        refused=now.refused.lines,
        left_out=now.left_out,
        refused_file=str(outgoing.paths.refused),
        unfinished=outgoing.unfinished,
        sample=outgoing.is_at_limit(now) and not now.is_whole,
        chose_nothing=now.left_out > 0 and not (now.has_sent or outgoing.memory.known),
        known=len(outgoing.memory.known),
    )
