"""Whom an event is about: user ids, anonymous ids, and what is known of somebody."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.mappers import map_record
from littlerelay.mappers.identity import address_traits, anonymous_id, user_id
from littlerelay.settings import Mapping, UserId

SEGMENT_ID = "11111111-2222-4333-8444-555555555555"
ROOT = uuid5(NAMESPACE_URL, "https://littlerelay")


@pytest.mark.parametrize(
    ("choice", "email", "expected"),
    [
        ("shopify_customer_id", "ada@example.com", "7"),
        ("shopify_customer_id", None, "7"),
        ("hashed_email", "ada@example.com", "3e3417d7ef77d5932a6734b916515ed5"),
        ("hashed_email", "Ada@example.com", "687b44c0975c315c00cec8048e3542a5"),
        ("hashed_email", None, None),
        ("email", "Ada@example.com", "Ada@example.com"),
        ("email", None, None),
        ("none", "ada@example.com", None),
    ],
)
def test_the_shop_chooses_its_user_id(
    choice: UserId, email: str | None, expected: str | None
) -> None:
    assert user_id(7, email, Mapping(shop=SHOP, user_id=choice)) == expected


def order(**changed: Any) -> dict[str, Any]:
    """Returns the record of a plain order, changed."""
    return record_of("orders/paid") | changed


def completed(record: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Returns the first event of an order."""
    return map_record("orders", record, Mapping(shop=SHOP, **settings))[0]


@pytest.mark.parametrize(
    ("choice", "known"),
    [("shopify_customer_id", False), ("hashed_email", True), ("email", True), ("none", False)],
)
def test_a_guest_is_known_by_an_email_or_not_at_all(choice: UserId, known: bool) -> None:
    event = completed(order(customer=None), user_id=choice)
    assert ("userId" in event) is known
    assert ("anonymousId" in event) is not known


@pytest.mark.parametrize("name", ["segment-clientID", "_segment-clientID"])
def test_an_anonymous_id_is_recovered_beside_the_user_id(name: str) -> None:
    event = completed(order(note_attributes=[{"name": name, "value": SEGMENT_ID}]))
    assert (event["userId"], event["anonymousId"]) == ("7001", SEGMENT_ID)


def test_the_settings_name_the_attributes_and_their_order() -> None:
    notes = [{"name": "theirs", "value": "b"}, {"name": "ours", "value": "a"}]
    event = completed(order(note_attributes=notes), anonymous_id_attributes=("ours", "theirs"))
    assert event["anonymousId"] == "a"
    event = completed(order(note_attributes=notes[:1]), anonymous_id_attributes=("ours", "theirs"))
    assert event["anonymousId"] == "b"


@pytest.mark.parametrize("value", [None, "", "null", "undefined", "Anonymous", "-1", "0000-00"])
def test_what_a_broken_script_wrote_is_no_id(value: str | None) -> None:
    event = completed(order(note_attributes=[{"name": "segment-clientID", "value": value}]))
    assert "anonymousId" not in event


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        ({"checkout_token": "c/1", "cart_token": "k"}, "anonymous/checkouts/c%2F1"),
        ({"checkout_token": None, "cart_token": "k"}, "anonymous/carts/k"),
        ({"checkout_token": None, "cart_token": None}, "anonymous/orders/5001"),
    ],
)
def test_somebody_unknown_gets_an_id_of_the_checkout_else_cart_else_order(
    changed: dict[str, Any], fact: str
) -> None:
    event = completed(order(customer=None, **changed), namespace="elsewhere")
    assert event["anonymousId"] == str(uuid5(ROOT, f"/{SHOP}/{fact}"))


def test_an_unknown_customer_gets_an_id_of_the_customer() -> None:
    (identify, *_) = events_of("customers/known_by_nothing")
    assert "userId" not in identify
    assert identify["anonymousId"] == anonymous_id(SHOP, "customers", "7008")


def test_the_context_tells_what_is_known_of_a_customer() -> None:
    context = event_of("orders/paid", "Order Completed")["context"]
    assert list(context) == ["library", "ip", "traits", "externalIds", "historical"]
    assert context["ip"] == "192.0.2.17"
    assert list(context["traits"]) == ["email", "firstName", "lastName", "phone", "address"]
    assert context["externalIds"] == [
        {
            "id": "7001",
            "type": "shopify_customer_id",
            "collection": "users",
            "encoding": "none",
        }
    ]


def test_a_guests_context_tells_what_the_order_knows() -> None:
    address = record_of("orders/guest")["billing_address"] | {"first_name": "Bea", "phone": "+1"}
    context = event_of("orders/guest", "Order Completed", billing_address=address)["context"]
    assert context["traits"]["firstName"] == "Bea"
    assert context["traits"]["phone"] == "+1"
    assert context["traits"]["email"] == "ada@example.com"
    assert "externalIds" not in context


def test_a_guest_without_a_billing_address_has_the_shipping_address() -> None:
    context = event_of("orders/guest", "Order Completed", billing_address=None)["context"]
    assert context["traits"]["address"]["city"] == "Berlin"


def test_a_user_agent_is_told_where_the_source_carries_it() -> None:
    event = event_of("orders/rest_shaped", "Order Completed")
    assert event["context"]["userAgent"] == "ExampleBrowser/1.0"


def test_consent_is_told_only_where_it_was_configured_and_in_its_order() -> None:
    told = (("DataSharing", False), ("Analytics", True))
    event = completed(order(), consent=told)
    preferences = event["context"]["consent"]["categoryPreferences"]
    assert list(preferences.items()) == [("Analytics", True), ("DataSharing", False)]
    assert "consent" not in completed(order())["context"]


def test_nothing_of_a_redacted_customer_is_told() -> None:
    events = events_of("orders/redacted")
    assert [event["event"] for event in events] == ["Order Completed", "Order Refunded"]
    for event in events:
        assert event["context"].keys() == {"library", "historical"}
        assert event.keys() & {"userId", "integrations"} == set()
        assert event["anonymousId"] == anonymous_id(SHOP, "checkouts", "checkout-24")
        assert not {"email", "reason"} & event["properties"].keys()
        assert all("product_properties" not in one for one in event["properties"]["products"])


def test_of_an_erased_customer_the_context_tells_the_id_alone() -> None:
    for event in events_of("customers/redacted"):
        assert event["context"].keys() == {"library", "externalIds", "historical"}


def test_a_sale_in_a_store_to_nobody_is_not_redacted() -> None:
    event = event_of("orders/pos", "POS Order Placed", browser_ip="192.0.2.9")
    assert event["context"]["ip"] == "192.0.2.9"


def test_client_ids_go_to_their_destinations() -> None:
    event = event_of("orders/note_attributes", "Order Completed")
    assert event["integrations"] == {
        "Google Analytics": {"clientId": "12345.67890", "sessionId": "1709649000"},
        "Facebook Pixel": {"fbp": "fb.1.1709649000.99"},
        "TikTok Pixel": {"ttclid": "tt-7"},
    }


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((), {"Google Analytics": {"clientId": "1.2"}}),
        ((("All", False),), {"All": False}),
        ((("All", False), ("Mixpanel", True)), {"All": False, "Mixpanel": True}),
        ((("Google Analytics", False),), {"Google Analytics": False}),
        (
            (("All", False), ("Google Analytics", True)),
            {"All": False, "Google Analytics": {"clientId": "1.2"}},
        ),
    ],
)
def test_a_client_id_never_switches_a_destination_on(
    told: tuple[tuple[str, bool], ...], expected: dict[str, Any]
) -> None:
    notes = [{"name": "google-clientID", "value": "1.2"}]
    assert completed(order(note_attributes=notes), integrations=told)["integrations"] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (None, None),
        ({}, None),
        ({"company": "Example"}, None),
        ({"address1": "A", "address2": "B"}, {"street": "A, B"}),
        ({"address1": None, "address2": "B"}, {"street": "B"}),
        ({"address1": "A", "zip": "1", "province": "P"}, {"street": "A", "postalCode": "1"}),
    ],
)
def test_an_address_has_the_names_that_segment_reads(
    address: Any, expected: dict[str, str] | None
) -> None:
    found = address_traits(address)
    if found and "state" in found:
        assert found.pop("state") == "P"
    assert found == expected
