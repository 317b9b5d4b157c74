"""An edit by which an app adds products to an order becomes Post Purchase Upsell."""

import copy
from typing import Any

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.events import Event, message_id
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

NAME = "Post Purchase Upsell"


def upsells(record: dict[str, Any], **settings: Any) -> list[Event]:
    """Returns the upsells of a record."""
    events = map_record("orders", record, Mapping(shop=SHOP, **settings))
    return [event for event in events if event.get("event") == NAME]


def edited(**changed: Any) -> dict[str, Any]:
    """Returns an order with an upsell whose agreement is changed."""
    record: dict[str, Any] = record_of("orders/upsell_by_app")
    record["agreements"][1] |= changed
    return record


def test_an_upsell_tells_the_added_products_and_their_money_alone() -> None:
    """Three trays of 30.00 less 3.00 each, with 5.40 tax each: the shipping is no product."""
    event = event_of("orders/upsell_by_app", NAME)
    assert event["timestamp"] == "2024-03-05T14:31:20.000Z"
    assert event["messageId"] == message_id("", SHOP, "orders/5070/upsell/1001")
    found = event["properties"]
    assert [(one["name"], one["quantity"]) for one in found["products"]] == [("Tray", 3)]
    money = (found["subtotal"], found["tax"], found["total"], found["discount"])
    assert money == (81.0, 16.2, 97.2, 9.0)
    assert (found["presentment_total"], found["presentment_currency"]) == ("97.20", "EUR")


def test_an_upsell_takes_nothing_from_the_order_as_it_was_placed() -> None:
    with_upsell = event_of("orders/upsell_by_app", "Order Completed")["properties"]
    edit = {"reason": "order_edit", "type": "OrderEditAgreement", "sales": []}
    record = edited(**edit)
    (sale,) = (
        one
        for one in map_record("orders", record, Mapping(shop=SHOP, revenue=True))
        if one["event"] == "Order Completed"
    )
    assert sale["properties"] == with_upsell


def test_an_upsell_has_neither_the_orders_coupon_nor_its_shipping_nor_revenue() -> None:
    found = event_of("orders/upsell_by_app", NAME)["properties"]
    absent = {"coupon", "shipping", "shipping_method", "location_id", "revenue"}
    assert not absent & found.keys()
    assert "subscription_revenue" not in found


def test_an_upsell_of_a_subscription_counts_no_revenue() -> None:
    record = edited()
    record["line_items"][2]["selling_plan"] = {"id": 1, "name": "Monthly"}
    (event,) = upsells(record, revenue=True)
    assert not {"revenue", "subscription_revenue"} & event["properties"].keys()


def test_each_upsell_is_an_event_of_its_own() -> None:
    first, second = (
        event for event in events_of("orders/upsells_two") if event.get("event") == NAME
    )
    names = [[one["name"] for one in each["properties"]["products"]] for each in (first, second)]
    assert names == [["Tray"], ["Spoon"]]
    assert first["messageId"] != second["messageId"]


def test_taxes_inside_the_price_are_no_part_of_the_subtotal() -> None:
    found = event_of("orders/upsell_tax_inclusive", NAME)["properties"]
    assert (found["subtotal"], found["tax"], found["total"]) == (25.0, 5.0, 30.0)
    assert found["discount"] == 6.0
    (event,) = upsells(record_of("orders/upsell_tax_inclusive"), amounts="shopify")
    assert (event["properties"]["subtotal"], event["properties"]["total"]) == (30.0, 30.0)


@pytest.mark.parametrize(
    "by",
    [
        {"user_id": 8500},
        {"app_id": None},
        {"app_id": 1830279},
        {"app_id": 129785},
        {"app_id": 1354745},
    ],
)
def test_an_edit_of_staff_is_an_upsell_only_where_the_settings_say_so(by: dict[str, Any]) -> None:
    assert upsells(edited(**by)) == []
    assert len(upsells(edited(**by), upsell_by="anyone")) == 1


def test_where_users_may_not_be_read_the_app_alone_decides() -> None:
    record = edited()
    del record["agreements"][1]["user_id"]
    assert len(upsells(record)) == 1
    assert upsells(record_of("orders/edited_in_admin")) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"action_type": "update"},
        {"action_type": "return"},
        {"line_type": "gift_card"},
        {"line_type": "tip"},
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": None},
    ],
)
def test_an_edit_that_adds_no_product_is_no_upsell(changed: dict[str, Any]) -> None:
    record = edited()
    for sale in record["agreements"][1]["sales"]:
        sale.update(changed)
    assert upsells(record, upsell_by="anyone") == []


@pytest.mark.parametrize("kind", ["OrderAgreement", "RefundAgreement", "ReturnAgreement"])
def test_only_an_edit_is_an_upsell(kind: str) -> None:
    assert upsells(edited(type=kind), upsell_by="anyone") == []


def test_an_edit_before_the_order_was_placed_is_no_upsell() -> None:
    assert upsells(edited(happened_at="2024-03-05T14:29:59Z")) == []
    assert len(upsells(edited(happened_at="2024-03-05T15:30:00+01:00"))) == 1


@pytest.mark.parametrize("agreements", [None, []])
def test_an_edited_order_whose_agreements_are_not_known_has_no_upsell(agreements: Any) -> None:
    assert upsells({**edited(), "agreements": agreements}) == []
    assert upsells(record_of("orders/edited_without_agreements"), upsell_by="anyone") == []


def test_an_upsell_of_a_line_that_the_order_does_not_have_is_refused() -> None:
    record = edited()
    record["agreements"][1]["sales"][0]["line_item_id"] = 12345678
    with pytest.raises(RecordError, match="unknown_line_item") as caught:
        upsells(record)
    assert caught.value.detail == "agreements[1].sales[0].line_item_id"


def test_an_upsell_paid_in_another_currency_tells_so() -> None:
    record = copy.deepcopy(edited())
    for sale in record["agreements"][1]["sales"]:
        sale["total_amount"]["presentment_money"] = {"amount": "1000", "currency_code": "JPY"}
    (event,) = upsells(record)
    found = event["properties"]
    assert (found["presentment_total"], found["presentment_currency"]) == ("2000", "JPY")
    assert (found["total"], found["currency"]) == (97.2, "EUR")
