"""Pages and bulk operations are kept alike, whatever becomes of the run that reads them."""

from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from kept_records import about, left, parts, records
from littlerelay import jobs, remaps
from littlerelay.files import parts as part_files
from littlerelay.settings import BackfillRequest, Mapping, RemapRequest
from littlerelay.shopify import bulk
from littlerelay.times import epoch
from shops import FAST, SINCE, settings
from standin.server import StandIn

ALL = ("customers", "orders", "checkouts")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "FULL", 100_000)
    monkeypatch.setattr(bulk, "AIM", 20)


def opened() -> StandIn:
    return StandIn(orders=90, plan="enterprise", time_scale=1000)


def run(shop: StandIn, folder: Path, windows: int | None = None, **asked: Any) -> None:
    """Runs a backfill to its end, or for so many windows."""
    folder.mkdir(exist_ok=True)
    request = BackfillRequest(
        out=str(folder / "events.ndjson"),
        archive=str(folder / "kept"),
        **{"since": SINCE, "resources": ALL, **asked},
    )
    with closing(jobs.backfill(settings(shop, folder / "state"), request, FAST)) as told:
        list(islice(told, windows))
    assert shop.problems == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the archive of the whole shop, read by pages."""
    folder = tmp_path_factory.mktemp("archived")
    with pytest.MonkeyPatch.context() as patch, opened() as shop:
        patch.setattr(part_files, "FULL", 100_000)
        run(shop, folder, mode="pages")
    return folder / "kept"


def kept(folder: Path) -> dict[str, Any]:
    found = left(folder)
    # Another start of the stand-in shop has another clock: no record tells it.
    for name in ("until", "frozen_end"):
        del found["about"][name]
    return found


def test_all_resources_are_kept_in_the_order_of_their_creation(whole: Path) -> None:
    for resource in ALL:
        found = records(whole, resource)
        places = [(epoch(one["created_at"]), one["id"]) for one in found]
        assert len(places) == about(whole)["resources"][resource] > 10
        assert places == sorted(places)
    assert len(parts(whole)) > 2 * len(ALL)


def test_bulk_operations_leave_the_archive_of_pages(whole: Path, tmp_path: Path) -> None:
    with opened() as shop:
        run(shop, tmp_path / "bulk", mode="bulk")
        assert shop.stats["bulk started"] >= len(ALL)
    assert kept(tmp_path / "bulk" / "kept") == kept(whole)


def test_a_run_changes_its_mode_halfway_and_the_archive_stays(whole: Path, tmp_path: Path) -> None:
    with opened() as shop:
        for mode, windows in (("bulk", 3), ("pages", 5), ("auto", 3), ("bulk", 4)):
            run(shop, tmp_path / "mixed", windows, mode=mode)
        run(shop, tmp_path / "mixed", mode="pages")
    assert kept(tmp_path / "mixed" / "kept") == kept(whole)


@pytest.mark.parametrize("resources", [ALL, ("orders", "checkouts")])
@pytest.mark.parametrize("mode", ["pages", "bulk"])
def test_an_archive_that_is_mapped_again_gives_the_bytes_of_its_run(
    mode: str, resources: tuple[str, ...], tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"since": "2025-03-01", "until": "2026-09-01T00:00:00Z"}
    with opened() as shop:
        run(shop, tmp_path / "run", mode=mode, resources=resources, **asked)
    request = RemapRequest(
        tmp_path / "run" / "kept" / "events.archive.json", str(tmp_path / "again.ndjson")
    )
    list(remaps.remap(request, Mapping(shop="")))
    written = (tmp_path / "run" / "events.ndjson").read_bytes()
    assert len(written) > 100_000
    assert (tmp_path / "again.ndjson").read_bytes() == written
