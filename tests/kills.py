"""Kills the real command with SIGKILL, and lets the same command continue."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
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


def broken(shop: StandIn, folder: Path, delays: Iterable[float], *command: str) -> Broken:
    """Start the command and kill it after each delay, then let it get through."""
    folder.mkdir()
    kills = resumed = 0
    for delay in delays:
        process = start(shop, folder, *command)
        try:
            _, errors = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
            kills += 1
            resumed += RESUMED in errors
        else:
            assert process.returncode == 0, errors.decode()
            return Broken(kills, resumed + (RESUMED in errors))
    return Broken(kills, resumed + unbroken(shop, folder, *command).resumed)
