"""A power loss at any moment costs work, never a byte: the same command makes the same file."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

import orjson
import pytest

from crash_disk import lay_out, watched
from littlerelay import durable, sealed
from littlerelay.durable import PRIVATE, sync_folder, write_all
from littlerelay.errors import RelayError
from littlerelay.files import compressed
from littlerelay.files.ndjson import PlainFile
from littlerelay.marks import Mark
from small_jobs import backfill
from small_shop import SmallShop, record

SHOP = SmallShop(
    {
        "customers": [record(1, 0, [0], long=40), record(2, 9, [9], broken=True)],
        "orders": [record(50, 10, [10], customer=1, long=90), record(51, 20, [20], customer=1)],
    },
    width=400,
)
NAMES = ("events.ndjson", "events.ndjson.gz")

Disk = dict[str, bytes | None]


@pytest.fixture(autouse=True)
def small_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 300)


def run(folder: Path, name: str) -> None:
    backfill(SHOP, folder, out=str(folder / name))


def worst_disks(place: Path, name: str, forgotten: str | None = None) -> list[Disk]:
    """Gives every disk that a power loss during a run may leave, each once."""
    place.mkdir()
    with watched(place, forgotten) as disk:
        run(place, name)
    found = {repr(sorted(tree.items())): tree for one in disk.moments for tree in one.disks()}
    return list(found.values())


def left(folder: Path) -> dict[str, object]:
    """Gives what a finished run promises: its files, the ids it gave, and the span of its job."""
    files = {path.name: path.read_bytes() for path in folder.glob("events.ndjson*")}
    phases = [orjson.loads(files.pop(one))["checkpoint"]["phase"] for one in CHECKPOINTS & {*files}]
    job = folder / "state/jobs/acme"
    ends = [orjson.loads(path.read_bytes())["history"]["end"] for path in job.glob("history.json")]
    ledgers = [path.read_bytes() for path in job.glob("ledger-*.bin")]
    return {**files, "phases": phases, "ledgers": ledgers, "ends": ends}


CHECKPOINTS = {f"{name}.checkpoint.json" for name in NAMES}


def failure(place: Path, name: str, tree: Disk, whole: dict[str, object]) -> str | None:
    """Tells what is wrong after the same command on a disk that lost power."""
    rmtree(place, ignore_errors=True)
    lay_out(place, tree)
    try:
        run(place, name)
    except RelayError as error:
        return str(error)
    found = left(place)
    return f"{found} instead of {whole}" if found != whole else None


def failures(
    tmp_path: Path, name: str, *, stride: int = 1, forgotten: str | None = None
) -> Iterator[str]:
    """Runs the same command on the worst disks, or on every so many of them."""
    disks = worst_disks(tmp_path / "watched", name, forgotten)
    assert len(disks) > 40
    whole = left(tmp_path / "watched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        problems = (failure(tmp_path / "resumed", name, tree, whole) for tree in disks[::stride])
        yield from filter(None, problems)


@pytest.mark.parametrize("name", NAMES)
def test_a_power_loss_costs_no_byte(name: str, tmp_path: Path) -> None:
    assert list(failures(tmp_path, name, stride=3)) == []


FORGOTTEN = {
    "the output": "/events.ndjson",
    "the rejects": "/events.ndjson.rejects.ndjson",
    "the checkpoint": "/events.ndjson.checkpoint.json.tmp",
    "the folder of the output": "/watched",
    "the history": "/history.json.tmp",
    "the ledger": "/ledger-1.bin",
    "the folder of the job": "/jobs/acme",
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_nothing_may_be_forgotten_when_it_is_to_be_durable(what: str, tmp_path: Path) -> None:
    # From the last moment on: most of what was forgotten is missed there at once.
    found = failures(tmp_path, NAMES[0], stride=-1, forgotten=FORGOTTEN[what])
    assert next(found, None) is not None


def renames_first(path: Path, content: bytes) -> None:
    """Gives a file its name before its content is durable."""
    temporary = path.with_name(path.name + ".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    write_all(handle, content)
    os.replace(temporary, path)  # noqa: PTH105 - watched are the calls of os
    sync_folder(path.parent)
    os.fsync(handle)
    os.close(handle)


def writes_in_place(path: Path, content: bytes) -> None:
    """Overwrites the only copy there is."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    write_all(handle, content)
    os.fsync(handle)
    os.close(handle)
    sync_folder(path.parent)


def saves_first(self: PlainFile) -> Mark:
    """Makes a mark of lines that reach the disk only later."""
    self._flush()
    content = self.path.read_bytes()
    return Mark(self._bytes, self._lines, sha256(content[-65_536:]).hexdigest())


@pytest.mark.parametrize("planted", [renames_first, writes_in_place])
@pytest.mark.parametrize("name", ["checkpoint", "history"])
def test_a_file_that_is_replaced_carelessly_is_found(
    name: str,
    planted: Callable[[Path, bytes], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    careful = durable.replace_file

    def careless_with_one(path: Path, content: bytes) -> None:
        (planted if name in path.name else careful)(path, content)

    monkeypatch.setattr(sealed, "replace_file", careless_with_one)
    assert next(failures(tmp_path, NAMES[0]), None) is not None


def test_a_checkpoint_that_is_saved_before_its_lines_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlainFile, "sync", saves_first)
    assert next(failures(tmp_path, NAMES[0]), None) is not None
