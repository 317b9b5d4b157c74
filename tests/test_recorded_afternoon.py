"""An afternoon of the stand-in shop becomes its events, however it was kept and spoiled."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from afternoons import recorded
from littlerelay import catalogue
from made_recordings import events, names, put, rejects, replay, replayed
from standin.recording_spoils import spoiled

PAGE = Path(__file__).resolve().parent.parent / "docs" / "recordings.md"
TABLE = re.compile(r"(<!-- afternoon: coverage -->\n).*?(<!-- end -->)", re.DOTALL)
SHOP = "littlerelay-demo.myshopify.com"
UPDATED = ["Subscription Updated"]
SHAPES = ("headers", "http", "eventbridge", "pubsub", "bare")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Gives the events of the afternoon, kept in envelopes."""
    return replayed(tmp_path_factory.mktemp("told"), recorded().lines)


def test_every_event_that_relay_makes_happens_in_the_afternoon(told: list[Any]) -> None:
    calls = {one.name for one in catalogue.CALLS}
    made = {name.lower() if name in calls else name for name in catalogue.MADE}
    assert set(names(told)) == made


def coverage(told: list[Any]) -> str:
    """Returns the table of what gives each event, with how often the afternoon does."""
    counts, calls = Counter(names(told)), {one.name for one in catalogue.CALLS}
    rows = ["| event | a backfill | the afternoon |", "| --- | --- | ---: |"]
    for name in catalogue.MADE:
        count = counts[name.lower() if name in calls else name]
        rows.append(f"| {name} | {'' if name in catalogue.RECORDED else 'yes'} | {count} |")
    return "\n".join(rows)


def test_the_page_tells_what_the_afternoon_gives(told: list[Any], *, update: bool) -> None:
    page = PAGE.read_text()
    fresh = TABLE.sub(lambda found: f"{found[1]}\n{coverage(told)}\n\n{found[2]}", page)
    if update:
        PAGE.write_text(fresh)
        return
    assert page == fresh, "`make golden` writes the table anew"
    assert TABLE.search(page)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_the_same_events(shape: str, told: list[Any], tmp_path: Path) -> None:
    found = replayed(tmp_path, recorded(shape).lines, shop=SHOP)
    if shape == "bare":  # without its topic, any other state of a subscription is an update
        found, told = ([one for one in every if names([one]) != UPDATED] for every in (found, told))
    assert found == told


@pytest.mark.parametrize("seed", [1, 2])
def test_garbage_repeats_and_disorder_change_nothing(
    seed: int, told: list[Any], tmp_path: Path
) -> None:
    whole, bad = tmp_path / "whole", tmp_path / "bad"
    whole.mkdir()
    bad.mkdir()
    replayed(whole, recorded().lines)
    spoilt = spoiled(recorded().lines, seed)
    (bad / "recorded.ndjson").write_bytes(spoilt.content)
    replay(bad)
    assert events(bad) == told
    before = {orjson.dumps(one["record"]) for one in rejects(whole)}
    found = [one["line"] for one in rejects(bad) if orjson.dumps(one["record"]) not in before]
    assert found == spoilt.garbage


def test_a_file_of_rejects_is_read_as_the_lines_that_it_holds(tmp_path: Path) -> None:
    spoilt = spoiled(recorded().lines)
    (tmp_path / "recorded.ndjson").write_bytes(spoilt.content)
    replay(tmp_path)
    first = rejects(tmp_path)
    assert len(first) >= len(spoilt.garbage)
    assert replayed(tmp_path, first, shop=SHOP) == []
    again = rejects(tmp_path)
    assert [one["record"]["record"] for one in again] == [one["record"] for one in first]


def test_a_few_lines_of_events_among_recordings_are_no_reason_to_send_them(tmp_path: Path) -> None:
    put(tmp_path / "recorded.ndjson", [*recorded().lines[:3], {"type": "track", "event": "x"}])
    assert replay(tmp_path, shop=SHOP).counts["events"].rejected == 1
