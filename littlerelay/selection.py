"""Chooses the events of a record that belong to a run.

Event time rules: a fact is given when its own timestamp lies in the period, whenever its record was
changed. Identify and alias tell states, not moments: they are given when their record gives a fact,
or was created or updated in the period. So is Customer Enabled, whose moment Shopify does not keep:
it is chosen by the customer's creation, which puts it into one of two adjacent periods and never
sends a customer of years ago a welcome because of a new address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from littlerelay.events import Event, timestamp

_STATES = frozenset({"identify", "alias"})


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run gives: facts from ``since`` up to ``until`` (as timestamps) not given before.

    For a run of ``--since last``, ``since`` is the start of the job's first run and ``new_since``
    the end of its last one: what is older than ``since`` is given only of records created since
    then. ``given`` knows the ids of earlier runs.
    """

    since: str
    until: str
    new_since: str | None = None
    given: Callable[[str], bool] = lambda _: False

    def choose(self, record: Mapping[str, Any], events: list[Event]) -> list[Event]:
        """Give the events of one record that belong to the run, in their order."""
        created = timestamp(record["created_at"])
        updated = timestamp(record["updated_at"])
        late = self.new_since is not None and created >= self.new_since
        facts = [self._is_fact(event, created, late) for event in events]
        states = any(facts) or self._recent(created) or self._recent(updated)
        return [
            event
            for event, is_fact in zip(events, facts, strict=True)
            if is_fact or (states and self._is_new_state(event))
        ]

    def _is_new_state(self, event: Event) -> bool:
        return event["type"] in _STATES and not self.given(event["messageId"])

    def _is_fact(self, event: Event, created: str, late: bool) -> bool:
        if event["type"] in _STATES:
            return False
        moment = created if event["event"] == "Customer Enabled" else event["timestamp"]
        inside = moment < self.until and (late or moment >= self.since)
        return inside and not self.given(event["messageId"])

    def _recent(self, moment: str) -> bool:
        return (self.new_since or self.since) <= moment < self.until


class Introductions:
    """Lets each customer's Identify through once, where only orders tell who their customer is.

    ``known`` are the customers that the file holds already.
    """

    def __init__(self, known: Iterable[int] = ()) -> None:
        self._known = set(known)

    def choose(self, events: list[Event]) -> list[Event]:
        """Give the events of one order without an Identify of a customer already known."""
        return [
            event
            for event in events
            if event["type"] != "identify" or _customer(event) not in self._known
        ]

    def note(self, events: list[Event]) -> None:
        """Learn whose Identify was written."""
        self._known.update(_customer(event) for event in events if event["type"] == "identify")


def introduced(lines: Iterable[bytes]) -> Iterator[int]:
    """Give the customers whose Identify stands in an event file."""
    for line in lines:
        if line.startswith(b'{"type":"identify"'):
            yield _customer(orjson.loads(line))


def _customer(event: Event) -> int:
    return int(event["context"]["externalIds"][0]["id"])
