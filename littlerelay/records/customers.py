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


class Customer(TypedDict, total=False):
    id: Required[int]
    created_at: Required[str]
    updated_at: str
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    state: str | None  # enabled, disabled, invited, declined
    verified_email: bool | None
    note: str | None
    tags: str
    orders_count: int
    total_spent: str
    currency: str
    default_address: Address | None
    email_marketing_consent: Consent | None
    sms_marketing_consent: Consent | None
    metafields: list[Metafield]  # only the one that the settings name, where it has a value
