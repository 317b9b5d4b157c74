"""Tells how each event is made, and which of them no history tells."""

from __future__ import annotations

from littlerelay.catalogue.entries import Made

_STATE_TIME = "`updated_at`, at the latest the run's end"
_PROVEN = "`completed_at`, else `updated_at`, of the first record that shows it"

_PIXEL = "`timestamp` of the pixel"

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
        "`processed_at` of the payment, else its `created_at`; `updated_at` of the checkout; "
        f"{_PIXEL}",
        "`orders/{id}/payment_info`, `checkouts/{id}/payment_info`, "
        "`pixels/{id}/Payment%20Info%20Entered`"),
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
        f"`updated_at` of the first cart that shows it; {_PIXEL}",
        "`carts/{token}/{line key}/added/{time}`, `pixels/{id}/Product%20Added`"),
    "Product Removed": Made(
        "track", "a line of a cart that has less than before, and had it for more than 10 seconds",
        f"`updated_at` of the first cart that shows it; {_PIXEL}",
        "`carts/{token}/{line key}/removed/{time}`, `pixels/{id}/Product%20Removed`"),
    "Checkout Started": Made(
        "track", "a checkout, abandoned or not",
        f"`created_at`; {_PIXEL}",
        "`checkouts/{id}/started`, `pixels/{id}/Checkout%20Started`"),
    "Checkout Step Viewed": Made(
        "track", "a checkout, once for each step that it shows was reached",
        f"{_PROVEN}; step 1 `created_at`; {_PIXEL}",
        "`checkouts/{id}/step/{n}/viewed`, `pixels/{id}/Checkout%20Step%20Viewed/{n}`"),
    "Checkout Step Completed": Made(
        "track", "a checkout, once for each step that it shows was done",
        f"{_PROVEN}; {_PIXEL}",
        "`checkouts/{id}/step/{n}/completed`, `pixels/{id}/Checkout%20Step%20Completed/{n}`"),
    "Customer Created": Made(
        "track", "a customer",
        "`created_at`", "`customers/{id}/created`"),
    "Customer Enabled": Made(
        "track", "a customer, enabled and with a verified e-mail",
        _STATE_TIME, "`customers/{id}/enabled`"),
    "Subscription Created": Made(
        "track", "a subscription",
        "`created_at`", "`subscriptions/{source}/{id}/created`"),
    "Subscription Updated": Made(
        "track", "a subscription of Recharge: a webhook of a change, or a state with a later "
                 "`updated_at`",
        "`updated_at`", "`subscriptions/{source}/{id}/updated/{time}`"),
    "Subscription Cancelled": Made(
        "track", "a subscription with `cancelled_at`, or Shopify's contract that was cancelled",
        "`cancelled_at`; of a contract `updated_at`, at the latest the run's end",
        "`subscriptions/recharge/{id}/cancelled/{time}`, `subscriptions/shopify/{id}/cancelled`"),
    "Subscription Skipped": Made(
        "track", "Recharge's webhook of a skip, or a charge that was skipped",
        "`updated_at`", "`subscriptions/{source}/{id}/skipped/{time}`"),
    "Subscription Charge Failed": Made(
        "track", "each attempt at a charge that failed, as far as they are told",
        "`attempted_at` of the charge, else its `updated_at`",
        "`subscriptions/{source}/{id}/charge_failed/{time}`"),
    "Cart Viewed": Made(
        "track", "the pixel's `cart_viewed`",
        "`timestamp`", "`pixels/{id}/Cart%20Viewed`"),
    "Session Started": Made(
        "track", "a visitor's first pixel event after `session_pause` minutes without one",
        "`timestamp`", "`pixels/{id}/Session%20Started`"),
    "Page Viewed": Made(
        "track", "the pixel's `page_viewed`",
        "`timestamp`", "`pixels/{id}/Page%20Viewed`"),
    "Product List Viewed": Made(
        "track", "the pixel's `collection_viewed`",
        "`timestamp`", "`pixels/{id}/Product%20List%20Viewed`"),
    "Product Clicked": Made(
        "track", "the pixel's `clicked` on a link to a product, or a theme's event of "
                 "that name",
        "`timestamp`", "`pixels/{id}/Product%20Clicked`"),
    "Product Viewed": Made(
        "track", "the pixel's `product_viewed`",
        "`timestamp`", "`pixels/{id}/Product%20Viewed`"),
    "Product Image Clicked": Made(
        "track", "the pixel's `clicked` on an image of a product's page, or a theme's "
                 "event of that name",
        "`timestamp`", "`pixels/{id}/Product%20Image%20Clicked`"),
    "Product Shared": Made(
        "track", "the pixel's `clicked` on a link that shares a product, or a theme's "
                 "event of that name",
        "`timestamp`", "`pixels/{id}/Product%20Shared`"),
    "Products Searched": Made(
        "track", "the pixel's `search_submitted`",
        "`timestamp`", "`pixels/{id}/Products%20Searched`"),
    "Registration Viewed": Made(
        "track", "the pixel's `page_viewed` of the page where visitors register",
        "`timestamp`", "`pixels/{id}/Registration%20Viewed`"),
    "Thank You Page Viewed": Made(
        "track", "the pixel's `checkout_completed`, and its `page_viewed` of an order's "
                 "status page",
        "`timestamp`", "`pixels/{id}/Thank%20You%20Page%20Viewed`"),
    "Page": Made(
        "page", "the pixel's `page_viewed`, beside Page Viewed",
        "`timestamp`", "`pixels/{id}/page`"),
    "Identify": Made(
        "identify", "a customer, once for each distinct state; where no customers are read, an "
                    "order's or a checkout's",
        f"{_STATE_TIME}; {_PIXEL}",
        "`customers/{id}/identify/{hash}`, `customers/{id}/identify/{resource}/{record id}`"),
    "Alias": Made(
        "alias", "a record that tells both the customer and their anonymous id, once for each pair",
        "`processed_at` of the order, `created_at` of the checkout, `timestamp` of the pixel, at "
        "the latest the run's end",
        "`alias/{previousId}/{userId}`"),
}


# Of these no history tells: they are made from recordings alone.
RECORDED = frozenset(
    {
        "Cart Viewed",
        "Page",
        "Page Viewed",
        "Product Added",
        "Product Clicked",
        "Product Image Clicked",
        "Product List Viewed",
        "Product Removed",
        "Product Shared",
        "Product Viewed",
        "Products Searched",
        "Registration Viewed",
        "Session Started",
        "Thank You Page Viewed",
    }
)
# fmt: on
