"""Asks Segment, before any work, whether it would take what is sent."""

from __future__ import annotations

from littlerelay import http
from littlerelay.clock import Clock
from littlerelay.errors import RefusedError
from littlerelay.patience import Patience, Watch
from littlerelay.segment.preflight import check_key
from littlerelay.settings import Destination

_PROBING = Patience(tries=4, seconds=30.0)  # for what is only asked before any work
_SKEW = 60.0  # seconds that this machine's clock may be wrong


def check(destination: Destination, clock: Clock, watch: Watch) -> None:
    """Ask Segment whether it knows the key, and what time it is.

    Segment works out each event's time from when it was sent: a wrong clock would shift them all.
    Raises RefusedError, UnreachableError.
    """
    with http.client(clock, watch, _PROBING) as web:
        told = check_key(destination, web, clock)
    if told.ahead is not None and abs(told.ahead) > _SKEW:
        side = "ahead of" if told.ahead > 0 else "behind"
        raise RefusedError(
            f"This machine's clock is {abs(told.ahead):.0f} seconds {side} Segment's, and every "
            "event would be shifted by as much.",
            "Set the clock (NTP does), then run the same command again.",
        )
