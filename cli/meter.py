"""Measures the pace of a run from what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from littlerelay.progress import Advanced, Gathering, Sending, Started

_WINDOW = 60.0  # seconds that a rate looks back
_APART = 1.0  # seconds between samples


class Pace:
    """Gives how many of something come a second, by samples of the last minute."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._samples: tuple[tuple[float, int], ...] = ()

    def take(self, number: int) -> None:
        """Take in how many there are by now."""
        now, samples = self._monotonic(), self._samples
        # The oldest may lie before the window: slow pages must have a pace, too.
        while len(samples) > 1 and samples[1][0] < now - _WINDOW:
            samples = samples[1:]
        if not samples or now - samples[-1][0] >= _APART:
            samples = (*samples, (now, number))
        self._samples = samples

    def rate(self, number: int) -> float | None:
        """Give how many a second, with so many by now; none before it is known."""
        if not self._samples:
            return None
        then, before = self._samples[0]
        seconds = self._monotonic() - then
        return (number - before) / seconds if number != before and seconds >= _APART else None


class Meter:
    """Keeps the latest figures of each resource and of the delivery, and the pace of both.

    Everything it holds is replaced and never changed in place: the live view reads from a thread.
    """

    def __init__(self, started: Started, monotonic: Callable[[], float]) -> None:
        self.started = started
        self.latest: Mapping[str, Advanced] = {}
        self.current: str | None = None
        self.sending: Sending | None = None
        self.gathering: Gathering | None = None
        self._monotonic = monotonic
        self._pace = Pace(monotonic)
        self._sent_pace = Pace(monotonic)
        self._gathered_pace = Pace(monotonic)

    def take(self, advanced: Advanced) -> None:
        """Take in new figures."""
        if advanced.resource != self.current:
            self.current = advanced.resource
            self._pace = Pace(self._monotonic)
        self._pace.take(advanced.read)
        self.gathering = None
        self.latest = {**self.latest, advanced.resource: advanced}

    def take_gathering(self, gathering: Gathering) -> None:
        """Take in how much Shopify has gathered; nothing is read meanwhile."""
        before = self.gathering
        if before is None or (before.resource, before.period) != (
            gathering.resource,
            gathering.period,
        ):
            self._gathered_pace = Pace(self._monotonic)
        self._gathered_pace.take(gathering.roots)
        self.gathering = gathering

    def take_sent(self, sending: Sending) -> None:
        """Take in new figures of the delivery."""
        self._sent_pace.take(sending.accepted)
        self.sending = sending

    def events(self) -> int:
        """Give how many events were written by now, as far as it was told."""
        latest = self.latest.get(self.current or "")
        return latest.events if latest else 0

    def resources(self) -> list[str]:
        """Name the resources of the run, in its order."""
        return list(dict.fromkeys([*self.started.totals, *self.latest]))

    def read(self, resource: str) -> int:
        """Give how many records of a resource were read.

        What a resumed run passes by in silence was read to its end before.
        """
        if resource in self.latest:
            return self.latest[resource].read
        order = self.resources()
        current = self.gathering.resource if self.gathering else self.current
        is_passed = current is not None and order.index(resource) < order.index(current)
        return (self.started.totals[resource] or 0) if is_passed else 0

    def rate(self) -> float | None:
        """Give records a second of the resource that is being read; none before it is known."""
        if self.current is None or self.gathering:
            return None
        return self._pace.rate(self.latest[self.current].read)

    def gathered_rate(self) -> float | None:
        """Give records a second that Shopify gathers; none before it is known."""
        return self._gathered_pace.rate(self.gathering.roots) if self.gathering else None

    def gathered_eta(self) -> float | None:
        """Give the seconds until all of the period is gathered; none where unknown."""
        rate = self.gathered_rate()
        if self.gathering is None or not rate:
            return None
        return max(0, self.gathering.counted - self.gathering.roots) / rate

    def sent_rate(self) -> float | None:
        """Give messages a second that are accepted; none before it is known."""
        return self._sent_pace.rate(self.sending.accepted) if self.sending else None

    def sent_eta(self) -> float | None:
        """Give the seconds until all that was written is accepted; none where unknown."""
        rate = self.sent_rate()
        if self.sending is None or not rate:
            return None
        return max(0, self.events() - self.sending.accepted - self.sending.refused) / rate

    def eta(self) -> float | None:
        """Give the seconds until the resource that is being read is done; none where unknown."""
        rate = self.rate()
        total = self.started.totals.get(self.current or "")
        if self.current is None or total is None or not rate:
            return None
        left = total - self.latest[self.current].read
        return max(0, left) / rate
