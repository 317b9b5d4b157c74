"""Waits before something is tried again, and says when it has been tried enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from littlerelay.clock import Clock
from littlerelay.errors import UnreachableError
from littlerelay.progress import Gathering, Noted, Waiting

Watch = Callable[[Waiting], None]
Follow = Callable[[Waiting | Gathering | Noted], None]


def unwatched(_: object) -> None:
    """Let a wait pass unseen."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try again: a budget of tries and of seconds, and the pauses between them."""

    tries: int = 10
    seconds: float = 900.0
    first_pause: float = 0.5
    longest_pause: float = 60.0

    def pause(self, failures: int, clock: Clock) -> float:
        """Give the seconds before the next try: doubled each time, half of it left to chance."""
        full = min(self.longest_pause, self.first_pause * 2.0 ** (failures - 1))
        return full * (0.5 + clock.chance() / 2)


PATIENCE = Patience()


class Attempts:
    """Counts the failures of one request against a budget that begins with the first of them."""

    def __init__(self, clock: Clock, patience: Patience, watch: Watch) -> None:
        self._clock = clock
        self._patience = patience
        self._watch = watch
        self._end: float | None = None
        self.failures = 0
        self.waits = 0

    def failed(self, reason: str, obeyed: float | None = None) -> None:
        """Wait before the next try: ``obeyed`` seconds where the other side named them.

        Raises UnreachableError when the budget is spent.
        """
        self.waits += 1
        if obeyed is None:
            self.failures += 1
        pause = self._patience.pause(max(1, self.failures), self._clock)
        pause = pause if obeyed is None else obeyed
        now = self._clock.monotonic()
        if self._end is None:
            self._end = now + self._patience.seconds
        if now + pause > self._end or self.failures >= self._patience.tries:
            raise UnreachableError(
                f"{reason}, and trying again did not help.",
                "Nothing is lost: run the same command again later.",
            )
        self._watch(Waiting(reason, pause))
        self._clock.sleep(pause)


class UnansweredError(UnreachableError):
    """What was to be sent only once was not answered: it may have been carried out, or not."""


class Once:
    """Stands in for Attempts where nothing may be tried again."""

    waits = 0

    def failed(self, reason: str, obeyed: float | None = None) -> None:  # noqa: ARG002
        """Raise UnansweredError."""
        raise UnansweredError(reason, "Run the same command again: it finds out what became of it.")
