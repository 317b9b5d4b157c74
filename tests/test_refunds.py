"""A refund becomes Order Refunded."""

from typing import Any

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.records import Refund
from littlerelay.settings import Mapping


def refunded(case: str, **refund: Any) -> list[dict[str, Any]]:
    """Returns the refund events of an order whose first refund is changed (None drops a key)."""
    record = record_of(case)
    first: Refund = record["refunds"][0] | refund
    record["refunds"][0] = {key: value for key, value in first.items() if value is not None}
    events = map_record("orders", record, Mapping(shop=SHOP))
    return [event for event in events if event["event"] == "Order Refunded"]


def euros(amount: str, presented: str | None = None) -> dict[str, Any]:
    shop = {"amount": amount, "currency_code": "EUR"}
    if presented is None:
        return {"shop_money": shop}
    return {"shop_money": shop, "presentment_money": {"amount": presented, "currency_code": "JPY"}}


def transaction(amount: dict[str, Any], kind: str = "refund", status: str = "success") -> Any:
    return {"id": 1, "kind": kind, "status": status, "amount_set": amount}


def test_a_refund_is_one_event_with_its_own_time_and_lines() -> None:
    first, second = refunded("orders/refund_partial")
    assert first["timestamp"] == "2024-03-20T09:00:05.000Z"
    assert first["properties"]["total"] == 11.94
    assert first["properties"]["tax"] == 1.99
    assert first["properties"]["reason"] == "One cup was broken"
    assert [(p["name"], p["quantity"]) for p in first["properties"]["products"]] == [("Cup", 1)]
    assert second["timestamp"] == "2024-04-01T09:00:00.000Z"
    assert first["messageId"] != second["messageId"]


def test_all_events_of_an_order_share_its_order_id() -> None:
    assert {event["properties"]["order_id"] for event in events_of("orders/cancelled")} == {"#1015"}


def test_a_refund_of_shipping_alone_has_no_products() -> None:
    (event,) = refunded("orders/refund_shipping_only")
    found = event["properties"]
    assert (found["total"], found["shipping"], found["tax"]) == (4.9, 4.9, 0.0)
    assert found["products"] == []


def shipped_with_tax(mapping: Mapping) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what an order of a tax-inclusive shop tells, and the refund of its shipping."""
    record = record_of("orders/refund_shipping_only") | {"taxes_included": True}
    record["shipping_lines"][0] |= {
        "discounted_price_set": euros("5.88"),
        "tax_lines": [{"title": "VAT", "rate": 0.2, "price_set": euros("0.98")}],
    }
    record["refunds"][0]["refund_shipping_lines"] = [
        {"subtotal_amount_set": euros("5.88"), "tax_amount_set": euros("0.98")}
    ]
    events = {event["event"]: event for event in map_record("orders", record, mapping)}
    return events["Order Completed"]["properties"], events["Order Refunded"]["properties"]


def test_tax_inside_refunded_shipping_is_taken_out() -> None:
    placed, back = shipped_with_tax(Mapping(shop=SHOP))
    assert (back["shipping"], back["tax"]) == (4.9, 0.98)
    assert placed["shipping"] == back["shipping"]


def test_with_shopifys_amounts_a_refund_gives_back_the_shipping_that_its_order_told() -> None:
    placed, back = shipped_with_tax(Mapping(shop=SHOP, amounts="shopify"))
    assert (back["shipping"], back["tax"]) == (5.88, 0.98)
    assert placed["shipping"] == back["shipping"]


def test_a_refund_that_moved_no_money_is_told_only_where_the_settings_say_so() -> None:
    names = [event["event"] for event in events_of("orders/refund_zero")]
    assert names == ["Payment Info Entered", "Order Completed"]
    assert event_of("orders/refund_zero_given", "Order Refunded")["properties"]["total"] == 0.0


def test_without_a_total_successful_transactions_are_summed() -> None:
    amounts = [euros("10", "1613"), euros("1.94", "314")]
    transactions = [
        *map(transaction, amounts),
        transaction(euros("50", "1"), status="failure"),
        transaction(euros("60", "1"), kind="sale"),
    ]
    (event,) = refunded(
        "orders/refund_shipping_only", total_refunded_set=None, transactions=transactions
    )
    assert event["properties"]["total"] == 11.94
    assert event["properties"]["presentment_total"] == "1927"
    assert event["properties"]["presentment_currency"] == "JPY"


@pytest.mark.parametrize(
    "amounts", [[euros("10")], [euros("10", "1613"), euros("5")]], ids=["none", "some"]
)
def test_what_the_customer_saw_is_told_only_where_it_is_wholly_known(amounts: list[Any]) -> None:
    transactions = list(map(transaction, amounts))
    (event,) = refunded(
        "orders/refund_shipping_only", total_refunded_set=None, transactions=transactions
    )
    assert not {"presentment_total", "presentment_currency"} & event["properties"].keys()


def test_without_a_total_and_transactions_no_money_moved() -> None:
    assert refunded("orders/refund_shipping_only", total_refunded_set=None) == []


def test_a_refund_without_a_time_is_refused() -> None:
    with pytest.raises(RecordError, match=r"missing_field: refunds\.created_at"):
        refunded("orders/refund_shipping_only", processed_at=None, created_at=None)


def test_a_refund_of_an_unknown_line_is_refused() -> None:
    lines = [{"id": 1, "line_item_id": 987654321, "quantity": 1}]
    with pytest.raises(RecordError) as raised:
        refunded("orders/refund_partial", refund_line_items=lines)
    assert raised.value.reason == "unknown_line_item"
    assert raised.value.detail == "refunds[0].refund_line_items[0].line_item_id"


def test_refunds_add_up_to_what_was_refunded() -> None:
    whole = event_of("orders/cancelled", "Order Completed")["properties"]["total"]
    back = [event["properties"]["total"] for event in refunded("orders/cancelled")]
    assert sum(back) == whole == 76.78
