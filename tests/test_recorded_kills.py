"""A run of recordings that was stopped anywhere goes on, to the files of one that was not."""

import gzip
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from shutil import rmtree

import pytest

from killing import Killed, Steps, killed_at
from littlerelay import recorded
from littlerelay.errors import DiskError, RelayError
from littlerelay.files import compressed
from littlerelay.progress import Finished
from littlerelay.recordings import mapping, reading, writing
from littlerelay.recordings.store import Store
from littlerelay.settings import Mapping, RecordingsRequest
from made_bodies import Body
from made_nodes import checkout_lines
from made_recordings import (
    OUT,
    customer_body,
    order,
    orders,
    paid_refund,
    put,
    webhook,
)
from small_shop import hasty_clock

NAMES = (OUT, f"{OUT}.gz")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets each step of a run be of a line or two."""
    monkeypatch.setattr(reading, "_LINES", 2)
    monkeypatch.setattr(mapping, "_RECORDS", 2)
    monkeypatch.setattr(writing, "SAVE_BYTES", 400)
    monkeypatch.setattr(compressed, "MEMBER", 300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bad = webhook("orders/create", order(id=9, line_items=[{}]))
    lines: list[Body | bytes] = [*orders(3), b"{", webhook("refunds/create", paid_refund()), bad]
    put(tmp_path / "a.ndjson", lines)
    bulk = checkout_lines(8001)
    customer = webhook("customers/create", customer_body())
    packed = put(tmp_path / "b", [customer, *orders(2), b"?", *bulk])
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(packed.read_bytes(), mtime=0))
    return tmp_path


def run(folder: Path, place: str, name: str) -> Finished:
    (folder / place).mkdir(exist_ok=True)
    inputs = tuple(str(folder / one) for one in ("a.ndjson", "b.ndjson.gz"))
    request = RecordingsRequest(inputs, str(folder / place / name))
    *_, last = recorded.replay(request, Mapping(shop=""), hasty_clock())
    assert isinstance(last, Finished)
    return last


def killed(folder: Path, place: str, name: str, step: int | None) -> Steps:
    """Runs so many steps: those that reach the disk, and those within the work folder."""
    with killed_at(step) as steps, pytest.MonkeyPatch.context() as patch, suppress(Killed):
        for part in ("_prepare", "add", "close"):
            patch.setattr(Store, part, steps.around(getattr(Store, part)))
        patch.setattr(Store, "_commit", steps.before(Store._commit))
        run(folder, place, name)
    return steps


def files(folder: Path, place: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / place).iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_was_stopped_goes_on_wherever_that_was(name: str, folder: Path) -> None:
    steps = killed(folder, "whole", name, None).count
    assert steps > 50
    whole = {
        name: text for name, text in files(folder, "whole").items() if "checkpoint" not in name
    }
    assert set(whole) == {name, f"{name}.rejects.ndjson"}
    for step in range(1, steps + 1, 1 if name == OUT else 3):
        killed(folder, "killed", name, step)
        end = run(folder, "killed", name)
        found = files(folder, "killed")
        del found[f"{name}.checkpoint.json"]
        assert found == whole, f"after step {step}"
        assert end.rejected == 3
        rmtree(folder / "killed")


def test_a_line_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes on with the line after the last that was kept, and maps no entity twice."""
    read: list[int] = []
    taken = reading.Reader._take

    def take(self: reading.Reader, text: bytes | None) -> None:
        read.append(self._state.file * 100 + self._state.lines)
        taken(self, text)

    monkeypatch.setattr(reading.Reader, "_take", take)
    steps = killed(folder, "whole", OUT, None).count
    every = list(read)
    for step in range(1, steps, 5):
        read.clear()
        killed(folder, "killed", OUT, step)
        run(folder, "killed", OUT)
        again = len(read) - len(every)
        assert again <= 2, f"after step {step}"
        assert set(read) == set(every)
        rmtree(folder / "killed")


def offset(work: Path) -> int:
    """Tells how far the first file was read, as far as that was kept."""
    if not (work / "work.sqlite3").exists():
        return 0
    with closing(Store(work)) as store:
        return 0 if store.state.file else store.state.offset


def changed(path: Path) -> Iterator[None]:
    text = path.read_bytes()
    path.write_bytes(text[:40] + b"x" + text[41:])
    yield
    path.write_bytes(text)


def test_a_recording_that_changed_meanwhile_is_found(folder: Path) -> None:
    for step in range(1, 100):
        killed(folder, "killed", OUT, step)
        if offset(folder / "killed" / f"{OUT}.recordings"):
            break
    for _ in changed(folder / "a.ndjson"):
        with pytest.raises(DiskError, match="not the file that was read before"):
            run(folder, "killed", OUT)
    assert run(folder, "killed", OUT).counts["orders"].read == 6


def test_work_that_was_removed_is_done_again(folder: Path) -> None:
    run(folder, "whole", OUT)
    steps = killed(folder, "other", OUT, None).count
    for step in range(5, steps, 7):
        killed(folder, "killed", OUT, step)
        rmtree(folder / "killed" / f"{OUT}.recordings", ignore_errors=True)
        run(folder, "killed", OUT)
        assert files(folder, "killed")[OUT] == files(folder, "whole")[OUT]
        rmtree(folder / "killed")


def test_damaged_work_is_told(folder: Path) -> None:
    killed(folder, "killed", OUT, 40)
    (path,) = (folder / "killed").glob("*.recordings/work.sqlite3")
    path.write_bytes(b"x" * 4096)
    with pytest.raises(RelayError, match="not a database"):
        run(folder, "killed", OUT)
