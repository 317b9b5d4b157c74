"""What a line tells of itself decides what it is; what it does not tell, the user may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from made_recharge import subscription_body
from made_recharge import webhook as of_recharge
from made_recordings import SHOP, customer_body, order, put, rejects, replay, replayed, webhook
from pixel_records import pixel

EVERY = [
    pixel("page_viewed"),
    of_recharge("subscription/created", subscription_body()),
    webhook("orders/create", order()),
    webhook("orders/edited", {"order_edit": {"id": 1}}),
    {"order_edit": {"id": 2}},
    customer_body(),
]
BARE: dict[str, Any] = {
    name: value
    for name, value in order(id=5009, name="#1009").items()
    if name not in ("admin_graphql_api_id", "order_number", "financial_status")
}


@pytest.mark.parametrize("kind", ["orders", "pixels", "subscriptions", "customers"])
def test_a_kind_is_said_only_of_lines_that_do_not_tell_it(kind: str, tmp_path: Path) -> None:
    expected = replayed(tmp_path, EVERY, shop=SHOP)
    assert len(expected) > 5
    assert replayed(tmp_path, EVERY, shop=SHOP, kind=kind) == expected
    assert not (tmp_path / "events.ndjson.rejects.ndjson").exists()


def test_a_line_that_tells_nothing_is_what_the_user_says(tmp_path: Path) -> None:
    found = replayed(tmp_path, [*EVERY, BARE], shop=SHOP, kind="orders")
    orders = {event["properties"]["order_id"] for event in found if "order_id" in str(event)}
    assert orders == {"#1001", "#1009"}


@pytest.mark.parametrize("topic", ["orders/creates", "orders", "customers/tags_added", "pens/sold"])
def test_a_topic_of_nobodys_is_rejected_also_below_a_subject_of_shopifys(
    topic: str, tmp_path: Path
) -> None:
    assert replayed(tmp_path, [webhook(topic, order())], shop=SHOP) == []
    assert [one["reason"] for one in rejects(tmp_path)] == ["unknown_topic"]


@pytest.mark.parametrize("topic", ["ORDERS_CREATE", "Orders/Create", "orders_create"])
def test_a_topic_is_known_however_it_is_written(topic: str, tmp_path: Path) -> None:
    expected = replayed(tmp_path, [webhook("orders/create", order())], shop=SHOP)
    assert replayed(tmp_path, [webhook(topic, order())], shop=SHOP) == expected != []


def test_topics_that_tell_no_fact_are_filtered_however_they_are_written(tmp_path: Path) -> None:
    topics = [
        *("orders/edited", "ORDERS_EDITED", "customer.tags_added", "CUSTOMER_TAGS_ADDED"),
        *("customers/data_request", "shop/redact", "discounts/redeemcode_added"),
        *("tax_partners/update", "inventory_shipments/mark_in_transit"),
    ]
    put(tmp_path / "recorded.ndjson", [webhook(topic, {"id": 1}) for topic in topics])
    counts = replay(tmp_path, shop=SHOP).counts["other"]
    assert (counts.read, counts.filtered) == (len(topics), len(topics))
