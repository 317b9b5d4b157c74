"""Names Shopify's webhook topics: those whose bodies are records, and those that tell no fact."""

from __future__ import annotations

from functools import lru_cache

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

# The topics of the WebhookSubscriptionTopic of Admin API 2026-10, with those that it had before and
# those of erasing a person or a shop, by what they are about. An edit (orders/edited) names lines
# without their prices: the order's own webhook has both. A change of tags or of consent names a
# customer alone, and the customer's own webhook tells the rest.
_KNOWN = """
    app: scopes_update uninstalled
    app_purchases_one_time: update
    app_subscriptions: approaching_capped_amount update
    attributed_sessions: first last
    audit_events: admin_api_activity
    bulk_operations: finish
    carts: create update
    channels: delete
    checkout_and_accounts_configurations: update
    checkouts: create delete update
    collection_listings: add remove update
    collection_publications: create delete update
    collections: create delete update
    companies: create delete update
    company_contact_roles: assign revoke
    company_contacts: create delete update
    company_locations: create delete update
    customer: joined_segment left_segment tags_added tags_removed
    customer_account_settings: update
    customer_groups: create delete update
    customer_payment_methods: create revoke update
    customers: create data_request delete disable enable merge purchasing_summary update
    customers_email_marketing_consent: update
    customers_marketing_consent: update
    customers_whats_app_marketing_consent: update
    delivery_promise_settings: update
    discounts: create delete redeemcode_added redeemcode_removed update
    disputes: create update
    domains: create destroy update
    draft_orders: create delete update
    finance_app_staff_member: delete grant revoke update
    finance_kyc_information: update
    fulfillment_events: create delete
    fulfillment_holds: added released
    fulfillment_orders: cancellation_request_accepted cancellation_request_rejected
        cancellation_request_submitted cancelled fulfillment_request_accepted
        fulfillment_request_rejected fulfillment_request_submitted
        fulfillment_service_failed_to_complete hold_released
        line_items_prepared_for_local_delivery line_items_prepared_for_pickup
        manually_reported_progress_stopped merged moved order_routing_complete placed_on_hold
        progress_reported rescheduled scheduled_fulfillment_order_ready split
    fulfillments: create update
    inventory_items: create delete update
    inventory_levels: connect disconnect update
    inventory_shipments: add_items create delete mark_in_transit receive_items remove_items
        update_item_quantities update_tracking
    inventory_transfers: add_items cancel complete ready_to_ship remove_items
        update_item_quantities updated
    locales: create destroy update
    locations: activate create deactivate delete update
    markets: create delete update
    markets_backup_region: update
    metafield_definitions: create delete update
    metaobjects: create delete update
    order_transactions: create
    orders: cancelled create delete edited fulfilled link_requested paid partially_fulfilled
        risk_assessment_changed shopify_protect_eligibility_changed updated
    payment_schedules: due
    payment_terms: create delete update
    product_feeds: create full_sync full_sync_finish incremental_sync update
    product_listings: add remove update
    product_publications: create delete update
    products: create delete update
    profiles: create delete update
    refunds: create
    returns: approve cancel close decline process reopen request update
    reverse_deliveries: attach_deliverable
    reverse_fulfillment_orders: dispose
    scheduled_product_listings: add remove update
    segments: create delete update
    selling_plan_groups: create delete update
    shipping_addresses: create update
    shop: redact update
    subscription_billing_attempts: challenged failure success
    subscription_billing_cycle_edits: create delete update
    subscription_billing_cycles: skip unskip
    subscription_contracts: activate cancel create expire fail pause update
    tax_partners: update
    tax_services: create update
    tax_summaries: create
    tender_transactions: create
    themes: create delete publish update
    variants: in_stock out_of_stock
"""


def _written(topic: str) -> str:
    """Write a topic with one mark between its words, which a header, and GraphQL, write as others.

    >>> _written("customer.tags_added")
    'customer_tags_added'
    """
    return topic.replace("/", "_").replace(".", "_")


def _read(table: str) -> frozenset[str]:
    about, found = "", []
    for word in table.split():
        if word.endswith(":"):
            about = word[:-1]
        else:
            found.append(f"{about}_{word}")
    return frozenset(found)


_TOPICS = _read(_KNOWN)
_BY_WORDS = {_written(topic): topic for topic in OF_RECORDS}


@lru_cache(maxsize=256)
def plain(topic: str) -> str:
    """Write a topic as the header does, also one that is written as GraphQL's enum is, or so.

    >>> plain("ORDERS_PARTIALLY_FULFILLED")
    'orders/partially_fulfilled'
    """
    told = topic.strip().lower()
    return _BY_WORDS.get(_written(told), told)


def kind_of(topic: str) -> str | None:
    """Give the kind of record that the body of a topic is, None where it tells no fact.

    Raises RecordError (``unknown_topic``) for what is no topic of Shopify's.
    """
    kind = OF_RECORDS.get(topic)
    if kind is None and _written(topic) not in _TOPICS:
        raise RecordError("unknown_topic", "its topic is none of Shopify's that relay knows")
    return kind
