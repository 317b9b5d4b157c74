"""A refund's body tells what was paid back, in the shop's money and in the customer's."""

from __future__ import annotations

import pytest

from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.shopify import bodies
from made_bodies import (
    MAPPING,
    both,
    foreign_order,
    order_body,
    paid_back,
    refund_body,
    shipping_adjustment,
    the_event,
)


def test_a_refunds_plain_amounts_are_what_was_paid_back() -> None:
    line = {"id": 2, "line_item_id": 9001, "quantity": 1, "subtotal": 19.5, "total_tax": 0.0}
    refund = refund_body(refund_line_items=[line], transactions=[paid_back("19.50", "EUR")])
    event = the_event(bodies.order(order_body(refunds=[refund])), "Order Refunded")
    assert event["properties"]["total"] == 19.5
    assert event["properties"]["presentment_total"] == "19.50"


def test_a_refund_in_another_currency_takes_the_shops_money_from_its_lines() -> None:
    # The parts say 10.01; at the rate of the order it would be 10.00.
    line = {
        "id": 2,
        "line_item_id": 9001,
        "quantity": 1,
        "subtotal_set": both("13.01", "26.00"),
        "total_tax_set": both("0.00", "0.00"),
    }
    kept = {
        "id": 3,
        "kind": "refund_discrepancy",
        "amount_set": both("3.00", "6.00"),
        "tax_amount_set": both("0.00", "0.00"),
    }
    refund = refund_body(
        refund_line_items=[line],
        order_adjustments=[kept],
        transactions=[paid_back("20.00", "USD")],
    )
    event = the_event(bodies.order(foreign_order(refunds=[refund])), "Order Refunded")
    assert event["properties"]["total"] == 10.01
    assert event["properties"]["presentment_total"] == "20.00"
    assert event["properties"]["presentment_currency"] == "USD"


def test_no_rate_is_taken_of_a_total_without_a_currency() -> None:
    total = {"shop_money": {"amount": "20.00"}, "presentment_money": {"amount": "40.00"}}
    refund = refund_body(transactions=[paid_back("20.00", "USD")])
    record = bodies.order(foreign_order(refunds=[refund]) | {"total_price_set": total})
    assert "amount_set" not in record["refunds"][0]["transactions"][0]


def test_a_refund_that_its_lines_do_not_explain_is_at_the_orders_rate() -> None:
    refund = refund_body(transactions=[paid_back("20.00", "USD")])
    event = the_event(bodies.order(foreign_order(refunds=[refund])), "Order Refunded")
    assert event["properties"]["total"] == 10.0


def test_a_refund_in_a_currency_of_unknown_rate_is_rejected() -> None:
    refund = refund_body(transactions=[paid_back("20.00", "GBP")])
    with pytest.raises(RecordError, match=r"missing_field: refunds\[0\]\.transactions\[0\]"):
        map_record("orders", bodies.order(foreign_order(refunds=[refund])), MAPPING)


@pytest.mark.parametrize(("taxes_included", "amount"), [(False, "5.00"), (True, "6.00")])
def test_refunded_shipping_is_told_by_an_adjustment_alone(
    taxes_included: bool, amount: str
) -> None:
    cost, tax = both("-5.00", "-10.00"), both("-1.00", "-2.00")
    refund = refund_body(
        order_adjustments=[shipping_adjustment(cost, tax)],
        transactions=[paid_back("6.00", "EUR")],
    )
    record = bodies.order(order_body(taxes_included=taxes_included, refunds=[refund]))
    (line,) = record["refunds"][0]["refund_shipping_lines"]
    assert float(line["subtotal_amount_set"]["shop_money"]["amount"]) == float(amount)
    properties = the_event(record, "Order Refunded")["properties"]
    assert (properties["shipping"], properties["tax"]) == (5.0, 1.0)


def test_the_tax_of_refunded_shipping_stands_beside_its_lines() -> None:
    cost, tax = both("-5.00", "-10.00"), both("-1.00", "-2.00")
    lines = [{"id": n, "subtotal_amount_set": both("3.00", "6.00")} for n in (7, 8)]
    refund = refund_body(
        order_adjustments=[shipping_adjustment(cost, tax)],
        refund_shipping_lines=lines,
        transactions=[paid_back("6.00", "EUR")],
    )
    record = bodies.order(order_body(taxes_included=True, refunds=[refund]))
    properties = the_event(record, "Order Refunded")["properties"]
    assert (properties["shipping"], properties["tax"]) == (5.0, 1.0)


def test_refunded_shipping_is_not_told_twice() -> None:
    cost, tax = both("-5.00", "-10.00"), both("0.00", "0.00")
    line = {"id": 7, "subtotal_amount_set": both("5.00", "10.00"), "shipping_line": {"id": 8}}
    refund = refund_body(
        order_adjustments=[shipping_adjustment(cost, tax)],
        refund_shipping_lines=[line],
    )
    assert bodies.refund(refund, order_body())["refund_shipping_lines"] == [line]
