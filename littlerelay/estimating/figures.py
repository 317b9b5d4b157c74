"""Puts counts and a sample together: what a run would give, and what that would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from littlerelay import ages, settings
from littlerelay.checkpoint import Checkpoint
from littlerelay.estimating.counts import Bounds
from littlerelay.estimating.people import (
    all_people,
    guessed,
    part_of_customer,
    users,
    visitors,
)
from littlerelay.estimating.samples import Mapped, Sample
from littlerelay.events import Event
from littlerelay.previews import Figure, Preview, added
from littlerelay.times import iso_ms


@dataclass(frozen=True, slots=True)
class Estimation:
    """A run that would be: what was counted of it, and what a sample of it gave.

    ``earliest`` is the timestamp of the first order in it, none where it reads or finds none.
    """

    run: Checkpoint
    mapping: settings.Mapping
    bounds: Mapping[str, Bounds]
    samples: list[Sample]
    earliest: str | None = None

    def preview(self, rate: float, now: float) -> Preview:
        """Give the preview at so many messages a second; ``now`` is in seconds since 1970."""
        events = self._events()
        first, last = self._times()
        people = self._people(events.get("identify", Figure(0)).number)
        return Preview(
            events=events,
            users=people[0],
            visitors=people[1],
            bytes=self._bytes(events),
            margin=self._margin(events),
            rate=rate,
            first=first,
            last=last,
            is_dated_exactly=self._is_whole,
            limits=ages.exceeded(first, now),
        )

    def _times(self) -> tuple[str | None, str | None]:
        """Give the first and the last timestamp."""
        times = [event["timestamp"] for event in self._mapped()]
        if self._is_whole or not times:
            return min(times, default=None), max(times, default=None)
        return min(times + ([self.earliest] if self.earliest else [])), iso_ms(self.run.until)

    @property
    def _is_whole(self) -> bool:
        return all(sample.is_whole for sample in self.samples)

    def _mapped(self) -> Iterable[Event]:
        return (event for sample in self.samples for one in sample.records for event in one.events)

    def _events(self) -> dict[str, Figure]:
        """Give how many there are of each event, those alone of which there are any."""
        names = {_name(event) for event in self._mapped()}
        found = {name: self._event(name) for name in sorted(names | self.bounds.keys())}
        return {name: figure for name, figure in found.items() if figure.number}

    def _event(self, name: str) -> Figure:
        sampled = added(sample.total(partial(self._number, name)) for sample in self.samples)
        if name == "alias" or (name == "identify" and self._tells_once):
            sampled = guessed(sampled)  # one of several that say the same is given
        bounds = self.bounds.get(name)
        if sampled.is_exact or bounds is None:
            return sampled
        of = [sample for sample in self.samples if sample.resource == bounds.resource]
        if any(sample.is_whole for sample in of):
            return sampled._replace(is_exact=True, margin=0)
        if any(sample.rejected for sample in of):
            return sampled
        return bounds.hold(sampled)

    def _margin(self, events: Mapping[str, Figure]) -> int:
        """Give that of all events: where a record gives several, their figures err together."""
        guesses = {name for name, figure in events.items() if not figure.is_exact}

        def number(one: Mapped) -> float:
            return sum(_name(event) in guesses for event in one.events)

        return added(sample.total(number) for sample in self.samples).margin if guesses else 0

    def _number(self, name: str, one: Mapped) -> float:
        """Give how many events of this name a record adds to those of the others."""
        number = sum(_name(event) == name for event in one.events)
        if name == "identify" and self._tells_once:
            return number * part_of_customer(one.record, self.run)
        return number

    @property
    def _tells_once(self) -> bool:
        """Tell whether the first one of a customer's orders alone tells who they are."""
        is_told_by_orders = "customers" not in self.run.resources
        return is_told_by_orders and not self._is_whole and not self.mapping.cookies_to_track

    def _bytes(self, events: Mapping[str, Figure]) -> Figure:
        """Give the bytes of all events, each as large as those of its name in the sample."""
        numbers, sizes = Counter[str](), Counter[str]()
        for one in chain.from_iterable(sample.records for sample in self.samples):
            for event, size in zip(one.events, one.sizes, strict=True):
                numbers[_name(event)] += 1
                sizes[_name(event)] += size
        usual = sizes.total() / max(1, numbers.total())
        number = sum(
            figure.number * (sizes[name] / numbers[name] if numbers[name] else usual)
            for name, figure in events.items()
        )
        return added(s.total(lambda one: sum(one.sizes)) for s in self.samples)._replace(
            number=round(number)
        )

    def _people(self, identified: int) -> tuple[Figure, Figure]:
        if self._is_whole:
            return all_people(self.samples)
        is_certain = (
            list(self.run.resources) == ["customers"]
            and self.mapping.user_id == "shopify_customer_id"
            and not any(sample.rejected for sample in self.samples)
        )
        if is_certain:
            return Figure(identified), Figure(0)
        if self.mapping.user_id == "none":
            return Figure(0), visitors(self.samples)
        return users(self.run, self.samples, identified), visitors(self.samples)


def _name(event: Event) -> str:
    return str(event.get("event") or event["type"])
