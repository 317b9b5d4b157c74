"""What Shopify's types of 2026 for customer events say, in a few words, and a check of values.

A type is str, num, bool, the name of one of `TYPES`, any of them in a list (`[str]`), or null as
well (`str?`).
"""

from collections.abc import Iterator
from typing import Any

TYPES: dict[str, dict[str, str]] = {
    "Attribute": {"key": "str", "value": "str"},
    "Cart": {
        "attributes": "[Attribute]",
        "cost": "Cost",
        "id": "str?",
        "lines": "[CartLine]",
        "totalQuantity": "num",
    },
    "CartLine": {"cost": "Cost", "merchandise": "ProductVariant", "quantity": "num"},
    "Checkout": {
        "attributes": "[Attribute]",
        "billingAddress": "MailingAddress?",
        "buyerAcceptsEmailMarketing": "bool",
        "buyerAcceptsSmsMarketing": "bool",
        "currencyCode": "str?",
        "delivery": "Delivery?",
        "discountApplications": "[DiscountApplication]",
        "discountsAmount": "MoneyV2?",
        "email": "str?",
        "lineItems": "[CheckoutLineItem]",
        "localization": "Localization",
        "order": "Order?",
        "phone": "str?",
        "shippingAddress": "MailingAddress?",
        "shippingLine": "ShippingRate?",
        "smsMarketingPhone": "str?",
        "subtotalPrice": "MoneyV2?",
        "token": "str?",
        "totalPrice": "MoneyV2?",
        "totalTax": "MoneyV2",
        "transactions": "[Transaction]",
    },
    "CheckoutLineItem": {
        "discountAllocations": "[DiscountAllocation]",
        "finalLinePrice": "MoneyV2",
        "id": "str?",
        "properties": "[Attribute]",
        "quantity": "num",
        "sellingPlanAllocation": "SellingPlanAllocation?",
        "title": "str?",
        "variant": "ProductVariant?",
    },
    "Collection": {"id": "str", "productVariants": "[ProductVariant]", "title": "str"},
    "Context": {"document": "Document", "navigator": "Navigator", "window": "Window"},
    "Cost": {"totalAmount": "MoneyV2"},
    "Country": {"isoCode": "str?"},
    "Customer": {
        "email": "str?",
        "firstName": "str?",
        "id": "str",
        "lastName": "str?",
        "ordersCount": "num?",
        "phone": "str?",
    },
    "CustomerPrivacy": {
        "analyticsProcessingAllowed": "bool",
        "marketingAllowed": "bool",
        "preferencesProcessingAllowed": "bool",
        "saleOfDataAllowed": "bool",
    },
    "Delivery": {"selectedDeliveryOptions": "[DeliveryOption]"},
    "DeliveryOption": {
        "cost": "MoneyV2?",
        "costAfterDiscounts": "MoneyV2?",
        "description": "str?",
        "handle": "str",
        "title": "str?",
        "type": "str",
    },
    "DiscountAllocation": {"amount": "MoneyV2", "discountApplication": "DiscountApplication"},
    "DiscountApplication": {
        "allocationMethod": "str",
        "targetSelection": "str",
        "targetType": "str",
        "title": "str",
        "type": "str",
        "value": "MoneyV2",
    },
    "Document": {
        "characterSet": "str",
        "location": "Location",
        "referrer": "str",
        "title": "str",
    },
    "GenericElement": dict.fromkeys(("href", "id", "name", "tagName", "type", "value"), "str?"),
    "Image": {"src": "str?"},
    "InitData": {
        "cart": "Cart?",
        "checkout": "Checkout?",
        "customer": "Customer?",
        "productVariants": "[ProductVariant]?",
        "purchasingCompany": "Nothing?",
        "shop": "Shop",
    },
    "Language": {"isoCode": "str"},
    "Localization": {"country": "Country", "language": "Language", "market": "Market"},
    "Location": dict.fromkeys(
        ("hash", "host", "hostname", "href", "origin", "pathname", "port", "protocol", "search"),
        "str",
    ),
    "MailingAddress": dict.fromkeys(
        (
            *("address1", "address2", "city", "country", "countryCode", "firstName", "lastName"),
            *("phone", "province", "provinceCode", "zip"),
        ),
        "str?",
    ),
    "Market": {"handle": "str?", "id": "str?"},
    "MoneyV2": {"amount": "num", "currencyCode": "str"},
    "MouseEventData": {
        "element": "GenericElement",
        **dict.fromkeys(
            (
                *("clientX", "clientY", "movementX", "movementY", "offsetX", "offsetY"),
                *("pageX", "pageY", "screenX", "screenY"),
            ),
            "num",
        ),
    },
    "Navigator": {
        "cookieEnabled": "bool",
        "language": "str",
        "languages": "[str]",
        "userAgent": "str",
    },
    "Nothing": {},
    "Order": {"customer": "OrderCustomer?", "id": "str?"},
    "OrderCustomer": {"id": "str?", "isFirstOrder": "bool?"},
    "PaymentMethod": {"name": "str", "type": "str"},
    "PaymentSettings": {"currencyCode": "str"},
    "Product": {
        "id": "str?",
        "title": "str",
        "type": "str?",
        "untranslatedTitle": "str?",
        "url": "str?",
        "vendor": "str",
    },
    "ProductVariant": {
        "id": "str?",
        "image": "Image?",
        "price": "MoneyV2",
        "product": "Product",
        "sku": "str?",
        "title": "str?",
        "untranslatedTitle": "str?",
    },
    "Screen": {"height": "num", "width": "num"},
    "SearchResult": {"productVariants": "[ProductVariant]", "query": "str"},
    "SellingPlan": {"id": "str", "name": "str"},
    "SellingPlanAllocation": {"sellingPlan": "SellingPlan"},
    "ShippingRate": {"price": "MoneyV2"},
    "Shop": {
        "countryCode": "str",
        "myshopifyDomain": "str",
        "name": "str",
        "paymentSettings": "PaymentSettings",
        "storefrontUrl": "str?",
    },
    "Transaction": {"amount": "MoneyV2", "gateway": "str", "paymentMethod": "PaymentMethod"},
    "Window": {
        "location": "Location",
        "origin": "str",
        "screen": "Screen",
        **dict.fromkeys(
            (
                *("innerHeight", "innerWidth", "outerHeight", "outerWidth", "pageXOffset"),
                *("pageYOffset", "screenX", "screenY", "scrollX", "scrollY"),
            ),
            "num",
        ),
    },
}
_OF_CHECKOUT = {"checkout": "Checkout"}
# The `data` of each standard event, and of a click.
EVENTS: dict[str, dict[str, str]] = {
    "cart_viewed": {"cart": "Cart?"},
    "checkout_address_info_submitted": _OF_CHECKOUT,
    "checkout_completed": _OF_CHECKOUT,
    "checkout_contact_info_submitted": _OF_CHECKOUT,
    "checkout_shipping_info_submitted": _OF_CHECKOUT,
    "checkout_started": _OF_CHECKOUT,
    "clicked": TYPES["MouseEventData"],
    "collection_viewed": {"collection": "Collection"},
    "page_viewed": {},
    "payment_info_submitted": _OF_CHECKOUT,
    "product_added_to_cart": {"cartLine": "CartLine?"},
    "product_removed_from_cart": {"cartLine": "CartLine?"},
    "product_viewed": {"productVariant": "ProductVariant"},
    "search_submitted": {"searchResult": "SearchResult"},
}
_SIMPLE: dict[str, Any] = {"str": str, "num": int | float, "bool": bool}


def faults(value: object, kind: str, path: str = "") -> Iterator[str]:
    """Yields where a value is not of a type."""
    if kind.endswith("?"):
        if value is not None:
            yield from faults(value, kind[:-1], path)
    elif kind.startswith("["):
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for place, one in enumerate(value):
            yield from faults(one, kind[1:-1], f"{path}[{place}]")
    elif kind in _SIMPLE:
        is_one = isinstance(value, _SIMPLE[kind]) and (kind == "bool") == isinstance(value, bool)
        if not is_one:
            yield f"{path}: {value!r} is not {kind}"
    else:
        yield from misfits(value, TYPES[kind], path)


def misfits(value: object, fields: dict[str, str], path: str) -> Iterator[str]:
    """Yields where an object has not exactly some fields, of their types."""
    if not isinstance(value, dict) or value.keys() != fields.keys():
        yield f"{path}: {value!r} has not the fields {sorted(fields)}"
        return
    for name, kind in fields.items():
        yield from faults(value[name], kind, f"{path}.{name}")
