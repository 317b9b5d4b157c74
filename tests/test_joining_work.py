"""A join works in a folder of its own, in bounded memory, and leaves nothing of it."""

from __future__ import annotations

import stat
import tracemalloc
from contextlib import closing
from os import umask
from pathlib import Path
from typing import Any

import pytest

from bulk_results import (
    ALL,
    MAKERS,
    ORDERS_OF_LINES,
    SHAPES,
    depth,
    joined,
    narrow,
    order,
    taken_apart,
    written,
)
from littlerelay.shopify import bulk_lines, partitions, workfolder
from littlerelay.shopify.joining import join
from littlerelay.shopify.shapes import ORDERS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bulk.jsonl"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", ["grouped", "roots first"])
def test_work_files_are_for_their_owner_alone_and_go_when_it_is_closed(
    path: Path, name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch)
    nodes, shape = ALL[name]
    lines = list(taken_apart(nodes, shape))
    written(path, lines if way == "grouped" else sorted(lines, key=depth))
    before = umask(0)
    try:
        whole = join(path, shape, path.parent)
    finally:
        umask(before)
    assert {one for one in path.parent.rglob("*-*") if one.is_file()} <= set(whole._runs)
    modes = {one: stat.S_IMODE(one.stat().st_mode) for one in path.parent.rglob("*")}
    del modes[path]
    assert len(modes) > 1
    assert set(modes.values()) == {0o700, 0o600}
    assert all(one.is_dir() == (mode == 0o700) for one, mode in modes.items())
    next(whole.lines())
    whole.close()
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_run_left_is_removed(path: Path) -> None:
    left = path.parent / f"{path.name}.join"
    left.mkdir()
    (left / "part-0-0").write_bytes(b"what it held")
    nodes, shape = ALL["checkouts"]
    with closing(join(written(path, list(taken_apart(nodes, shape))), shape, path.parent)) as whole:
        assert list(whole) == nodes
    assert not left.exists()


@pytest.mark.parametrize("way", ORDERS_OF_LINES)
def test_an_order_may_be_larger_than_a_partition(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, part=4_000)
    nodes = [order(1), order(2, lines=3_000), order(40)]
    lines = ORDERS_OF_LINES[way](list(taken_apart(nodes, ORDERS)))
    assert joined(written(path, lines), ORDERS) == nodes


@pytest.mark.parametrize("name", MAKERS)
def test_a_partition_that_grew_too_large_is_split_until_it_is_small(
    path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, part=2_000)
    sizes: list[int] = []
    read = partitions.Partitions._read

    def watched(self: partitions.Partitions, part: Path, owner: int) -> Any:
        sizes.append(part.stat().st_size)
        return read(self, part, owner)

    monkeypatch.setattr(partitions.Partitions, "_read", watched)
    nodes = [MAKERS[name](number) for number in range(1, 200)]
    lines = sorted(taken_apart(nodes, SHAPES[name]), key=depth)
    assert joined(written(path, lines), SHAPES[name]) == nodes
    assert sum(sizes) > 20 * 2_000
    assert max(sizes) <= 2 * 2_000


@pytest.mark.parametrize("way", ["grouped", "roots first"])
def test_memory_does_not_grow_with_the_file(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "_PART", 30_000)
    for module, name in ((bulk_lines, "_BUFFER"), (workfolder, "_WRITTEN"), (workfolder, "_READ")):
        monkeypatch.setattr(module, name, 1_000)
    peaks = []
    for count in (500, 3_000):
        lines = list(taken_apart(map(order, range(1, count)), ORDERS))
        written(path, lines if way == "grouped" else sorted(lines, key=depth))
        del lines
        tracemalloc.start()
        with closing(join(path, ORDERS, path.parent)) as whole:
            assert sum(1 for _ in whole.lines()) == count - 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + path.stat().st_size / 5
