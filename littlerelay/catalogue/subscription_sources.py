"""Tells from which field of its records each property of a subscription comes, and of its items."""

from __future__ import annotations

# fmt: off
SUBSCRIPTION_SOURCES: dict[str, str] = {
    "currency":                       "`currency` of the subscription, else of its charges",
    "email":                          "the customer's `email`",
    "subscription_revenue":           "as `value`",
    "subscriptionId":                 "`id` of Recharge's, or Shopify's, subscription",
    "items":                          "`items`; of a failed charge, its lines for the subscription",
    "status":                         "`status`; `active` of a creation that a later state tells",
    "order_interval_frequency":       "`order_interval_frequency`",
    "order_interval_unit":            "`order_interval_unit`: day, week, month, year",
    "value":                          "`price` of the `items` by `quantity`, before discounts and "
                                      "taxes",
    "cancel_reason":                  "`cancellation_reason`",
    "cancel_comment":                 "`cancellation_reason_comments`",
    "error_type":                     "`error_type` of the charge",
    "market_handle":                  "the active market of the shipping, else billing country of "
                                      "a charge",
}

ITEM_SOURCES: dict[str, str] = {
    "name":               "`title`",
    "price":              "`price` of one unit, before discounts",
    "product_id":         "`product_id`",
    "quantity":           "`quantity`",
    "product_properties": "`properties`",
    "shopify_product_id": "`product_id`",
    "shopify_variant_id": "`variant_id`",
    "sku":                "`sku`",
    "variant":            "`variant_title`",
    "position":           "the item's place in the list",
}
# fmt: on
