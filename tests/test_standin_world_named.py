"""Each named order and customer of the stand-in shop is odd in the way that its name says."""

from collections.abc import Callable
from typing import Any

import pytest

from standin.world import NAMED, World

WORLD = World()


def named(name: str) -> Any:
    node = WORLD.node(NAMED[name])
    assert node is not None
    return node


def money(bag: Any) -> str:
    return f"{bag['presentmentMoney']['amount']} {bag['presentmentMoney']['currencyCode']}"


def kinds(order: Any) -> list[str]:
    return [f"{node['kind']} {node['status']}" for node in order["transactions"]]


def parcels(order: Any) -> list[tuple[str, str]]:
    return [(node["status"], node["displayStatus"]) for node in order["fulfillments"]]


def agreements(order: Any) -> list[str]:
    return [node["__typename"] for node in order["agreements"]()]


def discounts(order: Any) -> list[str]:
    return [node["__typename"] for node in order["discountApplications"]]


def refunded(order: Any) -> list[str]:
    return [node["totalRefundedSet"]["shopMoney"]["amount"] for node in order["refunds"]]


def attributes(order: Any) -> dict[str, str | None]:
    return {node["key"]: node["value"] for node in order["customAttributes"]}


def person(order: Any) -> Any:
    return order["customer"]() if order["customer"] else None


def editors(order: Any) -> list[tuple[str | None, str | None]]:
    """Returns the app and the person of each edit."""
    edits = [one for one in order["agreements"]() if one["reason"] == "ORDER_EDIT"]
    return [
        (one["app"] and one["app"]["title"], one["user"] and one["user"]["name"]) for one in edits
    ]


ODDITIES: dict[str, Callable[[Any], bool]] = {
    "guest": lambda o: o["customer"] is None and o["email"].startswith("guest."),
    "guest-without-email": lambda o: o["customer"] is None and o["email"] is None,
    "redacted": lambda o: (
        o["customer"] is o["email"] is o["shippingAddress"] is o["billingAddress"] is None
    ),
    "accented": lambda o: (
        person(o)["firstName"] == "Zoë" and "été" in o["lineItems"][0]["title"].lower()
    ),
    "nfd": lambda o: "e\u0301" in person(o)["firstName"],
    "customer-without-email": lambda o: o["email"] is None and person(o) is not None,
    "business": lambda o: (
        o["purchasingEntity"]["__typename"] == "PurchasingCompany" and o["poNumber"] == "PO-77/3"
    ),
    "pos": lambda o: o["sourceName"] == "pos" and o["retailLocation"] is not None,
    "pos-with-customer": lambda o: o["sourceName"] == "pos" and person(o) is not None,
    "cash-rounding": lambda o: (
        money(o["totalCashRoundingAdjustment"]["paymentSet"]) == "0.02 USD"
        and o["transactions"][0]["amountRoundingSet"] is not None
        and o["originalTotalPriceSet"]["shopMoney"]["amount"][-1] in "05"
    ),
    "draft": lambda o: o["sourceName"] == "shopify_draft_order" and kinds(o) == ["SALE PENDING"],
    "imported": lambda o: o["processedAt"] < "2021" and o["createdAt"] > "2023",
    "subscription-first": lambda o: (
        [line["sellingPlan"] is not None for line in o["lineItems"]] == [True, False]
    ),
    "subscription-recurring": lambda o: o["sourceName"] == "subscription_contract",
    "test": lambda o: o["test"] and o["transactions"][0]["test"],
    "test-pos": lambda o: o["test"] and o["sourceName"] == "pos",
    "yen": lambda o: o["presentmentCurrencyCode"] == "JPY" and o["taxesIncluded"],
    "dinar": lambda o: len(money(o["totalPriceSet"]).split()[0].split(".")[1]) == 3,
    "canadian-dollar": lambda o: money(o["totalTaxSet"]).endswith("CAD"),
    "tax-included": lambda o: o["taxesIncluded"] and o["totalTaxSet"] is not None,
    "tax-exempt": lambda o: o["taxExempt"] and o["taxLines"] == [],
    "duties": lambda o: o["originalTotalDutiesSet"] is not None,
    "additional-fee": lambda o: (
        [fee["price"] for fee in o["additionalFees"]] == [o["originalTotalAdditionalFeesSet"]]
    ),
    "several-codes": lambda o: o["discountCodes"] == ["WELCOME10", "take 5/É", "FREESHIP"],
    "automatic-discount": lambda o: discounts(o) == ["AutomaticDiscountApplication"],
    "manual-discount": lambda o: discounts(o) == ["ManualDiscountApplication"],
    "script-discount": lambda o: discounts(o) == ["ScriptDiscountApplication"],
    "line-and-order-discounts": lambda o: (
        [
            [cut["discountApplication"]["index"] for cut in line["discountAllocations"]]
            for line in o["lineItems"]
        ]
        == [[0, 2], [1, 2], []]
    ),
    "fully-discounted": lambda o: money(o["totalPriceSet"]) == "0.0 USD" and not o["transactions"],
    "yen-discount": lambda o: money(o["totalDiscountsSet"]).endswith("JPY"),
    "gift-card-line": lambda o: [line["isGiftCard"] for line in o["lineItems"]] == [True, False],
    "gift-card-payment": lambda o: o["paymentGatewayNames"] == ["gift_card", "shopify_payments"],
    "gift-card-pays-all": lambda o: o["paymentGatewayNames"] == ["gift_card"],
    "tip": lambda o: money(o["totalTipReceivedSet"]) == "3.5 USD",
    "tip-with-code": lambda o: o["lineItems"][1]["discountAllocations"] == [],
    "authorized": lambda o: o["displayFinancialStatus"] == "AUTHORIZED" and o["capturable"],
    "captured": lambda o: (
        kinds(o) == ["AUTHORIZATION SUCCESS", "CAPTURE SUCCESS"]
        and o["transactions"][1]["parentTransaction"] is o["transactions"][0]
    ),
    "failed-then-paid": lambda o: kinds(o) == ["SALE FAILURE", "SALE SUCCESS"],
    "partly-paid": lambda o: o["displayFinancialStatus"] == "PARTIALLY_PAID",
    "cancelled-customer": lambda o: o["cancelReason"] == "CUSTOMER" and refunded(o) != ["0.0"],
    "cancelled-declined": lambda o: o["cancelReason"] == "DECLINED",
    "cancelled-fraud": lambda o: o["cancellation"]["staffNote"] == "[red]stolen card[/red]",
    "cancelled-inventory": lambda o: o["cancellation"]["staffNote"] == "",
    "cancelled-other": lambda o: o["cancelReason"] == "OTHER" and o["cancelledAt"] is not None,
    "cancelled-staff": lambda o: o["cancelReason"] == "STAFF",
    "cancelled-unpaid": lambda o: (
        kinds(o) == ["AUTHORIZATION SUCCESS", "VOID SUCCESS"] and refunded(o) == ["0.0"]
    ),
    "cancelled-kept-money": lambda o: o["cancelledAt"] is not None and o["refunds"] == [],
    "refund-partial": lambda o: o["displayFinancialStatus"] == "PARTIALLY_REFUNDED",
    "refund-multiple": lambda o: len(o["refunds"]) == 3,
    "refund-shipping": lambda o: (
        o["refunds"][0]["refundLineItems"] == []
        and len(o["refunds"][0]["refundShippingLines"]) == 1
    ),
    "refund-zero": lambda o: (
        refunded(o) == ["0.0"] and o["refunds"][0]["refundLineItems"][0]["restockType"] == "RETURN"
    ),
    "refund-adjusted": lambda o: (
        refunded(o) == ["40.0"]
        and o["refunds"][0]["orderAdjustments"][0]["reason"] == "REFUND_DISCREPANCY"
    ),
    "refund-goodwill": lambda o: refunded(o) == ["3.0"] and o["lineItems"][0]["currentQuantity"],
    "refund-full": lambda o: o["returnStatus"] == "RETURNED" and len(o["returns"]) == 1,
    "refund-yen": lambda o: money(o["refunds"][0]["totalRefundedSet"]).endswith("JPY"),
    "refund-gift-card": lambda o: (
        [node["gateway"] for node in o["refunds"][0]["transactions"]]
        == ["shopify_payments", "gift_card"]
    ),
    "refund-pending": lambda o: kinds(o)[-1] == "REFUND PENDING" and refunded(o) == ["0.0"],
    "refund-imported": lambda o: o["refunds"][0]["processedAt"] < o["refunds"][0]["createdAt"],
    "refund-without-created": lambda o: o["refunds"][0]["createdAt"] is None,
    "unfulfilled": lambda o: o["displayFulfillmentStatus"] == "UNFULFILLED",
    "fulfilled-twice": lambda o: (
        parcels(o) == [("SUCCESS", "DELIVERED"), ("SUCCESS", "ATTEMPTED_DELIVERY")]
        and [len(node["trackingInfo"]) for node in o["fulfillments"]] == [1, 2]
    ),
    "fulfilled-delivered-only": lambda o: (
        o["fulfillments"][0]["inTransitAt"] is None
        and o["fulfillments"][0]["deliveredAt"] is not None
    ),
    "fulfilled-without-tracking": lambda o: (
        o["fulfillments"][0]["trackingInfo"] == []
        and o["fulfillments"][0]["updatedAt"] == o["fulfillments"][0]["createdAt"]
    ),
    "fulfillment-cancelled": lambda o: (
        parcels(o) == [("CANCELLED", "CANCELED"), ("SUCCESS", "FULFILLED")]
    ),
    "fulfillment-failed": lambda o: parcels(o) == [("FAILURE", "FAILURE")],
    "fulfillment-label": lambda o: parcels(o) == [("SUCCESS", "LABEL_PURCHASED")],
    "fulfillment-pickup": lambda o: parcels(o) == [("SUCCESS", "PICKED_UP")],
    "partly-fulfilled": lambda o: o["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED",
    "edited-by-app": lambda o: (
        o["edited"]
        and [sale["lineItem"]["sku"] for sale in o["agreements"]()[1]["sales"]]
        == ["COF-GR", "PDF-SEW"]
    ),
    "edited-by-staff": lambda o: (
        editors(o) == [(None, "Tomas Reed")]
        and [sale["actionType"] for sale in o["agreements"]()[1]["sales"]] == ["ORDER", "RETURN"]
    ),
    "edited-removed": lambda o: [line["currentQuantity"] for line in o["lineItems"]] == [1, 1],
    "edited-twice": lambda o: (
        agreements(o)
        == ["OrderAgreement", "OrderEditAgreement", "OrderEditAgreement", "RefundAgreement"]
    ),
    "edited-abroad": lambda o: o["edited"] and o["presentmentCurrencyCode"] == "EUR",
    "deleted-product": lambda o: (
        o["lineItems"][0]["product"] is None
        and o["lineItems"][0]["variant"] is None
        and o["lineItems"][0]["sku"] == "LAMP-BR"
    ),
    "deleted-variant": lambda o: (
        o["lineItems"][0]["product"] is not None and o["lineItems"][0]["variant"] is None
    ),
    "custom-line": lambda o: (
        o["lineItems"][0]["sku"] is None and o["lineItems"][0]["quantity"] == 2
    ),
    "bare-line": lambda o: (
        o["lineItems"][0]["sku"] is not None
        and o["lineItems"][0]["vendor"] == o["lineItems"][0]["variantTitle"] == ""
    ),
    "downloads-only": lambda o: not o["requiresShipping"] and o["shippingLines"] == [],
    "free-line": lambda o: money(o["lineItems"][1]["originalTotalSet"]) == "0.0 USD",
    "line-attributes": lambda o: (
        [a["value"] for a in o["lineItems"][0]["customAttributes"]] == ["R & J", "1", "", None]
    ),
    "long": lambda o: len(o["lineItems"]) == 120 and len(o["agreements"]()[0]["sales"]) > 100,
    "many-children": lambda o: (
        len(o["fulfillments"][0]["fulfillmentLineItems"]) == 12
        and len(o["refunds"][0]["refundLineItems"]) == 12
    ),
    "client-ids": lambda o: (
        {"segment-clientID", "google-clientID", "_fbp-clientID"} <= attributes(o).keys()
    ),
    "hostile": lambda o: (
        {"\x1b", "\u202e", "\u2028", "[/bold]"}
        <= {mark for mark in ("\x1b", "\u202e", "\u2028", "[/bold]") if mark in o["note"]}
    ),
    "long-note": lambda o: len(o["note"]) > 4000,
    "empty-strings": lambda o: o["note"] == o["poNumber"] == attributes(o)["gift"] == "",
    "tagged": lambda o: o["tags"] == ["VIP", "gift", "zürich"],
    "edited-in-admin": lambda o: editors(o) == [("Shopify Web", "Tomas Reed")],
    "edited-by-app-and-in-admin": lambda o: (
        editors(o) == [("One More Thing", None), ("Shopify Web", "Tomas Reed")]
    ),
    "shipping-code": lambda o: (
        o["taxesIncluded"]
        and [money(cut["allocatedAmountSet"]) for cut in o["shippingLine"]["discountAllocations"]]
        == [money(o["totalDiscountsSet"])]
        != ["0.0 GBP"]
    ),
    "codes-on-lines-and-shipping": lambda o: (
        [
            [cut["discountApplication"]["code"] for cut in line["discountAllocations"]]
            for line in [*o["lineItems"], o["shippingLine"]]
        ]
        == [["Spring-Letter"], ["TEA2OFF"], ["HALFSHIP"]]
    ),
    "cookies": lambda o: (
        {"littledata_utm_campaign", "littledata_landing", "littledata_", "braze_device_id"}
        | {"amplitude_session_id"}
        <= attributes(o).keys()
    ),
    "customer-enabled": lambda c: c["state"] == "ENABLED" and len(c["metafields"]) == 3,
    "customer-invited": lambda c: c["state"] == "INVITED" and not c["verifiedEmail"],
    "customer-declined": lambda c: c["state"] == "DECLINED",
    "customer-disabled": lambda c: c["state"] == "DISABLED" and c["numberOfOrders"] >= "0",
    "customer-no-email": lambda c: c["defaultEmailAddress"] is None,
    "customer-no-address": lambda c: c["defaultAddress"] is None and c["addressesV2"] == [],
    "customer-no-name": lambda c: (c["firstName"], c["lastName"]) == ("", None),
    "customer-japanese": lambda c: c["defaultAddress"]["city"] == "札幌市",
    "customer-hostile": lambda c: "\x1b" in c["lastName"] and c["taxExempt"],
    "customer-subscriber": lambda c: c["productSubscriberStatus"] == "ACTIVE",
    "customer-redacted-consent": lambda c: (
        c["defaultPhoneNumber"]["smsMarketingConsent"]["state"] == "REDACTED"
    ),
}

# These are odd only beside one another, or hold what their orders show.
TOGETHER = {
    "plain",
    "same-email-lower",
    "same-email-upper",
    "customer-email-lower",
    "customer-email-upper",
    "customer-accented",
    "customer-nfd",
}


def test_every_named_record_is_looked_at() -> None:
    looked_at_elsewhere = {name for name in NAMED if name.startswith("checkout-")}
    assert NAMED.keys() - looked_at_elsewhere == ODDITIES.keys() | TOGETHER


@pytest.mark.parametrize("name", ODDITIES)
def test_a_named_record_is_what_its_name_says(name: str) -> None:
    assert ODDITIES[name](named(name))


def test_a_plain_order_is_odd_in_nothing() -> None:
    fitting = [name for name in ODDITIES if "customer-" not in name and fits(name)]
    assert fitting == []


def fits(name: str) -> bool:
    try:
        return bool(ODDITIES[name](named("plain")))
    except (IndexError, KeyError, TypeError):
        return False
