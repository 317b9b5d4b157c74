"""An order becomes Order Completed or POS Order Placed, and Order Cancelled."""

from typing import Any

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

SALES = ("Order Completed", "POS Order Placed")


def names(case: str, **settings: Any) -> list[str]:
    """Returns the names of the events that an order's record gives."""
    events = map_record("orders", record_of(case), Mapping(shop=SHOP, **settings))
    return [str(event.get("event", event["type"])) for event in events]


def properties(case: str, **settings: Any) -> dict[str, Any]:
    """Returns the properties of the sale that an order's record gives."""
    return properties_of(record_of(case), **settings)


def properties_of(record: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Returns the properties of the sale that a record gives."""
    events = map_record("orders", record, Mapping(shop=SHOP, **settings))
    (event,) = (one for one in events if one.get("event") in SALES)
    found: dict[str, Any] = event["properties"]
    return found


def test_a_sale_in_a_store_is_no_completed_order_unless_the_settings_say_so() -> None:
    assert names("orders/pos") == ["POS Order Placed"]
    assert names("orders/pos", pos_as_order_completed=True) == ["Order Completed"]


def test_a_test_order_gives_nothing_unless_the_settings_say_so() -> None:
    assert names("orders/test_order") == []
    assert names("orders/test_order", include_test=True) == [
        "Payment Info Entered",
        "Order Completed",
        "Order Refunded",
    ]


def test_an_imported_order_happened_when_it_was_processed() -> None:
    event = event_of("orders/imported", "Order Completed")
    assert event["timestamp"] == "2019-02-28T23:59:59.000Z"


@pytest.mark.parametrize(
    ("choice", "expected"), [("name", "#1001"), ("number", "1001"), ("id", "5001")]
)
def test_the_shop_chooses_its_order_id_for_all_events(choice: Any, expected: str) -> None:
    assert properties("orders/paid", order_id=choice)["order_id"] == expected


def test_an_order_without_a_number_is_refused_where_the_number_is_its_id() -> None:
    record = record_of("orders/paid")
    del record["number"]
    with pytest.raises(RecordError, match="missing_field: number"):
        map_record("orders", record, Mapping(shop=SHOP, order_id="number"))


def test_revenue_is_told_only_where_the_shop_opted_in() -> None:
    assert "revenue" not in properties("orders/paid")
    assert properties("orders/paid", revenue=True)["revenue"] == 59.9


def test_a_gift_card_is_no_revenue() -> None:
    found = properties("orders/gift_card", revenue=True)
    assert (found["subtotal"], found["revenue"]) == (90.0, 40.0)


def test_revenue_is_without_tax_whatever_the_subtotal_is() -> None:
    for amounts in ("without_tax", "shopify"):
        found = properties("orders/tax_inclusive", revenue=True, amounts=amounts)
        assert found["revenue"] == 59.9


def test_taxes_are_taken_out_of_the_amounts_of_a_tax_inclusive_shop() -> None:
    """48.00 + 2 x 11.94 with 11.98 tax inside; shipping 5.88 with 0.98 inside."""
    found = properties("orders/tax_inclusive")
    assert (found["subtotal"], found["shipping"], found["tax"]) == (59.9, 4.9, 12.96)
    found = properties("orders/tax_inclusive", amounts="shopify")
    assert (found["subtotal"], found["shipping"], found["tax"]) == (71.88, 5.88, 12.96)


def test_an_edited_order_is_told_as_it_was_placed() -> None:
    """A kettle for 40 less 4 and two cups for 9.95; later one cup went and a tray came."""
    found = properties("orders/edited", revenue=True)
    assert [(one["name"], one["quantity"]) for one in found["products"]] == [
        ("Kettle", 1),
        ("Cup", 2),
    ]
    assert (found["subtotal"], found["shipping"], found["tax"]) == (55.9, 4.9, 11.18)
    assert (found["discount"], found["total"], found["revenue"]) == (4.0, 71.98, 55.9)


def test_the_first_agreement_is_the_oldest_wherever_it_stands() -> None:
    whole = event_of("orders/edited", "Order Completed")
    first, edit = record_of("orders/edited")["agreements"]
    later = {**first, "id": 1002, "happened_at": "2024-03-05T14:30:01Z", "sales": []}
    agreements = [edit, later, first]
    assert event_of("orders/edited", "Order Completed", agreements=agreements) == whole


def test_units_of_one_line_that_were_sold_in_parts_are_counted_together() -> None:
    record = record_of("orders/edited")
    sales = record["agreements"][0]["sales"]
    sales.append(sales[1])
    assert [one["quantity"] for one in properties_of(record)["products"]] == [1, 4]


def test_an_edited_tax_inclusive_order_can_keep_shopifys_figures() -> None:
    """43.20 with 7.20 tax inside, and 23.88 with 3.98."""
    found = properties("orders/edited_tax_inclusive")
    assert (found["subtotal"], found["discount"]) == (55.9, 4.8)
    found = properties("orders/edited_tax_inclusive", amounts="shopify")
    assert (found["subtotal"], found["discount"]) == (67.08, 4.8)


def test_without_agreements_an_edited_order_has_the_records_figures() -> None:
    found = properties("orders/edited_without_agreements")
    assert (found["subtotal"], found["total"]) == (75.95, 71.98)
    assert len(found["products"]) == 3


def test_a_sale_of_an_unknown_line_is_refused() -> None:
    record = record_of("orders/edited")
    record["agreements"][0]["sales"][1]["line_item_id"] = 12345678
    with pytest.raises(RecordError) as raised:
        map_record("orders", record, Mapping(shop=SHOP))
    assert raised.value.reason == "unknown_line_item"
    assert raised.value.detail == "agreements[0].sales[1].line_item_id"


def test_subscription_revenue_is_that_of_lines_with_a_selling_plan() -> None:
    """A kettle for 40 less 4."""
    assert properties("orders/subscription")["subscription_revenue"] == 36.0
    assert "subscription_revenue" not in properties("orders/paid")


def test_a_cancelled_order_tells_why_and_counts_no_revenue() -> None:
    event = event_of("orders/everything", "Order Cancelled")
    assert event["timestamp"] == "2024-03-07T11:00:00.000Z"
    assert event["properties"]["cancel_reason"] == "inventory"
    assert not {"revenue", "subscription_revenue"} & event["properties"].keys()
    whole = event_of("orders/everything", "Order Completed")["properties"]
    assert event["properties"]["products"] == whole["products"]


def test_codes_are_joined_and_those_of_a_line_stand_in_the_order_they_were_applied() -> None:
    found = properties("orders/several_codes")
    assert found["coupon"] == "TEN,Cups%, 3,SHIPFREE"
    assert [one.get("coupon") for one in found["products"]] == ["TEN", "TEN,Cups%, 3"]
    assert (found["discount"], found["shipping"]) == (13.9, 0.0)


def test_many_codes_of_a_line_stand_in_the_order_of_their_numbers() -> None:
    record = record_of("orders/several_codes")
    record["discount_applications"] = [
        {"type": "discount_code", "code": f"CODE{number}"} for number in range(9)
    ]
    parts: list[dict[str, Any]] = [
        {"amount_set": {}, "discount_application_index": index} for index in (8, 1, 8)
    ]
    record["line_items"][0] |= {"discount_allocations": parts}
    assert properties_of(record)["products"][0]["coupon"] == "CODE1,CODE8"


def test_an_automatic_discount_is_no_coupon() -> None:
    found = properties("orders/automatic_discount")
    assert "coupon" not in found
    assert all("coupon" not in one for one in found["products"])


def test_totals_of_a_customer_are_those_of_the_time_or_none() -> None:
    found = properties("orders/paid")
    assert found["purchase_count_littledata"] == 3
    assert "lifetime_revenue_littledata" not in found
    assert "purchase_count_littledata" not in properties("orders/guest")
    journey = {"ready": False, "customer_order_index": 3}
    event = event_of("orders/paid", "Order Completed", customer_journey_summary=journey)
    assert "purchase_count_littledata" not in event["properties"]
    found = properties("orders/paid", customer_totals="current")
    assert found["purchase_count_littledata"] == 4
    assert found["lifetime_revenue_littledata"] == "412.50"
    assert "purchase_count_littledata" not in properties("orders/guest", customer_totals="current")


def test_the_customers_currency_is_told_beside_the_shops() -> None:
    found = properties("orders/jpy_presentment")
    assert (found["total"], found["currency"]) == (76.78, "EUR")
    assert (found["presentment_total"], found["presentment_currency"]) == ("12390", "JPY")
    assert properties("orders/kwd_presentment")["presentment_total"] == "25.621"


def test_a_product_is_told_as_the_line_holds_it() -> None:
    (product,) = properties("orders/deleted_product")["products"]
    assert product == {
        "category": "all",
        "name": "Kettle",
        "price": 40.0,
        "quantity": 1,
        "position": 1,
    }


def test_an_order_tells_who_its_customer_is_only_where_customers_are_not_read() -> None:
    tracks = ["Payment Info Entered", "Order Completed"]
    assert names("orders/paid") == tracks
    assert names("orders/paid", identify_orders=True) == ["identify", *tracks]
    assert names("orders/guest", identify_orders=True) == tracks


def test_an_orders_identify_holds_what_does_not_age() -> None:
    identify = events_of("orders/identify_orders")[0]
    assert identify["timestamp"] == "2024-03-06T08:00:00.000Z"
    assert identify["traits"] == {
        "createdAt": "2023-11-05T10:00:00.000Z",
        "email": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Example",
        "phone": "+493055501234",
    }


def test_a_state_is_never_dated_after_the_end_of_the_period() -> None:
    settings = Mapping(shop=SHOP, identify_orders=True, frozen_end="2024-03-06T07:00:00.000Z")
    identify = map_record("orders", record_of("orders/paid"), settings)[0]
    assert identify["timestamp"] == "2024-03-06T07:00:00.000Z"


def test_a_checkout_is_named_by_its_token_or_by_rests_number_of_it() -> None:
    assert properties("orders/checkout_id")["checkout_id"] == "checkout-77"
    assert properties("orders/checkout_id", checkout_id="id")["checkout_id"] == "901414060077"
    draft = {**record_of("orders/checkout_id"), "checkout_id": None}
    assert "checkout_id" not in properties_of(draft, checkout_id="id")


def test_an_order_that_cannot_tell_rests_number_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(RecordError, match="missing_field: checkout_id"):
        map_record("orders", record_of("orders/paid"), Mapping(shop=SHOP, checkout_id="id"))


def test_events_of_one_time_stand_in_the_order_of_the_funnel() -> None:
    record = record_of("orders/everything") | {"cancelled_at": "2024-03-05T14:30:00Z"}
    agreements = record_of("orders/upsell_by_app")["agreements"]
    agreements[1] |= {"happened_at": record["processed_at"]}
    agreements[1]["sales"][:] = agreements[0]["sales"][:1]
    at_once = map_record("orders", {**record, "agreements": agreements}, Mapping(shop=SHOP))
    assert [one["event"] for one in at_once if one["timestamp"] == "2024-03-05T14:30:00.000Z"] == [
        "Payment Info Entered",
        "Coupon Applied",
        "Order Completed",
        "Post Purchase Upsell",
        "Order Cancelled",
    ]


def test_what_the_settings_leave_out_is_not_given() -> None:
    given = names("orders/everything", identify_orders=True)
    assert {"identify", "Coupon Applied", "Order Cancelled"} <= set(given)
    left = names(
        "orders/everything", identify_orders=True, leave_out=("Identify", "Coupon Applied")
    )
    assert left == [name for name in given if name not in ("identify", "Coupon Applied")]


def test_a_bad_record_is_refused_even_where_its_event_is_left_out() -> None:
    record = record_of("orders/paid") | {"processed_at": "yesterday"}
    with pytest.raises(RecordError, match="malformed_time"):
        map_record("orders", record, Mapping(shop=SHOP, leave_out=("Order Completed",)))
