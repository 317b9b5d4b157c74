"""Each event of a subscription is given once, by the first record that proves it."""

from __future__ import annotations

from typing import Any

import pytest

from golden import SHOP, event_of, events_of
from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.mappers.subscriptions import subscription_events
from littlerelay.recharge.recordings import recorded
from littlerelay.settings import Mapping, Markets
from made_recharge import Body, charge_body, line_body, subscription_body, webhook

MAPPING = Mapping(shop=SHOP)
LATER = "2026-03-02T18:20:11+00:00"
ENDED = {"status": "cancelled", "cancelled_at": "2026-05-20T10:00:00+00:00"}


def told(*lines: Body, mapping: Mapping = MAPPING) -> list[Event]:
    """Returns the events of what was recorded of one subscription."""
    records: Any = [record for line in lines for record in recorded(line)]
    return subscription_events(records, mapping)


def names(events: list[Event]) -> list[str]:
    return [event["event"].removeprefix("Subscription ") for event in events]


def created() -> Body:
    return webhook("subscription/created", subscription_body())


def test_the_life_of_a_subscription_is_told_in_order_of_time() -> None:
    events = events_of("subscriptions/recharge_life")
    assert names(events) == [
        *("Created", "Updated", "Skipped"),
        *("Charge Failed", "Charge Failed", "Cancelled"),
    ]


def test_two_records_of_one_fact_are_one_event_and_the_first_tells_it() -> None:
    again = webhook("subscription/updated", subscription_body(updated_at=LATER, quantity=9))
    events = told(
        created(), webhook("subscription/updated", subscription_body(updated_at=LATER)), again
    )
    assert names(events) == ["Created", "Updated"]
    assert events[1]["properties"]["value"] == 48.0


def test_a_state_proves_an_update_once_it_is_no_longer_part_of_the_creation() -> None:
    assert names(told({"subscription": subscription_body(updated_at=LATER)})) == [
        "Created",
        "Updated",
    ]
    settling = subscription_body(updated_at="2026-02-10T09:01:00+00:00")
    assert names(told({"subscription": settling})) == ["Created"]


def test_a_state_that_ended_proves_its_end_and_no_update() -> None:
    ended = subscription_body(updated_at="2026-05-20T10:00:01+00:00", **ENDED)
    assert names(told({"subscription": ended})) == ["Created", "Cancelled"]
    expired = subscription_body(updated_at=LATER, status="expired")
    assert names(told({"subscription": expired})) == ["Created"]


def test_the_update_that_is_the_cancellation_is_none() -> None:
    ended = subscription_body(updated_at="2026-05-20T10:00:01+00:00", **ENDED)
    assert names(told(webhook("subscription/updated", ended))) == ["Created", "Cancelled"]


def test_a_webhook_and_a_state_of_one_update_have_one_id() -> None:
    body = subscription_body(updated_at=LATER)
    assert [one["messageId"] for one in told(webhook("subscription/updated", body))] == [
        one["messageId"] for one in told({"subscriptions": [body]})
    ]


@pytest.mark.parametrize("topic", ["activated", "paused", "swapped", "unskipped"])
def test_a_change_that_has_no_event_of_its_own_is_an_update(topic: str) -> None:
    line = webhook(f"subscription/{topic}", subscription_body(updated_at=LATER))
    assert names(told(line)) == ["Created", "Updated"]


def test_a_subscription_that_was_deleted_tells_nothing_more() -> None:
    line = webhook("subscription/deleted", subscription_body(updated_at=LATER))
    assert names(told(line)) == ["Created"]


def test_somebody_can_cancel_twice() -> None:
    events = events_of("subscriptions/recharge_back_again")
    assert names(events) == ["Created", "Cancelled", "Updated", "Cancelled"]
    assert [one["properties"].get("cancel_reason") for one in events] == [
        *(None, "Travelling", None, "Other")
    ]


def skipped(**changed: Any) -> Body:
    body = charge_body(status="skipped", error_type=None, charge_attempts=0, **changed)
    return webhook("charge/updated", body)


def test_a_charge_that_is_seen_skipped_twice_was_skipped_once() -> None:
    later = "2026-04-03T07:30:00+00:00"
    events = told(skipped(updated_at="2026-04-01T07:30:00+00:00"), skipped(updated_at=later))
    assert names(events) == ["Skipped"]
    assert events[0]["timestamp"] == "2026-04-01T07:30:00.000Z"


def test_a_charge_that_was_taken_back_can_be_skipped_again() -> None:
    queued = webhook(
        "charge/updated", charge_body(status="queued", updated_at="2026-04-02T07:30:00+00:00")
    )
    later = "2026-04-03T07:30:00+00:00"
    events = told(
        skipped(updated_at="2026-04-01T07:30:00+00:00"), queued, skipped(updated_at=later)
    )
    assert names(events) == ["Skipped", "Skipped"]


def test_a_skip_that_both_the_subscription_and_its_charge_tell_is_one() -> None:
    moment = "2026-04-01T07:30:00+00:00"
    line = webhook("subscription/skipped", subscription_body(updated_at=moment))
    charge = skipped(updated_at="2026-04-01T07:30:40+00:00")
    assert names(told(charge, line)) == names(told(line, charge)) == ["Created", "Skipped"]


def test_a_state_that_a_skip_left_behind_is_no_update() -> None:
    moment = "2026-04-01T07:30:00+00:00"
    state = {"subscription": subscription_body(updated_at="2026-04-01T07:30:20+00:00")}
    assert names(told(skipped(updated_at=moment), state)) == ["Created", "Skipped"]
    later = {"subscription": subscription_body(updated_at="2026-04-01T07:31:01+00:00")}
    assert names(told(skipped(updated_at=moment), later)) == ["Created", "Skipped", "Updated"]


def test_each_attempt_fails_once_however_often_it_is_told() -> None:
    first = webhook("charge/failed", charge_body())
    noted = webhook("charge/updated", charge_body(updated_at="2026-05-10T11:00:00+00:00"))
    second = charge_body(charge_attempts=2, updated_at="2026-05-13T20:00:05+00:00")
    last = second | {"updated_at": "2026-05-13T20:00:08+00:00"}
    events = told(
        *(first, noted, webhook("charge/failed", second)),
        webhook("charge/max_retries_reached", last),
    )
    assert [one["timestamp"] for one in events] == [
        *("2026-05-10T05:00:07.000Z", "2026-05-13T20:00:05.000Z")
    ]


def test_a_charge_that_was_paid_or_waits_tells_nothing() -> None:
    for status in ("success", "queued", "refunded", "pending"):
        assert told({"charge": charge_body(status=status)}) == []


def test_a_charge_of_several_subscriptions_tells_of_each_with_its_own_lines() -> None:
    lines = [line_body(), line_body(purchase_item_id=880002, unit_price="7.50", quantity=1)]
    records = recorded(webhook("charge/failed", charge_body(line_items=lines)))
    (one,), (other,) = (subscription_events([record], MAPPING) for record in records)  # type: ignore[list-item]
    assert (one["properties"]["subscriptionId"], one["properties"]["value"]) == ("880001", 48.0)
    assert (other["properties"]["subscriptionId"], other["properties"]["value"]) == ("880002", 7.5)
    assert one["messageId"] != other["messageId"]


def test_what_one_record_lacks_another_tells() -> None:
    events = told(created(), webhook("charge/failed", charge_body()))
    first, failed = events
    assert first["userId"] == failed["userId"] == "7001"
    assert failed["properties"]["order_interval_unit"] == "month"
    assert failed["properties"]["status"] == "active"
    assert first["properties"]["email"] == "ada@example.com"


def test_what_was_true_before_wins_over_what_came_later() -> None:
    moved = charge_body(customer={"email": "bea@example.com"})
    skipped = subscription_body(updated_at="2026-05-11T00:00:00+00:00")
    again = charge_body(charge_attempts=2, updated_at="2026-05-13T20:00:05+00:00")
    events = told(
        *(webhook("charge/failed", again), webhook("subscription/skipped", skipped)),
        *(created(), webhook("charge/failed", moved)),  # in any order
    )
    assert [(one["event"].split()[1], one["properties"]["email"]) for one in events] == [
        ("Created", "bea@example.com"),  # nothing is known before
        ("Charge", "bea@example.com"),
        ("Skipped", "bea@example.com"),
        ("Charge", "ada@example.com"),
    ]


def test_a_creation_that_a_later_state_tells_was_active_then() -> None:
    ended = subscription_body(updated_at="2026-05-20T10:00:01+00:00", **ENDED)
    first, last = told({"subscription": ended})
    assert (first["properties"]["status"], last["properties"]["status"]) == ("active", "cancelled")


def test_the_market_is_that_of_the_address_of_a_charge() -> None:
    markets = Markets(by_country={"DE": "europe"})
    events = told(
        *(created(), webhook("charge/failed", charge_body())),
        mapping=Mapping(shop=SHOP, markets=markets),
    )
    assert [one["properties"]["market_handle"] for one in events] == ["europe", "europe"]


@pytest.mark.parametrize(
    ("choice", "user"), [("email", "ada@example.com"), ("shopify_customer_id", None)]
)
def test_a_customer_without_shopifys_id_is_known_by_an_e_mail_alone(
    choice: str, user: str | None
) -> None:
    body = charge_body(customer={"email": "ada@example.com"})
    (event,) = told({"charge": body}, mapping=Mapping(shop=SHOP, user_id=choice))
    assert event.get("userId") == user
    assert ("anonymousId" in event) is (user is None)
    assert "externalIds" not in event["context"]
    assert event["context"]["traits"] == {"email": "ada@example.com"}


def test_a_customers_subscriptions_have_one_anonymous_id() -> None:
    mapping = Mapping(shop=SHOP, user_id="none")
    (one,) = told({"charge": charge_body()}, mapping=mapping)
    (other,) = told(
        {"charge": charge_body(line_items=[line_body(purchase_item_id=5)])}, mapping=mapping
    )
    assert one["anonymousId"] == other["anonymousId"]


def test_amounts_have_the_units_of_their_currency() -> None:
    properties = event_of("subscriptions/recharge_jpy", "Subscription Created")["properties"]
    assert (properties["value"], properties["subscription_revenue"]) == (4800.0, 4800.0)
    cents = subscription_body(presentment_currency=None, price="0.335", quantity=3)
    (event,) = told({"subscription": cents})
    assert (event["properties"]["value"], event["properties"]["items"][0]["price"]) == (1.01, 0.34)


def test_a_contract_of_shopifys_tells_its_creation_failures_and_end() -> None:
    events = events_of("subscriptions/shopify_contract")
    assert names(events) == ["Created", "Charge Failed", "Charge Failed"]
    assert [one["properties"].get("error_type") for one in events] == [
        *(None, "expired_card", "insufficient_funds")
    ]
    _, ended = events_of("subscriptions/shopify_contract_cancelled")
    assert ended["timestamp"] == "2026-06-01T00:00:00.000Z"  # the end of the run's period


def test_the_end_of_a_contract_has_one_id_whenever_it_is_read() -> None:
    name = "Subscription Cancelled"
    one = event_of("subscriptions/shopify_contract_cancelled", name)
    records: Any = [
        {"id": 91, "source": "shopify", "created_at": "2026-02-10T09:00:00Z"}
        | dict.fromkeys(("updated_at", "cancelled_at"), "2026-07-01T00:00:00Z")
    ]
    other = subscription_events(records, MAPPING)[-1]
    assert (other["event"], other["messageId"]) == (name, one["messageId"])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"updated_at": "yesterday"}, "malformed_time: updated_at"),
        ({"cancelled_at": "2026-13-01T00:00:00Z"}, "malformed_time: cancelled_at"),
        ({"price": "much"}, r"malformed_money: items\[0\]\.price"),
        ({"price": None}, r"wrong_type: items\[0\]\.price"),
        ({"quantity": "many"}, r"wrong_type: items\[0\]\.quantity"),
        ({"id": None}, "wrong_type: id"),
    ],
)
def test_what_cannot_be_mapped_is_named_with_its_path(changed: dict[str, Any], reason: str) -> None:
    (record,) = recorded({"subscription": subscription_body(**changed)})
    with pytest.raises(RecordError, match=reason):
        map_record("subscriptions", record, MAPPING)
