"""The keys of Shopify's webhook and REST bodies, version 2026-10, by what they describe."""

ORDER = set(
    """
    admin_graphql_api_id app_id billing_address browser_ip buyer_accepts_marketing cancel_reason
    cancelled_at cart_token checkout_token client_details closed_at confirmation_number confirmed
    contact_email created_at currency current_subtotal_price current_subtotal_price_set
    current_total_additional_fees_set current_total_discounts current_total_discounts_set
    current_total_duties_set current_total_price current_total_price_set current_total_tax
    current_total_tax_set customer customer_locale device_id discount_applications discount_codes
    duties_included email estimated_taxes financial_status fulfillment_status fulfillments id
    landing_site landing_site_ref line_items location_id merchant_business_entity_id
    merchant_of_record_app_id name note note_attributes number order_number order_status_url
    original_total_additional_fees_set original_total_duties_set payment_gateway_names
    payment_terms phone po_number presentment_currency processed_at reference referring_site
    refunds shipping_address shipping_lines source_identifier source_name source_url
    subtotal_price subtotal_price_set tags tax_exempt tax_lines taxes_included test token
    total_cash_rounding_payment_adjustment_set total_cash_rounding_refund_adjustment_set
    total_discounts total_discounts_set total_line_items_price total_line_items_price_set
    total_outstanding total_price total_price_set total_shipping_price_set total_tax
    total_tax_set total_tip_received total_weight updated_at user_id
    """.split()
)
ORDER_OF_WEBHOOK = ORDER | {"current_shipping_price_set", "line_item_groups", "returns"}
ORDER_OF_REST = ORDER | {"checkout_id"}
NOBODY_KNOWN = {"billing_address", "customer", "shipping_address"}

LINE = set(
    """
    admin_graphql_api_id discount_allocations duties fulfillable_quantity fulfillment_service
    fulfillment_status gift_card grams id name price price_set product_exists product_id properties
    quantity requires_shipping sku tax_lines taxable title total_discount total_discount_set
    variant_id variant_inventory_management variant_title vendor
    """.split()
)
LINE_OF_ORDER = LINE | {"attributed_staffs", "current_quantity"}
SHIPPING_LINE = set(
    """
    carrier_identifier code discount_allocations discounted_price discounted_price_set id is_removed
    phone price price_set requested_fulfillment_service_id source tax_lines title
    """.split()
)
ADDRESS = set(
    """
    address1 address2 city company country country_code first_name last_name latitude longitude
    name phone province province_code zip
    """.split()
)
HOME = ADDRESS - {"latitude", "longitude"} | {"country_name", "customer_id", "default", "id"}
CUSTOMER_OF_WEBHOOK = set(
    """
    admin_graphql_api_id created_at currency default_address email first_name id last_name
    multipass_identifier note phone state tax_exempt tax_exemptions updated_at verified_email
    """.split()
)
CUSTOMER_OF_REST = CUSTOMER_OF_WEBHOOK | {
    "email_marketing_consent",
    "sms_marketing_consent",
    "tags",
}
SPENDING = {"last_order_id", "last_order_name", "orders_count", "total_spent"}
FULFILLMENT = set(
    """
    admin_graphql_api_id created_at id line_items location_id name order_id origin_address receipt
    service shipment_status status tracking_company tracking_number tracking_numbers tracking_url
    tracking_urls updated_at
    """.split()
)
FEES = {"additional_fees", "total_additional_fees_set"}
REFUND_OF_ORDER = set(
    """
    additional_fees admin_graphql_api_id created_at duties id note order_adjustments order_id
    processed_at refund_line_items restock total_additional_fees_set total_duties_set transactions
    user_id
    """.split()
)
REFUND = REFUND_OF_ORDER | {"refund_shipping_lines", "return"}
REFUNDED_LINE = set(
    """
    id line_item line_item_id location_id quantity restock_type subtotal subtotal_set total_tax
    total_tax_set
    """.split()
)
TRANSACTION_OF_ORDER = set(
    """
    admin_graphql_api_id amount authorization created_at currency device_id error_code gateway id
    kind location_id message order_id parent_id payment_id processed_at receipt source_name status
    test user_id
    """.split()
)
TRANSACTION = TRANSACTION_OF_ORDER | {
    "amount_rounding",
    "manual_payment_gateway",
    "total_unsettled_set",
}
ADJUSTMENT = set(
    "amount amount_set id kind order_id reason refund_id tax_amount tax_amount_set".split()
)
CHECKOUT = set(
    """
    abandoned_checkout_url billing_address buyer_accepts_marketing buyer_accepts_sms_marketing
    cart_token closed_at completed_at created_at currency customer customer_locale device_id
    discount_codes email gateway landing_site line_items location_id name note note_attributes
    phone presentment_currency referring_site reservation_token shipping_address shipping_lines
    sms_marketing_phone source source_identifier source_name source_url subtotal_price tax_lines
    taxes_included token total_discounts total_duties total_line_items_price total_price total_tax
    total_weight updated_at user_id
    """.split()
)
CHECKOUT_LINE = set(
    """
    applied_discounts compare_at_price destination_location_id discount_allocations
    fulfillment_service gift_card grams key line_price origin_location_id presentment_title
    presentment_variant_title price product_id properties quantity rank requires_shipping sku
    tax_lines taxable title unit_price_measurement user_id variant_id variant_price variant_title
    vendor
    """.split()
)
CHECKOUT_SHIPPING_LINE = set(
    """
    api_client_id applied_discounts carrier_identifier carrier_service_id code custom_tax_lines
    delivery_category delivery_expectation_range delivery_expectation_type
    delivery_option_group_type estimated_delivery_time_range id markup original_rate_price
    original_shop_markup original_shop_price phone presentment_title price
    requested_fulfillment_service_id source tax_lines title validation_context
    """.split()
)
