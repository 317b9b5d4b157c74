"""A run that was killed anywhere continues when the same command is given again."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kills import broken, unbroken
from standin.server import StandIn

WORDS = ("backfill", "--since", "2015-01-01", "--out")


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=600, plan="enterprise", time_scale=1000) as running:
        yield running
        assert running.problems == []


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_three_kills_leave_the_bytes_of_an_unbroken_run(
    name: str, shop: StandIn, tmp_path: Path
) -> None:
    seconds = unbroken(shop, tmp_path / "whole", *WORDS, name)
    chance = random.Random(20260131)
    delays = [chance.uniform(0.2, 0.33) * seconds for _ in range(3)]
    assert broken(shop, tmp_path / "broken", delays, *WORDS, name) == 3
    whole, continued = (tmp_path / run / name for run in ("whole", "broken"))
    assert continued.read_bytes() == whole.read_bytes()
