"""The records of one subscription become the events of its life.

A record tells what it knows: a subscription its interval and price, a charge who pays and why it
failed. So each event also holds what the subscription's other records tell, the earlier ones first.

- Whatever tells of a subscription's own state proves that it was created, at ``created_at``.
- A webhook says itself that it was updated or skipped. A state proves an update by an
  ``updated_at`` of its own: later than what creating a subscription takes, and not that of its end.
- ``cancelled_at`` proves the cancellation.
- A charge that was skipped proves the skip, one in error that its last attempt failed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, cast

from littlerelay.events import Event, Sender, encode_part, names_of, present, timestamp, track
from littlerelay.mappers.identity import subscription_sender
from littlerelay.mappers.market import market_of
from littlerelay.mappers.people import state_time
from littlerelay.mappers.subscription_items import items_of, value_of
from littlerelay.records import Subscription, SubscriptionCharge
from littlerelay.settings import Mapping
from littlerelay.times import epoch

# Recharge's topics that tell of a change which is no event of its own.
_UPDATES = frozenset(
    f"subscription/{what}" for what in ("updated", "activated", "paused", "swapped", "unskipped")
)
_SKIPPED = "subscription/skipped"
_ENDED = ("cancelled", "expired", "failed")
# Seconds that one act takes until all that it changes is written: its records are of one fact.
_SETTLING = 60

# What a record lends to the others of its subscription.
_SHARED = (
    "status",
    "order_interval_frequency",
    "order_interval_unit",
    "currency",
    "shipping_address",
    "billing_address",
    "items",
)


class Told(NamedTuple):
    """Holds a record with what all records of its subscription tell, and whom it is about."""

    record: Subscription
    whole: Subscription
    sender: Sender
    mapping: Mapping


def subscription_events(records: Sequence[Subscription], mapping: Mapping) -> list[Event]:
    """Give the events of one subscription, oldest first, each fact once.

    ``records`` are all of it, in any order. Of a fact that several tell, the first tells it.
    Raises RecordError for a time or an amount that cannot be read.
    """
    records = sorted(records, key=_updated)
    told = [
        Told(record, whole, subscription_sender(whole, mapping), mapping)
        for record, whole in zip(records, _wholes(records), strict=True)
    ]
    found: dict[str, Event] = {}
    skips = [*_skips(told)]
    skipped = sorted(epoch(event["timestamp"]) for event in skips)
    for event in (*_own_events(told, skipped), *skips, *_failures(told)):
        found.setdefault(event["messageId"], event)
    return sorted(found.values(), key=lambda event: str(event["timestamp"]))


def subscription_created(told: Told) -> Event:
    """Customer created a subscription."""
    record = told.record
    moment = timestamp(record["created_at"] or "")
    is_of_then = record.get("topic") == "subscription/created" or moment == _updated(record)
    status = told.whole.get("status") if is_of_then else "active"
    return _event("Subscription Created", "created", moment, told, {"status": status})


def subscription_updated(told: Told) -> Event:
    """Customer updated a subscription."""
    return _event("Subscription Updated", "updated", _updated(told.record), told, {})


def subscription_cancelled(told: Told) -> Event:
    """Customer cancelled a subscription."""
    record = told.record
    moment = timestamp(record.get("cancelled_at") or record["updated_at"])
    if record["source"] == "shopify":  # whose contracts tell that they ended, not when
        moment = state_time(moment, told.mapping)
    reasons = {
        "cancel_reason": record.get("cancellation_reason"),
        "cancel_comment": record.get("cancellation_reason_comments"),
    }
    return _event("Subscription Cancelled", "cancelled", moment, told, reasons)


def subscription_skipped(told: Told, moment: str) -> Event:
    """Customer skipped an order."""
    return _event("Subscription Skipped", "skipped", moment, told, {})


def subscription_charge_failed(told: Told, charge: SubscriptionCharge) -> Event:
    """A recurring charge failed."""
    billed = charge.get("items") or told.whole.get("items") or []
    changed = {"error_type": charge.get("error_type")} | _goods(billed, told.whole)
    moment = timestamp(charge.get("attempted_at") or charge["updated_at"])
    return _event("Subscription Charge Failed", "charge_failed", moment, told, changed)


def subscription_table(told: Told) -> dict[str, Any]:
    """Give all properties of a subscription's events in their order, those not known as None."""
    whole, mapping = told.whole, told.mapping
    customer = whole.get("customer") or {}
    goods = _goods(whole.get("items") or [], whole)
    market = market_of(mapping.markets, whole.get("shipping_address"), whole.get("billing_address"))
    # fmt: off
    return {
        "currency":                       whole.get("currency"),
        "email":                          customer.get("email"),
        "sent_from":                      mapping.sent_from,
        "shopify_customer_id_littledata": customer.get("id"),
        "subscription_revenue":           goods["subscription_revenue"],
        "subscriptionId":                 str(whole["id"]),
        "items":                          goods["items"],
        "status":                         whole.get("status"),
        "order_interval_frequency":       whole.get("order_interval_frequency"),
        "order_interval_unit":            whole.get("order_interval_unit"),
        "value":                          goods["value"],
        "cancel_reason":                  None,
        "cancel_comment":                 None,
        "error_type":                     None,
        "market_handle":                  market,
    }
    # fmt: on


def _goods(items: list[Any], whole: Subscription) -> dict[str, Any]:
    """Give what is sent each time, and what it costs."""
    currency = whole.get("currency")
    value = value_of(items, currency) if items else None
    return {
        "subscription_revenue": value,
        "items": items_of(items, currency) if items else None,
        "value": value,
    }


def _event(name: str, fact: str, moment: str, told: Told, changed: dict[str, Any]) -> Event:
    record, mapping = told.record, told.mapping
    path = f"subscriptions/{record['source']}/{record['id']:d}/{fact}"
    happens_once = fact == "created" or (fact == "cancelled" and record["source"] == "shopify")
    named = path if happens_once else f"{path}/{encode_part(moment)}"
    name_of = names_of(mapping.namespace, mapping.shop)
    properties = present(subscription_table(told) | changed)
    return track(name, name_of(named), moment, told.sender, properties)


def _own_events(told: Sequence[Told], skipped: list[int]) -> Iterator[Event]:
    """Give what the subscription's own records prove; a skip changes its state, too."""
    for one in told:
        record = one.record
        if record.get("created_at"):
            yield subscription_created(one)
        if record.get("cancelled_at") or record.get("topic") == "subscription/cancelled":
            yield subscription_cancelled(one)
        is_skip = record.get("topic") is None and _is_near(record["updated_at"], skipped)
        if _is_update(record) and not is_skip:
            yield subscription_updated(one)


def _is_update(record: Subscription) -> bool:
    """Tell whether a record proves an update that is neither its creation nor its end."""
    created, ended, topic = (
        record.get("created_at"),
        record.get("cancelled_at"),
        record.get("topic"),
    )
    if record["source"] != "recharge" or not created:
        return False
    if topic is not None:
        return topic in _UPDATES and not (
            ended and _apart(ended, record["updated_at"]) <= _SETTLING
        )
    is_over = record.get("status") in _ENDED
    return not is_over and _apart(created, record["updated_at"]) > _SETTLING


def _is_near(moment: str, times: list[int]) -> bool:
    """Tell whether what happened at one of some times, in order, made what a moment tells."""
    at = epoch(timestamp(moment))
    place = bisect_left(times, at - _SETTLING)
    return place < len(times) and times[place] <= at + _SETTLING


def _skips(told: Sequence[Told]) -> Iterator[Event]:
    """Give each skip once: as its webhook tells it, else when a charge is first seen skipped."""
    moments: list[int] = []  # in order, as the records are
    for one in told:
        if one.record.get("topic") == _SKIPPED:
            moments.append(epoch(_updated(one.record)))
            yield subscription_skipped(one, _updated(one.record))
    skipped: set[int] = set()
    for one in told:
        for charge in one.record.get("charges") or ():
            if charge["status"] != "skipped":
                skipped.discard(charge["id"])
            elif charge["id"] not in skipped:
                skipped.add(charge["id"])
                moment = charge["updated_at"]
                if not _is_near(moment, moments):
                    yield subscription_skipped(one, timestamp(moment))


def _failures(told: Sequence[Told]) -> Iterator[Event]:
    """Give each failed attempt once, however many webhooks tell of it."""
    known: set[tuple[int, int | str]] = set()
    for one in told:
        for charge in one.record.get("charges") or ():
            moment = charge.get("attempted_at") or charge["updated_at"]
            attempt = (charge["id"], charge.get("attempts") or moment)
            if charge["status"] == "error" and attempt not in known:
                known.add(attempt)
                yield subscription_charge_failed(one, charge)


def _wholes(records: Sequence[Subscription]) -> list[Subscription]:
    """Complete each record by the others: by the last before it, else by the first after it."""
    lent = [_lent(record) for record in records]
    before = accumulate(lent, _joined)
    after = reversed([*accumulate(reversed(lent), _joined)])
    return [
        cast("Subscription", {**record, **_joined(later, earlier)})
        for record, earlier, later in zip(records, before, after, strict=True)
    ]


def _lent(record: Subscription) -> dict[str, Any]:
    lent = {name: value for name in _SHARED if (value := record.get(name)) is not None}
    return lent | {"customer": present(dict(record.get("customer") or {}))}


def _joined(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Put what one record tells over what others do; of the customer, field by field."""
    return {**known, **told, "customer": {**known["customer"], **told["customer"]}}


def _updated(record: Subscription) -> str:
    return timestamp(record["updated_at"])


def _apart(one: str, other: str) -> int:
    return abs(epoch(timestamp(one)) - epoch(timestamp(other)))
