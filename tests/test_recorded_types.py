"""What a recording has in a wrong type reaches no event: its record goes to the rejects."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from golden import CASES, events_of
from littlerelay.recordings.checking import check
from littlerelay.recordings.recorded import Made
from made_bodies import Body, checkout_body, line_body, order_body
from made_recordings import customer_body, fulfillment_body, order, rejects, replayed, webhook

GOOD = webhook("orders/create", order(id=1))
HOME = {"address1": "1 Elm Road", "city": ["London"], "country_code": "GB"}
FAULTS: list[tuple[str, Body, str]] = [
    ("orders/create", order_body(line_items=[line_body(sku=["A-1"])]), "line_items[0].sku"),
    ("orders/create", order_body(line_items=[line_body(vendor=5)]), "line_items[0].vendor"),
    ("orders/create", order_body(browser_ip=5), "browser_ip"),
    ("orders/create", order_body(location_id="5"), "location_id"),
    (
        "orders/create",
        order_body(billing_address=HOME, customer=None, email="a@example.com"),
        "billing_address.city",
    ),
    (
        "orders/updated",
        order_body(fulfillments=[fulfillment_body(tracking_numbers="77")]),
        "fulfillments[0].tracking_numbers",
    ),
    ("customers/create", customer_body(note={"text": "tea"}), "note"),
    ("customers/create", customer_body(verified_email="true"), "verified_email"),
    ("checkouts/create", checkout_body(line_items=[line_body(sku=7)]), "line_items[0].sku"),
    (
        "carts/update",
        {
            "token": "cart-1",
            "created_at": "2026-03-01T12:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
            "line_items": [line_body(key="1:a", sku=["A-1"], variant_id=1, price="5.00")],
        },
        "sku of Product Added",
    ),
]


@pytest.mark.parametrize(("topic", "body", "place"), FAULTS)
def test_a_wrong_type_that_would_be_copied_is_rejected(
    topic: str, body: Body, place: str, tmp_path: Path
) -> None:
    found = replayed(tmp_path, [webhook(topic, body), GOOD])
    assert [one["event"] for one in found] == ["Order Completed"]
    told = [(one["reason"], one["detail"]) for one in rejects(tmp_path)]
    assert told == [("wrong_type", place)]


@pytest.mark.parametrize("case", CASES)
def test_no_event_of_the_golden_files_has_a_wrong_type(case: str) -> None:
    check("orders", Made(events_of(case)))


def test_a_property_that_nobody_promised_may_be_anything() -> None:
    (event,) = (one for one in events_of("orders/paid") if one.get("event") == "Order Completed")
    more: dict[str, Any] = copy.deepcopy(event)
    more["properties"]["of_another_tool"] = [5]
    check("orders", Made([more]))
