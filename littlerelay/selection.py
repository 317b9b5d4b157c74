"""Chooses the events of a record that belong to a run.

Event time rules: a fact is given when its own timestamp lies in the period, whenever its record was
changed. Identify and alias tell states, not moments: they are given when their record gives a fact,
or was created or updated in the period. So is Customer Enabled, whose moment Shopify does not keep:
it is chosen by the customer's creation, which puts it into one of two adjacent periods and never
sends a customer of years ago a welcome because of a new address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from littlerelay.compact import CompactSet
from littlerelay.events import STATES, Event, customer_of, has_cookies, timestamp

_STATE_LINES = (b'{"type":"identify"', b'{"type":"alias"')


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
        facts = [self._is_fact(event, created, is_late=late) for event in events]
        states = any(facts) or self._recent(created) or self._recent(updated)
        return [
            event
            for event, is_fact in zip(events, facts, strict=True)
            if is_fact or (states and self._is_new_state(event))
        ]

    def _is_new_state(self, event: Event) -> bool:
        return event["type"] in STATES and not self.given(event["messageId"])

    def _is_fact(self, event: Event, created: str, *, is_late: bool) -> bool:
        if event["type"] in STATES:
            return False
        moment = created if event["event"] == "Customer Enabled" else event["timestamp"]
        inside = moment < self.until and (is_late or moment >= self.since)
        return inside and not self.given(event["messageId"])

    def _recent(self, moment: str) -> bool:
        return (self.new_since or self.since) <= moment < self.until


class Once:
    """Lets through once a run what many records tell: an alias, and who a customer is.

    Who a customer is (an Identify) is told once only where ``introducing``: there no customer
    records are read, and each order tells it. An Identify with cookies is always let through, for
    no other record has them. ``lines`` are those of the run's file so far.
    """

    def __init__(self, lines: Iterable[bytes] = (), *, introducing: bool) -> None:
        self._introducing = introducing
        self._told = CompactSet()
        for line in lines:
            if line.startswith(_STATE_LINES):
                self.note([orjson.loads(line)])

    def choose(self, events: list[Event]) -> list[Event]:
        """Give the events of one record without what was told before."""
        return [event for event in events if event["type"] == "track" or self._is_new(event)]

    def note(self, events: list[Event]) -> None:
        """Learn what was written."""
        for event in events:
            if event["type"] in STATES and (name := self._name(event)):
                self._told.add(name)

    def _is_new(self, event: Event) -> bool:
        name = self._name(event)
        return name is None or name not in self._told or has_cookies(event)

    def _name(self, event: Event) -> str | None:
        """Name what is told once: an alias by its pair, an introduction by its customer."""
        if event["type"] == "alias":
            return str(event["messageId"])
        return customer_of(event) if self._introducing else None
