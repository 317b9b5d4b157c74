"""The golden files are dated by the times, and named after the facts, that the catalogue tells."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from golden import CASES, SHOP, events_of, record_of, resource_of, settings_of
from littlerelay.catalogue import MADE
from littlerelay.events import content_hash, encode_part, message_id, timestamp

ALL = [(case, event) for case in CASES for event in events_of(case)]
Values = dict[str, list[str]]


def found(name: str, inside: object) -> Iterator[Any]:
    """Yields all values of that name, wherever in a record they stand."""
    if isinstance(inside, list):
        for one in inside:
            yield from found(name, one)
    elif isinstance(inside, dict):
        for key, value in inside.items():
            if key == name and value is not None:
                yield value
            yield from found(name, value)


def values(case: str, event: dict[str, Any]) -> Values:
    """Returns what each part of a fact can stand for."""
    record, properties = record_of(case), event.get("properties", {})
    ids = sorted({str(one) for one in found("id", record)})
    keys = [*found("key", record)] or [*found("variant_id", record)] or ids
    return {
        "id": ids,
        "agreement id": [str(one) for one in found("id", [*found("agreements", record)])],
        "code": [properties.get("coupon", "").lower()],
        "status": [properties.get("shipment_status", ""), "cancelled", "updated"],
        "n": [str(properties.get("step"))],
        "hash": [content_hash(event.get("traits", {}))],
        "resource": [resource_of(case).removesuffix("-course")],
        "record id": ids if isinstance(record, list) else [str(record["id"])],
        "token": sorted(set(found("token", record))),
        "line key": sorted({str(key) for key in keys}),
        "source": ["recharge", "shopify"],
        "time": [event["timestamp"]],
        "previousId": [event.get("previousId", "")],
        "userId": [event.get("userId", "")],
    }


def facts(told: str, known: Values) -> Iterator[str]:
    """Yields every fact that the catalogue's words can name."""
    for template in re.findall("`([^`]+)`", told):
        names = re.findall("{([^}]+)}", template)
        for filled in itertools.product(*(known[name] for name in names)):
            yield template.format_map(dict(zip(names, map(encode_part, filled), strict=True)))


def name_of(event: dict[str, Any]) -> str:
    name: str = event.get("event", event["type"].capitalize())
    return name


def is_named(case: str, event: dict[str, Any], told: str) -> bool:
    namespace = settings_of(case).namespace
    return any(
        message_id(namespace, SHOP, fact) == event["messageId"]
        for fact in facts(told, values(case, event))
    )


def is_dated(case: str, event: dict[str, Any], told: str) -> bool:
    names = re.findall("`([^`]+)`", told)
    times = {timestamp(one) for name in names for one in found(name, record_of(case))}
    ends = {settings_of(case).frozen_end} if "run's end" in told else set()
    return event["timestamp"] in times | ends


@pytest.mark.parametrize("name", MADE)
def test_an_event_is_named_after_its_fact(name: str) -> None:
    events = [(case, event) for case, event in ALL if name_of(event) == name]
    assert events
    assert [case for case, event in events if not is_named(case, event, MADE[name].fact)] == []


@pytest.mark.parametrize("name", MADE)
def test_an_event_is_dated_by_its_time(name: str) -> None:
    events = [(case, event) for case, event in ALL if name_of(event) == name]
    assert events
    assert [case for case, event in events if not is_dated(case, event, MADE[name].time)] == []


def test_another_fact_or_time_would_be_found() -> None:
    case, event = next(one for one in ALL if name_of(one[1]) == "Order Cancelled")
    assert is_named(case, event, "`orders/{id}/cancelled`")
    assert not is_named(case, event, "`orders/{id}/completed`")
    assert is_dated(case, event, "`cancelled_at`")
    assert not is_dated(case, event, "`processed_at`, at the latest the run's end")
