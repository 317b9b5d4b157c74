"""Does work on threads of its own, in order within each lane."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Generic, TypeVar

from littlerelay.clock import SYSTEM, Clock

Work = TypeVar("Work")
Result = TypeVar("Result")


class Stopped(Exception):
    """Work was given up because the lanes were stopped."""


class Brake:
    """Ends the waits of all who sleep by its clock."""

    def __init__(self, clock: Clock) -> None:
        self._pulled = threading.Event()
        self._sleep = clock.sleep
        self.clock = replace(clock, sleep=self._wait)

    def pull(self) -> None:
        """Let every wait end with Stopped, now and from now on."""
        self._pulled.set()

    @property
    def is_pulled(self) -> bool:
        """Tell whether somebody wants an end."""
        return self._pulled.is_set()

    def _wait(self, seconds: float) -> None:
        if self._sleep is not SYSTEM.sleep:  # an injected one, which may not really wait
            self._sleep(seconds)
        elif self._pulled.wait(seconds):
            raise Stopped
        if self._pulled.is_set():
            raise Stopped


class Lanes(Generic[Work, Result]):
    """So many threads, each doing its work in order up to its first failure; ``stop`` ends them."""

    def __init__(self, number: int, do: Callable[[Work], Result], brake: Brake) -> None:
        self._do = do
        self._brake = brake
        self._threads = [ThreadPoolExecutor(1) for _ in range(number)]
        self._failed: dict[int, BaseException] = {}
        self._submitted: set[Future[Result]] = set()

    def submit(self, lane: int, work: Work) -> Future[Result]:
        """Let a lane do this after all it was given before; where that failed, this fails too."""
        future = self._threads[lane].submit(self._done, lane, work)
        self._submitted.add(future)
        future.add_done_callback(self._submitted.discard)
        return future

    def stop(self, grace: float) -> None:
        """Let what is under way end within so many seconds; begin nothing more."""
        self._brake.pull()
        for thread in self._threads:
            # What is queued ends with Stopped: who waits for a cancelled future is never told.
            thread.shutdown(wait=False)
        wait(tuple(self._submitted), timeout=grace)

    def _done(self, lane: int, work: Work) -> Result:
        if lane in self._failed:
            raise self._failed[lane]
        if self._brake.is_pulled:
            raise Stopped
        try:
            return self._do(work)
        except BaseException as error:
            self._failed[lane] = error
            raise
