"""The values that say what sending events will cost, before any is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from littlerelay.ages import Limit
from littlerelay.segment.batches import MAX_BYTES, MAX_EVENTS


class Figure(NamedTuple):
    """A number: exact, or estimated with 95 % certainty to be within ``margin`` of the truth."""

    number: int
    is_exact: bool = True
    margin: int = 0


def added(figures: Iterable[Figure]) -> Figure:
    """Add figures that err independently of each other."""
    every = list(figures)
    return Figure(
        sum(one.number for one in every),
        all(one.is_exact for one in every),
        round(sqrt(sum(one.margin**2 for one in every))),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a number of messages will cost once they are sent.

    ``events`` counts them by event, or type: each is an API call of Segment's. ``users`` are
    distinct userIds, ``visitors`` distinct anonymousIds that no message ties to a userId: together
    the tracked users that they add in the month of sending. ``bytes`` are those of the lines,
    ``rate`` is messages a second. ``first`` and ``last`` are timestamps, none where there is no
    message; where ``is_dated_exactly`` is false, there may be an earlier one, and none is later
    than ``last``. ``limits`` are those of destinations that the oldest message is beyond.
    """

    events: Mapping[str, Figure]
    users: Figure
    visitors: Figure
    bytes: Figure
    rate: float
    first: str | None
    last: str | None
    is_dated_exactly: bool = True
    limits: tuple[Limit, ...] = ()

    @property
    def messages(self) -> Figure:
        """Give how many messages there are."""
        return added(self.events.values())

    @property
    def batches(self) -> Figure:
        """Give about how many requests it takes: where the cuts fall, only the sending tells."""
        by_size = -(-self.bytes.number // MAX_BYTES)
        return Figure(max(by_size, -(-self.messages.number // MAX_EVENTS)), is_exact=False)

    @property
    def seconds(self) -> float:
        """Give how long it takes at the rate, where nothing else slows it down."""
        return self.messages.number / self.rate
