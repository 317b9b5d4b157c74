"""A checkout tells how far its buyer came: only what it proves, and never out of order."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from golden import CASES, SHOP, event_of, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.events import Event, message_id
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

CREATED, UPDATED = "2026-09-01T10:00:00.000Z", "2026-09-01T10:07:30.000Z"
CHECKOUTS = [case for case in CASES if case.startswith("checkouts/")]
# Every step as (step, viewed or completed), in the order in which a buyer takes them.
STEPS = [(step, what) for step in (1, 2, 3) for what in ("Viewed", "Completed")]


def steps(events: list[Event]) -> list[tuple[int, str]]:
    """Gives the steps that events tell, in their order."""
    return [
        (event["properties"]["step"], event["event"].removeprefix("Checkout Step "))
        for event in events
        if event.get("event", "").startswith("Checkout Step")
    ]


def names(events: list[Event]) -> list[str]:
    return [str(event.get("event", event["type"])) for event in events]


@pytest.mark.parametrize(
    ("case", "count"),
    [
        ("contact_only", 1),
        ("webhook_of_nobody_yet", 1),
        ("webhook_without_a_street", 1),
        ("guest", 1),
        ("shipping_address", 3),
        ("webhook_shipping", 5),
        ("webhook_gateway", 5),
        ("completed", 6),
    ],
)
def test_a_checkout_tells_the_steps_that_it_proves(case: str, count: int) -> None:
    assert steps(events_of(f"checkouts/{case}")) == STEPS[:count]


def test_a_phone_is_a_contact_too() -> None:
    told = events_of("checkouts/webhook_without_a_street", email=None, phone="+15185550177")
    assert steps(told) == STEPS[:1]
    address = record_of("checkouts/shipping_address")["shipping_address"]
    told = events_of(
        "checkouts/webhook_of_nobody_yet", phone="+15185550177", shipping_address=address
    )
    assert steps(told) == STEPS[:3]


def test_what_is_not_shipped_has_a_billing_address_alone() -> None:
    address = record_of("checkouts/shipping_address")["shipping_address"]
    assert steps(events_of("checkouts/contact_only", billing_address=address)) == STEPS[:3]


@pytest.mark.parametrize("case", CHECKOUTS)
def test_no_step_stands_before_an_earlier_one_or_before_the_start(case: str) -> None:
    tracks = [event for event in events_of(case) if event["type"] == "track"]
    assert tracks[0]["event"] == "Checkout Started"
    assert steps(tracks) == STEPS[: len(steps(tracks))]
    assert all(one["timestamp"] <= other["timestamp"] for one, other in pairwise(tracks))


def test_the_first_step_is_viewed_at_the_start_and_the_rest_when_it_was_proven() -> None:
    started, viewed, *others = events_of("checkouts/shipping_address")
    assert (started["timestamp"], viewed["timestamp"]) == (CREATED, CREATED)
    assert [event["timestamp"] for event in others] == [UPDATED] * 2


def test_no_step_is_dated_after_the_completion() -> None:
    *_, last = told = events_of("checkouts/completed", updated_at="2026-09-30T00:00:00Z")
    assert last["timestamp"] == "2026-09-03T18:20:00.000Z"
    assert max(event["timestamp"] for event in told) == last["timestamp"]


@pytest.mark.parametrize("field", ["updated_at", "completed_at"])
def test_a_clock_that_went_wrong_puts_no_step_before_the_start(field: str) -> None:
    told = events_of("checkouts/shipping_address", **{field: "2026-09-01T09:00:00Z"})
    assert {event["timestamp"] for event in told} == {CREATED}


def test_a_checkout_that_went_on_repeats_what_it_told_under_the_same_ids() -> None:
    before = events_of("checkouts/shipping_address")
    after = events_of("checkouts/shipping_address", completed_at="2026-09-02T00:00:00Z")
    known = {event["messageId"] for event in before}
    new = [event for event in after if event["messageId"] not in known]
    assert steps(new) == [(2, "Completed"), (3, "Viewed"), (3, "Completed")]
    assert names(new) == [f"Checkout Step {what}" for _, what in steps(new)]


def test_the_facts_of_a_checkout_name_its_id_and_the_step() -> None:
    started, viewed, *_, last = events_of("checkouts/completed")
    path = "checkouts/35550298931303"
    assert started["messageId"] == message_id("", SHOP, f"{path}/started")
    assert viewed["messageId"] == message_id("", SHOP, f"{path}/step/1/viewed")
    assert last["messageId"] == message_id("", SHOP, f"{path}/step/3/completed")


def codes(case: str) -> dict[str, float | None]:
    """Gives what each code of a checkout took off."""
    told = [event["properties"] for event in events_of(case) if "Coupon" in event.get("event", "")]
    return {one["coupon"]: one.get("discount") for one in told}


@pytest.mark.parametrize("case", ["codes_on_checkout", "codes_on_both"])
def test_a_code_takes_off_what_the_lines_say_and_is_silent_about_shipping(case: str) -> None:
    assert codes(f"checkouts/{case}") == {"WELCOME10": 5.4, "take 5/É": 5.0, "FREESHIP": None}


@pytest.mark.parametrize("case", ["codes", "codes_of_completed"])
def test_the_codes_of_a_checkout_are_told_by_its_order_or_not_asked_for(case: str) -> None:
    assert codes(f"checkouts/{case}") == {}


def test_the_payment_is_told_where_its_way_was_chosen_and_no_order_came_of_it() -> None:
    paid = event_of("checkouts/webhook_gateway", "Payment Info Entered")
    assert (paid["properties"]["payment_method"], paid["properties"]["step"]) == (
        "shopify_payments",
        3,
    )
    completed = events_of("checkouts/webhook_gateway", completed_at="2026-09-02T00:00:00Z")
    assert {"Payment Info Entered", "Coupon Applied"}.isdisjoint(names(completed))
    assert "Payment Info Entered" not in names(events_of("checkouts/webhook_shipping"))


def started(case: str, **changed: Any) -> dict[str, Any]:
    """Gives the properties of a checkout's start."""
    properties: dict[str, Any] = event_of(f"checkouts/{case}", "Checkout Started", **changed)[
        "properties"
    ]
    return properties


def test_the_token_of_a_cart_is_not_called_that_of_the_checkout() -> None:
    assert "checkout_id" not in started("contact_only")
    assert started("contact_only")["cart_id"] == "hWN6cNZXZemrDJSUALGolq01"
    assert started("completed")["checkout_id"] == "84ad78572dae52a8cbea7d55371afe03"
    assert "cart_id" not in started("completed")
    assert started("client_ids_and_settings")["checkout_id"] == "35550298931307"


@pytest.mark.parametrize("case", CHECKOUTS)
def test_a_checkout_knows_nothing_of_an_order(case: str) -> None:
    for event in events_of(case):
        assert "order_id" not in event.get("properties", {})
        assert "revenue" not in event.get("properties", {})


@pytest.mark.parametrize(
    ("case", "subtotal", "shipping"),
    [
        ("tax_inclusive", 45.38, None),  # the lines are all there is to pay
        ("tax_inclusive_without_tax", 54.0, None),
        ("tax_inclusive_with_shipping", None, None),  # nobody knows how much tax is the lines'
        ("tax_inclusive_as_shopify", 54.0, None),
        ("webhook_tax_inclusive", 45.38, 5.12),
        ("webhook_shipping", 54.0, 5.5),
    ],
)
def test_money_is_without_tax_or_absent(
    case: str, subtotal: float | None, shipping: float | None
) -> None:
    told = started(case)
    assert (told.get("subtotal"), told.get("shipping")) == (subtotal, shipping)


def test_a_tax_that_nobody_has_reckoned_yet_is_not_taken_for_none() -> None:
    assert "subtotal" not in started("tax_inclusive", total_tax_set=None)


def test_a_visitor_of_history_of_whom_nothing_is_known_may_have_been_erased() -> None:
    text = json.dumps(events_of("checkouts/redacted"))
    assert "11111111" not in text
    assert "autumn" not in text
    assert "Byron" not in text
    (first, *_) = events_of("checkouts/webhook_of_nobody_yet")
    assert first["anonymousId"] == "11111111-2222-4333-8444-555555555515"


def test_a_checkout_and_its_order_are_of_the_same_nobody() -> None:
    token = "84ad78572dae52a8cbea7d55371afe03"
    (first, *_) = events_of("checkouts/completed", customer=None)
    order = record_of("orders/guest") | {"checkout_token": token}
    (bought, *_) = map_record("orders", order, Mapping(shop=SHOP))
    assert first["anonymousId"] == bought["anonymousId"]


@pytest.mark.parametrize(
    ("field", "value", "reason", "detail"),
    [
        ("created_at", "yesterday", "malformed_time", "created_at"),
        ("line_items", None, "wrong_type", "line_items"),
        ("id", "7", "wrong_type", "id"),
        ("note_attributes", "x", "wrong_type", "note_attributes"),
    ],
)
def test_a_checkout_that_cannot_be_mapped_says_which_field_is_wrong(
    field: str, value: object, reason: str, detail: str
) -> None:
    record = record_of("checkouts/shipping_address") | {field: value}
    with pytest.raises(RecordError) as caught:
        map_record("checkouts", record, Mapping(shop=SHOP))
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def test_malformed_money_of_a_checkout_is_found_by_its_path() -> None:
    record = record_of("checkouts/shipping_address")
    record["line_items"][0]["price_set"]["shop_money"]["amount"] = "12 €"
    with pytest.raises(RecordError) as caught:
        map_record("checkouts", record, Mapping(shop=SHOP))
    assert caught.value.detail == "line_items[0].price_set.shop_money.amount"
