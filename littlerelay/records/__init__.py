"""Names the fields of a record that mappers read.

A record has the names and nesting of Shopify's webhook and REST JSON. Whatever it came from (a
GraphQL page, a bulk file, a webhook, REST), an adapter has given it this shape: ids are integers,
enum values are lower case, times are ISO 8601 with a zone, money is Shopify's decimal string, tags
are one string, ``note_attributes`` and line ``properties`` are lists of ``{name, value}``, and an
empty name, address, note, variant title, vendor or sku is null.

``Required`` marks what every source sends; a missing required key rejects the record. Fields that
only GraphQL carries say so.
"""

from littlerelay.records.carts import Cart, CartLine
from littlerelay.records.checkouts import Checkout
from littlerelay.records.customers import Consent, Customer, Metafield
from littlerelay.records.lines import LineItem, SellingPlan, ShippingLine
from littlerelay.records.orders import (
    Agreement,
    ClientDetails,
    Fulfillment,
    JourneySummary,
    Order,
    OrderAdjustment,
    QuantityOfLine,
    Refund,
    RefundLineItem,
    RefundShippingLine,
    Sale,
    Transaction,
)
from littlerelay.records.parts import (
    Address,
    Attribute,
    DiscountAllocation,
    DiscountApplication,
    DiscountCode,
    Money,
    MoneySet,
    TaxLine,
)

__all__ = [
    "Address",
    "Agreement",
    "Attribute",
    "Cart",
    "CartLine",
    "Checkout",
    "ClientDetails",
    "Consent",
    "Customer",
    "DiscountAllocation",
    "DiscountApplication",
    "DiscountCode",
    "Fulfillment",
    "JourneySummary",
    "LineItem",
    "Metafield",
    "Money",
    "MoneySet",
    "Order",
    "OrderAdjustment",
    "QuantityOfLine",
    "Refund",
    "RefundLineItem",
    "RefundShippingLine",
    "Sale",
    "SellingPlan",
    "ShippingLine",
    "TaxLine",
    "Transaction",
]
