"""Starts `relay` as a process of its own, on jobs that tell a story."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

FAKED = Path(__file__).with_name("faked_relay.py")
BACKFILL = ("backfill", "--since", "30d")


def start(
    story: str, *words: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(FAKED), story, *(words or BACKFILL)]
    return subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environ())


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of shell, in which `relay STORY ...` tells a story."""
    relay = shlex.join([sys.executable, str(FAKED)])
    line = f'relay() {{ {relay} "$@"; }}; {line}'
    return subprocess.run(
        ["sh", "-c", line], check=False, capture_output=True, text=True, env=environ(), timeout=10
    )


def environ() -> dict[str, str]:
    """Returns the environment, but for what would hide what becomes of the rest nobody reads."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
