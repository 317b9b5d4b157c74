"""The tracking plan is one that Segment takes, and every event of the golden files keeps to it."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from golden import CASES, events_of
from littlerelay.catalogue import CARRIED
from littlerelay.segment.trackingplan import rules

ALL = [event for case in CASES for event in events_of(case)]
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def validators() -> dict[tuple[str, str | None], Draft7Validator]:
    return {
        (rule["type"], rule.get("key")): Draft7Validator(rule["jsonSchema"], format_checker=FORMATS)
        for rule in rules()
    }


VALIDATORS = validators()


def violations(event: dict[str, Any]) -> Iterator[str]:
    """Yields the paths at which an event breaks its own rule or that of all messages."""
    own = (event["type"].upper(), event.get("event"))
    of_event = [VALIDATORS[own]] if event["type"] != "alias" else []
    for validator in (*of_event, VALIDATORS["COMMON", None]):
        for error in validator.iter_errors(event):
            yield f"{error.json_path}: {error.validator}"


def test_a_rule_is_what_the_public_api_takes() -> None:
    for rule in rules():
        named = {"key"} if rule["type"] == "TRACK" else set()
        assert rule.keys() == {"type", "jsonSchema", "version"} | named
        Draft7Validator.check_schema(rule["jsonSchema"])
        assert rule["jsonSchema"]["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert rule["version"] == 1


def test_there_is_one_rule_for_each_track_one_for_identify_and_one_for_all() -> None:
    tracks = [("TRACK", event) for event in CARRIED]
    assert [*VALIDATORS] == [*tracks, ("IDENTIFY", None), ("COMMON", None)]


def test_the_plan_keeps_to_segments_limits() -> None:
    plan = json.dumps({"rules": rules()})
    assert len(rules()) < 2_000
    assert len(plan) < 15_000_000


@pytest.mark.parametrize("kind", ["track", "identify", "alias"])
def test_every_golden_event_keeps_to_the_plan(kind: str) -> None:
    events = [event for event in ALL if event["type"] == kind]
    assert events
    broken = {event["messageId"]: [*violations(event)] for event in events}
    assert {key: found for key, found in broken.items() if found} == {}


def order() -> dict[str, Any]:
    return copy.deepcopy(next(event for event in ALL if event.get("event") == "Order Completed"))


def identify() -> dict[str, Any]:
    return copy.deepcopy(next(event for event in ALL if "state" in event.get("traits", {})))


def in_properties(**changed: object) -> dict[str, Any]:
    event = order()
    event["properties"] |= changed
    return event


def in_product(**changed: object) -> dict[str, Any]:
    event = order()
    event["properties"]["products"][0] |= changed
    return event


def in_traits(**changed: object) -> dict[str, Any]:
    event = identify()
    event["traits"] |= changed
    return event


def without(*path: str) -> dict[str, Any]:
    event = place = order()
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return event


FAULTS: list[tuple[Callable[[], dict[str, Any]], str]] = [
    (lambda: in_properties(total="5.00"), "$.properties.total: type"),
    (lambda: in_properties(currency=None), "$.properties.currency: type"),
    (
        lambda: in_properties(purchase_count_littledata=1.5),
        "$.properties.purchase_count_littledata: type",
    ),
    (lambda: in_properties(products={}), "$.properties.products: type"),
    (lambda: in_product(quantity="1"), "$.properties.products[0].quantity: type"),
    (lambda: in_product(price="1"), "$.properties.products[0].price: type"),
    (lambda: without("properties", "order_id"), "$.properties: required"),
    (lambda: without("properties"), "$: required"),
    (lambda: without("timestamp"), "$: required"),
    (lambda: in_traits(createdAt="yesterday"), "$.traits.createdAt: format"),
    (lambda: in_traits(firstName=None), "$.traits.firstName: type"),
    (lambda: in_traits(default_address={"city": 5}), "$.traits.default_address.city: type"),
    (lambda: order() | {"userId": 5}, "$.userId: type"),
    (lambda: order() | {"context": {"ip": 5}}, "$.context.ip: type"),
    (
        lambda: order() | {"context": {"consent": {"categoryPreferences": {"Analytics": "yes"}}}},
        "$.context.consent.categoryPreferences.Analytics: type",
    ),
    (
        lambda: order() | {"integrations": {"Google Analytics": {"clientId": 5}}},
        "$.integrations['Google Analytics'].clientId: type",
    ),
]


@pytest.mark.parametrize(("faulty", "found"), FAULTS)
def test_a_planted_fault_is_found(faulty: Callable[[], dict[str, Any]], found: str) -> None:
    assert [*violations(faulty())] == [found]


def test_what_is_known_to_vary_is_no_fault() -> None:
    assert [*violations(in_properties(of_another_tool=1))] == []
    assert [*violations(in_traits(email_consent_state=None))] == []
    assert [*violations(order() | {"integrations": {"All": False, "Braze": True}})] == []
