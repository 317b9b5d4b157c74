"""The stand-in shop's webhook and REST bodies of refunds, fulfillments and checkouts."""

from decimal import Decimal
from typing import Any

import pytest

from shop_bodies import body, every, named_order
from standin.bodies import gids, rest, webhook
from standin.world import NAMED, World
from standin.world_plan import Happening
from standin.world_tables import FIRST_ORDER
from standin.world_time import DAY

EVERY_KIND = pytest.mark.parametrize("kind", ["webhook", "rest"])


def refund(kind: str, name: str) -> Any:
    """Returns the body of its own of an order's last refund."""
    last = named_order(kind, name)["refunds"][-1]
    return body(kind, "refunds", last["admin_graphql_api_id"])


def checkout(kind: str, name: str) -> Any:
    return body(kind, "checkouts", NAMED[name])


def happen(world: World, gid: str, kind: str, **args: Any) -> None:
    """Lets something happen to an order now."""
    row = int(gid.rpartition("/")[2]) - FIRST_ORDER
    world.later.setdefault(row, []).append(Happening(world.now, kind, args))
    world.forget(row)


@EVERY_KIND
def test_refunded_shipping_is_a_negative_adjustment_without_its_tax(kind: str) -> None:
    whole = refund(kind, "refund-full")
    shipping, found = whole["refund_shipping_lines"], whole["order_adjustments"]
    assert [(one["kind"], one["reason"]) for one in found] == [
        ("shipping_refund", "Shipping refund")
    ]
    told = shipping[0]["subtotal_amount_set"]["shop_money"]["amount"]
    assert (told, found[0]["amount"], found[0]["tax_amount"]) == ("7.95", "-6.68", "-1.27")
    nested = named_order(kind, "refund-full")["refunds"][0]
    assert nested["order_adjustments"] == found
    assert "refund_shipping_lines" not in nested


@EVERY_KIND
def test_what_was_paid_back_too_little_is_a_discrepancy(kind: str) -> None:
    found = refund(kind, "refund-adjusted")["order_adjustments"]
    assert [(one["kind"], one["amount"]) for one in found] == [("refund_discrepancy", "8.06")]
    found = refund(kind, "refund-pending")["order_adjustments"]
    assert [one["reason"] for one in found] == ["Pending refund discrepancy"]
    assert refund(kind, "refund-goodwill")["order_adjustments"][0]["amount"] == "-3.00"


def test_every_adjustment_of_an_order_has_a_number_of_its_own() -> None:
    world, gid = World(), NAMED["fulfilled-without-tracking"]
    happen(world, gid, "refund", lines="all", shipping=True, back=1000)
    happen(world, gid, "refund", back=100)
    refunds = rest(world, "orders", gid)["refunds"]
    found = [one for refund in refunds for one in refund["order_adjustments"]]
    assert [one["kind"] for one in found] == ["shipping_refund", *["refund_discrepancy"] * 2]
    assert len({one["id"] for one in found}) == 3


@EVERY_KIND
def test_a_return_is_named_only_in_the_refunds_own_body(kind: str) -> None:
    returned = refund(kind, "refund-full")
    assert returned["return"]["admin_graphql_api_id"].startswith("gid://shopify/Return/")
    assert returned["restock"] is True
    assert {line["restock_type"] for line in returned["refund_line_items"]} == {"return"}
    assert refund(kind, "refund-yen")["return"] is None
    assert refund(kind, "refund-yen")["refund_line_items"][0]["location_id"] is None


@EVERY_KIND
def test_a_fulfillments_status_is_the_shipments_where_there_is_one(kind: str) -> None:
    expected = {
        "plain": ("success", "delivered"),
        "fulfilled-without-tracking": ("success", None),
        "fulfillment-cancelled": ("cancelled", None),
        "fulfillment-failed": ("failure", "failure"),
        "fulfillment-label": ("success", "label_purchased"),
        "fulfillment-pickup": ("success", "picked_up"),
    }
    for name, statuses in expected.items():
        parcel = named_order(kind, name)["fulfillments"][0]
        assert (parcel["status"], parcel["shipment_status"]) == statuses, name


@EVERY_KIND
def test_a_fulfillment_has_a_name_with_a_dot_its_own_quantities_and_all_its_numbers(
    kind: str,
) -> None:
    one = named_order(kind, "fulfilled-twice")
    first, second = one["fulfillments"]
    assert [first["name"], second["name"]] == [f"{one['name']}.1", f"{one['name']}.2"]
    assert [line["quantity"] for line in first["line_items"]] == [1]
    assert [line["quantity"] for line in second["line_items"]] == [2]
    assert len(second["tracking_numbers"]) == len(second["tracking_urls"]) == 2
    assert second["tracking_number"] == second["tracking_numbers"][0]
    bare = named_order(kind, "fulfilled-without-tracking")["fulfillments"][0]
    assert (bare["tracking_company"], bare["tracking_number"], bare["tracking_numbers"]) == (
        None,
        None,
        [],
    )


def test_what_a_cancelled_fulfillment_held_is_open_again() -> None:
    world, gid = World(), NAMED["plain"]
    assert rest(world, "orders", gid)["line_items"][0]["fulfillment_status"] == "fulfilled"
    happen(world, gid, "status", display="CANCELED")
    again = rest(world, "orders", gid)
    assert again["line_items"][0]["fulfillment_status"] is again["fulfillment_status"] is None


@EVERY_KIND
def test_a_line_and_its_order_are_partly_fulfilled(kind: str) -> None:
    one = named_order(kind, "partly-fulfilled")
    nested = one["fulfillments"][0]
    own = body(kind, "fulfillments", nested["admin_graphql_api_id"])
    assert [line["quantity"] for line in one["line_items"]] == [2, 1]
    assert [line["quantity"] for line in nested["line_items"]] == [1]
    assert [line["quantity"] for line in own["line_items"]] == [1]
    assert one["fulfillment_status"] == "partial"
    statuses = [(x["fulfillment_status"], x["fulfillable_quantity"]) for x in one["line_items"]]
    assert statuses == [("partial", 1), (None, 1)]
    assert named_order(kind, "unfulfilled")["fulfillment_status"] is None


def test_a_gateway_of_a_checkout_is_told_by_a_webhook_alone() -> None:
    assert checkout("webhook", "checkout-payment")["gateway"] == "shopify_payments"
    assert checkout("webhook", "checkout-contact")["gateway"] is None
    assert {one["gateway"] for one in every("rest", "checkouts")} == {None}


@EVERY_KIND
def test_a_checkout_holds_what_the_buyer_has_typed_so_far(kind: str) -> None:
    contact, phone = checkout(kind, "checkout-contact"), checkout(kind, "checkout-phone")
    assert contact["email"].endswith("@example.com")
    assert (contact["phone"], phone["email"], phone["phone"]) == (None, None, "+15185550177")
    assert contact["shipping_lines"] == []
    assert contact.get("shipping_address") is None
    shipping = checkout(kind, "checkout-shipping")
    assert shipping["shipping_lines"][0]["title"] == "Standard"
    assert shipping["shipping_address"]["city"] == "Albany"
    assert shipping.get("billing_address") is None
    assert checkout(kind, "checkout-payment")["billing_address"]["city"] == "Albany"


@EVERY_KIND
def test_a_checkout_has_a_telephone_only_where_it_has_no_email(kind: str) -> None:
    reached = [(bool(one["email"]), bool(one["phone"])) for one in every(kind, "checkouts")]
    assert set(reached) == {(True, False), (False, True), (False, False)}
    with_telephone = checkout(kind, "checkout-payment")
    assert with_telephone["customer"]["phone"]
    assert with_telephone["phone"] is None


@EVERY_KIND
def test_a_line_of_a_checkout_keeps_the_vendor_of_a_deleted_product(kind: str) -> None:
    lamp, mat, mug = checkout(kind, "checkout-deleted")["line_items"]
    assert [line["vendor"] for line in (lamp, mat, mug)] == [
        "Old Line",
        "North & Loom",
        "Tidewater Goods",
    ]
    assert (lamp["product_id"], mat["variant_id"]) == (None, None)
    assert lamp["requires_shipping"]
    assert not checkout(kind, "checkout-downloads")["line_items"][0]["requires_shipping"]


@EVERY_KIND
def test_weights_add_up(kind: str) -> None:
    for one in every(kind, "orders") + every(kind, "checkouts"):
        lines = [line for line in one["line_items"] if line["title"] != "Tip"]
        assert one["total_weight"] == sum(line["grams"] * line["quantity"] for line in lines)


def test_a_webhook_counts_the_taxes_of_a_checkouts_line() -> None:
    taxes = checkout("webhook", "checkout-codes")["line_items"][0]["tax_lines"]
    assert [tax["position"] for tax in taxes] == [1, 2]
    assert [tax["title"] for tax in taxes] == ["New York State Tax", "Albany County Tax"]
    line = checkout("rest", "checkout-codes")["line_items"][0]
    assert [set(tax) for tax in line["tax_lines"]] == [
        {"channel_liable", "price", "rate", "title"},
    ] * 2


def test_a_checkout_that_was_removed_has_no_body_any_more() -> None:
    world = World()
    before = set(gids(world, "checkouts"))
    world.checkouts.sweep(world.now + 200 * DAY)
    gone = before - set(gids(world, "checkouts"))
    assert gone
    with pytest.raises(KeyError):
        webhook(world, "checkouts/update", gone.pop())


@EVERY_KIND
def test_the_codes_of_a_checkout_are_in_the_buyers_currency(kind: str) -> None:
    one = checkout(kind, "checkout-codes")
    codes = [(code["code"], code["type"]) for code in one["discount_codes"]]
    assert codes == [
        ("WELCOME10", "percentage"),
        ("take 5/É", "fixed_amount"),
        ("FREESHIP", "shipping"),
    ]
    off = sum(Decimal(code["amount"]) for code in one["discount_codes"])
    assert off == Decimal(one["total_discounts"])
    yen = checkout(kind, "checkout-yen")
    assert (yen["currency"], yen["presentment_currency"]) == ("USD", "JPY")
    assert yen["total_price"].isdecimal()
