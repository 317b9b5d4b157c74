"""An order with what it carries: transactions, fulfillments, refunds, agreements."""

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


class Transaction(TypedDict, total=False):
    id: Required[int]
    kind: Required[str]
    status: Required[str]
    gateway: str | None
    test: bool
    created_at: str | None
    processed_at: str | None
    amount_set: Required[MoneySet]


class QuantityOfLine(TypedDict, total=False):
    id: Required[int]  # of the order's line item
    quantity: int | None


class Fulfillment(TypedDict, total=False):
    id: Required[int]
    name: str
    status: str | None  # success, cancelled, error, failure, open, pending
    shipment_status: str | None  # in_transit, out_for_delivery, delivered, ...
    created_at: Required[str]
    updated_at: Required[str]
    in_transit_at: str | None  # GraphQL only
    delivered_at: str | None  # GraphQL only
    location_id: int | None
    tracking_company: str | None
    tracking_numbers: list[str]
    tracking_urls: list[str]
    line_items: list[QuantityOfLine]


class RefundLineItem(TypedDict, total=False):
    id: int | None
    line_item_id: Required[int]
    quantity: Required[int]
    subtotal_set: MoneySet
    total_tax_set: MoneySet


class RefundShippingLine(TypedDict, total=False):
    id: int | None
    subtotal_amount_set: Required[MoneySet]
    tax_amount_set: MoneySet


class OrderAdjustment(TypedDict, total=False):
    id: int
    reason: str | None
    amount_set: MoneySet
    tax_amount_set: MoneySet


class Refund(TypedDict, total=False):
    id: Required[int]
    created_at: str | None
    processed_at: str | None
    note: str | None
    total_refunded_set: MoneySet  # GraphQL only
    refund_line_items: list[RefundLineItem]
    refund_shipping_lines: list[RefundShippingLine]
    order_adjustments: list[OrderAdjustment]
    transactions: list[Transaction]


class Sale(TypedDict, total=False):
    id: int
    type: Required[str]  # GraphQL's type name: ProductSale, ShippingLineSale, TipSale, ...
    action_type: Required[str]  # order, return, update, unknown
    line_type: Required[str]  # product, shipping, tip, gift_card, duty, ...
    quantity: int | None
    line_item_id: int | None  # of a product or a gift card
    total_amount: Required[MoneySet]  # after discounts, with tax
    total_tax_amount: Required[MoneySet]
    total_discount_amount: Required[MoneySet]  # before taxes
    total_discount_amount_after_taxes: Required[MoneySet]


class Agreement(TypedDict, total=False):
    id: Required[int]
    type: Required[str]  # OrderAgreement, OrderEditAgreement, RefundAgreement, ReturnAgreement
    happened_at: Required[str]
    reason: Required[str]  # order, order_edit, refund, return, unknown
    app_id: int | None
    user_id: int | None  # of the staff member; only where the app may read users
    sales: list[Sale]


class JourneySummary(TypedDict, total=False):
    ready: bool
    customer_order_index: int | None


class ClientDetails(TypedDict, total=False):
    user_agent: str | None


class Order(TypedDict, total=False):
    id: Required[int]
    name: Required[str]
    number: int
    created_at: Required[str]
    processed_at: Required[str]
    updated_at: Required[str]
    cancelled_at: str | None
    cancel_reason: str | None
    test: bool
    edited: bool  # GraphQL only
    currency: Required[str]
    presentment_currency: str
    taxes_included: bool
    financial_status: str | None
    fulfillment_status: str | None
    email: str | None
    phone: str | None
    browser_ip: str | None
    client_details: ClientDetails | None  # REST and webhooks only
    customer_locale: str | None
    cart_token: str | None
    checkout_token: str | None
    checkout_id: int | None  # REST and webhooks only
    source_name: str | None
    location_id: int | None
    tags: str
    note: str | None
    note_attributes: list[Attribute]
    discount_codes: list[DiscountCode]
    discount_applications: list[DiscountApplication]
    payment_gateway_names: list[str]
    subtotal_quantity: int  # GraphQL only: the units of all lines that the subtotal counts
    subtotal_price_set: MoneySet | None
    total_price_set: Required[MoneySet]
    total_discounts_set: MoneySet | None
    total_shipping_price_set: MoneySet
    total_tax_set: MoneySet | None
    original_total_duties_set: MoneySet | None
    original_total_additional_fees_set: MoneySet | None
    total_cash_rounding_payment_adjustment_set: MoneySet
    total_tip_received_set: MoneySet  # GraphQL only, as the two below
    original_total_price_set: MoneySet
    total_refunded_set: MoneySet
    shipping_lines: list[ShippingLine]
    billing_address: Address | None
    shipping_address: Address | None
    customer: Customer | None
    customer_journey_summary: JourneySummary | None  # GraphQL only
    line_items: Required[list[LineItem]]
    transactions: list[Transaction]  # GraphQL only
    fulfillments: list[Fulfillment]
    refunds: list[Refund]
    agreements: list[Agreement]  # GraphQL only, and only where the order was edited
