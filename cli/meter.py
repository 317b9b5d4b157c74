"""Measures the pace of a run from what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from littlerelay.progress import Advanced, Started

_WINDOW = 60.0  # seconds that a rate looks back
_APART = 1.0  # seconds between samples


class Meter:
    """Keeps the latest figures of each resource, and the pace of the one that is being read.

    Everything it holds is replaced and never changed in place: the live view reads from a thread.
    """

    def __init__(self, started: Started, monotonic: Callable[[], float]) -> None:
        self.started = started
        self.latest: Mapping[str, Advanced] = {}
        self.current: str | None = None
        self._monotonic = monotonic
        self._samples: tuple[tuple[float, int], ...] = ()

    def take(self, advanced: Advanced) -> None:
        """Take in new figures."""
        now = self._monotonic()
        if advanced.resource != self.current:
            self.current = advanced.resource
            self._samples = ()
        samples = self._samples
        # The oldest may lie before the window: slow pages must have a pace, too.
        while len(samples) > 1 and samples[1][0] < now - _WINDOW:
            samples = samples[1:]
        if not samples or now - samples[-1][0] >= _APART:
            samples = (*samples, (now, advanced.read))
        self._samples = samples
        self.latest = {**self.latest, advanced.resource: advanced}

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
        is_passed = self.current is not None and order.index(resource) < order.index(self.current)
        return self.started.totals[resource] if is_passed else 0

    def rate(self) -> float | None:
        """Give records a second of the resource that is being read; none before it is known."""
        if self.current is None or not self._samples:
            return None
        then, before = self._samples[0]
        seconds = self._monotonic() - then
        read = self.latest[self.current].read - before
        return read / seconds if read and seconds >= _APART else None

    def eta(self) -> float | None:
        """Give the seconds until the resource that is being read is done; none where unknown."""
        rate = self.rate()
        if self.current is None or self.current not in self.started.totals or not rate:
            return None
        left = self.started.totals[self.current] - self.latest[self.current].read
        return max(0, left) / rate
