"""A run that was killed anywhere continues when the same command is given again."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kills import at_size, broken, unbroken
from shops import SAVING_OFTEN
from standin.server import StandIn

WORDS = ("backfill", "--since", "2015-01-01", "--out")


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=1000) as running:
        yield running
        assert running.problems == []


SLOW = pytest.param("events.ndjson.gz", marks=pytest.mark.torture)  # power losses test it, too


@pytest.mark.parametrize("name", ["events.ndjson", SLOW])
def test_three_kills_leave_the_bytes_of_an_unbroken_run(
    name: str, shop: StandIn, tmp_path: Path
) -> None:
    command = (*SAVING_OFTEN[name], *WORDS, name)
    unbroken(shop, tmp_path / "whole", *command)
    output = tmp_path / "broken" / name
    size = (tmp_path / "whole" / name).stat().st_size
    chance = random.Random(20260131)
    parts = [chance.uniform(low, low + 0.2) for low in (0.1, 0.4, 0.6)]
    waits = [at_size(output, int(size * part)) for part in parts]
    kills, resumed = broken(shop, tmp_path / "broken", waits, *command)
    assert kills == 3
    assert resumed >= 1, "a run must have gone on in the middle for this test to mean something"
    whole, continued = (tmp_path / run / name for run in ("whole", "broken"))
    assert continued.read_bytes() == whole.read_bytes()
