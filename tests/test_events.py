"""Messages: their ids, their times, their keys and their size."""

import hashlib
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay.errors import RecordError
from littlerelay.events import (
    MAX_EVENT_BYTES,
    OPTIONAL_PRODUCT_PROPERTIES,
    Event,
    MalformedError,
    content_hash,
    encode,
    encode_part,
    identify,
    message_id,
    present,
    present_traits,
    timestamp,
    track,
)

SHOP = "example-shop.myshopify.com"
ROOT = uuid5(NAMESPACE_URL, "https://littlerelay")


@given(st.text(string.ascii_letters + string.digits, max_size=20), st.text(string.printable))
def test_a_message_id_is_a_uuid_of_version_5(namespace: str, fact: str) -> None:
    found = message_id(namespace, SHOP, fact)
    assert found == str(uuid5(ROOT, f"{namespace}/{SHOP}/{fact}"))
    assert UUID(found).version == 5


def test_message_ids_never_change() -> None:
    """A changed id is a breaking change: Segment would take every fact for a new one."""
    assert message_id("", SHOP, "orders/1/completed") == "d5d8f142-054d-5e64-8d50-0bc4fd10a4a1"
    assert message_id("try one", SHOP, "orders/1/completed") == (
        "fd720971-c31f-5592-b114-892c4317c7f2"
    )


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("summer10", "summer10"),
        ("A-Z_a.z~0", "A-Z_a.z~0"),
        ("10% off/\N{LATIN SMALL LETTER E WITH ACUTE}", "10%25%20off%2F%C3%A9"),
        ("e\N{COMBINING ACUTE ACCENT}", "%C3%A9"),
        ("", ""),
    ],
)
def test_a_part_of_a_fact_is_nfc_and_percent_encoded(text: str, encoded: str) -> None:
    assert encode_part(text) == encoded


def test_a_slash_in_a_namespace_makes_no_other_shops_fact() -> None:
    assert message_id("a/b", "c", "d") != message_id("a", "b/c", "d")


MOMENTS = st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 2 <= moment.year <= 9998)


@given(
    MOMENTS,
    st.integers(-14 * 60, 14 * 60) | st.integers(-14, 14).map(lambda hours: hours * 60),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_a_time_with_an_offset_becomes_utc_in_milliseconds(
    moment: datetime, minutes: int, precision: str
) -> None:
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = local.isoformat(timespec=precision)
    expected = datetime.fromisoformat(text).astimezone(UTC)
    found = timestamp(text)
    assert found == f"{expected:%Y-%m-%dT%H:%M:%S.%f}"[:-3].rjust(23, "0") + "Z"


@given(MOMENTS)
def test_a_time_in_utc_is_the_same_whether_parsed_or_copied(moment: datetime) -> None:
    text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    assert timestamp(text + "Z") == timestamp(text + "+00:00") == text + ".000Z"


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024-01-31", "2024-01-31T09:15:00", "2024-01-31 09:15:00Z", "20240131T091500Z"),
        *("2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z"),
        *("2024-00-10T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z"),
        *("2024-01-01T00:00:00+25:00", "0000-01-01T00:00:00Z", "2024-01-31T09:15:00Z\n"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "٢٠٢٤-01-31T09:15:00Z"),
        *("2024-04-31T00:00:00Z", "2024-01-31T09:15:60Z", "2024-01-32T09:15:00Z"),
        *("2023-02-29T00:00:00-05:00", "2024-01-01T24:00:00-05:00", "2024-01-01T00:00:00-24:00"),
        *("2024-1-31T009:15:00-05:00", "2024-01-31T09:15:00-05:00\n", "0000-05-01T00:00:00+01:00"),
    ],
)
def test_an_impossible_time_is_refused(text: str) -> None:
    with pytest.raises(MalformedError) as raised:
        timestamp(text)
    assert raised.value.reason == "malformed_time"


def test_a_malformed_value_is_in_no_message() -> None:
    assert "secret" not in str(MalformedError("malformed_time", "secret"))


def test_the_keys_of_a_track_stand_in_their_order() -> None:
    sender = {"userId": "7", "anonymousId": "a", "context": {}, "integrations": {}}
    event = track("Order Completed", "id", "time", sender, present({"b": 1, "a": None, "c": 0}))
    assert list(event) == [
        *("type", "event", "messageId", "timestamp", "userId", "anonymousId"),
        *("context", "integrations", "properties"),
    ]
    assert event["properties"] == {"b": 1, "c": 0}


def test_only_none_is_left_out() -> None:
    kept = {"zero": 0, "no": False, "empty": "", "nothing": []}
    assert present(kept | {"none": None}) == kept


def test_consent_traits_stay_null_and_no_others() -> None:
    traits = present_traits({"email": None, "email_consent_state": None, "sms_opt_in_level": None})
    assert traits == {"email_consent_state": None, "sms_opt_in_level": None}
    assert list(identify("id", "time", {"userId": "7"}, traits)) == [
        *("type", "messageId", "timestamp", "userId", "traits")
    ]


def test_the_hash_of_traits_does_not_depend_on_their_order() -> None:
    whole = hashlib.sha256(b'{"a":1.5,"b":null}').hexdigest()
    assert content_hash({"b": None, "a": 1.5}) == content_hash({"a": 1.5, "b": None}) == whole[:16]


def order_of(size: int, **product: Any) -> Event:
    """Returns a track whose line without its newline has that many bytes."""
    properties = {"products": [product], "pad": ""}
    event = {"type": "track", "event": "Order Completed", "properties": properties}
    properties["pad"] = "x" * (size - len(orjson.dumps(event)))
    return event


def test_an_event_is_one_line_of_utf_8() -> None:
    assert encode({"type": "track", "name": "\N{SNOWMAN}\n"}) == (
        '{"type":"track","name":"\N{SNOWMAN}\\n"}\n'.encode()
    )


def test_an_event_just_under_the_limit_keeps_everything() -> None:
    line = encode(order_of(MAX_EVENT_BYTES - 1, product_properties=[]))
    assert len(line) - 1 == MAX_EVENT_BYTES - 1
    assert b"product_properties" in line


def test_an_event_at_the_limit_loses_the_first_property_that_suffices() -> None:
    event = order_of(MAX_EVENT_BYTES, brand="Example", url="https://example.com", name="Kettle")
    before = orjson.dumps(event)
    line = encode(event)
    assert orjson.loads(line)["properties"]["products"] == [{"brand": "Example", "name": "Kettle"}]
    assert orjson.dumps(event) == before


def test_a_property_is_lost_by_all_products_or_by_none() -> None:
    event = order_of(MAX_EVENT_BYTES, url="https://example.com")
    event["properties"]["products"].append({"url": "https://example.com/2", "brand": "Example"})
    assert orjson.loads(encode(event))["properties"]["products"] == [{}, {"brand": "Example"}]


@pytest.mark.parametrize("last", range(1, len(OPTIONAL_PRODUCT_PROPERTIES) + 1))
def test_properties_are_lost_in_the_documented_order(last: int) -> None:
    parts = dict.fromkeys(OPTIONAL_PRODUCT_PROPERTIES, "x" * 100)
    left = {name: parts[name] for name in OPTIONAL_PRODUCT_PROPERTIES[last:]}
    room = sum(len(name) + 106 for name in OPTIONAL_PRODUCT_PROPERTIES[:last])
    event = order_of(MAX_EVENT_BYTES - 1 + room, **parts, name="Kettle")
    assert orjson.loads(encode(event))["properties"]["products"] == [left | {"name": "Kettle"}]


@pytest.mark.parametrize("kind", ["track", "identify"])
def test_an_event_that_cannot_be_shortened_is_refused_not_cut(kind: str) -> None:
    event = {"type": kind, "traits": {"description": "secret" * 6000}}
    with pytest.raises(RecordError) as raised:
        encode(event)
    assert raised.value.reason == "too_large"
    assert "secret" not in str(raised.value)


def test_what_no_record_can_hold_is_a_bug_and_no_fault_of_the_record() -> None:
    event = track("Order Completed", "id", "time", {"userId": "7"}, {"set": {1}})
    with pytest.raises(TypeError, match="not JSON serializable"):
        encode(event)
