"""Sends batches in order, and knows up to which place of the file all was accepted or refused.

That place is the smallest start of a batch that is not acknowledged. Refusals are given with it:
whoever writes them down and then remembers the place has each of them once, whatever happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from operator import itemgetter

from littlerelay.clock import Clock
from littlerelay.segment.batches import Batch, Place
from littlerelay.segment.lanes import Lanes
from littlerelay.segment.messages import Refusal

Refusals = list[tuple[int, Refusal]]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """All before ``place`` is accepted but for ``refused``, which is news since the last `kept`."""

    place: Place
    refused: list[Refusal]


class Pacer:
    """Spreads events evenly: so many a second, without bursts."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._next = clock.monotonic()

    def take(self, events: int) -> None:
        """Wait until so many events may go."""
        now = self._clock.monotonic()
        if self._next > now:
            self._clock.sleep(self._next - now)
        self._next = max(now, self._next) + events / self._rate


class Delivery:
    """One file on its way.

    ``batches`` and ``sent`` count batches and messages acknowledged, ``refused_unsent`` messages
    that were refused before they were sent. ``run`` may be left at any point, even by a signal;
    while ``is_sound``, ``acknowledged`` then still tells what was done. ``heard`` is given
    the lines that were accepted, before anything else tells of them.
    """

    def __init__(
        self,
        start: Place,
        lanes: Lanes[Batch, Refusals],
        most: int,
        heard: Callable[[list[bytes]], None] | None = None,
    ) -> None:
        self.batches = 0
        self.sent = 0
        self.refused_unsent = 0
        self.is_sound = True
        self._lanes = lanes
        self._most = most
        self._heard = heard
        self._covered = start
        self._told = start
        self._kept = start
        self._under_way: dict[Future[Refusals], Batch] = {}
        self._refused: list[tuple[Place, Refusal]] = []

    def run(self, batches: Iterable[Batch], pacer: Pacer) -> Iterator[None]:
        """Send the batches; each step gives the turn when there is something to write down.

        Raises what posting raises.
        """
        for batch in batches:
            if batch.count:
                pacer.take(batch.count)
                yield from self._waited(self._most - 1)
                self._under_way[self._lanes.submit(batch.lane, batch)] = batch
            self._refused += batch.refused
            self.refused_unsent += len(batch.refused)
            self._covered = batch.covered
            yield from self._told_again()
        yield from self._waited(0)

    def settle(self) -> None:
        """Take in all that ended by now; what failed stays under way."""
        for future in [one for one in self._under_way if one.done()]:
            if not future.cancelled() and future.exception() is None:
                self._take(future)

    def acknowledged(self) -> Acknowledged:
        """Tell where the delivery stands."""
        place = self._place()
        found = sorted(self._refused, key=itemgetter(0))
        return Acknowledged(
            place, [refusal for start, refusal in found if self._kept <= start < place]
        )

    def kept(self, place: Place) -> None:
        """Hear that all up to a place was written down."""
        self._kept = place
        self._refused = [one for one in self._refused if one[0] >= place]

    def _waited(self, most: int) -> Iterator[None]:
        """Wait until at most so many batches are under way."""
        while len(self._under_way) > most:
            done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                self._take(future)
            yield from self._told_again()

    def _take(self, future: Future[Refusals]) -> None:
        self.is_sound = False
        batch = self._under_way.pop(future)
        refused = dict(future.result())
        if self._heard is not None:
            found = enumerate(batch.content.split(b"\n")[:-1])
            self._heard([line for number, line in found if number not in refused])
        self._refused += [(batch.place_of(number), one) for number, one in refused.items()]
        self.batches += 1
        self.sent += batch.count
        self.is_sound = True

    def _told_again(self) -> Iterator[None]:
        """Give the turn if the place moved."""
        place = self._place()
        if place > self._told:
            self._told = place
            yield

    def _place(self) -> Place:
        return min([self._covered, *(batch.start for batch in self._under_way.values())])
