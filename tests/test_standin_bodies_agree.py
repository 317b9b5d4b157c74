"""The stand-in shop's webhook and REST bodies tell of a record what GraphQL tells of it."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shop_bodies import RESOURCES, WORLD, body, both, children, every, number, within
from standin.world_money import CURRENCIES

EVERY_RESOURCE = pytest.mark.parametrize("resource", RESOURCES)
EVERY_KIND = pytest.mark.parametrize("kind", ["webhook", "rest"])
COLUMNS = (("shop_money", "shopMoney"), ("presentment_money", "presentmentMoney"))
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[45]:00")

ORDER_SETS = {
    "current_subtotal_price": "currentSubtotalPriceSet",
    "current_total_additional_fees": "currentTotalAdditionalFeesSet",
    "current_total_discounts": "currentTotalDiscountsSet",
    "current_total_duties": "currentTotalDutiesSet",
    "current_total_price": "currentTotalPriceSet",
    "current_total_tax": "currentTotalTaxSet",
    "original_total_additional_fees": "originalTotalAdditionalFeesSet",
    "original_total_duties": "originalTotalDutiesSet",
    "subtotal_price": "subtotalPriceSet",
    "total_discounts": "totalDiscountsSet",
    "total_price": "totalPriceSet",
    "total_shipping_price": "totalShippingPriceSet",
    "total_tax": "totalTaxSet",
}
CHECKOUT_PRICES = {
    "subtotal_price": "subtotalPriceSet",
    "total_discounts": "totalDiscountSet",
    "total_duties": "totalDutiesSet",
    "total_line_items_price": "totalLineItemsPriceSet",
    "total_price": "totalPriceSet",
}
TIMES = {
    "orders": "createdAt processedAt updatedAt closedAt cancelledAt",
    "customers": "createdAt updatedAt",
    "refunds": "createdAt processedAt",
    "fulfillments": "createdAt updatedAt",
    "checkouts": "createdAt updatedAt completedAt",
}


def same_money(money_set: Any, bag: Any) -> bool:
    """Tells whether a `_set` and a `MoneyBag` are the same in both currencies."""
    if money_set is None or bag is None:
        return money_set is bag
    return all(
        Decimal(money_set[ours]["amount"]) == Decimal(bag[theirs]["amount"])
        and money_set[ours]["currency_code"] == bag[theirs]["currencyCode"]
        for ours, theirs in COLUMNS
    )


def amounts(lines: Any, field: str, column: str) -> Decimal:
    return sum((Decimal(line[field][column]["amount"]) for line in lines), Decimal(0))


@EVERY_RESOURCE
@EVERY_KIND
def test_a_body_has_the_number_of_its_gid_and_so_has_all_within(kind: str, resource: str) -> None:
    for one, node in both(kind, resource):
        if resource == "checkouts":
            assert one["name"] == f"#{number(node)}"
            assert one.get("id", number(node)) == number(node)
        else:
            assert (one["id"], one["admin_graphql_api_id"]) == (number(node), node["id"])
        for part in within(one):
            if "admin_graphql_api_id" in part:
                assert part["admin_graphql_api_id"].endswith(f"/{part['id']}")


@EVERY_RESOURCE
@EVERY_KIND
def test_a_time_is_the_same_instant_on_the_shops_clock(kind: str, resource: str) -> None:
    for one, node in both(kind, resource):
        for name in TIMES[resource].split():
            local, wire = one[name.replace("At", "_at").lower()], node[name]
            assert (local is None) == (wire is None)
            assert not wire or datetime.fromisoformat(local) == datetime.fromisoformat(wire)
        for part in within(one):
            named = set(part) - {"compare_at"}
            times = [part[name] for name in named if name.endswith("_at") and part[name]]
            assert all(map(LOCAL.fullmatch, times))


@EVERY_RESOURCE
@EVERY_KIND
def test_money_has_all_decimals_of_its_currency(kind: str, resource: str) -> None:
    for part in within(every(kind, resource)):
        if set(part) == {"amount", "currency_code"}:
            decimals = part["amount"].partition(".")[2]
            assert len(decimals) == CURRENCIES[part["currency_code"]].digits
            assert not re.fullmatch(r"-[0.]+|.*\.", part["amount"])


@EVERY_KIND
def test_orders_are_in_currencies_with_no_two_and_three_decimals(kind: str) -> None:
    currencies = {order["presentment_currency"] for order in every(kind, "orders")}
    assert {CURRENCIES[code].digits for code in currencies} == {0, 2, 3}


@EVERY_RESOURCE
@EVERY_KIND
def test_what_stands_beside_a_set_is_its_shop_money(kind: str, resource: str) -> None:
    for part in within(every(kind, resource)):
        for name in part:
            twin = part.get(f"{name}_set")
            if twin and name != "total_unsettled":
                assert Decimal(str(part[name])) == Decimal(twin["shop_money"]["amount"]), name


@EVERY_KIND
def test_every_total_of_an_order_is_the_one_of_graphql(kind: str) -> None:
    for one, node in both(kind, "orders"):
        for ours, theirs in ORDER_SETS.items():
            assert same_money(one[f"{ours}_set"], node[theirs]), (node["name"], ours)
        tip, due = node["totalTipReceivedSet"], node["totalOutstandingSet"]
        assert Decimal(one["total_tip_received"]) == Decimal(tip["shopMoney"]["amount"])
        assert Decimal(one["total_outstanding"]) == Decimal(due["shopMoney"]["amount"])
        cash = node["totalCashRoundingAdjustment"]["paymentSet"]
        assert same_money(one["total_cash_rounding_payment_adjustment_set"], cash)


@EVERY_KIND
def test_every_line_of_an_order_is_the_one_of_graphql(kind: str) -> None:
    for one, node in both(kind, "orders"):
        for line, of_node in zip(one["line_items"], node["lineItems"], strict=True):
            assert line["id"] == number(of_node)
            assert same_money(line["price_set"], of_node["originalUnitPriceSet"])
            assert same_money(line["total_discount_set"], of_node["totalDiscountSet"])
            assert line["product_id"] == number(of_node["product"])
            assert line["variant_id"] == number(of_node["variant"])
            assert line["product_exists"] is (of_node["product"] is not None)
            assert line["quantity"] == of_node["quantity"]
            assert line["current_quantity"] == of_node["currentQuantity"]
            check_shares(line, of_node, one)
        for line, of_node in zip(one["shipping_lines"], node["shippingLines"], strict=True):
            assert same_money(line["price_set"], of_node["originalPriceSet"])
            assert same_money(line["discounted_price_set"], of_node["discountedPriceSet"])
            check_shares(line, of_node, one)


def check_shares(line: Any, of_node: Any, order: Any) -> None:
    """Checks the taxes of a line, and its discounts with what each of them was."""
    for tax, of_line in zip(line["tax_lines"], of_node["taxLines"], strict=True):
        assert same_money(tax["price_set"], of_line["priceSet"])
        assert (tax["title"], tax["rate"]) == (of_line["title"], of_line["rate"])
    shares = zip(line["discount_allocations"], of_node["discountAllocations"], strict=True)
    for share, of_line in shares:
        assert same_money(share["amount_set"], of_line["allocatedAmountSet"])
        meant = order["discount_applications"][share["discount_application_index"]]
        known = of_line["discountApplication"]
        assert meant.get("code", meant.get("title")) == known.get("code", known.get("title"))


@EVERY_KIND
def test_the_codes_of_an_order_took_off_what_its_lines_say(kind: str) -> None:
    seen = set()
    for order in every(kind, "orders"):
        for place, one in enumerate(order["discount_applications"]):
            lines = [*order["line_items"], *order["shipping_lines"]]
            off = sum(
                Decimal(share["amount"])
                for share in children(lines, "discount_allocations")
                if share["discount_application_index"] == place
            )
            told = [code for code in order["discount_codes"] if code["code"] == one.get("code")]
            assert [Decimal(code["amount"]) for code in told] == [off] * ("code" in one)
            seen |= {code["type"] for code in told}
    assert seen == {"percentage", "fixed_amount", "shipping"}


@EVERY_KIND
def test_the_money_of_a_refund_can_be_told_from_its_parts_in_both_currencies(kind: str) -> None:
    read: dict[str, Callable[[Any], list[Any]]] = {
        "orders": lambda order: [(refund, order) for refund in order["refunds"]],
        "refunds": lambda refund: [(refund, body(kind, "orders", order_gid(refund)))],
    }
    for resource, pairs in read.items():
        found = [pair for one in every(kind, resource) for pair in pairs(one)]
        assert len(found) > 40
        for refund, order in found:
            check_refund(refund, order)


def order_gid(refund: Any) -> str:
    return f"gid://shopify/Order/{refund['order_id']}"


def check_refund(refund: Any, order: Any) -> None:
    node: Any = WORLD.node(refund["admin_graphql_api_id"])
    for ours, theirs in COLUMNS:
        lines = amounts(refund["refund_line_items"], "subtotal_set", ours)
        if not order["taxes_included"]:
            lines += amounts(refund["refund_line_items"], "total_tax_set", ours)
        others = refund["order_adjustments"]
        others = amounts(others, "amount_set", ours) + amounts(others, "tax_amount_set", ours)
        money = lines - others if refund["transactions"] else 0
        assert money == Decimal(node["totalRefundedSet"][theirs]["amount"]), refund["id"]


@EVERY_KIND
def test_a_refunds_transactions_are_in_the_buyers_currency(kind: str) -> None:
    for one, node in both(kind, "refunds"):
        for paid, of_node in zip(one["transactions"], node["transactions"], strict=True):
            buyers = of_node["amountSet"]["presentmentMoney"]
            assert Decimal(paid["amount"]) == Decimal(buyers["amount"])
            assert paid["currency"] == buyers["currencyCode"]
            assert paid["parent_id"] == number(of_node["parentTransaction"])
    currencies = {paid["currency"] for paid in children(every(kind, "refunds"), "transactions")}
    assert {"CAD", "EUR", "JPY", "USD"} <= currencies


@EVERY_KIND
def test_every_amount_of_a_checkout_is_in_the_buyers_currency(kind: str) -> None:
    for one, node in both(kind, "checkouts"):
        for ours, theirs in CHECKOUT_PRICES.items():
            bag = node[theirs]
            assert one[ours] is None or Decimal(one[ours]) == Decimal(
                bag["presentmentMoney"]["amount"]
            )
            assert one["currency"] == "USD"
            assert not bag or one["presentment_currency"] == bag["presentmentMoney"]["currencyCode"]
        for line, of_node in zip(one["line_items"], node["lineItems"], strict=True):
            gross = of_node["originalTotalPriceSet"]["presentmentMoney"]["amount"]
            assert Decimal(line["line_price"]) == Decimal(gross)
            assert Decimal(line["price"]) * line["quantity"] == Decimal(gross)


@EVERY_KIND
def test_a_checkout_that_was_left_adds_up(kind: str) -> None:
    left = [one for one in every(kind, "checkouts") if one["completed_at"] is None]
    assert len(left) > 25
    for one in left:
        parts = Decimal(one["total_line_items_price"]) - Decimal(one["total_discounts"])
        parts += sum(Decimal(line["price"]) for line in one["shipping_lines"])
        parts += Decimal(one["total_duties"] or 0)
        parts += 0 if one["taxes_included"] else Decimal(one["total_tax"])
        assert parts == Decimal(one["total_price"]), one["name"]
