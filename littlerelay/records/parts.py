"""What several kinds of records hold: money, addresses, taxes, discounts."""

from __future__ import annotations

from typing import Required, TypedDict


class Money(TypedDict):
    amount: str
    currency_code: str


class MoneySet(TypedDict, total=False):
    shop_money: Required[Money]
    presentment_money: Money


class Attribute(TypedDict):
    name: str
    value: str | None


class Noted(TypedDict, total=False):
    """What storefronts' scripts write notes on."""

    note_attributes: list[Attribute]


class Address(TypedDict, total=False):
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    province: str | None
    province_code: str | None
    country: str | None
    country_code: str | None
    zip: str | None
    phone: str | None


class TaxLine(TypedDict, total=False):
    title: str
    rate: float | None
    price_set: Required[MoneySet]


class DiscountAllocation(TypedDict):
    amount_set: MoneySet
    discount_application_index: int


class DiscountApplication(TypedDict, total=False):
    type: Required[str]  # discount_code, automatic, manual, script
    code: str
    title: str | None
    description: str | None
    target_type: str
    target_selection: str
    allocation_method: str


class DiscountCode(TypedDict):
    code: str
