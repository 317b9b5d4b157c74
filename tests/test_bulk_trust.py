"""What a run in bulk finds in Shopify is not trusted before it is seen to be what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from itertools import islice
from pathlib import Path

import orjson
import pytest

from littlerelay import jobs
from littlerelay.errors import UnreachableError, UsageError
from littlerelay.pipeline import Run
from littlerelay.settings import BackfillRequest
from littlerelay.shopify import bulk
from littlerelay.shopify.download import Download, Told
from littlerelay.shopify.spans import Node
from shops import FAST, SINCE, finished, ids, settings
from test_bulk_backfill import ORDERS, begun, events, opened, run

Change = Callable[[list[Node]], list[Node]]


def test_operations_of_another_job_that_overlap_give_no_record_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 3)
    folders = [tmp_path / name for name in ("pages", "mine", "other")]
    for folder in folders:
        folder.mkdir()
    with opened() as shop:
        run(shop, folders[0], mode="pages", resources=("orders",))
        monkeypatch.setattr(bulk, "AIM", 10)
        with closing(begun(shop, folders[1], print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 2))
        shop.pass_time(3600)
        monkeypatch.setattr(bulk, "AIM", 14)
        monkeypatch.setattr(bulk, "AHEAD", 2)
        with closing(begun(shop, folders[2], print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 2))
        run(shop, folders[1], resources=("orders",))
    assert len(ids(folders[1] / "events.ndjson")) == len(set(ids(folders[1] / "events.ndjson")))
    assert events(folders[1]) == events(folders[0])


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """Gives a list of what is done to every result that has been fetched."""
    changes: list[Change] = []
    real = Download.fetch

    def fetched(self: Download, url: str, path: Path, told: Told) -> None:
        real(self, url, path, told)
        lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        for change in changes:
            lines = change(lines)
        path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))

    monkeypatch.setattr(Download, "fetch", fetched)
    return changes


def test_a_record_of_another_time_stands_for_none_that_was_counted(
    tmp_path: Path, results: list[Change]
) -> None:
    results.append(moved)
    with opened() as shop:
        for _ in range(2):
            with pytest.raises(
                UnreachableError, match=f"counts {ORDERS} and gathered {ORDERS - 1}"
            ):
                run(shop, tmp_path, resources=("orders",))
            assert ids(tmp_path / "events.ndjson") == []


def moved(lines: list[Node]) -> list[Node]:
    """Lets the first order come from a time when there was none yet."""
    return [{**lines[0], "created_at": "2014-01-01T00:00:00Z"}, *lines[1:]]


SPOILED: dict[str, tuple[Node, str]] = {
    "an id that no file can hold": ({"id": f"gid://shopify/Order/{2**65}"}, "no number of Shopify"),
    "no refunds": ({"refunds": None}, "another shape"),
    "fulfillments without ids": ({"fulfillments": [{}]}, "another shape"),
}


@pytest.mark.parametrize(("spoiled", "said"), SPOILED.values(), ids=SPOILED)
def test_a_record_of_another_shape_ends_the_run_and_is_no_bug_of_relay(
    spoiled: Node, said: str, tmp_path: Path, results: list[Change]
) -> None:
    results.append(lambda lines: relabeled([{**lines[0], **spoiled}, *lines[1:]], lines[0]["id"]))
    with opened() as shop, pytest.raises(UnreachableError, match=said):
        run(shop, tmp_path, resources=("orders",))


def relabeled(lines: list[Node], old: str) -> list[Node]:
    """Lets the children of the first order follow it to its new id."""
    new = {"__parentId": lines[0]["id"]}
    return [{**line, **new} if line.get("__parentId") == old else line for line in lines]


@pytest.mark.parametrize("mode", ["bulk", "pages"])
def test_a_folder_of_results_that_is_a_link_or_a_file_is_refused_and_left_alone(
    mode: str, tmp_path: Path
) -> None:
    elsewhere, place = tmp_path / "elsewhere", tmp_path / "events.ndjson.bulk"
    elsewhere.mkdir()
    (elsewhere / "1.jsonl").touch()
    with opened() as shop:
        for is_link in (True, False):
            place.symlink_to(elsewhere) if is_link else place.touch()
            with pytest.raises(UsageError, match="not a plain folder"):
                run(shop, tmp_path, mode=mode)
            place.unlink()
    assert [path.name for path in elsewhere.iterdir()] == ["1.jsonl"]


def test_what_relay_did_not_put_there_stays_in_the_folder_of_results(tmp_path: Path) -> None:
    folder = tmp_path / "events.ndjson.bulk"
    (folder / "mine.jsonl").mkdir(parents=True)
    (folder / "notes.jsonl").touch()
    (folder / "12.jsonl").touch()
    with opened() as shop:
        list(begun(shop, tmp_path, print, mode="pages", resources=("checkouts",)))
    assert {path.name for path in folder.iterdir()} == {"mine.jsonl", "notes.jsonl"}


def test_an_operation_that_reads_beyond_the_end_of_a_run_is_not_its_own(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    with opened() as shop:
        with closing(begun(shop, mine, print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 1))
        shop.live(days=30)
        shop.pass_time(3600)
        run(shop, other, resources=("orders",))
        ended = list(begun(shop, mine, print, mode="bulk", resources=("orders",)))
    assert finished(ended).counts["orders"].read == ORDERS


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_stream_that_is_stopped_leaves_no_result_behind(
    is_broken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 3)
    asked = BackfillRequest(since=SINCE, resources=("orders",), out="-", mode="bulk")
    with opened() as shop:
        told = jobs.backfill(settings(shop, tmp_path / "state"), asked, FAST, stream=BytesIO())
        list(islice(told, 2))
        assert list(tmp_path.rglob("*.jsonl.join"))
        if is_broken:
            monkeypatch.setattr(Run, "_write", broken)
            with pytest.raises(KeyboardInterrupt):
                next(told)
        told.close()
    assert not list(tmp_path.rglob("*.jsonl*"))


def broken(*_: object) -> None:
    """Is stopped in the middle of a window."""
    raise KeyboardInterrupt
