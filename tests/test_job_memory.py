"""What a job remembers is right, whatever it was called and whatever was lost meanwhile."""

import io
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from killing import Killed, killed_at
from littlerelay import checkpoint, jobs
from littlerelay.checkpoint import load
from littlerelay.errors import UnreachableError, UsageError
from littlerelay.places import Paths
from littlerelay.writing import Writing
from small_jobs import backfill, finished
from small_shop import FIRST, SmallShop, hasty_clock, record


@pytest.fixture
def shop() -> SmallShop:
    orders = [record(number, 10 * number, [10 * number], customer=1) for number in range(1, 9)]
    return SmallShop({"customers": [record(1, 0, [0])], "orders": orders}, now=FIRST + 4000)


def kill(shop: SmallShop, folder: Path, step: int, **asked: Any) -> None:
    with killed_at(step), pytest.raises(Killed):
        backfill(shop, folder, **asked)


def last(shop: SmallShop, folder: Path, **asked: Any) -> int:
    told = backfill(shop, folder, since="last", out=str(folder / "new.ndjson"), **asked)
    return sum(finished(told).events.values())


def test_a_run_is_continued_by_its_own_job_alone(shop: SmallShop, tmp_path: Path) -> None:
    kill(shop, tmp_path, 40)
    with pytest.raises(UsageError, match="belongs to the job acme") as caught:
        backfill(shop, tmp_path, job="other")
    assert "--job acme" in caught.value.hint


@pytest.mark.parametrize("step", [40, None])
def test_a_run_whose_history_was_lost_is_remembered_all_the_same(
    step: int | None, shop: SmallShop, tmp_path: Path
) -> None:
    if step is None:
        backfill(shop, tmp_path)
    else:
        kill(shop, tmp_path, step)
    rmtree(tmp_path / "state")
    backfill(shop, tmp_path)
    assert last(shop, tmp_path) == 0


def test_a_second_file_is_not_begun_while_the_first_is_half_done(
    shop: SmallShop, tmp_path: Path
) -> None:
    kill(shop, tmp_path, 40)
    with pytest.raises(UsageError, match="not finished"):
        backfill(shop, tmp_path, out=str(tmp_path / "other.ndjson"))
    assert not (tmp_path / "other.ndjson").exists()
    backfill(shop, tmp_path)
    backfill(shop, tmp_path, out=str(tmp_path / "other.ndjson"))


def begin(shop: SmallShop, folder: Path, **asked: Any) -> None:
    """Begin a run that stops before its first record."""

    def away(*_: object) -> None:
        raise UnreachableError("It is away.", "Wait.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "read_shop", away)
        with pytest.raises(UnreachableError):
            backfill(shop, folder, **asked)


def test_a_run_of_which_nothing_was_read_binds_nobody(shop: SmallShop, tmp_path: Path) -> None:
    first, other = tmp_path / "events.ndjson", tmp_path / "other.ndjson"
    begin(shop, tmp_path)
    backfill(shop, tmp_path, since="2023-11-13")  # as that was meant
    meant = first.read_bytes()
    rmtree(tmp_path / "state")
    begin(shop, tmp_path, restart=True)
    backfill(shop, tmp_path, since="2023-11-13", out=str(other))
    assert other.read_bytes() == meant


def test_a_run_of_which_nothing_was_read_is_not_gone_on_with_beside_another(
    shop: SmallShop, tmp_path: Path
) -> None:
    other = str(tmp_path / "other.ndjson")
    begin(shop, tmp_path)
    kill(shop, tmp_path, 40, out=other)
    with pytest.raises(UsageError, match=r"not finished, in .*other\.ndjson"):
        backfill(shop, tmp_path)
    backfill(shop, tmp_path, out=other)
    backfill(shop, tmp_path)


def test_last_lets_a_run_go_of_which_nothing_was_read_with_other_settings(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    begin(shop, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
    shop.scopes_missing = ("read_products",)
    assert last(shop, tmp_path, fewer_scopes=True) == 0


def test_restart_frees_a_job_whose_last_run_cannot_go_on(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    new = tmp_path / "new.ndjson"
    kill(shop, tmp_path, 24, since="last", out=str(new))
    new.write_bytes(b"altered")
    shop.scopes_missing = ("read_products",)
    with pytest.raises(UsageError):
        last(shop, tmp_path, fewer_scopes=True)
    last(shop, tmp_path, fewer_scopes=True, restart=True)
    assert list(tmp_path.glob("new.ndjson.old-*"))


def test_a_sample_is_never_finished_as_if_it_were_the_run(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    kill(shop, tmp_path, 30, restart=True, limit=2)
    sample = load(tmp_path / "events.ndjson.checkpoint.json")
    assert sample is not None
    assert sample.limit == 2
    assert last(shop, tmp_path) == 0
    assert [status.phase for status in jobs.status(tmp_path / "state")] == ["done"]


def test_a_job_whose_end_lies_in_the_future_refuses_last(shop: SmallShop, tmp_path: Path) -> None:
    shop.width = 10**9
    shop.now += 86_400 * 365
    backfill(shop, tmp_path)
    shop.now -= 86_400 * 365
    with pytest.raises(UsageError, match="clock") as caught:
        last(shop, tmp_path)
    assert "--restart" in caught.value.hint


def test_a_file_named_dash_is_no_memory_of_a_stream(
    shop: SmallShop, tmp_path: Path, clean_room: Path
) -> None:
    stream = io.BytesIO()
    backfill(shop, tmp_path, out="-", stream=stream, resources=("orders",))
    (clean_room / "-").write_bytes(stream.getvalue())
    again = io.BytesIO()
    backfill(shop, tmp_path, out="-", stream=again, resources=("orders",))
    assert again.getvalue() == stream.getvalue()
    assert b'"type":"identify"' in again.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "x" * 201,
        "a.rejects.ndjson",
        "a.checkpoint.json",
        "a.tmp",
        "a\nb",
        "\udcff",
        "a.zst",
    ],
)
def test_a_name_that_cannot_be_an_output_is_refused(
    name: str, shop: SmallShop, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        backfill(shop, tmp_path, out=str(tmp_path / name))
    assert caught.value.hint
    assert not list(tmp_path.glob("*json*"))


@pytest.mark.parametrize("forged", [{"read": 1}, {"mapped": 0}])
def test_counts_that_do_not_add_up_are_a_bug(
    forged: dict[str, int], shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    end = load(tmp_path / "events.ndjson.checkpoint.json")
    assert end is not None
    orders = end.resources["orders"].model_copy(update=forged)
    with pytest.raises(RuntimeError, match="does not add up"):
        checkpoint.check_counts(end.model_copy(update={"resources": {"orders": orders}}))


def test_lines_that_were_not_counted_are_a_bug(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    end = load(tmp_path / "events.ndjson.checkpoint.json")
    assert end is not None
    forged = end.model_copy(update={"events": {"identify": 1}})
    paths = Paths(tmp_path / "events.ndjson")
    with pytest.raises(RuntimeError, match="as many lines"):
        Writing(paths, forged, "", hasty_clock(), lambda _: None)._close(forged)


def test_a_damaged_job_does_not_hide_the_others(shop: SmallShop, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        backfill(shop, tmp_path, job=name, out=str(tmp_path / name / "events.ndjson"))
    (tmp_path / "a" / "events.ndjson.checkpoint.json").write_bytes(b"{}")
    odd = tmp_path / "state" / "jobs" / "Not A Job"
    odd.mkdir()
    (odd / "history.json").write_bytes(b"{}")
    told = {status.job: status.phase for status in jobs.status(tmp_path / "state")}
    assert told == {"a": "damaged", "b": "done"}


def test_a_run_whose_checkpoint_is_damaged_begins_anew_with_restart(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    whole = (tmp_path / "events.ndjson").read_bytes()
    (tmp_path / "events.ndjson.checkpoint.json").write_bytes(b"{")
    backfill(shop, tmp_path, restart=True)
    assert (tmp_path / "events.ndjson").read_bytes() == whole
    assert len(list(tmp_path.glob("*.old-*"))) == 2
