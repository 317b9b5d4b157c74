"""The words of the stand-in shop's webhook and REST bodies are those of GraphQL, or REST's own."""

from typing import Any

import pytest

from shop_bodies import RESOURCES, both, every, number

EVERY_KIND = pytest.mark.parametrize("kind", ["webhook", "rest"])

PLACE = {
    "first_name": "firstName",
    "last_name": "lastName",
    "name": "name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "province": "province",
    "province_code": "provinceCode",
    "country": "country",
    "country_code": "countryCodeV2",
    "phone": "phone",
}


def check_place(address: Any, node: Any) -> None:
    """Checks an address, or that there is none."""
    assert (address is None) == (node is None)
    if address:
        assert [address[name] for name in PLACE] == [node[name] for name in PLACE.values()]


@EVERY_KIND
def test_the_words_and_references_of_an_order_are_those_of_graphql(kind: str) -> None:
    same = {
        "name": "name",
        "test": "test",
        "currency": "currencyCode",
        "presentment_currency": "presentmentCurrencyCode",
        "taxes_included": "taxesIncluded",
        "cart_token": "cartToken",
        "checkout_token": "checkoutToken",
        "browser_ip": "clientIp",
        "source_name": "sourceName",
        "note": "note",
        "phone": "phone",
        "payment_gateway_names": "paymentGatewayNames",
    }
    for one, node in both(kind, "orders"):
        assert [one[ours] for ours in same] == [node[theirs] for theirs in same.values()]
        assert one["order_number"] == node["number"] == one["number"] + 1000
        assert one["location_id"] == number(node["retailLocation"])
        assert (one["email"] or None) == one["contact_email"] == node["email"]
        assert one["tags"] == ", ".join(node["tags"])
        assert one["app_id"] == number(node["app"])
        assert f"/orders/{one['token']}/authenticate" in one["order_status_url"]
        codes = [code["code"] for code in one["discount_codes"]]
        assert codes == node["discountCodes"]
        attributes = [(a["name"], a["value"]) for a in one["note_attributes"]]
        assert attributes == [(a["key"], a["value"]) for a in node["customAttributes"]]


@EVERY_KIND
def test_the_words_of_a_customer_are_those_of_graphql(kind: str) -> None:
    for one, node in both(kind, "customers"):
        mail, call = node["defaultEmailAddress"] or {}, node["defaultPhoneNumber"] or {}
        assert (one["email"], one["phone"]) == (mail.get("emailAddress"), call.get("phoneNumber"))
        assert one["state"].upper() == node["state"]
        assert one["verified_email"] is node["verifiedEmail"]
        assert (one["first_name"], one["last_name"]) == (node["firstName"], node["lastName"])
        assert (one["note"], one["tax_exempt"]) == (node["note"], node["taxExempt"])
        check_place(one.get("default_address"), node["defaultAddress"])
        assert len(one["addresses"]) == len(node["addressesV2"])


def test_rest_sums_up_what_a_customer_has_bought() -> None:
    for one, node in both("rest", "customers"):
        last = node["lastOrder"] and node["lastOrder"]()
        assert one["orders_count"] == int(node["numberOfOrders"])
        assert float(one["total_spent"]) == float(node["amountSpent"]["amount"])
        assert one["last_order_id"] == number(last)
        assert one["last_order_name"] == (last and last["name"])
    assert len({one["total_spent"] for one in every("rest", "customers")}) > 30


@EVERY_KIND
def test_the_addresses_of_orders_and_checkouts_are_those_of_graphql(kind: str) -> None:
    for resource in "orders", "checkouts":
        for one, node in both(kind, resource):
            check_place(one.get("shipping_address"), node["shippingAddress"])
            check_place(one.get("billing_address"), node["billingAddress"])


@EVERY_KIND
def test_the_words_of_a_refund_are_those_of_graphql(kind: str) -> None:
    for one, node in both(kind, "refunds"):
        assert one["note"] == node["note"]
        for line, of_node in zip(one["refund_line_items"], node["refundLineItems"], strict=True):
            assert line["quantity"] == of_node["quantity"]
            assert line["line_item_id"] == line["line_item"]["id"] == number(of_node["lineItem"])
            assert line["restock_type"].upper() == of_node["restockType"]
        for paid, of_node in zip(one["transactions"], node["transactions"], strict=True):
            told = [paid["kind"].upper(), paid["status"].upper(), paid["gateway"], paid["test"]]
            assert told == [of_node[name] for name in ("kind", "status", "gateway", "test")]
    seen = {paid["status"] for one in every(kind, "refunds") for paid in one["transactions"]}
    assert seen == {"success", "pending"}


@EVERY_KIND
def test_the_words_of_a_fulfillment_are_those_of_graphql(kind: str) -> None:
    for one, node in both(kind, "fulfillments"):
        assert one["status"].upper() == node["status"]
        assert one["location_id"] == number(node["location"])
        assert one["tracking_numbers"] == [info["number"] for info in node["trackingInfo"]]
        assert one["tracking_urls"] == [info["url"] for info in node["trackingInfo"]]
        companies = {one["tracking_company"]} if node["trackingInfo"] else set()
        assert companies == {info["company"] for info in node["trackingInfo"]}
        lines = zip(one["line_items"], node["fulfillmentLineItems"], strict=True)
        for line, of_node in lines:
            assert line["id"] == number(of_node["lineItem"])
            assert line["quantity"] == of_node["quantity"]


@EVERY_KIND
def test_the_words_of_a_checkout_are_those_of_graphql_but_that_nothing_is_null(kind: str) -> None:
    for one, node in both(kind, "checkouts"):
        told = one["cart_token" if "/ac/" in node["abandonedCheckoutUrl"] else "token"]
        assert f"/{told}/recover?" in one["abandoned_checkout_url"]
        assert one["abandoned_checkout_url"] == node["abandonedCheckoutUrl"]
        assert one["note"] == (node["note"] or None)
        assert [code["code"] for code in one["discount_codes"]] == node["discountCodes"]
        attributes = [(a["name"], a["value"]) for a in one["note_attributes"]]
        assert attributes == [(a["key"], a["value"]) for a in node["customAttributes"]]
        for line, of_node in zip(one["line_items"], node["lineItems"], strict=True):
            told = [line["title"], line["variant_title"], line["sku"], line["quantity"]]
            assert told == [of_node[x] for x in ("title", "variantTitle", "sku", "quantity")]
            pairs = [(a["key"], a["value"]) for a in of_node["customAttributes"]]
            assert line["properties"] is None or pairs
            assert [(p["name"], p["value"]) for p in line["properties"] or []] == pairs


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_webhook_and_rest_agree_wherever_both_speak(resource: str) -> None:
    for one, other in zip(every("webhook", resource), every("rest", resource), strict=True):
        check_same(one, other)


def check_same(one: Any, other: Any) -> None:
    """Checks what two bodies both tell; REST never tells a gateway, nor a price of a variant."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in set(one) & set(other) - {"gateway", "variant_price"}:
            check_same(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for left, right in zip(one, other, strict=True):
            check_same(left, right)
    else:
        assert one == other
