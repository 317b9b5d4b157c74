"""Tells from which field of a record each property comes, event by event where that differs.

Fields have the names of Shopify's webhooks. Amounts are those of the shop's currency unless the
property says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from littlerelay.catalogue.subscription_sources import SUBSCRIPTION_SOURCES

_CURRENT = 'only with `customer_totals = "current"`'

# fmt: off
_ORDER = {
    "affiliation":                    "`tags`; `Shopify` where there are none",
    "cart_id":                        "`cart_token`",
    "checkout_id":                    "`checkout_token`; the setting `checkout_id` may choose "
                                      "REST's number",
    "coupon":                         "`discount_codes`, joined by commas",
    "currency":                       "`currency`, the shop's",
    "discount":                       "`total_discounts_set`; of an edited order, its first "
                                      "agreement's sales",
    "email":                          "the customer's `email`, else the order's",
    "lifetime_revenue_littledata":    f"the customer's `total_spent`, {_CURRENT}",
    "location_id":                    "`location_id`",
    "order_id":                       "`name` with its `#`; the setting `order_id` may choose "
                                      "`number` or `id`",
    "payment_method":                 "`payment_gateway_names`, joined by commas",
    "presentment_currency":           "the currency in which `total` was shown to the customer",
    "presentment_total":              "`total` in that currency",
    "products":                       "`line_items`; of an edited order, those of its first "
                                      "agreement",
    "purchase_count_littledata":      "`customer_order_index`: the order's place among its "
                                      "customer's",
    "revenue":                        "`subtotal` without taxes and gift cards, only with "
                                      "`revenue = true`",
    "sent_from":                      "the setting `sent_from`",
    "shipping":                       "`discounted_price_set` of the shipping lines, without taxes",
    "shipping_method":                "`title` of the shipping lines, joined by commas",
    "shopify_customer_id_littledata": "`id` of the customer",
    "source_name":                    "`source_name`",
    "step":                           "1 contact, 2 shipping, 3 payment",
    "subscription_revenue":           "the lines with a `selling_plan`, after discounts, without "
                                      "taxes",
    "subtotal":                       "`subtotal_price_set` without taxes; of an edited order, "
                                      "its first agreement's sales",
    "tax":                            "`total_tax_set`; of an edited order, its first agreement's "
                                      "sales",
    "total":                          "the order as placed: `original_total_price_set`, else "
                                      "`total_price_set`",
    "cancel_reason":                  "`cancel_reason`",
    "market_handle":                  "the active market of the shipping, else billing, else "
                                      "customer's country",
}
_PAYMENT = {
    "affiliation":                    "`tags` of the order; `Shopify` where there are none",
    "email":                          "the customer's `email`, else the order's or checkout's",
    "payment_method":                 "`gateway` of the payment, else the order's or checkout's",
    "products":                       "`line_items`",
    "purchase_count_littledata":      "`customer_order_index` of the order",
    "total":                          "`original_total_price_set`, else `total_price_set`",
}
_COUPON = {
    "coupon":                         "the one code",
    "discount":                       "what the code took off lines and shipping: their "
                                      "`discount_allocations`",
    "email":                          "the customer's `email`, else the order's or checkout's",
}
_CART = {
    "cart_id":                        "`token`",
    "currency":                       "the currency of the shop's side of `price_set`",
    "email":                          "the customer's `email`, of a pixel alone",
    "presentment_currency":           "the currency of the customer's side of `price_set`",
    "shopify_customer_id_littledata": "`id` of the customer, of a pixel alone",
    "brand":                          "`vendor`",
    "category":                       "`type` of the product, of a pixel alone",
    "image_url":                      "`src` of the variant's image, of a pixel alone",
    "name":                           "`title`, which names the variant, too",
    "price":                          "`price_set` of one unit, before discounts",
    "product_id":                     "`product_id`",
    "quantity":                       "how many more, or fewer, than before: the difference of "
                                      "`quantity`",
    "product_properties":             "`properties`",
    "shopify_product_id":             "`product_id`",
    "shopify_variant_id":             "`variant_id`",
    "sku":                            "`sku`",
    "url":                            "`url` of the product, of a pixel alone",
    "variant":                        "`title` of the variant, of a pixel alone",
    "market_handle":                  "the shop's market, where it has but one for all countries",
}
_UPSELL = {
    "discount":                       "discounts of the edit's sales",
    "presentment_total":              "the edit's sales in that currency",
    "products":                       "the lines of the edit's sales",
    "subtotal":                       "the edit's sales without taxes",
    "tax":                            "taxes of the edit's sales",
    "total":                          "the edit's sales, after discounts and with taxes",
}
_CHECKOUT = {
    "affiliation":                    "always `Shopify`",
    "checkout_id":                    "`token`, that of the link by which it can be finished; "
                                      "the setting `checkout_id` may choose its `id`",
    "discount":                       "`total_discounts_set`",
    "email":                          "the customer's `email`, else the checkout's",
    "payment_method":                 "`gateway`",
    "products":                       "`line_items`",
    "purchase_count_littledata":      f"the customer's `orders_count`, {_CURRENT}",
    "subtotal":                       "`subtotal_price_set` without taxes",
    "tax":                            "`total_tax_set`",
    "total":                          "`total_price_set`",
}
_CUSTOMER = {
    "email":                          "`email`",
    "lifetime_revenue_littledata":    f"`total_spent`, {_CURRENT}",
    "purchase_count_littledata":      f"`orders_count`, {_CURRENT}",
    "shopify_customer_id_littledata": "`id`",
    "market_handle":                  "the active market of the customer's country",
}
_FULFILLMENT = {
    "products":                       "`line_items` of the fulfillment, with what was fulfilled",
    "fulfillment_id":                 "`id`",
    "name":                           "`name`",
    "status":                         "`status`",
    "shipment_status":                "the status that the event tells of",
    "tracking_company":               "`tracking_company`",
    "tracking_numbers":               "`tracking_numbers`",
    "tracking_urls":                  "`tracking_urls`",
}
_REFUND = {
    "presentment_currency":           "the currency in which `total` was shown to the customer",
    "products":                       "`refund_line_items`, with what was refunded",
    "shipping":                       "`refund_shipping_lines`, without taxes; the setting "
                                      "`amounts` may leave them in",
    "tax":                            "taxes of `refund_line_items` and `refund_shipping_lines`",
    "total":                          "`total_refunded_set`, else the refund's transactions that "
                                      "succeeded",
    "refund_id":                      "`id`",
    "reason":                         "`note`",
}

_VISITOR = {
    "currency":                       "the currency of the prices that were shown",
    "email":                          "the customer's `email`, else the checkout's",
    "shopify_customer_id_littledata": "`id` of the customer who is logged in, or who ordered",
    "market_handle":                  "the checkout's market, else that of its country; none "
                                      "outside of a checkout",
}
_PAGE = _VISITOR | {
    "path":                           "`pathname`",
    "referrer":                       "`referrer`",
    "search":                         "`search`",
    "title":                          "`title`",
    "url":                            "`href` without its fragment",
}
_LIST = _VISITOR | {
    "cart_id":                        "`id` of the cart",
    "products":                       "`lines` of the cart, else `productVariants`",
    "total":                          "`totalAmount`, with the discounts on lines",
    "list_id":                        "`id` of the collection",
    "category":                       "`title` of the collection",
    "query":                          "`query`",
}
_PRODUCT = _VISITOR | {
    "brand":                          "`vendor`",
    "category":                       "`type` of the product; `all` where it has none",
    "compare_at_price":               "as a theme's event tells it, as are `coupon` and `quantity`",
    "coupon":                         "as a theme's event tells it",
    "image_url":                      "`src` of the variant's image",
    "list_id":                        "`id` of the collection in which the visitor saw it last",
    "list_position":                  "its place in that collection, from 1",
    "name":                           "`title` of the product",
    "price":                          "`price` of the variant",
    "product_id":                     "`id` of the product",
    "quantity":                       "as a theme's event tells it",
    "shopify_product_id":             "`id` of the product",
    "shopify_variant_id":             "`id` of the variant",
    "sku":                            "`sku`",
    "url":                            "`url` of the product, on the storefront's address",
    "variant":                        "`title` of the variant",
    "share_via":                      "the network to which the link leads",
}
_THANK_YOU = _VISITOR | {
    "affiliation":                    "always `Shopify`",
    "cart_id":                        "`id` of the cart",
    "checkout_id":                    "`token`; none with `checkout_id = \"id\"`",
    "coupon":                         "`title` of `discountApplications` that are codes",
    "discount":                       "`discountsAmount`",
    "order_id":                       "`id` of the order, only with `order_id = \"id\"`: a pixel "
                                      "does not tell its name",
    "presentment_currency":           "the currency of `totalPrice`",
    "presentment_total":              "`totalPrice`",
    "products":                       "`lineItems`",
    "shipping":                       "`price` of the `shippingLine`",
    "subtotal":                       "`subtotalPrice`",
    "tax":                            "`totalTax`",
    "total":                          "`totalPrice`",
}
_OF_CHECKOUT = _ORDER | _CHECKOUT
_BY_EVENT: dict[str, Mapping[str, str]] = {
    "Product Added":           _ORDER | _CART,
    "Product Removed":         _ORDER | _CART,
    "Checkout Started":        _OF_CHECKOUT,
    "Checkout Step Viewed":    _OF_CHECKOUT,
    "Checkout Step Completed": _OF_CHECKOUT,
    "Customer Created":        _ORDER | _CUSTOMER,
    "Payment Info Entered":    _ORDER | _PAYMENT,
    "Coupon Applied":          _ORDER | _COUPON,
    "Order Completed":         _ORDER,
    "Post Purchase Upsell":    _ORDER | _UPSELL,
    "Order Cancelled":         _ORDER,
    "POS Order Placed":        _ORDER,
    "Customer Enabled":        _ORDER | _CUSTOMER,
    "Fulfillment Created":     _ORDER | _FULFILLMENT,
    "Fulfillment Updated":     _ORDER | _FULFILLMENT,
    "Order Refunded":          _ORDER | _REFUND,
    "Subscription Created":       _ORDER | SUBSCRIPTION_SOURCES,
    "Subscription Updated":       _ORDER | SUBSCRIPTION_SOURCES,
    "Subscription Cancelled":     _ORDER | SUBSCRIPTION_SOURCES,
    "Subscription Skipped":       _ORDER | SUBSCRIPTION_SOURCES,
    "Subscription Charge Failed": _ORDER | SUBSCRIPTION_SOURCES,
    "Cart Viewed":             _ORDER | _LIST,
    "Session Started":         _ORDER | _VISITOR,
    "Page Viewed":             _ORDER | _PAGE,
    "Product List Viewed":     _ORDER | _LIST,
    "Product Clicked":         _ORDER | _PRODUCT,
    "Product Viewed":          _ORDER | _PRODUCT,
    "Product Image Clicked":   _ORDER | _PRODUCT,
    "Product Shared":          _ORDER | _PRODUCT,
    "Products Searched":       _ORDER | _LIST,
    "Registration Viewed":     _ORDER | _PAGE,
    "Thank You Page Viewed":   _ORDER | _THANK_YOU,
}

PRODUCT_SOURCES: dict[str, str] = {
    "brand":              "`vendor`",
    "category":           "`product_type`; `all` where it has none",
    "compare_at_price":   "`compare_at_price` of the variant, as it is today",
    "coupon":             "codes of the line's `discount_allocations`, joined by commas",
    "image_url":          "`image_url`",
    "list_id":            "`id` of the collection that was viewed",
    "list_position":      "the product's place in that collection",
    "name":               "`title`",
    "price":              "`price_set` of one unit, before discounts",
    "product_id":         "`product_id`",
    "quantity":           "`quantity`; what was fulfilled or refunded in their events",
    "product_properties": "`properties`",
    "shopify_product_id": "`product_id`",
    "shopify_variant_id": "`variant_id`",
    "sku":                "`sku`",
    "url":                "`url` of the product's page",
    "variant":            "`variant_title`",
    "position":           "the line's place in the list",
}

TRAIT_SOURCES: dict[str, str] = {
    "createdAt":                  "`created_at`",
    "customerLifetimeValue":      "`total_spent`, as it is today",
    "default_address.street":     "`address1` and `address2`",
    "default_address.postalCode": "`zip`",
    "default_address.state":      "`province`",
    "default_address.country":    "`country`",
    "description":                "`note`",
    "email":                      "`email`",
    "email_consent_state":        "`email_marketing_consent.state`",
    "email_opt_in_level":         "`email_marketing_consent.opt_in_level`",
    "firstName":                  "`first_name`",
    "lastName":                   "`last_name`",
    "phone":                      "`phone`",
    "purchaseCount":              "`orders_count`, as it is today",
    "sms_consent_state":          "`sms_marketing_consent.state`",
    "sms_opt_in_level":           "`sms_marketing_consent.opt_in_level`",
    "state":                      "`state`",
    "tags":                       "`tags`",
    "verified_email":             "`verified_email`",
    "default_address.city":       "`city`",
    "address":                    "`default_address`",
    "littledata_<cookie>":        "`note_attributes` of an order or checkout, for the cookies of "
                                  "`cookies_to_track`",
}
# fmt: on


def source_of(event: str, name: str) -> str:
    """Tell where an event's property comes from. Raises KeyError for what it cannot carry."""
    return _BY_EVENT[event][name]
