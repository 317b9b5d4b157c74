"""Line items and shipping lines, of orders and of checkouts."""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.parts import Attribute, DiscountAllocation, MoneySet, TaxLine


class SellingPlan(TypedDict, total=False):
    id: int | None
    name: str


class LineItem(TypedDict, total=False):
    id: Required[int]
    title: Required[str | None]  # null only in a checkout of history that lost its product
    name: str
    variant_title: str | None
    sku: str | None
    vendor: str | None
    quantity: Required[int]  # as ordered: units that were refunded or removed still count
    current_quantity: int
    gift_card: bool
    price_set: Required[MoneySet]  # of one unit, before discounts
    total_discount_set: MoneySet
    discount_allocations: list[DiscountAllocation]
    tax_lines: list[TaxLine]
    properties: list[Attribute]
    product_id: int | None
    variant_id: int | None
    product_type: str | None  # GraphQL only, as the five below
    url: str | None
    image_url: str | None
    compare_at_price: str | None
    selling_plan: SellingPlan | None


class ShippingLine(TypedDict, total=False):
    id: int | None
    title: Required[str]
    code: str | None
    price_set: MoneySet
    discounted_price_set: Required[MoneySet]
    discount_allocations: list[DiscountAllocation]
    tax_lines: list[TaxLine]
