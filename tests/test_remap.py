"""An archive that is mapped again gives the events of the run that kept it, and asks nobody."""

from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import orjson
import pytest

from archived_runs import keep, kept_by, map_small, refused, remap
from killing import Killed, killed_at
from littlerelay import remaps
from littlerelay.checkpoint import load, save
from littlerelay.errors import CheckpointMismatch, UsageError
from littlerelay.progress import Advanced, Finished, Started
from littlerelay.settings import Mapping, RemapRequest
from small_jobs import finished
from small_shop import SmallShop, hasty_clock, small_shop

NAMES = ("again.ndjson", "again.ndjson.gz")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    map_small(monkeypatch)


@pytest.fixture
def shop() -> SmallShop:
    return small_shop(width=400)


@pytest.fixture
def kept(shop: SmallShop, tmp_path: Path) -> Path:
    return kept_by(shop, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_of_the_run(name: str, shop: SmallShop, tmp_path: Path) -> None:
    written = name.replace("again", "events")
    told = keep(shop, tmp_path, written)
    again = remap(tmp_path / "kept", name)
    for end in ("", ".rejects.ndjson"):
        assert (tmp_path / f"{name}{end}").read_bytes() == (
            tmp_path / f"{written}{end}"
        ).read_bytes()
    first, last = finished(told), finished(again)
    assert (last.counts, last.events, last.first, last.last, last.bytes) == (
        first.counts,
        first.events,
        first.first,
        first.last,
        first.bytes,
    )
    assert (last.since, last.until, last.job) == (first.since, first.until, first.job)


def test_a_mapping_tells_its_start_its_progress_and_its_end(kept: Path) -> None:
    told = remap(kept)
    assert isinstance(told[0], Started)
    assert (told[0].shop, dict(told[0].totals)) == (
        "acme.myshopify.com",
        {"customers": 7, "orders": 3},
    )
    assert {type(one) for one in told[1:-1]} == {Advanced}
    assert finished(told).mapped_from == (str(kept / "events.archive.json"),)


def test_other_settings_give_other_events(kept: Path) -> None:
    remap(kept, mapping={"namespace": "other"})
    first, again = (
        [orjson.loads(line) for line in (kept.parent / name).read_bytes().splitlines()]
        for name in ("events.ndjson", NAMES[0])
    )
    assert [one["timestamp"] for one in again] == [one["timestamp"] for one in first]
    assert {one["messageId"] for one in again}.isdisjoint(one["messageId"] for one in first)


def test_the_same_command_again_has_nothing_to_do(kept: Path) -> None:
    remap(kept)
    told = remap(kept)
    assert len(told) == 1
    assert finished(told).already


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("first", range(1, 4))
def test_a_mapping_that_was_killed_anywhere_goes_on(
    first: int, name: str, shop: SmallShop, tmp_path: Path
) -> None:
    keep(shop, tmp_path, name.replace("again", "events"))
    whole = (tmp_path / name.replace("again", "events")).read_bytes()
    with killed_at(None) as steps:
        remap(tmp_path / "kept", name)
    assert steps.count > 60
    for step in range(first, steps.count, 3):
        for path in tmp_path.glob(f"{name}*"):
            path.unlink()
        with killed_at(step), suppress(Killed):
            remap(tmp_path / "kept", name)
        assert finished(remap(tmp_path / "kept", name)).counts["orders"].read == 3
        assert (tmp_path / name).read_bytes() == whole, step


def test_a_mapping_goes_on_with_its_own_settings_alone(kept: Path) -> None:
    with killed_at(40), suppress(Killed):
        remap(kept)
    with pytest.raises(CheckpointMismatch, match="namespace was not set and is now other"):
        remap(kept, mapping={"namespace": "other"})
    other = kept.with_name("other")
    kept.rename(other)
    with pytest.raises(CheckpointMismatch, match=f"mapped from was {kept}"):
        remap(other)
    other.rename(kept)
    remap(kept)
    assert (kept.parent / NAMES[0]).read_bytes() == (kept.parent / "events.ndjson").read_bytes()


def test_restart_maps_anew_and_keeps_what_was_there(kept: Path) -> None:
    remap(kept)
    before = (kept.parent / NAMES[0]).read_bytes()
    remap(kept, mapping={"namespace": "other"}, restart=True)
    (old,) = kept.parent.glob(f"{NAMES[0]}.old-*")
    assert old.read_bytes() == before
    assert before not in (kept.parent / NAMES[0]).read_bytes()


def test_restart_maps_anew_over_what_another_version_wrote(kept: Path) -> None:
    remap(kept)
    path = kept.parent / f"{NAMES[0]}.checkpoint.json"
    run = load(path)
    assert run is not None
    save(path, run.model_copy(update={"version": 1}))
    error = refused(kept)
    assert "written by another version" in str(error)
    assert "--restart" in error.hint
    assert finished(remap(kept, restart=True)).events == run.events


@pytest.mark.parametrize("restart", [False, True])
def test_the_file_of_a_backfill_is_never_touched(restart: bool, kept: Path) -> None:
    error = refused(kept, name="events.ndjson", restart=restart)
    assert "holds what a backfill wrote" in str(error)


def test_a_file_without_a_checkpoint_is_never_touched(kept: Path) -> None:
    (kept.parent / NAMES[0]).write_bytes(b"precious")
    assert "no checkpoint tells of it" in str(refused(kept))
    assert (kept.parent / NAMES[0]).read_bytes() == b"precious"


def test_a_backfill_never_goes_on_with_a_mapping(shop: SmallShop, kept: Path) -> None:
    remap(kept)
    with pytest.raises(CheckpointMismatch, match="mapped from was"):
        keep(shop, kept.parent, NAMES[0], archive=None)


def test_a_sample_stays_one(shop: SmallShop, tmp_path: Path) -> None:
    keep(shop, tmp_path, limit=2)
    end = finished(remap(tmp_path / "kept"))
    assert end.sample
    assert (tmp_path / NAMES[0]).read_bytes() == (tmp_path / "events.ndjson").read_bytes()


def test_files_are_for_their_owner_alone(kept: Path) -> None:
    remap(kept)
    found = list(kept.parent.glob(f"{NAMES[0]}*"))
    assert len(found) == 3
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


def test_two_mappings_may_read_one_archive_at_once(kept: Path) -> None:
    request = RemapRequest(kept / "events.archive.json", str(kept.parent / "first.ndjson"))
    first = remaps.remap(request, Mapping(shop=""), hasty_clock())
    next(first)
    next(first)
    assert isinstance(remap(kept)[-1], Finished)
    *_, last = first
    assert isinstance(last, Finished)


def test_a_mapping_needs_nothing_but_the_archive(kept: Path) -> None:
    before = (kept.parent / "events.ndjson").read_bytes()
    rmtree(kept.parent / "state")
    for path in kept.parent.glob("events.ndjson*"):
        path.unlink()
    remap(kept)
    assert (kept.parent / NAMES[0]).read_bytes() == before
    assert not (kept.parent / "state").exists()
    found = load(kept.parent / f"{NAMES[0]}.checkpoint.json")
    assert found is not None
    assert found.phase == "done"
    with pytest.raises(UsageError, match="There is no archive"):
        remap(kept.parent)
