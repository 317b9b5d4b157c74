"""A customer becomes Identify, Customer Created and Customer Enabled.

Identify and Customer Enabled tell of a state, not of a moment: they are dated by the record's
``updated_at``, but never later than the end of the run's period.
"""

from __future__ import annotations

from typing import Any

from littlerelay.errors import RecordError
from littlerelay.events import (
    Event,
    Sender,
    content_hash,
    identify,
    message_id,
    present,
    present_traits,
    timestamp,
    track,
)
from littlerelay.mappers.identity import address_traits, customer_sender
from littlerelay.mappers.market import market_of
from littlerelay.mappers.money import number_of
from littlerelay.mappers.people import state_time
from littlerelay.mappers.totals import currency_of, totals_of_customer
from littlerelay.records import Consent, Customer
from littlerelay.settings import Mapping

_NO_CONSENT: Consent = {}


def map_customer(customer: Customer, mapping: Mapping) -> list[Event]:
    """Give all events of one customer record: identify, then tracks, oldest first."""
    address = address_traits(customer.get("default_address"))
    sender = customer_sender(customer, address, mapping)
    properties = customer_properties(customer, mapping)
    tracks = [customer_created(customer, sender, properties, mapping)]
    if customer.get("verified_email") and customer.get("state") == "enabled":
        tracks.append(customer_enabled(customer, sender, properties, mapping))
    traits = customer_traits(customer, address)
    return [identify_customer(customer, sender, traits, mapping), *tracks]


def identify_customer(
    customer: Customer, sender: Sender, traits: dict[str, Any], mapping: Mapping
) -> Event:
    """Give the Identify of a full customer record, with all traits; its id names their values."""
    fact = f"customers/{customer['id']:d}/identify/{content_hash(traits)}"
    return identify(
        message_id(mapping.namespace, mapping.shop, fact),
        state_time(_updated(customer), mapping),
        sender,
        traits,
    )


def customer_created(
    customer: Customer, sender: Sender, properties: dict[str, Any], mapping: Mapping
) -> Event:
    """Customer record was created on Shopify, normally after the first step of the checkout o."""
    return track(
        "Customer Created",
        message_id(mapping.namespace, mapping.shop, f"customers/{customer['id']:d}/created"),
        timestamp(customer["created_at"]),
        sender,
        properties,
    )


def customer_enabled(
    customer: Customer, sender: Sender, properties: dict[str, Any], mapping: Mapping
) -> Event:
    """User confirms their email address (whether single or double opt-in) and their Shopify customer account has `verified_email` set as true."""  # noqa: E501 - the specification's words
    return track(
        "Customer Enabled",
        message_id(mapping.namespace, mapping.shop, f"customers/{customer['id']:d}/enabled"),
        state_time(_updated(customer), mapping),
        sender,
        properties,
    )


def customer_properties(customer: Customer, mapping: Mapping) -> dict[str, Any]:
    """Give a customer's properties."""
    totals, address = totals_of_customer(customer, mapping), customer.get("default_address")
    # fmt: off
    return present({
        "email":                          customer.get("email") or None,
        "lifetime_revenue_littledata":    totals.lifetime_revenue,
        "purchase_count_littledata":      totals.purchase_count,
        "sent_from":                      mapping.sent_from,
        "shopify_customer_id_littledata": customer["id"],
        "market_handle":                  market_of(mapping.markets, address),
    })
    # fmt: on


def customer_traits(customer: Customer, address: dict[str, str] | None) -> dict[str, Any]:
    """Give all traits of a customer, with today's totals; ``address`` comes from the record."""
    email = customer.get("email_marketing_consent") or _NO_CONSENT
    sms = customer.get("sms_marketing_consent") or _NO_CONSENT
    spent = customer.get("total_spent")
    # fmt: off
    return present_traits({
        "createdAt":             timestamp(customer["created_at"]),
        "customerLifetimeValue": None if spent is None else number_of(spent, currency_of(customer)),
        "default_address":       address,
        "description":           customer.get("note"),
        "email":                 customer.get("email") or None,
        "email_consent_state":   email.get("state"),
        "email_opt_in_level":    email.get("opt_in_level"),
        "firstName":             customer.get("first_name"),
        "lastName":              customer.get("last_name"),
        "phone":                 customer.get("phone"),
        "purchaseCount":         customer.get("orders_count"),
        "sms_consent_state":     sms.get("state"),
        "sms_opt_in_level":      sms.get("opt_in_level"),
        "state":                 customer.get("state"),
        "tags":                  customer.get("tags"),
        "verified_email":        customer.get("verified_email"),
        "address":               address,
    })
    # fmt: on


def _updated(customer: Customer) -> str:
    if "updated_at" not in customer:
        raise RecordError("missing_field", "updated_at")
    return customer["updated_at"]
