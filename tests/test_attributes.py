"""What a storefront's scripts left in the note attributes: ids, and who they are for."""

from typing import Any

import pytest

from golden import SHOP, event_of, record_of
from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

SEGMENT_ID = "11111111-2222-4333-8444-555555555555"


def sale(notes: list[dict[str, Any]], **settings: Any) -> Event:
    """Returns Order Completed of a plain order with these note attributes."""
    record = record_of("orders/paid") | {"note_attributes": notes}
    events = map_record("orders", record, Mapping(shop=SHOP, **settings))
    return next(event for event in events if event.get("event") == "Order Completed")


@pytest.mark.parametrize("name", ["segment-clientID", "_segment-clientID"])
def test_an_anonymous_id_is_recovered_beside_the_user_id(name: str) -> None:
    event = sale([{"name": name, "value": SEGMENT_ID}])
    assert (event["userId"], event["anonymousId"]) == ("7001", SEGMENT_ID)


def test_the_settings_name_the_attributes_and_their_order() -> None:
    notes = [{"name": "theirs", "value": "b"}, {"name": "ours", "value": "a"}]
    event = sale(notes, anonymous_id_attributes=("ours", "theirs"))
    assert event["anonymousId"] == "a"
    event = sale(notes[:1], anonymous_id_attributes=("ours", "theirs"))
    assert event["anonymousId"] == "b"


@pytest.mark.parametrize("value", [None, "", "null", "undefined", "Anonymous", "-1", "0000-00"])
def test_what_a_broken_script_wrote_is_no_id(value: str | None) -> None:
    event = sale([{"name": "segment-clientID", "value": value}])
    assert "anonymousId" not in event


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
    assert sale(notes, integrations=told)["integrations"] == expected


def test_the_first_key_with_a_value_tells_the_braze_id_and_the_amplitude_session() -> None:
    notes = [
        {"name": "b1", "value": ""},
        {"name": "b2", "value": "two"},
        {"name": "b3", "value": "three"},
        {"name": "a1", "value": "undefined"},
        {"name": "a2", "value": "1709649000123"},
    ]
    keys = {"braze_keys": ("b0", "b1", "b2", "b3"), "amplitude_keys": ("a1", "a2")}
    assert sale(notes, **keys)["integrations"] == {
        "Braze": {"braze_id": "two"},
        "Actions Amplitude": {"session_id": 1709649000123},
    }


@pytest.mark.parametrize("value", ["17x", "1.5", "-5", "٣", "1" * 19, ""])
def test_an_amplitude_session_that_is_no_number_is_left_out(value: str) -> None:
    notes = [{"name": "session", "value": value}]
    assert "integrations" not in sale(notes, amplitude_keys=("session",))


@pytest.mark.parametrize("destination", ["Braze", "Actions Amplitude"])
def test_a_key_of_the_shop_never_switches_a_destination_on(destination: str) -> None:
    notes = [{"name": "b", "value": "one"}, {"name": "a", "value": "17"}]
    told = ((destination, False),)
    event = sale(notes, braze_keys=("b",), amplitude_keys=("a",), integrations=told)
    assert event["integrations"][destination] is False
    assert len(event["integrations"]) == 2


@pytest.mark.parametrize("value", [" ", "\t", "null ", " undefined"])
def test_a_blank_is_no_id_and_no_alias(value: str) -> None:
    record = record_of("orders/paid") | {
        "note_attributes": [{"name": "segment-clientID", "value": value}]
    }
    events = map_record("orders", record, Mapping(shop=SHOP))
    assert {event.get("anonymousId") for event in events} == {None}
    assert "alias" not in {event["type"] for event in events}


def test_a_broken_client_id_gives_way_to_its_twin_with_an_underscore() -> None:
    notes = [
        {"name": "google-clientID", "value": "undefined"},
        {"name": "_google-clientID", "value": "1.2"},
    ]
    assert sale(notes)["integrations"] == {"Google Analytics": {"clientId": "1.2"}}
