"""Of a recorded afternoon the pixels give what its own books say they tell, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from typing import cast

import pytest

from afternoons import facts, recorded
from golden import SHOP
from littlerelay.catalogue import DEVICE_EVENTS
from littlerelay.events import encode_part, message_id
from littlerelay.mappers import map_records
from littlerelay.mappers.pixels import visitor_of
from littlerelay.records import Pixel
from littlerelay.settings import Mapping
from littlerelay.shopify.bodies_pixels import is_pixel, pixel


@pytest.fixture(scope="module")
def given() -> set[tuple[str, str, str]]:
    """What the pixels of the afternoon give: each track's name, messageId and time."""
    visitors: dict[str, list[Pixel]] = defaultdict(list)
    for line in recorded().lines:
        if is_pixel(line):
            record = cast("Pixel", pixel(line))
            visitors[visitor_of(record)].append(record)
    return {
        (event["event"], event["messageId"], event["timestamp"])
        for records in visitors.values()
        for event in map_records("pixels", records, Mapping(shop=SHOP))
        if event["type"] == "track"
    }


@pytest.mark.parametrize("event", [entry.name for entry in DEVICE_EVENTS])
def test_an_event_is_given_as_often_as_it_happened(
    event: str, given: set[tuple[str, str, str]]
) -> None:
    happened = {
        (event, message_id("", SHOP, f"pixels/{fact['pixel']}/{encode_part(event)}"), fact["at"])
        for fact in facts(event)
    }
    assert happened
    assert {one for one in given if one[0] == event} == happened


def test_nothing_else_is_given(given: set[tuple[str, str, str]]) -> None:
    assert {name for name, _, _ in given} == {entry.name for entry in DEVICE_EVENTS}
