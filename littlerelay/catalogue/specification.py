"""Holds the tables of the specification, word for word and in its order.

One name is mended: what the table of traits calls ``default.address.postalCode`` stands here beside
its neighbours, as ``default_address.postalCode``.
"""

from __future__ import annotations

from littlerelay.catalogue.entries import EventEntry, Property

# fmt: off
DEVICE_EVENTS: tuple[EventEntry, ...] = (
    EventEntry("Cart Viewed", "User has viewed the /cart page"),
    EventEntry("Session Started", "User has started a session"),
    EventEntry("Page Viewed", "User has viewed a page"),
    EventEntry("Product List Viewed",
               "User has viewed a product as they scroll down the collection page"),
    EventEntry("Product Clicked", "User has clicked a product within a product list"),
    EventEntry("Product Viewed", "User has viewed a product page"),
    EventEntry("Product Image Clicked", "User has clicked a product image"),
    EventEntry("Product Shared", "User has shared a product via social links"),
    EventEntry("Products Searched", "User has searched for products (with search query)"),
    EventEntry("Registration Viewed", "User has viewed the /account/register page"),
    EventEntry("Thank You Page Viewed", "User has viewed the thank you page, if available"),
)

SERVER_EVENTS: tuple[EventEntry, ...] = (
    EventEntry("Product Added",
               "User has added a product to the cart, and left it in the cart for more than 10 "
               "seconds"),
    EventEntry("Product Removed", "User has removed a product from the cart"),
    EventEntry("Checkout Started", "User has started checkout"),
    EventEntry("Checkout Step Viewed", "User has viewed a step in the checkout"),
    EventEntry("Checkout Step Completed", "User has completed a step in the checkout"),
    EventEntry("Customer Created",
               "Customer record was created on Shopify, normally after the first step of the "
               "checkout o"),
    EventEntry("Payment Info Entered",
               "User has entered payment information on step 3 of the Shopify checkout"),
    EventEntry("Coupon Applied",
               "User has applied a coupon. Sent with Checkout Step Completed or Order Completed"),
    EventEntry("Order Completed", "Customer has completed an order"),
    EventEntry("Post Purchase Upsell",
               "Customer accepts the upsell. Will contain only the newly added products."),
    EventEntry("Order Cancelled", "Admin has cancelled an order (including the `cancel_reason`)"),
    EventEntry("POS Order Placed", "User has placed an order via Shopify POS"),
    EventEntry("Customer Enabled",
               "User confirms their email address (whether single or double opt-in) and their "
               "Shopify customer account has `verified_email` set as true"),
    EventEntry("Fulfillment Created",
               "Order fulfillment is created (including `status`, `tracking_numbers` and "
               "`tracking_urls` where the shipping integration allows)"),
    EventEntry("Fulfillment Updated",
               "Order fulfillment status has changed (including `status`, `tracking_numbers` "
               "and `tracking_urls` where the shipping integration allows)"),
)

SUBSCRIPTION_EVENTS: tuple[EventEntry, ...] = (
    EventEntry("Subscription Created", "Customer created a subscription"),
    EventEntry("Subscription Updated", "Customer updated a subscription"),
    EventEntry("Subscription Cancelled", "Customer cancelled a subscription"),
    EventEntry("Subscription Skipped", "Customer skipped an order"),
    EventEntry("Subscription Charge Failed", "A recurring charge failed"),
)

EVENT_PROPERTIES: tuple[Property, ...] = (
    Property("affiliation", "String",
             "Comma-separated list of order tags. Untagged orders have the value `Shopify`"),
    Property("cart_id", "String", "ID of the Shopify cart"),
    Property("checkout_id", "String", "ID of the checkout session"),
    Property("integrations.Google Analytics.clientId", "String",
             "The user's Google Analytics Client ID"),
    Property("integrations.Google Analytics.sessionId", "String",
             "The user's Google Analytics Session ID"),
    Property("integrations.Actions Amplitude.session_id", "Number",
             "The user's Amplitude Session ID"),
    Property("integrations.Facebook Pixel.fbp", "String", "The user's Facebok Pixel ID"),
    Property("integrations.Facebook Pixel.fbc", "String", "The user's Facebok click ID"),
    Property("integrations.Braze.braze_id", "String", "The user's Braze client ID"),
    Property("integrations.TikTok Pixel.ttp", "String", "The user's TikTok Pixel ID"),
    Property("integrations.TikTok Pixel.ttclid", "String", "The user's TikTok click ID"),
    Property("context.ip", "String", "The user's IP address"),
    Property("coupon", "String", "Comma-separated string of discount coupons used, if applicable"),
    Property("currency", "String", "The currency of the order"),
    Property("discount", "Float", "Value of the discount applied"),
    Property("email", "String",
             "Shopify default email address, or email submitted on a storefront form"),
    Property("lifetime_revenue_littledata", "String",
             "Lifetime revenue of the customer in Shopify"),
    Property("location_id", "Integer", "Location ID of the Point of Sale"),
    Property("order_id", "String", "The ID of the order, defaulting to the Shopify order name"),
    Property("payment_method", "String", "The payment method chosen for checkout"),
    Property("presentment_currency", "String", "The user's local currency"),
    Property("presentment_total", "String", "The order total in local currency"),
    Property("products", "Array", "A list of all the product at that step of the funnel"),
    Property("purchase_count_littledata", "Integer", "Total purchase count for the customer"),
    Property("revenue", "Float", "Product revenue (excluding discounts, shipping and tax)"),
    Property("sent_from", "String", "Unique property to identify events sent by Littledata"),
    Property("shipping", "Float", "Shipping cost"),
    Property("shipping_method", "String", "Shipping method chosen for checkout"),
    Property("shopify_customer_id_littledata", "Integer", "Shopify’s identifier for the customer"),
    Property("source_name", "String", "The source of the order (e.g. web, android, pos)"),
    Property("step", "Integer", "Checkout step"),
    Property("subscription_revenue", "Float", "The revenue associated with a Subscription Event"),
    Property("subtotal", "Float", "Total after discounts but before taxes and shipping"),
    Property("tax", "Float", "The amount of tax on the order"),
    Property("total", "Float", "Total value of the order"),
    Property("userId", "String", "Chosen user identifier, defaulting to Shopify Customer ID"),
    Property("consent.categoryPreferences", "Object", "Consent state of the user"),
    Property("categoryPreferences.Analytics", "Boolean", "User accepted or not analytics tracking"),
    Property("categoryPreferences.Advertising", "Boolean",
             "User accepted or not marketing tracking"),
    Property("categoryPreferences.Functional", "Boolean", "User has preferences for tracking"),
    Property("categoryPreferences.DataSharing", "Boolean", "User accepted or not sale of data"),
)

PRODUCT_PROPERTIES: tuple[Property, ...] = (
    Property("brand", "String", "The brand of the product (Shopify vendor)"),
    Property("category", "String", "The category of the product (defaults to all)"),
    Property("compare_at_price", "String", "The product price before any discount"),
    Property("coupon", "String", "Coupon code associated with the product"),
    Property("image_url", "String", "The URL of the first product image"),
    Property("list_id", "String", "The ID of the product collection (for List Views and Clicks)"),
    Property("list_position", "Integer",
             "The product position in the collection (for List Views and Clicks)"),
    Property("name", "String", "Product name"),
    Property("price", "Float", "The product price"),
    Property("product_id", "String", "Shopify product ID"),
    Property("quantity", "Integer", "The quantity of this product"),
    Property("product_properties", "Array", "Custom properties of purchased products"),
    Property("shopify_product_id", "String", "Also Shopify product ID"),
    Property("shopify_variant_id", "String", "The Shopify variant ID"),
    Property("sku", "String", "The product SKU"),
    Property("url", "String", "The URL of the product page"),
    Property("variant", "String", "The product variant name"),
)

TRAITS: tuple[Property, ...] = (
    Property("userId", "Double",
             "The chosen user identifier. This defaults to the Shopify Customer ID."),
    Property("createdAt", "Date", "Date customer record was created."),
    Property("customerLifetimeValue", "Double", "Total spend of customer on the Shopify store."),
    Property("default_address.street", "String", "The customer's default street address."),
    Property("default_address.postalCode", "String", "The customer's ZIP / post code."),
    Property("default_address.state", "String", "The customer's state address."),
    Property("default_address.country", "String", "The customer's country."),
    Property("description", "String", "Customer notes."),
    Property("email", "String", "Customer's email address."),
    Property("email_consent_state", "String",
             "If the user has consented to email marketing (mapping to EmailMarketingState).",
             nullable=True),
    Property("email_opt_in_level", "String",
             "Level of user's opt in email marketing (mapping to MarketingOptInLevel).",
             nullable=True),
    Property("firstName", "String", "Customer's first name."),
    Property("lastName", "String", "Customer's last name."),
    Property("phone", "String", "Customer's phone number."),
    Property("purchaseCount", "Integer", "Number of orders by this customer."),
    Property("sms_consent_state", "String",
             "If the user has consented to SMS marketing (mapping to SmsMarketingState).",
             nullable=True),
    Property("sms_opt_in_level", "String",
             "Level of user's opt in to SMS marketing (mapping to MarketingOptInLevel).",
             nullable=True),
    Property("state", "String",
             "Shopify customer state - enabled, disabled, invited to create an account or "
             "customer declined."),
    Property("tags", "String", "Custom tags applied to the customer,"),
    Property("verified_email", "Boolean", "Whether the customer has verified their email."),
)

# Described, as in the specification, by the events that carry it.
SUBSCRIPTION_PROPERTIES: tuple[Property, ...] = (
    Property("subscriptionId", "String", "All"),
    Property("items", "Array", "All"),
    Property("status", "String", "All"),
    Property("order_interval_frequency", "Number", "All"),
    Property("order_interval_unit", "String", "All"),
    Property("value", "Number", "All"),
    Property("cancel_reason", "String", "Subscription Cancelled"),
    Property("cancel_comment", "String", "Subscription Cancelled"),
    Property("error_type", "String", "Subscription Charge Failed"),
)
# fmt: on
