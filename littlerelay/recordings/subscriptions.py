"""Makes the events of a subscription of all that Recharge told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from littlerelay.mappers import map_records
from littlerelay.mappers.shape import fault
from littlerelay.recharge.recordings import key_of, moment_of, recorded
from littlerelay.recordings.recorded import Body, Made, Recorded
from littlerelay.records import Subscription
from littlerelay.settings import Mapping


def place_of(record: Body) -> tuple[str, str]:
    """Give the subscription and the time of a record. Raises RecordError."""
    if (wrong := fault(record, Subscription)) is not None:
        raise wrong
    return key_of(record), moment_of(record)


def opened(line: Body) -> list[Body]:
    """Give the records of a line of Recharge's: one for each subscription. Raises RecordError.

    A line that was made a record before, as in a file of rejects, is one.
    """
    if "source" in line and fault(line, Subscription) is None:
        return [line]
    return recorded(line)


def subscription_events(found: Sequence[Recorded], mapping: Mapping) -> list[Made]:
    """Give the events of one subscription."""
    records = [cast("Subscription", one.body) for one in found]
    return [Made(map_records("subscriptions", records, mapping))]
