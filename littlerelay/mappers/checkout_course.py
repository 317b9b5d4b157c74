"""The records of one checkout become its events: each dated by the record that first proves it.

One record alone gives what `map_checkout` gives. Of several the first that proves a step tells of
it, with what it knew by then; so it is with a discount code and with the payment, which an order
tells of where the checkout was completed. A record that proves less than one before takes nothing
back. Who the customer is, is a state: the last record that knows tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from littlerelay.events import Event, timestamp
from littlerelay.mappers.checkouts import (
    CheckoutFacts,
    checkout_facts,
    checkout_people,
    checkout_tracks,
    steps_done,
)
from littlerelay.mappers.successive import successive
from littlerelay.records import Checkout
from littlerelay.settings import Mapping


def checkout_course(records: Sequence[Checkout], mapping: Mapping) -> list[Event]:
    """Give all events of the records of one checkout, in whatever order they come.

    Raises RecordError (``malformed_time``, ``malformed_money``) for a value that cannot be read.
    """
    ordered = successive(records, steps_done)
    was_left = not any(one.get("completed_at") for one in ordered)
    people: dict[str, Event] = {}
    tracks: dict[str, Event] = {}
    for facts in _course(ordered, mapping):
        people |= {event["messageId"]: event for event in checkout_people(facts)}
        for event in checkout_tracks(facts, was_left=was_left):
            tracks.setdefault(event["messageId"], event)
    told = sorted(people.values(), key=lambda event: event["type"] == "alias")
    return [*told, *tracks.values()]


def _course(ordered: list[Checkout], mapping: Mapping) -> Iterator[CheckoutFacts]:
    """Yield what each record tells; none proves anything earlier than the ones before it.

    Nor does any prove a step later than the completion, of which a record may know only afterwards.
    """
    ends = [timestamp(end) for one in ordered if (end := one.get("completed_at"))]
    moment = ""
    for checkout in ordered:
        facts = checkout_facts(checkout, mapping)
        moment = max(moment, facts.started, min([facts.moment, *ends]))
        yield facts._replace(moment=moment)
