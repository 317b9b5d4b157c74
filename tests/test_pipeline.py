"""A run that is stopped anywhere, and started again, leaves the files of a run never stopped."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path

import orjson
import pytest

from killing import Killed, killed_at
from littlerelay import checkpoint
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.clock import Clock
from littlerelay.errors import DiskError, UnreachableError
from littlerelay.files import compressed, ndjson
from littlerelay.files.compressed import open_output
from littlerelay.files.ndjson import LazyFile, PlainFile
from littlerelay.marks import Mark
from littlerelay.pipeline import Rules, Run, Tally
from littlerelay.settings import Mapping
from littlerelay.shopify.windows import Window
from meanings import MEANING
from small_shop import FIRST, NOW, Record, hasty_clock, mapped, record, small_shop, standing_clock

SHOP = small_shop(width=400)
MAPPING = Mapping(shop="acme.myshopify.com")
NAMES = ("events.ndjson", "events.ndjson.gz")
START = Checkpoint(
    job="acme",
    meaning=MEANING,
    since=FIRST,
    until=NOW,
    frozen_end=NOW - 300,
    updated_since=FIRST,
    new_since=None,
    limit=None,
    left_out=[],
    resources={"customers": Position(total=7), "orders": Position(total=3)},
)
RULES = Rules(
    lambda resource, record: mapped(resource, record, MAPPING),
    lambda _, events: events,
    lambda _: None,
)


@pytest.fixture(autouse=True)
def small_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 300)


def run(output: Path, rules: Rules = RULES, clock: Clock | None = None) -> Checkpoint:
    """Begins the run, or goes on with it: what a job does between its checks."""
    memory = output.with_name("checkpoint.json")
    start = checkpoint.load(memory) or START
    if start.phase != "reading":
        return start
    with (
        closing(open_output(output, start.output)) as lines,
        closing(LazyFile(output.with_name("rejects.ndjson"), start.rejects)) as rejects,
    ):
        going = Run(
            start, lines, rejects, lambda at: checkpoint.save(memory, at), clock or hasty_clock()
        )
        for name, position in start.resources.items():
            if not position.done:
                pages = SHOP.pages(name, start.updated_since, start.frozen_end)
                list(going.read(name, pages.windows(position.time), rules))
        return going.finish()


def killed_run(output: Path, step: int | None) -> int:
    """Runs up to a step and counts the steps; a record is one, too."""
    with killed_at(step) as steps:
        stepping = replace(RULES, mapper=steps.around(RULES.mapper))
        with suppress(Killed):
            run(output, stepping)
    return steps.count


def left(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def empty(folder: Path) -> Path:
    """Empties a folder, or makes it."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder


def difference(tmp_path: Path, name: str, stops: list[int | None]) -> str | None:
    """Tells how a run that was killed at these steps, one after the other, differs in the end."""
    if not (tmp_path / "whole").exists():
        killed_run(empty(tmp_path / "whole") / name, None)
    empty(tmp_path / "stopped")
    try:
        for stop in [*stops, None]:
            killed_run(tmp_path / "stopped" / name, stop)
    except DiskError as error:
        return str(error)
    whole, stopped = left(tmp_path / "whole"), left(tmp_path / "stopped")
    return None if stopped == whole else f"other bytes after {stops}"


def first_difference(tmp_path: Path, name: str) -> str | None:
    """Stops a run at every single step."""
    steps = killed_run(empty(tmp_path / "counted") / name, None)
    found = (difference(tmp_path, name, [step]) for step in range(1, steps + 1))
    return next(filter(None, found), None)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_was_killed_at_any_step_continues_where_it_stopped(
    name: str, tmp_path: Path
) -> None:
    assert killed_run(empty(tmp_path / "counted") / name, None) > 60
    assert first_difference(tmp_path, name) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_was_killed_at_any_two_steps_continues_where_it_stopped(
    name: str, tmp_path: Path
) -> None:
    steps = killed_run(empty(tmp_path / "counted") / name, None)
    # A stride that has no factor in common with the steps of one save meets all kinds of pairs.
    for pair in range(0, steps * steps, 467):
        stops = [1 + pair // steps, 1 + pair % steps]
        assert difference(tmp_path, name, [*stops]) is None


def saves_first(self: PlainFile) -> Mark:
    """Makes a mark of lines that reach the file only later."""
    content = self.path.read_bytes() + bytes(self._buffer)
    return Mark(self._bytes, self._lines, sha256(content[-65_536:]).hexdigest())


def never_moves(self: Tally, record: Record) -> bool:
    is_new = MOVES_TO(replace(self), record)
    self.read += is_new
    return is_new


def always_moves(self: Tally, record: Record) -> bool:
    self.time = 0
    return MOVES_TO(self, record)


def cut_nothing(path: Path, handle: int, _: Mark) -> None:
    os.lseek(handle, 0, os.SEEK_END)


def cut_all_but_rejects(path: Path, handle: int, mark: Mark) -> None:
    (cut_nothing if "rejects" in path.name else CUT)(path, handle, mark)


CUT = ndjson._cut
MOVES_TO = Tally.moves_to
FAULTS: dict[str, tuple[object, str, object]] = {
    "the checkpoint is saved before the lines are written": (PlainFile, "sync", saves_first),
    "nothing is cut on resume": (ndjson, "_cut", cut_nothing),
    "rejects are not cut on resume": (ndjson, "_cut", cut_all_but_rejects),
    "the position is not moved": (Tally, "moves_to", never_moves),
    "what is covered is given again": (Tally, "moves_to", always_moves),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_run(empty(tmp_path / "whole") / NAMES[0], None)
    place, name, planted = FAULTS[fault]
    monkeypatch.setattr(place, name, planted)
    assert first_difference(tmp_path, NAMES[0]) is not None


def test_every_record_comes_to_one_end(tmp_path: Path) -> None:
    end = run(tmp_path / NAMES[0])
    at = end.resources["customers"]
    assert (at.read, at.mapped, at.rejected, at.filtered) == (7, 5, 2, 0)
    at = end.resources["orders"]
    assert (at.read, at.mapped, at.rejected, at.filtered) == (3, 2, 0, 1)
    assert end.output.lines == sum(end.events.values())
    assert end.rejects.lines == 2
    assert (end.phase, end.first) == ("checking", "2023-11-14T22:13:20.000Z")


def test_a_rejected_record_is_kept_whole_with_its_reason(tmp_path: Path) -> None:
    run(tmp_path / NAMES[0])
    first, second = (tmp_path / "rejects.ndjson").read_text().splitlines()
    assert json.loads(first) == {
        "reason": "missing_field",
        "detail": "name",
        "source": "customers",
        "id": 2,
        "record": record(2, 0, [0], broken=True),
    }
    assert json.loads(second)["id"] == 7


def test_events_stand_in_the_order_of_their_records(tmp_path: Path) -> None:
    run(tmp_path / NAMES[0])
    lines = [orjson.loads(line) for line in (tmp_path / NAMES[0]).read_bytes().splitlines()]
    found = [line["context"]["externalIds"][0]["id"] for line in lines]
    assert list(dict.fromkeys(found)) == ["1", "4", "5", "6", "8"]
    assert found[-2:] == ["5", "8"]


def test_a_run_without_records_leaves_an_empty_file(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SHOP, "records", {"customers": [], "orders": []})
        end = run(tmp_path / NAMES[0])
    assert (tmp_path / NAMES[0]).read_bytes() == b""
    assert (end.output.lines, end.first, all(at.done for at in end.resources.values())) == (
        0,
        None,
        True,
    )


def test_a_checkpoint_is_saved_by_time_or_by_size_and_not_with_every_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    save = checkpoint.save
    monkeypatch.setattr(checkpoint, "save", lambda *args: (save(*args), saved.append(1))[0])  # type: ignore[func-returns-value]
    run(tmp_path / NAMES[0], clock=standing_clock())
    assert len(saved) == 1


def two_and(error: BaseException, windows: Iterable[Window]) -> Iterator[Window]:
    """Gives two windows, and then the source fails."""
    yield from islice(windows, 2)
    raise error


def stopped(output: Path, error: BaseException, rules: Rules = RULES) -> Checkpoint | None:
    """Reads up to an error, all within one second; gives the checkpoint that lies on the disk."""
    memory = output.with_name("checkpoint.json")
    with (
        closing(open_output(output)) as lines,
        closing(LazyFile(output.with_name("rejects.ndjson"))) as rejects,
    ):
        going = Run(START, lines, rejects, lambda at: checkpoint.save(memory, at), standing_clock())
        windows = small_shop(width=100).pages("customers", FIRST, NOW - 300).windows()
        with pytest.raises(type(error)) as caught:
            list(going.read("customers", two_and(error, windows), rules))
        assert caught.value is error
    return checkpoint.load(memory)


@pytest.mark.parametrize("error", [UnreachableError("Shopify is silent."), KeyboardInterrupt()])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_complete_when_the_source_failed_is_kept(
    name: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 1)  # so that a member ends with every record
    output = empty(tmp_path / "stopped") / name
    kept = stopped(output, error)
    assert kept is not None
    at = kept.resources["customers"]
    assert (at.time, at.number, at.done) == (FIRST + 200, 0, False)
    assert (at.read, at.mapped, at.rejected, at.filtered) == (5, 4, 1, 0)
    assert (kept.phase, kept.output.bytes) == ("reading", output.stat().st_size)
    assert kept.rejects.bytes == output.with_name("rejects.ndjson").stat().st_size
    run(output)
    run(empty(tmp_path / "whole") / name)
    assert left(tmp_path / "stopped") == left(tmp_path / "whole")


def test_a_member_that_is_under_way_when_the_source_fails_is_not_covered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 1_000_000)
    assert stopped(empty(tmp_path / "stopped") / NAMES[1], KeyboardInterrupt()) is None


@pytest.mark.parametrize("error", [DiskError("The disk is full."), KeyboardInterrupt()])
def test_what_fails_within_a_window_is_not_followed_by_a_save(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write = PlainFile.write

    def failing(self: PlainFile, line: bytes) -> None:
        if len(written) == 4:  # the second half of what one customer became
            raise error
        written.append(line)
        write(self, line)

    monkeypatch.setattr(PlainFile, "write", failing)
    assert stopped(tmp_path / NAMES[0], error) is None
