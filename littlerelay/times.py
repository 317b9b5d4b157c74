"""Reads and writes the times that a period is made of.

Inside, a time is whole seconds since 1970 in UTC: what Shopify's filters can tell apart.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from littlerelay.errors import UsageError

_DAYS = re.compile(r"(\d{1,5})d")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HINT = "Give a date (2024-01-31), a timestamp with its zone (2024-01-31T09:15:00Z) or days (30d)."


def resolve(text: str, now: int, zone: ZoneInfo) -> int:
    """Turn what a user typed into seconds since 1970.

    A bare date is midnight in the shop's time zone, ``30d`` is 30 times 24 hours before ``now``.
    What lies before 1970 is 1970: no shop is as old.
    Raises UsageError for anything else and for what lies in the future.
    """
    moment = read(text, now, zone)
    if moment > now:
        raise UsageError(f"{text!r} lies in the future: it is {iso(now)} now.", _HINT)
    return moment


def read(text: str, now: int, zone: ZoneInfo) -> int:
    """Read a time like ``resolve``, in the future or not. Raises UsageError."""
    moment = _parse(text.strip(), now, zone)
    if moment is None:
        raise UsageError(f"{text!r} is not a time that relay can read.", _HINT)
    return max(0, moment)


def iso(seconds: int) -> str:
    """Write seconds since 1970 as Shopify's filters take them.

    >>> iso(1769850900)
    '2026-01-31T09:15:00Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(seconds: int) -> str:
    """Write seconds since 1970 as an event's timestamp.

    >>> iso_ms(1769850900)
    '2026-01-31T09:15:00.000Z'
    """
    return iso(seconds)[:-1] + ".000Z"


def epoch(text: str) -> int:
    """Read an ISO 8601 time with a zone as seconds since 1970, its fraction cut off.

    Raises ValueError for a text that is none or has no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no zone: {text}")
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))


def _parse(text: str, now: int, zone: ZoneInfo) -> int | None:
    days = _DAYS.fullmatch(text)
    try:
        if days:
            return now - int(days[1]) * 86_400
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
        return epoch(text)
    except (ValueError, OverflowError, OSError):
        return None
