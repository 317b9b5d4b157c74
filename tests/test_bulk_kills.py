"""A run in bulk that was killed at any step goes on, and starts no operation a second time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bulk_kills as steps
from bulk_kills import Undisturbed, answer_held, command, killed_at, undisturbed
from kills import unbroken
from shops import start
from standin.server import StandIn

AIM = 10
AHEAD = 4  # operations that a run has under way while it waits for the first of them
DAY = 86_400
AT_ONCE = 5.0  # seconds for a process to end, far less than what it waits for


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=45, plan="enterprise", time_scale=100, bulk_seconds=30) as running:
        yield running
        assert running.problems == []


@pytest.fixture(scope="module")
def whole(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(shop, tmp_path_factory.mktemp("undisturbed"), AIM)


def test_a_run_that_is_killed_at_one_step_after_the_other_is_that_of_pages(
    shop: StandIn, whole: Undisturbed, tmp_path: Path
) -> None:
    shop.pass_time(3600)
    before = shop.stats["bulk started"]
    with answer_held(shop) as held:
        process = start(shop, tmp_path, *command(AIM))
        assert held.wait(timeout=60)
        process.kill()
        process.communicate()
    assert shop.stats["bulk started"] == before + 1, "Shopify started it, and nobody heard of it"
    for step in (
        *(*steps.STARTED, *steps.FETCHED, *steps.GROUPED),
        *(*steps.MAPPED, *steps.CLEARED),
    ):
        assert killed_at(step, shop, tmp_path, AIM), step
    check_end(shop, tmp_path, whole, before)


def test_a_run_that_is_killed_while_it_joins_lines_in_any_order_is_that_of_pages(
    shop: StandIn, whole: Undisturbed, tmp_path: Path
) -> None:
    shop.pass_time(3600)
    shop.bulk_order = "interleaved"
    before = shop.stats["bulk started"]
    for step in steps.SCATTERED:
        assert killed_at(step, shop, tmp_path, AIM), step
        assert list(tmp_path.glob("*.bulk/*.jsonl.join/part-*")), "it was killed amid its files"
    check_end(shop, tmp_path, whole, before)


def check_end(shop: StandIn, folder: Path, whole: Undisturbed, before: int) -> None:
    """Lets a run get through, and sees that nothing shows how often it was killed."""
    unbroken(shop, folder, *command(AIM))
    assert (folder / "events.ndjson").read_bytes() == whole.content
    assert shop.stats["bulk started"] - before == whole.operations
    assert not list(folder.glob("*.bulk"))


def test_a_signal_ends_a_run_at_once_while_it_waits_and_the_run_goes_on(
    whole: Undisturbed, tmp_path: Path
) -> None:
    few = command(AIM * 2)  # so few operations that all are under way at once
    with StandIn(
        orders=45, plan="enterprise", time_scale=100, bulk_seconds=DAY, slow_seconds=60
    ) as shop:
        process = start(shop, tmp_path, *few)
        until(process, lambda: shop.stats["bulk started"] > 1)
        asked = shop.stats["requests"]
        until(process, lambda: shop.stats["requests"] > asked + AHEAD)
        assert signaled(process, signal.SIGTERM) == 7
        started = shop.stats["bulk started"]
        shop.pass_time(2 * DAY)
        shop.result_faults("slow")
        process = start(shop, tmp_path, *few)
        until(process, lambda: shop.stats["result fault slow"] == 1)
        assert signaled(process, signal.SIGINT) == 130
        unbroken(shop, tmp_path, *few)
        assert shop.stats["bulk started"] == started
        assert shop.problems == []
    assert (tmp_path / "events.ndjson").read_bytes() == whole.content


def until(process: subprocess.Popen[bytes], is_so: Callable[[], bool]) -> None:
    """Waits for something to happen while a process runs."""
    end = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)


def signaled(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    """Gives the exit code of a process that ends at once because of a signal."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=AT_ONCE)
    assert b"Traceback" not in errors, errors.decode()
    return process.returncode
