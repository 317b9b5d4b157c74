"""Bodies as Recharge writes them, in both of its versions, of one invented subscriber."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

SHIPPING = {
    "first_name": "Ada",
    "last_name": "Example",
    "address1": "Example Street 7",
    "address2": "",
    "city": "Berlin",
    "province": "Berlin",
    "zip": "10115",
    "country_code": "DE",
    "phone": "",
}
CUSTOMER = {
    "id": 66001,
    "email": "ada@example.com",
    "external_customer_id": {"ecommerce": "7001"},
    "hash": "8f1c",
}


def subscription_body(**changed: Any) -> Body:
    """Returns a subscription of version 2021-11, as it was created."""
    return {
        "id": 880001,
        "address_id": 5501,
        "customer_id": 66001,
        "analytics_data": {"utm_params": []},
        "cancellation_reason": None,
        "cancellation_reason_comments": None,
        "cancelled_at": None,
        "charge_interval_frequency": 1,
        "created_at": "2026-02-10T09:00:00+00:00",
        "expire_after_specific_number_of_charges": None,
        "external_product_id": {"ecommerce": "3302"},
        "external_variant_id": {"ecommerce": "4402"},
        "has_queued_charges": True,
        "is_prepaid": False,
        "is_skippable": True,
        "is_swappable": False,
        "max_retries_reached": False,
        "next_charge_scheduled_at": "2026-03-10",
        "order_day_of_month": None,
        "order_day_of_week": None,
        "order_interval_frequency": 1,
        "order_interval_unit": "month",
        "presentment_currency": "EUR",
        "price": "24.00",
        "product_title": "Green tea",
        "properties": [{"name": "grind", "value": "whole leaf"}],
        "quantity": 2,
        "sku": "TEA-GREEN",
        "sku_override": False,
        "status": "active",
        "updated_at": "2026-02-10T09:00:00+00:00",
        "variant_title": "250 g",
        **changed,
    }


def line_body(**changed: Any) -> Body:
    """Returns a line of a charge of version 2021-11."""
    return {
        "purchase_item_id": 880001,
        "purchase_item_type": "subscription",
        "external_product_id": {"ecommerce": "3302"},
        "external_variant_id": {"ecommerce": "4402"},
        "grams": 250,
        "properties": [],
        "quantity": 2,
        "sku": "TEA-GREEN",
        "title": "Green tea",
        "total_price": "48.00",
        "unit_price": "24.00",
        "variant_title": "250 g",
        **changed,
    }


def charge_body(**changed: Any) -> Body:
    """Returns a charge of version 2021-11 whose first attempt failed."""
    return {
        "id": 990001,
        "address_id": 5501,
        "billing_address": SHIPPING,
        "charge_attempts": 1,
        "created_at": "2026-02-10T09:00:02+00:00",
        "currency": "EUR",
        "customer": CUSTOMER,
        "discounts": [],
        "error": "Your card was declined.",
        "error_type": "CARD_DECLINED",
        "external_order_id": {"ecommerce": None},
        "line_items": [line_body()],
        "processed_at": None,
        "retry_date": "2026-05-13",
        "scheduled_at": "2026-05-10",
        "shipping_address": SHIPPING,
        "status": "error",
        "total_price": "52.90",
        "type": "recurring",
        "updated_at": "2026-05-10T05:00:07+00:00",
        **changed,
    }


def order_body(**changed: Any) -> Body:
    """Returns an order of version 2021-11."""
    charge = charge_body()
    kept = {name: charge[name] for name in ("address_id", "currency", "customer", "line_items")}
    return {
        "id": 770001,
        "charge": {"id": 990001, "status": "success"},
        "created_at": "2026-05-10T05:00:07+00:00",
        "shipping_address": SHIPPING,
        "status": "success",
        "updated_at": "2026-05-10T05:00:09+00:00",
        **kept,
        **changed,
    }


def old_subscription_body(**changed: Any) -> Body:
    """Returns the same subscription in version 2021-01."""
    return {
        "id": 880001,
        "address_id": 5501,
        "customer_id": 66001,
        "cancellation_reason": None,
        "cancellation_reason_comments": None,
        "cancelled_at": None,
        "charge_interval_frequency": "1",
        "created_at": "2026-02-10T09:00:00",
        "email": "ada@example.com",
        "order_interval_frequency": "1",
        "order_interval_unit": "month",
        "presentment_currency": "EUR",
        "price": 24.0,
        "product_title": "Green tea",
        "properties": [{"name": "grind", "value": "whole leaf"}],
        "quantity": 2,
        "shopify_product_id": 3302,
        "shopify_variant_id": 4402,
        "sku": "TEA-GREEN",
        "status": "ACTIVE",
        "updated_at": "2026-02-10T09:00:00",
        "variant_title": "250 g",
        **changed,
    }


def old_charge_body(**changed: Any) -> Body:
    """Returns the same charge in version 2021-01."""
    line = {
        "subscription_id": 880001,
        "grams": 250,
        "price": "24.00",
        "properties": [],
        "quantity": 2,
        "shopify_product_id": "3302",
        "shopify_variant_id": "4402",
        "sku": "TEA-GREEN",
        "title": "Green tea",
        "variant_title": "250 g",
    }
    return {
        "id": 990001,
        "address_id": 5501,
        "billing_address": SHIPPING,
        "created_at": "2026-02-10T09:00:02",
        "currency": "EUR",
        "customer_id": 66001,
        "email": "ada@example.com",
        "error": "Your card was declined.",
        "error_type": "CARD_DECLINED",
        "first_name": "Ada",
        "last_charge_attempt_date": "2026-05-10",
        "last_name": "Example",
        "line_items": [line],
        "number_times_tried": 1,
        "scheduled_at": "2026-05-10T00:00:00",
        "shipping_address": SHIPPING,
        "status": "ERROR",
        "updated_at": "2026-05-10T05:00:07",
        **changed,
    }


def webhook(topic: str, body: Body) -> Body:
    """Returns a webhook as it is kept with its headers."""
    kind = topic.partition("/")[0]
    return {"headers": {"X-Recharge-Topic": topic}, "payload": {kind: body}}
