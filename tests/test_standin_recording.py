"""The stand-in shop records an afternoon, and its lines tell what its own books say happened."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from afternoons import facts, happened, moment, payloads, pixels, recorded
from standin.recording import afternoon, main, ndjson
from standin.recording_spoils import spoiled
from standin.server import StandIn

DEVICE_MODE = {
    *("Cart Viewed", "Session Started", "Page Viewed", "Product List Viewed", "Product Clicked"),
    *("Product Viewed", "Product Image Clicked", "Product Shared", "Products Searched"),
    *("Registration Viewed", "Thank You Page Viewed"),
}
SERVER_SIDE = {
    *("Product Added", "Product Removed", "Checkout Started", "Checkout Step Viewed"),
    *("Checkout Step Completed", "Customer Created", "Payment Info Entered", "Coupon Applied"),
    *("Order Completed", "Post Purchase Upsell", "Order Cancelled", "POS Order Placed"),
    *("Customer Enabled", "Fulfillment Created", "Fulfillment Updated"),
}
SUBSCRIPTIONS = {
    *("Subscription Created", "Subscription Updated", "Subscription Cancelled"),
    *("Subscription Skipped", "Subscription Charge Failed"),
}
TOPICS = {
    *("carts/create", "carts/update", "checkouts/create", "checkouts/update"),
    *("orders/create", "orders/paid", "orders/updated", "orders/edited", "orders/cancelled"),
    *("orders/fulfilled", "orders/partially_fulfilled", "order_transactions/create"),
    *("refunds/create", "fulfillments/create", "fulfillments/update"),
    *("customers/create", "customers/update", "customers/enable", "customers/disable"),
    "customer.tags_added",
    *("subscription/created", "subscription/updated", "subscription/cancelled"),
    *("subscription/skipped", "charge/updated", "charge/failed", "customer/created"),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_event_of_the_three_tables_happens(seed: int) -> None:
    done = afternoon(seed)
    events = {fact["event"] for fact in done.facts}
    assert events - {"Order Refunded"} == DEVICE_MODE | SERVER_SIDE | SUBSCRIPTIONS
    assert {line["topic"] for line in done.lines if "topic" in line} == TOPICS


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    again = afternoon()
    assert ndjson(again.lines) == ndjson(recorded().lines)
    assert again.facts == recorded().facts
    assert ndjson(afternoon(2).lines) != ndjson(again.lines)


def test_more_visitors_do_more_of_the_same() -> None:
    done = afternoon(visitors=30, orders=20)
    events = {fact["event"] for fact in done.facts}
    assert events - {"Order Refunded"} == DEVICE_MODE | SERVER_SIDE | SUBSCRIPTIONS
    assert len(done.lines) > 1.5 * len(recorded().lines)


def test_lines_stand_in_order_of_time() -> None:
    times = [line["detail"]["metadata"]["X-Shopify-Triggered-At"] for line in buses()]
    assert len(times) > 100
    assert times == sorted(times)
    told = [pixel["timestamp"] for pixel in pixels()]
    assert told == sorted(told)


def buses() -> list[Any]:
    return [line for line in recorded("eventbridge").lines if "detail" in line]


def test_a_cart_tells_what_was_added_and_removed_but_no_second_thoughts() -> None:
    carts = defaultdict(list)
    for body in payloads("carts/create", "carts/update"):
        carts[body["token"]].append(body)
    told: dict[str, Counter[Any]] = {"Product Added": Counter(), "Product Removed": Counter()}
    second_thoughts = 0
    for token, records in carts.items():
        for key, quantity, came, went in lines_of(records):
            if went and went - came <= timedelta(seconds=10):
                second_thoughts += 1
                continue
            told["Product Added"][came, token, key, quantity] += 1
            if went:
                told["Product Removed"][went, token, key, quantity] += 1
    assert second_thoughts == 1
    for event, found in told.items():
        assert found == happened(event, "cart", "line", "quantity")


def lines_of(records: list[Any]) -> Iterator[tuple[str, int, datetime, datetime | None]]:
    """Yields the units that a cart ever had: line, how many, when they came and when they went."""
    stays: dict[str, list[datetime]] = defaultdict(list)
    for body in records:
        at = moment(body["updated_at"])
        lines = {line["key"]: line["quantity"] for line in body["line_items"]}
        for key in stays.keys() | lines.keys():
            units, held = lines.get(key, 0), stays[key]
            yield from gone(key, held[units:], at)
            stays[key] = [*held[:units], *[at] * (units - len(held))]
    for key, times in stays.items():
        yield from gone(key, times, None)


def gone(
    key: str, times: list[datetime], at: datetime | None
) -> Iterator[tuple[str, int, datetime, datetime | None]]:
    for came, units in Counter(times).items():
        yield key, units, came, at


def test_a_checkout_tells_how_far_its_buyer_came() -> None:
    started, done = Counter[Any](), Counter[Any]()
    seen: set[tuple[str, int]] = set()
    for body in payloads("checkouts/create", "checkouts/update"):
        at, token = moment(body["updated_at"]), body["token"]
        if body["created_at"] == body["updated_at"]:
            started[at, token] += 1
        proven = [body["shipping_address"], body["shipping_lines"], body["completed_at"]]
        for step, proof in enumerate(proven, 1):
            if proof and (token, step) not in seen:
                seen.add((token, step))
                done[at, token, step] += 1
    assert started == happened("Checkout Started", "checkout")
    assert done == happened("Checkout Step Completed", "checkout", "step")
    assert {step for _token, step in seen} == {1, 2, 3}


def test_only_a_checkout_that_was_left_tells_of_its_coupon_and_gateway() -> None:
    bought = {body["token"] for body in payloads("checkouts/update") if body["completed_at"]}
    left = {body["token"] for body in payloads("checkouts/create")} - bought
    for event, name in (("Coupon Applied", "discount_codes"), ("Payment Info Entered", "gateway")):
        told = {
            body["token"]
            for body in payloads("checkouts/update")
            if body[name] and body["token"] in left
        }
        assert told
        assert told == {fact["checkout"] for fact in facts(event) if "checkout" in fact}


def test_the_shop_can_be_read_afterwards_as_it_was_left() -> None:
    shop = recorded().shop
    last = {body["id"]: body for body in payloads("orders/updated", "orders/create")}
    last |= {line["id"]: line for line in recorded().lines if "agreements" in line}
    for number, body in last.items():
        node = shop.node(f"gid://shopify/Order/{number}")
        assert node is not None
        assert moment(node["updatedAt"]) == moment(body["updated_at"])
        assert node["cartToken"] == body["cart_token"]
    left = {fact["checkout"] for fact in facts("Checkout Started")}
    kept = [shop.cart(row).token for row in range(len(shop.table("checkouts")))]
    assert len(left & set(kept)) == 3
    assert len(list(shop.books())) > len(last)


def test_the_shop_can_be_served_afterwards_with_all_its_orders() -> None:
    done = afternoon(orders=8)
    with StandIn(world=done.shop) as served:
        answer = httpx.post(
            f"{served.url}/admin/api/2026-10/graphql.json",
            headers={"X-Shopify-Access-Token": served.token},
            json={"query": "{ orders(first: 50) { nodes { id cartToken } } }"},
        )
    told = {node["id"]: node["cartToken"] for node in answer.json()["data"]["orders"]["nodes"]}
    placed = [line["payload"] for line in done.lines if line.get("topic") == "orders/create"]
    assert len(told) == 8 + len(placed)
    for body in placed:
        assert told[body["admin_graphql_api_id"]] == body["cart_token"]


def test_the_command_writes_the_recording_and_the_books(tmp_path: Any) -> None:
    out, books = tmp_path / "afternoon.ndjson", tmp_path / "facts.ndjson"
    main(["--out", str(out), "--facts", str(books)])
    assert out.read_bytes() == ndjson(recorded().lines)
    assert books.read_bytes() == ndjson(recorded().facts)
    main(["--out", str(out), "--spoiled", "3"])
    assert out.read_bytes() == spoiled(recorded().lines, 3).content
