"""A subscription, of Recharge or of Shopify itself, with the charges that matter to its history.

One record is what one body told: a subscription's own state, or the part of a charge (or of a
Recharge order) that is for this subscription. So most of it may be missing, and the records of one
subscription together tell the whole.
"""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.customers import Person
from littlerelay.records.parts import Address, Attribute


class SubscriptionItem(TypedDict, total=False):
    """What is sent each time."""

    product_id: int | None  # Shopify's, as is the next
    variant_id: int | None
    title: str | None
    variant_title: str | None
    sku: str | None
    quantity: Required[int]
    price: Required[str]  # of one unit
    properties: list[Attribute]


class SubscriptionCustomer(Person, total=False):
    id: int | None  # Shopify's


class SubscriptionCharge(TypedDict, total=False):
    """One time that was billed, or was to be; of Shopify, one attempt to bill."""

    id: Required[int]
    status: Required[str]  # error, skipped, queued, success, refunded, ...
    updated_at: Required[str]
    attempted_at: str | None  # the last attempt to bill it
    attempts: int | None
    error_type: str | None
    items: list[SubscriptionItem]  # for this subscription; a subscription's own where not told


class Subscription(TypedDict, total=False):
    id: Required[int]
    source: Required[str]  # recharge, shopify
    topic: str | None  # what the webhook was sent for; null where a state was read
    created_at: str | None  # of the subscription: a charge does not tell it
    updated_at: Required[str]  # of what was told: the subscription, or the charge
    cancelled_at: str | None
    status: str | None  # active, cancelled, expired, paused, failed
    order_interval_frequency: int | None
    order_interval_unit: str | None  # day, week, month, year
    currency: str | None
    cancellation_reason: str | None
    cancellation_reason_comments: str | None
    customer: SubscriptionCustomer | None
    shipping_address: Address | None
    billing_address: Address | None
    items: list[SubscriptionItem]
    charges: list[SubscriptionCharge]
