"""A backfill of the stand-in shop gives every fact of the shop's own books, exactly once."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pytest

from littlerelay import jobs
from littlerelay.clock import SYSTEM, Clock
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.progress import Finished, Progress, Waiting
from littlerelay.settings import BackfillRequest
from shops import BOOKED, SINCE, backfill, booked, check_facts, finished, ids, moments, settings
from standin.api import LARGEST_COST
from standin.bucket import RESTORE_RATES
from standin.server import StandIn


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as running:
        yield running
        assert running.problems == []


@pytest.fixture(scope="module")
def calm(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Gives the result of a run of the whole shop that nothing disturbed."""
    return finished(backfill(shop, tmp_path_factory.mktemp("calm")))


def test_every_fact_of_the_books_is_in_the_file_at_its_own_time(
    shop: StandIn, calm: Finished
) -> None:
    told = moments(Path(calm.output), BOOKED)
    written = {key: line["at"] for key, line in booked(shop).items() if line["at"] < calm.until}
    assert told == written
    assert len(told) > 700


def test_no_message_is_there_twice(calm: Finished) -> None:
    found = ids(Path(calm.output))
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


def test_two_runs_give_the_same_bytes(shop: StandIn, calm: Finished, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    assert (tmp_path / "events.ndjson").read_bytes() == Path(calm.output).read_bytes()


def test_storms_of_every_kind_leave_the_same_bytes(calm: Finished, tmp_path: Path) -> None:
    with StandIn(
        orders=300, plan="enterprise", time_scale=50, faults=0.25, fault_seed=7, slow_seconds=0.01
    ) as stormy:
        backfill(stormy, tmp_path)
        assert sum(count for name, count in stormy.stats.items() if "fault" in name) > 5
    assert (tmp_path / "events.ndjson").read_bytes() == Path(calm.output).read_bytes()


def test_a_shop_that_changes_while_it_is_read_gives_every_fact_before_the_end_once(
    tmp_path: Path,
) -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=50, busy=True) as busy:
        result = finished(backfill(busy, tmp_path))
        check_facts(busy, tmp_path / "events.ndjson")
        changes = [line for line in booked(busy).values() if line["at"] >= result.until]
        assert busy.problems == []
    assert changes, "the shop must have changed during the run"


@pytest.mark.parametrize("resource", ["customers", "orders"])
def test_a_window_that_was_short_once_is_read_again(
    resource: str, shop: StandIn, tmp_path: Path
) -> None:
    for name in ("calm", "short"):
        (tmp_path / name).mkdir()
    backfill(shop, tmp_path / "calm", since="2026-01-01", resources=(resource,))
    shop.faults("short")
    backfill(shop, tmp_path / "short", since="2026-01-01", resources=(resource,))
    calm, short = ((tmp_path / name / "events.ndjson").read_bytes() for name in ("calm", "short"))
    assert calm == short
    assert shop.app.api.shorts == 0, "a list must have been short for this test to mean something"


@pytest.mark.parametrize("resource", ["customers", "orders"])
def test_a_window_that_stays_short_ends_the_run(
    resource: str, shop: StandIn, tmp_path: Path
) -> None:
    shop.faults("short", "short")
    with pytest.raises(UnreachableError, match=rf"Shopify counts \d+ {resource} created from"):
        backfill(shop, tmp_path, resources=(resource,))
    assert (tmp_path / "events.ndjson").read_bytes() == b""


LEFT = 930  # points: enough for the first page of orders, whose cost nobody knows before


def unthrottled(shop: StandIn) -> StandIn:
    """Gives the shop back; where time stands still, whoever does not wait would ask for ever."""
    assert shop.stats["throttled"] == 0
    return shop


def waits(shop: StandIn, folder: Path, clock: Clock) -> list[float]:
    """Runs a backfill when another client has all but emptied the bucket; gives its waits."""
    bucket, told = shop.app.api.bucket, list[Progress]()
    bucket.spend(bucket.available(shop.now_ms) - LEFT, shop.now_ms)
    request = BackfillRequest(since=SINCE, out=str(folder / "events.ndjson"))
    given = jobs.backfill(settings(shop, folder / "state"), request, clock, told.append)
    assert isinstance(list(given)[-1], Finished)
    assert unthrottled(shop).problems == []
    waited = [one for one in told if isinstance(one, Waiting)]
    assert {wait.reason for wait in waited} <= {"Shopify's bucket fills"}
    return [wait.seconds for wait in waited]


@pytest.mark.parametrize("plan", ["standard", "advanced", "plus", "enterprise"])
def test_each_plan_is_read_at_its_own_pace_in_real_time(plan: str, tmp_path: Path) -> None:
    with StandIn(orders=100, plan=plan) as slow:
        waited = waits(slow, tmp_path, SYSTEM)
    # The larger plans restore points as fast as this machine spends them.
    assert waited or plan in ("plus", "enterprise")


@pytest.mark.parametrize("plan", RESTORE_RATES)
def test_a_run_waits_for_the_points_that_it_lacks_and_no_longer(plan: str, tmp_path: Path) -> None:
    with StandIn(orders=220, plan=plan, time_scale=0.0) as still:
        # Time passes only where relay sleeps, and in whole milliseconds: none of them too few.
        clock = Clock(
            now=lambda: still.now_ms / 1000,
            monotonic=lambda: unthrottled(still).now_ms / 1000,
            sleep=lambda seconds: still.pass_time(ceil(seconds * 1000) / 1000),
            chance=lambda: 0.5,
        )
        points = sum(waits(still, tmp_path, clock)) * RESTORE_RATES[plan]
        missing = still.stats["actual_cost"] - LEFT
    assert missing > LEFT, "the bucket must have been emptied more than once"
    # Each query needs its whole requested cost at first, of which it gives most back.
    assert missing <= points <= missing + LARGEST_COST


def test_customers_data_that_is_withheld_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with (
        StandIn(orders=20, plan="enterprise", time_scale=50, approval="level1") as shop,
        pytest.raises(RefusedError, match="withholds protected customer data") as caught,
    ):
        backfill(shop, tmp_path)
    assert caught.value.hint.startswith("Request access to protected customer data")
    assert not list(tmp_path.glob("*.ndjson*"))
    assert jobs.status(tmp_path / "state") == []
