"""The first payment of an order that went through a checkout becomes Payment Info Entered."""

from typing import Any

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.events import message_id
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

NAME = "Payment Info Entered"


def paid(case: str, **changed: Any) -> tuple[str, str]:
    """Returns when payment was entered, and by which gateway."""
    event = event_of(case, NAME, **changed)
    return event["timestamp"], event["properties"]["payment_method"]


def is_entered(case: str, **changed: Any) -> bool:
    return any(event.get("event") == NAME for event in events_of(case, **changed))


def test_payment_was_entered_when_it_was_authorized_not_when_it_was_captured() -> None:
    assert paid("orders/payment_authorized_then_captured") == (
        "2024-03-05T14:29:52.000Z",
        "shopify_payments",
    )


def test_a_payment_that_failed_or_waits_does_not_count() -> None:
    assert paid("orders/payment_failed_then_paid") == ("2024-03-05T14:29:30.000Z", "paypal")
    assert not is_entered("orders/payment_pending")


def test_a_gift_card_counts_only_where_it_pays_all() -> None:
    assert paid("orders/payment_gift_card_and_paypal") == ("2024-03-05T14:29:55.000Z", "paypal")
    assert paid("orders/payment_gift_card_alone") == ("2024-03-05T14:29:50.000Z", "gift_card")


def test_of_payments_at_one_time_the_one_with_the_lower_number_is_the_first() -> None:
    first, second = record_of("orders/payment_gift_card_and_paypal")["transactions"]
    at_once = {"processed_at": "2024-03-05T14:29:50Z"}
    transactions = [{**second, **at_once}, {**first, **at_once, "gateway": "klarna"}]
    for each in (transactions, transactions[::-1]):
        found = paid("orders/payment_gift_card_and_paypal", transactions=each)
        assert found == ("2024-03-05T14:29:50.000Z", "klarna")


def test_payments_are_ordered_by_time_whatever_zone_their_times_are_written_in() -> None:
    first, second = record_of("orders/payment_gift_card_and_paypal")["transactions"]
    transactions = [
        {**first, "gateway": "klarna", "processed_at": "2024-03-05T14:29:56Z"},
        {**second, "processed_at": "2024-03-05T15:29:55+01:00"},
    ]
    found = paid("orders/payment_gift_card_and_paypal", transactions=transactions)
    assert found == ("2024-03-05T14:29:55.000Z", "paypal")


def test_a_payment_without_any_time_is_no_moment() -> None:
    timeless = {"processed_at": None, "created_at": None}
    (only,) = record_of("orders/paid")["transactions"]
    assert not is_entered("orders/paid", transactions=[{**only, **timeless}])
    later = {**only, "id": 3002, "gateway": "paypal"}
    assert paid("orders/paid", transactions=[{**only, **timeless}, later])[1] == "paypal"


def test_a_payment_without_a_gateway_has_the_orders() -> None:
    (only,) = record_of("orders/paid")["transactions"]
    found = paid("orders/paid", transactions=[{**only, "gateway": None}])
    assert found[1] == "shopify_payments"


@pytest.mark.parametrize(
    "source",
    [
        "pos",
        "shopify_draft_order",
        "1830279",
        "subscription_contract",
        "subscription_contract_checkout_one",
    ],
)
def test_where_nobody_went_through_a_checkout_no_payment_was_entered(source: str) -> None:
    assert not is_entered("orders/paid", source_name=source)


@pytest.mark.parametrize("source", ["web", "android", "6167201", None])
def test_elsewhere_payment_was_entered(source: str | None) -> None:
    assert is_entered("orders/paid", source_name=source)


def test_a_source_that_tells_no_transactions_gives_none() -> None:
    assert not is_entered("orders/rest_shaped")
    assert not is_entered("orders/paid", transactions=[])


def test_payment_tells_what_the_order_tells_but_no_revenue() -> None:
    record = record_of("orders/everything")
    events = map_record("orders", record, Mapping(shop=SHOP, revenue=True))
    (entered,) = (one for one in events if one["event"] == NAME)
    (sale,) = (one for one in events if one["event"] == "Order Completed")
    assert entered["messageId"] == message_id("", SHOP, f"orders/{record['id']}/payment_info")
    revenue = {"revenue", "subscription_revenue"}
    assert revenue <= sale["properties"].keys()
    expected = {key: value for key, value in sale["properties"].items() if key not in revenue}
    assert entered["properties"] == {**expected, "step": 3}
    names = [*entered["properties"]]
    assert names[names.index("source_name") + 1] == "step"
