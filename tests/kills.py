"""Kills the real command with SIGKILL, and lets the same command continue."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from shops import start
from standin.server import StandIn


def unbroken(shop: StandIn, folder: Path, *words: str) -> float:
    """Run the command undisturbed in a new folder; give the seconds it took."""
    folder.mkdir(exist_ok=True)
    began = time.monotonic()
    process = start(shop, folder, *words)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - began


def broken(shop: StandIn, folder: Path, delays: Iterable[float], *words: str) -> int:
    """Start the command and kill it after each delay, then let it get through.

    Gives the number of kills that met a living process: the rest came too late.
    """
    folder.mkdir()
    kills = 0
    for delay in delays:
        process = start(shop, folder, *words)
        try:
            process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
        else:
            assert process.returncode == 0
            return kills
    unbroken(shop, folder, *words)
    return kills
