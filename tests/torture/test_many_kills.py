"""Fifty kills at random moments, in shops that stand still, storm, and change."""

import random
from pathlib import Path

import pytest

from kills import after, broken, unbroken
from shops import RELAY, check_facts
from standin.server import StandIn

KILLS = 50
COMMAND = (RELAY, "backfill", "--since", "2015-01-01", "--out", "events.ndjson")

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("faults", [0.0, 0.1])
def test_fifty_kills_leave_the_bytes_of_an_unbroken_run(faults: float, tmp_path: Path) -> None:
    chance = random.Random(f"kills {faults}")
    with StandIn(orders=2000, plan="enterprise", time_scale=1000) as calm:
        seconds, _ = unbroken(calm, tmp_path / "whole", *COMMAND)
        whole = (tmp_path / "whole" / "events.ndjson").read_bytes()
        calm.app.faults.share = faults
        done = resumed = trial = 0
        while done < KILLS:
            trial += 1  # a trial whose kills all come too late counts none
            folder = tmp_path / f"trial-{trial}"
            delays = [after(chance.uniform(0.05, seconds)) for _ in range(chance.randint(1, 5))]
            kills, continued = broken(calm, folder, delays, *COMMAND)
            done, resumed = done + kills, resumed + continued
            assert (folder / "events.ndjson").read_bytes() == whole
        assert calm.problems == []
    assert resumed >= 1


def test_kills_in_a_changing_shop_lose_no_fact_and_repeat_none(tmp_path: Path) -> None:
    chance = random.Random("kills in a changing shop")
    with StandIn(orders=2000, plan="enterprise", time_scale=1000) as shop:
        seconds, _ = unbroken(shop, tmp_path / "whole", *COMMAND)
    done = 0
    for trial in range(10):
        with StandIn(
            orders=2000, seed=trial, plan="enterprise", time_scale=1000, busy=True
        ) as shop:
            folder = tmp_path / f"trial-{trial}"
            delays = [after(chance.uniform(0.3, seconds)) for _ in range(3)]
            done += broken(shop, folder, delays, *COMMAND).kills
            check_facts(shop, folder / "events.ndjson")
            assert shop.problems == []
    assert done >= 15
