"""An archive belongs to one run, and no file of another is touched for it."""

import os
from pathlib import Path
from shutil import rmtree
from types import SimpleNamespace
from typing import Any, cast

import pytest

from archived_runs import files, keep, kill, pack_small
from kept_records import about, records
from littlerelay.errors import CheckpointMismatch, UsageError
from small_jobs import finished
from small_shop import NOW, SmallShop, small_shop


@pytest.fixture
def shop() -> SmallShop:
    return small_shop(width=400)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    pack_small(monkeypatch)


def test_a_run_goes_on_with_its_archive_alone(shop: SmallShop, tmp_path: Path) -> None:
    kill(shop, tmp_path, 60)
    before = files(tmp_path)
    kept, other = tmp_path / "kept", tmp_path / "other"
    with pytest.raises(CheckpointMismatch, match=f"archive was {kept} and is now not set"):
        keep(shop, tmp_path, archive=None)
    with pytest.raises(CheckpointMismatch, match=f"archive was {kept} and is now {other}"):
        keep(shop, tmp_path, archive=str(other))
    assert files(tmp_path) == before
    assert not other.exists()
    keep(shop, tmp_path)


def test_a_run_without_an_archive_gets_none_halfway(shop: SmallShop, tmp_path: Path) -> None:
    kill(shop, tmp_path, 40, archive=None)
    with pytest.raises(CheckpointMismatch, match="archive was not set and is now"):
        keep(shop, tmp_path)
    keep(shop, tmp_path, archive=None)


def test_a_folder_that_is_named_in_another_way_is_the_same(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kill(shop, tmp_path, 60, archive="kept/")
    assert finished(keep(shop, tmp_path)).archive == str(tmp_path / "kept")


def test_runs_of_one_job_share_a_folder_and_need_not_all_have_one(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keep(shop, tmp_path)
    shop.now += 4000
    keep(shop, tmp_path, since="last", out=None)
    shop.now += 4000
    keep(shop, tmp_path, since="last", out=None, archive=None)
    stems = sorted(path.name for path in (tmp_path / "kept").glob("*.archive.json"))
    assert stems == ["events.archive.json", "events.until-20231114T232640Z.archive.json"]
    told = about(tmp_path / "kept", "events.until-20231114T232640Z")
    assert told["new_since"] == NOW - 300


def test_last_finishes_a_run_with_its_own_archive(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keep(shop, tmp_path)
    shop.now += 4000
    kill(shop, tmp_path, 30, since="last", out=None)
    with pytest.raises(CheckpointMismatch, match="archive was"):
        keep(shop, tmp_path, since="last", out=None, archive=None)
    shop.now += 4000
    keep(shop, tmp_path, since="last", out=None)
    assert about(tmp_path / "kept", "events.until-20231114T232640Z")["phase"] == "done"


def test_restart_keeps_the_old_archive_under_other_names(shop: SmallShop, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    before = files(tmp_path)
    keep(shop, tmp_path, restart=True, since="2023-11-13")
    after = files(tmp_path)
    old = {f"{name}.old-20231114T222500Z": content for name, content in before.items()}
    assert {name: content for name, content in after.items() if ".old-" in name} == old
    assert set(before) < set(after)
    keep(shop, tmp_path, since="2023-11-13")


def test_restart_sets_an_archive_aside_that_the_new_run_has_no_more(
    shop: SmallShop, tmp_path: Path
) -> None:
    keep(shop, tmp_path)
    keep(shop, tmp_path, restart=True, archive=str(tmp_path / "other"))
    assert all(".old-" in path.name for path in (tmp_path / "kept").iterdir())
    assert len(records(tmp_path / "other", "customers")) == 7


@pytest.mark.parametrize(
    "name",
    ["events-orders-00003.ndjson.gz", "events-refunds-00000.ndjson.gz", "events.archive.json"],
)
@pytest.mark.parametrize("more", [{}, {"restart": True}, {"limit": 2}])
def test_an_archive_that_no_checkpoint_tells_of_is_never_touched(
    more: dict[str, Any], name: str, shop: SmallShop, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / name).write_bytes(b"precious")
    with pytest.raises(UsageError, match="no checkpoint beside the output") as caught:
        keep(shop, tmp_path, **more)
    assert "--archive" in caught.value.hint
    assert files(tmp_path) == {str(tmp_path / "kept" / name): b"precious"}


def test_archives_of_other_outputs_are_left_alone(shop: SmallShop, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    names = ("events-2-orders-00000.ndjson.gz", "more.archive.json", "events-orders.ndjson.gz")
    for name in names:
        (tmp_path / "kept" / name).write_bytes(b"precious")
    keep(shop, tmp_path)
    keep(shop, tmp_path, restart=True)
    assert all((tmp_path / "kept" / name).read_bytes() == b"precious" for name in names)


def test_two_outputs_of_one_name_cannot_share_a_folder(shop: SmallShop, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    kept = str(tmp_path / "kept")
    keep(shop, tmp_path / "a", archive=kept)
    before = files(tmp_path)
    for restart in (False, True):
        with pytest.raises(UsageError, match="no checkpoint beside the output"):
            keep(shop, tmp_path / "b", archive=kept, restart=restart)
    assert files(tmp_path) == before


def test_a_run_never_takes_the_archive_of_another_for_its_own(
    shop: SmallShop, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    kill(shop, tmp_path / "a", 60)
    shop.now += 50
    keep(shop, tmp_path / "b")
    rmtree(tmp_path / "a" / "kept")
    (tmp_path / "b" / "kept").rename(tmp_path / "a" / "kept")
    before = files(tmp_path / "a" / "kept")
    with pytest.raises(UsageError, match="another run's archive"):
        keep(shop, tmp_path / "a")
    assert files(tmp_path / "a" / "kept") == before


def test_the_full_command_sets_the_archive_of_a_sample_aside(
    shop: SmallShop, tmp_path: Path
) -> None:
    keep(shop, tmp_path, limit=2)
    assert len(records(tmp_path / "kept", "customers")) == 2
    assert about(tmp_path / "kept")["limit"] == 2
    keep(shop, tmp_path)
    assert len(records(tmp_path / "kept", "customers")) == 7
    assert len(list((tmp_path / "kept").glob("*.old-*"))) == 3


def test_what_cannot_be_kept_is_refused_before_the_shop_is_asked(
    shop: SmallShop, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for more, told in (
        ({"out": "-"}, "--out - remembers nothing"),
        ({"archive": str(tmp_path / "file")}, "no folder that relay can write to"),
        ({"archive": str(tmp_path / "file" / "deeper")}, "no folder that relay can write to"),
        ({"archive": os.fsdecode(b"lost\xff")}, "no name in UTF-8"),
    ):
        with pytest.raises(UsageError, match=told):
            keep(cast("SmallShop", SimpleNamespace(now=shop.now)), tmp_path, **more)
    assert not (tmp_path / "state").exists()
