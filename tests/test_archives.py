"""An archive holds every record that its run read, in order, and tells what mapping them needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from archived_runs import NAMES, keep, pack_small
from kept_records import about, parts, records
from killing import Killed
from littlerelay import archives, jobs
from littlerelay.errors import DiskError
from small_jobs import backfill, finished
from small_shop import CUSTOMERS, NOW, ORDERS, SmallShop, small_shop


@pytest.fixture
def shop() -> SmallShop:
    return small_shop(width=400)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    pack_small(monkeypatch)


def test_every_record_is_kept_also_those_that_were_rejected_or_gave_nothing(
    shop: SmallShop, tmp_path: Path
) -> None:
    end = finished(keep(shop, tmp_path))
    in_order = sorted(CUSTOMERS, key=lambda one: (one["created_at"], one["id"]))
    assert records(tmp_path / "kept", "customers") == in_order
    assert records(tmp_path / "kept", "orders") == ORDERS
    fates = [(at.rejected, at.filtered) for at in end.counts.values()]
    assert fates == [(2, 0), (0, 1)], "without these this test means nothing"
    assert end.archive == str(tmp_path / "kept")


def test_a_line_says_whose_record_it_holds(shop: SmallShop, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    first = parts(tmp_path / "kept")["events-orders-00000.ndjson.gz"][0]
    head = b'{"source":"orders","shop":"acme.myshopify.com","api_version":"2026-10","record":{"id":'
    assert first.startswith(head)
    assert orjson.loads(first)["record"] == ORDERS[0]


def test_the_events_are_those_of_a_run_that_keeps_nothing(shop: SmallShop, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    (tmp_path / "plain").mkdir()
    backfill(shop, tmp_path / "plain")
    for name in (NAMES[0], f"{NAMES[0]}.rejects.ndjson"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


@pytest.mark.usefixtures("small_parts")
def test_a_part_is_full_by_what_it_holds_and_is_of_one_resource(
    shop: SmallShop, tmp_path: Path
) -> None:
    keep(shop, tmp_path)
    found = parts(tmp_path / "kept")
    assert [name for name in found if "customers" in name] == [
        f"events-customers-0000{number}.ndjson.gz" for number in range(4)
    ]
    assert all(
        len({orjson.loads(line)["source"] for line in lines}) == 1 for lines in found.values()
    )
    told = about(tmp_path / "kept")["parts"]
    assert {one["name"]: one["mark"]["lines"] for one in told} == {
        name: len(lines) for name, lines in found.items()
    }
    for one in told:
        assert (tmp_path / "kept" / one["name"]).stat().st_size == one["mark"]["bytes"]
        assert one["unpacked"] == sum(len(line) + 1 for line in found[one["name"]])


def dies_after(real: Callable[..., None]) -> Callable[..., None]:
    def dying(*given: Any) -> None:
        real(*given)
        raise Killed

    return dying


def test_an_archive_tells_all_that_a_mapping_needs_before_its_first_record(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.scopes_missing = ("read_products",)
    monkeypatch.setattr(archives, "save", dies_after(archives.save))
    with pytest.raises(Killed):
        keep(shop, tmp_path, mapping={"user_id": "metafield:custom.member"})
    told = about(tmp_path / "kept")
    assert not parts(tmp_path / "kept")
    assert (told["shop"], told["zone"]) == ("acme.myshopify.com", "America/New_York")
    assert (told["job"], told["api_version"], told["phase"]) == ("acme", "2026-10", "reading")
    assert (told["until"], told["frozen_end"]) == (NOW - 300, NOW - 300)
    assert told["since"] == told["updated_since"] + 3600
    assert told["left_out"] == ["something (needs read_products)"]
    assert told["resources"] == {"customers": 7, "orders": 3}
    assert told["metafield"] == "custom.member"
    assert (told["markets"], told["limit"], told["new_since"]) == (
        {"by_country": {}, "elsewhere": None},
        None,
        None,
    )


def test_an_archive_is_for_its_owner_alone(shop: SmallShop, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "kept").iterdir()}
    assert modes == {0o600}


def test_a_folder_that_cannot_be_made_binds_no_run(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise DiskError("No such file or directory.")

    monkeypatch.setattr(jobs, "make_folder", refuse)
    with pytest.raises(DiskError):
        keep(shop, tmp_path)
    assert not list(tmp_path.glob("events*"))
    monkeypatch.undo()
    backfill(shop, tmp_path)
