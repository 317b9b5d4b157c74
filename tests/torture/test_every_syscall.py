"""A run that dies, or meets a full or broken disk, at any system call on its files continues.

Needs strace, which lets the system call number N on the run's files kill the process or fail.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kills import unbroken
from shops import SAVING_OFTEN, environment
from standin.server import StandIn

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

WORDS = ("backfill", "--since", "2015-01-01", "--out")
CALLS = ("openat", "write", "fsync", "rename", "ftruncate", "flock", "pread64", "lseek", "unlink")
FAILURES = {"write": "ENOSPC", "fsync": "EIO", "rename": "EIO", "ftruncate": "EIO"}
DISK_FAILED = 8
# These are called all through a run, so that some of its ends leave half a file to go on with.
THROUGHOUT = {"openat", "write", "fsync", "rename", "pread64"}


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=60, plan="enterprise", time_scale=1000) as running:
        yield running
        assert running.problems == []


def command(name: str) -> list[str]:
    return [*SAVING_OFTEN[name], *WORDS, name]


def traced(shop: StandIn, folder: Path, name: str, injected: str) -> int:
    """Run the command with something injected into its calls on its own files; its exit code."""
    job = folder / "state" / "jobs" / "littlerelay-demo"
    names = (name, f"{name}.checkpoint.json", f"{name}.checkpoint.json.tmp")
    # strace knows a file by its handle or by the name in the call, which may be a relative one.
    files = [
        *(folder, job, *names, *(folder / each for each in names)),
        *(job / "history.json", job / "history.json.tmp", job / "ledger-1.bin", job / "lock"),
    ]
    watched = [word for file in files for word in ("-P", str(file))]
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", *watched, "-e", injected, *command(name)],
        cwd=folder,
        env=environment(shop, folder / "state"),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode


@pytest.mark.parametrize("name", SAVING_OFTEN)
@pytest.mark.parametrize("call", CALLS)
def test_a_run_killed_at_any_call_continues(
    call: str, name: str, shop: StandIn, tmp_path: Path
) -> None:
    unbroken(shop, tmp_path / "whole", *command(name))
    whole, resumed = (tmp_path / "whole" / name).read_bytes(), 0
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        injected = f"inject={call}:signal=KILL:when={number}"
        if traced(shop, folder, name, injected) == 0:
            assert resumed or call not in THROUGHOUT
            return
        resumed += unbroken(shop, folder, *command(name)).resumed
        assert (folder / name).read_bytes() == whole, injected
    pytest.fail(f"{call} is called more often than this test looks")


@pytest.mark.parametrize("name", SAVING_OFTEN)
@pytest.mark.parametrize("call", FAILURES)
def test_a_run_whose_disk_fails_at_any_call_says_so_and_continues(
    call: str, name: str, shop: StandIn, tmp_path: Path
) -> None:
    unbroken(shop, tmp_path / "whole", *command(name))
    whole, resumed = (tmp_path / "whole" / name).read_bytes(), 0
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        injected = f"inject={call}:error={FAILURES[call]}:when={number}"
        code = traced(shop, folder, name, injected)
        if code == 0:
            assert resumed or call not in THROUGHOUT
            return
        assert code == DISK_FAILED, injected
        resumed += unbroken(shop, folder, *command(name)).resumed
        assert (folder / name).read_bytes() == whole, injected
    pytest.fail(f"{call} is called more often than this test looks")
