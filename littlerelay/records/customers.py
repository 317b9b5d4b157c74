"""A customer."""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.parts import Address


class Consent(TypedDict, total=False):
    state: str | None
    opt_in_level: str | None


class Metafield(TypedDict):
    namespace: str
    key: str
    value: str


class Person(TypedDict, total=False):
    """What everybody tells of a customer, if anything."""

    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None


class KnownPerson(Person, total=False):
    """Somebody whom Shopify knows, as pixels and subscriptions tell of them, too."""

    id: Required[int]
    default_address: Address | None
    metafields: list[Metafield]  # only the one that the settings name, where it has a value


class Customer(KnownPerson, total=False):
    created_at: Required[str]
    updated_at: str
    state: str | None  # enabled, disabled, invited, declined
    verified_email: bool | None
    note: str | None
    tags: str
    orders_count: int
    total_spent: str
    currency: str
    email_marketing_consent: Consent | None
    sms_marketing_consent: Consent | None
