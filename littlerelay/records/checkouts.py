"""A checkout."""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.customers import Customer
from littlerelay.records.lines import LineItem, ShippingLine
from littlerelay.records.parts import (
    Address,
    Attribute,
    DiscountApplication,
    DiscountCode,
    MoneySet,
)


class Checkout(TypedDict, total=False):
    """A checkout, with the names of a webhook; history tells of abandoned ones alone."""

    id: Required[int]
    token: str | None
    cart_token: str | None  # history has this or the token
    created_at: Required[str]
    updated_at: Required[str]
    completed_at: str | None
    abandoned_checkout_url: str | None
    currency: Required[str]
    presentment_currency: str
    taxes_included: bool
    email: str | None  # REST and webhooks only, as all that say "webhooks only"
    phone: str | None  # webhooks only
    gateway: str | None  # webhooks only
    source_name: str | None  # webhooks only
    location_id: int | None  # webhooks only
    note_attributes: list[Attribute]
    discount_codes: list[DiscountCode]
    discount_applications: list[DiscountApplication]  # history only: those that lowered a line
    shipping_lines: list[ShippingLine]  # webhooks only
    subtotal_price_set: MoneySet | None
    total_price_set: MoneySet | None
    total_discounts_set: MoneySet | None
    total_tax_set: MoneySet | None
    billing_address: Address | None
    shipping_address: Address | None
    customer: Customer | None
    line_items: Required[list[LineItem]]
