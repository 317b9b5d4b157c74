"""Holds what this product adds to the specification's tables, and which event carries what."""

from __future__ import annotations

from littlerelay.catalogue.entries import EventEntry, Property

# fmt: off
ADDED_EVENTS: tuple[EventEntry, ...] = (
    EventEntry("Order Refunded", "An order has been refunded, in part or in full"),
)

# The messages that are no tracks; the specification tells of them in prose.
CALLS: tuple[EventEntry, ...] = (
    EventEntry("Identify", "Who a customer is: their traits"),
    EventEntry("Alias", "The anonymous visitor and the known customer are one"),
    EventEntry("Page", "A page of the storefront was viewed, as Segment's own call has it"),
)

ADDED_EVENT_PROPERTIES: tuple[Property, ...] = (
    Property("cancel_reason", "String", "Why the order was cancelled"),
    Property("market_handle", "String", "The handle of the Shopify Market"),
    Property("refund_id", "String", "Shopify's id of the refund"),
    Property("reason", "String", "The note that was written with the refund"),
    Property("fulfillment_id", "String", "Shopify's id of the fulfillment"),
    Property("name", "String", "The name of the fulfillment"),
    Property("status", "String", "The status of the fulfillment when the record was read"),
    Property("shipment_status", "String", "The status that the shipment has reached"),
    Property("tracking_company", "String", "Who carries the shipment"),
    Property("tracking_numbers", "Array", "The shipment's tracking numbers"),
    Property("tracking_urls", "Array", "Where the shipment can be followed"),
    Property("list_id", "String", "The id of the collection that was viewed"),
    Property("category", "String", "The title of the collection that was viewed"),
    Property("query", "String", "What was searched for"),
    Property("share_via", "String", "The network through which the product was shared"),
    Property("path", "String", "The path of the page"),
    Property("referrer", "String", "The address from which the page was reached"),
    Property("search", "String", "The query in the address of the page"),
    Property("title", "String", "The title of the page"),
    Property("url", "String", "The address of the page"),
)

# The specification says of these only which event has them.
SUBSCRIPTION_MEANINGS: dict[str, str] = {
    "subscriptionId":           "The id of the subscription",
    "items":                    "What the subscription sends each time",
    "status":                   "The status of the subscription",
    "order_interval_frequency": "How many units lie between two orders",
    "order_interval_unit":      "The unit of that interval",
    "value":                    "What the items cost each time",
    "cancel_reason":            "Why the subscription was cancelled",
    "cancel_comment":           "What was written about the cancellation",
    "error_type":               "Why the charge failed",
}

ADDED_PRODUCT_PROPERTIES: tuple[Property, ...] = (
    Property("position", "Integer", "The product's place in the list, from 1"),
)

ADDED_TRAITS: tuple[Property, ...] = (
    Property("default_address.city", "String", "The customer's city."),
    Property("address", "Object", "The default address under the name that Segment itself reads."),
    Property("littledata_<cookie>", "String", "A cookie that the shop chose to track."),
)

_CANCELLED = """affiliation cart_id checkout_id coupon currency discount email
    lifetime_revenue_littledata location_id order_id payment_method presentment_currency
    presentment_total products purchase_count_littledata sent_from shipping shipping_method
    shopify_customer_id_littledata source_name subtotal tax total cancel_reason market_handle"""
_ORDER = """affiliation cart_id checkout_id coupon currency discount email
    lifetime_revenue_littledata location_id order_id payment_method presentment_currency
    presentment_total products purchase_count_littledata revenue sent_from shipping shipping_method
    shopify_customer_id_littledata source_name subscription_revenue subtotal tax total
    market_handle"""
_PAYMENT = """affiliation cart_id checkout_id coupon currency discount email
    lifetime_revenue_littledata location_id order_id payment_method presentment_currency
    presentment_total products purchase_count_littledata sent_from shipping shipping_method
    shopify_customer_id_littledata source_name step subtotal tax total market_handle"""
_UPSELL = """affiliation cart_id checkout_id currency discount email lifetime_revenue_littledata
    order_id payment_method presentment_currency presentment_total products
    purchase_count_littledata sent_from shopify_customer_id_littledata source_name subtotal tax
    total market_handle"""
_COUPON = """cart_id checkout_id coupon currency discount email order_id sent_from
    shopify_customer_id_littledata source_name market_handle"""
_CHECKOUT = """affiliation cart_id checkout_id coupon currency discount email
    lifetime_revenue_littledata location_id payment_method presentment_currency presentment_total
    products purchase_count_littledata sent_from shipping shipping_method
    shopify_customer_id_littledata source_name subtotal tax total market_handle"""
_CHECKOUT_STEP = _CHECKOUT.replace(" source_name ", " source_name step ")
_FULFILLMENT_CREATED = """currency email order_id products sent_from market_handle fulfillment_id
    name status tracking_company tracking_numbers tracking_urls"""
_FULFILLMENT_UPDATED = """currency email order_id products sent_from market_handle fulfillment_id
    name status shipment_status tracking_company tracking_numbers tracking_urls"""
_CUSTOMER = """email lifetime_revenue_littledata purchase_count_littledata sent_from
    shopify_customer_id_littledata market_handle"""
_SUBSCRIPTION = """currency email sent_from shopify_customer_id_littledata subscription_revenue
    subscriptionId items status order_interval_frequency order_interval_unit value market_handle"""
_CANCELLATION = _SUBSCRIPTION.replace("market", "cancel_reason cancel_comment market")
_FAILED_CHARGE = _SUBSCRIPTION.replace("market", "error_type market")
_REFUND = """affiliation coupon currency email order_id presentment_currency presentment_total
    products sent_from shipping tax total market_handle refund_id reason"""
_CART = """cart_id currency email presentment_currency sent_from shopify_customer_id_littledata
    brand category image_url name price product_id quantity product_properties shopify_product_id
    shopify_variant_id sku url variant market_handle"""
_VISITOR = "email sent_from shopify_customer_id_littledata market_handle"
_PAGE = f"{_VISITOR} path referrer search title url"
_PRODUCT = """coupon currency email sent_from shopify_customer_id_littledata brand category
    compare_at_price image_url list_id list_position name price product_id quantity
    shopify_product_id shopify_variant_id sku url variant market_handle"""
_CART_VIEWED = """cart_id currency email products sent_from shopify_customer_id_littledata total
    market_handle"""
_LIST = """currency email products sent_from shopify_customer_id_littledata market_handle list_id
    category"""
_SEARCH = "currency email products sent_from shopify_customer_id_littledata market_handle query"
_THANK_YOU = """affiliation cart_id checkout_id coupon currency discount email order_id
    presentment_currency presentment_total products sent_from shipping
    shopify_customer_id_littledata subtotal tax total market_handle"""

# The events of one product, whose properties stand among their own.
OF_ONE_PRODUCT = frozenset(
    {
        "Product Added",
        "Product Removed",
        "Product Clicked",
        "Product Viewed",
        "Product Image Clicked",
        "Product Shared",
    }
)

# The properties that each track can carry, in their order.
CARRIED: dict[str, tuple[str, ...]] = {
    "Product Added":           tuple(_CART.split()),
    "Product Removed":         tuple(_CART.split()),
    "Checkout Started":        tuple(_CHECKOUT.split()),
    "Checkout Step Viewed":    tuple(_CHECKOUT_STEP.split()),
    "Checkout Step Completed": tuple(_CHECKOUT_STEP.split()),
    "Customer Created":        tuple(_CUSTOMER.split()),
    "Payment Info Entered":    tuple(_PAYMENT.split()),
    "Coupon Applied":          tuple(_COUPON.split()),
    "Order Completed":         tuple(_ORDER.split()),
    "Post Purchase Upsell":    tuple(_UPSELL.split()),
    "Order Cancelled":         tuple(_CANCELLED.split()),
    "POS Order Placed":        tuple(_ORDER.split()),
    "Customer Enabled":        tuple(_CUSTOMER.split()),
    "Fulfillment Created":     tuple(_FULFILLMENT_CREATED.split()),
    "Fulfillment Updated":     tuple(_FULFILLMENT_UPDATED.split()),
    "Order Refunded":          tuple(_REFUND.split()),
    "Cart Viewed":             tuple(_CART_VIEWED.split()),
    "Session Started":         tuple(_VISITOR.split()),
    "Page Viewed":             tuple(_PAGE.split()),
    "Product List Viewed":     tuple(_LIST.split()),
    "Product Clicked":         tuple(_PRODUCT.split()),
    "Product Viewed":          tuple(_PRODUCT.split()),
    "Product Image Clicked":   tuple(_PRODUCT.split()),
    "Product Shared":          (*_PRODUCT.split(), "share_via"),
    "Products Searched":       tuple(_SEARCH.split()),
    "Registration Viewed":     tuple(_PAGE.split()),
    "Thank You Page Viewed":   tuple(_THANK_YOU.split()),
    "Subscription Created":       tuple(_SUBSCRIPTION.split()),
    "Subscription Updated":       tuple(_SUBSCRIPTION.split()),
    "Subscription Cancelled":     tuple(_CANCELLATION.split()),
    "Subscription Skipped":       tuple(_SUBSCRIPTION.split()),
    "Subscription Charge Failed": tuple(_FAILED_CHARGE.split()),
}

_CART_ALWAYS = "cart_id sent_from price quantity"
_CHECKOUT_ALWAYS = "affiliation currency products sent_from"
_CUSTOMER_ALWAYS = "sent_from shopify_customer_id_littledata"
_FULFILLMENT_ALWAYS = "currency order_id products sent_from fulfillment_id"
_ORDER_ALWAYS = "affiliation currency order_id products sent_from shipping total"
_REFUND_ALWAYS = "affiliation currency order_id products sent_from shipping tax total refund_id"
_SUBSCRIPTION_ALWAYS = "sent_from subscription_revenue subscriptionId items value"
_UPSELL_ALWAYS = "affiliation currency order_id products sent_from subtotal tax total"

# Those of them that are there whatever the record lacks.
ALWAYS: dict[str, tuple[str, ...]] = {
    "Product Added":           tuple(_CART_ALWAYS.split()),
    "Product Removed":         tuple(_CART_ALWAYS.split()),
    "Checkout Started":        tuple(_CHECKOUT_ALWAYS.split()),
    "Checkout Step Viewed":    (*_CHECKOUT_ALWAYS.split(), "step"),
    "Checkout Step Completed": (*_CHECKOUT_ALWAYS.split(), "step"),
    "Customer Created":        tuple(_CUSTOMER_ALWAYS.split()),
    "Payment Info Entered":    (*_CHECKOUT_ALWAYS.split(), "step"),
    "Coupon Applied":          ("coupon", "currency", "sent_from"),
    "Order Completed":         tuple(_ORDER_ALWAYS.split()),
    "Post Purchase Upsell":    tuple(_UPSELL_ALWAYS.split()),
    "Order Cancelled":         tuple(_ORDER_ALWAYS.split()),
    "POS Order Placed":        tuple(_ORDER_ALWAYS.split()),
    "Customer Enabled":        tuple(_CUSTOMER_ALWAYS.split()),
    "Fulfillment Created":     tuple(_FULFILLMENT_ALWAYS.split()),
    "Fulfillment Updated":     tuple(_FULFILLMENT_ALWAYS.split()),
    "Order Refunded":          tuple(_REFUND_ALWAYS.split()),
    "Subscription Created":       tuple(_SUBSCRIPTION_ALWAYS.split()),
    "Subscription Updated":       tuple(_SUBSCRIPTION_ALWAYS.split()),
    "Subscription Cancelled":     tuple(_SUBSCRIPTION_ALWAYS.split()),
    "Subscription Skipped":       tuple(_SUBSCRIPTION_ALWAYS.split()),
    "Subscription Charge Failed": tuple(_SUBSCRIPTION_ALWAYS.split()),
    "Cart Viewed":             ("sent_from",),  # what a pixel tells depends on what it may read
    "Session Started":         ("sent_from",),
    "Page Viewed":             ("sent_from",),
    "Product List Viewed":     ("sent_from",),
    "Product Clicked":         ("sent_from",),
    "Product Viewed":          ("sent_from",),
    "Product Image Clicked":   ("sent_from",),
    "Product Shared":          ("sent_from",),
    "Products Searched":       ("sent_from",),
    "Registration Viewed":     ("sent_from",),
    "Thank You Page Viewed":   ("sent_from",),
    "Identify":                (),  # a pixel does not tell when its customer was created
}
PRODUCT_ALWAYS = ("price", "quantity", "position")  # a line of a checkout may have no name
SEEN_ALWAYS = ("position",)  # a product that was seen on a storefront is of no quantity
# fmt: on
