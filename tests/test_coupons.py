"""A discount code of an order becomes Coupon Applied, with what that code took off."""

from typing import Any

import pytest

from golden import SHOP, events_of, record_of
from littlerelay.events import Event, encode, message_id
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping


def coupons(record: dict[str, Any], **settings: Any) -> list[Event]:
    """Returns the Coupon Applied events of a record."""
    events = map_record("orders", record, Mapping(shop=SHOP, **settings))
    return [event for event in events if event.get("event") == "Coupon Applied"]


def discounts(record: dict[str, Any]) -> dict[str, float | None]:
    """Returns what each code of a record took off."""
    found = [event["properties"] for event in coupons(record)]
    return {each["coupon"]: each.get("discount") for each in found}


def test_each_code_tells_its_own_part_of_the_discount() -> None:
    """A cent of the 13.90 was automatic."""
    assert discounts(record_of("orders/several_codes")) == {
        "TEN": 5.99,
        "Cups%, 3": 3.0,
        "SHIPFREE": 4.9,
    }


def test_a_code_that_pays_for_the_shipping_tells_so() -> None:
    assert discounts(record_of("orders/code_on_shipping")) == {"SHIPFREE": 4.9}


def test_codes_that_differ_only_in_case_are_one() -> None:
    record = record_of("orders/codes_differ_in_case")
    assert discounts(record) == {"Spring Été": 10.89, "TEN": 3.0}
    fact = "orders/5061/coupon/spring%20%C3%A9t%C3%A9"
    assert coupons(record)[0]["messageId"] == message_id("", SHOP, fact)


def test_a_code_is_the_same_however_its_accents_are_written() -> None:
    record = record_of("orders/codes_differ_in_case")
    record["discount_codes"] = [{"code": "spring e\u0301te\u0301"}, {"code": "SPRING ÉTÉ"}]
    assert discounts(record) == {"spring e\u0301te\u0301": 10.89}


def test_a_code_stands_at_the_time_of_its_order_and_for_the_same_person() -> None:
    for case in ("orders/several_codes", "orders/everything_in_store"):
        events = events_of(case)
        (sale,) = (one for one in events if one["event"] in ("Order Completed", "POS Order Placed"))
        codes = [event for event in events if event["event"] == "Coupon Applied"]
        assert codes
        for event in codes:
            for key in ("timestamp", "userId", "context"):
                assert event[key] == sale[key]


def test_an_order_without_codes_applied_none() -> None:
    assert coupons(record_of("orders/automatic_discount")) == []
    assert coupons(record_of("orders/paid") | {"discount_codes": [{"code": ""}]}) == []


@pytest.mark.parametrize(("choice", "count"), [("order", 3), ("both", 3), ("checkout", 0)])
def test_the_shop_chooses_whether_an_order_tells_its_codes(choice: str, count: int) -> None:
    assert len(coupons(record_of("orders/several_codes"), coupon_on=choice)) == count


def test_a_code_tells_no_discount_where_the_record_does_not_allocate_it() -> None:
    record = record_of("orders/code_on_shipping")
    del record["shipping_lines"][0]["discount_allocations"]
    assert discounts(record) == {"SHIPFREE": None}
    record = record_of("orders/code_on_shipping")
    del record["discount_applications"]
    assert discounts(record) == {"SHIPFREE": None}
    unused = record_of("orders/code_on_shipping") | {"discount_applications": []}
    unused["shipping_lines"][0]["discount_allocations"] = []
    assert discounts(unused) == {"SHIPFREE": None}


def test_a_code_that_took_nothing_off_tells_zero() -> None:
    record = record_of("orders/code_on_shipping")
    record["shipping_lines"][0]["discount_allocations"] = []
    assert discounts(record) == {"SHIPFREE": 0.0}


def test_a_code_of_an_order_for_nobody_names_nobody() -> None:
    erased = {"customer": None, "email": None}
    (event,) = coupons(record_of("orders/code_on_shipping") | erased)
    assert b"ada" not in encode(event)
    assert "shopify_customer_id_littledata" not in event["properties"]


def test_a_test_order_applies_no_code() -> None:
    record = record_of("orders/several_codes") | {"test": True}
    assert coupons(record) == []
    assert len(coupons(record, include_test=True)) == 3
