"""Whom an event is about: user ids, anonymous ids, and what is known of somebody."""

from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

import pytest

from golden import SHOP, event_of, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.mappers.identity import (
    address_traits,
    anonymous_id,
    checkout_sender,
    email_of,
    user_id,
)
from littlerelay.records import Checkout, Customer
from littlerelay.settings import Mapping, UserId

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
    customer: Customer = {"id": 7, "created_at": "2024-01-01T00:00:00Z"}
    assert user_id(customer, email, Mapping(shop=SHOP, user_id=choice)) == expected


FIELD = {"namespace": "custom", "key": "member_id", "value": "M-1"}


@pytest.mark.parametrize(
    ("choice", "fields", "expected"),
    [
        ("custom.member_id", [FIELD], "M-1"),
        ("custom.member_id", [FIELD | {"key": "other", "value": "no"}, FIELD], "M-1"),
        ("custom.member_id", [FIELD | {"namespace": "other"}], None),
        ("custom.member_id", [FIELD | {"value": ""}], None),
        ("custom.member_id", [], None),
        ("custom.member_id", None, None),
        ("app--17--ids.member_id", [FIELD | {"namespace": "app--17--ids"}], "M-1"),
        ("$app:ids.member_id", [FIELD | {"namespace": "app--17--ids"}], "M-1"),
        ("$app:ids.member_id", [FIELD | {"namespace": "app--17--more-ids"}], None),
        ("$app:ids.member_id", [FIELD | {"namespace": "app--17"}], None),
        ("$app.member_id", [FIELD | {"namespace": "app--17"}], "M-1"),
        ("$app.member_id", [FIELD | {"namespace": "app--17--ids"}], None),
    ],
)
def test_a_metafield_of_the_customer_can_be_the_user_id(
    choice: str, fields: Any, expected: str | None
) -> None:
    customer: Customer = {"id": 7, "created_at": "2024-01-01T00:00:00Z"}
    if fields is not None:
        customer["metafields"] = fields
    mapping = Mapping(shop=SHOP, user_id=f"metafield:{choice}")
    assert user_id(customer, "ada@example.com", mapping) == expected
    assert user_id(None, "ada@example.com", mapping) is None


def order(**changed: Any) -> dict[str, Any]:
    """Returns the record of a plain order, changed."""
    record: dict[str, Any] = record_of("orders/paid") | changed
    return record


def completed(record: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Returns Order Completed of an order."""
    events = map_record("orders", record, Mapping(shop=SHOP, **settings))
    return next(event for event in events if event.get("event") == "Order Completed")


@pytest.mark.parametrize(
    ("choice", "known"),
    [
        ("shopify_customer_id", False),
        ("hashed_email", True),
        ("email", True),
        ("none", False),
        ("metafield:custom.member_id", False),
    ],
)
def test_a_guest_is_known_by_an_email_or_not_at_all(choice: UserId, known: bool) -> None:
    event = completed(order(customer=None), user_id=choice)
    assert ("userId" in event) is known
    assert ("anonymousId" in event) is not known


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


def checkout(**changed: Any) -> Checkout:
    """Returns the checkout from which the plain order came, changed."""
    told = ("customer", "email", "line_items", "currency", "billing_address", "shipping_address")
    record = {name: value for name, value in record_of("orders/paid").items() if name in told}
    dated = {"created_at": "2024-03-05T14:20:00Z", "updated_at": "2024-03-05T14:25:00Z"}
    return cast("Checkout", {"id": 8001, "token": "checkout-1", **dated, **record, **changed})


def sender_of(record: Checkout, **settings: Any) -> dict[str, Any]:
    return checkout_sender(record, email_of(record), Mapping(shop=SHOP, **settings))


def test_a_checkout_and_its_order_are_about_the_same_unknown_person() -> None:
    guest = {"customer": None, "cart_token": "k"}
    sender = sender_of(checkout(**guest))
    assert sender["anonymousId"] == completed(order(**guest))["anonymousId"]


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        ({"token": None, "cart_token": "k"}, "anonymous/carts/k"),
        ({"token": None}, "anonymous/checkouts/8001"),
    ],
)
def test_a_checkout_without_its_token_has_that_of_the_cart_else_its_own_id(
    changed: dict[str, Any], fact: str
) -> None:
    sender = sender_of(checkout(customer=None, **changed))
    assert sender["anonymousId"] == str(uuid5(ROOT, f"/{SHOP}/{fact}"))


def test_a_checkout_is_about_its_customer_as_the_order_is() -> None:
    notes = [{"name": "segment-clientID", "value": "a1b2"}]
    sender = sender_of(checkout(note_attributes=notes))
    event = completed(order(note_attributes=notes, browser_ip=None))
    assert sender == {name: event[name] for name in ("userId", "anonymousId", "context")}


def test_a_checkout_of_a_guest_tells_what_it_knows_of_them() -> None:
    found = sender_of(
        checkout(customer=None, billing_address=None, email="bea@example.com", phone="+1555"),
        user_id="email",
    )
    assert found["userId"] == "bea@example.com"
    assert found["context"]["traits"]["phone"] == "+1555"
    assert found["context"]["traits"]["address"]["city"] == "Berlin"


@pytest.mark.parametrize("choice", ["email", "hashed_email"])
def test_an_e_mail_that_is_no_text_is_nobodys_user_id(choice: UserId) -> None:
    mapping = Mapping(shop=SHOP, user_id=choice)
    with pytest.raises(RecordError, match="email") as caught:
        map_record("orders", record_of("orders/guest") | {"email": 5}, mapping)
    assert caught.value.reason == "wrong_type"


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


@pytest.mark.parametrize("case", ["orders/redacted", "orders/redacted_with_everything"])
def test_nothing_of_a_redacted_customer_is_told(case: str) -> None:
    events = events_of(case)
    named = {event.get("event", event["type"]) for event in events}
    assert named == {"Payment Info Entered", "Order Completed", "Order Refunded"}
    for event in events:
        assert event["context"].keys() == {"library", "historical"}
        assert event.keys() & {"userId", "integrations"} == set()
        assert event["anonymousId"] == anonymous_id(SHOP, "checkouts", "checkout-24")
        assert not {"email", "reason", "market_handle"} & event["properties"].keys()
        assert all("product_properties" not in one for one in event["properties"]["products"])


def test_of_an_erased_customer_the_context_tells_the_id_alone() -> None:
    for event in events_of("customers/redacted"):
        assert event["context"].keys() == {"library", "externalIds", "historical"}


def test_a_sale_in_a_store_to_nobody_is_not_redacted() -> None:
    event = event_of("orders/pos", "POS Order Placed", browser_ip="192.0.2.9")
    assert event["context"]["ip"] == "192.0.2.9"


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
