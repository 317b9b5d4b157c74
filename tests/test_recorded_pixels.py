"""Recorded web pixels become the events of a run, whatever stands in which order in its lines."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from afternoons import pixels
from golden import record_of
from littlerelay.errors import CheckpointMismatch, UsageError
from littlerelay.mappers import map_records
from littlerelay.settings import Mapping
from littlerelay.shopify.bodies_pixels import pixel
from made_recordings import SHOP, names, orders, rejects, replay, replayed

Line = dict[str, Any]


def lines() -> list[Line | bytes]:
    """Returns the afternoon's events of the pixel, some of them kept beside their init."""
    found: list[Line | bytes] = []
    for number, event in enumerate(pixels()):
        plain = {name: value for name, value in event.items() if name != "init"}
        wrapped = {"event": plain, "init": event.get("init")}
        found.append(wrapped if number % 3 else event)
    return found


def test_the_order_of_lines_repeats_and_garbage_do_not_matter(tmp_path: Path) -> None:
    found = lines()
    expected = replayed(tmp_path, found, shop=SHOP)
    assert len(expected) > 300
    random.Random(7).shuffle(found)
    found[9:9] = [b"{", *found[40:60], b'{"clientId": 5, "id": "x", "name": "y", "timestamp": "z"}']
    assert replayed(tmp_path, found, shop=SHOP) == expected
    assert [one["reason"] for one in rejects(tmp_path)] == ["not_json", "wrong_type"]


def test_an_event_at_fault_is_rejected_and_its_visitor_goes_on(tmp_path: Path) -> None:
    visit = record_of("pixels/visit")
    broken = visit[4] | {"name": 5}
    given = replayed(tmp_path, [*visit[:4], broken, *visit[5:]], shop=SHOP)
    (reject,) = rejects(tmp_path)
    assert reject["reason"] == "wrong_type"
    whole = [pixel(one) for one in [*visit[:4], *visit[5:]]]
    expected = map_records("pixels", whole, Mapping(shop=SHOP, identify_orders=True))
    assert sorted(names(given)) == sorted(names(expected))


def test_server_events_are_refused_beside_orders(tmp_path: Path) -> None:
    found = [*record_of("pixels/server_events"), *orders(1)]
    both, alone = tmp_path / "both", tmp_path / "alone"
    both.mkdir()
    alone.mkdir()
    asked = {"pixel_server_events": True}
    with pytest.raises(UsageError, match="what orders tell"):
        replayed(both, found, shop=SHOP, mapping=asked)
    replay(both, shop=SHOP)  # without what was refused, the same command begins anew
    assert "Checkout Started" in names(replayed(alone, found[:-1], shop=SHOP, mapping=asked))


def test_a_setting_of_pixels_is_part_of_what_a_run_is(tmp_path: Path) -> None:
    found = record_of("pixels/visit")
    replayed(tmp_path, found, shop=SHOP)
    with pytest.raises(CheckpointMismatch, match="session_pause was 30 and is now 5"):
        replay(tmp_path, shop=SHOP, mapping={"session_pause": 5})
