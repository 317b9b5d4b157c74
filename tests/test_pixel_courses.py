"""Pixels tell of carts and checkouts where nothing better does: each step once."""

from __future__ import annotations

from typing import Any

import pytest

from golden import SHOP
from littlerelay.errors import UsageError
from littlerelay.mappers.pixels import check_server_events
from littlerelay.settings import Mapping
from pixel_records import (
    mapped,
    names,
    one,
    pixel,
)

SERVER_EVENTS = {
    *("Product Added", "Product Removed", "Checkout Started", "Checkout Step Viewed"),
    *("Checkout Step Completed", "Payment Info Entered"),
}


def steps(*pixels: dict[str, Any]) -> list[str]:
    """Returns what of the server's events the pixels give, steps with their number."""
    return [
        " ".join([event["event"], *[str(event["properties"].get("step", ""))]]).strip()
        for event in mapped(*pixels, pixel_server_events=True)
        if event.get("event") in SERVER_EVENTS
    ]


def in_checkout(name: str, at: str, token: str | None = "c1") -> dict[str, Any]:
    return pixel(name, at, data={"checkout": {"token": token}})


def test_carts_and_checkouts_are_told_by_pixels_where_that_is_asked_for_alone() -> None:
    line = {"merchandise": {"title": "Large"}, "quantity": 2}
    seen = [
        pixel("product_added_to_cart", "10:00:00", data={"cartLine": line}),
        pixel("product_removed_from_cart", "10:01:00", data={"cartLine": line}),
        in_checkout("checkout_started", "10:02:00"),
        in_checkout("payment_info_submitted", "10:03:00"),
    ]
    assert SERVER_EVENTS.isdisjoint(names(mapped(*seen)))
    assert set(names(mapped(*seen, pixel_server_events=True))) >= SERVER_EVENTS
    added = one("Product Added", mapped(*seen, pixel_server_events=True))
    assert added["properties"] == {"sent_from": "littlerelay", "quantity": 2, "variant": "Large"}


def test_a_checkout_tells_its_steps_in_their_order_and_each_once() -> None:
    started, contact = "checkout_started", "checkout_contact_info_submitted"
    address, shipping = "checkout_address_info_submitted", "checkout_shipping_info_submitted"
    payment, completed = "payment_info_submitted", "checkout_completed"
    course = [started, contact, address, started, address, shipping, shipping, payment, payment]
    seen = [in_checkout(name, f"10:{at:02d}:00") for at, name in enumerate([*course, completed])]
    viewed, done = "Checkout Step Viewed", "Checkout Step Completed"
    assert steps(*seen) == [
        *("Checkout Started", f"{viewed} 1", f"{done} 1", f"{viewed} 2", f"{done} 2"),
        *(f"{viewed} 3", "Payment Info Entered 3", f"{done} 3"),
    ]


def test_a_step_that_was_not_recorded_is_proven_by_a_later_one() -> None:
    viewed, done = "Checkout Step Viewed", "Checkout Step Completed"
    assert steps(in_checkout("checkout_completed", "10:00:00")) == [
        f"{what} {step}" for step in (1, 2, 3) for what in (viewed, done)
    ]


def test_each_checkout_has_its_own_course() -> None:
    both = [in_checkout("checkout_started", f"10:0{at}:00", token) for at, token in enumerate("ab")]
    assert steps(*both) == ["Checkout Started", "Checkout Step Viewed 1"] * 2


@pytest.mark.parametrize("kind", ["carts", "checkouts", "orders"])
def test_server_events_are_refused_beside_what_tells_them_better(kind: str) -> None:
    asked = Mapping(shop=SHOP, pixel_server_events=True)
    with pytest.raises(UsageError, match=f"what {kind} tell"):
        check_server_events({"pixels", "customers", kind}, asked)
    check_server_events({"pixels", "customers"}, asked)
    check_server_events({"pixels", kind}, Mapping(shop=SHOP))
