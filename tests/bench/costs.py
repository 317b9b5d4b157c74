"""Measures what one command costs, as the system counts it: the start of the interpreter, too.

A process counts as its peak what its parent held when it was started (Linux keeps that over the
start of the program), so a small process of its own starts each command and waits for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_STARTER = """
import json, os, sys, time
began = time.monotonic()
number = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(number, 0)
wall, cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024, cpu, wall]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: peak memory in MB, seconds of CPU (user and system) and of the clock."""

    peak: float
    cpu: float
    wall: float


def measured(
    command: Sequence[str], environment: dict[str, str], folder: Path, codes: Sequence[int] = (0,)
) -> Cost:
    """Run a command in a folder; it must end with one of these codes. It speaks on stderr alone.

    Raises RuntimeError for any other.
    """
    starter = [sys.executable, "-I", "-S", "-c", _STARTER]
    done = subprocess.run(
        [*starter, *command],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    code, *figures = json.loads(done.stdout)
    if code not in codes:
        raise RuntimeError(f"{command[0]} ended with {code}")
    return Cost(*figures)
