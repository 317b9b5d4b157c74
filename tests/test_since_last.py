"""`--since last` gives what was not given before, once, and refuses where it cannot know."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from killing import Killed, killed_at
from littlerelay import jobs
from littlerelay.errors import DiskError, RefusedError, UsageError
from littlerelay.places import outputs
from littlerelay.progress import Finished
from small_jobs import backfill, finished
from small_shop import SmallShop, record, small_shop

HOUR = 3600


@pytest.fixture
def shop() -> SmallShop:
    return small_shop()


def later(shop: SmallShop, *customers: dict[str, Any], hours: int = 1) -> SmallShop:
    """Lets time pass, in which customers come or change."""
    changed = {one["id"] for one in customers}
    kept = [one for one in shop.records["customers"] if one["id"] not in changed]
    records = {**shop.records, "customers": [*kept, *customers]}
    return SmallShop(records, now=shop.now + hours * HOUR, width=HOUR)


def told(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def customer(event: dict[str, Any]) -> str:
    return str(event["context"]["externalIds"][0]["id"])


def tracks(path: Path) -> list[tuple[str, str]]:
    """Gives customer and time of each fact in a file."""
    facts = [event for event in told(path) if event["type"] == "track"]
    return [(customer(event), event["timestamp"][5:19]) for event in facts]


def last(shop: SmallShop, folder: Path, name: str = "new.ndjson", **more: Any) -> Path:
    backfill(shop, folder, since="last", out=str(folder / name), **more)
    return folder / name


def test_status_tells_the_period_of_the_run_whose_counts_it_tells(
    shop: SmallShop, tmp_path: Path
) -> None:
    first = finished(backfill(shop, tmp_path))
    (full,) = jobs.status(tmp_path / "state")
    assert (full.new_since, full.since, full.until) == (None, first.since, first.until)
    out = str(tmp_path / "new.ndjson")
    shop = later(shop, record(20, 1000, [1000]))
    second = finished(backfill(shop, tmp_path, since="last", out=out))
    (new,) = jobs.status(tmp_path / "state")
    assert (new.new_since, new.until) == (first.until, second.until)
    assert new.events == sum(second.events.values()) == 2
    assert second.new_since == first.until


def test_nothing_new_is_an_empty_file_and_no_error(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    out = str(tmp_path / "new.ndjson")
    end = finished(backfill(later(shop), tmp_path, since="last", out=out))
    assert end.events == {}
    assert (tmp_path / "new.ndjson").read_bytes() == b""


def test_only_what_is_new_comes(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    come = record(20, 1000, [1000, -900_000])
    changed = record(1, 0, [0, 900, -900_000], updated=900)
    found = tracks(last(later(shop, come, changed), tmp_path))
    assert found == [("1", "11-14T22:28:20"), ("20", "11-14T22:30:00"), ("20", "11-04T12:13:20")]


def test_runs_of_last_give_every_fact_once(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    given = tracks(tmp_path / "events.ndjson")
    for hour in range(1, 5):
        shop = later(shop, record(20 + hour, hour * HOUR, [hour * HOUR, 5]))
        given += tracks(last(shop, tmp_path, f"new-{hour}.ndjson"))
    whole = tmp_path / "whole"
    whole.mkdir()
    backfill(shop, whole)
    assert sorted(given) == sorted(tracks(whole / "events.ndjson"))


def test_its_file_is_named_by_its_end(shop: SmallShop, tmp_path: Path, clean_room: Path) -> None:
    backfill(shop, tmp_path)
    end = finished(backfill(later(shop), tmp_path, since="last", out=None))
    assert end.output == "events.until-20231114T232000Z.ndjson"
    assert (clean_room / "events.until-20231114T232000Z.ndjson").exists()


def test_a_folder_keeps_the_file_of_each_run(shop: SmallShop, tmp_path: Path) -> None:
    folder = f"{tmp_path}/"
    backfill(shop, tmp_path, out=folder)
    for night in range(2):
        shop = later(shop, record(20 + night, 1000 + 3600 * night, [1000 + 3600 * night]))
        backfill(shop, tmp_path, since="last", out=folder)
    assert sorted(path.name for path in outputs(tmp_path)) == [
        "events.ndjson",
        "events.until-20231114T232000Z.ndjson",
        "events.until-20231115T002000Z.ndjson",
    ]
    with pytest.raises(UsageError, match="is no folder that relay can write to"):
        backfill(shop, tmp_path, since="last", out=f"{tmp_path}/nights/")


def test_a_file_of_last_is_not_called_done_for_ever(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    out = str(tmp_path / "new.ndjson")
    backfill(later(shop), tmp_path, since="last", out=out)
    with pytest.raises(UsageError, match="holds an earlier run") as caught:
        backfill(later(shop, record(20, 1000, [1000])), tmp_path, since="last", out=out)
    assert "Leave --out away" in caught.value.hint


def test_a_scope_that_was_granted_since_does_not_end_a_job(shop: SmallShop, tmp_path: Path) -> None:
    shop.scopes_missing = ("read_products",)
    backfill(shop, tmp_path)
    moved = later(shop, record(20, 1000, [1000]))
    moved.scopes_missing = ()
    assert tracks(last(moved, tmp_path)) == [("20", "11-14T22:30:00")]


def test_a_scope_that_was_lost_since_stops_the_job_until_it_is_back_or_given_up(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    moved = later(shop, record(20, 1000, [1000]))
    moved.scopes_missing = ("read_all_orders", "read_products")
    with pytest.raises(RefusedError, match="lost read_all_orders and read_products") as caught:
        last(moved, tmp_path)
    assert caught.value.exit_code == 4
    assert "Grant" in caught.value.hint
    assert "--fewer-scopes" in caught.value.hint
    assert not list(tmp_path.glob("new*"))
    assert tracks(last(moved, tmp_path, fewer_scopes=True)) == [("20", "11-14T22:30:00")]
    moved.now += HOUR
    assert tracks(last(moved, tmp_path, "newer.ndjson")) == []


def test_a_scope_that_is_back_gives_what_came_meanwhile(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    moved = later(shop, record(20, 1000, [1000]))
    moved.scopes_missing = ("read_products",)
    with pytest.raises(RefusedError):
        last(moved, tmp_path, post=None)
    moved.scopes_missing = ()
    assert tracks(last(moved, tmp_path)) == [("20", "11-14T22:30:00")]


def test_a_run_with_a_date_that_does_not_move_the_end_hides_no_lost_scope(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    moved = later(shop, record(20, 1000, [1000]))
    moved.scopes_missing = ("read_products",)
    backfill(moved, tmp_path, since="2023-11-14T22:20:00Z", out=str(tmp_path / "part.ndjson"))
    with pytest.raises(RefusedError, match="lost read_products"):
        last(moved, tmp_path)


def test_an_unfinished_run_is_finished_first_with_its_own_period(
    shop: SmallShop, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for place in (whole, killed):
        place.mkdir()
    backfill(shop, whole)
    with killed_at(60), suppress(Killed):
        backfill(shop, killed)
    moved = later(shop, record(20, 1000, [1000]))
    progress = backfill(moved, killed, since="last", out=str(killed / "new.ndjson"))
    ends = [Path(one.output).name for one in progress if isinstance(one, Finished)]
    assert ends == ["events.ndjson", "new.ndjson"]
    for name in ("events.ndjson", "events.ndjson.rejects.ndjson"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert tracks(killed / "new.ndjson") == [("20", "11-14T22:30:00")]


@pytest.mark.parametrize("step", range(3, 60, 4))
def test_a_killed_run_of_last_continues_where_it_stopped(
    step: int, shop: SmallShop, tmp_path: Path
) -> None:
    moved = later(shop, record(20, 1000, [1000]), record(21, 1100, [1100], broken=True))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for place in (whole, killed):
        place.mkdir()
        backfill(shop, place)
    expected = last(moved, whole).read_bytes()
    with killed_at(step), suppress(Killed):
        last(moved, killed)
    assert last(moved, killed).read_bytes() == expected


def altered(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("lose", [Path.unlink, altered])
def test_without_its_ledger_last_is_refused_and_leaves_nothing(
    lose: Callable[[Path], object], shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    (path,) = (tmp_path / "state/jobs/acme").glob("ledger-*.bin")
    lose(path)
    with pytest.raises(UsageError, match="ledger of this job is missing or altered"):
        last(later(shop), tmp_path)
    assert not list(tmp_path.glob("new*"))
    backfill(later(shop), tmp_path, restart=True)
    assert last(later(shop, hours=2), tmp_path).read_bytes() == b""


def test_without_a_finished_run_last_is_refused(shop: SmallShop, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs a finished run") as caught:
        last(shop, tmp_path)
    assert caught.value.exit_code == 2
    assert not list(tmp_path.glob("new*"))


def test_a_damaged_history_is_not_a_new_job(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    (tmp_path / "state/jobs/acme/history.json").write_bytes(b"{}")
    with pytest.raises(DiskError, match="damaged"):
        last(later(shop), tmp_path)


def test_a_cut_over_holds_until_it_is_lifted(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path, until="2023-11-14T22:14:10Z")
    assert [one.is_cut_over for one in jobs.status(tmp_path / "state")] == [True]
    with pytest.raises(UsageError, match="ended on purpose with --until"):
        last(later(shop), tmp_path)
    found = tracks(last(later(shop), tmp_path, past_until=True))
    assert [moment for _, moment in found if moment < "11-14T22:14:10"] == []
    assert len(found) == 5


def test_other_settings_are_another_job(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    out = str(tmp_path / "new.ndjson")
    with pytest.raises(UsageError, match="order_id was name and is now id"):
        backfill(later(shop), tmp_path, {"order_id": "id"}, since="last", out=out)
    assert not list(tmp_path.glob("new*"))


@pytest.mark.parametrize("step", range(3, 60, 7))
def test_orders_alone_introduce_each_customer_once_even_after_a_kill(
    step: int, shop: SmallShop, tmp_path: Path
) -> None:
    shop.records["orders"].append(record(53, 399, [399], customer=5))
    with killed_at(step), suppress(Killed):
        backfill(shop, tmp_path, resources=("orders",))
    backfill(shop, tmp_path, resources=("orders",))
    events = told(tmp_path / "events.ndjson")
    assert [customer(event) for event in events if event["type"] == "identify"] == ["5", "8"]


def test_status_tells_where_a_job_stands(shop: SmallShop, tmp_path: Path) -> None:
    with killed_at(60), suppress(Killed):
        backfill(shop, tmp_path)
    (begun,) = jobs.status(tmp_path / "state")
    assert (begun.job, begun.phase, begun.reached) == ("acme", "reading", None)
    backfill(shop, tmp_path)
    (done,) = jobs.status(tmp_path / "state")
    assert (done.phase, done.rejected, done.reached) == ("done", 2, "2023-11-14T22:20:00Z")
    assert done.resources["customers"][:2] == (7, 7)


def test_status_does_not_call_done_what_was_cut_or_is_gone(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    output = tmp_path / "events.ndjson"
    output.write_bytes(output.read_bytes()[:-100])
    assert [one.phase for one in jobs.status(tmp_path / "state")] == ["damaged"]
    output.unlink()
    assert [one.phase for one in jobs.status(tmp_path / "state")] == ["missing"]
