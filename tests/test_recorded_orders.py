"""All that was recorded of an order or a customer tells its events, each once."""

from pathlib import Path

import orjson

from made_bodies import line_body
from made_recordings import (
    DAY,
    customer_body,
    fulfillment_body,
    names,
    order,
    orders,
    paid_refund,
    rejects,
    replayed,
    webhook,
)

RECORDS = Path(__file__).resolve().parent.parent / "fixtures/records/orders"
PAID = {
    "id": 4001,
    "order_id": 5001,
    "kind": "sale",
    "status": "success",
    "gateway": "manual",
    "amount": "40.00",
    "created_at": DAY.format(3),
    "processed_at": DAY.format(3),
}


def test_two_topics_tell_one_fact_once(tmp_path: Path) -> None:
    topics = ("orders/create", "orders/paid", "orders/updated")
    found = replayed(tmp_path, [webhook(topic, order()) for topic in topics])
    assert names(found) == ["Order Completed"]


def test_the_latest_record_of_an_order_tells_its_events(tmp_path: Path) -> None:
    early, late = order(), order(updated_at=DAY.format(9), tags="late")
    for lines in ([early, late], [late, early]):
        (found,) = replayed(tmp_path, [webhook("orders/updated", body) for body in lines])
        assert found["properties"]["affiliation"] == "late"


def test_an_edited_order_keeps_the_figures_that_it_was_placed_with(tmp_path: Path) -> None:
    added = line_body(id=9002, quantity=1)
    late = order(
        updated_at=DAY.format(9),
        tags="late",
        line_items=[line_body(), added],
        total_price="60.00",
        refunds=[paid_refund()],
        fulfillments=[fulfillment_body(line_items=[{"id": 9002, "quantity": 1}])],
    )
    lines = [webhook("orders/create", order()), webhook("orders/updated", late)]
    found = {one["event"]: one["properties"] for one in replayed(tmp_path, lines)}
    assert found.keys() == {"Order Completed", "Order Refunded", "Fulfillment Created"}
    placed = found["Order Completed"]
    assert (placed["affiliation"], placed["total"], len(placed["products"])) == ("late", 40.0, 1)


def test_an_order_is_joined_with_what_came_by_itself(tmp_path: Path) -> None:
    lines = [
        webhook("refunds/create", paid_refund(created_at=DAY.format(8))),
        webhook("fulfillments/create", fulfillment_body()),
        webhook("order_transactions/create", PAID),
        webhook("orders/create", order()),
    ]
    found = replayed(tmp_path, lines)
    assert names(found) == [
        "Order Completed",
        "Fulfillment Created",
        "Payment Info Entered",
        "Order Refunded",
    ]
    assert {one["properties"]["order_id"] for one in found} == {"#1001"}


def test_a_shipment_tells_each_status_that_it_had(tmp_path: Path) -> None:
    states = [(2, None), (4, "in_transit"), (6, "in_transit"), (8, "delivered")]
    bodies = [
        fulfillment_body(updated_at=DAY.format(second), shipment_status=status)
        for second, status in states
    ]
    bodies[-1]["tracking_numbers"] = ["EX1"]
    lines = [webhook("fulfillments/update", body) for body in bodies]
    lines.append(webhook("orders/fulfilled", order(fulfillments=bodies[:1])))
    every = replayed(tmp_path, lines)
    (made,) = [one for one in every if one["event"] == "Fulfillment Created"]
    assert made["properties"]["tracking_numbers"] == ["EX1"]
    found = [one for one in every if one["event"] == "Fulfillment Updated"]
    told = [(one["timestamp"][17:19], one["properties"]["shipment_status"]) for one in found]
    assert told == [("06", "in_transit"), ("08", "delivered")]


def test_what_has_no_order_is_rejected(tmp_path: Path) -> None:
    assert replayed(tmp_path, [webhook("refunds/create", paid_refund()), *orders(1)]) != []
    assert rejects(tmp_path) == []
    assert replayed(tmp_path, [webhook("refunds/create", paid_refund())]) == []
    (rejected,) = rejects(tmp_path)
    assert (rejected["reason"], rejected["line"]) == ("needs_order", 1)
    assert rejected["source"] == str(tmp_path / "recorded.ndjson")


def test_each_state_of_a_customer_is_told(tmp_path: Path) -> None:
    lines = [
        webhook("customers/create", customer_body()),
        webhook("customers/update", customer_body(updated_at=DAY.format(4), note="vip")),
        webhook("customers/update", customer_body(updated_at=DAY.format(4), note="vip")),
    ]
    found = replayed(tmp_path, lines)
    assert names(found) == ["Customer Created", "identify", "identify"]
    assert [one["traits"].get("description") for one in found[1:]] == [None, "vip"]


def test_an_account_is_enabled_when_its_webhook_says_so(tmp_path: Path) -> None:
    shown = customer_body(updated_at=DAY.format(3), state="enabled", verified_email=True)
    late = webhook("customers/update", shown)
    exact = webhook("customers/enable", customer_body(updated_at=DAY.format(5), state="enabled"))
    (found,) = (e for e in replayed(tmp_path, [late]) if names([e]) == ["Customer Enabled"])
    assert found["timestamp"].startswith("2026-03-01T11:00:03")
    (found,) = (e for e in replayed(tmp_path, [late, exact]) if names([e]) == ["Customer Enabled"])
    assert found["timestamp"].startswith("2026-03-01T11:00:05")


def test_orders_introduce_a_customer_once_where_no_customer_was_recorded(tmp_path: Path) -> None:
    who = {"customer": {"id": 7001, "created_at": DAY.format(0), "email": "ada@example.com"}}
    lines = [webhook("orders/create", order(id=5001 + n) | who) for n in range(3)]
    assert names(replayed(tmp_path, lines)).count("identify") == 1
    lines.append(webhook("customers/create", customer_body()))
    assert [one["traits"]["firstName"] for one in replayed(tmp_path, lines) if "traits" in one]


def test_one_bad_record_of_an_order_leaves_the_others(tmp_path: Path) -> None:
    bad = order(updated_at=DAY.format(9), line_items=[{"id": 1}])
    lines = [*orders(1), webhook("orders/updated", bad)]
    assert names(replayed(tmp_path, lines)) == ["Order Completed"]
    (rejected,) = rejects(tmp_path)
    assert (rejected["line"], rejected["reason"]) == (2, "missing_field")
    assert rejected["record"] == lines[1]
    bad = fulfillment_body(line_items=[{"id": 1, "quantity": 1}])
    lines = [*orders(1), webhook("fulfillments/create", bad)]
    assert names(replayed(tmp_path, lines)) == ["Order Completed"]
    assert rejects(tmp_path)[0]["reason"] == "unknown_line_item"


def test_an_alias_is_told_by_the_order_that_was_created_first(tmp_path: Path) -> None:
    visitor = {"note_attributes": [{"name": "segment-clientID", "value": "a-1"}]}
    who = {"customer": {"id": 7001, "created_at": DAY.format(0)}} | visitor
    early = order(id=2, created_at=DAY.format(1), processed_at=DAY.format(9)) | who
    late = order(id=1, created_at=DAY.format(5), processed_at=DAY.format(5)) | who
    found = replayed(tmp_path, [webhook("orders/create", body) for body in (late, early)])
    (alias,) = [one for one in found if one["type"] == "alias"]
    assert alias["timestamp"].startswith("2026-03-01T11:00:09")


def test_an_edit_that_an_earlier_record_tells_is_told_whatever_came_later(tmp_path: Path) -> None:
    early = orjson.loads((RECORDS / "upsell_by_app.json").read_bytes())
    late = {name: value for name, value in early.items() if name != "agreements"}
    late["updated_at"] = "2031-01-01T00:00:00Z"
    lines = [webhook("orders/updated", one) for one in (early, late)]
    assert "Post Purchase Upsell" in names(replayed(tmp_path, lines))
