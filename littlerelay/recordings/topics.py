"""Names Shopify's webhook topics: those whose bodies are records, and those that tell no fact."""

from __future__ import annotations

from littlerelay.errors import RecordError

# What a topic is about, what happened, and the kind of record that its body is.
_TABLE = (
    ("orders", "create paid updated cancelled fulfilled partially_fulfilled", "orders"),
    ("refunds", "create", "refunds"),
    ("fulfillments", "create update", "fulfillments"),
    ("order_transactions", "create", "transactions"),
    ("customers", "create update enable disable", "customers"),
    ("customers", "redact", "erasures"),
    ("checkouts", "create update", "checkouts"),
    ("carts", "create update", "carts"),
)
OF_RECORDS = {f"{about}/{what}": kind for about, every, kind in _TABLE for what in every.split()}

# What the topics of the WebhookSubscriptionTopic of Admin API 2026-10 are about, as they begin. An
# edit (orders/edited) names lines without their prices: the order's own webhook has both. A change
# of tags or of consent names a customer alone, and the customer's own webhook tells the rest.
_KNOWN = frozenset(
    """
    app app_purchases_one_time app_subscriptions audit_events bulk_operations carts channels
    checkouts collection_listings collection_publications collections companies
    company_contact_roles company_contacts company_locations customer customer_account_settings
    customer_groups customer_payment_methods customers customers_email_marketing_consent
    customers_marketing_consent customers_whats_app_marketing_consent delivery_promise_settings
    discounts disputes domains draft_orders finance_app_staff_member finance_kyc_information
    fulfillment_events fulfillment_holds fulfillment_orders fulfillments inventory_items
    inventory_levels inventory_shipments inventory_transfers locales locations markets
    markets_backup_region metafield_definitions metaobjects order_transactions orders
    payment_schedules payment_terms product_feeds product_listings product_publications products
    profiles refunds returns reverse_deliveries reverse_fulfillment_orders
    scheduled_product_listings segments selling_plan_groups shipping_addresses shop
    subscription_billing_attempts subscription_billing_cycle_edits subscription_billing_cycles
    subscription_contracts tax_services tender_transactions themes variants
    """.split()
)
_BY_ENUM = {topic.upper().replace("/", "_"): topic for topic in OF_RECORDS}


def plain(topic: str) -> str:
    """Write a topic as the header does, also one that is written as GraphQL's enum is.

    >>> plain("ORDERS_PARTIALLY_FULFILLED")
    'orders/partially_fulfilled'
    """
    return _BY_ENUM.get(topic) or topic.strip().lower()


def kind_of(topic: str) -> str | None:
    """Give the kind of record that the body of a topic is, None where it tells no fact.

    Raises RecordError (``unknown_topic``) for what is no topic of Shopify's.
    """
    kind = OF_RECORDS.get(topic)
    if kind is None and topic.replace(".", "/").partition("/")[0] not in _KNOWN:
        raise RecordError("unknown_topic", "its topic is none of Shopify's that relay knows")
    return kind
