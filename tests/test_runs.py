"""The same command goes on with a run, says so of a finished one, and harms no file."""

import io
from contextlib import closing, suppress
from pathlib import Path
from shutil import rmtree
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from killing import Killed, killed_at
from littlerelay import checkpoint
from littlerelay.durable import try_lock
from littlerelay.errors import CheckpointMismatch, DiskError, LockedError, UsageError
from littlerelay.files import compressed
from littlerelay.ledger import Ledger
from littlerelay.progress import Advanced, Counts, Started
from small_jobs import TOKEN, backfill, finished
from small_shop import SmallShop, small_shop


@pytest.fixture
def shop() -> SmallShop:
    return small_shop()


def left(folder: Path) -> dict[str, bytes]:
    """Gives the files of a folder, without the state of jobs."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def events(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def kill(shop: SmallShop, folder: Path, step: int, **request: Any) -> None:
    with killed_at(step), suppress(Killed):
        backfill(shop, folder, **request)


def test_a_run_tells_its_start_its_progress_and_its_end(shop: SmallShop, tmp_path: Path) -> None:
    told = backfill(shop, tmp_path)
    assert isinstance(told[0], Started)
    assert dict(told[0].totals) == {"customers": 7, "orders": 3}
    assert {type(one) for one in told[1:-1]} == {Advanced}
    end = finished(told)
    assert end.counts == {"customers": Counts(7, 5, 2, 0), "orders": Counts(3, 2, 0, 1)}
    assert sum(end.events.values()) == len(events(tmp_path / "events.ndjson"))
    assert end.bytes == (tmp_path / "events.ndjson").stat().st_size


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
@pytest.mark.parametrize("first", range(1, 8))
def test_the_same_command_continues_a_run_that_was_killed(
    first: int, name: str, shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 300)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    with killed_at(None) as steps:
        backfill(shop, whole, out=str(whole / name))
    for step in range(first, steps.count, 7):
        killed.mkdir()
        kill(shop, killed, step, out=str(killed / name))
        backfill(shop, killed, out=str(killed / name))
        assert left(killed) == left(whole)
        rmtree(killed)


def test_a_run_that_goes_on_says_so(shop: SmallShop, tmp_path: Path) -> None:
    kill(shop, tmp_path, 60)
    kept = checkpoint.load(tmp_path / "events.ndjson.checkpoint.json")
    assert kept is not None
    told = backfill(shop, tmp_path)
    assert isinstance(told[0], Started)
    assert told[0].resumed
    assert told[0].reached is not None
    at = kept.resources[told[0].reached.resource]
    assert (told[0].reached.read, at.done) == (at.read, False)


def test_a_finished_run_says_so_and_does_nothing(shop: SmallShop, tmp_path: Path) -> None:
    first = finished(backfill(shop, tmp_path))
    before = left(tmp_path)
    again = backfill(shop, tmp_path)
    assert len(again) == 1
    assert finished(again).already
    assert finished(again).counts == first.counts
    assert left(tmp_path) == before


@pytest.mark.parametrize("phase", ["done", "checking"])
@pytest.mark.parametrize("content", [None, b"", b"other\n"])
def test_a_run_whose_file_was_altered_is_not_called_done(
    content: bytes | None, phase: str, shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    memory = tmp_path / "events.ndjson.checkpoint.json"
    found = checkpoint.load(memory)
    assert found is not None
    checkpoint.save(memory, found.model_copy(update={"phase": phase}))
    (tmp_path / "events.ndjson").unlink()
    if content is not None:
        (tmp_path / "events.ndjson").write_bytes(content)
    with pytest.raises(DiskError, match="not the file") as caught:
        backfill(shop, tmp_path)
    assert caught.value.exit_code == 8


CHANGED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"since": "2023-11-13"}, {}, "since was 2023-11-14 and is now 2023-11-13"),
    ({"until": "2023-11-14T22:14:00Z"}, {}, "until was not set and is now 2023-11-14T22:14:00Z"),
    ({"resources": ("orders",)}, {}, "resources was customers, orders and is now orders"),
    ({}, {"namespace": "dev"}, "namespace was not set and is now dev"),
    ({}, {"order_id": "id"}, "order_id was name and is now id"),
    ({}, {"revenue": True}, "revenue was false and is now true"),
]


@pytest.mark.parametrize(("request_", "mapping", "told"), CHANGED)
def test_other_settings_cannot_be_mixed_into_a_run(
    request_: dict[str, Any], mapping: dict[str, Any], told: str, shop: SmallShop, tmp_path: Path
) -> None:
    kill(shop, tmp_path, 60)
    before = left(tmp_path)
    with pytest.raises(CheckpointMismatch) as caught:
        backfill(shop, tmp_path, mapping, **request_)
    assert told in str(caught.value)
    assert left(tmp_path) == before


def test_a_scope_that_was_lost_is_a_change(shop: SmallShop, tmp_path: Path) -> None:
    kill(shop, tmp_path, 60)
    shop.scopes_missing = ("read_products",)
    with pytest.raises(CheckpointMismatch, match="scopes was not set and is now read_products"):
        backfill(shop, tmp_path)


def test_the_full_command_starts_anew_over_a_sample(shop: SmallShop, tmp_path: Path) -> None:
    sample = finished(backfill(shop, tmp_path, limit=2))
    assert sample.sample
    assert {name: at.read for name, at in sample.counts.items()} == {"customers": 2, "orders": 2}
    told = backfill(shop, tmp_path)
    assert not finished(told).sample
    assert finished(told).counts["customers"].read == 7
    (tmp_path / "fresh").mkdir()
    backfill(shop, tmp_path / "fresh")
    assert left(tmp_path) == left(tmp_path / "fresh")


def test_a_sample_is_not_made_over_a_full_run(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    before = left(tmp_path)
    with pytest.raises(UsageError, match="--limit makes a sample"):
        backfill(shop, tmp_path, limit=2)
    assert left(tmp_path) == before


def test_a_sample_is_no_start_for_last(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path, limit=2)
    with pytest.raises(UsageError, match="needs a finished run"):
        backfill(shop, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))


def test_restart_keeps_the_old_files(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    before = left(tmp_path)
    backfill(shop, tmp_path, restart=True, since="2023-11-13")
    after = left(tmp_path)
    old = {f"{name}.old-20231114T222500Z": content for name, content in before.items()}
    assert {name: content for name, content in after.items() if ".old-" in name} == old
    assert set(before) < set(after)


def test_restart_never_overwrites_what_it_kept(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    backfill(shop, tmp_path, restart=True)
    before = left(tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        backfill(shop, tmp_path, restart=True)
    assert left(tmp_path) == before


def test_restart_moves_nothing_where_the_new_run_is_refused(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    before = left(tmp_path)
    with pytest.raises(UsageError, match="lies in the future"):
        backfill(shop, tmp_path, restart=True, since="2033-01-01")
    assert left(tmp_path) == before


def test_restart_never_moves_a_file_that_another_run_writes(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    before = left(tmp_path)
    with (tmp_path / "events.ndjson").open() as held:
        assert try_lock(held.fileno())
        with pytest.raises(LockedError, match="Another run writes"):
            backfill(shop, tmp_path, restart=True, job="other")
    assert left(tmp_path) == before


def test_the_full_command_does_not_cut_what_is_no_longer_the_sample(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path, limit=2)
    (tmp_path / "events.ndjson").write_bytes(b"somebody's work\n" * 100)
    before = left(tmp_path)
    with pytest.raises(DiskError, match="not the file"):
        backfill(shop, tmp_path)
    assert left(tmp_path) == before


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.rejects.ndjson"])
@pytest.mark.parametrize("limit", [None, 2])
def test_a_file_without_a_checkpoint_is_never_touched(
    limit: int | None, name: str, shop: SmallShop, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"precious")
    with pytest.raises(UsageError, match="no checkpoint tells of it") as caught:
        backfill(shop, tmp_path, limit=limit)
    assert caught.value.exit_code == 2
    assert left(tmp_path) == {name: b"precious"}


def test_a_damaged_checkpoint_is_not_a_new_run(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    (tmp_path / "events.ndjson.checkpoint.json").write_bytes(b"{}")
    before = left(tmp_path)
    with pytest.raises(DiskError, match="damaged"):
        backfill(shop, tmp_path)
    assert left(tmp_path) == before


def test_a_stream_gets_the_same_events_and_nothing_is_remembered(
    shop: SmallShop, tmp_path: Path, clean_room: Path
) -> None:
    stream = io.BytesIO()
    told = backfill(shop, tmp_path, out="-", stream=stream)
    assert not left(tmp_path)
    assert [path.name for path in clean_room.iterdir()] == ["acme.rejects.ndjson"]
    backfill(shop, tmp_path)
    assert stream.getvalue() == (tmp_path / "events.ndjson").read_bytes()
    assert finished(told).rejected == 2


def test_no_secret_is_kept_beside_the_events(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0 or path.name in ("jobs", "state")


def test_the_ledger_knows_what_was_given(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    (path,) = (tmp_path / "state/jobs/acme").glob("ledger-*.bin")
    given = [event["messageId"] for event in events(tmp_path / "events.ndjson")]
    assert path.stat().st_size == 16 * len(given)
    with closing(Ledger(path)) as ledger:
        assert all(one in ledger for one in given)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "yesterday"}, "not a time"),
        ({"until": "soon"}, "not a time"),
        ({"resources": ("refunds",)}, "no resource"),
        ({"limit": 0}, "at least 1"),
        ({"since": "last", "until": "2023-11-14"}, "goes with no"),
        ({"out": "no/such/folder/events.ndjson"}, "no folder"),
        ({"job": "Not A Name"}, "not a name"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_shop_is_asked(
    asked: dict[str, Any], told: str, shop: SmallShop, tmp_path: Path
) -> None:
    unasked = cast("SmallShop", SimpleNamespace(now=shop.now))  # asked anything, it is a bug
    with pytest.raises(UsageError, match=told) as caught:
        backfill(unasked, tmp_path, **asked)
    assert caught.value.hint
    assert left(tmp_path) == {}


def test_a_number_that_no_order_of_history_has_is_not_asked_of_it(
    shop: SmallShop, tmp_path: Path
) -> None:
    asked = {"checkout_id": "id"}
    with pytest.raises(UsageError, match="the number of an order's checkout") as caught:
        backfill(shop, tmp_path, asked, resources=("orders", "checkouts"))
    assert "checkout_id = token" in caught.value.hint
    assert left(tmp_path) == {}
    backfill(shop, tmp_path, asked, resources=("customers",))
