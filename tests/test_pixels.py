"""A visitor's web-pixel events tell what they saw, and when they came."""

from __future__ import annotations

import pytest

from golden import SHOP
from littlerelay.events import message_id
from littlerelay.mappers.pixels import visitor_of
from pixel_records import (
    PURCHASE,
    at_page,
    mapped,
    names,
    one,
    pixel,
    told,
)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/", []),
        ("/account/register", ["Registration Viewed"]),
        ("/en-ca/account/register/", ["Registration Viewed"]),
        ("/account/registered", []),
        ("/checkouts/cn/c1/thank-you", ["Thank You Page Viewed"]),
        ("/61001/checkouts/c1/thank_you", ["Thank You Page Viewed"]),
        ("/pages/thank-you", []),
        ("/61001/orders/0123456789abcdef0123456789abcdef", ["Thank You Page Viewed"]),
        ("/orders/0123456789abcdef0123456789abcdef/authenticate", ["Thank You Page Viewed"]),
        ("/account/orders/0123456789abcdef0123456789abcdef", []),
        ("/orders", []),
        ("/orders/6101", []),
    ],
)
def test_a_page_is_viewed_and_may_be_one_of_its_own(path: str, more: list[str]) -> None:
    assert told([pixel("page_viewed", context=at_page(path))]) == ["page", "Page Viewed", *more]


def test_a_page_is_a_track_and_segments_own_call() -> None:
    page, viewed = mapped(pixel("page_viewed", context=at_page("/cart", "?a=1")))[1:]
    expected = {"path": "/cart", "referrer": "", "search": "?a=1", "title": "A page"}
    expected["url"] = "https://shop.example.com/cart?a=1"
    assert page["type"] == "page"
    assert page["properties"] == {"sent_from": "littlerelay", **expected}
    assert viewed["properties"] == page["properties"]
    assert page["context"]["page"] == expected
    assert page["messageId"] == message_id("", SHOP, "pixels/e-page_viewed-10%3A00%3A00/page")
    assert page["messageId"] != viewed["messageId"]


def test_either_of_a_pages_messages_can_be_left_out() -> None:
    seen = [pixel("page_viewed")]
    assert told(seen, leave_out=("Page",)) == ["Page Viewed"]
    assert told(seen, leave_out=("Page Viewed",)) == ["page"]


def test_the_thank_you_page_is_told_once_by_its_checkout() -> None:
    path = PURCHASE["context"]["document"]["location"]["pathname"]
    seen = pixel("page_viewed", "10:04:59", context=at_page(path))
    assert told([seen, PURCHASE]).count("Thank You Page Viewed") == 1
    assert told([seen]).count("Thank You Page Viewed") == 1
    again = pixel("page_viewed", "11:00:00", context=at_page(f"/orders/{'0' * 32}"))
    assert told([seen, PURCHASE, again]).count("Thank You Page Viewed") == 2


def test_a_thank_you_page_tells_no_order_id_but_the_one_that_every_event_has() -> None:
    for choice, expected in (("name", None), ("number", None), ("id", "6101")):
        event = one("Thank You Page Viewed", mapped(PURCHASE, order_id=choice))
        assert event["properties"].get("order_id") == expected


@pytest.mark.parametrize(
    ("gap", "sessions"), [("10:29:59.999", 1), ("10:30:00", 2), ("10:30:00+00:30", 1)]
)
def test_a_session_starts_after_a_pause_of_half_an_hour(gap: str, sessions: int) -> None:
    later = pixel("page_viewed", "gap") | {"timestamp": f"2026-03-01T{gap}".replace("Z", "")}
    later["timestamp"] += "" if "+" in gap else "Z"
    assert names(mapped(pixel("page_viewed"), later)).count("Session Started") == sessions


def test_whatever_a_visitor_does_goes_on_with_their_session() -> None:
    course = [
        pixel("page_viewed", "10:00:00"),
        pixel("input_focused", "10:20:00", type="dom"),
        pixel("advanced_dom_scrolled", "10:40:00", type="advanced-dom", data={"node": {}}),
        pixel("alert_displayed", "11:00:00", data={"alert": None}),
        pixel("somebodys_own", "11:20:00", type="custom", customData={"x": 1}),
    ]
    assert names(mapped(*course)) == ["Session Started", "page", "Page Viewed"]
    assert names(mapped(*course, session_pause=20)).count("Session Started") == 5


@pytest.mark.parametrize("client", ["", "null", "00000000-0000-0000-0000-000000000000"])
def test_those_without_a_client_id_are_not_taken_for_one_visitor(client: str) -> None:
    first = pixel("page_viewed", clientId=client, anonymousId="a-visitor")
    second = pixel("page_viewed", "10:10:00", clientId=client)
    third = pixel("page_viewed", "11:10:00", clientId=client)
    events = mapped(first, second, third)
    assert "Session Started" not in names(events)
    assert len({event["anonymousId"] for event in events}) == 3
    assert len({visitor_of(one) for one in (first, second, third)}) == 3  # type: ignore[arg-type]
