"""An order tells who is behind it: one person in place of two, and what cookies they had."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from golden import SHOP, events_of, record_of
from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

SEGMENT_ID = {"name": "segment-clientID", "value": "visitor/1"}
LANDING = {"name": "littledata_landing", "value": "/cups"}
ROOT = uuid5(NAMESPACE_URL, "https://littlerelay")


def mapped(changed: dict[str, Any], **settings: Any) -> list[Event]:
    """Returns the events of a plain order, changed."""
    record = record_of("orders/paid") | changed
    return map_record("orders", record, Mapping(shop=SHOP, **settings))


def aliases(changed: dict[str, Any], **settings: Any) -> list[Event]:
    return [event for event in mapped(changed, **settings) if event["type"] == "alias"]


def test_an_alias_makes_one_person_of_a_customer_and_a_visitor() -> None:
    (alias,) = aliases({"note_attributes": [SEGMENT_ID]}, namespace="n")
    assert list(alias)[3:6] == ["userId", "anonymousId", "previousId"]
    assert (alias["previousId"], alias["anonymousId"], alias["userId"]) == (
        "visitor/1",
        "visitor/1",
        "7001",
    )
    assert alias["messageId"] == str(uuid5(ROOT, f"n/{SHOP}/alias/visitor%2F1/7001"))


def test_the_same_pair_has_the_same_alias_in_every_order() -> None:
    first, second = ({"id": number, "note_attributes": [SEGMENT_ID]} for number in (1, 2))
    assert aliases(first)[0]["messageId"] == aliases(second)[0]["messageId"]


@pytest.mark.parametrize(
    ("changed", "settings", "known"),
    [
        ({}, {}, True),
        ({"customer": None}, {}, False),
        ({"customer": None}, {"user_id": "email"}, True),
        ({"customer": None}, {"user_id": "hashed_email"}, True),
        ({}, {"user_id": "none"}, False),
        ({}, {"user_id": "metafield:custom.member_id"}, False),
        ({"customer": None, "email": None}, {"user_id": "email"}, False),
    ],
)
def test_an_alias_needs_somebody_who_has_a_user_id(
    changed: dict[str, Any], settings: dict[str, Any], known: bool
) -> None:
    assert bool(aliases({"note_attributes": [SEGMENT_ID], **changed}, **settings)) is known


def test_a_fallback_anonymous_id_is_never_aliased() -> None:
    assert aliases({"note_attributes": []}) == []
    assert aliases({"note_attributes": [], "customer": None}, user_id="email") == []


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2024-03-05T14:29:59.999Z", "2024-03-05T14:29:59.999Z"),
        ("2024-03-06T00:00:00.000Z", "2024-03-05T14:30:00.000Z"),
    ],
)
def test_an_alias_is_as_old_as_its_order_and_never_later_than_the_run(
    end: str, expected: str
) -> None:
    (alias,) = aliases({"note_attributes": [SEGMENT_ID]}, frozen_end=end)
    assert alias["timestamp"] == expected


def test_tracked_cookies_are_traits_of_an_identify_of_their_own() -> None:
    (identify, *tracks) = mapped({"note_attributes": [LANDING]}, cookies_to_track=("landing",))
    assert identify["traits"]["littledata_landing"] == "/cups"
    assert identify["traits"]["email"] == "ada@example.com"
    fact = f"/{SHOP}/customers/7001/identify/orders/5001"
    assert identify["messageId"] == str(uuid5(ROOT, fact))
    assert all(event["type"] == "track" for event in tracks)


@pytest.mark.parametrize(
    ("changed", "cookies"),
    [
        ({"note_attributes": [LANDING]}, ()),
        ({"note_attributes": [LANDING]}, ("other",)),
        ({"note_attributes": [LANDING | {"value": ""}]}, ("landing",)),
        ({"note_attributes": [LANDING], "customer": None}, ("landing",)),
        ({"note_attributes": []}, ("landing",)),
    ],
)
def test_without_tracked_cookies_of_a_customer_there_is_no_such_identify(
    changed: dict[str, Any], cookies: tuple[str, ...]
) -> None:
    assert {event["type"] for event in mapped(changed, cookies_to_track=cookies)} == {"track"}


def test_identify_comes_before_alias_and_alias_before_the_tracks() -> None:
    notes = {"note_attributes": [LANDING, SEGMENT_ID]}
    events = mapped(notes, cookies_to_track=("landing",))
    assert [event["type"] for event in events[:3]] == ["identify", "alias", "track"]


def test_a_redacted_order_tells_of_nobody() -> None:
    assert {event["type"] for event in events_of("orders/redacted_with_everything")} == {"track"}
