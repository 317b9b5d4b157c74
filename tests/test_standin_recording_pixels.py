"""The events of a recorded afternoon's pixels have Shopify's types, and tell what happened."""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest

from afternoons import facts, happened, moment, payloads, pixels
from pixel_types import EVENTS, faults, misfits

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CUSTOM = {"product_clicked", "product_image_clicked", "Product Shared"}


@pytest.mark.parametrize("name", EVENTS)
def test_the_data_of_an_event_has_shopifys_types(name: str) -> None:
    events = list(pixels(name))
    assert events
    assert [list(misfits(event["data"], EVENTS[name], name)) for event in events] == [[]] * len(
        events
    )


def test_every_event_has_the_fields_of_its_kind() -> None:
    common = {"id", "name", "type", "clientId", "timestamp", "seq", "init"}
    fields = {
        "standard": common | {"context", "data"},
        "custom": common | {"context", "customData"},
        "dom": common | {"data"},
    }
    kinds = Counter[str]()
    for event in pixels():
        kinds[event["type"]] += 1
        assert set(event) == fields[event["type"]]
        assert re.fullmatch(f"sh-{UUID}", event["id"])
        assert re.fullmatch(UUID, event["clientId"])
        assert re.fullmatch(r"2026-11-02T\d\d:\d\d:\d\d\.\d{3}Z", event["timestamp"])
        assert not list(faults(event.get("context"), "Context?"))
    assert set(kinds) == set(fields)
    assert {event["name"] for event in pixels()} == EVENTS.keys() | CUSTOM


def test_pixels_are_told_of_shop_customer_and_consent_at_their_beginning() -> None:
    consents = Counter[bool]()
    customers = Counter[bool]()
    for event in pixels():
        init = event["init"]
        assert not list(faults(init["context"], "Context"))
        assert not list(faults(init["data"], "InitData"))
        privacy = init.get("customerPrivacy")
        assert not list(faults(privacy, "CustomerPrivacy?"))
        consents[privacy is None] += 1
        customers[init["data"]["customer"] is None] += 1
    assert len(consents) == len(customers) == 2


def test_the_ids_of_events_are_all_different() -> None:
    assert set(Counter(event["id"] for event in pixels()).values()) == {1}


def test_sessions_begin_with_a_first_event_and_after_half_an_hour_of_none() -> None:
    began = Counter[Any]()
    last: dict[str, Any] = {}
    for event in pixels():
        at, client = moment(event["timestamp"]), event["clientId"]
        if client not in last or at - last[client] > timedelta(minutes=30):
            began[at, client] += 1
        last[client] = at
    assert began == happened("Session Started", "client")
    assert len(last) < sum(began.values())


def test_pages_lists_products_and_searches_are_those_of_the_books() -> None:
    for event, name in (
        ("Page Viewed", "page_viewed"),
        ("Product List Viewed", "collection_viewed"),
        ("Product Viewed", "product_viewed"),
        ("Products Searched", "search_submitted"),
        ("Cart Viewed", "cart_viewed"),
    ):
        assert {fact["pixel"] for fact in facts(event)} == {one["id"] for one in pixels(name)}


def test_the_pages_of_registration_and_of_an_order_are_told_by_their_paths() -> None:
    paths = {
        event["id"]: event["context"]["document"]["location"]["pathname"]
        for event in pixels("page_viewed")
    }
    registration = {key for key, path in paths.items() if path == "/account/register"}
    assert {fact["pixel"] for fact in facts("Registration Viewed")} == registration
    status = {key for key, path in paths.items() if re.fullmatch(r"/\d+/orders/\w+", path)}
    completed = {event["id"] for event in pixels("checkout_completed")}
    assert {fact["pixel"] for fact in facts("Thank You Page Viewed")} == status | completed


def test_clicks_are_told_by_the_page_or_by_the_theme() -> None:
    kinds = defaultdict(set)
    events = {event["id"]: event for event in pixels()}
    for event in ("Product Clicked", "Product Image Clicked", "Product Shared"):
        for fact in facts(event):
            kinds[event].add(events[fact["pixel"]]["type"])
    assert all(found == {"dom", "custom"} for found in kinds.values())


def test_a_completed_checkout_is_that_of_the_order_that_webhooks_tell_of() -> None:
    orders = {str(body["id"]): body for body in payloads("orders/create")}
    for event in pixels("checkout_completed"):
        checkout = event["data"]["checkout"]
        order = orders[checkout["order"]["id"]]
        paid = order["total_price_set"]["presentment_money"]
        assert checkout["token"] == order["checkout_token"]
        assert checkout["totalPrice"] == {
            "amount": float(paid["amount"]),
            "currencyCode": paid["currency_code"],
        }
        assert checkout["order"]["customer"]["id"] == str(order["customer"]["id"])
        assert checkout["email"] == order["email"]
