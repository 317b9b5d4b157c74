"""A web-pixel event, as Shopify's customer events have it, with what surrounded it.

The names are those of the customer events, not of webhooks: ids are texts (a number, or a ``gid``),
money is a number. Anything can be null: what is protected is, for an app that may not read it.
"""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.customers import KnownPerson
from littlerelay.records.parts import Address, Noted


class PixelMoney(TypedDict, total=False):
    amount: float | None
    currencyCode: str | None


class PixelAttribute(TypedDict, total=False):
    key: str | None
    value: str | None


class PixelImage(TypedDict, total=False):
    src: str | None


class PixelProduct(TypedDict, total=False):
    id: str | None
    title: str | None
    type: str | None
    url: str | None  # relative to the storefront
    vendor: str | None


class PixelVariant(TypedDict, total=False):
    id: str | None
    image: PixelImage | None
    price: PixelMoney | None
    product: PixelProduct | None
    sku: str | None
    title: str | None


class PixelCost(TypedDict, total=False):
    totalAmount: PixelMoney | None


class PixelCartLine(TypedDict, total=False):
    merchandise: PixelVariant | None
    quantity: int | None


class PixelCart(TypedDict, total=False):
    id: str | None
    attributes: list[PixelAttribute] | None
    cost: PixelCost | None
    lines: list[PixelCartLine] | None


class PixelCollection(TypedDict, total=False):
    id: str | None
    title: str | None
    productVariants: list[PixelVariant] | None


class PixelSearch(TypedDict, total=False):
    query: str | None
    productVariants: list[PixelVariant] | None


class PixelElement(TypedDict, total=False):
    href: str | None
    tagName: str | None


class PixelDiscount(TypedDict, total=False):
    title: str | None  # the code, where it is one
    type: str | None


class PixelAllocation(TypedDict, total=False):
    discountApplication: PixelDiscount | None


class PixelLineItem(TypedDict, total=False):
    title: str | None
    quantity: int | None
    variant: PixelVariant | None
    properties: list[PixelAttribute] | None
    discountAllocations: list[PixelAllocation] | None


class PixelAddress(TypedDict, total=False):
    address1: str | None
    address2: str | None
    city: str | None
    country: str | None
    countryCode: str | None
    firstName: str | None
    lastName: str | None
    phone: str | None
    province: str | None
    zip: str | None


class PixelShippingLine(TypedDict, total=False):
    price: PixelMoney | None


class PixelDeliveryOption(TypedDict, total=False):
    title: str | None


class PixelDelivery(TypedDict, total=False):
    selectedDeliveryOptions: list[PixelDeliveryOption] | None


class PixelMarket(TypedDict, total=False):
    handle: str | None


class PixelCountry(TypedDict, total=False):
    isoCode: str | None


class PixelLocalization(TypedDict, total=False):
    country: PixelCountry | None
    market: PixelMarket | None


class PixelOrderCustomer(TypedDict, total=False):
    id: str | None


class PixelOrder(TypedDict, total=False):
    id: str | None  # only of checkout_completed
    customer: PixelOrderCustomer | None


class PixelTransaction(TypedDict, total=False):
    gateway: str | None


class PixelCheckout(TypedDict, total=False):
    token: str | None
    attributes: list[PixelAttribute] | None
    billingAddress: PixelAddress | None
    shippingAddress: PixelAddress | None
    currencyCode: str | None
    delivery: PixelDelivery | None
    discountApplications: list[PixelDiscount] | None
    discountsAmount: PixelMoney | None
    email: str | None
    phone: str | None
    lineItems: list[PixelLineItem] | None
    localization: PixelLocalization | None
    order: PixelOrder | None
    shippingLine: PixelShippingLine | None
    subtotalPrice: PixelMoney | None
    totalPrice: PixelMoney | None
    totalTax: PixelMoney | None
    transactions: list[PixelTransaction] | None


class PixelLocation(TypedDict, total=False):
    href: str | None
    origin: str | None
    pathname: str | None
    search: str | None


class PixelDocument(TypedDict, total=False):
    location: PixelLocation | None
    referrer: str | None
    title: str | None


class PixelNavigator(TypedDict, total=False):
    language: str | None
    userAgent: str | None


class PixelContext(TypedDict, total=False):
    document: PixelDocument | None
    navigator: PixelNavigator | None


class PixelData(TypedDict, total=False):
    """What a standard event, or one of the DOM, tells: each of them one of these."""

    cart: PixelCart | None
    cartLine: PixelCartLine | None
    checkout: PixelCheckout | None
    collection: PixelCollection | None
    element: PixelElement | None
    productVariant: PixelVariant | None
    searchResult: PixelSearch | None


class PixelCustomer(TypedDict, total=False):
    id: str | None
    email: str | None
    firstName: str | None
    lastName: str | None
    phone: str | None


class PixelShop(TypedDict, total=False):
    storefrontUrl: str | None


class PixelInitData(TypedDict, total=False):
    cart: PixelCart | None
    checkout: PixelCheckout | None
    customer: PixelCustomer | None
    shop: PixelShop | None


class PixelPrivacy(TypedDict, total=False):
    analyticsProcessingAllowed: bool | None
    marketingAllowed: bool | None
    preferencesProcessingAllowed: bool | None
    saleOfDataAllowed: bool | None


class PixelInit(TypedDict, total=False):
    """What a pixel is handed when its page is opened; only some recorders keep it."""

    context: PixelContext | None
    customerPrivacy: PixelPrivacy | None
    data: PixelInitData | None


class Pixel(TypedDict, total=False):
    """One event with its surroundings.

    ``anonymousId`` is Segment's id of the visitor, where the recorder kept one. ``customData`` is
    whatever the theme handed over, so nothing is said of its shape.
    """

    id: Required[str]
    name: Required[str]
    clientId: Required[str]
    timestamp: Required[str]
    seq: int | None
    type: str | None  # standard, custom, dom, advanced-dom, meta
    context: PixelContext | None  # not of the DOM's events
    data: PixelData | None
    customData: object
    init: PixelInit | None
    anonymousId: str | None


class Visitor(Noted, total=False):
    """What an event tells of its visitor, by the names of an order."""

    customer: KnownPerson | None
    email: str | None
    phone: str | None
    billing_address: Address | None
    shipping_address: Address | None
