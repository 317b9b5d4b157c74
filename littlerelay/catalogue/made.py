"""Tells how each event is made, and what those need that no history holds."""

from __future__ import annotations

from littlerelay.catalogue.entries import Made

_STATE_TIME = "`updated_at`, at the latest the run's end"
_PROVEN = "`completed_at`, else `updated_at`, of the first record that shows it"

# fmt: off
MADE: dict[str, Made] = {
    "Order Completed": Made(
        "track", "an order, unless from POS",
        "`processed_at`", "`orders/{id}/completed`"),
    "POS Order Placed": Made(
        "track", "an order from POS",
        "`processed_at`", "`orders/{id}/pos`"),
    "Coupon Applied": Made(
        "track", "each discount code of an order, or of a checkout that was not completed; "
                 "`coupon_on` says of which",
        "`processed_at` of the order, `updated_at` of the checkout",
        "`orders/{id}/coupon/{code}`, `checkouts/{id}/coupon/{code}`"),
    "Payment Info Entered": Made(
        "track", "the first payment of an order that succeeded, or a checkout with a gateway that "
                 "was not completed",
        "`processed_at` of the payment, else its `created_at`; `updated_at` of the checkout",
        "`orders/{id}/payment_info`, `checkouts/{id}/payment_info`"),
    "Post Purchase Upsell": Made(
        "track", "an edit of an order by an app that added products; `upsell_by` may take anyone's",
        "`happened_at` of the edit", "`orders/{id}/upsell/{agreement id}`"),
    "Order Cancelled": Made(
        "track", "an order with `cancelled_at`",
        "`cancelled_at`", "`orders/{id}/cancelled`"),
    "Order Refunded": Made(
        "track", "a refund that moved money",
        "`processed_at`, else `created_at`", "`refunds/{id}`"),
    "Fulfillment Created": Made(
        "track", "a fulfillment",
        "`created_at`", "`fulfillments/{id}/created`"),
    "Fulfillment Updated": Made(
        "track", "a fulfillment, once for each known status",
        "`in_transit_at`, `delivered_at`, else `updated_at`", "`fulfillments/{id}/{status}`"),
    "Product Added": Made(
        "track", "a line of a cart that has more than before and keeps it for more than 10 seconds",
        "`updated_at` of the first cart that shows it", "`carts/{token}/{line key}/added/{time}`"),
    "Product Removed": Made(
        "track", "a line of a cart that has less than before, and had it for more than 10 seconds",
        "`updated_at` of the first cart that shows it",
        "`carts/{token}/{line key}/removed/{time}`"),
    "Checkout Started": Made(
        "track", "a checkout, abandoned or not",
        "`created_at`", "`checkouts/{id}/started`"),
    "Checkout Step Viewed": Made(
        "track", "a checkout, once for each step that it shows was reached",
        f"{_PROVEN}; step 1 `created_at`", "`checkouts/{id}/step/{n}/viewed`"),
    "Checkout Step Completed": Made(
        "track", "a checkout, once for each step that it shows was done",
        _PROVEN, "`checkouts/{id}/step/{n}/completed`"),
    "Customer Created": Made(
        "track", "a customer",
        "`created_at`", "`customers/{id}/created`"),
    "Customer Enabled": Made(
        "track", "a customer, enabled and with a verified e-mail",
        _STATE_TIME, "`customers/{id}/enabled`"),
    "Identify": Made(
        "identify", "a customer, once for each distinct state; where no customers are read, an "
                    "order's or a checkout's",
        _STATE_TIME,
        "`customers/{id}/identify/{hash}`, `customers/{id}/identify/{resource}/{record id}`"),
    "Alias": Made(
        "alias", "a record that tells both the customer and their anonymous id, once for each pair",
        "`processed_at` of the order, `created_at` of the checkout, at the latest the run's end",
        "`alias/{previousId}/{userId}`"),
}

# Of these no history tells: they are made from recordings alone.
RECORDED = frozenset({"Product Added", "Product Removed"})

_BROWSER = "recorded web-pixel events"
_SUBSCRIPTION = "records of subscriptions"

# Events that relay does not make yet, and what they need.
NOT_YET: dict[str, str] = {
    "Cart Viewed":                _BROWSER,
    "Session Started":            _BROWSER,
    "Page Viewed":                _BROWSER,
    "Product List Viewed":        _BROWSER,
    "Product Clicked":            _BROWSER,
    "Product Viewed":             _BROWSER,
    "Product Image Clicked":      _BROWSER,
    "Product Shared":             _BROWSER,
    "Products Searched":          _BROWSER,
    "Registration Viewed":        _BROWSER,
    "Thank You Page Viewed":      _BROWSER,
    "Subscription Created":       _SUBSCRIPTION,
    "Subscription Updated":       _SUBSCRIPTION,
    "Subscription Cancelled":     _SUBSCRIPTION,
    "Subscription Skipped":       _SUBSCRIPTION,
    "Subscription Charge Failed": _SUBSCRIPTION,
}
# fmt: on
