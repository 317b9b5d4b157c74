"""A run that dies, or meets a full or broken disk, at any system call on its files continues.

Needs strace, which lets the system call number N on the run's files kill the process or fail.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kills import unbroken
from shops import RELAY, environment
from standin.server import StandIn

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

WORDS = ("backfill", "--since", "2015-01-01", "--out")
NAMES = ("events.ndjson", "events.ndjson.gz")
CALLS = ("openat", "write", "fsync", "rename", "ftruncate", "flock", "pread64", "lseek", "unlink")
FAILURES = {"write": "ENOSPC", "fsync": "EIO", "rename": "EIO", "ftruncate": "EIO"}
DISK_FAILED = 8


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=60, plan="enterprise", time_scale=1000) as running:
        yield running
        assert running.problems == []


def traced(shop: StandIn, folder: Path, name: str, injected: str) -> int:
    """Run the command with something injected into its calls on its own files; its exit code."""
    job = folder / "state" / "jobs" / "littlerelay-demo"
    files = [
        *(folder, folder / name, folder / f"{name}.checkpoint.json"),
        *(folder / f"{name}.checkpoint.json.tmp", job, job / "history.json"),
        *(job / "history.json.tmp", job / "ledger-1.bin", job / "lock"),
    ]
    watched = [word for file in files for word in ("-P", str(file))]
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", *watched, "-e", injected, RELAY, *WORDS, name],
        cwd=folder,
        env=environment(shop, folder / "state"),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", CALLS)
def test_a_run_killed_at_any_call_continues(
    call: str, name: str, shop: StandIn, tmp_path: Path
) -> None:
    unbroken(shop, tmp_path / "whole", *WORDS, name)
    whole = (tmp_path / "whole" / name).read_bytes()
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        injected = f"inject={call}:signal=KILL:when={number}"
        if traced(shop, folder, name, injected) == 0:
            return
        unbroken(shop, folder, *WORDS, name)
        assert (folder / name).read_bytes() == whole, injected
    pytest.fail(f"{call} is called more often than this test looks")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", FAILURES)
def test_a_run_whose_disk_fails_at_any_call_says_so_and_continues(
    call: str, name: str, shop: StandIn, tmp_path: Path
) -> None:
    unbroken(shop, tmp_path / "whole", *WORDS, name)
    whole = (tmp_path / "whole" / name).read_bytes()
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        injected = f"inject={call}:error={FAILURES[call]}:when={number}"
        code = traced(shop, folder, name, injected)
        if code == 0:
            return
        assert code == DISK_FAILED, injected
        unbroken(shop, folder, *WORDS, name)
        assert (folder / name).read_bytes() == whole, injected
    pytest.fail(f"{call} is called more often than this test looks")
