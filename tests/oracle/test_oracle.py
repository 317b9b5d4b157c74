"""Segment's own packages read every golden event, and find in it what it says.

`make oracle` installs the packages and runs this; it needs Node and npm. Without the packages
nothing is tried, which the skip says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from golden import CASES, expected_path, settings_of

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")
if NODE is None:
    pytest.skip("Node is missing, which Segment's packages run on", allow_module_level=True)
if not (HERE / "node_modules").is_dir():
    pytest.skip("Segment's packages are not installed: `make oracle`", allow_module_level=True)

Event = dict[str, Any]

DESTINATIONS = (
    "Google Analytics",
    "Facebook Pixel",
    "TikTok Pixel",
    "Braze",
    "Actions Amplitude",
    "Mixpanel",
)
# What facade calls a property, or a trait, of ours.
OF_TRACK = {
    "orderId": "order_id",
    "checkoutId": "checkout_id",
    "coupon": "coupon",
    "currency": "currency",
    "discount": "discount",
    "shipping": "shipping",
    "subtotal": "subtotal",
    "tax": "tax",
    "total": "total",
}
OF_PRODUCT = {
    "productId": "product_id",
    "sku": "sku",
    "name": "name",
    "price": "price",
    "quantity": "quantity",
    "category": "category",
}
OF_PAGE = {"path": "path", "referrer": "referrer", "title": "title", "url": "url"}
OF_TRAITS = {"firstName": "firstName", "lastName": "lastName", "phone": "phone"}
OF_ADDRESS = {
    "street": "street",
    "city": "city",
    "zip": "postalCode",
    "state": "state",
    "country": "country",
}
# What facade assumes where a property is absent.
ASSUMED = {"currency": "USD", "quantity": 1}
# What analytics-node sets itself: the library, and what it runs on.
ITS_OWN = {"context", "_metadata"}
# What the alias call of analytics-node has no place for; the HTTP API takes it.
NOT_OF_ALIAS = {"anonymousId"}


def read(events: list[Event]) -> list[Event]:
    """Returns what Segment's packages make of each event."""
    found = subprocess.run(
        [str(NODE), str(HERE / "read.js"), *DESTINATIONS],
        input="".join(json.dumps(event) + "\n" for event in events),
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in found.stdout.split("\n") if line]


def golden_events() -> list[tuple[str, Event]]:
    """Returns every golden event with its case."""
    return [
        (case, json.loads(line))
        for case in CASES
        for line in expected_path(case).read_bytes().splitlines()
    ]


@pytest.fixture(scope="module")
def readings() -> list[tuple[str, Event, Event]]:
    """Every golden event with its case and what was read."""
    given = golden_events()
    found = read([event for _, event in given])
    return [(*one, reading) for one, reading in zip(given, found, strict=True)]


def properties_of(event: Event) -> Event:
    told: Event = event.get("properties") or event.get("traits") or {}
    return told


def expected(event: Event) -> Event:
    """Returns what facade should find, where it is told; absent means that it is not."""
    told, context = properties_of(event), event["context"]
    names = {"track": OF_TRACK, "identify": OF_TRAITS, "alias": {}, "page": OF_PAGE}[event["type"]]
    found = {theirs: told.get(ours, ASSUMED.get(theirs)) for theirs, ours in names.items()}
    found |= {name: event.get(name) for name in ("userId", "anonymousId", "timestamp")}
    found |= {name: context.get(name) for name in ("ip", "userAgent")}
    if event["type"] == "alias":
        return found | {"from": event["previousId"], "to": event["userId"]}
    if "subtotal" not in told:  # facade works one out, which is nothing that the event says
        found.pop("subtotal", None)
    # The address of a person is their own, or that of the context.
    address = (told if event["type"] == "identify" else context.get("traits", {})).get("address")
    found |= {theirs: (address or {}).get(ours) for theirs, ours in OF_ADDRESS.items()}
    if not address:  # facade then takes the trait of the account's state for that of an address
        found["state"] = told.get("state")
    found["email"] = told.get("email") or context.get("traits", {}).get("email")
    if event["type"] == "track":
        found["revenue"] = told.get("revenue")
        if event["event"] == "Order Completed":  # without revenue facade takes the total
            found["revenue"] = told.get("revenue") or told["total"]
    return found


def faults(event: Event, reading: Event) -> list[str]:
    """Returns where Segment's packages read something else than the event says."""
    if reading["refused"]:
        return [f"refused: {reading['refused']}"]
    found, sent = reading["read"], reading["sent"]
    wrong = [
        f"{name}: {value!r} is read as {found.get(name)!r}"
        for name, value in expected(event).items()
        if found.get(name) != value
    ]
    products = properties_of(event).get("products", [])
    told = [
        {name: one.get(ours, ASSUMED.get(name)) for name, ours in OF_PRODUCT.items()}
        for one in products
    ]
    if [{name: one.get(name) for name in OF_PRODUCT} for one in found["products"]] != told:
        wrong.append("products")
    posted = {"integrations": {}, **event}  # analytics-node always posts the key
    names = (posted.keys() | sent.keys()) - ITS_OWN
    names -= NOT_OF_ALIAS if event["type"] == "alias" else set()
    wrong += [f"{name} is sent as another" for name in names if sent.get(name) != posted.get(name)]
    its_context = sent["context"] | {"library": event["context"]["library"]}
    return wrong + ([] if its_context == event["context"] else ["context is sent as another"])


def test_segments_packages_read_in_every_event_what_it_says(
    readings: list[tuple[str, Event, Event]],
) -> None:
    assert len(readings) > 100
    found = {
        f"{case}: {event.get('event', event['type'])}": faults(event, reading)
        for case, event, reading in readings
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_destination_is_on_where_the_run_was_told_so_and_nowhere_else(
    readings: list[tuple[str, Event, Event]],
) -> None:
    switched = 0
    for case, _, reading in readings:
        told = dict(settings_of(case).integrations)
        wanted = {name: told.get(name, told.get("All", True)) for name in DESTINATIONS}
        assert reading["read"]["enabled"] == wanted, case
        switched += len(set(wanted.values())) > 1
    assert switched, "no case switches some destinations off and leaves others on"


def test_a_destination_finds_its_client_ids(readings: list[tuple[str, Event, Event]]) -> None:
    seen = set()
    for case, event, reading in readings:
        for name, options in event.get("integrations", {}).items():
            if isinstance(options, dict):
                assert reading["read"]["options"][name] == options, case
                seen.add(name)
    assert seen >= set(DESTINATIONS) - {"Mixpanel"}


ORDER: Event = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "00000000-0000-5000-8000-000000000000",
    "timestamp": "2026-03-01T12:00:00.000Z",
    "userId": "7001",
    "context": {"library": {"name": "littlerelay", "version": "0"}, "historical": True},
    "properties": {"order_id": "#1001", "total": 30.5, "subtotal": 30.5, "currency": "EUR"},
}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, None),
        ({"userId": None}, "refused"),
        ({"event": ""}, "refused"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"messageId": 7}, "refused"),
        ({"properties": {**ORDER["properties"], "note": "é" * 16_384}}, "refused"),
        ({"properties": {"orderid": "#1", "total": "30,50"}}, "orderId"),
        ({"properties": {**ORDER["properties"], "revenue": "7"}}, "revenue"),
    ],
)
def test_a_fault_in_an_event_is_found(changed: Event, fault: str | None) -> None:
    event = {key: value for key, value in (ORDER | changed).items() if value is not None}
    (reading,) = read([event])
    found = faults(event, reading)
    assert bool(found) == bool(fault)
    assert fault is None or any(one.startswith(fault) for one in found)


def test_an_object_for_a_destination_that_is_off_switches_it_on() -> None:
    told = {"All": False, "Google Analytics": {"clientId": "1.2"}}
    (reading,) = read([ORDER | {"integrations": told}])
    assert reading["read"]["enabled"]["Google Analytics"] is True
    assert reading["read"]["enabled"]["Mixpanel"] is False
