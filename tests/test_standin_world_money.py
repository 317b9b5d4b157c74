"""The stand-in shop's money adds up as Shopify's does, in shop and in presentment money."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from standin.world import NAMED, World
from standin.world_money import part, rounded, shares, text

COLUMNS = ("shopMoney", "presentmentMoney")
WORLD = World()
ROWS = range(300)
EVERY_ORDER = pytest.mark.parametrize("column", COLUMNS)


def amount(bag: Mapping[str, Any] | None, column: str) -> Decimal:
    return Decimal(bag[column]["amount"]) if bag else Decimal(0)


def total(nodes: Iterable[Mapping[str, Any]], field: str, column: str) -> Decimal:
    return sum((amount(node[field], column) for node in nodes), Decimal(0))


def named(name: str) -> Any:
    return WORLD.node(NAMED[name])


def sales(order: Mapping[str, Any], kind: str) -> list[Any]:
    return [
        sale
        for agreement in order["agreements"]()
        if agreement["__typename"] == kind
        for sale in agreement["sales"]
    ]


def rounding(order: Mapping[str, Any], column: str) -> Decimal:
    return amount(order["totalCashRoundingAdjustment"]["paymentSet"], column)


def settled(refund: Mapping[str, Any]) -> list[Any]:
    return [node for node in refund["transactions"] if node["status"] == "SUCCESS"]


@EVERY_ORDER
def test_every_total_is_the_sum_of_its_parts(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        parts = (
            amount(order["subtotalPriceSet"], column)
            + total(order["shippingLines"], "discountedPriceSet", column)
            + (0 if order["taxesIncluded"] else amount(order["totalTaxSet"], column))
            + amount(order["totalTipReceivedSet"], column)
            + amount(order["originalTotalDutiesSet"], column)
            + amount(order["originalTotalAdditionalFeesSet"], column)
            + rounding(order, column)
        )
        assert amount(order["totalPriceSet"], column) == parts, order["name"]


@EVERY_ORDER
def test_the_first_agreements_sales_sum_to_the_order_as_placed(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        placed = total(sales(order, "OrderAgreement"), "totalAmount", column)
        original = amount(order["originalTotalPriceSet"], column)
        assert placed + rounding(order, column) == original, order["name"]
        if not order["edited"]:
            assert original == amount(order["totalPriceSet"], column), order["name"]


@EVERY_ORDER
def test_each_later_change_is_an_agreement_and_all_of_them_give_the_current_total(
    column: str,
) -> None:
    for order in map(WORLD.order, ROWS):
        edits = total(sales(order, "OrderEditAgreement"), "totalAmount", column)
        placed = amount(order["originalTotalPriceSet"], column)
        assert amount(order["totalPriceSet"], column) == placed + edits, order["name"]
        refunds = total(sales(order, "RefundAgreement"), "totalAmount", column)
        current = amount(order["currentTotalPriceSet"], column)
        assert current == placed + edits + refunds, order["name"]
        kinds = Counter(agreement["__typename"] for agreement in order["agreements"]())
        assert kinds["OrderAgreement"] == 1
        assert kinds["RefundAgreement"] == len(order["refunds"])


@EVERY_ORDER
def test_the_sales_of_an_order_hold_its_taxes_and_discounts(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        both = sales(order, "OrderAgreement") + sales(order, "OrderEditAgreement")
        assert total(both, "totalTaxAmount", column) == amount(order["totalTaxSet"], column)
        cut = total(both, "totalDiscountAmountAfterTaxes", column)
        assert cut == amount(order["totalDiscountsSet"], column), order["name"]
        for sale in both:
            taxes = total(sale["taxes"], "amount", column)
            assert taxes == amount(sale["totalTaxAmount"], column), sale["id"]


@EVERY_ORDER
def test_allocations_sum_to_the_discounts(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        holders = order["lineItems"] + order["shippingLines"]
        allocated = sum(
            (total(node["discountAllocations"], "allocatedAmountSet", column) for node in holders),
            Decimal(0),
        )
        removed = total(
            [s for s in sales(order, "OrderEditAgreement") if s["actionType"] == "RETURN"],
            "totalDiscountAmountAfterTaxes",
            column,
        )
        assert allocated + removed == amount(order["totalDiscountsSet"], column), order["name"]
        for line in order["lineItems"]:
            gross = amount(line["originalUnitPriceSet"], column) * line["quantity"]
            assert amount(line["originalTotalSet"], column) == gross
            with_codes = amount(line["discountedTotalSet(withCodeDiscounts: true)"], column)
            assert gross - amount(line["totalDiscountSet"], column) == with_codes


@EVERY_ORDER
def test_lines_less_their_discounts_sum_to_subtotal_and_tip(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        if order["edited"]:
            continue
        net = sum(
            (
                amount(line["originalTotalSet"], column)
                - total(line["discountAllocations"], "allocatedAmountSet", column)
                for line in order["lineItems"]
            ),
            Decimal(0),
        )
        tip = amount(order["totalTipReceivedSet"], column)
        assert net == amount(order["subtotalPriceSet"], column) + tip, order["name"]


@EVERY_ORDER
def test_tax_lines_sum_to_the_tax(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        whole = amount(order["totalTaxSet"], column)
        assert total(order["taxLines"], "priceSet", column) == whole, order["name"]
        current = amount(order["currentTotalTaxSet"], column)
        assert total(order["currentTaxLines"], "priceSet", column) == current, order["name"]
        if not order["edited"]:
            holders = order["lineItems"] + order["shippingLines"]
            lines = sum(
                (total(node["taxLines"], "priceSet", column) for node in holders), Decimal(0)
            )
            assert lines == whole, order["name"]


@EVERY_ORDER
def test_transactions_match_what_was_received_and_refunded(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        moved = {"in": Decimal(0), "out": Decimal(0)}
        for node in order["transactions"]:
            if node["status"] == "SUCCESS" and node["kind"] in {"SALE", "CAPTURE"}:
                moved["in"] += amount(node["amountSet"], column)
            elif node["status"] == "SUCCESS" and node["kind"] == "REFUND":
                moved["out"] += amount(node["amountSet"], column)
        assert moved["in"] == amount(order["totalReceivedSet"], column), order["name"]
        assert moved["out"] == amount(order["totalRefundedSet"], column), order["name"]
        net = amount(order["netPaymentSet"], column)
        assert net == moved["in"] - moved["out"] >= 0, order["name"]
        due = amount(order["currentTotalPriceSet"], column) - net
        assert due == amount(order["totalOutstandingSet"], column), order["name"]


@EVERY_ORDER
def test_refunds_sum_to_the_refunded_total(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        refunded = total(order["refunds"], "totalRefundedSet", column)
        assert refunded == amount(order["totalRefundedSet"], column), order["name"]
        for refund in order["refunds"]:
            sent = total(settled(refund), "amountSet", column)
            assert sent == amount(refund["totalRefundedSet"], column), refund["id"]


@EVERY_ORDER
def test_a_refunds_money_is_its_lines_and_shipping_less_its_adjustments(column: str) -> None:
    for order in map(WORLD.order, ROWS):
        unpaid = amount(order["totalReceivedSet"], column) == 0
        for refund in order["refunds"]:
            lines, freight = refund["refundLineItems"], refund["refundShippingLines"]
            worth = total(lines, "subtotalSet", column) + total(
                freight, "subtotalAmountSet", column
            )
            if not order["taxesIncluded"]:
                worth += total(lines, "totalTaxSet", column)
                worth += total(freight, "taxAmountSet", column)
            worth -= total(refund["orderAdjustments"], "amountSet", column)
            money = amount(refund["totalRefundedSet"], column)
            assert money == (0 if unpaid else worth), refund["id"]


def test_units_that_were_refunded_or_removed_are_no_longer_current() -> None:
    for order in map(WORLD.order, ROWS):
        gone: Counter[str] = Counter()
        for refund in order["refunds"]:
            for line in refund["refundLineItems"]:
                gone[line["lineItem"]["id"]] += line["quantity"]
        for sale in sales(order, "OrderEditAgreement"):
            if sale["actionType"] == "RETURN":
                gone[sale["lineItem"]["id"]] -= sale["quantity"]
        for line in order["lineItems"]:
            left = line["quantity"] - gone[line["id"]]
            assert line["currentQuantity"] == left >= 0, line["id"]


@EVERY_ORDER
def test_a_full_refund_gives_back_every_unit(column: str) -> None:
    order = named("refund-full")
    assert amount(order["totalRefundedSet"], column) == amount(order["totalPriceSet"], column)
    assert amount(order["currentTotalPriceSet"], column) == 0
    assert order["displayFinancialStatus"] == "REFUNDED"
    thirds = named("refund-multiple")
    assert len(thirds["refunds"]) == 3
    assert amount(thirds["currentTotalPriceSet"], column) == 0


def test_amounts_are_written_in_the_digits_of_their_currency() -> None:
    digits: dict[str, int] = {}
    for order in map(WORLD.order, ROWS):
        for node in order["transactions"]:
            money = node["amountSet"]["presentmentMoney"]
            fraction = money["amount"].partition(".")[2]
            assert fraction == "0" or not fraction.endswith("0"), money
            digits[money["currencyCode"]] = max(
                digits.get(money["currencyCode"], 0), len(fraction.rstrip("0"))
            )
    assert digits == {"USD": 2, "CAD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}


@pytest.mark.parametrize(
    ("minor", "digits", "written"),
    [
        (5500, 2, "55.0"),
        (2598, 2, "25.98"),
        (0, 2, "0.0"),
        (-5, 2, "-0.05"),
        (7, 0, "7.0"),
        (1230, 3, "1.23"),
    ],
)
def test_a_decimal_is_written_as_shopify_writes_it(minor: int, digits: int, written: str) -> None:
    assert text(minor, digits) == written


def test_shares_are_exact_and_never_more_than_their_weight() -> None:
    assert shares(100, [1, 1, 1]) == [34, 33, 33]
    assert shares(5, [0, 3, 2]) == [0, 3, 2]
    assert shares(7, [0, 0]) == [0, 0]
    assert sum(shares(9999, [1234, 5, 8800, 61])) == 9999


def test_units_of_an_amount_sum_to_it_however_they_are_taken() -> None:
    assert part(100, 3, 0, 1) + part(100, 3, 1, 2) == part(100, 3, 0, 3) == 100
    assert rounded(5, 2) == 3
    assert rounded(-5, 2) == -3
