"""Messages are changed as it was chosen, and not by a byte more."""

from typing import Any
from uuid import UUID

import pytest

from littlerelay.segment.changes import NOTHING, Changes, destinations

MIXPANEL = {"Mixpanel": {"token": "x"}}


def chosen(**switches: bool) -> Changes:
    return Changes(tuple(switches.items()))


def message(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "E", "messageId": "m", "userId": "u", **more}


@pytest.mark.parametrize(
    ("own", "switches", "made"),
    [
        ({}, {"All": False}, {"All": False}),
        ({"Mixpanel": True}, {"All": False}, {"All": False}),
        ({"Mixpanel": False}, {"All": True}, {"All": True}),
        ({"All": True}, {"All": False}, {"All": False}),
        ({"All": False, "Mixpanel": True}, {"All": True}, {"All": True}),
        (MIXPANEL, {"All": False}, {"All": False}),
        (MIXPANEL, {"All": True}, {"All": True, **MIXPANEL}),
        (MIXPANEL, {"All": False, "Mixpanel": True}, {"All": False, **MIXPANEL}),
        (MIXPANEL, {"All": True, "Mixpanel": False}, {"All": True, "Mixpanel": False}),
        (MIXPANEL, {"Mixpanel": False}, {"Mixpanel": False}),
        (MIXPANEL, {"Braze": False}, {"Braze": False, **MIXPANEL}),
        ({"All": False}, {"Mixpanel": True}, {"Mixpanel": True, "All": False}),
        ({"Mixpanel": False}, {"Mixpanel": True}, {"Mixpanel": True}),
        ({"Braze": False}, {"Mixpanel": True}, {"Mixpanel": True, "Braze": False}),
    ],
)
def test_what_was_chosen_wins_and_an_object_means_on(
    own: dict[str, Any], switches: dict[str, bool], made: dict[str, Any]
) -> None:
    assert destinations(own, switches) == made
    assert chosen(**switches).made(message(integrations=own))["integrations"] == made


@pytest.mark.parametrize("own", [None, {}])
def test_a_message_that_names_no_destination_gets_those_that_were_chosen(own: object) -> None:
    changed = chosen(All=False, Mixpanel=True).made(message(integrations=own))
    assert changed["integrations"] == {"All": False, "Mixpanel": True}


@pytest.mark.parametrize(
    ("changes", "own"),
    [
        (NOTHING, {}),
        (NOTHING, MIXPANEL),
        (chosen(All=True), None),
        (chosen(All=True), {}),
        (chosen(All=True), {"All": True}),
        (chosen(All=False, Mixpanel=True), {"All": False, "Mixpanel": True}),
        (chosen(All=False, Mixpanel=True), {"All": False, **MIXPANEL}),
    ],
)
def test_the_very_message_is_given_where_nothing_changes(changes: Changes, own: object) -> None:
    given = message(integrations=own)
    assert changes.made(given) is given


def test_a_message_that_is_given_stays_as_it_was() -> None:
    given = message(integrations={"Braze": True})
    before = {**given, "integrations": {**given["integrations"]}}
    Changes((("All", False),), "test").made(given)
    assert given == before


def test_a_namespace_gives_other_ids_which_stay_the_same() -> None:
    names = [f"{letter}{number}" for letter in ("m", "é/", "%2F") for number in range(50)]
    made = [Changes(namespace="test").made(message(messageId=name)) for name in names]
    ids = [one["messageId"] for one in made]
    assert len({*ids, *names}) == 300
    assert {UUID(one).version for one in ids} == {5}
    assert ids == [
        Changes(namespace="test").made(message(messageId=one))["messageId"] for one in names
    ]
    others = {Changes(namespace="other").made(message(messageId=one))["messageId"] for one in names}
    assert not others & {*ids}


def test_a_namespace_changes_the_id_alone() -> None:
    given = message(integrations={"All": False})
    changed = Changes(namespace="test").made(given)
    assert {**changed, "messageId": "m"} == given


def test_nothing_is_nothing() -> None:
    assert NOTHING.is_nothing
    assert not Changes(namespace="x").is_nothing
    assert not chosen(All=True).is_nothing
