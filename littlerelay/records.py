"""Names the fields of a record that mappers read.

A record has the names and nesting of Shopify's webhook and REST JSON. Whatever it came from (a
GraphQL page, a bulk file, a webhook, REST), an adapter has given it this shape: ids are integers,
enum values are lower case, times are ISO 8601 with a zone, money is Shopify's decimal string, tags
are one string, ``note_attributes`` and line ``properties`` are lists of ``{name, value}``, and an
empty name, address, note, variant title, vendor or sku is null.

``Required`` marks what every source sends; a missing required key rejects the record. Fields that
only GraphQL carries say so.
"""

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


class Consent(TypedDict, total=False):
    state: str | None
    opt_in_level: str | None


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


class SellingPlan(TypedDict, total=False):
    id: int | None
    name: str


class LineItem(TypedDict, total=False):
    id: Required[int]
    title: Required[str]
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
    tax_lines: list[TaxLine]


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
    sales: list[Sale]


class JourneySummary(TypedDict, total=False):
    ready: bool
    customer_order_index: int | None


class DiscountCode(TypedDict):
    code: str


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
    source_name: str | None
    location_id: int | None
    tags: str
    note: str | None
    note_attributes: list[Attribute]
    discount_codes: list[DiscountCode]
    discount_applications: list[DiscountApplication]
    payment_gateway_names: list[str]
    subtotal_price_set: MoneySet | None
    total_price_set: Required[MoneySet]
    total_discounts_set: MoneySet | None
    total_shipping_price_set: MoneySet
    total_tax_set: MoneySet | None
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
