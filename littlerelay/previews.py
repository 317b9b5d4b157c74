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
    ``margin`` is the least that all messages together have: figures of the same records err
    together.
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
    margin: int = 0

    @property
    def messages(self) -> Figure:
        """Give how many messages there are."""
        every = added(self.events.values())
        return every if every.is_exact else every._replace(margin=max(every.margin, self.margin))

    @property
    def batches(self) -> Figure:
        """Give about how many requests it takes: where the cuts fall, only the sending tells.

        Each ends before the message that it has no room for; several at a time end with one each.
        """
        octets, messages = self.bytes, self.messages
        room = max(1, MAX_BYTES - 2 * octets.number // max(1, messages.number))
        number = _batches(octets.number, messages.number, MAX_BYTES)
        most = _batches(octets.number + octets.margin, messages.number + messages.margin, room)
        least = _batches(
            octets.number - octets.margin, messages.number - messages.margin, MAX_BYTES
        )
        width = max(1, most - number, number - least)
        margin = min(width, messages.number + messages.margin - number)
        return Figure(number, is_exact=margin <= 0, margin=max(0, margin))

    @property
    def seconds(self) -> float:
        """Give how long it takes at the rate, where nothing else slows it down."""
        return self.messages.number / self.rate


def _batches(octets: int, messages: int, room: int) -> int:
    return max(-(-octets // room), -(-messages // MAX_EVENTS))
