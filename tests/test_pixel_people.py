"""A web-pixel event is about whom it tells: by an id of Segment's, by the customer, by consent."""

from __future__ import annotations

from typing import Any

import pytest

from littlerelay.settings import Markets
from pixel_records import (
    ADA,
    CLIENT,
    NOTED,
    mapped,
    names,
    one,
    pixel,
    visitors,
    with_init,
)


def test_a_visitor_is_their_client_id_where_nothing_better_is_told() -> None:
    assert visitors(pixel("page_viewed")) == [(None, CLIENT)]
    assert "alias" not in names(mapped(with_init(customer=ADA)))


def test_a_recorded_segment_id_counts_more_and_the_checkouts_most() -> None:
    recorded = pixel("page_viewed", anonymousId="recorded")
    assert visitors(recorded) == [(None, "recorded")]
    assert visitors(recorded | with_init(checkout=NOTED)) == [(None, "of-the-checkout")]
    assert visitors(recorded | with_init(cart=NOTED)) == [(None, "of-the-checkout")]
    assert visitors(recorded | {"anonymousId": "undefined"}) == [(None, CLIENT)]


def test_a_browser_keeps_segments_id_until_it_tells_another() -> None:
    ids = [None, "first", None, "second", None]
    seen = [
        pixel("page_viewed", f"10:0{place}:00", anonymousId=one) for place, one in enumerate(ids)
    ]
    expected = ["first", "first", "first", "second", "second"]
    assert visitors(*seen) == [(None, one) for one in expected]


def test_a_known_customer_and_a_recovered_id_are_aliased_once_a_pair() -> None:
    seen = [
        with_init(at="10:00:00", customer=ADA, checkout=NOTED),
        with_init(at="10:01:00", customer=ADA, checkout=NOTED),
        with_init(at="10:02:00", customer=ADA | {"id": "7102"}, checkout=NOTED),
    ]
    pairs = [
        (event["previousId"], event["userId"])
        for event in mapped(*seen)
        if event["type"] == "alias"
    ]
    assert pairs == [("of-the-checkout", "7101"), ("of-the-checkout", "7102")]
    assert "alias" not in names(mapped(*seen, user_id="none"))


@pytest.mark.parametrize(
    ("choice", "user"),
    [
        ("shopify_customer_id", "7101"),
        ("hashed_email", "687b44c0975c315c00cec8048e3542a5"),
        ("email", "Ada@example.com"),
        ("none", None),
        ("metafield:custom.member_id", None),
    ],
)
def test_the_shop_chooses_the_user_id(choice: str, user: str | None) -> None:
    seen = with_init(customer=ADA)
    assert visitors(seen, user_id=choice) == [(user, CLIENT)]


def test_whoever_ordered_is_known_by_the_order_of_the_checkout() -> None:
    bought = {"order": {"id": "1", "customer": {"id": "7103"}}, "email": "ada@example.com"}
    assert visitors(with_init(checkout=bought)) == [("7103", CLIENT)]
    assert visitors(with_init(checkout=bought, customer=ADA)) == [("7101", CLIENT)]
    guest = with_init(checkout={"email": "ada@example.com"})
    assert visitors(guest) == [(None, CLIENT)]
    assert visitors(guest, user_id="email") == [("ada@example.com", CLIENT)]


@pytest.mark.parametrize("odd", ["", "guest", "gid://shopify/Customer/", "9" * 40, "-1", "²"])
def test_what_is_no_number_of_shopifys_is_nobodys_id(odd: str) -> None:
    assert visitors(with_init(customer=ADA | {"id": odd})) == [(None, CLIENT)]


PRIVACY = {"analyticsProcessingAllowed": True, "marketingAllowed": False}
CONFIGURED = (("Analytics", False), ("Advertising", False))


@pytest.mark.parametrize(
    ("privacy", "consent", "expected"),
    [
        (PRIVACY, (), {"Analytics": True, "Advertising": False}),
        (PRIVACY, CONFIGURED, {"Analytics": True, "Advertising": False}),
        (PRIVACY | {"saleOfDataAllowed": None}, (), {"Analytics": True, "Advertising": False}),
        (None, CONFIGURED, {"Analytics": False, "Advertising": False}),
        ({}, (), None),
        (None, (), None),
    ],
)
def test_consent_is_what_the_visitor_said(
    privacy: dict[str, Any] | None, consent: Any, expected: dict[str, bool] | None
) -> None:
    event = mapped(pixel("page_viewed", init={"customerPrivacy": privacy}), consent=consent)[0]
    found = event["context"].get("consent")
    assert found == (None if expected is None else {"categoryPreferences": expected})


def test_a_market_is_told_within_a_checkout_alone() -> None:
    markets = Markets({"DE": "europe"}, "world")
    german = {"shippingAddress": {"countryCode": "DE"}}
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({"checkout": german | {"localization": {"market": {"handle": "own"}}}}, "own"),
        ({"checkout": german}, "europe"),
        ({"checkout": {"localization": {"country": {"isoCode": "US"}}}}, "world"),
        ({"shop": {"countryCode": "DE"}}, None),
    ]
    for data, expected in cases:
        event = one("Page Viewed", mapped(with_init(**data), markets=markets))
        assert event["properties"].get("market_handle") == expected


def test_an_identify_is_told_where_no_customers_are_read_and_when_it_says_something_new() -> None:
    phone = ADA | {"phone": "+4930555017"}
    seen = [
        with_init(at=f"10:0{place}:00", customer=one)
        for place, one in enumerate([None, ADA, ADA, phone, {"id": "7104"}])
    ]
    found = [event for event in mapped(*seen, identify_orders=True) if event["type"] == "identify"]
    assert [event["traits"] for event in found] == [
        {"email": "Ada@example.com", "firstName": "Ada"},
        {"email": "Ada@example.com", "firstName": "Ada", "phone": "+4930555017"},
    ]
    assert "identify" not in names(mapped(*seen))
