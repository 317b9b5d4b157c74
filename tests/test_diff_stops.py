"""`relay diff` shows how far it is, and leaves nothing behind where it is stopped."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from command import FakeTime, part
from compared_files import of_lines
from littlerelay.compare.values import Compared, Comparing
from littlerelay.compare.workspace import Workspace
from littlerelay.errors import DiskError
from sent_files import line, message, put
from shops import RELAY

READ = (Comparing("old.ndjson", 0, 2_000), Comparing("new.ndjson", 1_000, 2_000))
RESULT = Compared(("old.ndjson",), "new.ndjson", {"new": 0, "changed": 0, "same": 1, "gone": 0})


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def drawn(errors: io.StringIO, *values: Any, quiet: bool = False) -> str:
    """Gives what is drawn on standard error of these values, half a minute apart."""
    moments, out = FakeTime(), io.StringIO()
    view = part("diff_view").ComparisonView(
        Console(file=errors, width=80),
        Console(file=out, width=80),
        moments.clock(),
        quiet=quiet,
        is_json=False,
    )
    for value in values:
        moments.seconds += 31
        view.show(value)
    view.close()
    return errors.getvalue()


def test_a_terminal_has_a_bar_of_bytes_that_goes() -> None:
    shown = drawn(Terminal(), *READ, RESULT)
    assert "0.00/2.00k [00:00<?, ?B/s]" in shown
    assert shown.endswith("\r")


def test_a_log_has_a_line_every_half_a_minute() -> None:
    assert drawn(io.StringIO(), *READ, RESULT).splitlines() == [
        "read 0 B of 2.0 kB (0%)",
        "read 1.0 kB of 2.0 kB (50%)",
    ]


def test_quiet_draws_nothing() -> None:
    assert drawn(Terminal(), *READ, RESULT, quiet=True) == ""


def compared(old: Path, work: Path, *options: str) -> subprocess.Popen[bytes]:
    """Begins a comparison whose work files lie in a folder, and waits for them."""
    run = subprocess.Popen(
        [RELAY, "diff", str(old), str(old), *options],
        env={**os.environ, "TMPDIR": str(work)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    before = set(work.iterdir())
    while not any(path.parent not in before for path in work.glob("*/[!.]*")):
        assert run.poll() is None
        time.sleep(0.001)
    return run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 7), (signal.SIGINT, 130)])
def test_a_signal_leaves_no_work_files(number: int, code: int, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    old = put(tmp_path / "old.ndjson", (line(message(one)) for one in range(60_000)))
    run = compared(old, work, "--save", str(tmp_path / "plan.ndjson"))
    modes = {path.stat().st_mode & 0o777 for path in work.iterdir()}
    run.send_signal(number)
    _, said = run.communicate()
    assert (run.returncode, modes) == (code, {0o700})
    assert b"begins anew: nothing is remembered" in said
    assert list(work.iterdir()) == []
    assert not list(tmp_path.glob("*plan*"))


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Workspace, name: str, buffer: int = 0) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Workspace, "create", full)
    with pytest.raises(DiskError, match="No space left on device"):
        of_lines([message(1)], [message(2)])
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_comparison_left_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    old = put(tmp_path / "old.ndjson", (line(message(one)) for one in range(60_000)))
    killed = compared(old, work)
    killed.kill()
    killed.communicate()
    (left,) = work.iterdir()
    alive = compared(old, work)
    (other,) = set(work.iterdir()) - {left}
    (work / "relay-diff-of-mine").mkdir()
    (work / "relay-diff-of-mine" / "notes").touch()
    (work / "relay-diff-elsewhere").symlink_to(tmp_path)
    (tmp_path / ".lock").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    with Workspace() as own:
        names = {path.name for path in work.iterdir()}
        assert names == {other.name, own.path.name, "relay-diff-of-mine", "relay-diff-elsewhere"}
    assert old.exists()
    alive.communicate()
    assert alive.returncode == 0
    assert {path.name for path in work.iterdir()} == {"relay-diff-of-mine", "relay-diff-elsewhere"}


def test_a_lock_that_cannot_be_taken_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("littlerelay.compare.workspace.new_file", full)
    with pytest.raises(DiskError, match="No space left on device"), Workspace():
        pass
    assert list(tmp_path.iterdir()) == []


def test_work_files_are_for_their_owner_alone() -> None:
    with Workspace() as work, work.create("part") as file:
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
        place = work.path
    assert not place.exists()
