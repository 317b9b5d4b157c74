"""Says which of Segment's destinations do not take an old event for what it is.

Some refuse it, by their own interfaces' limits; some file it under the moment of its arrival,
because what Segment sends them by default is ``receivedAt`` and not ``timestamp``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from littlerelay.times import epoch

_HOUR, _DAY = 3600, 86_400

Effect = Literal["refused", "moved"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What becomes of an event at one destination once it is older than ``seconds``.

    It is ``refused``, or ``moved`` to the time of its arrival; ``detail`` says how.
    """

    destination: str
    seconds: int
    effect: Effect
    detail: str


_ARRIVAL = "it is filed under its arrival (receivedAt), unless the mapping is changed"

LIMITS = (
    Limit("Google Analytics 4", 72 * _HOUR, "refused", "it drops the event"),
    Limit(
        "Facebook Conversions API",
        7 * _DAY,
        "refused",
        "it refuses the request, with all else in it",
    ),
    Limit(
        "Snap Conversions API",
        7 * _DAY,
        "refused",
        "it may refuse it; Snap's own text says 37 days",
    ),
    Limit("Vibe", 7 * _DAY, "refused", "it refuses the event"),
    Limit("LinkedIn Conversions API", 90 * _DAY, "refused", "it refuses the event"),
    Limit("Braze", _DAY, "moved", _ARRIVAL),
    Limit("PostHog", _DAY, "moved", _ARRIVAL),
    Limit("Attio", _DAY, "moved", _ARRIVAL),
    Limit("Canvas", _DAY, "moved", _ARRIVAL),
)

# Seconds from which on some destination refuses an event.
SHORTEST = min(limit.seconds for limit in LIMITS if limit.effect == "refused")


def exceeded(oldest: str | None, now: float) -> tuple[Limit, ...]:
    """Give the limits that an event of this timestamp is beyond; none where there is no event.

    ``now`` is in seconds since 1970.
    """
    if oldest is None:
        return ()
    age = now - epoch(oldest)
    return tuple(limit for limit in LIMITS if age > limit.seconds)
