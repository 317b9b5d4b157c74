"""A fulfillment becomes Fulfillment Created and a Fulfillment Updated for each known status."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from golden import SHOP, record_of
from littlerelay.mappers import map_record
from littlerelay.mappers.fulfillments import statuses
from littlerelay.settings import Mapping

CREATED, UPDATED = "2024-03-06T08:00:00Z", "2024-03-09T12:00:00Z"
TRANSIT, DELIVERED = "2024-03-07T06:00:00Z", "2024-03-08T09:00:00Z"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"updated": UPDATED}),
        ({"updated_at": CREATED}, {}),
        ({"updated_at": "2024-03-06T09:00:00+01:00"}, {}),
        ({"status": "cancelled"}, {"cancelled": UPDATED}),
        ({"shipment_status": "out_for_delivery"}, {"out_for_delivery": UPDATED}),
        ({"shipment_status": "delivered"}, {"delivered": UPDATED}),
        ({"shipment_status": "in_transit", "status": "cancelled"}, {"in_transit": UPDATED}),
        ({"shipment_status": "canceled"}, {"cancelled": UPDATED}),
        ({"delivered_at": DELIVERED}, {"delivered": DELIVERED}),
        (
            {"shipment_status": "delivered", "delivered_at": DELIVERED, "in_transit_at": TRANSIT},
            {"in_transit": TRANSIT, "delivered": DELIVERED},
        ),
        (
            {"shipment_status": "failure", "in_transit_at": TRANSIT},
            {"in_transit": TRANSIT, "failure": UPDATED},
        ),
        (
            {"status": "cancelled", "in_transit_at": TRANSIT},
            {"in_transit": TRANSIT, "cancelled": UPDATED},
        ),
        *(
            ({"shipment_status": status}, {"updated": UPDATED})
            for status in (
                *("fulfilled", "marked_as_fulfilled", "submitted"),
                *("label_purchased", "label_voided"),
            )
        ),
    ],
)
def test_a_fulfillment_tells_each_status_it_is_known_to_have_reached(
    changed: Any, expected: dict[str, str]
) -> None:
    plain: Any = {"id": 1, "created_at": CREATED, "updated_at": UPDATED, "status": "success"}
    assert statuses(plain | changed) == expected


def events(**changed: Any) -> list[dict[str, Any]]:
    """Returns the events of an order's first fulfillment, changed."""
    record = record_of("orders/fulfillments")
    record["fulfillments"] = [record["fulfillments"][0] | changed]
    given = map_record("orders", record, Mapping(shop=SHOP))
    return [event for event in given if str(event.get("event")).startswith("Fulfillment ")]


def test_each_status_is_a_fact_of_its_own() -> None:
    root = uuid5(NAMESPACE_URL, "https://littlerelay")
    facts = ["created", "in_transit", "delivered"]
    assert [event["messageId"] for event in events()] == [
        str(uuid5(root, f"/{SHOP}/fulfillments/1501/{fact}")) for fact in facts
    ]


def test_an_event_tells_the_status_of_its_own_time() -> None:
    created, transit, delivered = (event["properties"] for event in events())
    assert "shipment_status" not in created
    assert (transit["shipment_status"], delivered["shipment_status"]) == ("in_transit", "delivered")
    assert {one["status"] for one in (created, transit, delivered)} == {"success"}


def test_a_fulfillment_lists_what_was_sent_of_each_line() -> None:
    lines = [{"id": 9002, "quantity": 1}, {"id": 9001}]
    products = events(line_items=lines)[0]["properties"]["products"]
    assert [(one["name"], one["quantity"], one["position"]) for one in products] == [
        ("Cup", 1, 1),
        ("Kettle", 1, 2),
    ]


def test_a_line_that_was_sent_in_part_is_not_taken_for_the_whole_line() -> None:
    lines = [{"id": 9001, "quantity": 1}, {"id": 9002, "quantity": 1}]
    products = events(line_items=lines)[0]["properties"]["products"]
    assert [one["quantity"] for one in products] == [1, 1]


@pytest.mark.parametrize("changed", [{"status": "cancelled"}, {}], ids=["cancelled", "updated"])
def test_what_is_no_shipment_status_is_not_told_as_one(changed: dict[str, Any]) -> None:
    plain = {"shipment_status": None, "in_transit_at": None, "delivered_at": None}
    (_, updated) = events(**plain, **changed)
    assert updated["event"] == "Fulfillment Updated"
    assert "shipment_status" not in updated["properties"]


def test_an_empty_tracking_list_is_left_out() -> None:
    found = events(tracking_numbers=[], tracking_urls=[])[0]["properties"]
    assert not {"tracking_numbers", "tracking_urls"} & found.keys()


def test_an_unknown_status_of_shopifys_keeps_its_own_fact() -> None:
    (_, updated) = events(shipment_status="a b/c", in_transit_at=None, delivered_at=None)
    root = uuid5(NAMESPACE_URL, "https://littlerelay")
    assert updated["messageId"] == str(uuid5(root, f"/{SHOP}/fulfillments/1501/a%20b%2Fc"))
