"""What a recorded afternoon tells of orders, customers and subscriptions is what its books say."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from afternoons import facts, happened, moment, payloads, recorded


def test_orders_come_from_the_carts_and_checkouts_before_them() -> None:
    orders = list(payloads("orders/create"))
    online = [order for order in orders if order["source_name"] == "web"]
    assert len(online) > 5
    carts = {body["token"] for body in payloads("carts/create")}
    checkouts = {body["token"]: body for body in payloads("checkouts/update")}
    for order in online:
        assert order["cart_token"] in carts
        checkout = checkouts[order["checkout_token"]]
        assert checkout["cart_token"] == order["cart_token"]
        assert checkout["total_price"] == order["total_price_set"]["presentment_money"]["amount"]
        sold = [(line["variant_id"], line["quantity"]) for line in order["line_items"]]
        assert sold == [(line["variant_id"], line["quantity"]) for line in checkout["line_items"]]
    assert all(order["cart_token"] is None for order in orders if order not in online)


def test_orders_are_told_as_they_were_at_each_moment() -> None:
    states = defaultdict(list)
    for line in recorded().lines:
        if line.get("topic", "").startswith("orders/") and "order_edit" not in line["payload"]:
            states[line["payload"]["id"]].append((line["topic"], line["payload"]))
    for told in states.values():
        times = [moment(body["updated_at"]) for _topic, body in told]
        assert times == sorted(times)
        for topic, body in told:
            if topic == "orders/create":
                assert (body["tags"], body["fulfillments"], body["refunds"]) == ("", [], [])
                assert body["cancelled_at"] is None
            if topic == "orders/cancelled":
                assert body["cancelled_at"] == body["updated_at"]
            if topic == "orders/fulfilled":
                assert body["fulfillment_status"] == "fulfilled"
            if topic == "orders/partially_fulfilled":
                assert body["fulfillment_status"] == "partial"


def test_orders_their_parcels_and_their_refunds_are_those_of_the_books() -> None:
    placed = Counter[Any]()
    for body in payloads("orders/create"):
        kind = "POS Order Placed" if body["source_name"] == "pos" else "Order Completed"
        placed[kind, moment(body["processed_at"]), body["id"]] += 1
    for event in ("POS Order Placed", "Order Completed"):
        assert happened(event, "order") == Counter(
            {key[1:]: count for key, count in placed.items() if key[0] == event}
        )
    assert happened("Order Cancelled", "order", "reason") == Counter(
        (moment(body["cancelled_at"]), body["id"], body["cancel_reason"])
        for body in payloads("orders/cancelled")
    )
    assert happened("Fulfillment Created", "order", "fulfillment") == Counter(
        (moment(body["created_at"]), body["order_id"], body["id"])
        for body in payloads("fulfillments/create")
    )
    assert happened("Fulfillment Updated", "order", "fulfillment", "status") == Counter(
        (moment(body["updated_at"]), body["order_id"], body["id"], body["shipment_status"])
        for body in payloads("fulfillments/update")
    )
    assert happened("Order Refunded", "order", "refund") == Counter(
        (moment(body["processed_at"]), body["order_id"], body["id"])
        for body in payloads("refunds/create")
    )


def test_the_first_payment_of_an_order_is_told_by_its_transaction() -> None:
    orders = {body["id"]: body for body in payloads("orders/create")}
    first: dict[int, datetime] = {}
    for body in payloads("order_transactions/create"):
        is_payment = body["kind"] in {"sale", "authorization"} and body["status"] == "success"
        order = orders.get(body["order_id"])
        if is_payment and order and order["source_name"] != "pos":
            first.setdefault(body["order_id"], moment(body["processed_at"]))
    paid = {
        fact["order"]: moment(fact["at"])
        for fact in facts("Payment Info Entered")
        if "order" in fact
    }
    assert first == paid


def test_customers_are_created_and_enabled_when_the_books_say_so() -> None:
    assert happened("Customer Created", "customer") == Counter(
        (moment(body["created_at"]), body["id"]) for body in payloads("customers/create")
    )
    assert happened("Customer Enabled", "customer") == Counter(
        (moment(body["updated_at"]), body["id"]) for body in payloads("customers/enable")
    )
    assert all(
        body["state"] == "enabled" and body["verified_email"]
        for body in payloads("customers/enable")
    )
    assert [body["state"] for body in payloads("customers/disable")] == ["disabled"]


def test_recharge_tells_of_the_subscriptions_of_the_books() -> None:
    for event, topic, at in (
        ("Subscription Created", "subscription/created", "created_at"),
        ("Subscription Updated", "subscription/updated", "updated_at"),
        ("Subscription Skipped", "subscription/skipped", "updated_at"),
        ("Subscription Cancelled", "subscription/cancelled", "cancelled_at"),
    ):
        bodies = [body["subscription"] for body in payloads(topic)]
        assert happened(event, "subscription") == Counter(
            (moment(body[at]), body["id"]) for body in bodies
        )
    failed = [body["charge"] for body in payloads("charge/failed")]
    assert happened(
        "Subscription Charge Failed", "subscription", "charge", "error_type"
    ) == Counter(
        (
            moment(body["updated_at"]),
            body["line_items"][0]["purchase_item_id"],
            body["id"],
            body["error_type"],
        )
        for body in failed
    )


def test_a_skip_is_told_by_the_subscription_and_by_its_charge_at_one_moment() -> None:
    (skipped,) = (body["subscription"] for body in payloads("subscription/skipped"))
    (charge,) = (body["charge"] for body in payloads("charge/updated"))
    assert charge["status"] == "skipped"
    assert charge["updated_at"] == skipped["updated_at"]
    assert charge["line_items"][0]["purchase_item_id"] == skipped["id"]


def test_recharge_knows_its_customers_by_the_ids_of_the_shop() -> None:
    known = {int(body["id"]) for body in payloads("customers/update", "customers/create")}
    ids = {
        body["customer"]["id"]: int(body["customer"]["external_customer_id"]["ecommerce"])
        for body in payloads("customer/created")
    }
    table = recorded().shop.table("customers")
    assert all(table.row_of(number) is not None for number in ids.values())
    assert known & set(ids.values())
    for body in payloads("subscription/created"):
        assert body["subscription"]["customer_id"] in ids


def test_an_upsell_is_told_by_an_edit_that_an_app_made_and_by_the_order_as_graphql_has_it() -> None:
    (upsell,) = facts("Post Purchase Upsell")
    edits = {
        body["order_edit"]["order_id"]: body["order_edit"] for body in payloads("orders/edited")
    }
    assert len(edits) == 2
    by_app = [edit for edit in edits.values() if edit["app_id"] and not edit["user_id"]]
    (edit,) = by_app
    assert edit["order_id"] == upsell["order"]
    assert moment(edit["created_at"]) == moment(upsell["at"])
    assert [one["id"] for one in edit["line_items"]["additions"]] == upsell["lines"]
    later = [body for body in payloads("orders/updated") if body["id"] == edit["order_id"]]
    assert {line["id"] for line in later[0]["line_items"]} > set(upsell["lines"])
    (record,) = (line for line in recorded().lines if line.get("id") == edit["order_id"])
    (agreement,) = (one for one in record["agreements"] if one["type"] == "OrderEditAgreement")
    assert (agreement["app_id"], agreement["user_id"]) == (edit["app_id"], None)
    assert {sale["line_item_id"] for sale in agreement["sales"]} == set(upsell["lines"])
