"""Hands over time, sleep and chance, so that tests can put others in their place."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """The world's clock as functions.

    ``now`` gives seconds since 1970, ``monotonic`` seconds that never go back, ``sleep`` takes
    seconds, ``chance`` gives a number from 0 up to 1.
    """

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


SYSTEM = Clock()
