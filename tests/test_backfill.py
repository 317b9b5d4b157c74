"""A backfill of the stand-in shop gives every fact of the shop's own books, exactly once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shops import BOOKED, backfill, booked, finished, ids, moments
from standin.server import StandIn


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as running:
        yield running
        assert running.problems == []


def test_every_fact_of_the_books_is_in_the_file_at_its_own_time(
    shop: StandIn, tmp_path: Path
) -> None:
    result = finished(backfill(shop, tmp_path))
    told = moments(tmp_path / "events.ndjson", BOOKED)
    written = {key: line["at"] for key, line in booked(shop).items() if line["at"] < result.until}
    assert told == written
    assert len(told) > 700


def test_no_message_is_there_twice(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    found = ids(tmp_path / "events.ndjson")
    assert len(found) == len(set(found))


def test_a_period_gives_the_facts_that_happened_in_it_whenever_their_order_was(
    shop: StandIn, tmp_path: Path
) -> None:
    since, until = "2025-06-01T00:00:00Z", "2025-09-01T00:00:00Z"
    backfill(shop, tmp_path, since=since, until=until)
    told = moments(tmp_path / "events.ndjson", BOOKED)
    inside = {key: line["at"] for key, line in booked(shop).items() if since <= line["at"] < until}
    assert told == inside
    older = [line for key, line in booked(shop).items() if key in told and line["fact"] == "refund"]
    assert older, "the period must hold a refund for this test to mean something"


def test_two_runs_give_the_same_bytes(shop: StandIn, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        backfill(shop, tmp_path / name)
    first, second = ((tmp_path / name / "events.ndjson").read_bytes() for name in "ab")
    assert first == second


def test_storms_of_every_kind_leave_the_same_bytes(shop: StandIn, tmp_path: Path) -> None:
    for name in ("calm", "storm"):
        (tmp_path / name).mkdir()
    backfill(shop, tmp_path / "calm")
    with StandIn(
        orders=300, plan="enterprise", time_scale=50, faults=0.25, fault_seed=7, slow_seconds=0.01
    ) as stormy:
        backfill(stormy, tmp_path / "storm")
        assert sum(count for name, count in stormy.stats.items() if "fault" in name) > 5
    calm, storm = ((tmp_path / name / "events.ndjson").read_bytes() for name in ("calm", "storm"))
    assert calm == storm


def test_a_shop_that_changes_while_it_is_read_gives_every_fact_before_the_end_once(
    tmp_path: Path,
) -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=50, busy=True) as busy:
        result = finished(backfill(busy, tmp_path))
        told = moments(tmp_path / "events.ndjson", BOOKED)
        # An order that is imported during the run bears an old date, but came after the end.
        written = {
            key: line["at"]
            for key, line in booked(busy).items()
            if max(line["at"], line.get("created", "")) < result.until
        }
        changes = [line for line in booked(busy).values() if line["at"] >= result.until]
        assert busy.problems == []
    assert told == written
    assert changes, "the shop must have changed during the run"
    assert len(ids(tmp_path / "events.ndjson")) == len(set(ids(tmp_path / "events.ndjson")))


@pytest.mark.parametrize("plan", ["standard", "advanced", "plus", "enterprise"])
def test_each_plan_is_read_at_its_own_pace_in_real_time(plan: str, tmp_path: Path) -> None:
    with StandIn(orders=60, plan=plan) as slow:
        backfill(slow, tmp_path)
        assert slow.stats["throttled"] == 0
        assert slow.problems == []
