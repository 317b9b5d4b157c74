"""Runs in bulk are killed at step after step, and at random moments in shops that change."""

from __future__ import annotations

import random
from itertools import count
from pathlib import Path

import pytest

from bulk_kills import Undisturbed, command, killed_at, undisturbed
from kills import after, broken, unbroken
from shops import check_facts
from standin.options import Options
from standin.server import StandIn

pytestmark = pytest.mark.torture

SHOP: Options = {"orders": 600, "plan": "enterprise", "time_scale": 1000, "bulk_seconds": 300}
AIM = 30
KILLS = 25
WORDS = ("backfill", "--since", "2015-01-01", "--out")
# Functions that are called on the way of each result, few times or many.
CALLS = (
    "shopify.operations:Operations.start",
    "shopify.operations:Operations.look",
    "shopify.operations:Operations.since",
    "shopify.spans:Spans.count",
    "shopify.download:write_all",
    "shopify.download:Download.fetch",
    "shopify.workfolder:WorkFolder.create",
    "shopify.workfolder:WorkFolder.remove",
    "shopify.grouped:_close",
    "shopify.partitions:Scatter.write",
    "shopify.partitions:Partitions._run",
    "shopify.drain:FollowUps.orders",
    "shopify.gathering:_remove",
    "shopify.gathering:clear",
    "pipeline:Run._write",
    "checkpoint:save",
)
OFTEN = {"shopify.grouped:_close", "shopify.partitions:Scatter.write", "pipeline:Run._write"}


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
@pytest.mark.parametrize("order", ["grouped", "children-first"])
def test_a_run_killed_after_any_call_goes_on(order: str, name: str, tmp_path: Path) -> None:
    words = (*WORDS, name)
    hit = set()
    with StandIn(
        orders=80, plan="enterprise", time_scale=100, bulk_seconds=5, bulk_order=order
    ) as shop:
        whole = undisturbed(shop, tmp_path / "undisturbed", AIM, words)
        for call in CALLS:
            for number in count():
                shop.pass_time(3600)
                step = f"{call}:{3**number if call in OFTEN else number + 1}"
                folder = tmp_path / step.replace(":", "-")
                if not goes_on(shop, folder, step, words, whole):
                    break
                hit.add(call)
        assert shop.problems == []
    not_called = {
        "grouped": {"shopify.partitions:Scatter.write", "shopify.partitions:Partitions._run"}
    }
    assert set(CALLS) - hit == not_called.get(order, set())


def goes_on(
    shop: StandIn, folder: Path, step: str, words: tuple[str, ...], whole: Undisturbed
) -> bool:
    """Kills a run at a step and lets it go on; false where it came to its end without."""
    folder.mkdir()
    before = shop.stats["bulk started"]
    was_killed = killed_at(step, shop, folder, AIM, words)
    if was_killed:
        unbroken(shop, folder, *command(AIM, words=words))
    assert (folder / words[-1]).read_bytes() == whole.content, step
    assert shop.stats["bulk started"] - before == whole.operations, step
    assert not list(folder.glob("*.bulk")), step
    return was_killed


@pytest.mark.parametrize("faults", [0.0, 0.1])
def test_kills_at_random_moments_leave_the_bytes_of_an_unbroken_run(
    faults: float, tmp_path: Path
) -> None:
    chance = random.Random(f"kills in bulk {faults}")
    words = (*WORDS, "events.ndjson")
    with StandIn(**SHOP) as calm:
        whole = undisturbed(calm, tmp_path / "undisturbed", 100, words)
        seconds, _ = unbroken(calm, tmp_path / "timed", *command(100, words=words))
        calm.app.faults.share = faults
        done = trial = 0
        while done < KILLS:
            trial += 1
            folder = tmp_path / f"trial-{trial}"
            delays = [after(chance.uniform(0.2, seconds)) for _ in range(chance.randint(1, 5))]
            done += broken(calm, folder, delays, *command(100, words=words)).kills
            assert (folder / "events.ndjson").read_bytes() == whole.content
            assert not list(folder.glob("*.bulk"))
        assert calm.problems == []


def test_kills_in_a_changing_shop_lose_no_fact_and_repeat_none(tmp_path: Path) -> None:
    chance = random.Random("kills in bulk in a changing shop")
    run, done = command(60, words=(*WORDS, "events.ndjson")), 0
    with StandIn(**SHOP) as shop:
        seconds, _ = unbroken(shop, tmp_path / "whole", *run)
    for trial in range(10):
        options: Options = {**SHOP, "seed": trial, "busy": True}
        with StandIn(**options) as shop:
            folder = tmp_path / f"trial-{trial}"
            delays = [after(chance.uniform(0.5, seconds)) for _ in range(3)]
            done += broken(shop, folder, delays, *run).kills
            check_facts(shop, folder / "events.ndjson")
            assert shop.problems == []
    assert done >= 15
