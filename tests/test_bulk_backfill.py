"""Bulk operations give the same events as pages, byte for byte, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from littlerelay import jobs
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.progress import Gathering, Noted, Progress, Waiting
from littlerelay.settings import BackfillRequest
from littlerelay.shopify import bulk, ways
from shops import FAST, SCALE, SINCE, settings
from standin.server import StandIn

ALL = ("customers", "orders", "checkouts")
ORDERS = 45
EVERY_ODD_ORDER = 110  # as many as hold one of each
AIM = 10  # records of a span, so that a small shop has several


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Gives the events of the whole shop, read by pages."""
    return by_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Gives the events of a shop with every odd order, read by pages."""
    return by_pages(tmp_path_factory.mktemp("pages"), EVERY_ODD_ORDER)


def by_pages(folder: Path, orders: int = ORDERS) -> bytes:
    with opened(orders=orders) as shop:
        run(shop, folder, mode="pages")
        assert shop.stats["bulk started"] == 0
    return events(folder)


@pytest.fixture
def small_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AIM", AIM)


def opened(time_scale: float = 1000, **options: Any) -> StandIn:
    asked = {"orders": ORDERS, **options}
    return StandIn(plan="enterprise", time_scale=time_scale, **asked)


def begun(
    shop: StandIn, folder: Path, watch: Callable[[Progress], None], **asked: Any
) -> Generator[Progress, None, None]:
    out = str(folder / "events.ndjson")
    request = BackfillRequest(**{"since": SINCE, "resources": ALL, "out": out, **asked})
    return jobs.backfill(settings(shop, folder / "state"), request, FAST, watch)


def run(shop: StandIn, folder: Path, mode: str = "bulk", **asked: Any) -> list[Progress]:
    """Runs a backfill to its end; gives what was told on the way."""
    told: list[Progress] = []
    list(begun(shop, folder, told.append, mode=mode, **asked))
    assert shop.problems == []
    assert not list(folder.glob("*.bulk")), "what lay there while it was read is to be gone"
    return told


def notes(told: list[Progress]) -> list[str]:
    return [one.text for one in told if isinstance(one, Noted)]


def events(folder: Path) -> bytes:
    return (folder / "events.ndjson").read_bytes()


@pytest.mark.parametrize("order", ["grouped", "ungrouped", "interleaved", "children-first"])
def test_whatever_the_order_of_the_lines_the_events_are_those_of_pages(
    order: str, odd: bytes, tmp_path: Path
) -> None:
    with opened(bulk_order=order, orders=EVERY_ODD_ORDER) as shop:
        assert notes(run(shop, tmp_path)) == []
        assert shop.stats["bulk started"] == len(ALL)
    assert events(tmp_path) == odd


@pytest.mark.usefixtures("small_spans")
def test_many_spans_with_several_operations_at_once_give_the_events_of_pages(
    whole: bytes, tmp_path: Path
) -> None:
    with opened() as shop:
        run(shop, tmp_path)
        assert shop.stats["bulk started"] >= 6
    assert events(tmp_path) == whole


def test_a_shop_changes_its_mode_halfway_and_the_events_stay(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AIM", AIM)
    with opened() as shop:
        for mode, windows in (("bulk", 3), ("pages", 5), ("auto", 3), ("bulk", 4)):
            with closing(begun(shop, tmp_path, print, mode=mode)) as told:
                list(islice(told, windows))
        run(shop, tmp_path)
    assert events(tmp_path) == whole


def test_auto_reads_by_pages_what_is_small(whole: bytes, tmp_path: Path) -> None:
    with opened() as shop:
        run(shop, tmp_path, mode="auto")
        assert shop.stats["bulk started"] == 0
    assert events(tmp_path) == whole


@pytest.mark.usefixtures("small_spans")
def test_auto_reads_in_bulk_what_is_worth_it(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "WORTH", {"customers": 8, "orders": 8, "checkouts": 10_000})
    with opened() as shop:
        run(shop, tmp_path, mode="auto")
        assert shop.stats["bulk started"] >= 4
    assert events(tmp_path) == whole


def test_a_sample_is_read_by_pages(tmp_path: Path) -> None:
    with opened() as shop:
        run(shop, tmp_path, limit=5)
        assert shop.stats["bulk started"] == 0


@pytest.mark.usefixtures("small_spans")
@pytest.mark.parametrize("windows", [2, 8])
def test_a_run_that_was_stopped_finds_its_operations_again(
    windows: int, whole: bytes, tmp_path: Path
) -> None:
    (tmp_path / "undisturbed").mkdir()
    with opened() as undisturbed:
        run(undisturbed, tmp_path / "undisturbed")
        needed = undisturbed.stats["bulk started"]
    with opened() as shop:
        with closing(begun(shop, tmp_path, print, mode="bulk")) as told:
            list(islice(told, windows))
        assert shop.stats["bulk started"] >= 1
        run(shop, tmp_path)
        assert shop.stats["bulk started"] == needed
    assert events(tmp_path) == whole


@pytest.mark.usefixtures("small_spans")
def test_operations_are_found_again_among_many_older_and_newer_ones(tmp_path: Path) -> None:
    with opened() as shop:
        for _ in range(6):
            shop.take_slots(5, seconds=1)
            shop.pass_time(600)
        with closing(begun(shop, tmp_path, print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 2))
        started = shop.stats["bulk started"]
        shop.pass_time(600)
        for _ in range(6):
            shop.take_slots(5, seconds=1)
            shop.pass_time(600)
        run(shop, tmp_path, resources=("orders",))
        texts = [one.query for one in shop.app.api.operations.all if "orders(" in one.query]
        assert started == 4
        assert len(texts) == len(set(texts))


def test_a_new_run_takes_no_operation_of_an_earlier_one(tmp_path: Path) -> None:
    with opened() as shop:
        run(shop, tmp_path)
        shop.pass_time(3600)
        run(shop, tmp_path, restart=True)
        assert shop.stats["bulk started"] == 2 * len(ALL)


@pytest.mark.parametrize("fault", ["lost", "canceled", "expired", "short", "internal", "timeout"])
def test_an_operation_that_came_to_nothing_is_tried_again(
    fault: str, whole: bytes, tmp_path: Path
) -> None:
    with opened(bulk_faults=(fault,)) as shop:
        run(shop, tmp_path)
        again = fault not in ("lost",)
        assert shop.stats["bulk started"] == len(ALL) + again
    assert events(tmp_path) == whole


@pytest.mark.parametrize("fault", ["short", "timeout"])
def test_operations_that_never_help_leave_it_to_pages_or_end_the_run(
    fault: str, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "WORTH", dict.fromkeys(ALL, 1))
    with opened(bulk_faults=(fault,) * 99) as shop:
        with pytest.raises(
            UnreachableError, match=r"came to nothing, 3 times; the last time: [^.]+[^.]\."
        ):
            run(shop, tmp_path)
        assert b"Order Completed" not in events(tmp_path)
        told = run(shop, tmp_path, mode="auto")
    assert any("read by pages" in note for note in notes(told))
    assert events(tmp_path) == whole


def test_an_app_that_may_not_read_all_is_refused(tmp_path: Path) -> None:
    with opened(bulk_faults=("denied",) * 9) as shop, pytest.raises(RefusedError):
        run(shop, tmp_path)


@pytest.mark.parametrize(
    "fault",
    ["truncated", "cut", "expired", "orphan", "torn"],
)
def test_a_result_that_arrives_damaged_is_fetched_again(
    fault: str, whole: bytes, tmp_path: Path
) -> None:
    with opened(result_faults=(fault,) * 2, slow_seconds=0.01) as shop:
        run(shop, tmp_path)
    assert events(tmp_path) == whole


def test_a_result_that_comes_compressed_ends_the_run(tmp_path: Path) -> None:
    with opened(result_faults=("gzip",) * 9) as shop, pytest.raises(UnreachableError):
        run(shop, tmp_path)


def test_a_busy_app_waits_for_a_slot_and_says_so(whole: bytes, tmp_path: Path) -> None:
    # Its time is that of the run, so that waits can be told from how long the slots are held.
    with opened(SCALE, bulk_faults=("busy",), bulk_busy_seconds=60.0) as shop:
        told = run(shop, tmp_path)
    waits = [one for one in told if isinstance(one, Waiting) and "under way" in one.reason]
    pauses = [one.seconds for one in waits]
    assert pauses == sorted(pauses)
    assert pauses
    assert sum(pauses) <= 90, "what the run itself takes counts, too, so that it is less or as much"
    assert events(tmp_path) == whole


@pytest.mark.torture
def test_slots_that_never_become_free_leave_it_to_pages_or_end_the_run(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "WORTH", dict.fromkeys(ALL, 1))
    monkeypatch.setattr(bulk, "_LONGEST_BUSY", 60.0)
    with opened(SCALE) as shop:
        shop.take_slots(5, seconds=86_400)
        with pytest.raises(UnreachableError, match="held every slot"):
            run(shop, tmp_path)
        told = run(shop, tmp_path, mode="auto")
        assert shop.stats["bulk started"] == 0
    assert len([note for note in notes(told) if "held every slot" in note]) == len(ALL)
    assert events(tmp_path) == whole


def test_the_token_is_never_sent_to_the_host_of_results(tmp_path: Path) -> None:
    with opened() as shop:
        run(shop, tmp_path)
        assert shop.stats["downloads"] == len(ALL)
        assert shop.stats["token sent to the result host"] == 0


def test_what_shopify_gathers_is_told(tmp_path: Path) -> None:
    with opened(bulk_seconds=600.0) as shop:
        told = [one for one in run(shop, tmp_path) if isinstance(one, Gathering)]
    orders = [one for one in told if one.resource == "orders"]
    assert {one.counted for one in orders} == {ORDERS}
    assert [one.roots for one in orders] == sorted(one.roots for one in orders)
    assert orders[0].fetched is None
    assert orders[-1].fetched is not None


def test_results_lie_where_only_their_owner_looks_and_not_for_long(tmp_path: Path) -> None:
    seen = []

    def look(told: Progress) -> None:
        if isinstance(told, Gathering) and told.fetched is not None:
            folder = tmp_path / "events.ndjson.bulk"
            files = [path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()]
            seen.append((folder.stat().st_mode & 0o777, set(files)))

    with opened() as shop:
        list(begun(shop, tmp_path, look, mode="bulk"))
    assert set(map(str, seen)) == {str((0o700, {0o600}))}
    assert not (tmp_path / "events.ndjson.bulk").exists()
