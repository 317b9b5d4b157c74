"""The stand-in shop's webhook and REST bodies of the orders and customers that are odd."""

from decimal import Decimal
from typing import Any

import pytest

from shop_bodies import WORLD, body, every, named_order, within
from standin.world import NAMED

EVERY_KIND = pytest.mark.parametrize("kind", ["webhook", "rest"])


def customer(name: str) -> Any:
    return body("rest", "customers", NAMED[name])


@EVERY_KIND
def test_no_body_tells_what_only_graphql_knows(kind: str) -> None:
    hidden = set(
        """
        agreements customer_journey_summary edited original_total_price_set total_refunded_set
        total_tip_received_set product_type url image_url image selling_plan compare_at_price
        in_transit_at delivered_at metafields
        """.split()
    )
    for resource in "orders", "customers", "refunds", "fulfillments":
        for one in every(kind, resource):
            assert not hidden & {name for part in within(one) for name in part}
            assert resource == "refunds" or "transactions" not in one


def test_the_checkouts_number_is_in_rest_alone_and_the_same_on_both_sides() -> None:
    for one in every("rest", "orders"):
        assert (one["checkout_id"] is None) == (one["checkout_token"] is None)
    recovered = [one for one in every("rest", "checkouts") if one["completed_at"]]
    by_checkout = {one["checkout_id"]: one for one in every("rest", "orders")}
    assert recovered
    for one in recovered:
        assert by_checkout[one["id"]]["checkout_token"] == one["token"]
        assert by_checkout[one["id"]]["cart_token"] == one["cart_token"]
    numbers = [number for number in by_checkout if number]
    assert len(numbers) == len([one for one in every("rest", "orders") if one["checkout_id"]])


def test_a_guests_webhook_says_null_where_rest_says_nothing() -> None:
    assert named_order("webhook", "guest")["customer"] is None
    assert "customer" not in named_order("rest", "guest")
    assert named_order("rest", "guest")["shipping_address"]["city"] == "Albany"


@EVERY_KIND
def test_an_order_of_nobody_known_has_an_empty_email(kind: str) -> None:
    for name in "guest-without-email", "redacted", "pos":
        one = named_order(kind, name)
        assert (one["email"], one["contact_email"], one["phone"]) == ("", None, None)
        assert one.get("shipping_address") is None
        assert one.get("customer") is None


@EVERY_KIND
def test_a_sale_in_the_store_has_its_location_and_no_browser(kind: str) -> None:
    one = named_order(kind, "pos-with-customer")
    assert (one["source_name"], one["location_id"]) == ("pos", 71_000_000_002)
    assert one["client_details"] is one["browser_ip"] is one["cart_token"] is None
    assert one["shipping_lines"] == []
    assert one["fulfillments"][0]["location_id"] == 71_000_000_002
    assert named_order(kind, "plain")["location_id"] is None


@EVERY_KIND
def test_an_order_from_a_browser_tells_of_the_browser_and_how_it_came(kind: str) -> None:
    one = named_order(kind, "plain")
    assert one["client_details"]["browser_ip"] == one["browser_ip"]
    assert one["client_details"]["user_agent"].startswith("Mozilla/5.0 ")
    sites = [other["landing_site"] for other in every(kind, "orders")]
    assert set(sites) == {None, "/collections/kitchen?x=1"}
    referrers = {other["referring_site"] for other in every(kind, "orders")}
    assert {"", "https://www.google.com/"} <= referrers


@EVERY_KIND
def test_a_deleted_product_leaves_its_name_and_no_number(kind: str) -> None:
    line = named_order(kind, "deleted-product")["line_items"][0]
    assert (line["title"], line["sku"], line["vendor"]) == ("Retired Lamp", "LAMP-BR", "Old Line")
    assert line["product_id"] is line["variant_id"] is line["variant_inventory_management"] is None
    assert line["product_exists"] is False
    line = named_order(kind, "deleted-variant")["line_items"][0]
    assert line["product_exists"] is True
    assert line["variant_id"] is None


@EVERY_KIND
def test_yen_have_no_decimals_and_dinars_have_three(kind: str) -> None:
    yen, dinar = named_order(kind, "yen"), named_order(kind, "dinar")
    assert yen["total_price_set"]["presentment_money"]["amount"].isdecimal()
    assert dinar["total_price_set"]["presentment_money"]["amount"][-4] == "."
    assert yen["currency"] == dinar["currency"] == "USD"
    assert yen["total_price"][-3] == dinar["total_price"][-3] == "."


@EVERY_KIND
def test_taxes_inside_prices_are_not_added_to_the_total(kind: str) -> None:
    one = named_order(kind, "tax-included")
    shipping = sum(Decimal(line["discounted_price"]) for line in one["shipping_lines"])
    assert one["taxes_included"] is True
    assert Decimal(one["total_tax"]) > 0
    assert Decimal(one["total_price"]) == Decimal(one["subtotal_price"]) + shipping


@EVERY_KIND
def test_an_edited_order_shows_what_it_has_become(kind: str) -> None:
    one, node = named_order(kind, "edited-by-staff"), WORLD.node(NAMED["edited-by-staff"])
    assert node is not None
    assert node["edited"]
    placed = Decimal(node["originalTotalPriceSet"]["shopMoney"]["amount"])
    assert Decimal(one["total_price"]) != placed
    units = [(line["quantity"], line["current_quantity"]) for line in one["line_items"]]
    assert units == [(2, 2), (1, 0), (2, 2)]


@EVERY_KIND
def test_a_test_order_says_so(kind: str) -> None:
    assert named_order(kind, "test")["test"] is True
    assert named_order(kind, "plain")["test"] is False


@EVERY_KIND
def test_a_subscription_is_told_by_its_source_alone(kind: str) -> None:
    assert named_order(kind, "subscription-recurring")["source_name"] == "subscription_contract"
    first, plain = named_order(kind, "subscription-first"), named_order(kind, "plain")
    assert set(first["line_items"][0]) == set(plain["line_items"][0])


@EVERY_KIND
def test_a_gift_card_is_a_line_of_its_own_service(kind: str) -> None:
    card, mug = named_order(kind, "gift-card-line")["line_items"]
    assert (card["gift_card"], card["fulfillment_service"], card["tax_lines"]) == (
        True,
        "gift_card",
        [],
    )
    assert (mug["gift_card"], mug["fulfillment_service"]) == (False, "manual")
    gateways = named_order(kind, "gift-card-payment")["payment_gateway_names"]
    assert gateways == ["gift_card", "shopify_payments"]


@EVERY_KIND
def test_a_tip_is_a_line_that_names_its_gateway_and_no_part_of_the_goods(kind: str) -> None:
    one = named_order(kind, "tip")
    tip = one["line_items"][-1]
    assert (tip["title"], tip["price"], one["total_tip_received"]) == ("Tip", "3.50", "3.50")
    assert tip["tip_payment_gateway"] == "shopify_payments"
    assert one["total_line_items_price"] == one["subtotal_price"] == "18.00"


@EVERY_KIND
def test_empty_texts_stay_empty_and_what_is_null_stays_null(kind: str) -> None:
    one = named_order(kind, "empty-strings")
    line = one["line_items"][0]
    assert (one["note"], one["po_number"]) == ("", "")
    assert (line["variant_title"], line["sku"], line["vendor"]) == ("", "", "")
    assert one["note_attributes"] == [{"name": "gift", "value": ""}]
    assert (one["customer"]["first_name"], one["customer"]["last_name"]) == ("", None)
    values = [
        pair["value"]
        for pair in named_order(kind, "line-attributes")["line_items"][0]["properties"]
    ]
    assert values == ["R & J", "1", "", None]


@EVERY_KIND
def test_a_cancelled_order_has_its_reason_in_lower_case(kind: str) -> None:
    one = named_order(kind, "cancelled-fraud")
    assert (one["cancel_reason"], one["financial_status"]) == ("fraud", "refunded")
    assert one["cancelled_at"] is not None
    assert one["fulfillment_status"] is None
    assert named_order(kind, "plain")["cancel_reason"] is None


def test_consents_are_told_by_rest_in_its_own_words() -> None:
    known = customer("customer-enabled")
    assert known["email_marketing_consent"]["state"] == "subscribed"
    assert known["email_marketing_consent"]["opt_in_level"] == "single_opt_in"
    assert known["sms_marketing_consent"]["consent_collected_from"] == "SHOPIFY"
    assert known["tags"] == "newsletter, vip"
    assert known["orders_count"] > 10
    assert customer("customer-no-email")["email_marketing_consent"] is None
    assert customer("customer-invited")["sms_marketing_consent"] is None
    assert customer("customer-japanese")["sms_marketing_consent"]["state"] == ("not_subscribed")
