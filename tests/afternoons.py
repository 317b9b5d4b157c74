"""The afternoon that tests of recordings share, and ways to look at its lines."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from standin.recording import Afternoon, afternoon


@cache
def recorded(shape: str = "envelope") -> Afternoon:
    """Returns the afternoon of the first seed; it is shared, so nobody changes it."""
    return afternoon(shape=shape)


def payloads(*topics: str) -> Iterator[Any]:
    """Yields the bodies of webhooks of some topics, in order of time."""
    for line in recorded().lines:
        if line.get("topic") in topics:
            yield line["payload"]


def pixels(*names: str) -> Iterator[Any]:
    """Yields events of the pixel, of some names or all."""
    for line in recorded().lines:
        if "clientId" in line and (not names or line["name"] in names):
            yield line


def facts(*events: str) -> Iterator[Any]:
    """Yields the facts of some events from the afternoon's own books."""
    return (fact for fact in recorded().facts if fact["event"] in events)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def happened(event: str, *names: str) -> Counter[tuple[Any, ...]]:
    """Returns how often a fact is in the books, each as its time and some of what it names."""
    return Counter(
        (moment(fact["at"]), *(fact.get(name) for name in names)) for fact in facts(event)
    )
