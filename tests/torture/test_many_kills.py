"""Fifty kills at random moments, in shops that stand still, storm, and change."""

import random
from pathlib import Path

import pytest

from kills import broken, unbroken
from shops import BOOKED, booked, ids, moments
from standin.server import StandIn

KILLS = 50
WORDS = ("backfill", "--since", "2015-01-01", "--out", "events.ndjson")

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("faults", [0.0, 0.1])
def test_fifty_kills_leave_the_bytes_of_an_unbroken_run(faults: float, tmp_path: Path) -> None:
    chance = random.Random(f"kills {faults}")
    with StandIn(orders=2000, plan="enterprise", time_scale=1000) as calm:
        seconds = unbroken(calm, tmp_path / "whole", *WORDS)
        whole = (tmp_path / "whole" / "events.ndjson").read_bytes()
        calm.app.faults.share = faults
        done = 0
        while done < KILLS:
            folder = tmp_path / f"after-{done}"
            delays = [chance.uniform(0.05, seconds) for _ in range(chance.randint(1, 5))]
            done += broken(calm, folder, delays, *WORDS)
            assert (folder / "events.ndjson").read_bytes() == whole
        assert calm.problems == []


def test_kills_in_a_changing_shop_lose_no_fact_and_repeat_none(tmp_path: Path) -> None:
    chance = random.Random("kills in a changing shop")
    with StandIn(orders=2000, plan="enterprise", time_scale=1000) as shop:
        seconds = unbroken(shop, tmp_path / "whole", *WORDS)
    done = 0
    for trial in range(10):
        with StandIn(
            orders=2000, seed=trial, plan="enterprise", time_scale=1000, busy=True
        ) as shop:
            folder = tmp_path / f"trial-{trial}"
            done += broken(shop, folder, [chance.uniform(0.3, seconds) for _ in range(3)], *WORDS)
            file = folder / "events.ndjson"
            told = moments(file, BOOKED)
            end = max(told.values())
            missing = {
                key: line
                for key, line in booked(shop).items()
                if line["at"] <= end and key not in told
            }
            assert missing == {}
            assert len(ids(file)) == len(set(ids(file)))
            assert shop.problems == []
    assert done >= 15
