"""Makes the events of a subscription of all that Recharge told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from littlerelay.mappers import map_records
from littlerelay.mappers.shape import fault
from littlerelay.recharge.recordings import key_of, moment_of, recorded, subscriber, subscribers
from littlerelay.recordings.recorded import Body, Made, Recorded, moment, number
from littlerelay.records import Subscription
from littlerelay.records.subscriptions import SubscriptionCustomer
from littlerelay.settings import Mapping

SUBSCRIBERS = "subscribers"


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


def is_subscriber(line: Body) -> bool:
    """Tell whether a line says who a customer of Recharge's is, or who several are."""
    return subscriber(subscribers(line)[0]) is not None


def place_of_subscriber(line: Body) -> tuple[str, str]:
    """Give the customer and the time of such a line. Raises RecordError."""
    told = subscriber(line) or {}
    if (
        told.get("customer")
        and (wrong := fault(told["customer"], SubscriptionCustomer)) is not None
    ):
        raise wrong
    return number(told, "id"), moment(told, "updated_at")


def buyer_of(one: Recorded) -> str | None:
    """Give the number of Recharge's customer where a record does not tell Shopify's."""
    if one.kind != "subscriptions" or (one.body.get("customer") or {}).get("id") is not None:
        return None
    found = one.body.get("customer_id")
    return str(found) if type(found) is int else None


def with_buyer(one: Recorded, lines: Iterable[Body]) -> Recorded:
    """Add to a record what the latest of these lines tells of its customer, if any does."""
    every = (told for line in lines if (told := subscriber(line)) and told["customer"])
    latest = max(every, key=lambda told: (moment(told, "updated_at"), repr(told)), default=None)
    if latest is None:
        return one
    own = {name: value for name, value in (one.body.get("customer") or {}).items() if value}
    return one._replace(body={**one.body, "customer": {**latest["customer"], **own}})
