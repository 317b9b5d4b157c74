"""Kills the real command with SIGKILL, and lets the same command continue."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from shops import start
from standin.server import StandIn

RESUMED = b"continues at"  # said by a run that found a checkpoint with records in it


class Unbroken(NamedTuple):
    """A run that came to its end: the seconds it took, and whether it went on with another."""

    seconds: float
    resumed: bool


class Broken(NamedTuple):
    """Runs up to the last: kills that met a living process, and runs that went on with another."""

    kills: int
    resumed: int


def unbroken(shop: StandIn, folder: Path, *command: str) -> Unbroken:
    """Run the command undisturbed, in a new folder or where another run was stopped."""
    folder.mkdir(exist_ok=True)
    began = time.monotonic()
    process = start(shop, folder, *command)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return Unbroken(time.monotonic() - began, RESUMED in errors)


Wait = Callable[["subprocess.Popen[bytes]"], None]


def after(seconds: float) -> Wait:
    """Wait so long, or until the process has ended."""

    def wait(process: subprocess.Popen[bytes]) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)

    return wait


def at_size(path: Path, size: int) -> Wait:
    """Wait until a file has so many bytes, or until the process has ended."""

    def wait(process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not (path.exists() and path.stat().st_size >= size):
            time.sleep(0.002)

    return wait


def broken(shop: StandIn, folder: Path, waits: Iterable[Wait], *command: str) -> Broken:
    """Start the command and kill it after each wait, then let it get through."""
    folder.mkdir()
    kills = resumed = 0
    for wait in waits:
        process = start(shop, folder, *command)
        wait(process)
        alive = process.poll() is None
        process.kill()
        _, errors = process.communicate()
        resumed += RESUMED in errors
        if not alive:
            assert process.returncode == 0, errors.decode()
            return Broken(kills, resumed)
        kills += 1
    return Broken(kills, resumed + unbroken(shop, folder, *command).resumed)
