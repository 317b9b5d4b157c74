"""Files are opened at one door: to write, for their owner alone and through no link; or to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from littlerelay.durable import open_private, open_readable
from littlerelay.errors import DiskError
from littlerelay.history import JobFolder

REPOSITORY = Path(__file__).resolve().parent.parent
DOORS = {"littlerelay/durable.py", "cli/streams.py"}  # the second opens nothing but /dev/null


def test_no_other_place_opens_files_in_calls_of_the_system() -> None:
    files = [path for top in ("littlerelay", "cli") for path in (REPOSITORY / top).rglob("*.py")]
    found = {path for path in files if "os.open(" in path.read_text()}
    assert {path.relative_to(REPOSITORY).as_posix() for path in found} == DOORS


def test_what_is_written_is_its_owner_s_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        os.close(open_private(tmp_path / "file", os.O_WRONLY | os.O_CREAT))
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_through_a_link_that_somebody_laid(tmp_path: Path) -> None:
    (tmp_path / "file").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        open_private(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    assert not (tmp_path / "elsewhere").exists()


def test_a_job_s_lock_is_no_link(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    folder = tmp_path / "jobs" / "acme"
    folder.mkdir(parents=True)
    (folder / "lock").symlink_to(other)
    with pytest.raises(DiskError), JobFolder(tmp_path, "acme").locked():
        pass
    assert other.read_text() == "kept"


def test_a_pipe_that_nobody_writes_to_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.close(open_readable(tmp_path / "pipe"))


def test_no_program_that_is_started_has_the_files(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    handles = open_private(tmp_path / "file", os.O_WRONLY), open_readable(tmp_path / "file")
    for handle in handles:
        assert not os.get_inheritable(handle)
        os.close(handle)
