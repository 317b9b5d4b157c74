"""Whatever stops a run, its archive ends with each record once, and tells when it was damaged."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from archived_runs import NAMES, keep, kill, pack_small
from kept_records import left, records
from killing import killed_at
from littlerelay import checkpoint, pipeline
from littlerelay.checkpoint import Checkpoint
from littlerelay.errors import DiskError, UsageError
from littlerelay.files import ndjson
from littlerelay.files.ndjson import PlainFile
from littlerelay.files.parts import PartFile
from littlerelay.keeping import Keeper, KeptInParts, Save
from littlerelay.marks import Mark, Part
from small_shop import ORDERS, SmallShop, small_shop


@pytest.fixture
def shop() -> SmallShop:
    return small_shop(width=400)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    pack_small(monkeypatch)


def problem(
    shop: SmallShop, tmp_path: Path, name: str = NAMES[0], stride: int = 1, first: int = 1
) -> str | None:
    """Kills a run at every so many steps, lets it go on, and tells what is wrong with the end."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    rmtree(whole, ignore_errors=True)
    whole.mkdir()
    with killed_at(None) as steps:
        try:
            keep(shop, whole, name)
        except RuntimeError as error:  # the run itself found it
            return str(error)
    for step in range(first, steps.count, stride):
        killed.mkdir()
        kill(shop, killed, step, name)
        try:
            keep(shop, killed, name)
            is_same = left(killed / "kept") == left(whole / "kept")
            is_same = is_same and (killed / name).read_bytes() == (whole / name).read_bytes()
        except (DiskError, UsageError, RuntimeError) as error:
            return f"{error} after step {step}"
        if not is_same:
            return f"{left(killed / 'kept')} after step {step}"
        rmtree(killed)
    return None


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_run_that_was_killed_anywhere_keeps_each_record_once(
    first: int, name: str, shop: SmallShop, tmp_path: Path
) -> None:
    assert problem(shop, tmp_path, name, stride=7, first=first) is None


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seconds", [16, 1_000_000])
def test_parts_that_were_full_between_two_checkpoints_are_whole(
    seconds: int, shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "often").mkdir()
    keep(shop, tmp_path / "often")
    monkeypatch.setattr(pipeline, "SAVE_SECONDS", seconds)
    assert problem(shop, tmp_path, stride=3) is None
    assert left(tmp_path / "whole" / "kept") == left(tmp_path / "often" / "kept")


def marks_first(self: PlainFile) -> Mark:
    """Makes a mark of lines that reach the file only later."""
    content = self.path.read_bytes() + bytes(self._buffer)
    return Mark(self._bytes, self._lines, sha256(content[-65_536:]).hexdigest())


def remembers_first(self: KeptInParts, save: Save) -> Save:
    """Saves a checkpoint and only then writes what it covers."""

    def saving(at: Checkpoint) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PlainFile, "sync", marks_first)
            covered = self.covered(at)
        save(covered)
        self.covered(at)

    return saving


def keeps_all(self: Keeper, names: set[str]) -> None:
    """Leaves parts that no checkpoint tells of."""


def cuts_no_part(path: Path, handle: int, mark: Mark) -> None:
    if "kept" in path.parts:
        os.lseek(handle, 0, os.SEEK_END)
    else:
        CUT(path, handle, mark)


def keeps_what_is_mapped(self: KeptInParts, rules: Any) -> Any:
    """Keeps a record once it was mapped: a rejected one never."""

    def mapper(resource: str, record: Any) -> Any:
        events = rules.mapper(resource, record)
        self._keep(resource, record)
        return events

    return replace(rules, mapper=mapper)


CUT = ndjson._cut
FAULTS: dict[str, tuple[object, str, object]] = {
    "the checkpoint is saved before the records": (KeptInParts, "saving", remembers_first),
    "later parts are not removed": (Keeper, "_remove_later", keeps_all),
    "parts are not cut": (ndjson, "_cut", cuts_no_part),
    "rejected records are not kept": (KeptInParts, "keeping", keeps_what_is_mapped),
}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(
    fault: str, shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    assert problem(shop, tmp_path) is not None


def test_a_run_that_was_restarted_and_killed_goes_on_or_starts_anew(
    shop: SmallShop, tmp_path: Path
) -> None:
    (tmp_path / "0").mkdir()
    keep(shop, tmp_path / "0")
    with killed_at(None) as steps:
        keep(shop, tmp_path / "0", restart=True)
    for step in range(1, steps.count, 9):
        folder = tmp_path / str(step)
        folder.mkdir()
        keep(shop, folder)
        kill(shop, folder, step, restart=True)
        shop.now += 1  # names of old files hold the second
        try:
            keep(shop, folder)
        except (DiskError, UsageError) as error:
            if "--restart" not in error.hint:
                raise
            keep(shop, folder, restart=True)
        assert records(folder / "kept", "orders") == ORDERS


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("damage", [Path.unlink, cut, altered])
@pytest.mark.parametrize("phase", ["reading", "checking", "done"])
@pytest.mark.parametrize("which", [0, -1])
def test_parts_that_are_missing_or_cut_end_the_run(
    which: int, phase: str, damage: Any, shop: SmallShop, tmp_path: Path
) -> None:
    if phase == "reading":
        for step in range(200, 1, -1):
            rmtree(tmp_path / "run", ignore_errors=True)
            (tmp_path / "run").mkdir()
            kill(shop, tmp_path / "run", step)
            memory = tmp_path / "run" / "events.ndjson.checkpoint.json"
            found = checkpoint.load(memory)
            if found is not None and found.phase == "reading" and len(found.archive) > 2:
                break
    else:
        (tmp_path / "run").mkdir()
        keep(shop, tmp_path / "run")
        memory = tmp_path / "run" / "events.ndjson.checkpoint.json"
        found = checkpoint.load(memory)
        assert found is not None
        checkpoint.save(memory, found.model_copy(update={"phase": phase}))
    assert found is not None
    damage(tmp_path / "run" / "kept" / found.archive[which].name)
    before = memory.read_bytes()
    with pytest.raises(DiskError, match="missing, cut or changed") as caught:
        keep(shop, tmp_path / "run")
    assert caught.value.exit_code == 8
    assert memory.read_bytes() == before, "nothing may be read first"


def test_a_part_that_was_begun_holds_no_line_twice_after_two_kills(
    shop: SmallShop, tmp_path: Path
) -> None:
    with killed_at(None) as steps:
        (tmp_path / "whole").mkdir()
        keep(shop, tmp_path / "whole")
    for step in range(30, steps.count, 11):
        folder = tmp_path / str(step)
        folder.mkdir()
        kill(shop, folder, step)
        kill(shop, folder, step // 2)
        keep(shop, folder)
        assert left(folder / "kept") == left(tmp_path / "whole" / "kept")


def test_lines_of_a_part_are_counted_over_all_its_openings(tmp_path: Path) -> None:
    part = Part("a.ndjson.gz", "orders")
    for number in range(3):
        opened = PartFile(tmp_path, part)
        opened.write(b"%d\n" % number)
        part = opened.sync()
        opened.close()
    assert (part.mark.lines, part.unpacked) == (3, 6)
    assert part.mark.bytes == (tmp_path / "a.ndjson.gz").stat().st_size
