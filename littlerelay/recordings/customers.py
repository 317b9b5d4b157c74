"""Makes the events of a customer of all that was recorded of them.

Each state gives its own Identify. What happened once is told by the latest record, as a backfill
would tell it; but that an account was enabled, by the webhook that says so, else by the first
record that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.recordings.recorded import Body, Made, Recorded
from littlerelay.settings import Mapping
from littlerelay.shopify import bodies

_ENABLED = "Customer Enabled"
_SHOWN = {"state": "enabled", "verified_email": True}


def customer_events(found: Sequence[Recorded], mapping: Mapping) -> list[Made]:
    """Give the events of one customer, of their records in order of time."""
    records = [one.body if one.form == "record" else bodies.customer(one.body) for one in found]
    made = [Made(map_record("customers", record, mapping), record) for record in records]
    enabled = _enabled(found, records, made, mapping)
    told: set[str] = set()
    given = []
    for one in reversed(made):
        events = [
            event
            for event in one.events
            if event["messageId"] not in told and event.get("event") != _ENABLED
        ]
        told |= {event["messageId"] for event in events}
        given.append(Made(events, one.record))
    return [*reversed(given), *enabled]


def _enabled(
    found: Sequence[Recorded], records: list[Body], made: list[Made], mapping: Mapping
) -> list[Made]:
    for one, record in zip(found, records, strict=True):
        if one.topic == "customers/enable":
            events = _of_it(map_record("customers", record | _SHOWN, mapping))
            return [Made(events, record)]
    shown = [Made(events, one.record) for one in made if (events := _of_it(one.events))]
    return shown[:1]


def _of_it(events: list[Event]) -> list[Event]:
    return [event for event in events if event.get("event") == _ENABLED]
