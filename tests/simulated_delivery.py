"""Delivers a file in sessions that end as chance wills, and keeps the books of what came of it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from littlerelay.clock import SYSTEM
from littlerelay.errors import UnreachableError
from littlerelay.segment import delivery as tested
from littlerelay.segment.batches import START, Batch, Line, Place, of_lines
from littlerelay.segment.delivery import Delivery, Pacer, Refusals
from littlerelay.segment.lanes import Lanes
from littlerelay.segment.messages import Refusal
from numbered_lines import in_a_file, narrow

PEOPLE = 6


@dataclass
class Segment:
    """What was accepted, by number, in its order; ``bad`` numbers are refused."""

    bad: set[int]
    accepted: list[int] = field(default_factory=list)

    def take(self, batch: Batch) -> Refusals:
        """Takes a batch."""
        numbers = [int(one) for one in batch.content.split()]
        self.accepted += [one for one in numbers if one not in self.bad]
        return [
            (place, Refusal("refused", str(one), None))
            for place, one in enumerate(numbers)
            if one in self.bad
        ]


class ChanceLanes:
    """Lanes in which the next thing that happens is drawn."""

    def __init__(self, segment: Segment, chance: random.Random) -> None:
        self._segment = segment
        self._chance = chance
        self._waiting: defaultdict[int, list[tuple[Future[Refusals], Batch]]] = defaultdict(list)
        self._failed: set[int] = set()

    def submit(self, lane: int, batch: Batch) -> Future[Refusals]:
        """Takes work; now and then something happens meanwhile."""
        future: Future[Refusals] = Future()
        self._waiting[lane].append((future, batch))
        if lane in self._failed:
            self._end(lane, failing=1.0)
        while self._chance.random() < 0.4:
            self.happen(failing=0.02)
        return future

    def wait(self, futures: Iterable[Future[Refusals]], **_: object) -> tuple[set[Any], set[Any]]:
        """Lets things happen until one of the futures is done."""
        found = list(futures)
        while not any(one.done() for one in found):
            self.happen(failing=0.03)
        return {one for one in found if one.done()}, set()

    def stop(self) -> None:
        """Lets some of what is under way end, and gives up the rest."""
        for lane, waiting in self._waiting.items():
            if waiting and self._chance.random() < 0.5:
                self._end(lane, failing=0.2)
            for future, _ in waiting:
                future.cancel()
            waiting.clear()

    def happen(self, failing: float) -> None:
        """Lets the first batch of some lane end."""
        lanes = [lane for lane, waiting in self._waiting.items() if waiting]
        if lanes:
            self._end(self._chance.choice(lanes), failing)

    def _end(self, lane: int, failing: float) -> None:
        waiting = self._waiting[lane]
        future, batch = waiting.pop(0)
        if self._chance.random() < failing:
            self._failed.add(lane)
            error = UnreachableError("Segment is away.")
            for other in [future, *(one for one, _ in waiting)]:
                other.set_exception(error)
            waiting.clear()
        else:
            future.set_result(self._segment.take(batch))


@dataclass
class Simulation:
    """A file on its way; ``written`` are refusals that were written down, ``kept`` the place."""

    chance: random.Random
    lines: list[Line] = field(default_factory=list)
    segment: Segment = field(default_factory=lambda: Segment(set()))
    written: list[str] = field(default_factory=list)
    kept: Place = START
    sessions: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        drawn = [self._line() for _ in range(self.chance.randint(0, 40))]
        self.lines = in_a_file(drawn)
        count = sum(len(line.messages) for line in self.lines)
        self.segment.bad = {one for one in range(count) if self.chance.random() < 0.15}

    def run(self) -> None:
        """Delivers, session after session, until all is done."""
        with pytest.MonkeyPatch.context() as patch:
            narrow(patch)
            while not self._session(patch):
                self.sessions += 1

    def numbers(self, before: Place | None = None) -> list[int]:
        """Gives the messages of the file, or those before a place."""
        found = [line for line in self.lines if before is None or line.end <= before]
        return [int(one) for line in found for _, one in line.messages]

    def people(self) -> dict[int, list[int]]:
        """Gives the messages that can be accepted, of each person in order."""
        whose = [(lane, int(one)) for line in self.lines for lane, one in line.messages]
        good = [(lane, one) for lane, one in whose if one not in self.segment.bad]
        return {person: [one for lane, one in good if lane == person] for person in range(PEOPLE)}

    def refusals(self) -> Counter[str]:
        """Gives every refusal that there has to be."""
        own = [one.detail for line in self.lines for one in line.refused]
        return Counter([*own, *(str(one) for one in self.segment.bad)])

    def _line(self) -> tuple[list[tuple[int, int]], int]:
        sizes = [
            (self.chance.randrange(PEOPLE), self.chance.randint(4, 50))
            for _ in range(self.chance.choice([0, 1, 1, 1, 3]))
        ]
        return sizes, self.chance.choice([0, 0, 0, 1, 2])

    def _session(self, patch: pytest.MonkeyPatch) -> bool:
        """Delivers until it ends, and tells whether that was the file's end."""
        lanes = self.chance.randint(1, PEOPLE)
        made = ChanceLanes(self.segment, self.chance)
        patch.setattr(tested, "wait", made.wait)
        delivery = Delivery(self.kept, cast("Lanes[Batch, Refusals]", made), lanes)
        left = [line for line in self.lines if line.start >= self.kept]
        spread = [
            replace(line, messages=[(lane % lanes, one) for lane, one in line.messages])
            for line in left
        ]
        batches = of_lines(spread, self.kept, lanes, self.chance.randint(1, 4))
        with suppress(UnreachableError):
            for _ in delivery.run(batches, Pacer(1e9, SYSTEM)):
                self._keep(delivery)
                if self.chance.random() < 0.1:
                    raise UnreachableError("It is stopped.")
            self._keep(delivery)
            return True
        made.stop()
        if self.chance.random() < 0.7:  # or else it was killed
            delivery.settle()
            self._keep(delivery)
        return False

    def _keep(self, delivery: Delivery) -> None:
        news = delivery.acknowledged()
        if news.place < self.kept:
            self.faults.append("the place went back")
        if not set(self.numbers(news.place)) <= {*self.segment.accepted, *self.segment.bad}:
            self.faults.append("the place passed what was not acknowledged")
        self.written += [one.detail for one in news.refused]
        self.kept = news.place
        delivery.kept(news.place)
