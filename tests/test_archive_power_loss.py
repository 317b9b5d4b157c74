"""A power loss at any moment leaves an archive that the same command brings to its end, whole."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import orjson
import pytest

from archived_runs import keep
from crash_disk import lay_out, watched
from kept_records import left
from littlerelay import sealed
from littlerelay.durable import PRIVATE, sync_folder, write_all
from littlerelay.errors import RelayError
from littlerelay.files import compressed
from littlerelay.files import parts as part_files
from littlerelay.sealed import Sealed, _digest
from small_shop import SmallShop, record

SHOP = SmallShop(
    {
        "customers": [record(1, 0, [0]), record(2, 9, [9], broken=True)],
        "orders": [record(50 + one, 10 * one, [10 * one], customer=1) for one in range(3)],
    },
    width=400,
)
NAMES = ("events.ndjson", "events.ndjson.gz")

Disk = dict[str, bytes | None]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "FULL", 300)
    monkeypatch.setattr(compressed, "MEMBER", 300)


def worst_disks(place: Path, name: str, forgotten: str | None) -> list[Disk]:
    """Gives every disk that a power loss during a run may leave, each once."""
    place.mkdir()
    with watched(place, forgotten) as disk:
        keep(SHOP, place, name, archive=str(place / "kept"))
    found = {repr(sorted(tree.items())): tree for one in disk.moments for tree in one.disks()}
    return list(found.values())


def result(place: Path, name: str) -> dict[str, Any]:
    return {**left(place / "kept"), "events": (place / name).read_bytes()}


def failure(place: Path, name: str, tree: Disk, whole: dict[str, Any]) -> str | None:
    """Tells what is wrong after the same command on a disk that lost power."""
    rmtree(place, ignore_errors=True)
    lay_out(place, tree)
    try:
        keep(SHOP, place, name, archive=str(place / "kept"))
    except RelayError as error:
        return str(error)
    found = result(place, name)
    return f"{found} instead of {whole}" if found != whole else None


def failures(
    tmp_path: Path, name: str, *, stride: int = 1, forgotten: str | None = None
) -> Iterator[str]:
    """Runs the same command on the worst disks, or on every so many of them."""
    # The run that goes on does so in the same place: its checkpoint names the archive's folder.
    place, away = tmp_path / "run", tmp_path / "whole"
    disks = worst_disks(place, name, forgotten)
    assert len(disks) > 100
    place.rename(away)
    whole = result(away, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield from filter(None, (failure(place, name, tree, whole) for tree in disks[::stride]))


@pytest.mark.parametrize("name", NAMES)
def test_a_power_loss_costs_no_record(name: str, tmp_path: Path) -> None:
    assert list(failures(tmp_path, name, stride=4)) == []


FORGOTTEN = {
    "a part": "/events-orders-00000.ndjson.gz",
    "the folder of the parts": "/kept",
    "what tells of the archive": "/events.archive.json.tmp",
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_nothing_of_an_archive_may_be_forgotten(what: str, tmp_path: Path) -> None:
    assert next(failures(tmp_path, NAMES[0], forgotten=FORGOTTEN[what]), None) is not None


Save = Callable[[Path, str, Sealed], None]


def in_place(careful: Save) -> Save:
    """Overwrites the only copy there is of what tells of an archive."""

    def save(path: Path, name: str, value: Sealed) -> None:
        if name != "archive":
            careful(path, name, value)
            return
        body = orjson.dumps(value.model_dump(mode="json"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        write_all(handle, b'{"sha256":"%s","archive":%s}\n' % (_digest(body), body))
        os.fsync(handle)
        os.close(handle)
        sync_folder(path.parent)

    return save


def test_what_tells_of_an_archive_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "save", in_place(sealed.save))
    assert next(failures(tmp_path, NAMES[0]), None) is not None
