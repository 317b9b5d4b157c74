"""Messages are chosen by their own time, their name, whom they are about, and any value."""

from typing import Any

import pytest

from littlerelay.segment.choice import EVERYTHING, Choice
from littlerelay.times import epoch

TIME = "2024-03-05T14:30:00.999Z"
AT = epoch(TIME)
EVENT: dict[str, Any] = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "m",
    "timestamp": TIME,
    "userId": "7001",
    "anonymousId": "a-1",
    "context": {"ip": "::1", "campaign": None},
    "properties": {
        "currency": "EUR",
        "total": 12.5,
        "whole": 100.0,
        "count": 3,
        "large": 2**53 + 1,
        "gift": True,
        "test": False,
        "coupon": None,
        "empty": "",
        "a.b": {"c.d": "dotted", "e\\": "back"},
        "type": "online",
        "tags": ["new", "vip", ["deep"]],
        "products": [{"sku": "A-1", "tags": ["x"]}, {"sku": "B-2"}, "no object"],
    },
}
PEOPLE = {
    "type": "identify",
    "timestamp": TIME,
    "anonymousId": "a-1",
    "traits": {"email": None, "address": {"city": "Zürich"}},
}


def where(*pairs: tuple[str, str]) -> Choice:
    return Choice(where=pairs)


def test_everything_takes_whatever_there_is() -> None:
    assert EVERYTHING.is_everything
    assert Choice().is_everything
    assert EVERYTHING.takes(EVENT)
    assert not Choice(since=0).is_everything


@pytest.mark.parametrize(
    ("since", "until", "is_taken"),
    [
        (AT, None, True),
        (AT + 1, None, False),
        (None, AT, False),
        (None, AT + 1, True),
        (AT, AT + 1, True),
        (AT - 1, AT, False),
        (0, None, True),
        (None, 0, False),
    ],
)
def test_a_period_begins_with_its_first_second_and_ends_before_its_last(
    since: int | None, until: int | None, is_taken: bool
) -> None:
    assert Choice(since=since, until=until).takes(EVENT) is is_taken


@pytest.mark.parametrize("same", ["2024-03-05T16:30:00+02:00", "2024-03-05T09:30:00.5-0500"])
def test_a_time_is_compared_in_its_own_zone(same: str) -> None:
    assert Choice(since=AT, until=AT + 1).takes({**EVENT, "timestamp": same})


@pytest.mark.parametrize(
    ("event", "is_taken"),
    [
        (EVENT, True),
        ({**EVENT, "event": "ORDER completed"}, True),
        ({**EVENT, "event": "Order Completed 2"}, False),
        (PEOPLE, True),
        ({**PEOPLE, "type": "page", "name": "identify"}, False),
        ({**PEOPLE, "type": "group", "event": None}, False),
    ],
)
def test_names_and_types_are_taken_in_any_case(event: dict[str, Any], is_taken: bool) -> None:
    assert Choice(events=frozenset({"order completed", "identify"})).takes(event) is is_taken


@pytest.mark.parametrize(
    ("users", "is_taken"),
    [({"7001"}, True), ({"a-1"}, True), ({"x", "a-1"}, True), ({"A-1"}, False), ({"m"}, False)],
)
def test_users_are_meant_by_either_id(users: set[str], is_taken: bool) -> None:
    assert Choice(users=frozenset(users)).takes(EVENT) is is_taken


def test_who_is_not_named_is_nobody_that_was_asked_for() -> None:
    assert not Choice(users=frozenset({"None", "null", ""})).takes(PEOPLE)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.currency", "EUR"),
        ("currency", "EUR"),
        ("total", "12.5"),
        ("total", "12.50"),
        ("whole", "100.0"),
        ("whole", "100"),
        ("count", "3"),
        ("large", "9007199254740993"),
        ("gift", "true"),
        ("test", "false"),
        ("coupon", "null"),
        ("empty", ""),
        ("tags", "vip"),
        ("tags", "deep"),
        ("products.sku", "B-2"),
        ("properties.products.sku", "A-1"),
        ("products.tags", "x"),
        ("products", "no object"),
        ("context.ip", "::1"),
        ("context.campaign", "null"),
        ("type", "track"),
        ("userId", "7001"),
        ("event", "Order Completed"),
        (r"a\.b.c\.d", "dotted"),
        ("properties.a\\.b.e\\", "back"),
    ],
)
def test_a_value_is_found_by_its_path(path: str, value: str) -> None:
    assert where((path, value)).takes(EVENT)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("currency", "eur"),
        ("currency", "EU"),
        ("properties", "EUR"),
        ("ip", "::1"),
        ("total", "12.51"),
        ("total", "nan"),
        ("large", "9007199254740992"),
        ("gift", "True"),
        ("gift", "1"),
        ("test", "0"),
        ("coupon", ""),
        ("coupon", "None"),
        ("absent", "null"),
        ("products.0.sku", "A-1"),
        ("products.sku.more", "A-1"),
        ("currency.", "EUR"),
        ("type", "online"),
        ("a.b.c.d", "dotted"),
    ],
)
def test_a_value_that_is_another_or_elsewhere_is_not_taken(path: str, value: str) -> None:
    assert not where((path, value)).takes(EVENT)


def test_traits_are_looked_into_as_properties_are() -> None:
    assert where(("address.city", "Zürich"), ("email", "null")).takes(PEOPLE)


def test_all_parts_of_a_choice_have_to_fit() -> None:
    fits = (("currency", "EUR"), ("gift", "true"))
    assert where(*fits).takes(EVENT)
    assert not where(*fits, ("count", "4")).takes(EVENT)
    assert not Choice(where=fits, users=frozenset({"7002"})).takes(EVENT)
    assert not Choice(where=fits, until=AT).takes(EVENT)


@pytest.mark.parametrize("inside", [None, {}, {"currency": {}}, {"currency": []}])
def test_a_message_that_says_nothing_of_it_is_left_out(inside: object) -> None:
    assert not where(("currency", "EUR")).takes({**EVENT, "properties": inside})
