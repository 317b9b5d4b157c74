"""Tells who is behind an order or a checkout: an Identify of its customer, and an Alias.

Both are states: they are dated by their record, but never later than the end of the run's period.
"""

from __future__ import annotations

from littlerelay.events import (
    Event,
    alias,
    encode_part,
    identify,
    present_traits,
    timestamp,
)
from littlerelay.mappers.facts import Facts
from littlerelay.records import Checkout, Customer, Order
from littlerelay.settings import Mapping


def people_events(record: Order | Checkout, kind: str, moment: str, facts: Facts) -> list[Event]:
    """Give the Identify and the Alias of a record of ``kind`` (``orders`` or ``checkouts``).

    An Identify only where no customer records are read, or where the record holds cookies, of which
    a customer record does not know. ``moment`` is the record's own time, which dates its alias.
    """
    found = []
    customer = record.get("customer")
    if customer and (facts.mapping.identify_orders or facts.cookies):
        found.append(identify_buyer(customer, record, kind, facts))
    if "userId" in facts.sender and "anonymousId" in facts.sender:
        found.append(alias_visitor(moment, facts))
    return found


def identify_buyer(customer: Customer, record: Order | Checkout, kind: str, facts: Facts) -> Event:
    """Give the Identify of a record's customer, with the traits that do not age and the cookies."""
    updated = customer.get("updated_at") or record["updated_at"]
    # fmt: off
    traits = present_traits({
        "createdAt": timestamp(customer["created_at"]),
        "email":     facts.email,
        "firstName": customer.get("first_name"),
        "lastName":  customer.get("last_name"),
        "phone":     customer.get("phone"),
    })
    # fmt: on
    return identify(
        facts.name_of(f"customers/{customer['id']:d}/identify/{kind}/{record['id']:d}"),
        state_time(updated, facts.mapping),
        facts.sender,
        traits | facts.cookies,
    )


def alias_visitor(moment: str, facts: Facts) -> Event:
    """Give the Alias that makes one person of a known customer and a recovered anonymous id.

    Only somebody without a user id gets a fallback anonymous id, so one beside a user id was
    recovered. The fact names the pair: it has the same id in every record that tells of it.
    """
    user, visitor = facts.sender["userId"], facts.sender["anonymousId"]
    return alias(
        facts.name_of(f"alias/{encode_part(visitor)}/{encode_part(user)}"),
        state_time(moment, facts.mapping),
        facts.sender,
        visitor,
    )


def state_time(moment: str, mapping: Mapping) -> str:
    """Give the time of a state: no later than the end of the run's period."""
    return min(timestamp(moment), mapping.frozen_end)
